//! What the sandbox is asked before a move: the transition's expressions and the values they may speak of, and then, since only its
//! answer tells where the transition leads, whom the participants plugin of the state that is entered names.
//! Every check that comes before conditions is made here too, so that nobody who may not act costs any guest time.

use serde_json::Value;

use super::{
    advance::{Move, check_move},
    create::{NewTicket, check_new, draft},
    definition::{Definition, FieldKind, ParticipantKind, State, StateKind},
    everybody::{Tally, tally},
    facts::{Authority, Facts},
    force::may_intervene,
    ids::{StateId, TransitionId},
    refusal::Refusal,
    request::Checked,
    ticket::Ticket,
};

/// Expressions in order, and the typed variables: ticket columns, then custom fields, unset ones null.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// Whose conditions they are.
    pub transition: TransitionId,
    pub expressions: Vec<String>,
    pub fields: Vec<(String, FieldKind, Value)>,
}

/// For creating. The condition answer in `facts` is not looked at. None: the transition has no conditions.
/// Columns are those of the ticket as it stands before it leaves the start state.
pub fn create_question(definition: &Definition, new: &NewTicket, facts: &Facts) -> Result<Option<Question>, Refusal> {
    let (start, checked) = check_new(definition, new, facts)?;
    checked.question(draft(definition, start, new, facts), facts.zone)
}

/// For advancing. The condition answer in `facts` is not looked at. None: the transition has no conditions.
pub fn advance_question(
    ticket: &Ticket,
    definition: &Definition,
    request: &Move,
    facts: &Facts,
) -> Result<Option<Question>, Refusal> {
    let (_, checked) = check_move(ticket, definition, request, facts)?;
    // where others have to agree first, nothing leads anywhere yet
    if matches!(tally(ticket, facts.actor, request.transition), Some(Tally::Waiting | Tally::Divided)) {
        return Ok(None);
    }
    checked.question(ticket.clone(), facts.zone)
}

/// Who must act in a state, as its plugin is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleQuestion {
    /// The plugin's name.
    pub plugin: String,
    /// What leads there; None for a forced change.
    pub transition: Option<TransitionId>,
    /// The ticket as it is about to be: in the state that it enters, with the values that the request writes.
    pub ticket: Ticket,
}

/// For creating. The conditions are answered in `facts`; the people are not looked at. None: no plugin is to be asked.
pub fn create_people_question(
    definition: &Definition,
    new: &NewTicket,
    facts: &Facts,
) -> Result<Option<PeopleQuestion>, Refusal> {
    let (start, checked) = check_new(definition, new, facts)?;
    people_question(checked, draft(definition, start, new, facts), facts)
}

/// For advancing, as for creating.
pub fn advance_people_question(
    ticket: &Ticket,
    definition: &Definition,
    request: &Move,
    facts: &Facts,
) -> Result<Option<PeopleQuestion>, Refusal> {
    let (_, checked) = check_move(ticket, definition, request, facts)?;
    if matches!(tally(ticket, facts.actor, request.transition), Some(Tally::Waiting | Tally::Divided)) {
        return Ok(None);
    }
    people_question(checked, ticket.clone(), facts)
}

/// For putting a ticket into a state by force.
pub fn force_people_question(
    ticket: &Ticket,
    definition: &Definition,
    (target, authority): (StateId, Authority),
    facts: &Facts,
) -> Result<Option<PeopleQuestion>, Refusal> {
    may_intervene(facts.actor, authority, facts.directory)?;
    let state = definition.state(target).ok_or(Refusal::StateUnknown)?;
    Ok(asked_by(state).map(|plugin| PeopleQuestion {
        plugin,
        transition: None,
        ticket: Ticket { state: state.id, ..ticket.clone() },
    }))
}

fn people_question(checked: Checked, ticket: Ticket, facts: &Facts) -> Result<Option<PeopleQuestion>, Refusal> {
    let state = checked.destination(facts.conditions)?;
    let Some(plugin) = asked_by(state) else { return Ok(None) };
    let (transition, state) = (Some(checked.transition.id), state.id);
    let mut ticket = Ticket { state, ..ticket };
    checked.writes?.apply(&mut ticket);
    Ok(Some(PeopleQuestion { plugin, transition, ticket }))
}

/// The plugin that names the people of a state; a state that begins or ends a ticket has its people anyway.
fn asked_by(state: &State) -> Option<String> {
    let by_plugin = state.kind == StateKind::Normal && state.participant.kind == ParticipantKind::Plugin;
    by_plugin.then(|| state.participant.text.trim().to_owned())
}
