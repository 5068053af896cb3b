//! Tokens as the command line makes, lists and revokes them: people's bearer tokens for `/api/v2/`, of which only the hash is kept,
//! and apps' tokens, kept sealed. What administrators do to apps over HTTP is elsewhere.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use super::Error;
use crate::workflow::UserId;

/// A token as it can be shown: everything but itself.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub id: i64,
    pub username: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
}

/// Keeps the token whose SHA-256 is `hash`; its id is the answer.
pub async fn insert(
    db: impl PgExecutor<'_>,
    user: UserId,
    hash: &[u8],
    expires_at: Option<DateTime<Utc>>,
) -> Result<i64, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO access_tokens (user_id, token_hash, expires_at) VALUES ($1, $2, $3) RETURNING id",
        user.0,
        hash,
        expires_at
    )
    .fetch_one(db)
    .await?;
    Ok(id)
}

/// Tokens that are not revoked, newest first, at most `limit`.
pub async fn list(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<AccessToken>, Error> {
    let rows = sqlx::query_as!(
        AccessToken,
        "SELECT t.id, u.username, t.created_at, t.expires_at
           FROM access_tokens t
           JOIN users u ON u.id = t.user_id
          WHERE t.revoked_at IS NULL
          ORDER BY t.id DESC
          LIMIT $1",
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// Whether there was a live token of this id to revoke.
pub async fn revoke(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let done = sqlx::query!("UPDATE access_tokens SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL", id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// An app that is to be let in.
#[derive(Clone, Debug)]
pub struct NewApp<'a> {
    pub name: &'a str,
    pub sealed_token: &'a [u8],
    /// Names the key that sealed it.
    pub key_id: &'a str,
    pub ticket_sn_prefix: &'a str,
    pub trusted: bool,
    pub may_configure: bool,
    pub may_admin: bool,
}

/// None: there is an app of this name already.
pub async fn insert_app(db: impl PgExecutor<'_>, app: &NewApp<'_>) -> Result<Option<i64>, Error> {
    let id = sqlx::query_scalar!(
        "INSERT INTO app_tokens (app_name, sealed_token, key_id, ticket_sn_prefix, trusted, may_configure, may_admin)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (app_name) WHERE deleted_at IS NULL DO NOTHING
         RETURNING id",
        app.name,
        app.sealed_token,
        app.key_id,
        app.ticket_sn_prefix,
        app.trusted,
        app.may_configure,
        app.may_admin
    )
    .fetch_optional(db)
    .await?;
    Ok(id)
}

/// Lets an app use workflows; those that exist and are granted now are the answer.
pub async fn grant(tx: &mut PgConnection, app: i64, workflows: &[i64]) -> Result<Vec<i64>, Error> {
    let granted = sqlx::query_scalar!(
        "INSERT INTO app_workflows (app_token_id, workflow_id)
         SELECT $1, id FROM workflows WHERE id = ANY($2) AND deleted_at IS NULL
         RETURNING workflow_id",
        app,
        workflows
    )
    .fetch_all(tx)
    .await?;
    Ok(granted)
}

/// An app as it can be shown.
#[derive(Clone, Debug)]
pub struct App {
    pub app_name: String,
    pub ticket_sn_prefix: String,
    pub workflows: Vec<i64>,
    pub created_at: DateTime<Utc>,
}

/// By name, at most `limit`.
pub async fn list_apps(db: impl PgExecutor<'_>, limit: i64) -> Result<Vec<App>, Error> {
    let rows = sqlx::query_as!(
        App,
        r#"SELECT app_name, ticket_sn_prefix, created_at,
                  ARRAY(SELECT workflow_id FROM app_workflows w WHERE w.app_token_id = t.id ORDER BY workflow_id) AS "workflows!"
             FROM app_tokens t
            WHERE deleted_at IS NULL
            ORDER BY app_name
            LIMIT $1"#,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

/// Whether there was an app of this name to shut out.
pub async fn revoke_app(db: impl PgExecutor<'_>, name: &str) -> Result<bool, Error> {
    let done =
        sqlx::query!("UPDATE app_tokens SET deleted_at = now() WHERE app_name = $1 AND deleted_at IS NULL", name)
            .execute(db)
            .await?;
    Ok(done.rows_affected() == 1)
}
