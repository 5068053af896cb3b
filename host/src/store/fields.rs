//! Custom field definitions as administrators see them. Values of a deleted field stay on its tickets.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use super::{
    Error,
    drafts::FieldDraft,
    names::Named as _,
    paging::{Page, Rows},
};
use crate::workflow::{FieldId, FieldKind, WorkflowId};

#[derive(Clone, Debug)]
pub struct FieldRow {
    pub id: FieldId,
    pub set: FieldDraft,
    pub creator: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug)]
struct Raw {
    id: i64,
    kind: String,
    field_key: String,
    name: String,
    order_id: i32,
    default_value: Option<String>,
    description: String,
    template: String,
    boolean_display: Value,
    choices: Value,
    label: Value,
    creator: String,
    created_at: DateTime<Utc>,
}

impl TryFrom<Raw> for FieldRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self, Error> {
        Ok(Self {
            id: FieldId(raw.id),
            set: FieldDraft {
                kind: FieldKind::from_name(&raw.kind)?,
                key: raw.field_key,
                name: raw.name,
                order_id: raw.order_id,
                default_value: raw.default_value,
                description: raw.description,
                template: raw.template,
                boolean_display: raw.boolean_display,
                choices: raw.choices,
                label: raw.label,
            },
            creator: raw.creator,
            created_at: raw.created_at,
        })
    }
}

macro_rules! select {
    ($tail:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Raw,
            "SELECT f.id, f.kind, f.field_key, f.name, f.order_id, f.default_value, f.description, f.template, f.boolean_display,
                    f.choices, f.label, f.creator, f.created_at
               FROM fields f " + $tail,
            $($argument),*
        )
    };
}

/// Fields of a workflow that hold `search` in key, description or name, by id.
pub async fn list(
    db: impl PgExecutor<'_> + Copy,
    workflow: WorkflowId,
    search: &str,
    page: Page,
) -> Result<Rows<FieldRow>, Error> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM fields
            WHERE workflow_id = $1 AND deleted_at IS NULL
              AND (strpos(field_key, $2) > 0 OR strpos(description, $2) > 0 OR strpos(name, $2) > 0)"#,
        workflow.0,
        search
    )
    .fetch_one(db)
    .await?;
    let rows = select!(
        "WHERE f.workflow_id = $1 AND f.deleted_at IS NULL
           AND (strpos(f.field_key, $2) > 0 OR strpos(f.description, $2) > 0 OR strpos(f.name, $2) > 0)
         ORDER BY f.id LIMIT $3 OFFSET $4",
        workflow.0,
        search,
        page.limit,
        page.offset(total)
    )
    .fetch_all(db)
    .await?;
    Ok(Rows { total, rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()? })
}

/// Every field of a workflow, by id.
pub async fn all(db: impl PgExecutor<'_>, workflow: WorkflowId) -> Result<Vec<FieldRow>, Error> {
    let rows =
        select!("WHERE f.workflow_id = $1 AND f.deleted_at IS NULL ORDER BY f.id", workflow.0).fetch_all(db).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The fields with these keys, by id.
pub async fn with_keys(db: impl PgExecutor<'_>, workflow: WorkflowId, keys: &[String]) -> Result<Vec<FieldRow>, Error> {
    let rows = select!(
        "WHERE f.workflow_id = $1 AND f.field_key = ANY($2) AND f.deleted_at IS NULL ORDER BY f.id",
        workflow.0,
        keys
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The kinds that fields of this key have in these workflows (none named: in all). Fields of deleted workflows do not count.
pub async fn kinds_of(db: impl PgExecutor<'_>, key: &str, workflows: &[i64]) -> Result<Vec<FieldKind>, Error> {
    let kinds = sqlx::query_scalar!(
        "SELECT DISTINCT f.kind FROM fields f JOIN workflows w ON w.id = f.workflow_id AND w.deleted_at IS NULL
          WHERE f.field_key = $1 AND f.deleted_at IS NULL AND (cardinality($2::bigint[]) = 0 OR f.workflow_id = ANY($2))",
        key,
        workflows
    )
    .fetch_all(db)
    .await?;
    kinds.iter().map(|kind| FieldKind::from_name(kind)).collect()
}

/// The field if it belongs to that workflow.
pub async fn get_in(db: impl PgExecutor<'_>, workflow: WorkflowId, id: FieldId) -> Result<Option<FieldRow>, Error> {
    let row = select!("WHERE f.workflow_id = $1 AND f.id = $2 AND f.deleted_at IS NULL", workflow.0, id.0)
        .fetch_optional(db)
        .await?;
    row.map(TryInto::try_into).transpose()
}

pub async fn insert(
    db: impl PgExecutor<'_>,
    workflow: WorkflowId,
    draft: &FieldDraft,
    creator: &str,
) -> Result<FieldId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO fields (workflow_id, kind, field_key, name, order_id, default_value, description, template, boolean_display,
                             choices, label, creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         RETURNING id",
        workflow.0,
        draft.kind.name(),
        draft.key,
        draft.name,
        draft.order_id,
        draft.default_value,
        draft.description,
        draft.template,
        draft.boolean_display,
        draft.choices,
        draft.label,
        creator
    )
    .fetch_one(db)
    .await?;
    Ok(FieldId(id))
}

pub async fn update(db: impl PgExecutor<'_>, id: FieldId, draft: &FieldDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE fields
            SET kind = $2, field_key = $3, name = $4, order_id = $5, default_value = $6, description = $7, template = $8,
                boolean_display = $9, choices = $10, label = $11, modified_at = now()
          WHERE id = $1",
        id.0,
        draft.kind.name(),
        draft.key,
        draft.name,
        draft.order_id,
        draft.default_value,
        draft.description,
        draft.template,
        draft.boolean_display,
        draft.choices,
        draft.label
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn retire(db: impl PgExecutor<'_>, id: FieldId) -> Result<(), Error> {
    sqlx::query!("UPDATE fields SET deleted_at = now(), modified_at = now() WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}
