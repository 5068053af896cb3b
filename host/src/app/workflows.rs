//! Editing workflows piece by piece, as every admin page does. Each write raises the workflow's revision in its own transaction.
//! Refused is only what no later call can mend; the rest is stored and found by `check` (behaviour §7.4).

use serde_json::{Value, json};
use sqlx::{PgConnection, Postgres, Transaction};

use super::{
    App, Error,
    parts::Part,
    registry::RegistryError,
    scripts::{self, remove_own},
    trail::{Kept as _, Subject, note},
};
use crate::{
    store::{
        self, definitions,
        drafts::{TransitionPatch, WorkflowDraft, WorkflowPatch},
        run_scripts, states,
        uses::{self, Uses},
        workflows::{self, WorkflowRow},
    },
    workflow::{Conditions, ScriptId, StateId, WorkflowId},
};

/// Why a change to a workflow is not made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("there is no such workflow")]
    WorkflowMissing,
    /// Or it belongs to another workflow (F-48).
    #[error("there is no such part of the workflow")]
    PartMissing,
    #[error("{} open tickets and {} states need it", .0.tickets, .0.states.len())]
    InUse(Box<Uses>),
    #[error("there is no such script")]
    ScriptMissing,
    #[error("state {0} is no state of this workflow")]
    StrangeState(StateId),
    #[error("script {0} does not exist")]
    UnknownScript(String),
    /// `number` counts from 1.
    #[error("condition {number} does not parse: {problem}")]
    BadExpression { number: usize, problem: gavia_condition::Problem },
    #[error("the conditions are no list of expressions and targets")]
    BrokenConditions,
    #[error(transparent)]
    Registry(#[from] RegistryError),
    #[error(transparent)]
    App(#[from] Error),
}

impl From<store::Error> for ConfigError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<sqlx::Error> for ConfigError {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

/// What becomes of a deletion when something still needs the thing (D-24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    IfUnused,
    Forced,
}

type Change = Transaction<'static, Postgres>;

impl App {
    /// Makes a workflow; the app that made it may use it.
    pub async fn create_workflow(
        &self,
        draft: &WorkflowDraft,
        creator: &str,
        app_token: Option<i64>,
    ) -> Result<WorkflowId, ConfigError> {
        let mut tx = self.db.begin().await?;
        let id = workflows::insert(&mut *tx, draft, creator).await?;
        if let Some(app) = app_token {
            workflows::grant(&mut *tx, app, id).await?;
        }
        note(&mut tx, creator, (Subject("workflow", id.0), "create"), (None, Some(settings(draft)))).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn update_workflow(&self, id: WorkflowId, patch: WorkflowPatch, by: &str) -> Result<(), ConfigError> {
        let (mut tx, stored) = self.change(id, by).await?;
        let before = settings(&stored.set);
        let draft = patch.over(stored.set);
        workflows::update(&mut *tx, id, &draft).await?;
        note(&mut tx, by, (Subject("workflow", id.0), "update"), (Some(before), Some(settings(&draft)))).await?;
        Ok(tx.commit().await?)
    }

    pub async fn delete_workflow(&self, id: WorkflowId, removal: Removal, by: &str) -> Result<(), ConfigError> {
        let (mut tx, stored) = self.change(id, by).await?;
        if removal == Removal::IfUnused {
            uses::hold_workflow(&mut *tx, id).await?;
            unused(uses::of_workflow(&mut tx, id).await?)?;
        }
        workflows::retire(&mut *tx, id).await?;
        note(&mut tx, by, (Subject("workflow", id.0), "delete"), (Some(settings(&stored.set)), None)).await?;
        Ok(tx.commit().await?)
    }

    /// `id` None makes a new part.
    pub async fn save_part<P: Part>(
        &self,
        workflow: WorkflowId,
        id: Option<P>,
        patch: P::Patch,
        by: &str,
    ) -> Result<P, ConfigError> {
        let (mut tx, row) = self.change(workflow, by).await?;
        let stored = match id {
            Some(id) => P::get(&mut tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?,
            None => P::Draft::default(),
        };
        let draft = P::changed(&mut tx, &row, stored, patch).await?;
        let (id, action) = match id {
            Some(id) => {
                P::update(&mut tx, id, &draft).await?;
                (id, "update_part")
            }
            None => (P::insert(&mut tx, workflow, &draft, by).await?, "add_part"),
        };
        let part = Some(json!({ "part": P::NAME, "id": id }));
        note(&mut tx, by, (Subject("workflow", workflow.0), action), (None, part)).await?;
        tx.commit().await?;
        Ok(id)
    }

    pub async fn delete_part<P: Part>(
        &self,
        workflow: WorkflowId,
        id: P,
        removal: Removal,
        by: &str,
    ) -> Result<(), ConfigError> {
        let (mut tx, _) = self.change(workflow, by).await?;
        P::get(&mut tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?;
        if removal == Removal::IfUnused {
            unused(P::uses(&mut tx, id).await?)?;
        }
        P::retire(&mut tx, id).await?;
        let part = Some(json!({ "part": P::NAME, "id": id }));
        note(&mut tx, by, (Subject("workflow", workflow.0), "delete_part"), (part, None)).await?;
        Ok(tx.commit().await?)
    }

    pub async fn delete_script(&self, id: ScriptId, removal: Removal, by: &str) -> Result<(), ConfigError> {
        let mut tx = self.db.begin().await?;
        if !uses::hold_script(&mut *tx, id).await? {
            return Err(ConfigError::ScriptMissing);
        }
        if removal == Removal::IfUnused {
            unused(uses::of_script(&mut tx, id).await?)?;
        }
        let plugin = run_scripts::plugin_of(&mut *tx, id).await?;
        let stored = run_scripts::lock(&mut *tx, id).await?;
        run_scripts::retire(&mut *tx, id).await?;
        remove_own(&mut tx, plugin, by).await?;
        let before = stored.map(|stored| stored.kept());
        note(&mut tx, by, (Subject(scripts::SUBJECT, id.0), "delete"), (before, None)).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction that holds the workflow's row and has raised its revision.
    async fn change(&self, workflow: WorkflowId, by: &str) -> Result<(Change, WorkflowRow), ConfigError> {
        let mut tx = self.db.begin().await?;
        let row = workflows::touch(&mut *tx, workflow, by).await?.ok_or(ConfigError::WorkflowMissing)?;
        Ok((tx, row))
    }
}

/// What the trail keeps of a workflow's own settings.
fn settings(draft: &WorkflowDraft) -> Value {
    json!({
        "name": draft.name, "description": draft.description, "notices": draft.notices,
        "view_permission_check": draft.view_permission_check, "limit_expression": draft.limit_expression,
        "display_form": draft.display_form, "condition_plugin": draft.condition_plugin,
    })
}

fn unused(uses: Uses) -> Result<(), ConfigError> {
    if uses.is_empty() { Ok(()) } else { Err(ConfigError::InUse(Box::new(uses))) }
}

/// Whether a state may name the script; no name yet is for a later call.
pub(super) async fn script_exists(tx: &mut PgConnection, script: &str) -> Result<(), ConfigError> {
    let known = match script.parse() {
        Ok(id) => run_scripts::hold(tx, ScriptId(id)).await?,
        Err(_) => script.is_empty(),
    };
    if known { Ok(()) } else { Err(ConfigError::UnknownScript(script.to_owned())) }
}

/// Source, destination and condition targets that the call names are states of this workflow, and its expressions parse; fields that
/// nobody knows are findings. A workflow with a condition plugin of its own may have another language.
pub(super) async fn links_inside(
    tx: &mut PgConnection,
    workflow: &WorkflowRow,
    patch: &TransitionPatch,
) -> Result<(), ConfigError> {
    let mut named: Vec<StateId> = [patch.source, patch.destination].into_iter().flatten().flatten().collect();
    if let Some(text) = &patch.condition_expression {
        let Conditions::Listed(conditions) = definitions::conditions(text) else {
            return Err(ConfigError::BrokenConditions);
        };
        for (number, condition) in (1..).zip(&conditions) {
            if workflow.set.condition_plugin.is_empty()
                && let Err(problem) = gavia_condition::fields(&condition.expression)
            {
                return Err(ConfigError::BadExpression { number, problem });
            }
            named.push(condition.target);
        }
    }
    match states::strangers(tx, workflow.id, &named).await?.first() {
        None => Ok(()),
        Some(stranger) => Err(ConfigError::StrangeState(*stranger)),
    }
}
