//! `gavia:plugin/config`: the plugin's own settings. No grant; what an administrator typed for one plugin is shown to no other, because
//! the host hands it in with the call.

use crate::{bindings::config, state::State};

impl config::Host for State {
    async fn get(&mut self, key: String) -> wasmtime::Result<Option<String>> {
        self.handed(&key);
        self.charge("config.get")?;
        Ok(self.host.settings().iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone()))
    }

    async fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        self.charge("config.all")?;
        Ok(self.host.settings().to_vec())
    }
}
