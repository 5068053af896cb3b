//! What calls of a plugin came to, with their logs; who changed what about it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    super::{
        super::{error::Failure, extract::Query},
        AccountAdministrator,
        pages::{Page, bad},
        problem::Explained,
        ticket_calls::line,
    },
    number, plugin_id, readable, shown,
};
use crate::{
    app::{App, registry::SUBJECT},
    store::{
        audit::{self, AuditRow},
        plugins::calls::{self, CallRow},
    },
};

/// The newest first; `ticket` narrows to one ticket.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
    query: Result<Query, Failure>,
) -> Result<Json<Value>, Explained> {
    let plugin = shown::row(&app, plugin_id(&id)?).await?.id;
    let query = readable(query)?;
    let page = Page::of(&query, &format!("plugins/{}/calls", plugin.0), |key| key == "ticket")?;
    let ticket = match query.text("ticket") {
        "" => None,
        text => Some(text.parse::<i64>().map_err(|_| bad("ticket is a number"))?),
    };
    let before = page.after.map(|(_, id)| id);
    let rows = calls::list(&app.db, plugin, (before, ticket), page.rows()).await?;
    Ok(Json(page.answer(rows, |row| (0, row.id), call)))
}

/// One call with the lines of its log.
pub(super) async fn detail(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path((id, asked)): Path<(String, String)>,
) -> Result<Json<Value>, Explained> {
    let plugin = shown::row(&app, plugin_id(&id)?).await?.id;
    let missing = || Explained::new(StatusCode::NOT_FOUND, "the plugin has no such call");
    let row = calls::get(&app.db, plugin, number(&asked)?).await?.ok_or_else(missing)?;
    let lines = calls::lines(&app.db, row.id).await?;
    let mut shown = call(&row);
    let output = calls::output(&app.db, row.id).await?;
    shown["output"] = output.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null);
    shown["log"] = lines.iter().map(line).collect::<Vec<_>>().into();
    Ok(Json(shown))
}

fn call(row: &CallRow) -> Value {
    json!({
        "id": row.id,
        "version": row.version,
        "kind": row.kind,
        "invocation": row.invocation,
        "ticket_id": row.ticket_id,
        "attempt": row.attempt,
        "is_try": row.is_try,
        "outcome": row.outcome,
        "detail": row.detail,
        "queue_ms": row.queue_ms,
        "wall_ms": row.wall_ms,
        "cpu_ticks": row.cpu_ticks,
        "peak_memory_bytes": row.peak_memory_bytes,
        "host_calls": row.host_calls,
        "denied": row.denied,
        "logs_dropped": row.logs_dropped,
        "lines": row.lines,
        "at": row.created_at.to_rfc3339(),
    })
}

/// Of a deleted plugin too: that somebody deleted it is what is asked then.
pub(super) async fn audit(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
    query: Result<Query, Failure>,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    let page = Page::of(&readable(query)?, &format!("plugins/{}/audit", id.0), |_| false)?;
    let rows = audit::list(&app.db, (SUBJECT, id.0), page.after.map(|(_, id)| id), page.rows()).await?;
    let shown = |row: &AuditRow| {
        json!({ "id": row.id, "at": row.at.to_rfc3339(), "actor": row.actor, "address": row.address, "action": row.action,
                "before": row.before, "after": row.after })
    };
    Ok(Json(page.answer(rows, |row| (0, row.id), shown)))
}
