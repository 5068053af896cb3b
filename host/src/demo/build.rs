//! Putting a workflow's parts into the store, with the shorthand that makes the demo's two readable.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::PgConnection;

use crate::{
    store::{
        self,
        demo::MARK,
        drafts::{FieldDraft, StateDraft, TransitionDraft, WorkflowDraft},
        fields, states, transitions, workflows,
    },
    workflow::{
        Distribution,
        FieldAccess::{self, Optional, ReadOnly, Required},
        FieldKind, ParticipantKind, StateId, TransitionAttribute, TransitionId, WorkflowId,
    },
};

/// What every form of a ticket that is under way shows beside its fields.
const CARD: [&str; 4] = ["sn", "creator", "gmt_created", "state.state_name"];

/// A workflow that is being put together.
pub(super) struct Building<'a> {
    tx: &'a mut PgConnection,
    pub(super) id: WorkflowId,
    order: i32,
}

/// A move as the diagram has it.
pub(super) struct Arrow<'a> {
    pub(super) name: &'a str,
    pub(super) from: StateId,
    pub(super) to: StateId,
    pub(super) kind: TransitionAttribute,
}

impl<'a> Building<'a> {
    pub(super) async fn begin(tx: &'a mut PgConnection, draft: &WorkflowDraft) -> Result<Self, store::Error> {
        let id = workflows::insert(&mut *tx, draft, MARK).await?;
        Ok(Self { tx, id, order: 0 })
    }

    /// Fields appear in the order in which they are added.
    pub(super) async fn field(
        &mut self,
        key: &str,
        name: &str,
        kind: FieldKind,
        choices: Value,
    ) -> Result<(), store::Error> {
        self.order += 5;
        let draft = FieldDraft {
            kind,
            key: key.into(),
            name: name.into(),
            order_id: self.order,
            choices,
            ..FieldDraft::default()
        };
        fields::insert(&mut *self.tx, self.id, &draft, MARK).await.map(drop)
    }

    pub(super) async fn state(&mut self, draft: StateDraft) -> Result<StateId, store::Error> {
        states::insert(&mut *self.tx, self.id, &draft, MARK).await
    }

    pub(super) async fn arrow(&mut self, arrow: Arrow<'_>) -> Result<TransitionId, store::Error> {
        self.routed(arrow, "[]".into()).await
    }

    /// An arrow that a condition may lead elsewhere.
    pub(super) async fn routed(&mut self, arrow: Arrow<'_>, conditions: String) -> Result<TransitionId, store::Error> {
        let back = arrow.kind != TransitionAttribute::Agree;
        let draft = TransitionDraft {
            name: arrow.name.into(),
            source: Some(arrow.from),
            destination: Some(arrow.to),
            condition_expression: conditions,
            attribute: arrow.kind,
            field_require_check: !back,
            alert_enable: back,
            alert_text: if back { format!("确定{}?", arrow.name) } else { String::new() },
            ..TransitionDraft::default()
        };
        transitions::insert(&mut *self.tx, self.id, &draft, MARK).await
    }
}

/// A state in which somebody acts; `who` is what that kind of participant is named by.
pub(super) fn state(name: &str, order_id: i32, kind: ParticipantKind, who: impl Into<String>) -> StateDraft {
    let participant = who.into();
    let distribution = Distribution::Direct;
    StateDraft {
        name: name.into(),
        order_id,
        participant_kind: kind,
        participant,
        distribution,
        ..StateDraft::default()
    }
}

/// A form in which these are filled in, required and then optional.
pub(super) fn filled_in(required: &[&str], optional: &[&str]) -> BTreeMap<String, FieldAccess> {
    let (required, optional) =
        (required.iter().map(|key| (*key, Required)), optional.iter().map(|key| (*key, Optional)));
    required.chain(optional).map(|(key, access)| (key.to_owned(), access)).collect()
}

/// The same form with the ticket's own data beside it.
pub(super) fn with_card(mut form: BTreeMap<String, FieldAccess>) -> BTreeMap<String, FieldAccess> {
    form.extend(CARD.map(|key| (key.to_owned(), ReadOnly)));
    form
}

/// A form in which all of these are read.
pub(super) fn read(keys: &[&str]) -> BTreeMap<String, FieldAccess> {
    with_card(keys.iter().map(|key| ((*key).to_owned(), ReadOnly)).collect())
}
