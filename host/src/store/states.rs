//! States as administrators see them. Deleted ones stay as rows, since flow logs name them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgExecutor, types::Json};

use super::{
    Error,
    definitions::field_access,
    drafts::{Position, StateDraft},
    names::Named as _,
    paging::{Page, Rows},
};
use crate::workflow::{Distribution, FieldAccess, ParticipantKind, StateId, StateKind, WorkflowId};

#[derive(Clone, Debug)]
pub struct StateRow {
    pub id: StateId,
    pub workflow: WorkflowId,
    pub set: StateDraft,
    pub creator: String,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
    /// The key that a document's author gave it.
    pub document_key: Option<String>,
}

#[derive(Debug)]
struct Raw {
    id: i64,
    workflow_id: i64,
    name: String,
    sub_workflow_id: i64,
    is_hidden: bool,
    order_id: i32,
    kind: String,
    remember_last_handler: bool,
    participant_kind: String,
    participant: String,
    distribution: String,
    field_access: Json<BTreeMap<String, String>>,
    label: Value,
    plugin_args: String,
    chart_x: Option<i32>,
    chart_y: Option<i32>,
    creator: String,
    created_at: DateTime<Utc>,
    modified_at: DateTime<Utc>,
    document_key: Option<String>,
}

impl TryFrom<Raw> for StateRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self, Error> {
        Ok(Self {
            id: StateId(raw.id),
            workflow: WorkflowId(raw.workflow_id),
            set: StateDraft {
                name: raw.name,
                sub_workflow_id: raw.sub_workflow_id,
                is_hidden: raw.is_hidden,
                order_id: raw.order_id,
                kind: StateKind::from_name(&raw.kind)?,
                remember_last_handler: raw.remember_last_handler,
                participant_kind: ParticipantKind::from_name(&raw.participant_kind)?,
                participant: raw.participant,
                distribution: Distribution::from_name(&raw.distribution)?,
                field_access: field_access(raw.field_access.0)?,
                label: raw.label,
                plugin_args: raw.plugin_args,
                position: raw.chart_x.zip(raw.chart_y).map(|(x, y)| Position { x, y }),
            },
            creator: raw.creator,
            created_at: raw.created_at,
            modified_at: raw.modified_at,
            document_key: raw.document_key,
        })
    }
}

macro_rules! select {
    ($tail:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Raw,
            r#"SELECT s.id, s.workflow_id, s.name, s.sub_workflow_id, s.is_hidden, s.order_id, s.kind, s.remember_last_handler,
                      s.participant_kind, s.participant, s.distribution,
                      s.field_access AS "field_access: Json<BTreeMap<String, String>>", s.label, s.plugin_args,
                      s.chart_x, s.chart_y, s.creator, s.created_at, s.modified_at, s.document_key
                 FROM states s "# + $tail,
            $($argument),*
        )
    };
}

/// States of a workflow whose name holds `search`, by `order_id`, then id.
pub async fn list(
    db: impl PgExecutor<'_> + Copy,
    workflow: WorkflowId,
    search: &str,
    page: Page,
) -> Result<Rows<StateRow>, Error> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM states WHERE workflow_id = $1 AND deleted_at IS NULL AND strpos(name, $2) > 0"#,
        workflow.0,
        search
    )
    .fetch_one(db)
    .await?;
    let rows = select!(
        "WHERE s.workflow_id = $1 AND s.deleted_at IS NULL AND strpos(s.name, $2) > 0 ORDER BY s.order_id, s.id LIMIT $3 OFFSET $4",
        workflow.0,
        search,
        page.limit,
        page.offset(total)
    )
    .fetch_all(db)
    .await?;
    Ok(Rows { total, rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()? })
}

/// Every state of a workflow, by `order_id`, then id.
pub async fn all(db: impl PgExecutor<'_>, workflow: WorkflowId) -> Result<Vec<StateRow>, Error> {
    let rows = select!("WHERE s.workflow_id = $1 AND s.deleted_at IS NULL ORDER BY s.order_id, s.id", workflow.0)
        .fetch_all(db)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The state; with an app, only if that may use the state's workflow. A state of a deleted workflow is gone with it.
pub async fn get(db: impl PgExecutor<'_>, id: StateId, app: Option<i64>) -> Result<Option<StateRow>, Error> {
    let row = select!(
        "JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
          WHERE s.id = $1 AND s.deleted_at IS NULL
            AND ($2::bigint IS NULL OR EXISTS (SELECT FROM app_workflows a WHERE a.workflow_id = w.id AND a.app_token_id = $2))",
        id.0,
        app
    )
    .fetch_optional(db)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// The state if it belongs to that workflow.
pub async fn get_in(db: impl PgExecutor<'_>, workflow: WorkflowId, id: StateId) -> Result<Option<StateRow>, Error> {
    let row = select!("WHERE s.workflow_id = $1 AND s.id = $2 AND s.deleted_at IS NULL", workflow.0, id.0)
        .fetch_optional(db)
        .await?;
    row.map(TryInto::try_into).transpose()
}

/// The start state; of several the one with the lowest id (behaviour §4.2).
pub async fn start(db: impl PgExecutor<'_>, workflow: WorkflowId) -> Result<Option<StateRow>, Error> {
    let row = select!(
        "WHERE s.workflow_id = $1 AND s.kind = 'start' AND s.deleted_at IS NULL ORDER BY s.id LIMIT 1",
        workflow.0
    )
    .fetch_optional(db)
    .await?;
    row.map(TryInto::try_into).transpose()
}

/// Those of `ids` that are no live state of the workflow.
pub async fn strangers(db: impl PgExecutor<'_>, workflow: WorkflowId, ids: &[StateId]) -> Result<Vec<StateId>, Error> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let strangers = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM unnest($2::bigint[]) AS asked (id)
            WHERE NOT EXISTS (SELECT FROM states s WHERE s.id = asked.id AND s.workflow_id = $1 AND s.deleted_at IS NULL)
            ORDER BY id"#,
        workflow.0,
        &ids
    )
    .fetch_all(db)
    .await?;
    Ok(strangers.into_iter().map(StateId).collect())
}

fn names(access: &BTreeMap<String, FieldAccess>) -> Json<BTreeMap<&str, &'static str>> {
    Json(access.iter().map(|(key, access)| (key.as_str(), access.name())).collect())
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    workflow: WorkflowId,
    draft: &StateDraft,
    creator: &str,
) -> Result<StateId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO states (workflow_id, name, sub_workflow_id, is_hidden, order_id, kind, remember_last_handler, participant_kind,
                             participant, distribution, field_access, label, plugin_args, chart_x, chart_y, creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         RETURNING id",
        workflow.0,
        draft.name,
        draft.sub_workflow_id,
        draft.is_hidden,
        draft.order_id,
        draft.kind.name(),
        draft.remember_last_handler,
        draft.participant_kind.name(),
        draft.participant,
        draft.distribution.name(),
        names(&draft.field_access) as _,
        draft.label,
        draft.plugin_args,
        draft.position.map(|position| position.x),
        draft.position.map(|position| position.y),
        creator
    )
    .fetch_one(db)
    .await?;
    Ok(StateId(id))
}

pub async fn update(db: impl PgExecutor<'_>, id: StateId, draft: &StateDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE states
            SET name = $2, sub_workflow_id = $3, is_hidden = $4, order_id = $5, kind = $6, remember_last_handler = $7,
                participant_kind = $8, participant = $9, distribution = $10, field_access = $11, label = $12, plugin_args = $13,
                chart_x = $14, chart_y = $15, modified_at = now()
          WHERE id = $1",
        id.0,
        draft.name,
        draft.sub_workflow_id,
        draft.is_hidden,
        draft.order_id,
        draft.kind.name(),
        draft.remember_last_handler,
        draft.participant_kind.name(),
        draft.participant,
        draft.distribution.name(),
        names(&draft.field_access) as _,
        draft.label,
        draft.plugin_args,
        draft.position.map(|position| position.x),
        draft.position.map(|position| position.y)
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn retire(db: impl PgExecutor<'_>, id: StateId) -> Result<(), Error> {
    sqlx::query!("UPDATE states SET deleted_at = now(), modified_at = now() WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Gives the state the key that its document calls it by.
pub async fn set_key(db: impl PgExecutor<'_>, id: StateId, key: &str) -> Result<(), Error> {
    sqlx::query!("UPDATE states SET document_key = $2 WHERE id = $1", id.0, key).execute(db).await?;
    Ok(())
}
