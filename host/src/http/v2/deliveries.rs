//! `/api/v2/notices/{id}/deliveries`: what became of each try to deliver a notice, newest first. Kept when the notice is deleted.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
    },
    Authorised,
    pages::{Page, bad},
    problem::Explained,
};
use crate::{
    app::App,
    store::custom_notices::{self, DeliveryRow},
    workflow::NoticeId,
};

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
    query: Result<Query, Failure>,
) -> Result<Json<Value>, Explained> {
    let missing = || Explained::new(StatusCode::NOT_FOUND, "there is no such notice");
    let Ids([id]) = ids.map_err(|_| missing())?;
    let query = query.map_err(|_| bad("the query cannot be read"))?;
    let page = Page::of(&query, &format!("notices/{id}/deliveries"), |_| false)?;
    if !custom_notices::exists(&app.db, NoticeId(id)).await? {
        return Err(missing());
    }
    let rows = custom_notices::deliveries(&app.db, NoticeId(id), page.after.map(|(_, id)| id), page.rows()).await?;
    Ok(Json(page.answer(rows, |row| (0, row.id), shown)))
}

fn shown(row: &DeliveryRow) -> Value {
    json!({
        "id": row.id,
        "ticket_id": row.ticket_id,
        "key": row.key,
        "attempt": row.attempt,
        "outcome": row.outcome,
        "detail": row.detail,
        "created_at": row.created_at.to_rfc3339(),
    })
}
