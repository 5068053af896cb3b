//! New passwords, and what the command line needs of people by their names. Passwords come here as hashes only.

use sqlx::PgExecutor;

use super::Error;
use crate::workflow::UserId;

/// Replaces the password and ends the person's sessions; false when there is no such user.
pub async fn set(db: impl PgExecutor<'_>, username: &str, password_hash: &str) -> Result<bool, Error> {
    let done = sqlx::query!(
        "WITH person AS (
             UPDATE users SET password_hash = $2, modified_at = now()
              WHERE username = $1 AND deleted_at IS NULL RETURNING id),
              ended AS (DELETE FROM sessions WHERE user_id IN (SELECT id FROM person))
         SELECT id FROM person",
        username,
        password_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(done.is_some())
}

/// Replaces the person's own password and ends their sessions but the one of the hash `kept`.
pub async fn set_own(db: impl PgExecutor<'_>, user: UserId, password_hash: &str, kept: &[u8]) -> Result<(), Error> {
    sqlx::query!(
        "WITH ended AS (DELETE FROM sessions WHERE user_id = $1 AND id_hash <> $3)
         UPDATE users SET password_hash = $2, modified_at = now() WHERE id = $1 AND deleted_at IS NULL",
        user.0,
        password_hash,
        kept
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The id of a user who may act.
pub async fn active_user(db: impl PgExecutor<'_>, username: &str) -> Result<Option<UserId>, Error> {
    let id =
        sqlx::query_scalar!("SELECT id FROM users WHERE username = $1 AND is_active AND deleted_at IS NULL", username)
            .fetch_optional(db)
            .await?;
    Ok(id.map(UserId))
}
