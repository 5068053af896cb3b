//! States, transitions and custom fields are edited alike: read what is stored, lay the change over it, write it, or retire it. What
//! is particular to each stands here, behind the id that names it.

use std::future::Future;

use serde::Serialize;
use sqlx::PgConnection;

use super::{
    hook_tokens,
    workflows::{ConfigError, links_inside, script_exists},
};
use crate::{
    store::{
        self,
        drafts::{FieldDraft, FieldPatch, StateDraft, StatePatch, TransitionDraft, TransitionPatch},
        fields, states, transitions,
        uses::{self, Uses},
        workflows::WorkflowRow,
    },
    workflow::{FieldId, ParticipantKind, StateId, TransitionId, WorkflowId},
};

type Stored<T> = Result<T, store::Error>;

/// One kind of part, by its id.
pub trait Part: Copy + Serialize + Send + 'static {
    type Draft: Default + Send + Sync;
    type Patch: Send;
    /// What it is called.
    const NAME: &'static str;

    /// What is stored, if the part belongs to that workflow (F-48).
    fn get(
        db: &mut PgConnection,
        workflow: WorkflowId,
        id: Self,
    ) -> impl Future<Output = Stored<Option<Self::Draft>>> + Send;

    /// The draft after a change; refuses what no later call can mend.
    fn changed(
        db: &mut PgConnection,
        workflow: &WorkflowRow,
        stored: Self::Draft,
        patch: Self::Patch,
    ) -> impl Future<Output = Result<Self::Draft, ConfigError>> + Send;

    fn insert(
        db: &mut PgConnection,
        workflow: WorkflowId,
        draft: &Self::Draft,
        creator: &str,
    ) -> impl Future<Output = Stored<Self>> + Send;

    fn update(db: &mut PgConnection, id: Self, draft: &Self::Draft) -> impl Future<Output = Stored<()>> + Send;

    fn retire(db: &mut PgConnection, id: Self) -> impl Future<Output = Stored<()>> + Send;

    /// What needs the part (D-24), looked up so that the answer holds until the transaction ends.
    fn uses(db: &mut PgConnection, id: Self) -> impl Future<Output = Stored<Uses>> + Send;
}

impl Part for StateId {
    type Draft = StateDraft;
    type Patch = StatePatch;
    const NAME: &'static str = "state";

    async fn get(db: &mut PgConnection, workflow: WorkflowId, id: Self) -> Stored<Option<StateDraft>> {
        Ok(states::get_in(db, workflow, id).await?.map(|row| row.set))
    }

    async fn changed(
        db: &mut PgConnection,
        _: &WorkflowRow,
        stored: StateDraft,
        patch: StatePatch,
    ) -> Result<StateDraft, ConfigError> {
        // what the call does not name is not asked again: its script may be gone since, which is for `check` to tell
        let asked = patch.participant_kind.is_some() || patch.participant.is_some();
        let kept_token = hook_tokens::token(&stored.participant);
        let mut draft = patch.over(stored);
        if draft.participant_kind == ParticipantKind::Hook {
            draft.participant = hook_tokens::restored(&draft.participant, kept_token);
        }
        if asked && draft.participant_kind == ParticipantKind::Script {
            script_exists(db, draft.participant.trim()).await?;
        }
        Ok(draft)
    }

    async fn insert(db: &mut PgConnection, workflow: WorkflowId, draft: &StateDraft, creator: &str) -> Stored<Self> {
        states::insert(db, workflow, draft, creator).await
    }

    async fn update(db: &mut PgConnection, id: Self, draft: &StateDraft) -> Stored<()> {
        states::update(db, id, draft).await
    }

    async fn retire(db: &mut PgConnection, id: Self) -> Stored<()> {
        states::retire(db, id).await
    }

    async fn uses(db: &mut PgConnection, id: Self) -> Stored<Uses> {
        standing_in(db, &[id.0]).await
    }
}

impl Part for TransitionId {
    type Draft = TransitionDraft;
    type Patch = TransitionPatch;
    const NAME: &'static str = "transition";

    async fn get(db: &mut PgConnection, workflow: WorkflowId, id: Self) -> Stored<Option<TransitionDraft>> {
        Ok(transitions::get_in(db, workflow, id).await?.map(|row| row.set))
    }

    async fn changed(
        db: &mut PgConnection,
        workflow: &WorkflowRow,
        stored: TransitionDraft,
        patch: TransitionPatch,
    ) -> Result<TransitionDraft, ConfigError> {
        links_inside(db, workflow, &patch).await?;
        Ok(patch.over(stored))
    }

    async fn insert(
        db: &mut PgConnection,
        workflow: WorkflowId,
        draft: &TransitionDraft,
        creator: &str,
    ) -> Stored<Self> {
        transitions::insert(db, workflow, draft, creator).await
    }

    async fn update(db: &mut PgConnection, id: Self, draft: &TransitionDraft) -> Stored<()> {
        transitions::update(db, id, draft).await
    }

    async fn retire(db: &mut PgConnection, id: Self) -> Stored<()> {
        transitions::retire(db, id).await
    }

    /// The tickets that stand where it leaves from.
    async fn uses(db: &mut PgConnection, id: Self) -> Stored<Uses> {
        let source = uses::source_of(&mut *db, id).await?;
        standing_in(db, &source).await
    }
}

impl Part for FieldId {
    type Draft = FieldDraft;
    type Patch = FieldPatch;
    const NAME: &'static str = "field";

    async fn get(db: &mut PgConnection, workflow: WorkflowId, id: Self) -> Stored<Option<FieldDraft>> {
        Ok(fields::get_in(db, workflow, id).await?.map(|row| row.set))
    }

    async fn changed(
        _: &mut PgConnection,
        _: &WorkflowRow,
        stored: FieldDraft,
        patch: FieldPatch,
    ) -> Result<FieldDraft, ConfigError> {
        Ok(patch.over(stored))
    }

    async fn insert(db: &mut PgConnection, workflow: WorkflowId, draft: &FieldDraft, creator: &str) -> Stored<Self> {
        fields::insert(db, workflow, draft, creator).await
    }

    async fn update(db: &mut PgConnection, id: Self, draft: &FieldDraft) -> Stored<()> {
        fields::update(db, id, draft).await
    }

    async fn retire(db: &mut PgConnection, id: Self) -> Stored<()> {
        fields::retire(db, id).await
    }

    /// A value that a ticket gets meanwhile stays on it unread; nothing has to be held.
    async fn uses(db: &mut PgConnection, id: Self) -> Stored<Uses> {
        uses::of_field(db, id, &[]).await
    }
}

/// Open tickets in these states, none of which arrives from now on.
async fn standing_in(db: &mut PgConnection, states: &[i64]) -> Stored<Uses> {
    uses::hold_states(&mut *db, states).await?;
    uses::of_states(db, states).await
}
