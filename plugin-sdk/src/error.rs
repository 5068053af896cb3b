//! How a plugin says that it failed, and what a refused host call says.

use std::fmt;

use serde::Serialize;

use crate::bindings::gavia::plugin::types as wit;
pub use wit::ErrorKind;

/// A failure with a message for the ticket's flow log.
#[derive(Clone, Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    detail: Option<String>,
}

impl Error {
    /// The engine tries again later, a few times, under the same invocation id.
    pub fn retryable(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Retryable, message)
    }

    /// The step has failed; a person may retry it.
    pub fn permanent(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Permanent, message)
    }

    /// The ticket's fields or the step's arguments are not what the plugin needs.
    pub fn invalid_input(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::InvalidInput, message)
    }

    /// The thing asked for does not exist.
    pub fn not_found(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::NotFound, message)
    }

    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error { kind, message: message.into(), detail: None }
    }

    /// Adds what only administrators see. What cannot be JSON is left out.
    #[must_use]
    pub fn with_detail(mut self, detail: &impl Serialize) -> Error {
        self.detail = serde_json::to_string(detail).ok();
        self
    }

    /// Why; `Denied` and `Exhausted` come from the engine.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the flow log will say.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the engine will try again.
    pub fn is_retryable(&self) -> bool {
        matches!(self.kind, ErrorKind::Retryable)
    }

    /// Whether a grant is missing.
    pub fn is_denied(&self) -> bool {
        matches!(self.kind, ErrorKind::Denied)
    }

    /// Whether a quota of this run is used up.
    pub fn is_exhausted(&self) -> bool {
        matches!(self.kind, ErrorKind::Exhausted)
    }

    /// What only administrators see, as JSON.
    pub fn detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// JSON that is not of the form wanted would not be so the next time either.
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Error {
        Error::permanent(error.to_string())
    }
}

impl From<std::string::FromUtf8Error> for Error {
    fn from(error: std::string::FromUtf8Error) -> Error {
        Error::permanent(error.to_string())
    }
}

impl From<std::num::ParseIntError> for Error {
    fn from(error: std::num::ParseIntError) -> Error {
        Error::invalid_input(error.to_string())
    }
}

impl From<std::num::ParseFloatError> for Error {
    fn from(error: std::num::ParseFloatError) -> Error {
        Error::invalid_input(error.to_string())
    }
}

impl From<wit::Error> for Error {
    fn from(error: wit::Error) -> Error {
        Error { kind: error.kind, message: error.message, detail: error.detail }
    }
}

impl From<Error> for wit::Error {
    fn from(error: Error) -> wit::Error {
        wit::Error { kind: error.kind, message: error.message, detail: error.detail }
    }
}
