//! Use cases: one method a write, whoever asks for it. Ties rules, store and sandbox together and owns every transaction.
//! Knows nothing of HTTP.

pub mod accounts;
pub mod app_tokens;
pub mod definitions;
pub mod door;
mod error;
mod guest_context;
pub mod hook_tokens;
pub mod logins;
mod numbers;
mod plugins;
mod rates;
mod script_runs;
pub mod scripts;
#[cfg(test)]
pub(crate) mod testing;
pub mod tickets;
pub mod workflows;
mod write;

use chrono_tz::Tz;
use gavia_sandbox::{Plugin, Rejection, Sandbox};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

pub use error::Error;

use crate::seal::SealingKey;

/// What a running server works with. Shared by the request path and the worker.
pub struct App {
    pub db: PgPool,
    pub key: SealingKey,
    /// The one zone of times on the wire (design.md §11).
    pub zone: Tz,
    pub sandbox: Sandbox,
    pub definitions: definitions::Definitions,
    /// Largest body of a request that is no upload.
    pub body_bytes_max: usize,
    /// Cancelled when the stop begins: this node is not ready any more and takes no new work.
    pub stopping: CancellationToken,
    pub door: door::Door,
    /// The built-in condition plugin.
    conditions: Plugin,
    numbers: numbers::Numbers,
    logins: logins::Logins,
}

/// What an `App` is made of.
pub struct Parts {
    pub db: PgPool,
    pub key: SealingKey,
    pub zone: Tz,
    pub sandbox: Sandbox,
    pub body_bytes_max: usize,
    pub stopping: CancellationToken,
    pub door: door::DoorSettings,
}

/// The condition component, built with this binary.
const CONDITION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/condition.wasm"));

impl App {
    /// Makes the built-in condition plugin ready, which takes a moment where this node has not compiled it before.
    pub async fn new(parts: Parts) -> Result<Self, Rejection> {
        let conditions = parts.sandbox.prepare(CONDITION.to_vec()).await?.plugin;
        Ok(Self::with(parts, conditions))
    }

    fn with(parts: Parts, conditions: Plugin) -> Self {
        Self {
            db: parts.db,
            key: parts.key,
            zone: parts.zone,
            sandbox: parts.sandbox,
            body_bytes_max: parts.body_bytes_max,
            stopping: parts.stopping,
            door: door::Door::new(parts.door),
            definitions: definitions::Definitions::default(),
            conditions,
            numbers: numbers::Numbers::default(),
            logins: logins::Logins::default(),
        }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("zone", &self.zone).finish_non_exhaustive()
    }
}
