//! Write a plugin for gavia: what an author sees of the engine, and nothing of the host.
//!
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod context;
mod error;
mod host;
mod outcome;

#[doc(hidden)]
pub mod bindings;
#[doc(hidden)]
pub mod glue;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

pub use bindings::gavia::plugin::{
    log::Level,
    types::{FieldType as FieldKind, FieldValue, FlowEntry, Ticket, User},
};
pub use context::Context;
pub use error::{Error, ErrorKind};
pub use host::Host;
pub use outcome::Outcome;

/// A plugin that runs when a ticket enters a script state.
///
/// Every run gets a fresh instance: statics do not survive. Export it with [`export_action!`].
pub trait Action {
    /// Does the work. What it staged through `host` is written if it answers `Ok`, in one transaction with the ticket's move; the
    /// outcome's message becomes the flow log's suggestion, byte for byte. On `Err` nothing is written but the error's message.
    fn run(context: &Context, host: &Host) -> Result<Outcome, Error>;
}

/// Makes a type that is an [`Action`] the plugin that this crate builds. Once in a crate, whose type is `cdylib`.
///
/// Natively it only checks the type: the names of a component's exports are none that a native linker takes.
#[macro_export]
macro_rules! export_action {
    ($plugin:ty) => {
        const _: fn() = $crate::glue::is_action::<$plugin>;
        #[cfg(target_arch = "wasm32")]
        #[doc(hidden)]
        type GaviaExportedAction = $crate::glue::Exported<$plugin>;
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::export_action_component!(GaviaExportedAction with_types_in $crate::bindings);
    };
}
