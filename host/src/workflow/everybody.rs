//! Everybody-must-handle (behaviour §4.9, D-02): a state is left when all of its people took the same transition; when they did not
//! agree, a new round begins. What each chose in the round is kept on the ticket, under the names in the order they were given.

use serde_json::{Map, Value, json};

use super::{
    facts::Actor,
    ids::TransitionId,
    ticket::{Participants, Ticket, Vote},
};

/// What one more choice makes of the round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tally {
    /// Others have not handled yet.
    Waiting,
    /// All chose the same transition.
    Agreed,
    /// All have chosen, but not the same.
    Divided,
}

/// The bookkeeping of a round that nobody has handled in yet.
pub(super) fn round(names: &[String]) -> Map<String, Value> {
    names.iter().map(|name| (name.clone(), json!({}))).collect()
}

/// Where the round stands once `actor` takes `transition`; None when one person's move is enough, or the engine moves.
pub(super) fn tally(ticket: &Ticket, actor: Actor, transition: TransitionId) -> Option<Tally> {
    let Actor::Person(user) = actor else { return None };
    if !ticket.everybody.contains_key(user) {
        return None;
    }
    let others = || ticket.everybody.iter().filter(|(name, _)| *name != user).map(|(_, choice)| chosen(choice));
    Some(if others().any(|choice| choice.is_none()) {
        Tally::Waiting
    } else if others().all(|choice| choice == Some(transition)) {
        Tally::Agreed
    } else {
        Tally::Divided
    })
}

/// Notes the choice; the ticket then waits for the others, or for everybody once more.
pub(super) fn choose(ticket: &mut Ticket, user: &str, (transition, name): (TransitionId, &str), tally: Tally) -> Vote {
    let vote = Vote { visit: ticket.visit, round: ticket.round, username: user.to_owned(), transition };
    ticket.everybody.insert(user.to_owned(), json!({ "transition_id": transition, "transition_name": name }));
    if tally == Tally::Divided {
        ticket.round += 1;
        ticket.everybody.values_mut().for_each(|choice| *choice = json!({}));
    }
    ticket.participants = Participants::Several(missing(ticket));
    vote
}

/// Puts `target` in the place of `user`, who has not handled; a target that is in the round already only loses the company.
pub(super) fn replace(ticket: &mut Ticket, user: &str, target: &str) {
    let known = target != user && ticket.everybody.contains_key(target);
    let names = std::mem::take(&mut ticket.everybody).into_iter();
    ticket.everybody = names
        .filter(|(name, _)| name != user || !known)
        .map(|(name, choice)| if name == user { (target.to_owned(), json!({})) } else { (name, choice) })
        .collect();
    ticket.participants = Participants::Several(missing(ticket));
}

/// Whether `name` has handled in this round.
pub(super) fn has_chosen(ticket: &Ticket, name: &str) -> bool {
    ticket.everybody.get(name).is_some_and(|choice| chosen(choice).is_some())
}

fn missing(ticket: &Ticket) -> Vec<String> {
    ticket.everybody.iter().filter(|(_, choice)| chosen(choice).is_none()).map(|(name, _)| name.clone()).collect()
}

fn chosen(choice: &Value) -> Option<TransitionId> {
    choice["transition_id"].as_i64().map(TransitionId)
}
