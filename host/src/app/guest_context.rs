//! What a guest is told about its call: the ticket with all its fields, who caused the step, where and when. Built from what was read
//! for the request; a condition's context costs no query, an action's one for its last flow log.

use std::sync::Arc;

use gavia_sandbox::{Answered, Call, Grants, Kind, Limits, NoServices, ServiceError, Services, types};
use serde_json::Value;
use sqlx::PgPool;

use super::{App, Error};
use crate::{
    ambient,
    store::{self, flow_logs::FlowLog},
    workflow::{
        self, Actor, ConditionAnswer, Definition, FieldKind, NewTicket, Question, Ticket, TicketId, TransitionId,
    },
};

/// What differs from call to call.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    /// The same on every attempt of one run.
    pub id: String,
    pub attempt: u32,
    pub run_by: String,
    pub transition: Option<TransitionId>,
}

/// The context of an action: everything about its ticket, its newest log included.
pub(super) async fn for_ticket(
    app: &App,
    ticket: &Ticket,
    definition: &Definition,
    invocation: Invocation,
) -> Result<types::Context, Error> {
    let last = store::flow_logs::newest(&app.db, ticket.id, 1).await?;
    let fields = workflow::field_values(ticket, definition);
    let mut context = context(app, invocation, guest_ticket(ticket, definition, &fields));
    context.last_flow = last.first().map(flow_entry);
    context.args = definition.state(ticket.state).map_or_else(|| "{}".into(), |state| state.plugin_args.clone());
    Ok(context)
}

impl App {
    /// Asks the workflow's condition plugin which of a transition's conditions holds first. An error is a readable reason.
    pub(super) async fn ask_conditions(
        &self,
        definition: &Definition,
        ticket: &Ticket,
        actor: Actor<'_>,
        question: &Question,
    ) -> ConditionAnswer {
        let run_by = if let Actor::Person(name) = actor { name } else { workflow::ROBOT };
        self.ask(guest_ticket(ticket, definition, &question.fields), run_by, definition, question).await
    }

    pub(super) async fn ask_creation(
        &self,
        definition: &Definition,
        new: &NewTicket<'_>,
        question: &Question,
    ) -> ConditionAnswer {
        let start = definition.start();
        let ticket = types::Ticket {
            title: new.body.get("title").and_then(Value::as_str).unwrap_or_default().to_owned(),
            workflow_id: definition.id.0,
            workflow_name: definition.name.clone(),
            state_id: start.map_or(0, |state| state.id.0),
            state_name: start.map_or_else(String::new, |state| state.name.clone()),
            state_label: start.map_or_else(|| "{}".into(), |state| state.label.to_string()),
            creator: new.creator.to_owned(),
            multi_all_person: "{}".into(),
            fields: guest_fields(&question.fields),
            ..types::Ticket::default()
        };
        self.ask(ticket, new.creator, definition, question).await
    }

    async fn ask(
        &self,
        ticket: types::Ticket,
        run_by: &str,
        definition: &Definition,
        question: &Question,
    ) -> ConditionAnswer {
        if !definition.condition_plugin.is_empty() {
            return Err(format!("the condition plugin {} is not installed", definition.condition_plugin));
        }
        let invocation =
            Invocation { id: ambient::uuid().to_string(), attempt: 1, run_by: run_by.to_owned(), transition: None };
        let context = context(self, invocation, ticket);
        let outcome = {
            let call = Call {
                context: &context,
                grants: Arc::new(Grants::default()),
                // Every workflow uses this plugin: one that keeps it busy must not suspend it for the others.
                limits: Limits { failures: u32::MAX, ..Limits::for_kind(Kind::Condition) },
                host: Arc::new(NoServices),
            };
            self.sandbox.first_match(&self.conditions, &question.expressions, call).await
        };
        match outcome.result {
            Ok(index) => Ok(index.map(|index| index as usize)),
            Err(error) => Err(error.shown()),
        }
    }
}

fn context(app: &App, invocation: Invocation, ticket: types::Ticket) -> types::Context {
    let now = ambient::now();
    let offset = chrono::Offset::fix(now.with_timezone(&app.zone).offset()).local_minus_utc() / 60;
    types::Context {
        invocation_id: invocation.id,
        attempt: invocation.attempt,
        budget_ms: 0, // the sandbox fills it in from the call's limits
        now_ms: now.timestamp_millis(),
        tz_offset_min: i16::try_from(offset).expect("a zone is within a day of UTC"),
        ticket,
        transition_id: invocation.transition.map(|id| id.0),
        actor: None,
        suggestion: None,
        run_by: invocation.run_by,
        last_flow: None,
        args: "{}".into(),
    }
}

fn guest_ticket(ticket: &Ticket, definition: &Definition, fields: &[(String, FieldKind, Value)]) -> types::Ticket {
    let state = definition.state(ticket.state);
    types::Ticket {
        id: ticket.id.0,
        sn: ticket.sn.clone(),
        title: ticket.title.clone(),
        workflow_id: ticket.workflow.0,
        state_id: ticket.state.0,
        state_name: state.map_or_else(String::new, |state| state.name.clone()),
        creator: ticket.creator.clone(),
        parent_ticket_id: ticket.parent.map(|parent| parent.ticket.0),
        parent_ticket_state_id: ticket.parent.map(|parent| parent.state.0),
        workflow_name: definition.name.clone(),
        state_label: state.map_or_else(|| "{}".into(), |state| state.label.to_string()),
        created_ms: ticket.created_at.timestamp_millis(),
        modified_ms: ticket.modified_at.timestamp_millis(),
        participant_type_id: i32::try_from(workflow::participant_type_id(&ticket.participants)).unwrap_or(0),
        participant: workflow::participant_text(&ticket.participants),
        relation: ticket.related.clone(),
        in_add_node: !ticket.add_nodes.is_empty(),
        add_node_man: ticket.add_node_man().unwrap_or_default().to_owned(),
        is_end: ticket.status != workflow::TicketStatus::Ongoing,
        is_rejected: ticket.is_rejected,
        multi_all_person: Value::Object(ticket.everybody.clone()).to_string(),
        fields: guest_fields(fields),
    }
}

fn guest_fields(fields: &[(String, FieldKind, Value)]) -> Vec<types::FieldValue> {
    fields
        .iter()
        .map(|(key, kind, value)| types::FieldValue {
            key: key.clone(),
            kind: guest_kind(*kind),
            value: value.to_string(),
        })
        .collect()
}

fn guest_kind(kind: FieldKind) -> types::FieldKind {
    match kind {
        FieldKind::String => types::FieldKind::Str,
        FieldKind::Int => types::FieldKind::Int,
        FieldKind::Float => types::FieldKind::Float,
        FieldKind::Bool => types::FieldKind::Boolean,
        FieldKind::Date => types::FieldKind::Date,
        FieldKind::Datetime => types::FieldKind::Datetime,
        FieldKind::Radio => types::FieldKind::Radio,
        FieldKind::Checkbox => types::FieldKind::Checkbox,
        FieldKind::Select => types::FieldKind::Select,
        FieldKind::MultiSelect => types::FieldKind::MultiSelect,
        FieldKind::Text => types::FieldKind::Text,
        FieldKind::User => types::FieldKind::Username,
        FieldKind::Users => types::FieldKind::MultiUsername,
        FieldKind::File => types::FieldKind::File,
    }
}

fn flow_entry(log: &FlowLog) -> types::FlowEntry {
    types::FlowEntry {
        at_ms: log.created_at.timestamp_millis(),
        actor: log.actor.clone(),
        state_id: log.state.0,
        transition_id: log.transition.as_ref().map(|transition| transition.id.0),
        intervene_type_id: log.intervention as i32,
        suggestion: log.suggestion.clone(),
    }
}

/// What a plugin with the grant `own` may read: the ticket of its call as it was at the start, and that ticket's history.
#[derive(Debug)]
pub(super) struct OwnTicket {
    db: PgPool,
    ticket: types::Ticket,
}

impl OwnTicket {
    pub(super) fn new(db: PgPool, ticket: types::Ticket) -> Arc<Self> {
        Arc::new(Self { db, ticket })
    }
}

impl Services for OwnTicket {
    fn ticket(&self, id: i64) -> Answered<'_, types::Ticket> {
        let own = (id == self.ticket.id).then(|| self.ticket.clone());
        Box::pin(async move { own.ok_or(ServiceError::NotFound) })
    }

    fn history(&self, id: i64, limit: u32) -> Answered<'_, Vec<types::FlowEntry>> {
        Box::pin(async move {
            if id != self.ticket.id {
                return Err(ServiceError::NotFound);
            }
            let logs = store::flow_logs::newest(&self.db, TicketId(id), i64::from(limit.min(1000))).await;
            let logs = logs.map_err(|error| ServiceError::Failed(error.to_string()))?;
            Ok(logs.iter().map(flow_entry).collect())
        })
    }
}
