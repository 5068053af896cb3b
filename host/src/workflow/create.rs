//! Creating a ticket: a move out of the start state by the creator (behaviour §4.2).
//! The ticket's id, its number and the limit on creations are the caller's.

use serde_json::{Map, Value};

use super::{
    definition::{Definition, State},
    facts::Facts,
    fields::{Writer, Writes, check_required},
    flow_log::cut,
    ids::{TicketId, TransitionId},
    participant::resolve,
    refusal::Refusal,
    request::{Checked, enter, relate},
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
    /// All keys of the request; those that are no writable fields are ignored.
    pub body: &'a Map<String, Value>,
}

/// The step that makes the ticket: its first visit, one flow log whose state is the start state, and what the state it enters causes.
pub fn create(definition: &Definition, new: &NewTicket, facts: &Facts) -> Result<Step, Refusal> {
    let (start, checked) = check_new(definition, new, facts)?;
    let state = checked.destination(facts.conditions)?;
    let participants = resolve(state, new.creator, facts.directory)?;
    let mut ticket = draft(definition, start, new, facts);
    let jobs = enter(&mut ticket, state, (participants, checked.transition), facts);
    let transition = checked.transition.id;
    checked.writes?.apply(&mut ticket);
    Ok(Step {
        ticket,
        exit: None,
        log: Some(FlowLogEntry {
            transition: Some(transition),
            intervention: Intervention::None,
            actor: LogActor::Person(new.creator.to_owned()),
            state: start.id,
            visit: 1,
            suggestion: cut(new.suggestion),
        }),
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
    let start = definition.start().ok_or(Refusal::NoStartState)?;
    let transition = definition.transition(new.transition).ok_or(Refusal::TransitionInvalid)?;
    check_required(definition, start, transition, new.body)?;
    transition.check_leaves(start.id)?;
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
        add_node_man: None,
        script_succeeded: true,
        status: TicketStatus::Ongoing,
        is_rejected: false,
        everybody: Map::new(),
        values: std::collections::BTreeMap::new(),
        created_at: facts.now,
        modified_at: facts.now,
    };
    relate(&mut ticket, new.creator);
    ticket
}
