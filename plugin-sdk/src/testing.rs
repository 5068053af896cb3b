//! Try a plugin's logic with `cargo test`, natively and without an engine: a context with fields, a host that keeps what was asked of it.

use std::{cell::RefCell, rc::Rc};

use serde_json::Value;

use crate::{
    Context, Error, FieldValue, FlowEntry, Host, Level, Ticket,
    bindings::gavia::plugin::types as wit,
    host::{Engine, guess},
};

/// A context whose ticket has these fields: `context(&[("days", 5.into())])`. Ticket 1, created by `alice`, run by `loonrobot`.
pub fn context(fields: &[(&str, Value)]) -> Context {
    Context::new(wit::Context {
        invocation_id: "test".to_owned(),
        attempt: 1,
        budget_ms: 30_000,
        now_ms: 1_700_000_000_000,
        tz_offset_min: 0,
        ticket: ticket(fields),
        transition_id: Some(1),
        actor: None,
        suggestion: None,
        run_by: "loonrobot".to_owned(),
        last_flow: None,
        args: "null".to_owned(),
    })
}

fn ticket(fields: &[(&str, Value)]) -> Ticket {
    let field = |(key, value): &(&str, Value)| FieldValue {
        key: (*key).to_owned(),
        kind: guess(value),
        value: value.to_string(),
    };
    Ticket {
        id: 1,
        sn: "gavia_202601010001".to_owned(),
        title: "a ticket".to_owned(),
        workflow_id: 1,
        state_id: 1,
        state_name: "script".to_owned(),
        creator: "alice".to_owned(),
        parent_ticket_id: None,
        parent_ticket_state_id: None,
        workflow_name: "a workflow".to_owned(),
        state_label: "{}".to_owned(),
        created_ms: 1_700_000_000_000,
        modified_ms: 1_700_000_000_000,
        participant_type_id: 6,
        participant: "1".to_owned(),
        relation: vec!["alice".to_owned()],
        in_add_node: false,
        add_node_man: String::new(),
        is_end: false,
        is_rejected: false,
        multi_all_person: "{}".to_owned(),
        fields: fields.iter().map(field).collect(),
    }
}

/// What a plugin asked of its host.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Fields it set, with their JSON, in order.
    pub fields: Vec<(String, Value)>,
    /// Comments it made.
    pub comments: Vec<String>,
    /// Lines it logged.
    pub log: Vec<String>,
}

/// A host for one run. With `granted()` it takes every change; with `without_grants()` it refuses what an administrator must allow first.
pub struct TestHost {
    host: Host,
    asked: Rc<RefCell<Asked>>,
}

impl TestHost {
    /// A host that allows writing to this context's ticket.
    pub fn granted(context: &Context) -> TestHost {
        TestHost::with(context, true)
    }

    /// A host that answers `denied` as the engine does to a plugin without grants.
    pub fn without_grants(context: &Context) -> TestHost {
        TestHost::with(context, false)
    }

    fn with(context: &Context, granted: bool) -> TestHost {
        let asked = Rc::new(RefCell::new(Asked::default()));
        let engine = Recorder { asked: asked.clone(), granted };
        TestHost { host: Host::new(context.ticket(), Box::new(engine)), asked }
    }

    /// Pass this to the plugin.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// What was asked so far.
    pub fn asked(&self) -> Asked {
        self.asked.borrow().clone()
    }
}

struct Recorder {
    asked: Rc<RefCell<Asked>>,
    granted: bool,
}

impl Recorder {
    fn write(&self, change: impl FnOnce(&mut Asked)) -> Result<(), Error> {
        if !self.granted {
            return Err(denied("tickets-write"));
        }
        change(&mut self.asked.borrow_mut());
        Ok(())
    }
}

fn denied(grant: &str) -> Error {
    Error::from(wit::Error {
        kind: wit::ErrorKind::Denied,
        message: format!("this needs the grant {grant}"),
        detail: None,
    })
}

impl Engine for Recorder {
    fn log(&self, _level: Level, message: &str) {
        self.asked.borrow_mut().log.push(message.to_owned());
    }

    fn set_fields(&self, fields: Vec<FieldValue>) -> Result<(), Error> {
        self.write(|asked| {
            // The SDK wrote this JSON itself a moment ago.
            let read = |field: FieldValue| (field.key, serde_json::from_str(&field.value).unwrap_or(Value::Null));
            asked.fields.extend(fields.into_iter().map(read));
        })
    }

    fn comment(&self, text: &str) -> Result<(), Error> {
        self.write(|asked| asked.comments.push(text.to_owned()))
    }

    fn ticket(&self, _id: i64) -> Result<Ticket, Error> {
        Err(denied("tickets-read"))
    }

    fn history(&self, _id: i64, _limit: u32) -> Result<Vec<FlowEntry>, Error> {
        Err(denied("tickets-read"))
    }

    fn setting(&self, _key: &str) -> Option<String> {
        None
    }
}
