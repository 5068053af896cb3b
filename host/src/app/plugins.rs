//! From a stored component to a plugin that can be run: memory, this node's compiled file, or compiled anew from the stored bytes.

use gavia_sandbox::{Digest, Plugin, Sandbox};
use sqlx::PgPool;

use super::{App, Error};
use crate::store;

impl App {
    pub(super) async fn plugin(&self, component: &store::components::Digest) -> Result<Plugin, Error> {
        stored(&self.db, &self.sandbox, component).await
    }
}

/// A component that came with this binary; stored like an uploaded one, so that a restart finds it compiled.
pub(super) async fn built_in(db: &PgPool, sandbox: &Sandbox, bytes: &[u8]) -> Result<Plugin, Error> {
    let digest = Digest::of(bytes).0;
    store::components::insert(db, &digest, bytes).await?;
    stored(db, sandbox, &digest).await
}

/// The plugin of a stored component. A compiled file is used only if it hashes to what the database says.
async fn stored(db: &PgPool, sandbox: &Sandbox, component: &store::components::Digest) -> Result<Plugin, Error> {
    let engine = sandbox.engine_id();
    if let Some(compiled) = store::components::compiled(db, component, engine).await?
        && let Some(plugin) = sandbox.load(Digest(*component), Digest(compiled)).await
    {
        return Ok(plugin);
    }
    let bytes = store::components::bytes(db, component).await?;
    let bytes = bytes.ok_or_else(|| Error::Internal(format!("component {} is not stored", Digest(*component))))?;
    let prepared = sandbox
        .prepare(bytes)
        .await
        .map_err(|error| Error::Internal(format!("a stored component does not compile: {error}")))?;
    store::components::set_compiled(db, component, engine, &prepared.compiled.0).await?;
    Ok(prepared.plugin)
}
