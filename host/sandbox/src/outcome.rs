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
    /// The largest sum of all tables.
    pub peak_table_elements: usize,
    /// The most that the guest handed to the host at once: with one call of a `gavia:plugin` import, or as its answer.
    pub transfer_bytes: usize,
    /// Calls of `gavia:plugin` imports.
    pub host_calls: u32,
    // Handles: wasmtime counts them in the store and does not tell the number. The host's own side of WASI's is counted instead.
    /// WASI's resources (streams, pollables, requests) at the same time, at most.
    pub peak_resources: usize,
    /// Host calls and HTTP requests that were refused for want of a grant, or because of where they lead.
    pub denied: u32,
    /// Lines of the log, standard output and standard error that were kept.
    pub log_lines: usize,
    /// Bytes of the lines that came through `gavia:plugin/log` and were kept.
    pub log_bytes: usize,
    /// Bytes of standard output and standard error that were kept.
    pub stdio_bytes: usize,
    /// Log lines dropped because the quota was used up.
    pub logs_dropped: u32,
    // Randomness: the limit is one request's, and wasmtime-wasi answers without a word to us.
    /// HTTP requests, whatever became of them.
    pub http_requests: u32,
    /// Requests at the same time, at most.
    pub http_at_once: u32,
    /// Milliseconds of the longest request that was over when the call was.
    pub http_ms: u64,
    // Header fields: of a request wasmtime-wasi-http counts them and does not tell; of an answer hyper does the same.
    /// Bytes of their bodies.
    pub http_sent_bytes: u64,
    /// Bytes of the answers' bodies.
    pub http_received_bytes: u64,
    /// The largest value that was kept in `kv`.
    pub kv_value_bytes: usize,
    /// All keys and values that were kept. What the plugin keeps by now, the host knows.
    pub kv_written_bytes: u64,
    /// Changes staged, of which the outcome's effects are what is left after a failure.
    pub effects: u32,
    /// Bytes of their keys, values and texts.
    pub effect_bytes: usize,
    /// Of an action's answer.
    pub message_bytes: usize,
    pub output_bytes: usize,
    /// Usernames answered.
    pub participants: usize,
    /// Deliveries reported.
    pub deliveries: usize,
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
