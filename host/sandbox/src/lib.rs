//! Runs plugins: WebAssembly components that may do nothing but what a grant allows, within numbers for everything they can make the
//! host spend.
//!
//! The only crate that names wasmtime; its interface is plain Rust. It knows nothing of tables, requests or workflows. The way of a
//! plugin: `Sandbox::prepare` (checks, compiles, caches) once, `Sandbox::load` on each node, then one of the calls, each of which
//! gets a fresh instance that is thrown away.

mod address;
mod bindings;
mod breaker;
mod cache;
mod call;
mod classify;
mod compile;
mod componentize;
mod contract;
mod digest;
mod engine;
mod error;
mod export;
mod gate;
mod grants;
mod http;
mod imports;
mod inspect;
mod lane;
mod limits;
mod link;
mod log;
mod lookup;
mod mask;
mod memory_services;
mod origin;
mod outcome;
mod owned;
mod plugin;
mod prepare;
mod registry;
mod sandbox;
mod section;
mod services;
mod signature;
mod state;
mod transfer;
pub mod types;
mod worker;

pub use self::http::{Gateway, Stage};
pub use address::{Network, is_metadata, is_public};
pub use breaker::Standing;
pub use digest::{Digest, NotADigest};
pub use error::{PluginError, Rejection, Retry, StartError, TrapKind};
pub use grants::{DirectoryRead, FieldScope, Grants, HttpGrant, Injection, Methods, Reach, Storage, TicketsRead};
pub use limits::{Kind, Limits, Lowered, MAX_CALLS, MAX_MEMORY_BYTES};
pub use lookup::{Lookup, SystemLookup};
pub use memory_services::{Department, InMemory, KV_BYTES, KvTable};
pub use origin::{NotAnOrigin, Origin, Scheme};
pub use outcome::{Effect, LogLevel, LogLine, LogSource, Outcome, Usage};
pub use plugin::{Plugin, Turnstile};
pub use prepare::{Candidate, Prepared, Report};
pub use sandbox::{Allocator, Call, Sandbox, Settings};
pub use section::{custom_section, with_custom_section};
pub use services::{Answered, BoxFuture, Depth, NoServices, Secret, ServiceError, Services};
pub use state::MAX_RESOURCES;
pub use types::{
    ActionAnswer, Context, Delivery, FieldKind, FieldValue, FlowEntry, GuestError, GuestErrorKind, Message, Problem,
    Ticket, User,
};
pub use worker::compile_worker;
