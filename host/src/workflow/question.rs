//! What the sandbox is asked before a move: the transition's expressions and the values they may speak of.
//! Every check that comes before conditions is made here too, so that nobody who may not act costs any guest time.

use serde_json::Value;

use super::{
    advance::{Move, check_move},
    create::{NewTicket, check_new, draft},
    definition::{Definition, FieldKind},
    everybody::{Tally, tally},
    facts::Facts,
    refusal::Refusal,
    ticket::Ticket,
};

/// Expressions in order, and the typed variables: ticket columns, then custom fields, unset ones null.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
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
