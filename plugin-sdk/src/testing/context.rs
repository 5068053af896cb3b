//! Contexts, people and messages for tests.

use serde::Serialize;
use serde_json::Value;

use crate::{
    Context, FieldValue, FlowEntry, Message, Ticket, User, bindings::gavia::plugin::types as wit, host::guess,
};

/// A context whose ticket has these fields: `context(&[("days", 5.into())])`. Ticket 1 of workflow 1, created by `alice`, run by
/// `loonrobot`, 2026-01-01 00:00 UTC. Change it with the `with_…` functions of [`Context`].
pub fn context(fields: &[(&str, Value)]) -> Context {
    Context::new(wit::Context {
        invocation_id: "test".to_owned(),
        attempt: 1,
        budget_ms: 30_000,
        now_ms: 1_767_225_600_000,
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

/// A person with this number and name, active, in no department; change the fields as needed.
pub fn user(id: i64, username: &str) -> User {
    User {
        id,
        username: username.to_owned(),
        alias: username.to_owned(),
        email: format!("{username}@example.com"),
        phone: String::new(),
        is_active: true,
        dept_ids: Vec::new(),
        role_ids: Vec::new(),
    }
}

/// A message to these people.
pub fn message(title: &str, body: &str, recipients: &[User]) -> Message {
    Message { title: title.to_owned(), body: body.to_owned(), recipients: recipients.to_vec() }
}

/// For tests alone.
impl Context {
    /// With these arguments of the step.
    ///
    /// # Panics
    /// If they cannot be JSON.
    #[must_use]
    pub fn with_args(mut self, args: impl Serialize) -> Context {
        self.parts().args = serde_json::to_string(&args).expect("arguments are JSON");
        self
    }

    /// Caused by this person.
    #[must_use]
    pub fn with_actor(mut self, actor: User) -> Context {
        self.parts().actor = Some(actor);
        self
    }

    /// On this attempt.
    #[must_use]
    pub fn with_attempt(mut self, attempt: u32) -> Context {
        self.parts().attempt = attempt;
        self
    }

    /// At this time, in milliseconds since 1970, UTC.
    #[must_use]
    pub fn with_now_ms(mut self, now_ms: i64) -> Context {
        self.parts().now_ms = now_ms;
        self
    }

    /// With this newest entry of the flow log.
    #[must_use]
    pub fn with_last_flow(mut self, entry: FlowEntry) -> Context {
        self.parts().last_flow = Some(entry);
        self
    }

    /// With a ticket that is changed in this way: `with_ticket(|ticket| ticket.creator = "bob".into())`.
    #[must_use]
    pub fn with_ticket(mut self, change: impl FnOnce(&mut Ticket)) -> Context {
        change(&mut self.parts().ticket);
        self
    }
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
        created_ms: 1_767_225_600_000,
        modified_ms: 1_767_225_600_000,
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
