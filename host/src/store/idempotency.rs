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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::embedded::testing::database;

    #[tokio::test]
    async fn i18_an_answer_is_kept_for_a_day_and_forgotten_in_portions() {
        let database = database().await;
        let mut db = database.pool.acquire().await.unwrap();
        let key = |key: &str, body| Key { app_token: Some(1), key: key.to_owned(), body_hash: [body; 32] };
        assert_eq!(claim(&mut db, &key("a", 1), TicketId(1)).await.unwrap(), None);
        assert_eq!(claim(&mut db, &key("a", 1), TicketId(2)).await.unwrap(), Some(Earlier::Ticket(TicketId(1))));
        assert_eq!(claim(&mut db, &key("a", 2), TicketId(2)).await.unwrap(), Some(Earlier::Other));
        let age = async |db: &mut PgConnection, hours: i32| {
            let age = sqlx::query("UPDATE idempotency_keys SET created_at = now() - make_interval(hours => $1)");
            age.bind(hours).execute(db).await.unwrap();
        };
        age(&mut db, 23).await;
        assert_eq!(earlier(&mut *db, &key("a", 1)).await.unwrap(), Some(Earlier::Ticket(TicketId(1))));
        age(&mut db, 24).await;
        assert_eq!(earlier(&mut *db, &key("a", 1)).await.unwrap(), None);
        assert_eq!(claim(&mut db, &key("a", 2), TicketId(3)).await.unwrap(), None, "its time was over");
        for n in 0..4 {
            claim(&mut db, &key(&n.to_string(), 1), TicketId(4)).await.unwrap();
        }
        assert_eq!(forget(&mut *db, 10).await.unwrap(), 0);
        age(&mut db, 26).await;
        assert_eq!([forget(&mut *db, 3).await.unwrap(), forget(&mut *db, 3).await.unwrap()], [3, 2]);
    }
}
