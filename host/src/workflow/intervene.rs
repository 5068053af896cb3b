//! Acts that no workflow draws: accept, deliver, a script's failure and its retry (behaviour §4.12, §4.15).
//! The ticket stays in its state and in its visit.

use chrono::{DateTime, Utc};

use super::{
    definition::{Definition, TransitionKind},
    facts::{Actor, Facts},
    flow_log::cut,
    ids::{ScriptId, StateId, TransitionId},
    participant::may_act,
    refusal::Refusal,
    request::relate,
    ticket::{FlowLogEntry, Intervention, Job, LogActor, Participants, ROBOT, Step, Ticket},
};

/// The suggestion that accepting leaves in the flow log; stored data, shown by clients.
const ACCEPTED: &str = "接单处理";

/// One of several participants takes the ticket for themselves.
pub fn accept(ticket: Ticket, definition: &Definition, facts: &Facts) -> Result<Step, Refusal> {
    let standing = may_act(&ticket, definition, facts.actor, facts.directory)?;
    let Actor::Person(user) = facts.actor else {
        return Err(Refusal::NotParticipant);
    };
    if !standing.needs_accept {
        return Err(Refusal::NoNeedToAccept);
    }
    let intervention = (Intervention::Accept, ACCEPTED);
    Ok(hand_to(ticket, user, intervention, facts))
}

/// A participant hands the ticket to somebody else; also before it is accepted and while a countersignature goes on.
/// The target must be one existing, active user.
pub fn deliver(
    ticket: Ticket,
    definition: &Definition,
    (target, suggestion): (&str, &str),
    facts: &Facts,
) -> Result<Step, Refusal> {
    may_act(&ticket, definition, facts.actor, facts.directory)?;
    if target == ROBOT {
        return Err(Refusal::ReservedName(ROBOT.to_owned()));
    }
    let known = facts.directory.users.get(target);
    match known.filter(|person| !person.username.contains(',')) {
        None => Err(Refusal::TargetUnknown(target.to_owned())),
        Some(person) if !person.is_active => Err(Refusal::TargetInactive(target.to_owned())),
        Some(_) => Ok(hand_to(ticket, target, (Intervention::Deliver, suggestion), facts)),
    }
}

/// The log's actor is who acts, not who gets the ticket (T-17).
fn hand_to(mut ticket: Ticket, target: &str, (intervention, suggestion): (Intervention, &str), facts: &Facts) -> Step {
    ticket.participants = Participants::Person(target.to_owned());
    relate(&mut ticket, target);
    let act = Act { transition: None, intervention, actor: facts.actor.into(), suggestion };
    stay(ticket, act, facts.now)
}

/// A run of a state's script that did not bring the ticket on.
#[derive(Clone, Copy, Debug)]
pub struct FailedRun<'a> {
    pub script: ScriptId,
    pub name: &'a str,
    pub reason: &'a str,
}

/// The ticket stays, marked as failed. The log keeps the transition that success would have taken (D-23).
///
/// # Errors
/// `NotAScript` when it is not this script's turn any more: a late failure changes nothing (I8).
pub fn script_failed(
    mut ticket: Ticket,
    definition: &Definition,
    run: FailedRun,
    now: DateTime<Utc>,
) -> Result<Step, Refusal> {
    if ticket.participants != Participants::Script(run.script) {
        return Err(Refusal::NotAScript);
    }
    ticket.script_succeeded = false;
    let act = Act {
        transition: script_transition(definition, ticket.state).ok(),
        intervention: Intervention::None,
        actor: LogActor::Script { id: run.script, name: run.name.to_owned() },
        suggestion: run.reason,
    };
    Ok(stay(ticket, act, now))
}

/// Runs the state's script once more for `username`; leaves no log. Whether one is running already is the caller's to check (I8).
pub fn retry(mut ticket: Ticket, username: &str, now: DateTime<Utc>) -> Result<Step, Refusal> {
    let Participants::Script(script) = ticket.participants else {
        return Err(Refusal::NotAScript);
    };
    ticket.script_succeeded = true;
    ticket.version += 1;
    ticket.modified_at = now;
    let job = Job::Script { script, visit: ticket.visit, run_by: format!("{username}_retry") };
    Ok(Step { ticket, exit: None, log: None, jobs: vec![job] })
}

/// The transition that a state's script takes when it succeeds: the first by id that is no timer's.
pub fn script_transition(definition: &Definition, state: StateId) -> Result<TransitionId, Refusal> {
    definition
        .leaving(state)
        .filter(|transition| transition.kind == TransitionKind::Normal)
        .map(|transition| transition.id)
        .min()
        .ok_or(Refusal::NothingToDo)
}

/// An act that leaves the ticket where it is.
struct Act<'a> {
    transition: Option<TransitionId>,
    intervention: Intervention,
    actor: LogActor,
    suggestion: &'a str,
}

fn stay(mut ticket: Ticket, act: Act, now: DateTime<Utc>) -> Step {
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
    Step { ticket, exit: None, log: Some(log), jobs: Vec::new() }
}
