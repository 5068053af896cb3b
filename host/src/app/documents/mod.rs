//! Whole workflows as documents: read one, check one, make a workflow of one, put one in the place of a definition, copy a workflow.
//! A document is judged by the strict rules of behaviour §7.4 and saved in one transaction or not at all. Parts are matched by their
//! keys: one that is there keeps its row and id, one that is new gets them, one that is missing is deleted.
//!
//! Functions on a connection, since the commands use them beside a running server.

mod findings;
mod judged;
mod link;
mod named;
mod problems;
mod save;
mod shape;
mod stored;
mod walkable;

use serde_json::{Map, Value, json};
use sqlx::{Connection as _, PgConnection};

pub use findings::findings;
pub use judged::Judged;
pub use problems::{Place, Problem};
pub use save::{Change, Changed, InUse};
pub use shape::Document;
pub use stored::Stored;
pub use walkable::{Walkable, of_document, of_stored};

use super::{
    trail::{Subject, note},
    workflows::Removal,
};
use crate::{
    store::{
        self,
        workflows::{self, Version},
    },
    workflow::{Level, WorkflowId},
};

/// Why a document is not saved; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    #[error("there is no such workflow")]
    WorkflowMissing,
    /// Warnings among them.
    #[error("the document has errors")]
    Refused(Vec<Problem>),
    /// The workflow is not as its editor saw it.
    #[error("the workflow was changed meanwhile")]
    Stale(Version),
    /// Parts that the document leaves out (D-24).
    #[error("open tickets need what the document leaves out")]
    InUse(Vec<InUse>),
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl From<sqlx::Error> for DocumentError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What the workflow must still be for a change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    None,
    /// At one of these revisions.
    Revision(Vec<i64>),
}

/// How a document is put.
#[derive(Clone, Debug)]
pub struct Putting<'a> {
    pub by: &'a str,
    pub precondition: Precondition,
    pub removal: Removal,
    pub judged: Judged,
}

/// What became of a document.
#[derive(Clone, Debug)]
pub struct Applied {
    pub workflow: WorkflowId,
    pub version: Version,
    /// Empty: the workflow was so already.
    pub changes: Vec<Change>,
    /// Warnings; with an error nothing is saved.
    pub problems: Vec<Problem>,
}

pub async fn read(db: &mut PgConnection, id: WorkflowId) -> Result<Option<Stored>, store::Error> {
    let mut tx = store::one_moment(db).await?;
    let stored = Stored::load(&mut tx, id).await?;
    tx.commit().await?;
    Ok(stored)
}

/// Everything that is wrong with a document; saves nothing. `judged` is None for a command, which runs no plugins; `known` is the
/// workflow that the document would be put in the place of.
pub async fn check(
    db: &mut PgConnection,
    given: Map<String, Value>,
    judged: Option<Judged>,
    known: Option<WorkflowId>,
) -> Result<Vec<Problem>, store::Error> {
    match Document::read(given) {
        Ok(document) => {
            let mut problems = document.findings(db, known).await?;
            problems.extend(judged.unwrap_or_else(|| Judged::nobody(&document)).0);
            Ok(problems)
        }
        Err(problems) => Ok(problems),
    }
}

/// What is wrong with a document by itself: nothing is known of people, plugins and other workflows.
pub fn check_alone(given: Map<String, Value>) -> Vec<Problem> {
    match Document::read(given) {
        Ok(document) => document.findings_alone(),
        Err(problems) => problems,
    }
}

/// Everything that is wrong with a stored workflow, with places in its document. None: there is no such workflow.
pub async fn check_stored(db: &mut PgConnection, id: WorkflowId) -> Result<Option<Vec<Problem>>, store::Error> {
    match read(db, id).await? {
        Some(stored) => {
            let mut problems = stored.document.findings(db, Some(id)).await?;
            problems.extend(Judged::nobody(&stored.document).0);
            Ok(Some(problems))
        }
        None => Ok(None),
    }
}

/// A new workflow from a document.
pub async fn create(
    db: &mut PgConnection,
    given: Map<String, Value>,
    judged: Judged,
    by: &str,
) -> Result<Applied, DocumentError> {
    let document = Document::read(given).map_err(DocumentError::Refused)?;
    let mut tx = db.begin().await?;
    let mut problems = document.masks_left();
    problems.extend(judged.0);
    problems.extend(document.findings(&mut tx, None).await?);
    let problems = sound(problems)?;
    let (workflow, changes) = save::insert(&mut tx, &document, by).await?;
    let applied = applied(&mut tx, workflow, changes, problems).await?;
    noted(&mut tx, by, ("create", None), &applied).await?;
    tx.commit().await?;
    Ok(applied)
}

/// The document in the place of the workflow's present definition.
pub async fn put(
    db: &mut PgConnection,
    id: WorkflowId,
    given: Map<String, Value>,
    putting: &Putting<'_>,
) -> Result<Applied, DocumentError> {
    let mut document = Document::read(given).map_err(DocumentError::Refused)?;
    let mut tx = db.begin().await?;
    let version = workflows::lock(&mut *tx, id).await?.ok_or(DocumentError::WorkflowMissing)?;
    if let Precondition::Revision(revisions) = &putting.precondition
        && !revisions.contains(&version.revision)
    {
        return Err(DocumentError::Stale(version));
    }
    let stored = Stored::load(&mut tx, id).await?.ok_or(DocumentError::WorkflowMissing)?;
    document.restore_tokens(&stored.document);
    let mut problems = document.masks_left();
    problems.extend(putting.judged.0.iter().cloned());
    problems.extend(document.findings(&mut tx, Some(id)).await?);
    let problems = sound(problems)?;
    let changes = save::update(&mut tx, &document, &stored, putting).await?;
    let applied = applied(&mut tx, id, changes, problems).await?;
    if !applied.changes.is_empty() {
        noted(&mut tx, putting.by, ("define", Some(version.revision)), &applied).await?;
    }
    tx.commit().await?;
    Ok(applied)
}

/// A copy under another name, whatever is unfinished in it. No app may use it yet.
pub async fn copy(db: &mut PgConnection, id: WorkflowId, name: &str, by: &str) -> Result<Applied, DocumentError> {
    let mut tx = db.begin().await?;
    workflows::lock(&mut *tx, id).await?.ok_or(DocumentError::WorkflowMissing)?;
    let stored = Stored::load(&mut tx, id).await?.ok_or(DocumentError::WorkflowMissing)?;
    let mut document = stored.document;
    name.clone_into(&mut document.settings.name);
    let (workflow, changes) = save::insert(&mut tx, &document, by).await?;
    let problems = document.findings(&mut tx, Some(workflow)).await?;
    let applied = applied(&mut tx, workflow, changes, problems).await?;
    noted(&mut tx, by, ("clone", None), &applied).await?;
    tx.commit().await?;
    Ok(applied)
}

/// Which parts were changed, and from which revision.
async fn noted(
    db: &mut PgConnection,
    by: &str,
    (action, before): (&str, Option<i64>),
    applied: &Applied,
) -> Result<(), store::Error> {
    let before = before.map(|revision| json!({ "revision": revision }));
    let after = json!({ "revision": applied.version.revision, "changes": applied.changes });
    note(db, by, (Subject("workflow", applied.workflow.0), action), (before, Some(after))).await
}

/// Warnings are told, errors end it.
fn sound(problems: Vec<Problem>) -> Result<Vec<Problem>, DocumentError> {
    let is_error = |problem: &Problem| problem.level == Level::Error;
    if problems.iter().any(is_error) { Err(DocumentError::Refused(problems)) } else { Ok(problems) }
}

async fn applied(
    db: &mut PgConnection,
    workflow: WorkflowId,
    changes: Vec<Change>,
    problems: Vec<Problem>,
) -> Result<Applied, DocumentError> {
    let version = workflows::version(db, workflow).await?.ok_or(DocumentError::WorkflowMissing)?;
    Ok(Applied { workflow, version, changes, problems })
}

impl Document {
    /// Hooks that were sent as they are shown keep the token that they have.
    fn restore_tokens(&mut self, stored: &Self) {
        for state in &mut self.states {
            let same = stored.states.iter().find(|other| other.key == state.key);
            state.participant = state.participant.restored(same.map(|same| &same.participant));
        }
    }

    fn masks_left(&self) -> Vec<Problem> {
        let masked = self.states.iter().enumerate().filter(|(_, state)| state.participant.is_masked());
        let problem = |(index, _)| {
            let message = "the hook's token is masked and there is none to keep: it must be put in";
            Problem::error("hook_token_masked", self.state_place(index), message)
        };
        masked.map(problem).collect()
    }
}
