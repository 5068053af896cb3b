//! The transition function: one person, a state's script, or the engine takes a ticket along a transition (behaviour §4.8).
//! Nothing is stored here and nothing is run; what is to be done after the commit comes back as jobs.

use serde_json::{Map, Value};

use super::{
    definition::{Definition, State, Transition, TransitionAttribute, TransitionKind},
    everybody::{self, Tally},
    facts::{Actor, Cause, Facts},
    fields::{Writer, Writes, check_required},
    flow_log::cut,
    ids::{StateId, TransitionId},
    notice::notices,
    participant::{Subject, may_act},
    refusal::Refusal,
    request::{Checked, effects, leave, participants},
    ticket::{FlowLogEntry, Intervention, Step, Ticket, Vote},
};

/// A request to take a ticket along a transition.
#[derive(Clone, Copy, Debug)]
pub struct Move<'a> {
    pub transition: TransitionId,
    /// A person's comment, or what a script reported; cut to what a flow log holds.
    pub suggestion: &'a str,
    /// All keys of the request; those that are no writable fields are ignored.
    pub body: &'a Map<String, Value>,
}

/// Takes the ticket along the transition. It leaves its state even where the transition leads back to it: that is an exit and
/// a new visit. Where everybody must handle, it stays until all agree. On a refusal nothing has changed.
pub fn advance(ticket: Ticket, definition: &Definition, request: &Move, facts: &Facts) -> Result<Step, Refusal> {
    let (source, checked) = check_move(&ticket, definition, request, facts)?;
    let left = ticket.visit;
    let tally = everybody::tally(&ticket, facts.actor, request.transition);
    let mut vote = None;
    let (ticket, exit, jobs) = match (tally, facts.actor) {
        (Some(tally @ (Tally::Waiting | Tally::Divided)), Actor::Person(user)) => {
            let mut ticket = ticket;
            checked.writes?.apply(&mut ticket);
            ticket.version += 1;
            ticket.modified_at = facts.now;
            let transition = (request.transition, checked.transition.name.as_str());
            vote = Some(everybody::choose(&mut ticket, user, transition, tally));
            let jobs = notices(&ticket, definition, facts);
            (ticket, None, jobs)
        }
        (tally, actor) => {
            let state = checked.destination(facts.conditions)?;
            if let (Some(_), Actor::Person(user)) = (tally, actor) {
                vote = Some(Vote {
                    visit: left,
                    round: ticket.round,
                    username: user.to_owned(),
                    transition: request.transition,
                });
            }
            let mut ticket = checked.written(ticket);
            let resolved = participants(state, Subject { ticket: &ticket, definition }, facts)?;
            checked.writes?;
            leave(&mut ticket, state, resolved, facts);
            ticket.is_rejected = checked.transition.attribute == TransitionAttribute::Refuse;
            let jobs = effects(&ticket, definition, facts);
            (ticket, Some(left), jobs)
        }
    };
    let log = FlowLogEntry {
        transition: Some(request.transition),
        intervention: Intervention::None,
        actor: facts.actor.into(),
        state: source.id,
        visit: left,
        suggestion: cut(request.suggestion),
    };
    Ok(Step { ticket, exit, log: Some(log), vote, jobs })
}

/// The checks of behaviour §3.2 "handle" from the permission on, in its order, up to the conditions. Required fields do not
/// bind the engine (D-15).
pub(super) fn check_move<'a>(
    ticket: &Ticket,
    definition: &'a Definition,
    request: &Move,
    facts: &Facts,
) -> Result<(&'a State, Checked<'a>), Refusal> {
    let standing = may_act(ticket, definition, facts.actor, facts.directory)?;
    if standing.needs_accept {
        return Err(Refusal::MustAcceptFirst);
    }
    if standing.in_add_node {
        return Err(Refusal::InAddNode);
    }
    let source = definition.state(ticket.state).ok_or(Refusal::StateGone)?;
    let transition = definition.transition(request.transition).ok_or(Refusal::TransitionInvalid)?;
    let by = match facts.actor {
        Actor::Person(_) => {
            check_required(definition, source, transition, request.body)?;
            Writer::Handler
        }
        Actor::Script { .. } => Writer::Plugin,
        Actor::Engine(_) => Writer::Handler,
    };
    transition.check_leaves(source.id, facts.actor)?;
    let writes = Writes::of(definition, source, (request.body, by), facts.zone);
    Ok((source, Checked { definition, transition, writes }))
}

impl Transition {
    /// Whether `actor` may take it out of `state`: a timer's is taken by time alone (D-10), the others by everybody else.
    pub(super) fn check_leaves(&self, state: StateId, actor: Actor) -> Result<(), Refusal> {
        let by_time = actor == Actor::Engine(Cause::Timer);
        if self.source == Some(state) && by_time == (self.kind == TransitionKind::Timer) {
            Ok(())
        } else {
            Err(Refusal::TransitionInvalid)
        }
    }
}
