//! Run scripts: an upload is checked, made ready and stored before it is named anywhere, so that what cannot run is refused at once
//! and not when a ticket waits for it.

use gavia_sandbox::{Kind, Rejection};

use super::{App, Error};
use crate::{
    ambient,
    store::{self, run_scripts::RunScriptDraft},
    workflow::ScriptId,
};

const FOLDER: &str = "workflow_script";

/// Why an upload is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The sentence says what was found and what to do.
    #[error("{0}")]
    Rejected(String),
    /// A plugin, but of other kinds.
    #[error("the component is no {wanted} plugin; it exports: {exports}")]
    WrongKind { wanted: Kind, exports: String },
    #[error(transparent)]
    App(#[from] Error),
}

impl From<Rejection> for UploadError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Internal(reason) => Self::App(Error::Internal(reason)),
            rejection => Self::Rejected(rejection.to_string()),
        }
    }
}

impl From<store::Error> for UploadError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl App {
    pub async fn create_script(
        &self,
        draft: &RunScriptDraft,
        file: Vec<u8>,
        creator: &str,
    ) -> Result<ScriptId, UploadError> {
        let digest = self.store_component(file, Kind::Action).await?;
        Ok(store::run_scripts::insert(&self.db, draft, (&saved_name(FOLDER), &digest), creator).await?)
    }

    /// Runs that are going finish on the file they began with.
    pub async fn update_script(
        &self,
        id: ScriptId,
        draft: &RunScriptDraft,
        file: Option<Vec<u8>>,
    ) -> Result<(), UploadError> {
        let file = match file {
            Some(bytes) => Some((saved_name(FOLDER), self.store_component(bytes, Kind::Action).await?)),
            None => None,
        };
        let file = file.as_ref().map(|(name, digest)| (name.as_str(), digest));
        Ok(store::run_scripts::update(&self.db, id, draft, file).await?)
    }

    /// For what must be in place before the server takes requests.
    pub async fn store_script(&self, file: &[u8]) -> Result<store::components::Digest, UploadError> {
        self.store_component(file.to_vec(), Kind::Action).await
    }

    /// Type-checked, compiled and stored by its SHA-256.
    pub(super) async fn store_component(
        &self,
        bytes: Vec<u8>,
        wanted: Kind,
    ) -> Result<store::components::Digest, UploadError> {
        let prepared = self.sandbox.prepare(bytes).await?;
        if !prepared.kinds.contains(&wanted) {
            return Err(UploadError::WrongKind { wanted, exports: prepared.report.exports.join(", ") });
        }
        store::components::insert(&self.db, &prepared.component.0, &prepared.bytes).await?;
        store::components::set_compiled(
            &self.db,
            &prepared.component.0,
            self.sandbox.engine_id(),
            &prepared.compiled.0,
        )
        .await?;
        Ok(prepared.component.0)
    }
}

/// The wire shows where a file was saved; ours is in the database under its hash, and this is only a name.
pub(super) fn saved_name(folder: &str) -> String {
    format!("{folder}/{}.wasm", ambient::uuid())
}
