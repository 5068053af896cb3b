//! The transition function: one person, or a state's script, takes a ticket along a transition (behaviour §4.8).
//! Nothing is stored here and nothing is run; what is to be done after the commit comes back as jobs.

use serde_json::{Map, Value};

use super::{
    definition::{Definition, State, Transition, TransitionKind},
    facts::{Actor, Facts},
    fields::{Writer, Writes, check_required},
    flow_log::cut,
    ids::{StateId, TransitionId},
    participant::may_act,
    refusal::Refusal,
    request::{Checked, enter, participants},
    ticket::{FlowLogEntry, Intervention, Step, Ticket},
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
/// a new visit. On a refusal nothing has changed.
pub fn advance(mut ticket: Ticket, definition: &Definition, request: &Move, facts: &Facts) -> Result<Step, Refusal> {
    let (source, checked) = check_move(&ticket, definition, request, facts)?;
    let state = checked.destination(facts.conditions)?;
    let participants = participants(state, &ticket.creator, facts)?;
    let left = ticket.visit;
    ticket.visit += 1;
    ticket.version += 1;
    ticket.modified_at = facts.now;
    let jobs = enter(&mut ticket, state, (participants, checked.transition), facts);
    checked.writes?.apply(&mut ticket);
    Ok(Step {
        ticket,
        exit: Some(left),
        log: Some(FlowLogEntry {
            transition: Some(request.transition),
            intervention: Intervention::None,
            actor: facts.actor.into(),
            state: source.id,
            visit: left,
            suggestion: cut(request.suggestion),
        }),
        jobs,
    })
}

/// The checks of behaviour §3.2 "handle" from the permission on, in its order, up to the conditions. Required fields do not
/// bind a script (D-15).
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
        Actor::Script { .. } => Writer::Script,
    };
    transition.check_leaves(source.id)?;
    let writes = Writes::of(definition, source, (request.body, by), facts.zone);
    Ok((source, Checked { definition, transition, writes }))
}

impl Transition {
    /// Whether somebody standing in `state` may take it by hand; only time may take a timer's (D-10).
    pub(super) fn check_leaves(&self, state: StateId) -> Result<(), Refusal> {
        match self.kind {
            TransitionKind::Normal if self.source == Some(state) => Ok(()),
            TransitionKind::Normal | TransitionKind::Timer => Err(Refusal::TransitionInvalid),
        }
    }
}
