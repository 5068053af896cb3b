//! What administrators may do to any ticket: put it into a state, or close it (behaviour §4.14, D-04, D-05), or give it to somebody else.
//! The first two leave the present state with all that belongs to that: timers, countersignatures and votes end, a waiting parent is
//! told.

use super::{
    definition::{Definition, StateKind},
    everybody,
    facts::{Actor, Authority, Directory, Facts},
    flow_log::cut,
    ids::StateId,
    intervene::{acted, check_target, hand_to},
    participant::{Subject, resolve},
    refusal::Refusal,
    request::{effects, leave, relate},
    ticket::{FlowLogEntry, Intervention, Participants, ROBOT, Step, Ticket, TicketStatus},
};

/// Suggestions of the flow log; stored data, shown by clients.
const FORCED: &str = "强制修改工单状态";
const CLOSED: &str = "强制关闭工单:";

/// Puts the ticket into `target` as if a transition had led there; also out of an end.
pub fn force_state(
    mut ticket: Ticket,
    definition: &Definition,
    (target, suggestion, authority): (StateId, &str, Authority),
    facts: &Facts,
) -> Result<Step, Refusal> {
    may_intervene(facts.actor, authority, facts.directory)?;
    let state = definition.state(target).ok_or(Refusal::StateUnknown)?;
    let resolved = resolve(state, Subject { ticket: &ticket, definition }, facts)?;
    let (left, source) = (ticket.visit, ticket.state);
    leave(&mut ticket, state, resolved, facts);
    let jobs = effects(&ticket, definition, facts);
    let text = if suggestion.is_empty() { FORCED.to_owned() } else { format!("{FORCED}:{suggestion}") };
    let log = FlowLogEntry {
        transition: None,
        intervention: Intervention::ForceState,
        actor: facts.actor.into(),
        state: source,
        visit: left,
        suggestion: cut(&text),
    };
    Ok(Step { ticket, exit: Some(left), log: Some(log), vote: None, jobs })
}

/// Ends the ticket in the workflow's end state. The creator may while it stands in the start state. The log's state is the end
/// state, as existing clients show it there (T-16).
pub fn close(
    mut ticket: Ticket,
    definition: &Definition,
    (suggestion, authority): (&str, Authority),
    facts: &Facts,
) -> Result<Step, Refusal> {
    let at_start = definition.state(ticket.state).is_some_and(|state| state.kind == StateKind::Start);
    let own = at_start && facts.actor == Actor::Person(&ticket.creator);
    if !own {
        may_intervene(facts.actor, authority, facts.directory)?;
    }
    if ticket.is_over() {
        return Err(Refusal::AlreadyOver);
    }
    let ends = definition.states.iter().filter(|state| state.kind == StateKind::End);
    let end = ends.min_by_key(|state| state.id).ok_or(Refusal::NoEndState)?;
    let left = ticket.visit;
    leave(&mut ticket, end, Participants::Nobody.into(), facts);
    ticket.status = TicketStatus::Closed;
    let jobs = effects(&ticket, definition, facts);
    let log = FlowLogEntry {
        transition: None,
        intervention: Intervention::Close,
        actor: facts.actor.into(),
        state: end.id,
        visit: left,
        suggestion: cut(&format!("{CLOSED}{suggestion}")),
    };
    Ok(Step { ticket, exit: Some(left), log: Some(log), vote: None, jobs })
}

/// Giving a ticket to `target` without its holders' doing.
#[derive(Clone, Copy, Debug)]
pub struct Reassignment<'a> {
    pub target: &'a str,
    /// Whose place `target` takes where everybody must handle.
    pub from: Option<&'a str>,
    pub reason: &'a str,
    pub authority: Authority,
}

/// As a delivery by whoever holds the ticket: a countersignature goes on with somebody else, a round of everybody loses one and gains
/// one. Only people can be replaced.
pub fn reassign(
    mut ticket: Ticket,
    definition: &Definition,
    change: Reassignment,
    facts: &Facts,
) -> Result<Step, Refusal> {
    let Reassignment { target, from, reason, authority } = change;
    may_intervene(facts.actor, authority, facts.directory)?;
    if ticket.is_over() {
        return Err(Refusal::AlreadyOver);
    }
    definition.state(ticket.state).ok_or(Refusal::StateGone)?;
    let engines = matches!(&ticket.participants, Participants::Person(name) if name == ROBOT)
        || matches!(ticket.participants, Participants::Script(_) | Participants::Hook);
    if engines {
        return Err(Refusal::HeldByEngine);
    }
    check_target(target, facts)?;
    let log = (Intervention::Deliver, reason);
    if ticket.everybody.is_empty() || !ticket.add_nodes.is_empty() {
        return Ok(hand_to(ticket, target, log, facts));
    }
    let waits = |name: &&str| ticket.everybody.contains_key(*name) && !everybody::has_chosen(&ticket, name);
    let from = from.filter(waits).ok_or(Refusal::GiverNotWaiting)?;
    if everybody::has_chosen(&ticket, target) {
        return Err(Refusal::TargetHasHandled(target.to_owned()));
    }
    everybody::replace(&mut ticket, from, target);
    relate(&mut ticket, target);
    Ok(acted(ticket, log, facts))
}

/// Administrators and workflow administrators through an app that they may act through; anybody through a trusted one.
pub(super) fn may_intervene(actor: Actor, authority: Authority, directory: &Directory) -> Result<(), Refusal> {
    let Actor::Person(user) = actor else { return Err(Refusal::MayNotIntervene) };
    let administers = || {
        let person = directory.users.get(user);
        person.is_some_and(|person| person.is_active && (person.is_admin || person.is_workflow_admin))
    };
    let allowed = match authority {
        Authority::Own => false,
        Authority::Administrators => administers(),
        Authority::Trusted => true,
    };
    if allowed { Ok(()) } else { Err(Refusal::MayNotIntervene) }
}
