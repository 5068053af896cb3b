//! From a stored component to a plugin that can be run: memory, this node's compiled file, or compiled anew from the stored bytes.

use gavia_sandbox::{Digest, Plugin};

use super::{App, Error};
use crate::store;

impl App {
    /// The plugin of a stored component. A compiled file is used only if it hashes to what the database says.
    pub(super) async fn plugin(&self, component: &store::components::Digest) -> Result<Plugin, Error> {
        let engine = self.sandbox.engine_id();
        if let Some(compiled) = store::components::compiled(&self.db, component, engine).await?
            && let Some(plugin) = self.sandbox.load(Digest(*component), Digest(compiled)).await
        {
            return Ok(plugin);
        }
        let bytes = store::components::bytes(&self.db, component).await?;
        let bytes = bytes.ok_or_else(|| Error::Internal(format!("component {} is not stored", Digest(*component))))?;
        let prepared = self
            .sandbox
            .prepare(bytes)
            .await
            .map_err(|error| Error::Internal(format!("a stored component no longer compiles: {error}")))?;
        store::components::set_compiled(&self.db, component, engine, &prepared.compiled.0).await?;
        Ok(prepared.plugin)
    }
}
