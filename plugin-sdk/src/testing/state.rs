//! What a mock host knows and what it was asked: shared between the builder, the engine of a run and the report afterwards.

use std::collections::{BTreeMap, VecDeque};

use gavia_plugin_manifest::{Capability, Manifest};
use serde_json::Value;

use super::{people::People, quotas::Quotas};
use crate::{FlowEntry, Level, Response, Ticket, http::RequestParts};

/// How requests are answered.
pub(super) type Responder = Box<dyn FnMut(&RequestParts) -> Result<Response, crate::Error>>;

#[derive(Default)]
pub(super) struct State {
    /// `None`: everything may be granted, as there is nothing that was asked for.
    pub(super) manifest: Option<Manifest>,
    pub(super) granted: Vec<Capability>,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) kv: BTreeMap<String, Vec<u8>>,
    pub(super) tickets: BTreeMap<i64, Ticket>,
    pub(super) history: BTreeMap<i64, Vec<FlowEntry>>,
    pub(super) people: People,
    pub(super) replies: VecDeque<Responder>,
    /// Origins whose requests go to a real server, and its address.
    pub(super) reachable: Vec<(String, std::net::SocketAddr)>,
    pub(super) run: Run,
}

/// One run's traces; a new run starts with none.
#[derive(Default)]
pub(super) struct Run {
    pub(super) quotas: Quotas,
    /// Ticket and workflow.
    pub(super) own: Option<(i64, i64)>,
    pub(super) host_calls: u32,
    pub(super) denied: u32,
    pub(super) log: Vec<(Level, String)>,
    pub(super) log_bytes: usize,
    pub(super) log_dropped: u32,
    pub(super) fields: Vec<(String, Value)>,
    pub(super) comments: Vec<String>,
    pub(super) effect_bytes: usize,
    pub(super) requests: Vec<RequestParts>,
}
