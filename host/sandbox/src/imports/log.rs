//! `gavia:plugin/log`: no grant, but quotas of lines and bytes that drop and count (`crate::log`).

use crate::{bindings::log, outcome::LogLevel, state::State};

impl log::Host for State {
    async fn log(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.handed((&message, &fields));
        self.charge("log")?;
        let level = match level {
            log::Level::Trace => LogLevel::Trace,
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.log.log(level, &message, &fields);
        Ok(())
    }
}
