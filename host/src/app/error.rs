//! Why a use case did not happen. Says nothing of status codes or texts on the wire: `http/error.rs` turns it into an answer.

use crate::{store, workflow::Refusal};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the ticket does not exist")]
    TicketMissing,
    #[error("the app has no grant for the ticket's workflow")]
    TicketNotGranted,
    #[error("the workflow does not exist")]
    WorkflowMissing,
    #[error("the parent ticket does not exist for this app, or does not wait in the named state")]
    ParentUnfit,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ticket changed three times under us.
    #[error("the ticket is being changed by others")]
    Busy,
    /// Too many large requests are being read; this one may come again.
    #[error("too many uploads are being read")]
    Crowded,
    /// I18.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The connection died in the commit and the database could not say in time what became of it.
    #[error("the outcome is unknown")]
    OutcomeUnknown,
    /// A plugin that the move needs gives no answer now and may later; nothing was changed.
    #[error("the plugin {plugin} gives no answer at present: {reason}")]
    PluginWaits { plugin: String, reason: String },
    /// The job that asked belongs to another attempt by now: its result is dropped.
    #[error("another attempt has this job")]
    Stale,
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0}")]
    Internal(String),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
