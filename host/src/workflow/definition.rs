//! A workflow's definition as one value: what administrators stored, parsed once.
//! A broken or missing part is a value that the rules answer for, never a panic: definitions are built piece by
//! piece over the wire, so an unfinished one is normal. What is wrong with one is listed by `check`.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    ids::{FieldId, StateId, TransitionId, WorkflowId},
    notice::Notice,
};

/// One workflow with all its parts; deleted parts are left out.
#[derive(Clone, Debug, Serialize)]
pub struct Definition {
    pub id: WorkflowId,
    /// Grows by one with every change to any part; names this value in caches.
    pub revision: i64,
    pub name: String,
    pub description: String,
    pub view_check: ViewCheck,
    /// JSON text as stored (behaviour §4.3).
    pub limit_expression: String,
    /// The notices it names that exist, in its order.
    pub notices: Vec<Notice>,
    /// Field keys that people see who may only view; JSON text that is no list of texts gives an empty one.
    pub display_form: Vec<String>,
    /// Name of the condition plugin; empty means the built-in one.
    pub condition_plugin: String,
    /// By `order_id`, then id.
    pub states: Vec<State>,
    /// By id.
    pub transitions: Vec<Transition>,
    /// By id.
    pub fields: Vec<FieldDef>,
}

/// Whether only related people may open a ticket (behaviour §4.19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ViewCheck {
    Related,
    Everybody,
}

#[derive(Clone, Debug, Serialize)]
pub struct State {
    pub id: StateId,
    pub name: String,
    pub kind: StateKind,
    pub order_id: i32,
    pub is_hidden: bool,
    /// Child workflow that a client should offer here; 0 is none. The engine never follows it.
    pub sub_workflow_id: i64,
    pub remember_last_handler: bool,
    pub participant: ParticipantRule,
    pub distribution: Distribution,
    /// Field key → what the handler may do with it here.
    pub field_access: BTreeMap<String, FieldAccess>,
    pub label: Value,
    /// JSON text handed to a plugin run by this state.
    pub plugin_args: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum StateKind {
    Normal,
    Start,
    End,
}

/// How a state names its participants (behaviour §4.6), as configured; `text` is the wire's `participant` unparsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParticipantRule {
    pub kind: ParticipantKind,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum ParticipantKind {
    Nobody,
    Person,
    Several,
    Department,
    Role,
    /// `creator`, `creator_tl`.
    Variable,
    Script,
    Field,
    ParentField,
    Everybody,
    Hook,
    Plugin,
}

/// How several participants share the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Distribution {
    /// One of them must accept first.
    Accept,
    /// Any of them may handle.
    Direct,
    Random,
    Everybody,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FieldAccess {
    ReadOnly,
    Required,
    Optional,
}

#[derive(Clone, Debug, Serialize)]
pub struct Transition {
    pub id: TransitionId,
    pub name: String,
    pub kind: TransitionKind,
    pub timer_seconds: i32,
    /// None: not set yet, or its state was deleted.
    pub source: Option<StateId>,
    pub destination: Option<StateId>,
    pub conditions: Conditions,
    pub attribute: TransitionAttribute,
    pub field_check: FieldCheck,
    pub alert_enable: bool,
    pub alert_text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TransitionKind {
    Normal,
    Timer,
}

/// What choosing the transition means; `Refuse` marks the ticket rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TransitionAttribute {
    Agree,
    Refuse,
    Other,
}

/// Whether the state's required fields must be sent with this transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum FieldCheck {
    Required,
    Skipped,
}

/// A transition's conditions in order; the first true one gives the target.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Conditions {
    Listed(Vec<Condition>),
    /// Stored text that is no list of conditions; the text says why.
    Broken(String),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    pub expression: String,
    pub target: StateId,
}

#[derive(Clone, Debug, Serialize)]
pub struct FieldDef {
    pub id: FieldId,
    pub key: String,
    pub name: String,
    pub kind: FieldKind,
    pub order_id: i32,
    pub default_value: Option<String>,
    pub description: String,
    pub template: String,
    pub boolean_display: Value,
    pub choices: Value,
    pub label: Value,
}

/// What a field holds; decides how a value is read and written (behaviour §4.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum FieldKind {
    String,
    Int,
    Float,
    Bool,
    Date,
    Datetime,
    Radio,
    Checkbox,
    Select,
    MultiSelect,
    Text,
    User,
    Users,
    File,
}

impl Definition {
    pub fn state(&self, id: StateId) -> Option<&State> {
        self.states.iter().find(|state| state.id == id)
    }

    pub fn transition(&self, id: TransitionId) -> Option<&Transition> {
        self.transitions.iter().find(|transition| transition.id == id)
    }

    pub fn field(&self, key: &str) -> Option<&FieldDef> {
        // of two definitions with one key the last wins, as it always did (behaviour §7.4)
        self.fields.iter().rev().find(|field| field.key == key)
    }

    /// The fields that count, by id: of those with one key only the last.
    pub fn effective_fields(&self) -> impl Iterator<Item = &FieldDef> {
        self.fields.iter().filter(|field| self.field(&field.key).is_some_and(|last| last.id == field.id))
    }

    /// The start state; of several the one with the lowest id (behaviour §4.2).
    pub fn start(&self) -> Option<&State> {
        self.states.iter().filter(|state| state.kind == StateKind::Start).min_by_key(|state| state.id)
    }

    /// Transitions leaving a state, by id; timers included.
    pub fn leaving(&self, state: StateId) -> impl Iterator<Item = &Transition> {
        self.transitions.iter().filter(move |transition| transition.source == Some(state))
    }
}
