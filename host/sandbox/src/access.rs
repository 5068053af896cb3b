//! What a call may do and where its data comes from: grants, and the host's side of the read imports.
//!
//! The default is nothing (plugin-runtime §1). Every decision is taken in the import functions, before the host's data is asked for.

use std::{future::Future, pin::Pin};

use crate::types::{FlowEntry, Ticket};

/// A future in a box, so that `Reads` can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Which tickets `gavia:plugin/tickets` shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TicketsRead {
    #[default]
    None,
    /// The ticket of the call and its children.
    Own,
    /// Every ticket of the same workflow.
    Workflow,
    All,
}

/// Which fields `gavia:plugin/effects` may stage; always of the ticket of the call. Anything but `None` may add a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FieldScope {
    #[default]
    None,
    /// These keys only.
    Listed(Vec<String>),
    All,
}

impl FieldScope {
    pub(crate) fn allows(&self, key: &str) -> bool {
        match self {
            FieldScope::None => false,
            FieldScope::Listed(keys) => keys.iter().any(|listed| listed == key),
            FieldScope::All => true,
        }
    }
}

/// What an administrator allowed this plugin. The default allows nothing.
///
/// Secrets, storage, the directory and HTTP have no grant yet: their imports are linked and refuse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    pub tickets_read: TicketsRead,
    pub tickets_write: FieldScope,
}

/// The host's answer when it cannot give what a guest asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// No such ticket: the guest sees `not-found`.
    NotFound,
    /// The host's own trouble: the guest sees `retryable` without the reason, which is logged.
    Failed(String),
}

/// The host's data behind `gavia:plugin/tickets`. Must not block a thread, and bounds its own statements in time.
pub trait Reads: Send + Sync {
    /// The ticket with this id.
    fn ticket(&self, id: i64) -> BoxFuture<'_, Result<Ticket, ReadError>>;

    /// Its newest flow log entries, newest first, at most `limit` (the sandbox asks for 1 to 1,000).
    fn history(&self, id: i64, limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ReadError>>;
}

/// A host without tickets: for conditions, which cannot ask, and for trying a plugin out.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoReads;

impl Reads for NoReads {
    fn ticket(&self, _id: i64) -> BoxFuture<'_, Result<Ticket, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::NotFound)))
    }

    fn history(&self, _id: i64, _limit: u32) -> BoxFuture<'_, Result<Vec<FlowEntry>, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::NotFound)))
    }
}
