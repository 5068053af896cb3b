//! Types of single settings that no library has: what does not print, how logs look.

use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs as _},
    path::PathBuf,
};

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// A text that never prints itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Where components become native code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Compiler {
    /// On a thread of this process, without limits of its own.
    #[default]
    Here,
    /// In a child: this program, started with one argument that makes it a compiler and nothing else.
    Child { program: PathBuf, argument: &'static str },
}

/// JSON for machines, or lines for a person at a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Json,
    Human,
}

/// `ADDRESS:PORT`, where the address may be a name of this machine.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let fault = || "expected ADDRESS:PORT, such as 127.0.0.1:8060 or [::]:8060".to_owned();
    text.to_socket_addrs().map_err(|_| fault())?.next().ok_or_else(fault)
}

/// A filter that the log understands, kept as its text.
pub(super) fn log_filter(text: &str) -> Result<String, String> {
    EnvFilter::try_new(text).map(|_| text.to_owned()).map_err(|_| {
        "expected a level (error, warn, info, debug, trace) or a filter such as info,sqlx=debug".to_owned()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_a_port() {
        assert!(address("127.0.0.1").is_err());
        assert_eq!(address("[::1]:80").unwrap(), "[::1]:80".parse().unwrap());
    }
}
