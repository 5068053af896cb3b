//! Editing workflows piece by piece, as every admin page does. Each write raises the workflow's revision in its own transaction.
//! Refused is only what no later call can mend; the rest is stored and found by `check` (behaviour §7.4).

use sqlx::{PgConnection, Postgres, Transaction};

use super::{App, Error, hook_tokens};
use crate::{
    store::{
        self, definitions,
        drafts::{
            FieldDraft, FieldPatch, StateDraft, StatePatch, TransitionDraft, TransitionPatch, WorkflowDraft,
            WorkflowPatch,
        },
        fields, run_scripts, states, transitions,
        workflows::{self, WorkflowRow},
    },
    workflow::{Conditions, FieldId, ParticipantKind, ScriptId, StateId, TransitionId, WorkflowId},
};

/// Why a change to a workflow is not made.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("there is no such workflow")]
    WorkflowMissing,
    /// Or it belongs to another workflow (F-48).
    #[error("there is no such part of the workflow")]
    PartMissing,
    #[error("{0} open tickets refer to it")]
    InUse(i64),
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
        tx.commit().await?;
        Ok(id)
    }

    pub async fn update_workflow(&self, id: WorkflowId, patch: WorkflowPatch) -> Result<(), ConfigError> {
        let (mut tx, stored) = self.change(id).await?;
        workflows::update(&mut *tx, id, &patch.over(stored.set)).await?;
        Ok(tx.commit().await?)
    }

    pub async fn delete_workflow(&self, id: WorkflowId) -> Result<(), ConfigError> {
        let (mut tx, _) = self.change(id).await?;
        in_use(workflows::open_tickets(&mut *tx, id).await?)?;
        workflows::retire(&mut *tx, id).await?;
        Ok(tx.commit().await?)
    }

    /// `id` None makes a new state.
    pub async fn save_state(
        &self,
        workflow: WorkflowId,
        id: Option<StateId>,
        patch: StatePatch,
        creator: &str,
    ) -> Result<StateId, ConfigError> {
        let (mut tx, _) = self.change(workflow).await?;
        let stored = match id {
            Some(id) => states::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?.set,
            None => StateDraft::default(),
        };
        // what the call does not name is not asked again: its script may be gone since, which is for `check` to tell
        let asked = patch.participant_kind.is_some() || patch.participant.is_some();
        let kept_token = hook_tokens::token(&stored.participant);
        let mut draft = patch.over(stored);
        if draft.participant_kind == ParticipantKind::Hook {
            draft.participant = hook_tokens::restored(&draft.participant, kept_token);
        }
        if asked && draft.participant_kind == ParticipantKind::Script {
            script_exists(&mut tx, draft.participant.trim()).await?;
        }
        let id = match id {
            Some(id) => {
                states::update(&mut *tx, id, &draft).await?;
                id
            }
            None => states::insert(&mut *tx, workflow, &draft, creator).await?,
        };
        tx.commit().await?;
        Ok(id)
    }

    pub async fn delete_state(&self, workflow: WorkflowId, id: StateId) -> Result<(), ConfigError> {
        let (mut tx, _) = self.change(workflow).await?;
        states::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?;
        in_use(states::open_tickets(&mut *tx, id).await?)?;
        states::retire(&mut *tx, id).await?;
        Ok(tx.commit().await?)
    }

    pub async fn save_transition(
        &self,
        workflow: WorkflowId,
        id: Option<TransitionId>,
        patch: TransitionPatch,
        creator: &str,
    ) -> Result<TransitionId, ConfigError> {
        let (mut tx, row) = self.change(workflow).await?;
        let stored = match id {
            Some(id) => transitions::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?.set,
            None => TransitionDraft::default(),
        };
        links_inside(&mut tx, &row, &patch).await?;
        let draft = patch.over(stored);
        let id = match id {
            Some(id) => {
                transitions::update(&mut *tx, id, &draft).await?;
                id
            }
            None => transitions::insert(&mut *tx, workflow, &draft, creator).await?,
        };
        tx.commit().await?;
        Ok(id)
    }

    pub async fn delete_transition(&self, workflow: WorkflowId, id: TransitionId) -> Result<(), ConfigError> {
        let (mut tx, _) = self.change(workflow).await?;
        transitions::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?;
        transitions::retire(&mut *tx, id).await?;
        Ok(tx.commit().await?)
    }

    pub async fn save_field(
        &self,
        workflow: WorkflowId,
        id: Option<FieldId>,
        patch: FieldPatch,
        creator: &str,
    ) -> Result<FieldId, ConfigError> {
        let (mut tx, _) = self.change(workflow).await?;
        let stored = match id {
            Some(id) => fields::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?.set,
            None => FieldDraft::default(),
        };
        let draft = patch.over(stored);
        let id = match id {
            Some(id) => {
                fields::update(&mut *tx, id, &draft).await?;
                id
            }
            None => fields::insert(&mut *tx, workflow, &draft, creator).await?,
        };
        tx.commit().await?;
        Ok(id)
    }

    pub async fn delete_field(&self, workflow: WorkflowId, id: FieldId) -> Result<(), ConfigError> {
        let (mut tx, _) = self.change(workflow).await?;
        fields::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?;
        fields::retire(&mut *tx, id).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction that holds the workflow's row and has raised its revision.
    async fn change(&self, workflow: WorkflowId) -> Result<(Change, WorkflowRow), ConfigError> {
        let mut tx = self.db.begin().await?;
        let row = workflows::touch(&mut *tx, workflow).await?.ok_or(ConfigError::WorkflowMissing)?;
        Ok((tx, row))
    }
}

/// Deleting what open tickets refer to is refused (D-24).
fn in_use(tickets: i64) -> Result<(), ConfigError> {
    if tickets == 0 { Ok(()) } else { Err(ConfigError::InUse(tickets)) }
}

/// Whether a state may name the script; no name yet is for a later call.
async fn script_exists(tx: &mut PgConnection, script: &str) -> Result<(), ConfigError> {
    let known = match script.parse() {
        Ok(id) => run_scripts::exists(tx, ScriptId(id)).await?,
        Err(_) => script.is_empty(),
    };
    if known { Ok(()) } else { Err(ConfigError::UnknownScript(script.to_owned())) }
}

/// Source, destination and condition targets that the call names are states of this workflow, and its expressions parse; fields that
/// nobody knows are findings. A workflow with a condition plugin of its own may have another language.
async fn links_inside(
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
