//! What a guest is told about its call: the ticket with all its fields, who caused the step, where and when. Built from what was read
//! for the request; the built-in condition plugin's context costs no query, others' one for the last flow log.

use gavia_sandbox::types;
use serde_json::Value;

use super::{App, Error};
use crate::{
    ambient,
    store::{
        self,
        flow_logs::{ActorKind, FlowLog},
        plugins::people::{self, PersonRow},
    },
    workflow::{self, Definition, FieldKind, Intervention, StateId, Ticket, TicketId, TransitionId},
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

/// Names what is asked on the way out of a ticket's present visit: the same when the same step is tried again. A ticket that is being
/// created has no number yet, and each try is a step of its own.
pub(super) fn step(what: &str, ticket: &Ticket, transition: Option<TransitionId>) -> String {
    if ticket.id == workflow::TicketId(0) {
        return ambient::uuid().to_string();
    }
    let transition = transition.map_or_else(|| "none".to_owned(), |id| id.0.to_string());
    format!("{what}-{}-{}-{transition}", ticket.id.0, ticket.visit)
}

/// The context of a call about a ticket: everything about it, its newest log included, and the arguments of its state.
pub(super) async fn for_ticket(
    app: &App,
    ticket: &Ticket,
    definition: &Definition,
    invocation: Invocation,
) -> Result<types::Context, Error> {
    let fields = workflow::field_values(ticket, definition);
    let mut context = context(app, invocation, guest_ticket(ticket, definition, &fields));
    tell_more(app, &mut context, definition).await?;
    Ok(context)
}

/// The ticket's newest log and the arguments of its state.
pub(super) async fn tell_more(app: &App, context: &mut types::Context, definition: &Definition) -> Result<(), Error> {
    let newest = store::flow_logs::newest(&app.db, TicketId(context.ticket.id), 1).await?;
    tell(context, definition, &newest);
    Ok(())
}

/// Logs are newest first.
fn tell(context: &mut types::Context, definition: &Definition, logs: &[FlowLog]) {
    context.last_flow = logs.first().map(flow_entry);
    let state = definition.state(StateId(context.ticket.state_id));
    context.args = state.map_or_else(|| "{}".into(), |state| state.plugin_args.clone());
}

/// As `for_ticket`, of work that a step left behind: caused by who made that step, if it was a person, whoever commented since. The step is
/// the log of that id, or the one that brought the ticket into its state.
pub(super) async fn for_job(
    app: &App,
    ticket: &Ticket,
    definition: &Definition,
    (invocation, step): (Invocation, Option<i64>),
) -> Result<types::Context, Error> {
    let fields = workflow::field_values(ticket, definition);
    let mut context = context(app, invocation, guest_ticket(ticket, definition, &fields));
    let logs = store::flow_logs::newest(&app.db, ticket.id, LOGS_SEARCHED).await?;
    tell(&mut context, definition, &logs);
    let step = match step {
        Some(id) => store::flow_logs::get(&app.db, ticket.id, id).await?,
        None => arrival(logs, ticket.state),
    };
    if let Some(step) = step {
        // a script may be called like a person, and is none
        if step.actor_kind == ActorKind::Person {
            let people = people::by_names(&app.db, std::slice::from_ref(&step.actor)).await?;
            context.actor = people.into_iter().next().map(guest_user);
        }
        context.suggestion = context.actor.as_ref().map(|_| step.suggestion.clone());
        context.transition_id = step.transition.map(|transition| transition.id.0);
    }
    Ok(context)
}

/// Far more than are written while a ticket waits in a script's state.
const LOGS_SEARCHED: i64 = 100;

/// The newest move into the state: its log is of the state before, where one of a run that failed is of the state itself. A transition from a
/// state to itself cannot be told from such a run; an older move stands for it, if there is one.
fn arrival(logs: Vec<FlowLog>, state: StateId) -> Option<FlowLog> {
    let is_move = |log: &FlowLog| match log.intervention {
        Intervention::None => log.transition.is_some(),
        other => other == Intervention::ForceState,
    };
    let mut moves: Vec<FlowLog> = logs.into_iter().filter(is_move).collect();
    let came =
        moves.iter().position(|log| log.state != state || log.intervention == Intervention::ForceState).unwrap_or(0);
    (came < moves.len()).then(|| moves.swap_remove(came))
}

pub(super) fn context(app: &App, invocation: Invocation, ticket: types::Ticket) -> types::Context {
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

pub(super) fn guest_ticket(
    ticket: &Ticket,
    definition: &Definition,
    fields: &[(String, FieldKind, Value)],
) -> types::Ticket {
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

pub(super) fn guest_fields(fields: &[(String, FieldKind, Value)]) -> Vec<types::FieldValue> {
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

pub(super) fn flow_entry(log: &FlowLog) -> types::FlowEntry {
    types::FlowEntry {
        at_ms: log.created_at.timestamp_millis(),
        actor: log.actor.clone(),
        state_id: log.state.0,
        transition_id: log.transition.as_ref().map(|transition| transition.id.0),
        intervene_type_id: log.intervention as i32,
        suggestion: log.suggestion.clone(),
    }
}

pub(super) fn guest_user(person: PersonRow) -> types::User {
    types::User {
        id: person.id,
        username: person.username,
        alias: person.alias,
        email: person.email,
        phone: person.phone,
        is_active: person.is_active,
        dept_ids: person.departments,
        role_ids: person.roles,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::flow_logs::LoggedTransition, workflow::TransitionAttribute};

    fn log(id: i64, state: i64, intervention: Intervention, transition: Option<i64>) -> FlowLog {
        FlowLog {
            id,
            transition: transition.map(|id| LoggedTransition {
                id: TransitionId(id),
                name: String::new(),
                attribute: TransitionAttribute::Agree,
            }),
            intervention,
            actor_kind: ActorKind::Person,
            actor: String::new(),
            person: None,
            state: StateId(state),
            state_name: String::new(),
            suggestion: String::new(),
            created_at: ambient::now(),
        }
    }

    #[test]
    fn a_step_is_what_brought_the_ticket_here_whatever_was_written_since() {
        use Intervention::{Comment, ForceState, None as Move};
        let found = |logs: &[FlowLog]| arrival(logs.to_vec(), StateId(2)).map(|log| log.id);
        let (comment, failed, moved) = (log(9, 2, Comment, None), log(8, 2, Move, Some(5)), log(7, 1, Move, Some(4)));
        assert_eq!(found(&[comment.clone(), failed.clone(), moved.clone(), log(6, 3, Move, Some(3))]), Some(7));
        assert_eq!(found(&[comment.clone(), log(5, 3, ForceState, None), moved.clone()]), Some(5));
        assert_eq!(found(&[log(10, 2, ForceState, None), moved]), Some(10), "forced into the state that it was in");
        assert_eq!(found(&[comment.clone(), failed]), Some(8), "it came back to its own state");
        assert_eq!(found(&[comment]), None);
    }
}
