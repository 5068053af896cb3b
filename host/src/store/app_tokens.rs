//! App tokens as administrators edit them. The token itself is sealed; what opens it is not here.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::Error;

#[derive(Clone, Debug)]
pub struct AppTokenRow {
    pub id: i64,
    pub app_name: String,
    pub sealed_token: Vec<u8>,
    pub ticket_sn_prefix: String,
    pub workflow_ids: Vec<i64>,
    pub trusted: bool,
    pub may_configure: bool,
    pub may_admin: bool,
    pub creator: String,
    pub creator_id: Option<i64>,
    pub creator_alias: Option<String>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

/// What of an app token can be changed; its secret can not.
#[derive(Clone, Debug, Default)]
pub struct AppTokenDraft {
    pub app_name: String,
    pub ticket_sn_prefix: String,
    pub workflows: Vec<i64>,
    pub trusted: bool,
    pub may_configure: bool,
    pub may_admin: bool,
}

/// A sealed token and the key that sealed it.
#[derive(Clone, Debug)]
pub struct Sealed<'a> {
    pub token: &'a [u8],
    pub key_id: &'a str,
}

pub async fn count(db: impl PgExecutor<'_>, search: &str) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM app_tokens WHERE deleted_at IS NULL AND app_name ILIKE $1"#,
        super::containing(search)
    );
    Ok(count.fetch_one(db).await?)
}

/// By id. `only` narrows to one token.
pub async fn list(
    db: impl PgExecutor<'_>,
    search: &str,
    only: Option<i64>,
    (limit, offset): (i64, i64),
) -> Result<Vec<AppTokenRow>, Error> {
    let rows = sqlx::query_as!(
        AppTokenRow,
        r#"SELECT t.id, t.app_name, t.sealed_token, t.ticket_sn_prefix,
                  ARRAY(SELECT a.workflow_id FROM app_workflows a JOIN workflows w ON w.id = a.workflow_id AND w.deleted_at IS NULL
                         WHERE a.app_token_id = t.id ORDER BY a.workflow_id) AS "workflow_ids!",
                  t.trusted, t.may_configure, t.may_admin, t.creator, c.id AS "creator_id?", c.alias AS "creator_alias?",
                  t.created_at, t.modified_at
             FROM app_tokens t
             LEFT JOIN users c ON c.username = t.creator AND c.deleted_at IS NULL
            WHERE t.deleted_at IS NULL AND t.app_name ILIKE $1 AND ($2::bigint IS NULL OR t.id = $2)
            ORDER BY t.id LIMIT $3 OFFSET $4"#,
        super::containing(search),
        only,
        limit,
        offset
    );
    Ok(rows.fetch_all(db).await?)
}

/// What can be changed of the token, which is locked for the rest of the transaction.
pub async fn lock(db: impl PgExecutor<'_>, id: i64) -> Result<Option<AppTokenDraft>, Error> {
    let row = sqlx::query_as!(
        AppTokenDraft,
        r#"SELECT t.app_name, t.ticket_sn_prefix,
                  ARRAY(SELECT a.workflow_id FROM app_workflows a JOIN workflows w ON w.id = a.workflow_id AND w.deleted_at IS NULL
                         WHERE a.app_token_id = t.id ORDER BY a.workflow_id) AS "workflows!",
                  t.trusted, t.may_configure, t.may_admin
             FROM app_tokens t WHERE t.id = $1 AND t.deleted_at IS NULL FOR UPDATE"#,
        id
    );
    Ok(row.fetch_optional(db).await?)
}

/// The constraints `app_tokens_app_name_key` and `app_workflows_workflow_fkey` may refuse.
pub async fn insert(
    tx: &mut PgConnection,
    draft: &AppTokenDraft,
    sealed: &Sealed<'_>,
    creator: &str,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO app_tokens (app_name, sealed_token, key_id, ticket_sn_prefix, trusted, may_configure, may_admin, creator)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        draft.app_name,
        sealed.token,
        sealed.key_id,
        draft.ticket_sn_prefix,
        draft.trusted,
        draft.may_configure,
        draft.may_admin,
        creator
    )
    .fetch_one(&mut *tx)
    .await?;
    set_workflows(tx, id, &draft.workflows).await?;
    Ok(id)
}

pub async fn update(tx: &mut PgConnection, id: i64, draft: &AppTokenDraft) -> Result<(), Error> {
    sqlx::query!(
        "UPDATE app_tokens SET app_name = $2, ticket_sn_prefix = $3, trusted = $4, may_configure = $5, may_admin = $6, modified_at = now()
          WHERE id = $1 AND deleted_at IS NULL",
        id,
        draft.app_name,
        draft.ticket_sn_prefix,
        draft.trusted,
        draft.may_configure,
        draft.may_admin
    )
    .execute(&mut *tx)
    .await?;
    set_workflows(tx, id, &draft.workflows).await
}

async fn set_workflows(tx: &mut PgConnection, id: i64, workflows: &[i64]) -> Result<(), Error> {
    sqlx::query!("DELETE FROM app_workflows WHERE app_token_id = $1", id).execute(&mut *tx).await?;
    sqlx::query!(
        "INSERT INTO app_workflows (app_token_id, workflow_id) SELECT $1, unnest($2::bigint[]) ON CONFLICT DO NOTHING",
        id,
        workflows
    )
    .execute(&mut *tx)
    .await?;
    Ok(())
}

/// False when there is no such token.
pub async fn retire(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE app_tokens SET deleted_at = now(), modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        id
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
