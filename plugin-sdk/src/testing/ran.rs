//! What a run left behind.

use serde_json::Value;

use crate::{Error, Level, http::RequestParts};

/// The end of one run under a [`MockHost`](super::MockHost).
#[derive(Debug)]
pub struct Ran<T> {
    /// The plugin's answer, or why there is none: its own error, or an answer that the engine would not accept.
    pub result: Result<T, Error>,
    /// Fields it wrote, with their values, in order. Empty after an error, as nothing is written then.
    pub fields: Vec<(String, Value)>,
    /// Comments it made; empty after an error.
    pub comments: Vec<String>,
    /// Lines it logged.
    pub log: Vec<(Level, String)>,
    /// Lines that were dropped, past the quota.
    pub log_dropped: u32,
    /// Requests that went out, in order.
    pub requests: Vec<RequestParts>,
    /// Host calls, without requests.
    pub host_calls: u32,
    /// Host calls and requests that were refused for want of a grant.
    pub denied: u32,
}

impl<T> Ran<T> {
    /// The answer.
    ///
    /// # Panics
    /// If the run failed; the message says why.
    #[track_caller]
    pub fn answer(&self) -> &T {
        match &self.result {
            Ok(answer) => answer,
            Err(error) => panic!("the run failed ({:?}): {error}", error.kind()),
        }
    }

    /// The error.
    ///
    /// # Panics
    /// If the run succeeded.
    #[track_caller]
    pub fn error(&self) -> &Error {
        self.result.as_ref().err().expect("the run succeeded")
    }

    /// The last value written to a field.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.fields.iter().rev().find(|(written, _)| written == key).map(|(_, value)| value)
    }

    /// Whether a line of the log contains this.
    pub fn logged(&self, part: &str) -> bool {
        self.log.iter().any(|(_, line)| line.contains(part))
    }
}
