//! Taking over people, departments and roles from an outside source: checked whole, then written in one transaction, or not at all.

use std::sync::Arc;

use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::sync::SemaphorePermit;

use super::{
    App,
    trail::{Subject, note},
};
use crate::{
    directory::{self, Document, Problems, Report},
    store,
};

/// Somebody else may make the same user between our look and our write.
const TRIES: u32 = 3;

/// What becomes of the import's changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// All is done and then rolled back.
    DryRun,
}

#[derive(Clone, Debug)]
pub struct Import {
    pub document: Arc<Document>,
    pub mode: Mode,
    /// Who is told to have made new rows; empty at the command line.
    pub creator: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    Problems(#[from] Problems),
    /// The same people were being made by others, three times.
    #[error("accounts are being changed by others")]
    Busy,
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// The one place for an import on this node, held from before its body is read: a document may be large.
#[derive(Debug)]
pub struct Turn<'a>(#[expect(dead_code, reason = "held, never looked at")] SemaphorePermit<'a>);

impl App {
    /// None while another import is going on.
    pub fn import_turn(&self) -> Option<Turn<'_>> {
        self.imports.try_acquire().ok().map(Turn)
    }

    /// On a connection of its own, with limits for long work.
    pub async fn import_directory(&self, _turn: &Turn<'_>, request: &Import) -> Result<Report, ImportError> {
        let mut db = store::directory::connect(&self.db).await?;
        let report = import(&mut db, request).await?;
        db.close().await?;
        Ok(report)
    }
}

/// The same for whoever has a connection: the command line.
pub async fn import(db: &mut PgConnection, request: &Import) -> Result<Report, ImportError> {
    let document = Arc::clone(&request.document);
    off_thread(move || directory::check(&document)).await?;
    for _ in 0..TRIES {
        match attempt(db, request).await {
            Err(ImportError::Store(error)) if error.constraint() == Some("users_username_key") => {}
            outcome => return outcome,
        }
    }
    Err(ImportError::Busy)
}

async fn attempt(db: &mut PgConnection, request: &Import) -> Result<Report, ImportError> {
    let mut tx = db.begin().await?;
    let stored = store::directory::lock(&mut tx, &request.document).await?;
    let document = Arc::clone(&request.document);
    let (plan, mut report) = off_thread(move || directory::plan(&document, &stored)).await?;
    store::directory::save(&mut tx, &plan, &request.creator).await?;
    match request.mode {
        Mode::Write => {
            let after = json!({
                "source": report.source, "users_created": report.users.created.count,
                "users_deactivated": report.users.deactivated.count,
            });
            note(&mut tx, &request.creator, (Subject("directory", 0), "import"), (None, Some(after))).await?;
            tx.commit().await?;
        }
        Mode::DryRun => tx.rollback().await?,
    }
    report.dry_run = request.mode == Mode::DryRun;
    tracing::info!(
        directory.source = report.source,
        directory.dry_run = report.dry_run,
        users.created = report.users.created.count,
        users.deactivated = report.users.deactivated.count,
        "a directory was imported"
    );
    Ok(report)
}

/// A large document is seconds of work that no other request should wait for.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
