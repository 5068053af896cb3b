//! `/api/v2/tickets/{id}/plugin_calls`: what plugins did for a ticket, with the lines that they logged. For administrators and workflow
//! administrators alone: a log may hold what a plugin read and its ticket's people may not (threat-model §10). Kept for 14 days.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
    },
    Authorised,
    pages::{Page, readable},
    problem::Explained,
};
use crate::{
    app::{self, App},
    store::plugins::calls::{self, Line, TicketCall},
    workflow::TicketId,
};

/// Calls on one page at most, since each has up to 500 lines.
const MOST_CALLS: usize = 50;

/// The newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
    query: Result<Query, Failure>,
) -> Result<Json<Value>, Explained> {
    let missing = || Explained::new(axum::http::StatusCode::NOT_FOUND, "there is no such ticket");
    let Ids([id]) = ids.map_err(|_| missing())?;
    let query = readable(query)?;
    let page = Page::of(&query, &format!("tickets/{id}/plugin_calls"), |_| false)?.at_most(MOST_CALLS);
    match app.readable(TicketId(id), None).await {
        Err(app::Error::TicketMissing) => return Err(missing()),
        other => other?,
    };
    let mut db = app.db.acquire().await?;
    let before = page.after.map(|(_, id)| id);
    let rows = calls::of_ticket(&mut db, TicketId(id), before, page.rows()).await?;
    Ok(Json(page.answer(rows, |row| (0, row.call.id), shown)))
}

fn shown(row: &TicketCall) -> Value {
    let call = &row.call;
    json!({
        "id": call.id,
        "plugin": row.plugin,
        "version": call.version,
        "kind": call.kind,
        "invocation": call.invocation,
        "attempt": call.attempt,
        "outcome": call.outcome,
        "detail": call.detail,
        "wall_ms": call.wall_ms,
        "at": call.created_at.to_rfc3339(),
        "logs_dropped": call.logs_dropped,
        "log": row.log.iter().map(line).collect::<Vec<_>>(),
    })
}

pub(super) fn line(line: &Line) -> Value {
    json!({ "level": line.level, "source": line.source, "message": line.message, "fields": line.fields })
}
