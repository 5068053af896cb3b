//! What a call leaves behind: its answer or error, what it used, its log, what it wants changed.

use std::time::Duration;

use crate::{engine::TICK, error::PluginError, types::FieldValue};

/// The end of one call.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    pub result: Result<T, PluginError>,
    pub usage: Usage,
    /// In the order in which they were written; control characters are escaped.
    pub logs: Vec<LogLine>,
    /// What the guest asked for, in order. Empty unless `result` is `Ok`.
    pub effects: Vec<Effect>,
}

impl<T> Outcome<T> {
    /// A call that left nothing but its error.
    pub(crate) fn failed(error: PluginError, usage: Usage) -> Outcome<T> {
        Outcome { result: Err(error), usage, logs: Vec::new(), effects: Vec::new() }
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        Outcome { result: self.result.map(change), usage: self.usage, logs: self.logs, effects: self.effects }
    }
}

/// What one call spent: for metrics, and for the operator to see how near the limits it came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Ticks of 5 ms on the processor.
    pub cpu_ticks: u64,
    /// Milliseconds of instantiation and call.
    pub wall_ms: u64,
    /// Milliseconds that the call waited for a slot.
    pub queue_ms: u64,
    /// The largest sum of all linear memories.
    pub peak_memory_bytes: usize,
    /// Calls of `gavia:plugin` imports.
    pub host_calls: u32,
    /// Host calls and HTTP requests that were refused for want of a grant, or because of where they lead.
    pub denied: u32,
    /// HTTP requests, whatever became of them.
    pub http_requests: u32,
    /// Bytes of their bodies.
    pub http_sent_bytes: u64,
    /// Bytes of the answers' bodies.
    pub http_received_bytes: u64,
    /// Changes staged, of which the outcome's effects are what is left after a failure.
    pub effects: u32,
    /// Log lines dropped because the quota was used up.
    pub logs_dropped: u32,
}

impl Usage {
    /// Time on the processor.
    pub fn cpu(&self) -> Duration {
        TICK.saturating_mul(u32::try_from(self.cpu_ticks).unwrap_or(u32::MAX))
    }
}

/// How grave a log line is; standard output is `Info`, standard error is `Warn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Which way a line came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogSource {
    /// The import `gavia:plugin/log`.
    Log,
    Stdout,
    Stderr,
    /// The sandbox itself: what it refused, which secrets were read, how many lines were dropped.
    Sandbox,
}

/// One line of a plugin's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub level: LogLevel,
    pub source: LogSource,
    /// At most 4 KiB.
    pub message: String,
    pub fields: Vec<(String, String)>,
}

/// A change that a guest asked for. Applied by the host in the transaction of the step, never before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The value is JSON text; the kind is what the guest believes, the workflow's declaration decides.
    SetField(FieldValue),
    Comment(String),
}
