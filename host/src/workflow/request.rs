//! What creating and advancing share: a request that passed every check made before conditions, and the entry into a state.
//! Both the question to the sandbox and the step start from the same checked value, so that they cannot differ.

use chrono_tz::Tz;

use super::{
    base_fields::{COLUMNS, columns},
    definition::{Condition, Conditions, Definition, FieldKind, State, StateKind, Transition, TransitionAttribute},
    facts::{ConditionAnswer, Facts},
    fields::{Writes, read_all},
    participant::{members, resolve},
    question::Question,
    refusal::Refusal,
    ticket::{Job, Participants, ROBOT, Ticket, TicketStatus},
};

/// A request whose transition may be taken.
#[derive(Debug)]
pub(super) struct Checked<'a> {
    pub(super) definition: &'a Definition,
    pub(super) transition: &'a Transition,
    /// Wrong values are reported after conditions and participants, unless conditions need them (behaviour §3.2).
    pub(super) writes: Result<Writes, Refusal>,
}

impl Checked<'_> {
    /// What to ask the sandbox; None when the transition has no conditions. Values are those of the ticket, overlaid by what
    /// the request may write and nothing else (D-17, threat-model §2.3).
    pub(super) fn question(self, mut ticket: Ticket, zone: Tz) -> Result<Option<Question>, Refusal> {
        let conditions = conditions(self.transition)?;
        if conditions.is_empty() {
            return Ok(None);
        }
        self.writes?.apply(&mut ticket);
        let mut row = columns(&ticket, zone);
        let mut fields: Vec<(String, FieldKind, serde_json::Value)> =
            COLUMNS.iter().filter_map(|(key, kind)| Some(((*key).to_owned(), *kind, row.remove(*key)?))).collect();
        // a custom field never hides a column
        let custom = read_all(self.definition, &ticket.values);
        fields.extend(custom.into_iter().filter(|(key, ..)| COLUMNS.iter().all(|column| column.0 != key)));
        Ok(Some(Question {
            expressions: conditions.iter().map(|condition| condition.expression.clone()).collect(),
            fields,
        }))
    }

    /// Where the transition leads (behaviour §4.5).
    pub(super) fn destination(&self, answer: &ConditionAnswer) -> Result<&State, Refusal> {
        let conditions = conditions(self.transition)?;
        let target = match answer {
            _ if conditions.is_empty() => self.transition.destination,
            Err(reason) => return Err(Refusal::ConditionFailed(reason.clone())),
            Ok(None) => self.transition.destination,
            Ok(Some(index)) => Some(
                conditions
                    .get(*index)
                    .ok_or_else(|| {
                        Refusal::ConditionFailed(format!("the answer names condition {index} of {}", conditions.len()))
                    })?
                    .target,
            ),
        };
        target.and_then(|id| self.definition.state(id)).ok_or(Refusal::TargetStateGone)
    }
}

fn conditions(transition: &Transition) -> Result<&[Condition], Refusal> {
    match &transition.conditions {
        Conditions::Listed(conditions) => Ok(conditions),
        Conditions::Broken(reason) => Err(Refusal::ConditionBroken(reason.clone())),
    }
}

/// The participants of a state that is about to be entered. Who handled it last gets it again where the state says so; never
/// at creation, when there is no last (D-16).
pub(super) fn participants(state: &State, creator: &str, facts: &Facts) -> Result<Participants, Refusal> {
    let resolved = resolve(state, creator, facts.directory)?;
    let last = facts.directory.last_handlers.get(&state.id);
    match last {
        Some(last) if state.remember_last_handler && state.kind == StateKind::Normal => {
            Ok(Participants::Person(last.clone()))
        }
        _ => Ok(resolved),
    }
}

/// Puts the ticket into a state: everything that being there means, and the jobs it causes. `visit` is already the new one.
pub(super) fn enter(
    ticket: &mut Ticket,
    state: &State,
    (participants, transition): (Participants, &Transition),
    facts: &Facts,
) -> Vec<Job> {
    for name in members(&participants, facts.directory) {
        relate(ticket, &name);
    }
    let jobs = match participants {
        Participants::Script(script) => vec![Job::Script { script, visit: ticket.visit, run_by: ROBOT.to_owned() }],
        _ => Vec::new(),
    };
    ticket.state = state.id;
    ticket.participants = participants;
    ticket.add_node_man = None;
    ticket.script_succeeded = true;
    ticket.everybody.clear();
    ticket.is_rejected = transition.attribute == TransitionAttribute::Refuse;
    ticket.status = match state.kind {
        StateKind::End => TicketStatus::Ended,
        StateKind::Normal | StateKind::Start => TicketStatus::Ongoing,
    };
    jobs
}

/// Adds a name to the related people, once (I15).
pub(super) fn relate(ticket: &mut Ticket, name: &str) {
    if !ticket.related.iter().any(|related| related == name) {
        ticket.related.push(name.to_owned());
    }
}
