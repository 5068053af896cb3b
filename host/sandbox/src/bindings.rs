//! Code generated from `plugin-sdk/wit` for the four worlds of `gavia:plugin@0.1.0`.
//!
//! The records of `gavia:plugin/types` are not generated: they are the plain ones of `types.rs`. A next interface version becomes a
//! module of its own beside this one (plugin-runtime §11).
#![expect(unreachable_pub, reason = "generated code wants its surroundings public")]

/// What the generated code looks for where `gavia:plugin/types` would be. The interface has types and no functions: nothing to implement,
/// nothing to link; the traits and the function are named by generated code that is never called.
#[expect(dead_code, reason = "generated code names them")]
pub mod types {
    pub use crate::types::{Context, FieldValue, FlowEntry, GuestError as Error, Ticket, User};
    pub type Json = String;

    pub trait Host {}
    pub trait HostWithStore<T> {}

    #[expect(clippy::unnecessary_wraps, reason = "generated code wants a result")]
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

pub use action::gavia::plugin::{config, directory, effects, kv, log, secrets, tickets};

pub mod condition {
    wasmtime::component::bindgen!({
        world: "condition-plugin",
        path: "../../plugin-sdk/wit",
        imports: { default: async | trappable },
        exports: { default: async },
        with: { "gavia:plugin/types": crate::bindings::types, "gavia:plugin/log": crate::bindings::log },
    });
}

pub mod notice {
    wasmtime::component::bindgen!({
        world: "notice-plugin",
        path: "../../plugin-sdk/wit",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "gavia:plugin/types": crate::bindings::types,
            "gavia:plugin/log": crate::bindings::log,
            "gavia:plugin/config": crate::bindings::config,
            "gavia:plugin/secrets": crate::bindings::secrets,
            "gavia:plugin/kv": crate::bindings::kv,
            "gavia:plugin/tickets": crate::bindings::tickets,
            "gavia:plugin/effects": crate::bindings::effects,
            "gavia:plugin/directory": crate::bindings::directory,
        },
    });
}

pub mod participants {
    wasmtime::component::bindgen!({
        world: "participants-plugin",
        path: "../../plugin-sdk/wit",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "gavia:plugin/types": crate::bindings::types,
            "gavia:plugin/log": crate::bindings::log,
            "gavia:plugin/config": crate::bindings::config,
            "gavia:plugin/secrets": crate::bindings::secrets,
            "gavia:plugin/kv": crate::bindings::kv,
            "gavia:plugin/tickets": crate::bindings::tickets,
            "gavia:plugin/directory": crate::bindings::directory,
        },
    });
}
