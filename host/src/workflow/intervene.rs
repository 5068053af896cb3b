//! Acts that no workflow draws and that leave the ticket in its state: accept, deliver, countersignature, comment, new field values, also
//! by the plugin of a notice (behaviour §4.15, D-03, D-09). Forced changes are in `force`, what becomes of scripts and hooks in `script` and `hook`.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{
    definition::{Definition, TransitionKind},
    everybody,
    facts::{Actor, Facts},
    fields::{Writer, Writes},
    flow_log::cut,
    ids::{StateId, TransitionId},
    participant::may_act,
    refusal::Refusal,
    request::relate,
    ticket::{AddNode, FlowLogEntry, Intervention, LogActor, Participants, ROBOT, Step, Ticket},
    view::may_look,
};

/// The suggestion that accepting leaves in the flow log; stored data, shown by clients.
const ACCEPTED: &str = "接单处理";
/// The same for new field values, before the keys.
const FIELDS_CHANGED: &str = "修改工单字段:";

/// One of several participants takes the ticket for themselves.
pub fn accept(ticket: Ticket, definition: &Definition, facts: &Facts) -> Result<Step, Refusal> {
    let (user, standing) = handler(&ticket, definition, facts)?;
    if !standing.needs_accept {
        return Err(Refusal::NoNeedToAccept);
    }
    Ok(hand_to(ticket, user, (Intervention::Accept, ACCEPTED), facts))
}

/// A participant hands the ticket to somebody else; also before it is accepted and while a countersignature goes on. Where everybody
/// must handle, only the giver's place is handed over. The target must be one existing, active user.
pub fn deliver(
    mut ticket: Ticket,
    definition: &Definition,
    (target, suggestion): (&str, &str),
    facts: &Facts,
) -> Result<Step, Refusal> {
    let (user, standing) = handler(&ticket, definition, facts)?;
    check_target(target, facts)?;
    let log = (Intervention::Deliver, suggestion);
    if ticket.everybody.is_empty() || standing.in_add_node {
        return Ok(hand_to(ticket, target, log, facts));
    }
    if everybody::has_chosen(&ticket, target) {
        return Err(Refusal::TargetHasHandled(target.to_owned()));
    }
    everybody::replace(&mut ticket, user, target);
    relate(&mut ticket, target);
    Ok(acted(ticket, log, facts))
}

/// A participant asks somebody else to countersign; the ticket comes back when that one is done. May be nested (D-09).
pub fn add_node(
    mut ticket: Ticket,
    definition: &Definition,
    (target, suggestion): (&str, &str),
    facts: &Facts,
) -> Result<Step, Refusal> {
    let (user, standing) = handler(&ticket, definition, facts)?;
    check_target(target, facts)?;
    let back_to = if ticket.everybody.is_empty() || standing.in_add_node {
        Participants::Person(user.to_owned())
    } else {
        ticket.participants.clone()
    };
    ticket.add_nodes.push(AddNode { asked_by: user.to_owned(), back_to });
    Ok(hand_to(ticket, target, (Intervention::AddNode, suggestion), facts))
}

/// Who was asked to countersign gives the ticket back, one step.
pub fn end_add_node(
    mut ticket: Ticket,
    definition: &Definition,
    suggestion: &str,
    facts: &Facts,
) -> Result<Step, Refusal> {
    handler(&ticket, definition, facts)?;
    let node = ticket.add_nodes.pop().ok_or(Refusal::NotInAddNode)?;
    ticket.participants = node.back_to;
    Ok(acted(ticket, (Intervention::AddNodeEnd, suggestion), facts))
}

/// Somebody who may look into the ticket says something; also after its end. The ticket itself stays as it is.
pub fn comment(ticket: Ticket, definition: &Definition, suggestion: &str, facts: &Facts) -> Result<Step, Refusal> {
    may_look(&ticket, definition, facts.actor, facts.directory)?;
    let modified_at = ticket.modified_at;
    let act = Act { transition: None, intervention: Intervention::Comment, actor: facts.actor.into(), suggestion };
    let mut step = stay(ticket, act, facts.now);
    step.ticket.modified_at = modified_at;
    Ok(step)
}

/// Writes the title and custom fields whatever the state's form says; all other keys are ignored (D-03). The log names the keys, and
/// the reason if one is given.
pub fn set_fields(
    ticket: Ticket,
    definition: &Definition,
    (body, reason): (&Map<String, Value>, &str),
    facts: &Facts,
) -> Result<Step, Refusal> {
    may_look(&ticket, definition, facts.actor, facts.directory)?;
    if ticket.is_over() {
        return Err(Refusal::AlreadyOver);
    }
    Ok(changed(ticket, Writes::all(definition, body, facts.zone)?, reason, facts))
}

/// Writes what the plugin of a notice was granted, under the rule that scripts write by; the log names the keys and the plugin. Its comments
/// are logged beside that: without a key the ticket itself stays as it is.
pub fn notice_writes(
    ticket: Ticket,
    definition: &Definition,
    (body, plugin): (&Map<String, Value>, &str),
    facts: &Facts,
) -> Result<Step, Refusal> {
    let state = definition.state(ticket.state).ok_or(Refusal::StateGone)?;
    let writes = Writes::of(definition, state, (body, Writer::Plugin), facts.zone)?;
    let (is_over, modified_at) = (ticket.is_over(), ticket.modified_at);
    let mut step = changed(ticket, writes, plugin, facts);
    match step.log {
        Some(_) if is_over => return Err(Refusal::AlreadyOver),
        Some(_) => {}
        None => step.ticket.modified_at = modified_at,
    }
    Ok(step)
}

fn changed(mut ticket: Ticket, writes: Writes, reason: &str, facts: &Facts) -> Step {
    let keys = writes.keys();
    writes.apply(&mut ticket);
    let reason = if reason.is_empty() { String::new() } else { format!(";{reason}") };
    let text = format!("{FIELDS_CHANGED}{}{reason}", keys.join(","));
    let mut step = acted(ticket, (Intervention::None, &text), facts);
    if keys.is_empty() {
        step.log = None; // nothing was written, so nothing happened
    }
    step
}

/// The person who acts, and how they stand to the ticket.
fn handler<'a>(
    ticket: &Ticket,
    definition: &Definition,
    facts: &Facts<'a>,
) -> Result<(&'a str, super::Standing), Refusal> {
    let standing = may_act(ticket, definition, facts.actor, facts.directory)?;
    match facts.actor {
        Actor::Person(user) => Ok((user, standing)),
        Actor::Script { .. } | Actor::Engine(_) => Err(Refusal::NotParticipant),
    }
}

pub(super) fn check_target(target: &str, facts: &Facts) -> Result<(), Refusal> {
    if target == ROBOT {
        return Err(Refusal::ReservedName(ROBOT.to_owned()));
    }
    let known = facts.directory.users.get(target);
    match known.filter(|person| !person.username.contains(',')) {
        None => Err(Refusal::TargetUnknown(target.to_owned())),
        Some(person) if !person.is_active => Err(Refusal::TargetInactive(target.to_owned())),
        Some(_) => Ok(()),
    }
}

/// The log's actor is who acts, not who gets the ticket (T-17).
pub(super) fn hand_to(mut ticket: Ticket, target: &str, log: (Intervention, &str), facts: &Facts) -> Step {
    ticket.participants = Participants::Person(target.to_owned());
    relate(&mut ticket, target);
    acted(ticket, log, facts)
}

pub(super) fn acted(ticket: Ticket, (intervention, suggestion): (Intervention, &str), facts: &Facts) -> Step {
    stay(ticket, Act { transition: None, intervention, actor: facts.actor.into(), suggestion }, facts.now)
}

/// The transition that the engine takes out of a state by itself: the first by id that is no timer's.
pub fn outgoing(definition: &Definition, state: StateId) -> Result<TransitionId, Refusal> {
    definition
        .leaving(state)
        .filter(|transition| transition.kind == TransitionKind::Normal)
        .map(|transition| transition.id)
        .min()
        .ok_or(Refusal::NothingToDo)
}

/// An act that leaves the ticket where it is.
pub(super) struct Act<'a> {
    pub(super) transition: Option<TransitionId>,
    pub(super) intervention: Intervention,
    pub(super) actor: LogActor,
    pub(super) suggestion: &'a str,
}

pub(super) fn stay(mut ticket: Ticket, act: Act, now: DateTime<Utc>) -> Step {
    ticket.version += 1;
    ticket.modified_at = now;
    let log = FlowLogEntry {
        transition: act.transition,
        intervention: act.intervention,
        actor: act.actor,
        state: ticket.state,
        visit: ticket.visit,
        suggestion: cut(act.suggestion),
    };
    Step { ticket, exit: None, log: Some(log), vote: None, jobs: Vec::new() }
}
