//! Run scripts: views of action plugins that states name by id. An upload is checked, made ready and stored before it is named anywhere,
//! so that what cannot run is refused at once and not when a ticket waits for it.

use gavia_sandbox::{Kind, Rejection};
use serde_json::Value;
use sqlx::PgConnection;

use super::{
    App, Error,
    registry::{
        Checked, RegistryError, Waiting,
        views::{self, NOTICE_PREFIX, SCRIPT_PREFIX, Taken},
    },
    trail::{Kept as _, Subject, note, with_plugin},
};
use crate::{
    ambient,
    plugins::PluginId,
    store::{self, plugins::PluginRow, run_scripts::RunScriptDraft},
    workflow::ScriptId,
};

const FOLDER: &str = "workflow_script";

/// Of the trail's entries.
pub(super) const SUBJECT: &str = "run_script";

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

/// What a run script or notice runs.
#[derive(Clone, Debug)]
pub enum Program {
    /// The uploaded file.
    File(Vec<u8>),
    /// The active version of the plugin of this name.
    Plugin(String),
}

/// A program that can be written: a file is compiled, which takes longer than a transaction may wait.
pub(super) enum Ready {
    File(Box<Checked>),
    Plugin(String),
}

impl Ready {
    pub(super) fn saved_name(&self, folder: &str) -> String {
        match self {
            Self::File(_) => saved_name(folder),
            Self::Plugin(name) => format!("plugin/{name}"),
        }
    }

    /// Of the plugin that a script or notice becomes a view of: the named one, or its own, of which the file is the next version.
    pub(super) async fn plugin(
        &self,
        tx: &mut PgConnection,
        (present, own_name): (Option<PluginId>, &str),
        kind: Kind,
        by: &str,
    ) -> Result<Taken, RegistryError> {
        match self {
            Self::Plugin(name) => Ok(Taken { plugin: views::named(tx, name, kind).await?.0, waiting: None }),
            Self::File(checked) => {
                let own = own_plugin(tx, present).await?;
                views::take_file(tx, (own.map(|row| row.id), own_name), (checked, kind), by).await
            }
        }
    }
}

impl App {
    pub async fn create_script(
        &self,
        draft: &RunScriptDraft,
        program: Program,
        creator: &str,
    ) -> Result<Option<Waiting>, RegistryError> {
        let (mut tx, id, waiting);
        match program {
            Program::File(bytes) => {
                let checked = self.checked(bytes, Kind::Action).await?;
                tx = self.db.begin().await?;
                (id, waiting) = insert_script(&mut tx, draft, (&saved_name(FOLDER), &checked), creator).await?;
            }
            Program::Plugin(name) => {
                tx = self.db.begin().await?;
                let (plugin, version) = views::named(&mut tx, &name, Kind::Action).await?;
                let saved_name = format!("plugin/{name}");
                id = store::run_scripts::insert(&mut *tx, draft, (&saved_name, &version.digest), creator).await?;
                store::run_scripts::set_plugin(&mut *tx, id, plugin).await?;
                waiting = None;
            }
        }
        let after = kept(&mut tx, id, draft).await?;
        note(&mut tx, creator, (Subject(SUBJECT, id.0), "create"), (None, Some(after))).await?;
        tx.commit().await?;
        Ok(waiting)
    }

    /// Runs that are going finish on the file they began with. `change` gets the script as stored; its refusal changes nothing. None when
    /// there is no such script, else whether its new file waits.
    pub async fn update_script<E: From<RegistryError>>(
        &self,
        (id, by): (ScriptId, &str),
        program: Option<Program>,
        change: impl FnOnce(RunScriptDraft) -> Result<RunScriptDraft, E>,
    ) -> Result<Option<Option<Waiting>>, E> {
        let program = self.ready(program, Kind::Action).await.map_err(RegistryError::from)?;
        let mut tx = self.db.begin().await.map_err(RegistryError::from)?;
        let stored = store::run_scripts::lock(&mut *tx, id).await.map_err(RegistryError::from)?;
        let Some(stored) = stored else { return Ok(None) };
        let draft = change(stored.clone())?;
        let waiting = write_script(&mut tx, (id, by), (&stored, &draft), program.as_ref()).await?;
        tx.commit().await.map_err(RegistryError::from)?;
        Ok(Some(waiting))
    }

    pub(super) async fn ready(&self, program: Option<Program>, kind: Kind) -> Result<Option<Ready>, UploadError> {
        Ok(match program {
            Some(Program::File(bytes)) => Some(Ready::File(Box::new(self.checked(bytes, kind).await?))),
            Some(Program::Plugin(name)) => Some(Ready::Plugin(name)),
            None => None,
        })
    }

    /// Checked, compiled and stored, and of the wanted kind.
    pub async fn checked(&self, bytes: Vec<u8>, wanted: Kind) -> Result<Checked, UploadError> {
        let checked = self.check_upload(bytes, None).await?;
        if !checked.kinds.contains(&wanted) {
            let exports = checked.report["exports"].as_array().map_or_else(String::new, |names| {
                names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
            });
            return Err(UploadError::WrongKind { wanted, exports });
        }
        Ok(checked)
    }

    /// For what must be in place before the server takes requests.
    pub async fn checked_script(&self, file: &[u8]) -> Result<Checked, UploadError> {
        self.checked(file.to_vec(), Kind::Action).await
    }
}

async fn write_script(
    tx: &mut PgConnection,
    (id, by): (ScriptId, &str),
    (stored, draft): (&RunScriptDraft, &RunScriptDraft),
    program: Option<&Ready>,
) -> Result<Option<Waiting>, RegistryError> {
    let before = kept(tx, id, stored).await?;
    let mut waiting = None;
    if let Some(program) = program {
        let present = store::run_scripts::plugin_of(&mut *tx, id).await?;
        let taken = program.plugin(tx, (present, &format!("{SCRIPT_PREFIX}{id}")), Kind::Action, by).await?;
        store::run_scripts::set_plugin(&mut *tx, id, taken.plugin).await?;
        waiting = taken.waiting;
    }
    let saved = program.map(|program| program.saved_name(FOLDER));
    store::run_scripts::update(&mut *tx, id, draft, saved.as_deref()).await?;
    let after = kept(tx, id, draft).await?;
    note(tx, by, (Subject(SUBJECT, id.0), "update"), (Some(before), Some(after))).await?;
    Ok(waiting)
}

/// For the trail: the script, and whose code it runs now.
async fn kept(tx: &mut PgConnection, id: ScriptId, draft: &RunScriptDraft) -> Result<Value, store::Error> {
    let plugin = store::run_scripts::plugin_of(&mut *tx, id).await?;
    with_plugin(tx, draft.kept(), plugin).await
}

/// A script and the plugin that its file becomes.
pub async fn insert_script(
    tx: &mut PgConnection,
    draft: &RunScriptDraft,
    (saved_name, checked): (&str, &Checked),
    creator: &str,
) -> Result<(ScriptId, Option<Waiting>), RegistryError> {
    let id = store::run_scripts::insert(&mut *tx, draft, (saved_name, &checked.digest), creator).await?;
    let name = format!("{SCRIPT_PREFIX}{id}");
    let taken = views::take_file(tx, (None, &name), (checked, Kind::Action), creator).await?;
    store::run_scripts::set_plugin(tx, id, taken.plugin).await?;
    Ok((id, taken.waiting))
}

/// A file that comes for a view of somebody else's plugin does not become a version of that one.
pub(super) async fn own_plugin(
    tx: &mut PgConnection,
    plugin: Option<PluginId>,
) -> Result<Option<PluginRow>, store::Error> {
    let Some(id) = plugin else { return Ok(None) };
    let row = store::plugins::hold(tx, id).await?;
    Ok(row.filter(|row| row.name.starts_with(SCRIPT_PREFIX) || row.name.starts_with(NOTICE_PREFIX)))
}

/// The plugin that a deleted script or notice leaves behind goes too, unless something else needs it by now.
pub(super) async fn remove_own(tx: &mut PgConnection, plugin: Option<PluginId>, by: &str) -> Result<(), RegistryError> {
    if let Some(row) = own_plugin(tx, plugin).await?
        && store::plugins::uses::of(tx, row.id, &row.name).await?.is_empty()
    {
        views::remove(tx, &row, by).await?;
    }
    Ok(())
}

/// The wire shows where a file was saved; ours is in the database under its hash, and this is only a name.
pub(super) fn saved_name(folder: &str) -> String {
    format!("{folder}/{}.wasm", ambient::uuid())
}
