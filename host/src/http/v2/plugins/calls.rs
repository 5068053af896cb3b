//! What calls of a plugin came to, with their logs; who changed what about it; whom a notice reached.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Value, json};

use super::{
    super::{super::extract::Query, AccountAdministrator, Authorised, definitions::Explained},
    next, number, page, plugin_id, shown,
};
use crate::{
    app::{App, registry::SUBJECT},
    store::{
        audit, custom_notices,
        plugins::calls::{self, CallRow},
    },
    workflow::NoticeId,
};

/// The newest first; `ticket` narrows to one ticket.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Explained> {
    let plugin = shown::row(&app, plugin_id(&id)?).await?.id;
    let (before, limit) = page(&query, "before")?;
    let ticket = match query.text("ticket") {
        "" => None,
        text => {
            let unfit = |_| Explained::new(StatusCode::BAD_REQUEST, "ticket is a number");
            Some(text.parse::<i64>().map_err(unfit)?)
        }
    };
    let rows = calls::list(&app.db, plugin, (before, ticket), limit).await?;
    let shown: Vec<Value> = rows.iter().map(call).collect();
    Ok(Json(json!({ "calls": shown, "next": next(rows.iter().map(|row| row.id), limit) })))
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
    shown["log"] = lines
        .iter()
        .map(|line| {
            json!({ "level": line.level, "source": line.source, "message": line.message, "fields": line.fields })
        })
        .collect::<Vec<_>>()
        .into();
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

pub(super) async fn audit(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Explained> {
    // of a deleted plugin too: that somebody deleted it is what is asked then
    let id = plugin_id(&id)?;
    let (before, limit) = page(&query, "before")?;
    let rows = audit::list(&app.db, (SUBJECT, id.0), before, limit).await?;
    let shown: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({ "id": row.id, "at": row.at.to_rfc3339(), "actor": row.actor, "action": row.action,
                    "before": row.before, "after": row.after })
        })
        .collect();
    Ok(Json(json!({ "audit": shown, "next": next(rows.iter().map(|row| row.id), limit) })))
}

/// The delivery log of a notice, the newest first, with the people of each try.
pub(super) async fn deliveries(
    State(app): State<Arc<App>>,
    _: Authorised,
    Path(id): Path<String>,
    query: Query,
) -> Result<Json<Value>, Explained> {
    let id = NoticeId(number(&id)?);
    let (before, limit) = page(&query, "before")?;
    let mut db = app.db.acquire().await?;
    if custom_notices::draft(&mut *db, id).await?.is_none() {
        return Err(Explained::new(StatusCode::NOT_FOUND, "there is no such notice"));
    }
    let rows = custom_notices::deliveries(&mut *db, id, before, limit).await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        let recipients = custom_notices::recipients(&mut *db, id, (row.key, row.attempt)).await?;
        let recipients: Vec<Value> = recipients
            .iter()
            .map(|told| json!({ "username": told.username, "is_reached": told.is_reached, "detail": told.detail }))
            .collect();
        shown.push(json!({
            "id": row.id,
            "ticket_id": row.ticket_id,
            "key": row.key,
            "attempt": row.attempt,
            "outcome": row.outcome,
            "detail": row.detail,
            "recipients": recipients,
            "at": row.created_at.to_rfc3339(),
        }));
    }
    Ok(Json(json!({ "deliveries": shown, "next": next(rows.iter().map(|row| row.id), limit) })))
}
