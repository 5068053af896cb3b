//! `/api/v2/notices/{id}/deliveries`: what became of each try to deliver a notice, newest first. Kept when the notice is deleted.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
    },
    Authorised,
    pages::{Listed, Page, readable},
    problem::Explained,
    shapes,
};
use crate::{
    app::App,
    store::custom_notices::{self, DeliveryRow, RecipientRow},
    workflow::NoticeId,
};

/// One try to deliver a notice.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryView {
    pub id: i64,
    pub ticket_id: i64,
    /// The same on every attempt.
    pub key: String,
    pub attempt: i32,
    #[schema(schema_with = shapes::delivery_outcome)]
    pub outcome: String,
    pub detail: String,
    /// Whom a plugin told of.
    pub recipients: Vec<RecipientView>,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientView {
    pub username: String,
    pub is_reached: bool,
    pub detail: String,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<DeliveryView>>, Explained> {
    let missing = || Explained::new(StatusCode::NOT_FOUND, "there is no such notice");
    let Ids([id]) = ids.map_err(|_| missing())?;
    let query = readable(query)?;
    let page = Page::of(&query, &format!("notices/{id}/deliveries"), |_| false)?;
    if !custom_notices::exists(&app.db, NoticeId(id)).await? {
        return Err(missing());
    }
    let id = NoticeId(id);
    let rows = custom_notices::deliveries(&app.db, id, page.after.map(|(_, id)| id), page.rows()).await?;
    let keys: Vec<Uuid> = rows.iter().map(|row| row.key).collect();
    let people = custom_notices::recipients(&app.db, id, &keys).await?;
    Ok(Json(page.listed(rows, |row| (0, row.id), |row| shown(row, &people))))
}

/// With those whom a plugin told of, in its order.
fn shown(row: &DeliveryRow, people: &[RecipientRow]) -> DeliveryView {
    let told = people.iter().filter(|told| (told.key, told.attempt) == (row.key, row.attempt));
    let told = told.map(|told| RecipientView {
        username: told.username.clone(),
        is_reached: told.is_reached,
        detail: told.detail.clone(),
    });
    DeliveryView {
        id: row.id,
        ticket_id: row.ticket_id,
        key: row.key.to_string(),
        attempt: row.attempt,
        outcome: row.outcome.clone(),
        detail: row.detail.clone(),
        recipients: told.collect(),
        created_at: row.created_at,
    }
}
