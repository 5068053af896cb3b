//! Bearer tokens of people for `/api/v2/`: made, listed and revoked at the command line. Only their hash is kept.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;

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
