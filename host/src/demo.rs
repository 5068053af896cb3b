//! `gavia serve --demo`: a company to try gavia with. People in departments, a role, an app token, and two workflows: a leave request
//! that a condition routes, and a VPN request, each with a state that runs a plugin. Loaded once, in one transaction.

mod build;
mod leave;
mod people;
mod vpn;
mod welcome;

use sqlx::PgConnection;

pub use welcome::{again, first};

use crate::{
    app::{
        App,
        app_tokens::fresh,
        registry::{Checked, RegistryError},
        scripts::{UploadError, insert_script},
    },
    password,
    signature::Version,
    store::{
        self,
        app_tokens::{self, AppTokenDraft, Sealed},
        demo::{MARK, Standing},
        run_scripts::RunScriptDraft,
    },
    workflow::{ScriptId, TransitionId, WorkflowId},
};

/// The app that the demo's calls come from.
pub const APP: &str = "demo";

const LEAVE_NOTE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/leave_note.wasm"));
const WELCOME_NOTE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/welcome_note.wasm"));

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "there are other workflows in this database, and --demo loads only into an empty one: leave --demo out, or choose another --data-dir"
    )]
    Other,
    #[error("there are people or apps in this database whose names the demo needs: choose another --data-dir for it")]
    NamesTaken,
    #[error("the demo's plugin cannot be stored: {0}")]
    Plugin(#[from] UploadError),
    #[error("the demo's plugin cannot be taken: {0}")]
    Registry(#[from] RegistryError),
    #[error("the demo's password cannot be hashed: {0}")]
    Password(#[from] password::Error),
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error.constraint() {
            Some("users_username_key" | "app_tokens_app_name_key") => Self::NamesTaken,
            _ => Self::Store(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

/// What a first load shows once.
pub struct Secrets {
    pub token: String,
    /// None: there was an administrator already, whose password stays.
    pub password: Option<String>,
    pub leave: WorkflowId,
    /// The transition that submits a leave request.
    pub submit: TransitionId,
}

/// Loads the demo unless it is there; what must be shown once is the answer of a first load.
pub async fn load(app: &App) -> Result<Option<Secrets>, Error> {
    let mut tx = app.db.begin().await?;
    match store::demo::standing(&mut tx).await? {
        Standing::Demo => return Ok(None),
        Standing::Other => return Err(Error::Other),
        Standing::Empty => {}
    }
    // Compiling takes longer than a transaction may wait for its next statement.
    tx.rollback().await?;
    let (note, welcome) = (app.checked_script(LEAVE_NOTE).await?, app.checked_script(WELCOME_NOTE).await?);
    let password = password::generate();
    let hash = password::hash(password.clone()).await?;

    let mut tx = app.db.begin().await?;
    if store::demo::standing(&mut tx).await? != Standing::Empty {
        return Ok(None);
    }
    let company = people::load(&mut tx, hash).await?;
    let note = script(&mut tx, ("登记请假", "leave_note"), &note).await?;
    let welcome = script(&mut tx, ("开通VPN账号", "welcome_note"), &welcome).await?;
    let (leave, submit) = leave::load(&mut tx, note).await?;
    let vpn = vpn::load(&mut tx, company.operations, welcome).await?;
    let token = let_in(app, &mut tx, vec![leave.0, vpn.0]).await?;
    tx.commit().await?;
    Ok(Some(Secrets { token, password: company.made_administrator.then_some(password), leave, submit }))
}

async fn script(tx: &mut PgConnection, (name, file): (&str, &str), checked: &Checked) -> Result<ScriptId, Error> {
    let draft = RunScriptDraft { name: name.into(), description: "gavia的示例插件".into(), is_active: true };
    Ok(insert_script(tx, &draft, (&format!("workflow_script/{file}.wasm"), checked), MARK).await?.0)
}

async fn let_in(app: &App, tx: &mut PgConnection, workflows: Vec<i64>) -> Result<String, Error> {
    let (secret, token) = fresh(&app.key, Version::V1);
    let draft =
        AppTokenDraft { app_name: APP.into(), ticket_sn_prefix: APP.into(), workflows, ..AppTokenDraft::default() };
    app_tokens::insert(tx, &draft, &Sealed { secret: &secret, key_id: app.key.id() }, MARK).await?;
    Ok(token)
}
