//! From any failure to an [`Error`] in one word before the `?`.

use std::fmt::Display;

use crate::Error;

/// Turns what went wrong, or a `None`, into an [`Error`] that says what was being done.
///
/// ```
/// use gavia_plugin_sdk::{Error, Explain};
///
/// fn port(text: &str) -> Result<u16, Error> {
///     text.parse().or_invalid("the port")
/// }
/// assert_eq!(port("x").unwrap_err().message(), "the port: invalid digit found in string");
/// ```
pub trait Explain<T> {
    /// The step has failed; a person may retry it.
    fn or_permanent(self, what: impl Display) -> Result<T, Error>;
    /// The engine tries again later.
    fn or_retryable(self, what: impl Display) -> Result<T, Error>;
    /// The ticket's fields, the step's arguments or the settings are not what the plugin needs.
    fn or_invalid(self, what: impl Display) -> Result<T, Error>;
}

impl<T, E: Display> Explain<T> for Result<T, E> {
    fn or_permanent(self, what: impl Display) -> Result<T, Error> {
        self.map_err(|error| Error::permanent(format!("{what}: {error}")))
    }

    fn or_retryable(self, what: impl Display) -> Result<T, Error> {
        self.map_err(|error| Error::retryable(format!("{what}: {error}")))
    }

    fn or_invalid(self, what: impl Display) -> Result<T, Error> {
        self.map_err(|error| Error::invalid_input(format!("{what}: {error}")))
    }
}

impl<T> Explain<T> for Option<T> {
    fn or_permanent(self, what: impl Display) -> Result<T, Error> {
        self.ok_or_else(|| Error::permanent(what.to_string()))
    }

    fn or_retryable(self, what: impl Display) -> Result<T, Error> {
        self.ok_or_else(|| Error::retryable(what.to_string()))
    }

    fn or_invalid(self, what: impl Display) -> Result<T, Error> {
        self.ok_or_else(|| Error::invalid_input(what.to_string()))
    }
}
