//! Runs plugins: WebAssembly components that may do nothing but what a grant allows, within numbers for everything they can make the
//! host spend.
//!
//! The only crate that names wasmtime; its interface is plain Rust. It knows nothing of tables, requests or workflows. The way of a
//! plugin: `Sandbox::prepare` (checks, compiles, caches) once, `Sandbox::load` on each node, then one of the calls, each of which
//! gets a fresh instance that is thrown away.

mod access;
mod bindings;
mod cache;
mod call;
mod classify;
mod componentize;
mod contract;
mod digest;
mod engine;
mod error;
mod export;
mod imports;
mod inspect;
mod limits;
mod link;
mod log;
mod outcome;
mod plugin;
mod prepare;
mod registry;
mod sandbox;
mod signature;
mod state;
pub mod types;

pub use access::{BoxFuture, FieldScope, Grants, NoReads, ReadError, Reads, TicketsRead};
pub use digest::{Digest, NotADigest};
pub use error::{PluginError, Rejection, Retry, StartError, TrapKind};
pub use limits::{Kind, Limits, MAX_MEMORY_BYTES};
pub use outcome::{Effect, LogLevel, LogLine, LogSource, Outcome, Usage};
pub use plugin::Plugin;
pub use prepare::{Prepared, Report};
pub use sandbox::{Allocator, Call, Sandbox, Settings};
pub use types::{
    ActionAnswer, Context, FieldKind, FieldValue, FlowEntry, GuestError, GuestErrorKind, Problem, Ticket, User,
};
