//! The records of the WIT interface `gavia:plugin/types`, as plain Rust.
//!
//! They derive the component model's encoding, so a call lowers them as they are, with no copy in between; the order of the fields is
//! the contract's. `plugin-sdk/wit/gavia.wit` says what each one means; comments here only add shapes and units.

use wasmtime::component::{ComponentType, Lift, Lower};

/// A person, as a plugin sees one.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct User {
    pub id: i64,
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    #[component(name = "is-active")]
    pub is_active: bool,
    #[component(name = "dept-ids")]
    pub dept_ids: Vec<i64>,
    #[component(name = "role-ids")]
    pub role_ids: Vec<i64>,
}

/// How a workflow declares a field; says how its JSON is to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum FieldKind {
    #[default]
    #[component(name = "str")]
    Str,
    #[component(name = "int")]
    Int,
    #[component(name = "float")]
    Float,
    #[component(name = "boolean")]
    Boolean,
    #[component(name = "date")]
    Date,
    #[component(name = "datetime")]
    Datetime,
    #[component(name = "radio")]
    Radio,
    #[component(name = "checkbox")]
    Checkbox,
    #[component(name = "select")]
    Select,
    #[component(name = "multi-select")]
    MultiSelect,
    #[component(name = "text")]
    Text,
    #[component(name = "username")]
    Username,
    #[component(name = "multi-username")]
    MultiUsername,
    #[component(name = "file")]
    File,
}

/// A custom field and its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct FieldValue {
    pub key: String,
    pub kind: FieldKind,
    /// JSON text; `null` for a field without a value.
    pub value: String,
}

/// A ticket, with what a plugin may know of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Ticket {
    pub id: i64,
    pub sn: String,
    pub title: String,
    #[component(name = "workflow-id")]
    pub workflow_id: i64,
    #[component(name = "state-id")]
    pub state_id: i64,
    #[component(name = "state-name")]
    pub state_name: String,
    pub creator: String,
    #[component(name = "parent-ticket-id")]
    pub parent_ticket_id: Option<i64>,
    #[component(name = "parent-ticket-state-id")]
    pub parent_ticket_state_id: Option<i64>,
    #[component(name = "workflow-name")]
    pub workflow_name: String,
    /// JSON text.
    #[component(name = "state-label")]
    pub state_label: String,
    /// Milliseconds since 1970, UTC.
    #[component(name = "created-ms")]
    pub created_ms: i64,
    /// Milliseconds since 1970, UTC.
    #[component(name = "modified-ms")]
    pub modified_ms: i64,
    /// The wire's participant type (behaviour §1.3).
    #[component(name = "participant-type-id")]
    pub participant_type_id: i32,
    pub participant: String,
    pub relation: Vec<String>,
    #[component(name = "in-add-node")]
    pub in_add_node: bool,
    #[component(name = "add-node-man")]
    pub add_node_man: String,
    #[component(name = "is-end")]
    pub is_end: bool,
    #[component(name = "is-rejected")]
    pub is_rejected: bool,
    /// JSON text.
    #[component(name = "multi-all-person")]
    pub multi_all_person: String,
    pub fields: Vec<FieldValue>,
}

/// One entry of a ticket's flow log.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct FlowEntry {
    /// Milliseconds since 1970, UTC.
    #[component(name = "at-ms")]
    pub at_ms: i64,
    pub actor: String,
    #[component(name = "state-id")]
    pub state_id: i64,
    #[component(name = "transition-id")]
    pub transition_id: Option<i64>,
    #[component(name = "intervene-type-id")]
    pub intervene_type_id: i32,
    pub suggestion: String,
}

/// What a call is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Context {
    /// The same on every attempt of the same step.
    #[component(name = "invocation-id")]
    pub invocation_id: String,
    /// 1 on the first run.
    pub attempt: u32,
    /// Filled by the sandbox from `Limits::wall`; what the caller puts here is overwritten.
    #[component(name = "budget-ms")]
    pub budget_ms: u32,
    /// Milliseconds since 1970, UTC.
    #[component(name = "now-ms")]
    pub now_ms: i64,
    /// Minutes east of UTC that the engine is configured with.
    #[component(name = "tz-offset-min")]
    pub tz_offset_min: i16,
    pub ticket: Ticket,
    #[component(name = "transition-id")]
    pub transition_id: Option<i64>,
    /// Who caused the step; none for timers.
    pub actor: Option<User>,
    pub suggestion: Option<String>,
    /// `loonrobot`, or `NAME_retry` when NAME asked for this run.
    #[component(name = "run-by")]
    pub run_by: String,
    #[component(name = "last-flow")]
    pub last_flow: Option<FlowEntry>,
    /// JSON text: what the designer attached to this step.
    pub args: String,
}

/// Why a guest, or a host function that it called, says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum GuestErrorKind {
    #[component(name = "retryable")]
    Retryable,
    #[component(name = "permanent")]
    Permanent,
    #[component(name = "invalid-input")]
    InvalidInput,
    #[component(name = "denied")]
    Denied,
    #[component(name = "exhausted")]
    Exhausted,
    #[component(name = "not-found")]
    NotFound,
}

/// The error that a guest returned, word for word.
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct GuestError {
    pub kind: GuestErrorKind,
    pub message: String,
    /// JSON text.
    pub detail: Option<String>,
}

/// What a condition plugin finds wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which expression, from 0.
    pub index: u32,
    /// Where in it, in bytes.
    pub offset: u32,
    pub message: String,
}

/// What an action plugin answers when all went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionAnswer {
    /// The flow log's suggestion, byte for byte (T-23).
    pub message: String,
    /// JSON text.
    pub output: Option<String>,
}

/// What a notice plugin is to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub title: String,
    pub body: String,
    /// Without e-mail address and phone number unless the grant `directory` is `contact`.
    pub recipients: Vec<User>,
}

/// What became of a message for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// One of the message's recipients.
    pub username: String,
    pub ok: bool,
    /// At most 4 KiB.
    pub detail: String,
}
