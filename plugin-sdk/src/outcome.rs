//! What a plugin answers when all went well.

use serde::Serialize;

use crate::{Error, bindings::exports::gavia::plugin::action};

/// The answer of a run that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    message: String,
    output: Option<String>,
}

impl Outcome {
    /// The message becomes the flow log's suggestion, byte for byte: add a line end only if you want one there. At most 8 KiB.
    pub fn message(message: impl Into<String>) -> Outcome {
        Outcome { message: message.into(), output: None }
    }

    /// Nothing to say: the flow log's suggestion stays empty.
    pub fn silent() -> Outcome {
        Outcome::message("")
    }

    /// Adds a value for whoever reads the run's record; at most 256 KiB of JSON. Fails if the value cannot be JSON.
    pub fn with_output(mut self, output: &impl Serialize) -> Result<Outcome, Error> {
        let json = serde_json::to_string(output)
            .map_err(|error| Error::permanent(format!("the output cannot be JSON: {error}")))?;
        self.output = Some(json);
        Ok(self)
    }

    /// The message, for tests.
    pub fn text(&self) -> &str {
        &self.message
    }

    /// The output's JSON, for tests.
    pub fn output(&self) -> Option<&str> {
        self.output.as_deref()
    }
}

impl From<Outcome> for action::Outcome {
    fn from(outcome: Outcome) -> action::Outcome {
        action::Outcome { message: outcome.message, output: outcome.output }
    }
}
