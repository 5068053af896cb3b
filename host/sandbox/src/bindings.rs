//! Code generated from `plugin-sdk/wit` for the four worlds of `gavia:plugin@0.1.0`.
//!
//! The records of `gavia:plugin/types` are not generated: they are the plain ones of `types.rs`. A next interface version becomes a
//! module of its own beside this one (plugin-runtime §11).

/// What the generated code wants to find where `gavia:plugin/types` is.
pub mod types {
    pub use crate::types::{Context, FieldValue, FlowEntry, GuestError as Error, Ticket, User};
    pub type Json = String;

    /// The interface has types and no functions: nothing to implement, nothing to link.
    pub trait Host {}
    pub trait HostWithStore<T> {}

    pub fn add_to_linker<T, D>(
        _linker: &mut wasmtime::component::Linker<T>,
        _view: fn(&mut T) -> D::Data<'_>,
    ) -> wasmtime::Result<()>
    where
        T: 'static,
        D: wasmtime::component::HasData,
    {
        Ok(())
    }
}

pub mod action {
    wasmtime::component::bindgen!({
        world: "action-plugin",
        path: "../../plugin-sdk/wit",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "gavia:plugin/types": crate::bindings::types },
    });
}
