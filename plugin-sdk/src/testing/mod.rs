//! Run a plugin with `cargo test`, natively and without an engine.
//!
//! [`context`] makes what a run is about, [`MockHost`] stands in for the engine: it refuses what is not granted, counts what is
//! counted, and discards what a failed run staged, as the engine does. [`Receiver`] is a real server for requests to arrive at.

mod context;
pub(crate) mod engine;
mod mock;
mod people;
mod quotas;
mod ran;
mod receiver;
mod state;

pub use context::{context, message, user};
pub use gavia_plugin_manifest::{ContactScope, TicketScope};
pub use mock::MockHost;
pub use ran::Ran;
pub use receiver::Receiver;

#[cfg(test)]
mod tests;
