//! Workflows as administrators see them, which app may use which, and the revision that every change to any part raises.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

use super::{
    Error,
    drafts::WorkflowDraft,
    paging::{Page, Rows},
};
use crate::workflow::WorkflowId;

#[derive(Clone, Debug)]
pub struct WorkflowRow {
    pub id: WorkflowId,
    pub set: WorkflowDraft,
    pub creator: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Debug)]
struct Raw {
    id: i64,
    name: String,
    description: String,
    notices: String,
    view_permission_check: bool,
    limit_expression: String,
    display_form: String,
    condition_plugin: String,
    creator: String,
    created_at: DateTime<Utc>,
}

impl From<Raw> for WorkflowRow {
    fn from(raw: Raw) -> Self {
        Self {
            id: WorkflowId(raw.id),
            set: WorkflowDraft {
                name: raw.name,
                description: raw.description,
                notices: raw.notices,
                view_permission_check: raw.view_permission_check,
                limit_expression: raw.limit_expression,
                display_form: raw.display_form,
                condition_plugin: raw.condition_plugin,
            },
            creator: raw.creator,
            created_at: raw.created_at,
        }
    }
}

macro_rules! select {
    ($tail:tt, $($argument:expr),*) => {
        sqlx::query_as!(
            Raw,
            "SELECT w.id, w.name, w.description, w.notices, w.view_permission_check, w.limit_expression, w.display_form,
                    w.condition_plugin, w.creator, w.created_at
               FROM workflows w " + $tail,
            $($argument),*
        )
    };
}

/// Which workflows a list shows; `app` is the token whose grants count.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    pub app: Option<i64>,
    /// Part of the name, literally; empty matches all.
    pub name: &'a str,
    pub search: &'a str,
}

/// By id.
pub async fn list(db: impl PgExecutor<'_> + Copy, filter: Filter<'_>, page: Page) -> Result<Rows<WorkflowRow>, Error> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM workflows w
            WHERE w.deleted_at IS NULL AND strpos(w.name, $2) > 0 AND strpos(w.name, $3) > 0
              AND ($1::bigint IS NULL OR EXISTS (SELECT FROM app_workflows a WHERE a.workflow_id = w.id AND a.app_token_id = $1))"#,
        filter.app,
        filter.name,
        filter.search
    )
    .fetch_one(db)
    .await?;
    let rows = select!(
        "WHERE w.deleted_at IS NULL AND strpos(w.name, $2) > 0 AND strpos(w.name, $3) > 0
           AND ($1::bigint IS NULL OR EXISTS (SELECT FROM app_workflows a WHERE a.workflow_id = w.id AND a.app_token_id = $1))
         ORDER BY w.id LIMIT $4 OFFSET $5",
        filter.app,
        filter.name,
        filter.search,
        page.limit,
        page.offset(total)
    )
    .fetch_all(db)
    .await?;
    Ok(Rows { total, rows: rows.into_iter().map(Into::into).collect() })
}

pub async fn get(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<Option<WorkflowRow>, Error> {
    let row = select!("WHERE w.id = $1 AND w.deleted_at IS NULL", id.0).fetch_optional(db).await?;
    Ok(row.map(Into::into))
}

/// Ids and names of workflows that are not deleted, by id, those after `after`.
pub async fn names_after(
    db: impl PgExecutor<'_>,
    after: WorkflowId,
    limit: i64,
) -> Result<Vec<(WorkflowId, String)>, Error> {
    let rows = sqlx::query!(
        "SELECT id, name FROM workflows WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2",
        after.0,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (WorkflowId(row.id), row.name)).collect())
}

/// Whether the app's token names the workflow; whether that still exists is another question.
pub async fn is_granted(db: impl PgExecutor<'_>, app: i64, id: WorkflowId) -> Result<bool, Error> {
    let granted = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM app_workflows WHERE app_token_id = $1 AND workflow_id = $2) AS "granted!""#,
        app,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(granted)
}

/// Whether any app may use the workflow.
pub async fn has_app(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<bool, Error> {
    let granted = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM app_workflows a JOIN app_tokens t ON t.id = a.app_token_id AND t.deleted_at IS NULL
                           WHERE a.workflow_id = $1) AS "granted!""#,
        id.0
    )
    .fetch_one(db)
    .await?;
    Ok(granted)
}

pub async fn insert(db: impl PgExecutor<'_>, draft: &WorkflowDraft, creator: &str) -> Result<WorkflowId, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO workflows (name, description, notices, view_permission_check, limit_expression, display_form, condition_plugin, creator, modified_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
         RETURNING id",
        draft.name,
        draft.description,
        draft.notices,
        draft.view_permission_check,
        draft.limit_expression,
        draft.display_form,
        draft.condition_plugin,
        creator
    )
    .fetch_one(db)
    .await?;
    Ok(WorkflowId(id))
}

/// Lets an app use a workflow.
pub async fn grant(db: impl PgExecutor<'_>, app: i64, id: WorkflowId) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO app_workflows (app_token_id, workflow_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        app,
        id.0
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Which state of its definition a workflow is in, and who brought it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub revision: i64,
    pub modified_by: String,
    pub modified_at: DateTime<Utc>,
}

pub async fn version(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<Option<Version>, Error> {
    let row = sqlx::query_as!(
        Version,
        "SELECT revision, modified_by, modified_at FROM workflows WHERE id = $1 AND deleted_at IS NULL",
        id.0
    );
    Ok(row.fetch_optional(db).await?)
}

/// As `version`, and keeps others from changing the definition until the transaction ends. Tickets come and go meanwhile.
pub async fn lock(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<Option<Version>, Error> {
    let row = sqlx::query_as!(
        Version,
        "SELECT revision, modified_by, modified_at FROM workflows WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE",
        id.0
    );
    Ok(row.fetch_optional(db).await?)
}

/// Locks the workflow for the rest of the transaction, raises its revision and notes who did: called first by every change to any
/// part of it. None: there is no such workflow.
pub async fn touch(db: impl PgExecutor<'_>, id: WorkflowId, by: &str) -> Result<Option<WorkflowRow>, Error> {
    let row = sqlx::query_as!(
        Raw,
        "UPDATE workflows SET revision = revision + 1, modified_by = $2, modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL
         RETURNING id, name, description, notices, view_permission_check, limit_expression, display_form, condition_plugin,
                   creator, created_at",
        id.0,
        by
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Into::into))
}

pub async fn update(db: impl PgExecutor<'_>, id: WorkflowId, draft: &WorkflowDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE workflows
            SET name = $2, description = $3, notices = $4, view_permission_check = $5, limit_expression = $6, display_form = $7,
                condition_plugin = $8
          WHERE id = $1",
        id.0,
        draft.name,
        draft.description,
        draft.notices,
        draft.view_permission_check,
        draft.limit_expression,
        draft.display_form,
        draft.condition_plugin
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn retire(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<(), Error> {
    sqlx::query!("UPDATE workflows SET deleted_at = now() WHERE id = $1", id.0).execute(db).await?;
    Ok(())
}

/// Those of `ids` that are no live workflow.
pub async fn missing(db: impl PgExecutor<'_>, ids: &[i64]) -> Result<Vec<i64>, Error> {
    let missing = sqlx::query_scalar!(
        r#"SELECT id AS "id!" FROM unnest($1::bigint[]) AS asked (id)
            WHERE NOT EXISTS (SELECT FROM workflows w WHERE w.id = asked.id AND w.deleted_at IS NULL)
            ORDER BY id"#,
        ids
    );
    Ok(missing.fetch_all(db).await?)
}
