//! A case of `gavia plugin test`: what the plugin is called with, what the world around it holds, and what must come of it.
//!
//! `${http}` in a setting or a secret stands for the address of the case's own server.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use gavia_sandbox::{Context, Department, FieldKind, FieldValue, FlowEntry, InMemory, Message, Secret, Ticket, User};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::cli::stop::Stop;

const FILE_BYTES_MAX: usize = 1 << 20;
const CASES_MAX: usize = 200;

/// 2026-01-01 00:00 UTC.
const NOW_MS: i64 = 1_767_225_600_000;

/// One file of tests/.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// Needed where the component is of several kinds.
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) ticket: CaseTicket,
    /// Other tickets that there are.
    #[serde(default)]
    tickets: Vec<CaseTicket>,
    #[serde(default)]
    args: Value,
    /// The user name of who caused the step.
    actor: Option<String>,
    suggestion: Option<String>,
    #[serde(default = "first")]
    attempt: u32,
    now_ms: Option<i64>,
    message: Option<CaseMessage>,
    /// For a condition: what is asked, in order.
    #[serde(default)]
    pub(super) expressions: Vec<String>,
    #[serde(default)]
    pub(super) settings: BTreeMap<String, String>,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    users: Vec<CaseUser>,
    #[serde(default)]
    departments: Vec<CaseDepartment>,
    /// Grants taken away, by name; all that the manifest asks for are given otherwise.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// The requests that must come, in order, and their answers.
    #[serde(default)]
    pub(super) http: Vec<Exchange>,
    #[serde(default)]
    pub(super) expect: Expected,
}

fn first() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct CaseTicket {
    id: i64,
    title: String,
    creator: String,
    workflow_id: i64,
    parent_ticket_id: Option<i64>,
    state_name: String,
    fields: BTreeMap<String, Value>,
    history: Vec<CaseFlow>,
}

impl Default for CaseTicket {
    fn default() -> Self {
        Self {
            id: 1,
            title: "a ticket".to_owned(),
            creator: "alice".to_owned(),
            workflow_id: 1,
            parent_ticket_id: None,
            state_name: "a state".to_owned(),
            fields: BTreeMap::new(),
            history: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFlow {
    actor: String,
    #[serde(default)]
    suggestion: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseMessage {
    title: String,
    body: String,
    /// User names.
    recipients: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseUser {
    id: i64,
    username: String,
    alias: Option<String>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default = "active")]
    is_active: bool,
    #[serde(default)]
    departments: Vec<i64>,
    #[serde(default)]
    roles: Vec<i64>,
}

fn active() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseDepartment {
    id: i64,
    parent: Option<i64>,
    leader: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    #[serde(default)]
    pub(super) request: Wanted,
    #[serde(default)]
    pub(super) reply: Reply,
}

/// What a request must be; what is left out may be anything.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) method: Option<String>,
    /// With the query.
    pub(super) path: Option<String>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) json: Option<Value>,
    pub(super) body: Option<String>,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) json: Option<Value>,
    pub(super) body: String,
}

impl Default for Reply {
    fn default() -> Self {
        Self { status: 200, headers: BTreeMap::new(), json: None, body: String::new() }
    }
}

/// What must come of the call; what is left out may be anything, but one of answer and error must be named.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) message: Option<String>,
    pub(super) output: Option<Value>,
    pub(super) participants: Option<Vec<String>>,
    pub(super) deliveries: Option<Vec<CaseDelivery>>,
    /// Of the first expression that holds, from 0; `null` for none.
    #[serde(deserialize_with = "named")]
    pub(super) index: Option<Index>,
    pub(super) error: Option<ExpectedError>,
    /// All fields that were written; none if left out.
    pub(super) fields: BTreeMap<String, Value>,
    pub(super) comments: Vec<String>,
    /// Each must be part of a line.
    pub(super) log: Vec<String>,
}

/// A `null` that is written is one that is expected.
fn named<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Index>, D::Error> {
    Option::deserialize(from).map(|index| Some(Index(index)))
}

/// Which expression holds, if one does.
#[derive(Debug, PartialEq)]
pub(super) struct Index(pub(super) Option<u32>);

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct CaseDelivery {
    pub(super) username: String,
    pub(super) ok: bool,
    #[serde(default)]
    pub(super) detail: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedError {
    /// `retryable`, `permanent`, `invalid-input`, `denied`, `exhausted`, `not-found`; or the engine's own, such as `cpu-limit`.
    pub(super) kind: String,
    /// Part of the message.
    #[serde(default)]
    pub(super) message: String,
}

/// A case, the file that it is in, and what it is called.
pub(super) struct Found {
    pub(super) file: PathBuf,
    pub(super) name: String,
    pub(super) case: Case,
}

/// The cases of a plugin's folder, by file name.
pub(super) fn of(dir: &Path) -> Result<Vec<Found>, Stop> {
    let folder = dir.join("tests");
    let Ok(entries) = fs::read_dir(&folder) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Stop::Io("the folder tests cannot be read", error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    if files.len() > CASES_MAX {
        return Err(Stop::refused(format!("{} holds more than {CASES_MAX} cases", folder.display())));
    }
    files.sort();
    files.into_iter().map(read).collect()
}

pub(super) fn read(file: PathBuf) -> Result<Found, Stop> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = fs::read(&file).map_err(|error| Stop::refused(format!("{} cannot be read: {error}", file.display())))?;
    if text.len() > FILE_BYTES_MAX {
        return Err(Stop::refused(format!("{name} is larger than {FILE_BYTES_MAX} bytes")));
    }
    let case = serde_json::from_slice(&text).map_err(|error| Stop::refused(format!("{name} is no case: {error}")))?;
    Ok(Found { file, name, case })
}

impl Case {
    /// Puts the server's address in the place of `${http}`.
    pub(super) fn at(&mut self, origin: &str) {
        for value in self.settings.values_mut().chain(self.secrets.values_mut()) {
            *value = value.replace("${http}", origin);
        }
    }

    pub(super) fn context(&self) -> Context {
        let ticket = self.ticket.build();
        Context {
            invocation_id: "case".to_owned(),
            attempt: self.attempt,
            budget_ms: 0, // the sandbox fills it in
            now_ms: self.now_ms.unwrap_or(NOW_MS),
            tz_offset_min: 0,
            last_flow: self.ticket.history(ticket.state_id).into_iter().next(),
            ticket,
            transition_id: Some(1),
            actor: self.actor.as_deref().map(|name| self.user(name)),
            suggestion: self.suggestion.clone(),
            run_by: "loonrobot".to_owned(),
            args: self.args.to_string(),
        }
    }

    pub(super) fn message(&self) -> Option<Message> {
        let message = self.message.as_ref()?;
        let recipients = message.recipients.iter().map(|name| self.user(name)).collect();
        Some(Message { title: message.title.clone(), body: message.body.clone(), recipients })
    }

    /// Everything that the engine would look up.
    pub(super) fn services(&self) -> InMemory {
        let department =
            |dept: &CaseDepartment| Department { id: dept.id, parent: dept.parent, leader: dept.leader.clone() };
        let mut world = InMemory {
            settings: self.settings.clone().into_iter().collect(),
            secrets: self.secrets.iter().map(|(name, value)| (name.clone(), Secret::new(value.clone()))).collect(),
            users: self.users.iter().map(CaseUser::build).collect(),
            departments: self.departments.iter().map(department).collect(),
            ..InMemory::default()
        };
        for ticket in [&self.ticket].into_iter().chain(&self.tickets) {
            let built = ticket.build();
            world.histories.insert(built.id, ticket.history(built.state_id));
            world.tickets.push(built);
        }
        world
    }

    /// One of the case's users; a name that is none of them is somebody without anything else.
    fn user(&self, name: &str) -> User {
        let known = self.users.iter().find(|user| user.username == name).map(CaseUser::build);
        known.unwrap_or_else(|| User {
            username: name.to_owned(),
            alias: name.to_owned(),
            is_active: true,
            ..User::default()
        })
    }
}

impl CaseUser {
    fn build(&self) -> User {
        User {
            id: self.id,
            username: self.username.clone(),
            alias: self.alias.clone().unwrap_or_else(|| self.username.clone()),
            email: self.email.clone(),
            phone: self.phone.clone(),
            is_active: self.is_active,
            dept_ids: self.departments.clone(),
            role_ids: self.roles.clone(),
        }
    }
}

impl CaseTicket {
    fn build(&self) -> Ticket {
        let field = |(key, value): (&String, &Value)| FieldValue {
            key: key.clone(),
            kind: kind_of(value),
            value: value.to_string(),
        };
        Ticket {
            id: self.id,
            sn: format!("gavia_2026010100{:02}", self.id),
            title: self.title.clone(),
            workflow_id: self.workflow_id,
            workflow_name: "a workflow".to_owned(),
            state_id: 1,
            state_name: self.state_name.clone(),
            state_label: "{}".to_owned(),
            creator: self.creator.clone(),
            parent_ticket_id: self.parent_ticket_id,
            created_ms: NOW_MS,
            modified_ms: NOW_MS,
            relation: vec![self.creator.clone()],
            multi_all_person: "{}".to_owned(),
            fields: self.fields.iter().map(field).collect(),
            ..Ticket::default()
        }
    }

    fn history(&self, state_id: i64) -> Vec<FlowEntry> {
        let entry = |flow: &CaseFlow| FlowEntry {
            at_ms: NOW_MS,
            actor: flow.actor.clone(),
            state_id,
            transition_id: Some(1),
            intervene_type_id: 0,
            suggestion: flow.suggestion.clone(),
        };
        self.history.iter().map(entry).collect()
    }
}

/// A case does not declare its fields, so the value says what it is.
fn kind_of(value: &Value) -> FieldKind {
    match value {
        Value::Bool(_) => FieldKind::Boolean,
        Value::Number(number) if number.is_f64() => FieldKind::Float,
        Value::Number(_) => FieldKind::Int,
        _ => FieldKind::Str,
    }
}
