//! `/api/v2/notices/{id}/deliveries`: what became of each try to deliver a notice, newest first. Kept when the notice is deleted.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

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
    store::custom_notices::{self, DeliveryRow, RecipientRow},
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
    let id = NoticeId(id);
    let rows = custom_notices::deliveries(&app.db, id, page.after.map(|(_, id)| id), page.rows()).await?;
    let keys: Vec<Uuid> = rows.iter().map(|row| row.key).collect();
    let people = custom_notices::recipients(&app.db, id, &keys).await?;
    Ok(Json(page.answer(rows, |row| (0, row.id), |row| shown(row, &people))))
}

/// With those whom a plugin told of, in its order.
fn shown(row: &DeliveryRow, people: &[RecipientRow]) -> Value {
    let told = people.iter().filter(|told| (told.key, told.attempt) == (row.key, row.attempt));
    let told: Vec<Value> = told
        .map(|told| json!({ "username": told.username, "is_reached": told.is_reached, "detail": told.detail }))
        .collect();
    json!({
        "id": row.id,
        "ticket_id": row.ticket_id,
        "key": row.key,
        "attempt": row.attempt,
        "outcome": row.outcome,
        "detail": row.detail,
        "recipients": told,
        "created_at": row.created_at.to_rfc3339(),
    })
}
