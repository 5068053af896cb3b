//! Every way a plugin can fail: at preparation (`Rejection`), at start (`StartError`), in a call (`PluginError`, plugin-runtime §8).
//!
//! Says for each failure whether another attempt makes sense and what a requester may read. Classifying what wasmtime reports is
//! `classify.rs`.

use std::time::Duration;

use crate::types::{GuestError, GuestErrorKind};

/// The sandbox cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the WebAssembly engine does not start on this machine: {0}")]
    Engine(String),
    #[error("the folder for compiled plugins, {path}, is not usable: {reason}")]
    Cache { path: String, reason: String },
}

/// Why bytes are not accepted as a plugin. `Display` is one sentence that says what was found and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("the file is {bytes} bytes; a plugin may have {max} at most")]
    TooLarge { bytes: usize, max: usize },
    /// Not WebAssembly; `found` says what it looks like.
    #[error("this is not a WebAssembly component or module but {found}")]
    NotWasm { found: String },
    /// WebAssembly, but broken or using a feature that is off.
    #[error("the WebAssembly is not valid here: {0}")]
    Invalid(String),
    /// Valid, but beyond a number of plugin-runtime §5 and §6.
    #[error("the plugin exceeds a limit: {0}")]
    Limit(String),
    /// Does not link; lists each import that is wanted and what is provided.
    #[error("the plugin needs what this engine does not provide:\n{0}")]
    Unlinkable(String),
    /// Links, but is no plugin of any kind.
    #[error("the component exports no interface of gavia:plugin@0.1.0; {0}")]
    NoKind(String),
    /// Our fault: the cache cannot be written, the compiler failed.
    #[error("the plugin could not be prepared: {0}")]
    Internal(String),
}

/// Whether to try a failed call again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// The same would happen again.
    No,
    /// One immediate repeat.
    Once,
    /// Later, at most 5 attempts and 10 minutes.
    Backoff,
}

/// Why a guest trapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrapKind {
    /// `unreachable`: what a panic or an abort compiles to.
    Panic,
    /// A memory, stack, table, integer or cast fault.
    Fault,
}

/// The classes of plugin-runtime §8. `Display` is for administrators; [`PluginError::shown`] is for the requester.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginError {
    /// The export returned it.
    #[error("the plugin answered {:?}: {}{}", .0.kind, .0.message, detail(.0))]
    Guest(GuestError),
    #[error("the plugin trapped: {text}{}{}", listed("called from", .backtrace), tail(.stderr))]
    Trap {
        kind: TrapKind,
        text: String,
        /// Function names, innermost first, at most 20.
        backtrace: Vec<String>,
        /// The end of what the guest wrote to standard error.
        stderr: String,
    },
    #[error("the plugin used up its memory: {cap_bytes} bytes allowed, {peak_bytes} held when it asked for more")]
    MemoryLimit { peak_bytes: usize, cap_bytes: usize },
    #[error("the plugin used up its processor time: {ticks} ticks of 5 ms")]
    CpuLimit { ticks: u64 },
    #[error("the plugin did not answer within {wall:?}; last host call: {}", .last_host_call.unwrap_or("none"))]
    Timeout { wall: Duration, last_host_call: Option<&'static str> },
    #[error("the plugin moved more than {cap_bytes} bytes to the host in one call")]
    TransferLimit { cap_bytes: usize },
    #[error("the plugin used up its quota of {what}")]
    Quota { what: String },
    #[error("the plugin's answer is not acceptable: {what}")]
    BadOutput { what: String },
    #[error("the plugin exited by itself{}", tail(.stderr))]
    Exit { stderr: String },
    #[error("the plugin broke the calling convention: {text}")]
    Abi { text: String },
    #[error("no slot became free in time: {what}")]
    Busy { what: &'static str },
    #[error("the plugin is suspended after {failures} failures in a row; it may be called again in {remaining:?}")]
    Suspended { failures: u32, remaining: Duration },
    #[error("the server is shutting down")]
    Ended,
    #[error("the plugin cannot be called so: {text}")]
    Link { text: String },
    #[error("internal error in call {id}: {chain}")]
    Internal { id: String, chain: String },
}

impl PluginError {
    /// Whether another attempt makes sense.
    pub fn retry(&self) -> Retry {
        match self {
            PluginError::Guest(error) if error.kind == GuestErrorKind::Retryable => Retry::Backoff,
            PluginError::Trap { .. } => Retry::Once,
            PluginError::Timeout { .. }
            | PluginError::Busy { .. }
            | PluginError::Suspended { .. }
            | PluginError::Ended
            | PluginError::Internal { .. } => Retry::Backoff,
            PluginError::Guest(_)
            | PluginError::MemoryLimit { .. }
            | PluginError::CpuLimit { .. }
            | PluginError::TransferLimit { .. }
            | PluginError::Quota { .. }
            | PluginError::BadOutput { .. }
            | PluginError::Exit { .. }
            | PluginError::Abi { .. }
            | PluginError::Link { .. } => Retry::No,
        }
    }

    /// What the requester reads: the guest's own message word for word (the flow log's suggestion, T-23), or a sentence that gives
    /// nothing away.
    pub fn shown(&self) -> String {
        match self {
            PluginError::Guest(error) => error.message.clone(),
            PluginError::Busy { .. } | PluginError::Suspended { .. } | PluginError::Ended => "waiting".to_owned(),
            PluginError::Internal { id, .. } => format!("internal error {id}"),
            _ => "plugin failed".to_owned(),
        }
    }

    /// A stable word for metrics and for the call table.
    pub fn class(&self) -> &'static str {
        match self {
            PluginError::Guest(_) => "guest",
            PluginError::Trap { kind: TrapKind::Panic, .. } => "trap(panic)",
            PluginError::Trap { kind: TrapKind::Fault, .. } => "trap(fault)",
            PluginError::MemoryLimit { .. } => "memory-limit",
            PluginError::CpuLimit { .. } => "cpu-limit",
            PluginError::Timeout { .. } => "timeout",
            PluginError::TransferLimit { .. } => "transfer-limit",
            PluginError::Quota { .. } => "quota",
            PluginError::BadOutput { .. } => "bad-output",
            PluginError::Exit { .. } => "exit",
            PluginError::Abi { .. } => "abi",
            PluginError::Busy { .. } => "busy",
            PluginError::Suspended { .. } => "suspended",
            PluginError::Ended => "ended",
            PluginError::Link { .. } => "link",
            PluginError::Internal { .. } => "internal",
        }
    }
}

/// Ends a call from inside a host function: the marker that `classify.rs` looks for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Stop {
    #[error("host calls ({allowed})")]
    HostCalls { allowed: u32 },
}

fn detail(error: &GuestError) -> String {
    error.detail.as_ref().map_or(String::new(), |json| format!(" ({json})"))
}

fn listed(lead: &str, names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("; {lead} {}", names.join(", ")) }
}

fn tail(stderr: &str) -> String {
    if stderr.is_empty() { String::new() } else { format!("; standard error ends with: {stderr}") }
}
