//! Use cases: one method a write, whoever asks for it. Ties rules, store and sandbox together and owns every transaction.
//! Knows nothing of HTTP.

pub mod accounts;
mod acts;
pub mod app_tokens;
pub mod attempts;
pub mod caller;
pub mod definitions;
pub mod directory;
pub mod documents;
pub mod door;
pub mod dry_run;
mod engine_moves;
mod error;
mod figures;
mod gates;
mod guest_context;
mod guest_queries;
pub mod hook_tokens;
pub mod hooks;
pub mod interventions;
pub mod logins;
pub(crate) mod notice_batches;
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
mod staged;
#[cfg(test)]
pub(crate) mod testing;
pub mod tickets;
mod trail;
pub mod trials;
mod turns;
pub mod workflows;
mod write;

use std::{sync::Arc, time::Duration};

use chrono_tz::Tz;
use gavia_sandbox::{Plugin, Sandbox};
use serde_json::Value;
use sqlx::PgPool;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use error::Error;

use crate::{outbound::Outbound, seal::SealingKey, store, store::flow_logs::FlowLog, workflow::TicketId};

/// What a running server works with. Shared by the request path and the worker.
pub struct App {
    pub db: PgPool,
    pub key: SealingKey,
    /// The one zone of times on the wire (design.md §11).
    pub zone: Tz,
    pub sandbox: Sandbox,
    pub outbound: Outbound,
    pub definitions: Arc<definitions::Definitions>,
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
    gates: gates::Gates,
    guest_queries: guest_queries::GuestQueries,
    /// Names this node where it holds something for a while.
    node: uuid::Uuid,
    /// Uploads that are compiled at once or wait for it, each in memory as a whole.
    compilations: Arc<Semaphore>,
    /// Of those who need the same stored plugin one makes it ready.
    loading: turns::Turns,
    /// How long an upload waits for the compiler before it is answered as one that is being compiled.
    upload_patience: Duration,
    /// Metrics have a listener of their own.
    pub metrics_elsewhere: bool,
    /// One import of a directory at a time.
    imports: Semaphore,
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
    pub upload_patience: Duration,
    pub metrics_elsewhere: bool,
}

/// Compilations that are waited for or under way on one node.
const COMPILATIONS: usize = 6;

/// A row of a ticket's flow logs in the wire's shape.
pub type LogRow = fn(&FlowLog, TicketId, Tz) -> Value;

/// The condition component, built with this binary.
pub(crate) const CONDITION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/condition.wasm"));

impl App {
    /// Makes the built-in condition plugin ready, which takes a moment where this node has not compiled it before.
    pub async fn new(parts: Parts) -> Result<Self, Error> {
        let conditions = plugins::built_in(&parts.db, &parts.sandbox, CONDITION).await?;
        Ok(Self::with(parts, conditions))
    }

    fn with(parts: Parts, conditions: Plugin) -> Self {
        Self {
            guest_queries: guest_queries::GuestQueries::new(&parts.db),
            db: parts.db,
            key: parts.key,
            zone: parts.zone,
            sandbox: parts.sandbox,
            outbound: parts.outbound,
            log_row: parts.log_row,
            body_bytes_max: parts.body_bytes_max,
            stopping: parts.stopping,
            door: door::Door::new(parts.door),
            definitions: Arc::default(),
            conditions,
            numbers: numbers::Numbers::default(),
            logins: logins::Logins::default(),
            noted: plugin_calls::Noted::default(),
            gates: gates::Gates::default(),
            node: crate::ambient::uuid(),
            compilations: Arc::new(Semaphore::new(COMPILATIONS)),
            loading: turns::Turns::default(),
            upload_patience: parts.upload_patience,
            metrics_elsewhere: parts.metrics_elsewhere,
            imports: Semaphore::new(1),
        }
    }
}

impl App {
    /// Brings what is measured and not counted up to date, for whoever asks for metrics now. A database that does not answer at once is
    /// left out.
    pub async fn read_figures(&self) {
        figures::standing(&self.sandbox, self.gates.suspended());
        figures::connections(self.db.size(), self.db.num_idle());
        let read = async {
            figures::queue(&store::job_lists::lengths(&self.db).await?);
            figures::kept(&store::plugins::kv::kept(&self.db).await?);
            Ok::<(), store::Error>(())
        };
        match tokio::time::timeout(Duration::from_secs(1), read).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "jobs and what plugins keep are not told"),
            Err(_) => tracing::warn!("jobs and what plugins keep are not told: the database does not answer"),
        }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("zone", &self.zone).finish_non_exhaustive()
    }
}
