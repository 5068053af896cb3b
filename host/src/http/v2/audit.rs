//! `GET /api/v2/audit`: who changed what, newest first, about anything that is noted. Never a secret's value.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    super::{error::Failure, extract::Query, wire},
    AccountAdministrator,
    pages::{Listed, Page, bad},
    problem::Explained,
};
use crate::{
    app::App,
    store::audit::{self, Filter, FoundRow},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    /// Such as `plugin.activate`.
    pub action: String,
    /// What it was done to, such as `plugin`, with its id.
    pub subject: String,
    pub subject_id: i64,
    pub before: Value,
    pub after: Value,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<AuditView>>, Explained> {
    let query = query.map_err(|_| bad("the query cannot be read"))?;
    let page = Page::of(&query, "audit", |key| ["actor", "action", "subject", "subject_id"].contains(&key))?;
    let text = |key: &str| Some(query.text(key)).filter(|text| !text.is_empty());
    let id = |text: &str| wire::positive(text).ok_or_else(|| bad("subject_id is an id"));
    let filter = Filter {
        actor: text("actor"),
        action: text("action"),
        subject: text("subject"),
        subject_id: text("subject_id").map(id).transpose()?,
    };
    let rows = audit::search(&app.db, filter, page.after.map(|(_, id)| id), page.rows()).await?;
    Ok(Json(page.listed(rows, |row| (0, row.id), shown)))
}

fn shown(row: &FoundRow) -> AuditView {
    AuditView {
        id: row.id,
        at: row.at,
        actor: row.actor.clone(),
        action: row.action.clone(),
        subject: row.subject.clone(),
        subject_id: row.subject_id,
        before: row.before.clone().unwrap_or_default(),
        after: row.after.clone().unwrap_or_default(),
    }
}
