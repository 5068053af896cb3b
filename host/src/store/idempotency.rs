//! What was answered to creations with an `Idempotency-Key` (I18). A row is written in the creation's own transaction, before its
//! ticket, so that a second one with the same key waits on the unique key until the first has ended.

use sqlx::{PgConnection, PgExecutor};

use super::Error;
use crate::workflow::TicketId;

/// Whose key it is and what was asked with it.
#[derive(Clone, Debug)]
pub struct Key {
    /// None is an administrator's session.
    pub app_token: Option<i64>,
    pub key: String,
    /// SHA-256 of what makes two requests the same.
    pub body_hash: [u8; 32],
}

/// What an earlier request with the key led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    Ticket(TicketId),
    /// It asked for something else.
    Other,
}

/// The answer of the last 24 hours to a request with this key.
pub async fn earlier(db: impl PgExecutor<'_>, key: &Key) -> Result<Option<Earlier>, Error> {
    let row = sqlx::query!(
        "SELECT body_hash, ticket_id FROM idempotency_keys
          WHERE app_token_id = $1 AND key = $2 AND created_at > now() - interval '24 hours'",
        key.app_token.unwrap_or(0),
        key.key
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(
        |row| {
            if row.body_hash == key.body_hash { Earlier::Ticket(TicketId(row.ticket_id)) } else { Earlier::Other }
        },
    ))
}

/// Writes that the key's answer is `ticket`, unless another request was first; then that one's answer is the answer.
pub async fn claim(tx: &mut PgConnection, key: &Key, ticket: TicketId) -> Result<Option<Earlier>, Error> {
    let done = sqlx::query!(
        "INSERT INTO idempotency_keys (app_token_id, key, body_hash, ticket_id) VALUES ($1, $2, $3, $4)
         ON CONFLICT ON CONSTRAINT idempotency_keys_pkey
         DO UPDATE SET body_hash = EXCLUDED.body_hash, ticket_id = EXCLUDED.ticket_id, created_at = now()
          WHERE idempotency_keys.created_at <= now() - interval '24 hours'",
        key.app_token.unwrap_or(0),
        key.key,
        &key.body_hash[..],
        ticket.0
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 1 {
        return Ok(None);
    }
    let earlier = earlier(tx, key).await?;
    earlier.map(Some).ok_or_else(|| Error::Inconsistent("an idempotency key is taken and not there".to_owned()))
}

/// Deletes at most `most` answers whose time is over, with an hour's margin for those who are just reading one. Never waits for
/// another node that does the same.
pub async fn forget(db: impl PgExecutor<'_>, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM idempotency_keys WHERE (app_token_id, key) IN (
           SELECT app_token_id, key FROM idempotency_keys WHERE created_at <= now() - interval '25 hours'
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
        most
    );
    Ok(done.execute(db).await?.rows_affected())
}
