//! `/api/v2/hook_deliveries`: what became of each call of a hook state's receiver, newest first; of one ticket, or with one outcome.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{error::Failure, extract::Query, wire},
    Authorised,
    pages::{Listed, Page, bad, readable},
    problem::Explained,
};
use crate::{
    app::App,
    store::hook_deliveries::{self, HookDeliveryRow},
};

/// One call of a receiver.
#[derive(Debug, Serialize, ToSchema)]
pub struct HookDeliveryView {
    pub id: i64,
    pub ticket_id: i64,
    pub state_id: i64,
    /// None when the state is gone.
    #[schema(required)]
    pub state_name: Option<String>,
    /// The same on every attempt.
    pub key: String,
    pub attempt: i32,
    /// `delivered` or `failed`.
    pub outcome: String,
    /// What the receiver said, or why it was not reached.
    pub detail: String,
    pub took_ms: i64,
    pub created_at: DateTime<Utc>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<HookDeliveryView>>, Explained> {
    let query = readable(query)?;
    let page = Page::of(&query, "hook_deliveries", |key| ["ticket_id", "outcome"].contains(&key))?;
    let ticket = match query.text("ticket_id") {
        "" => None,
        text => Some(wire::positive(text).ok_or_else(|| bad("ticket_id is a ticket's id"))?),
    };
    let outcome = match query.text("outcome") {
        "" => None,
        known @ ("delivered" | "failed") => Some(known),
        _ => return Err(bad("outcome is delivered or failed")),
    };
    let before = page.after.map(|(_, id)| id);
    let rows = hook_deliveries::list(&app.db, (ticket, outcome), before, page.rows()).await?;
    Ok(Json(page.listed(rows, |row| (0, row.id), shown)))
}

fn shown(row: &HookDeliveryRow) -> HookDeliveryView {
    HookDeliveryView {
        id: row.id,
        ticket_id: row.ticket_id,
        state_id: row.state_id,
        state_name: row.state_name.clone(),
        key: row.key.to_string(),
        attempt: row.attempt,
        outcome: row.outcome.clone(),
        detail: row.detail.clone(),
        took_ms: row.took_ms,
        created_at: row.created_at,
    }
}
