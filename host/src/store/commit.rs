//! Committing so that "yes" means stored and "no" means not: when the connection dies in COMMIT, the database is asked what became
//! of the transaction (threat-model §6, unknown commit).

use std::time::Duration;

use sqlx::{PgPool, Postgres, Transaction};

use super::Error;

/// The id of a transaction that has written, as text; `tickets::save` answers it.
#[derive(Clone, Debug)]
pub struct TransactionId(pub(super) String);

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Committed,
    /// The database could not say in time.
    Unknown,
}

/// Commits. An error means that nothing was stored.
pub async fn commit(tx: Transaction<'_, Postgres>, id: &TransactionId, pool: &PgPool) -> Result<Outcome, Error> {
    const TRIES: u32 = 5;
    let error = match tx.commit().await {
        Ok(()) => return Ok(Outcome::Committed),
        Err(error @ sqlx::Error::Database(_)) => return Err(error.into()),
        Err(error) => error,
    };
    tracing::warn!(%error, "the connection died in COMMIT; asking what became of it");
    for _ in 0..TRIES {
        match status(pool, id).await {
            Ok(Some(status)) if status == "committed" => return Ok(Outcome::Committed),
            Ok(Some(status)) if status == "aborted" => return Err(error.into()),
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
    Ok(Outcome::Unknown)
}

async fn status(pool: &PgPool, id: &TransactionId) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar!("SELECT pg_xact_status($1::text::xid8)", id.0).fetch_one(pool).await?)
}
