//! Makes a component of an uploaded core module (`wasm32-wasip1` or `wasm32-unknown-unknown` with its WIT embedded).
//!
//! A module without embedded WIT becomes a component that exports nothing; the type check of `link.rs` refuses that.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_component::ComponentEncoder;

use crate::error::Rejection;

pub(crate) fn componentize(module: &[u8]) -> Result<Vec<u8>, Rejection> {
    ComponentEncoder::default()
        .validate(true)
        .module(module)
        .and_then(|encoder| {
            encoder.adapter(WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER)
        })
        .and_then(ComponentEncoder::encode)
        .map_err(|error| Rejection::Invalid(format!("this core module cannot be made a component: {error:#}")))
}
