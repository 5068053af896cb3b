//! Where log lines go: stderr, as JSON or for a person. No token, body or field value may be a field of a line (threat-model §10);
//! plain output of a command goes to stdout and never through here.

use std::{
    io::{self, IsTerminal as _},
    panic::PanicHookInfo,
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::config::{Config, LogFormat};

/// Notices of the database ("already exists, skipping") are no news, its statements are not ours to log, and how a plugin is compiled
/// is nobody's question. A filter that names one of these wins over it.
const QUIETER: &str =
    "sqlx::postgres::notice=warn,sqlx::query=warn,wasmtime=info,cranelift_codegen=info,wit_component=info,hyper=info";

/// Starts the log of this process; a second call (tests in one process) changes nothing.
pub fn start(config: &Config) {
    let text = format!("{QUIETER},{}", config.log_level);
    let filter = EnvFilter::try_new(text).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let human = fmt::layer().with_target(false).with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    let started = match config.log_format {
        LogFormat::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(io::stderr)).try_init(),
        LogFormat::Human => registry.with(human).try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
}

/// A panic is a bug: its place goes to the log. A text that was put together at run time may hold a value and is left out.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload().downcast_ref::<&'static str>().copied().unwrap_or("(text left out)");
    tracing::error!(panic.place = %place, "gavia has a bug: {text}");
}
