//! Transitions as administrators see them. Deleted ones stay as rows, since flow logs name them.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{
    Error,
    drafts::TransitionDraft,
    names::Named as _,
    paging::{Page, Rows},
};
use crate::workflow::{StateId, TransitionAttribute, TransitionId, TransitionKind, WorkflowId};

#[derive(Clone, Debug)]
pub struct TransitionRow {
    pub id: TransitionId,
    pub set: TransitionDraft,
    /// None when there is no such state any more.
    pub source_name: Option<String>,
    pub destination_name: Option<String>,
    pub creator: String,
    pub created_at: DateTime<Utc>,
    /// The key that a document's author gave it.
    pub document_key: Option<String>,
}

#[derive(Debug)]
struct Raw {
    id: i64,
    name: String,
    kind: String,
    timer_seconds: i32,
    source_state_id: Option<i64>,
    destination_state_id: Option<i64>,
    condition_expression: String,
    attribute: String,
    field_require_check: bool,
    alert_enable: bool,
    alert_text: String,
    source_name: Option<String>,
    destination_name: Option<String>,
    creator: String,
    created_at: DateTime<Utc>,
    document_key: Option<String>,
}

impl TryFrom<Raw> for TransitionRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self, Error> {
        Ok(Self {
            id: TransitionId(raw.id),
            set: TransitionDraft {
                name: raw.name,
                kind: TransitionKind::from_name(&raw.kind)?,
                timer_seconds: raw.timer_seconds,
                source: raw.source_state_id.map(StateId),
                destination: raw.destination_state_id.map(StateId),
                condition_expression: raw.condition_expression,
                attribute: TransitionAttribute::from_name(&raw.attribute)?,
                field_require_check: raw.field_require_check,
                alert_enable: raw.alert_enable,
                alert_text: raw.alert_text,
            },
            source_name: raw.source_name,
            destination_name: raw.destination_name,
            creator: raw.creator,
            created_at: raw.created_at,
            document_key: raw.document_key,
        })
    }
}

macro_rules! select {
    ($tail:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Raw,
            r#"SELECT t.id, t.name, t.kind, t.timer_seconds, t.source_state_id, t.destination_state_id, t.condition_expression,
                      t.attribute, t.field_require_check, t.alert_enable, t.alert_text,
                      source.name AS "source_name?", destination.name AS "destination_name?", t.creator, t.created_at,
                      t.document_key
                 FROM transitions t
                 LEFT JOIN states source ON source.id = t.source_state_id AND source.deleted_at IS NULL
                 LEFT JOIN states destination ON destination.id = t.destination_state_id AND destination.deleted_at IS NULL "# + $tail,
            $($argument),*
        )
    };
}

/// Transitions of a workflow whose name holds `search`, by id.
pub async fn list(
    db: impl PgExecutor<'_> + Copy,
    workflow: WorkflowId,
    search: &str,
    page: Page,
) -> Result<Rows<TransitionRow>, Error> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM transitions WHERE workflow_id = $1 AND deleted_at IS NULL AND strpos(name, $2) > 0"#,
        workflow.0,
        search
    )
    .fetch_one(db)
    .await?;
    let rows = select!(
        "WHERE t.workflow_id = $1 AND t.deleted_at IS NULL AND strpos(t.name, $2) > 0 ORDER BY t.id LIMIT $3 OFFSET $4",
        workflow.0,
        search,
        page.limit,
        page.offset(total)
    )
    .fetch_all(db)
    .await?;
    Ok(Rows { total, rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()? })
}

/// Every transition of a workflow, by id.
pub async fn all(db: impl PgExecutor<'_>, workflow: WorkflowId) -> Result<Vec<TransitionRow>, Error> {
    let rows =
        select!("WHERE t.workflow_id = $1 AND t.deleted_at IS NULL ORDER BY t.id", workflow.0).fetch_all(db).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Transitions that people may choose in a state, by id; timers are left out (D-10).
pub async fn leaving(db: impl PgExecutor<'_>, state: StateId, most: i64) -> Result<Vec<TransitionRow>, Error> {
    let rows = select!(
        "WHERE t.source_state_id = $1 AND t.kind = 'normal' AND t.deleted_at IS NULL ORDER BY t.id LIMIT $2",
        state.0,
        most
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The transition if it belongs to that workflow.
pub async fn get_in(
    db: impl PgExecutor<'_>,
    workflow: WorkflowId,
    id: TransitionId,
) -> Result<Option<TransitionRow>, Error> {
    let row = select!("WHERE t.workflow_id = $1 AND t.id = $2 AND t.deleted_at IS NULL", workflow.0, id.0)
        .fetch_optional(db)
        .await?;
    row.map(TryInto::try_into).transpose()
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    workflow: WorkflowId,
    draft: &TransitionDraft,
    creator: &str,
) -> Result<TransitionId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO transitions (workflow_id, name, kind, timer_seconds, source_state_id, destination_state_id,
                                  condition_expression, attribute, field_require_check, alert_enable, alert_text, creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         RETURNING id",
        workflow.0,
        draft.name,
        draft.kind.name(),
        draft.timer_seconds,
        draft.source.map(|id| id.0),
        draft.destination.map(|id| id.0),
        draft.condition_expression,
        draft.attribute.name(),
        draft.field_require_check,
        draft.alert_enable,
        draft.alert_text,
        creator
    )
    .fetch_one(db)
    .await?;
    Ok(TransitionId(id))
}

pub async fn update(db: impl PgExecutor<'_>, id: TransitionId, draft: &TransitionDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE transitions
            SET name = $2, kind = $3, timer_seconds = $4, source_state_id = $5, destination_state_id = $6,
                condition_expression = $7, attribute = $8, field_require_check = $9, alert_enable = $10, alert_text = $11,
                modified_at = now()
          WHERE id = $1",
        id.0,
        draft.name,
        draft.kind.name(),
        draft.timer_seconds,
        draft.source.map(|id| id.0),
        draft.destination.map(|id| id.0),
        draft.condition_expression,
        draft.attribute.name(),
        draft.field_require_check,
        draft.alert_enable,
        draft.alert_text
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn retire(db: impl PgExecutor<'_>, id: TransitionId) -> Result<(), Error> {
    sqlx::query!("UPDATE transitions SET deleted_at = now(), modified_at = now() WHERE id = $1", id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// Gives the transition the key that its document calls it by.
pub async fn set_key(db: impl PgExecutor<'_>, id: TransitionId, key: &str) -> Result<(), Error> {
    sqlx::query!("UPDATE transitions SET document_key = $2 WHERE id = $1", id.0, key).execute(db).await?;
    Ok(())
}
