//! Creating a ticket: a move out of the start state by the creator (behaviour §4.2).
//! The ticket's id and number are the caller's; whether there may be one more is asked in `limit`.

use serde_json::{Map, Value};

use super::{
    definition::{Definition, State, TransitionAttribute},
    facts::{Actor, Facts},
    fields::{Writer, Writes, check_required},
    flow_log::cut,
    ids::{TicketId, TransitionId},
    limit::Limit,
    participant::{Subject, resolve},
    refusal::Refusal,
    request::{Checked, effects, enter, relate},
    ticket::{FlowLogEntry, Intervention, LogActor, Parent, Participants, ROBOT, Step, Ticket, TicketStatus},
};

/// A request for a new ticket. Whoever asks is its creator and need not be known (T-27).
#[derive(Clone, Debug)]
pub struct NewTicket<'a> {
    pub id: TicketId,
    /// Ticket number (behaviour §4.4).
    pub sn: String,
    pub creator: &'a str,
    pub transition: TransitionId,
    pub parent: Option<Parent>,
    pub suggestion: &'a str,
    /// Tickets that count against the workflow's quota; None while they are not counted.
    pub existing: Option<i64>,
    /// All keys of the request; those that are no writable fields are ignored.
    pub body: &'a Map<String, Value>,
}

/// The step that makes the ticket: its first visit, one flow log whose state is the start state, and what the state it enters causes.
pub fn create(definition: &Definition, new: &NewTicket, facts: &Facts) -> Result<Step, Refusal> {
    let (start, checked) = check_new(definition, new, facts)?;
    let state = checked.destination(facts.conditions)?;
    let mut ticket = checked.written(draft(definition, start, new, facts));
    let resolved = resolve(state, Subject { ticket: &ticket, definition }, facts)?;
    let transition = checked.transition;
    checked.writes?;
    enter(&mut ticket, state, resolved, facts);
    ticket.is_rejected = transition.attribute == TransitionAttribute::Refuse;
    let jobs = effects(&ticket, definition, facts);
    Ok(Step {
        ticket,
        exit: None,
        log: Some(FlowLogEntry {
            transition: Some(transition.id),
            intervention: Intervention::None,
            actor: LogActor::Person(new.creator.to_owned()),
            state: start.id,
            visit: 1,
            suggestion: cut(new.suggestion),
        }),
        vote: None,
        jobs,
    })
}

/// The checks of behaviour §3.2 from the start state on, in its order, up to the conditions.
pub(super) fn check_new<'a>(
    definition: &'a Definition,
    new: &NewTicket,
    facts: &Facts,
) -> Result<(&'a State, Checked<'a>), Refusal> {
    if new.creator == ROBOT {
        return Err(Refusal::ReservedName(ROBOT.to_owned()));
    }
    let limit = Limit::parse(&definition.limit_expression)?;
    limit.check_allowed((definition.id.0, new.creator), facts.directory)?;
    if let Some((quota, existing)) = limit.quota.zip(new.existing) {
        quota.check(definition.id.0, existing)?;
    }
    let start = definition.start().ok_or(Refusal::NoStartState)?;
    let transition = definition.transition(new.transition).ok_or(Refusal::TransitionInvalid)?;
    check_required(definition, start, transition, new.body)?;
    transition.check_leaves(start.id, Actor::Person(new.creator))?;
    let writes = Writes::of(definition, start, (new.body, Writer::Creator), facts.zone);
    Ok((start, Checked { definition, transition, writes }))
}

/// The ticket as it stands in the start state, before it leaves it.
pub(super) fn draft(definition: &Definition, start: &State, new: &NewTicket, facts: &Facts) -> Ticket {
    let mut ticket = Ticket {
        id: new.id,
        sn: new.sn.clone(),
        title: String::new(),
        workflow: definition.id,
        state: start.id,
        visit: 1,
        version: 1,
        creator: new.creator.to_owned(),
        parent: new.parent,
        participants: Participants::Nobody,
        related: Vec::new(),
        add_nodes: Vec::new(),
        script_succeeded: true,
        status: TicketStatus::Ongoing,
        is_rejected: false,
        everybody: Map::new(),
        round: 1,
        values: std::collections::BTreeMap::new(),
        created_at: facts.now,
        modified_at: facts.now,
    };
    relate(&mut ticket, new.creator);
    ticket
}
