//! From what wasmtime reports to a class of plugin-runtime §8, by type of error.
//!
//! Two of wasmtime's own errors have no public type (host-call fuel, handle limit); those are told by their text in one place, and a
//! test of each pins it. What has no type and no such text was raised by the canonical ABI or by a WASI function on the guest's account.

use wasmtime::{PoolConcurrencyLimitError, Trap, WasmBacktrace, WasmtimeBug, component::ResourceTableError};
use wasmtime_wasi::I32Exit;

use crate::error::{PluginError, Stop, TrapKind};

/// What the call knew when it failed.
pub(crate) struct Circumstances {
    /// Memory or table elements were refused.
    pub(crate) memory_refused: bool,
    pub(crate) peak_bytes: usize,
    pub(crate) memory_cap: usize,
    pub(crate) transfer_cap: usize,
    pub(crate) cpu_ticks: u64,
    /// The end of standard error.
    pub(crate) stderr: String,
    /// Names the call in logs.
    pub(crate) id: String,
}

pub(crate) fn classify(error: &wasmtime::Error, at: Circumstances) -> PluginError {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return PluginError::Quota { what: stop.to_string() };
    }
    if at.memory_refused {
        return PluginError::MemoryLimit { peak_bytes: at.peak_bytes, cap_bytes: at.memory_cap };
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return trapped(*trap, backtrace(error), at);
    }
    if error.is::<I32Exit>() {
        return PluginError::Exit { stderr: at.stderr };
    }
    if error.is::<ResourceTableError>() || says(error, "store handle limit exceeded") {
        return PluginError::Quota { what: "handles".to_owned() };
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return PluginError::Busy { what: "the pool of instances is used up" };
    }
    if says(error, "fuel allocated for hostcalls has been exhausted") {
        return PluginError::TransferLimit { cap_bytes: at.transfer_cap };
    }
    if error.is::<WasmtimeBug>() || error.is::<std::io::Error>() {
        return PluginError::Internal { id: at.id, chain: chain(error) };
    }
    PluginError::Abi { text: chain(error) }
}

fn trapped(trap: Trap, backtrace: Vec<String>, at: Circumstances) -> PluginError {
    let text = trap.to_string();
    let kind = match trap {
        Trap::Interrupt => return PluginError::CpuLimit { ticks: at.cpu_ticks },
        Trap::StringOutOfBounds
        | Trap::ListOutOfBounds
        | Trap::InvalidDiscriminant
        | Trap::InvalidChar
        | Trap::UnalignedPointer
        | Trap::CannotEnterComponent
        | Trap::CannotLeaveComponent => return PluginError::Abi { text },
        Trap::UnreachableCodeReached => TrapKind::Panic,
        _ => TrapKind::Fault,
    };
    PluginError::Trap { kind, text, backtrace, stderr: at.stderr }
}

fn says(error: &wasmtime::Error, words: &str) -> bool {
    error.root_cause().to_string().contains(words)
}

/// The messages from the outside in, without the backtrace that wasmtime attaches as context.
fn chain(error: &wasmtime::Error) -> String {
    let messages: Vec<String> = error
        .chain()
        .map(ToString::to_string)
        .filter(|message| !message.starts_with("error while executing at wasm backtrace"))
        .collect();
    messages.join(": ")
}

fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else { return Vec::new() };
    let name = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => printable(name),
        None => format!("function {}", frame.func_index()),
    };
    trace.frames().iter().take(20).map(name).collect()
}

/// Names come from the guest: bounded here, escaped where they are shown.
fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}
