//! What an administrator types for a plugin: settings, which are shown again, and secrets, which never are.

use std::collections::BTreeMap;

use serde_json::json;

use super::{RegistryError, note};
use crate::{
    app::App,
    plugins::{PluginId, check_setting},
    store::plugins::{
        settings::{self, SealedValue},
        versions,
    },
};

const ENTRIES_MAX: usize = 100;
const NAME_BYTES_MAX: usize = 200;
/// Keys and values of all settings of a plugin.
pub const CONFIG_BYTES_MAX: usize = 64 << 10;
pub const SECRET_BYTES_MAX: usize = 16 << 10;

impl App {
    /// All settings anew.
    pub async fn set_plugin_config(
        &self,
        id: PluginId,
        config: &BTreeMap<String, String>,
        by: &str,
    ) -> Result<(), RegistryError> {
        let bytes: usize = config.iter().map(|(key, value)| key.len() + value.len()).sum();
        if config.len() > ENTRIES_MAX || bytes > CONFIG_BYTES_MAX {
            let text = format!("a plugin has up to {ENTRIES_MAX} settings of {CONFIG_BYTES_MAX} bytes in all");
            return Err(RegistryError::Unfit(text));
        }
        for (key, value) in config {
            check_name(key)?;
            if value.contains('\0') {
                return Err(unfit(key, format!("the setting {key:?} holds a NUL character")));
            }
        }
        let (mut tx, row) = self.holding(id).await?;
        // the version in use says what its settings take, or the newest while none is
        let versions = versions::list(&mut *tx, id, 100).await?;
        let active = versions.iter().find(|version| row.active == Some(version.id)).or(versions.first());
        if let Some(version) = active {
            for (key, value) in config {
                check_setting(&version.manifest, key, value).map_err(|text| unfit(key, text))?;
            }
        }
        let before = settings::config(&mut *tx, id).await?;
        settings::set_config(&mut tx, id, config).await?;
        note(&mut tx, (id, "plugin.config", by), (Some(json!(before)), Some(json!(config)))).await?;
        Ok(tx.commit().await?)
    }

    pub async fn set_plugin_secret(
        &self,
        id: PluginId,
        (name, value): (&str, &str),
        by: &str,
    ) -> Result<(), RegistryError> {
        check_name(name)?;
        if value.is_empty() || value.len() > SECRET_BYTES_MAX {
            return Err(RegistryError::Unfit(format!("a secret has 1 to {SECRET_BYTES_MAX} bytes")));
        }
        let (mut tx, _) = self.holding(id).await?;
        let sealed = self.key.seal(value.as_bytes());
        let value = SealedValue { sealed: &sealed, key_id: self.key.id(), by };
        let was_there = settings::set_secret(&mut *tx, id, name, value).await?;
        if settings::secrets(&mut *tx, id).await?.len() > ENTRIES_MAX {
            return Err(RegistryError::Unfit(format!("a plugin has up to {ENTRIES_MAX} secrets")));
        }
        let before = was_there.then(|| json!({ "name": name }));
        note(&mut tx, (id, "plugin.set_secret", by), (before, Some(json!({ "name": name })))).await?;
        Ok(tx.commit().await?)
    }

    /// False when there is none of that name.
    pub async fn delete_plugin_secret(&self, id: PluginId, name: &str, by: &str) -> Result<bool, RegistryError> {
        let (mut tx, _) = self.holding(id).await?;
        let was_there = settings::delete_secret(&mut *tx, id, name).await?;
        if was_there {
            note(&mut tx, (id, "plugin.delete_secret", by), (Some(json!({ "name": name })), None)).await?;
        }
        tx.commit().await?;
        Ok(was_there)
    }
}

fn unfit(key: &str, text: String) -> RegistryError {
    RegistryError::UnfitPart { path: vec![key.to_owned()], text }
}

fn check_name(name: &str) -> Result<(), RegistryError> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(char::is_control) {
        return Err(RegistryError::Unfit(format!("a name of 1 to {NAME_BYTES_MAX} plain characters is wanted")));
    }
    Ok(())
}
