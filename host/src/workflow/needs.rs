//! What the caller must fetch before the rules can judge: names and ids, no more than one ticket and one move touch.
//! The departments of every person named are fetched along with them, so they are not listed here.

use serde_json::Value;

use super::{
    advance::Move,
    create::NewTicket,
    definition::{Conditions, Definition, Distribution, ParticipantKind, State, Transition},
    facts::Needs,
    ids::{DepartmentId, RoleId, ScriptId, StateId, TransitionId},
    limit::Limit,
    participant::{listed, listed_ids},
    ticket::{Parent, Participants, Ticket},
};

/// For creating a ticket.
pub fn create_needs(definition: &Definition, new: &NewTicket) -> Needs {
    let mut needs = Needs::default();
    needs.users.insert(new.creator.to_owned());
    let named = Named { creator: new.creator, parent: new.parent, values: &|key| new.body.get(key) };
    for state in targets(definition, new.transition) {
        needs.rule(state, &named);
    }
    if let Ok(limit) = Limit::parse(&definition.limit_expression) {
        limit.add_needs(&mut needs);
    }
    needs
}

/// For taking a ticket along a transition.
pub fn advance_needs(ticket: &Ticket, definition: &Definition, actor: &str, request: &Move) -> Needs {
    let mut needs = view_needs(ticket, actor);
    let values = |key: &str| request.body.get(key).or_else(|| ticket.values.get(key));
    let named = Named { creator: &ticket.creator, parent: ticket.parent, values: &values };
    for state in targets(definition, request.transition) {
        needs.rule(state, &named);
        if state.remember_last_handler {
            needs.last_handlers.insert(state.id);
        }
    }
    needs
}

/// For putting a ticket into a state by force.
pub fn force_needs(ticket: &Ticket, definition: &Definition, actor: &str, target: StateId) -> Needs {
    let mut needs = view_needs(ticket, actor);
    let named = Named { creator: &ticket.creator, parent: ticket.parent, values: &|key| ticket.values.get(key) };
    if let Some(state) = definition.state(target) {
        needs.rule(state, &named);
    }
    needs
}

/// For handing the ticket to `target`.
pub fn hand_needs(ticket: &Ticket, actor: &str, target: &str) -> Needs {
    let mut needs = view_needs(ticket, actor);
    needs.users.insert(target.to_owned());
    needs
}

/// For showing a ticket to somebody, and for knowing who holds it.
pub fn view_needs(ticket: &Ticket, viewer: &str) -> Needs {
    let mut needs = Needs::default();
    needs.users.insert(viewer.to_owned());
    match &ticket.participants {
        Participants::Departments(ids) => needs.departments.extend(ids),
        Participants::Role(id) => needs.roles.extend([*id]),
        Participants::Nobody
        | Participants::Person(_)
        | Participants::Several(_)
        | Participants::Script(_)
        | Participants::Hook => {}
    }
    needs
}

/// For `check`: everybody and everything that the definition names.
pub fn check_needs(definition: &Definition) -> Needs {
    let mut needs = Needs::default();
    for state in &definition.states {
        needs.rule(state, &Named { creator: "", parent: None, values: &|_| None });
        let text = &state.participant.text;
        match state.participant.kind {
            ParticipantKind::Person | ParticipantKind::Several | ParticipantKind::Everybody => {
                needs.users.extend(listed(text).unwrap_or_default());
            }
            ParticipantKind::Script => {
                let ids = listed_ids(text).unwrap_or_default();
                needs.scripts.extend(ids.into_iter().map(ScriptId));
            }
            _ => {}
        }
    }
    needs
}

/// What a state's rule may refer to.
struct Named<'a> {
    creator: &'a str,
    parent: Option<Parent>,
    values: &'a dyn Fn(&str) -> Option<&'a Value>,
}

impl Needs {
    /// What resolving this state's rule asks for. A rule that cannot be read asks for nothing; it is refused when resolved.
    fn rule(&mut self, state: &State, named: &Named) {
        let rule = &state.participant;
        // to leave those out who left the company
        let drawn = state.distribution == Distribution::Random;
        match rule.kind {
            ParticipantKind::Department => {
                let ids = listed_ids(&rule.text).unwrap_or_default();
                self.departments.extend(ids.into_iter().map(DepartmentId));
            }
            ParticipantKind::Role => {
                let ids = listed_ids(&rule.text).unwrap_or_default();
                self.roles.extend(ids.into_iter().map(RoleId));
            }
            ParticipantKind::Variable if !named.creator.is_empty() => {
                self.users.insert(named.creator.to_owned());
            }
            ParticipantKind::Several if drawn => self.users.extend(listed(&rule.text).unwrap_or_default()),
            ParticipantKind::Field if drawn => {
                let values = listed(&rule.text).unwrap_or_default().into_iter().filter_map(|key| (named.values)(&key));
                self.users.extend(values.filter_map(Value::as_str).flat_map(|text| listed(text).unwrap_or_default()));
            }
            ParticipantKind::ParentField => self.parent = named.parent.map(|parent| parent.ticket),
            _ => {}
        }
    }
}

/// Where the transition may lead, whatever its conditions say.
fn targets(definition: &Definition, transition: TransitionId) -> impl Iterator<Item = &State> {
    let transition = definition.transition(transition);
    let conditional = transition
        .into_iter()
        .flat_map(|Transition { conditions, .. }| match conditions {
            Conditions::Listed(conditions) => conditions.as_slice(),
            Conditions::Broken(_) => &[],
        })
        .map(|condition| condition.target);
    transition
        .and_then(|transition| transition.destination)
        .into_iter()
        .chain(conditional)
        .filter_map(|id| definition.state(id))
}
