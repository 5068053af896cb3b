//! What the caller must fetch before the rules can judge: names and ids, no more than one ticket and one move touch.
//! The departments of every person named are fetched along with them, so they are not listed here.

use super::{
    definition::{Conditions, Definition, ParticipantKind, State, Transition},
    facts::Needs,
    ids::{DepartmentId, RoleId, ScriptId, TransitionId},
    participant::{listed, listed_ids},
    ticket::{Participants, Ticket},
};

/// For creating a ticket by a transition.
pub fn create_needs(definition: &Definition, creator: &str, transition: TransitionId) -> Needs {
    let mut needs = Needs::default();
    needs.users.insert(creator.to_owned());
    for state in targets(definition, transition) {
        needs.rule(state, creator);
    }
    needs
}

/// For advancing, and, without a transition, for accepting or listing what can be done.
pub fn advance_needs(ticket: &Ticket, definition: &Definition, actor: &str, transition: Option<TransitionId>) -> Needs {
    let mut needs = view_needs(ticket, actor);
    for state in transition.into_iter().flat_map(|transition| targets(definition, transition)) {
        needs.rule(state, &ticket.creator);
        if state.remember_last_handler {
            needs.last_handlers.insert(state.id);
        }
    }
    needs
}

/// For delivering to `target`.
pub fn deliver_needs(ticket: &Ticket, actor: &str, target: &str) -> Needs {
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
        needs.rule(state, "");
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

impl Needs {
    /// What resolving this state's rule asks for. A rule that cannot be read asks for nothing; it is refused when resolved.
    fn rule(&mut self, state: &State, creator: &str) {
        let rule = &state.participant;
        match rule.kind {
            ParticipantKind::Department => {
                let ids = listed_ids(&rule.text).unwrap_or_default();
                self.departments.extend(ids.into_iter().map(DepartmentId));
            }
            ParticipantKind::Role => {
                let ids = listed_ids(&rule.text).unwrap_or_default();
                self.roles.extend(ids.into_iter().map(RoleId));
            }
            ParticipantKind::Variable if !creator.is_empty() => {
                self.users.insert(creator.to_owned());
            }
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
