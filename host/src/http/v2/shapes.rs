//! What several answers of `/api/v2` have in common: a ticket as lists show it, who must act, names beside ids, and in the document the
//! names that a kind can have.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::{
    ToSchema,
    openapi::{
        Object, ObjectBuilder,
        schema::{SchemaType, Type},
    },
};

use crate::{
    store::{custom_notices::Outcome, job_lists::JobState, jobs::JobKind, names::Named, tickets::Names},
    workflow::{
        FieldAccess, FieldKind, Intervention, Participants, StateKind, Ticket, TicketStatus, TransitionAttribute,
        TransitionKind,
    },
};

/// A text that is one of these.
pub(super) fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(names)).build()
}

fn named<T: Named>() -> Object {
    one_of(T::TABLE.iter().map(|row| row.0))
}

macro_rules! kinds {
    ($($function:ident $kind:ident),+ $(,)?) => {$(
        pub(super) fn $function() -> Object {
            named::<$kind>()
        }
    )+};
}

kinds! {
    ticket_status TicketStatus, state_kind StateKind, transition_kind TransitionKind, attribute TransitionAttribute,
    field_kind FieldKind, field_access FieldAccess, intervention Intervention, job_kind JobKind, job_state JobState,
    delivery_outcome Outcome,
}

pub(super) fn actor_kind() -> Object {
    one_of(["person", "script", "hook"])
}

/// Something with its name; None when the row is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reference {
    pub id: i64,
    #[schema(required)]
    pub name: Option<String>,
}

impl Reference {
    pub(super) fn named(id: i64, name: impl Into<String>) -> Self {
        Self { id, name: Some(name.into()) }
    }
}

/// A person; the alias is empty for one whom nobody knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Person {
    pub username: String,
    pub alias: String,
}

/// Who must act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ParticipantsView {
    Nobody,
    Person { users: Vec<String> },
    Several { users: Vec<String> },
    Department { department_ids: Vec<i64> },
    Role { role_id: i64 },
    Script { script_id: i64 },
    Hook,
}

impl From<&Participants> for ParticipantsView {
    fn from(participants: &Participants) -> Self {
        match participants {
            Participants::Nobody => Self::Nobody,
            Participants::Person(name) => Self::Person { users: vec![name.clone()] },
            Participants::Several(names) => Self::Several { users: names.clone() },
            Participants::Departments(ids) => Self::Department { department_ids: ids.iter().map(|id| id.0).collect() },
            Participants::Role(id) => Self::Role { role_id: id.0 },
            Participants::Script(id) => Self::Script { script_id: id.0 },
            Participants::Hook => Self::Hook,
        }
    }
}

/// A ticket as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TicketHead {
    pub id: i64,
    /// Its number.
    pub sn: String,
    pub title: String,
    pub workflow: Reference,
    pub state: Reference,
    #[schema(schema_with = ticket_status)]
    pub status: &'static str,
    pub is_rejected: bool,
    /// The last run of its state's script or hook failed.
    pub run_failed: bool,
    pub creator: String,
    pub participants: ParticipantsView,
    pub in_add_node: bool,
    #[schema(required)]
    pub parent_ticket_id: Option<i64>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

impl TicketHead {
    pub(super) fn of(ticket: &Ticket, names: &Names) -> Self {
        Self {
            id: ticket.id.0,
            sn: ticket.sn.clone(),
            title: ticket.title.clone(),
            workflow: Reference::named(ticket.workflow.0, &names.workflow),
            state: Reference { id: ticket.state.0, name: names.state.clone() },
            status: ticket.status.name(),
            is_rejected: ticket.is_rejected,
            run_failed: !ticket.script_succeeded,
            creator: ticket.creator.clone(),
            participants: (&ticket.participants).into(),
            in_add_node: !ticket.add_nodes.is_empty(),
            parent_ticket_id: ticket.parent.map(|parent| parent.ticket.0),
            created_at: ticket.created_at,
            modified_at: ticket.modified_at,
        }
    }
}

/// Who did something: a person, a script, or a hook.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActorView {
    #[schema(schema_with = actor_kind)]
    pub kind: String,
    pub name: String,
    /// Empty for what is no person, or for one whom nobody knows.
    pub alias: String,
}
