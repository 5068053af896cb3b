//! What creating and advancing share: a request that passed every check made before conditions, and the entry into a state.
//! Both the question to the sandbox and the step start from the same checked value, so that they cannot differ.

use chrono_tz::Tz;

use super::{
    base_fields::{COLUMNS, columns},
    definition::{Condition, Conditions, Definition, FieldKind, State, StateKind, Transition, TransitionKind},
    facts::{ConditionAnswer, Facts},
    fields::{Writes, read_all},
    notice::notices,
    participant::{Resolved, Subject, members, resolve},
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

impl<'a> Checked<'a> {
    /// The ticket with what the request writes. Where a value is wrong, without: the fault is reported later.
    pub(super) fn written(&self, mut ticket: Ticket) -> Ticket {
        if let Ok(writes) = &self.writes {
            writes.clone().apply(&mut ticket);
        }
        ticket
    }

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
            transition: self.transition.id,
            expressions: conditions.iter().map(|condition| condition.expression.clone()).collect(),
            fields,
        }))
    }

    /// Where the transition leads (behaviour §4.5).
    pub(super) fn destination(&self, answer: &ConditionAnswer) -> Result<&'a State, Refusal> {
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

/// The participants of a state that is about to be entered by a move. Who handled it last gets it again where the state says so
/// (D-16).
pub(super) fn participants(state: &State, subject: Subject, facts: &Facts) -> Result<Resolved, Refusal> {
    let resolved = resolve(state, subject, facts)?;
    let last = facts.directory.last_handlers.get(&state.id);
    match last {
        Some(last) if state.remember_last_handler && state.kind == StateKind::Normal => {
            Ok(Participants::Person(last.clone()).into())
        }
        _ => Ok(resolved),
    }
}

/// Puts the ticket into a state: everything that being there means. `visit` is already the new one.
pub(super) fn enter(ticket: &mut Ticket, state: &State, resolved: Resolved, facts: &Facts) {
    for name in members(&resolved.participants, facts.directory) {
        relate(ticket, &name);
    }
    ticket.state = state.id;
    ticket.participants = resolved.participants;
    ticket.everybody = resolved.everybody;
    ticket.round = 1;
    ticket.add_nodes.clear();
    ticket.script_succeeded = true;
    ticket.status = match state.kind {
        StateKind::End => TicketStatus::Ended,
        StateKind::Normal | StateKind::Start => TicketStatus::Ongoing,
    };
}

/// Leaves the present state for another: a new visit there.
pub(super) fn leave(ticket: &mut Ticket, state: &State, resolved: Resolved, facts: &Facts) {
    ticket.visit += 1;
    ticket.version += 1;
    ticket.modified_at = facts.now;
    enter(ticket, state, resolved, facts);
}

/// What is to be done after the commit because the ticket came into its state, in the order of behaviour §4.2.
pub(super) fn effects(ticket: &Ticket, definition: &Definition, facts: &Facts) -> Vec<Job> {
    let visit = ticket.visit;
    let mut jobs = notices(ticket, definition, facts);
    match ticket.participants {
        Participants::Script(script) => jobs.push(Job::Script { script, visit, run_by: ROBOT.to_owned() }),
        Participants::Hook => jobs.push(Job::Hook { visit }),
        _ => {}
    }
    if ticket.status == TicketStatus::Ongoing {
        let timers = definition.leaving(ticket.state).filter(|transition| transition.kind == TransitionKind::Timer);
        jobs.extend(timers.map(|timer| Job::Timer { transition: timer.id, visit, seconds: timer.timer_seconds }));
    } else {
        jobs.extend(ticket.parent.map(|parent| Job::Children { parent }));
    }
    jobs
}

/// Adds a name to the related people, once (I15).
pub(super) fn relate(ticket: &mut Ticket, name: &str) {
    if !ticket.related.iter().any(|related| related == name) {
        ticket.related.push(name.to_owned());
    }
}
