//! Use cases: one method a write, whoever asks for it. Ties rules, store and sandbox together and owns every transaction.
//! Knows nothing of HTTP.

pub mod accounts;
mod acts;
pub mod app_tokens;
mod attempts;
pub mod definitions;
pub mod directory;
pub mod documents;
pub mod door;
pub mod dry_run;
mod engine_moves;
mod error;
mod guest_context;
pub mod hook_tokens;
pub mod hooks;
pub mod interventions;
pub mod logins;
mod notice_plugins;
pub mod notices;
mod numbers;
pub mod parts;
mod plugin_calls;
mod plugin_host;
mod plugins;
mod questions;
pub mod queue;
mod rates;
pub mod registry;
mod script_runs;
pub mod scripts;
#[cfg(test)]
pub(crate) mod testing;
pub mod tickets;
pub mod workflows;
mod write;

use chrono_tz::Tz;
use gavia_sandbox::{Plugin, Sandbox};
use serde_json::Value;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

pub use error::Error;

use crate::{outbound::Outbound, seal::SealingKey, store::flow_logs::FlowLog, workflow::TicketId};

/// What a running server works with. Shared by the request path and the worker.
pub struct App {
    pub db: PgPool,
    pub key: SealingKey,
    /// The one zone of times on the wire (design.md §11).
    pub zone: Tz,
    pub sandbox: Sandbox,
    pub outbound: Outbound,
    pub definitions: definitions::Definitions,
    /// Largest body of a request that is no upload.
    pub body_bytes_max: usize,
    /// Cancelled when the stop begins: this node is not ready any more and takes no new work.
    pub stopping: CancellationToken,
    /// How a flow log is spelt for callers and receivers; handed in, since use cases know no wire.
    log_row: LogRow,
    pub door: door::Door,
    /// The built-in condition plugin.
    conditions: Plugin,
    numbers: numbers::Numbers,
    logins: logins::Logins,
    noted: plugin_calls::Noted,
    /// One import of a directory at a time.
    imports: tokio::sync::Semaphore,
}

/// What an `App` is made of.
pub struct Parts {
    pub db: PgPool,
    pub key: SealingKey,
    pub zone: Tz,
    pub sandbox: Sandbox,
    pub outbound: Outbound,
    pub log_row: LogRow,
    pub body_bytes_max: usize,
    pub stopping: CancellationToken,
    pub door: door::DoorSettings,
}

/// A row of a ticket's flow logs in the wire's shape.
pub type LogRow = fn(&FlowLog, TicketId, Tz) -> Value;

/// The condition component, built with this binary.
const CONDITION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/condition.wasm"));

impl App {
    /// Makes the built-in condition plugin ready, which takes a moment where this node has not compiled it before.
    pub async fn new(parts: Parts) -> Result<Self, Error> {
        let conditions = plugins::built_in(&parts.db, &parts.sandbox, CONDITION).await?;
        Ok(Self::with(parts, conditions))
    }

    fn with(parts: Parts, conditions: Plugin) -> Self {
        Self {
            db: parts.db,
            key: parts.key,
            zone: parts.zone,
            sandbox: parts.sandbox,
            outbound: parts.outbound,
            log_row: parts.log_row,
            body_bytes_max: parts.body_bytes_max,
            stopping: parts.stopping,
            door: door::Door::new(parts.door),
            definitions: definitions::Definitions::default(),
            conditions,
            numbers: numbers::Numbers::default(),
            logins: logins::Logins::default(),
            noted: plugin_calls::Noted::default(),
            imports: tokio::sync::Semaphore::new(1),
        }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("zone", &self.zone).finish_non_exhaustive()
    }
}
