//! What becomes of a state's engine work that did not bring the ticket on: a failed script, a timer or finished children whose move
//! was refused (behaviour §4.12, F-16), and running a script or hook once more.

use chrono::{DateTime, Utc};

use super::{
    definition::Definition,
    facts::{Actor, Facts},
    ids::{ScriptId, TransitionId},
    intervene::{Act, outgoing, stay},
    refusal::Refusal,
    ticket::{Intervention, Job, LogActor, Participants, Step, Ticket},
    view::may_look,
};

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
        transition: outgoing(definition, ticket.state).ok(),
        intervention: Intervention::None,
        actor: LogActor::Script { id: run.script, name: run.name.to_owned() },
        suggestion: run.reason,
    };
    Ok(stay(ticket, act, now))
}

/// A move that the engine wanted and the rules refused: the ticket stays as it is, its log says why (F-16).
pub fn engine_refused(ticket: Ticket, (transition, reason): (Option<TransitionId>, &str), facts: &Facts) -> Step {
    let act = Act { transition, intervention: Intervention::None, actor: facts.actor.into(), suggestion: reason };
    stay(ticket, act, facts.now)
}

/// Suggestion of the flow log, before the reason; stored data, shown by clients.
const RUN_AGAIN: &str = "重新执行:";

/// Runs the state's script or calls its hook once more for a person who may look into the ticket; leaves a log where a reason is given,
/// and none otherwise, as ever. Whether one is going already is the caller's to check (I8).
pub fn retry(mut ticket: Ticket, definition: &Definition, reason: &str, facts: &Facts) -> Result<Step, Refusal> {
    may_look(&ticket, definition, facts.actor, facts.directory)?;
    let Actor::Person(username) = facts.actor else { return Err(Refusal::NotParticipant) };
    let visit = ticket.visit;
    let job = match ticket.participants {
        Participants::Script(script) => Job::Script { script, visit, run_by: format!("{username}_retry") },
        Participants::Hook => Job::Hook { visit },
        _ => return Err(Refusal::NotAScript),
    };
    ticket.script_succeeded = true;
    let text = format!("{RUN_AGAIN}{reason}");
    let act = Act { transition: None, intervention: Intervention::None, actor: facts.actor.into(), suggestion: &text };
    let step = stay(ticket, act, facts.now);
    Ok(Step { log: step.log.filter(|_| !reason.is_empty()), jobs: vec![job], ..step })
}
