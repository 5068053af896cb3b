//! Use cases: one method a write, whoever asks for it. Ties rules, store and sandbox together and owns every transaction.
//! Knows nothing of HTTP.

pub mod definitions;

use chrono_tz::Tz;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::seal::SealingKey;

/// What a running server works with. Shared by the request path and the worker.
#[derive(Debug)]
pub struct App {
    pub db: PgPool,
    pub key: SealingKey,
    /// The one zone of times on the wire (design.md §11).
    pub zone: Tz,
    pub definitions: definitions::Definitions,
    /// Largest body of a request that is no upload.
    pub body_bytes_max: usize,
    /// Cancelled when the stop begins: this node is not ready any more and takes no new work.
    pub stopping: CancellationToken,
}
