//! Editing workflows piece by piece, as every admin page does. Each write raises the workflow's revision in its own transaction.
//! Refused is only what no later call can mend; the rest is stored and found by `check` (behaviour §7.4).

use sqlx::{Postgres, Transaction};

use super::{App, Error};
use crate::{
    store::{
        self, definitions,
        drafts::{
            FieldDraft, FieldPatch, StateDraft, StatePatch, TransitionDraft, TransitionPatch, WorkflowDraft,
            WorkflowPatch,
        },
        fields, run_scripts, states, transitions, workflows,
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
        let mut tx = self.db.begin().await?;
        let stored = workflows::touch(&mut *tx, id).await?.ok_or(ConfigError::WorkflowMissing)?;
        workflows::update(&mut *tx, id, &patch.over(stored.set)).await?;
        Ok(tx.commit().await?)
    }

    pub async fn delete_workflow(&self, id: WorkflowId) -> Result<(), ConfigError> {
        let mut tx = self.change(id).await?;
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
        let mut tx = self.change(workflow).await?;
        let stored = match id {
            Some(id) => states::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?.set,
            None => StateDraft::default(),
        };
        let draft = patch.over(stored);
        if draft.participant_kind == ParticipantKind::Script {
            let script = draft.participant.trim();
            let known = match script.parse() {
                Ok(id) => run_scripts::exists(&mut *tx, ScriptId(id)).await?,
                Err(_) => script.is_empty(), // named by a later call
            };
            if !known {
                return Err(ConfigError::UnknownScript(script.to_owned()));
            }
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
        let mut tx = self.change(workflow).await?;
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
        let mut tx = self.change(workflow).await?;
        let stored = match id {
            Some(id) => transitions::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?.set,
            None => TransitionDraft::default(),
        };
        let draft = patch.over(stored);
        let mut named: Vec<StateId> = draft.source.into_iter().chain(draft.destination).collect();
        if let Conditions::Listed(conditions) = definitions::conditions(&draft.condition_expression) {
            named.extend(conditions.iter().map(|condition| condition.target));
        }
        if let Some(stranger) = states::strangers(&mut *tx, workflow, &named).await?.first() {
            return Err(ConfigError::StrangeState(*stranger));
        }
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
        let mut tx = self.change(workflow).await?;
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
        let mut tx = self.change(workflow).await?;
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
        let mut tx = self.change(workflow).await?;
        fields::get_in(&mut *tx, workflow, id).await?.ok_or(ConfigError::PartMissing)?;
        fields::retire(&mut *tx, id).await?;
        Ok(tx.commit().await?)
    }

    /// A transaction that holds the workflow's row and has raised its revision.
    async fn change(&self, workflow: WorkflowId) -> Result<Change, ConfigError> {
        let mut tx = self.db.begin().await?;
        workflows::touch(&mut *tx, workflow).await?.ok_or(ConfigError::WorkflowMissing)?;
        Ok(tx)
    }
}

/// Deleting what open tickets refer to is refused (D-24).
fn in_use(tickets: i64) -> Result<(), ConfigError> {
    if tickets == 0 { Ok(()) } else { Err(ConfigError::InUse(tickets)) }
}
