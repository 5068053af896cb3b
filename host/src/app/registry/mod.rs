//! The registry of plugins: uploads and what becomes of them, grants, settings, secrets. Every change is one transaction with its audit
//! row. A plugin's versions come and go; what it may do is decided for the plugin (plugin-runtime §4, §5).

pub mod compiling;
mod decisions;
pub(super) mod limits;
pub mod preparing;
mod settings;
mod uploads;
pub(super) mod views;

use serde_json::Value;
use sqlx::{PgConnection, Postgres, Transaction};

pub use decisions::{Approval, Breaker};
pub use limits::KindLimits;
pub use settings::{CONFIG_BYTES_MAX, SECRET_BYTES_MAX};
pub use uploads::{Checked, Given, Uploaded};
pub use views::Waiting;

use super::{App, Error, caller, scripts::UploadError};
use crate::{
    plugins::{Capabilities, PluginId},
    store::{
        self, audit,
        plugins::{self, PluginRow, uses::PluginUses},
    },
};

/// The subject of the registry's audit rows.
pub const SUBJECT: &str = "plugin";

/// Why something about a plugin is not done; nothing was changed then.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    #[error("there is no such plugin")]
    PluginMissing,
    #[error("the plugin has no such version")]
    VersionMissing,
    /// What was given cannot be taken; the text says what is wrong.
    #[error("{0}")]
    Unfit(String),
    /// As `Unfit`, of one part of what was given: the keys that lead to it, from the outside in.
    #[error("{text}")]
    UnfitPart { path: Vec<String>, text: String },
    /// It could be done, but not as things are; the text says why.
    #[error("{0}")]
    Conflict(String),
    #[error("the plugin is in use")]
    InUse(Box<PluginUses>),
    #[error(transparent)]
    Upload(#[from] UploadError),
    #[error(transparent)]
    App(#[from] Error),
}

impl From<store::Error> for RegistryError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<sqlx::Error> for RegistryError {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

impl App {
    /// A transaction that holds the plugin.
    async fn holding(&self, id: PluginId) -> Result<(Transaction<'static, Postgres>, PluginRow), RegistryError> {
        let mut tx = self.db.begin().await?;
        let row = plugins::hold(&mut tx, id).await?.ok_or(RegistryError::PluginMissing)?;
        Ok((tx, row))
    }
}

/// Stored scopes were read from JSON before they were stored.
fn stored(scopes: &serde_json::Map<String, Value>) -> Result<Capabilities, store::Error> {
    Capabilities::read(scopes).map_err(store::Error::Inconsistent)
}

/// Notes a change of a plugin, in the change's own transaction.
pub(super) async fn note(
    tx: &mut PgConnection,
    (id, action, by): (PluginId, &str, &str),
    (before, after): (Option<Value>, Option<Value>),
) -> Result<(), store::Error> {
    let (subject_id, address) = (id.0, caller::address());
    audit::insert(tx, &audit::Entry { actor: by, action, subject: SUBJECT, subject_id, address, before, after }).await
}
