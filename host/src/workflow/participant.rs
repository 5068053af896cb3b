//! Who must act: a state's rule turned into people (behaviour §4.6), and who of them may act now (§4.7).
//! A participants plugin is asked by the caller; its answer is judged here like a user's input.

use std::collections::HashSet;

use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::{
    base_fields::columns,
    definition::{Definition, Distribution, ParticipantKind, State, StateKind},
    everybody,
    facts::{Actor, Cause, Directory, Facts},
    ids::{DepartmentId, RoleId, ScriptId},
    refusal::{Refusal, Unresolved},
    ticket::{Participants, ROBOT, Ticket, TicketStatus},
};

/// The most names or ids one rule may list.
pub(super) const LISTED_MAX: usize = 1000;

/// How somebody who may act stands to the ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Several people are meant and the state wants one of them to accept first; depends on the members of now (T-14).
    pub needs_accept: bool,
    pub in_add_node: bool,
}

/// A ticket that is about to enter a state, with the values that the request writes.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    pub ticket: &'a Ticket,
    pub definition: &'a Definition,
}

/// Who must act in a state, and the bookkeeping if all of them must.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    pub participants: Participants,
    pub everybody: Map<String, Value>,
}

impl From<Participants> for Resolved {
    fn from(participants: Participants) -> Self {
        Self { participants, everybody: Map::new() }
    }
}

/// The participants that a ticket gets when it enters `state` (behaviour §4.6). Going back to the start is the creator's (§4.2),
/// nobody holds a ticket that is over.
pub fn resolve(state: &State, subject: Subject, facts: &Facts) -> Result<Resolved, Refusal> {
    let directory = facts.directory;
    match state.kind {
        StateKind::Start => return Ok(Participants::Person(subject.ticket.creator.clone()).into()),
        StateKind::End => return Ok(Participants::Nobody.into()),
        StateKind::Normal => {}
    }
    let unresolved = |reason| Refusal::ParticipantsUnresolved { state: state.name.clone(), reason };
    let text = state.participant.text.trim();
    let participants = match state.participant.kind {
        ParticipantKind::Nobody => Ok(Participants::Nobody),
        ParticipantKind::Person if text.is_empty() => Err(Unresolved::Unnamed),
        ParticipantKind::Person => Ok(Participants::Person(text.to_owned())),
        ParticipantKind::Several | ParticipantKind::Everybody => listed(text).and_then(people),
        ParticipantKind::Department => departments(text, directory),
        ParticipantKind::Role => role(text, directory),
        ParticipantKind::Variable => variables(text, &subject.ticket.creator, directory),
        ParticipantKind::Script => id(text).map(|id| Participants::Script(ScriptId(id))),
        ParticipantKind::Field => named_by(text, |key| field_text(key, subject, facts.zone)),
        ParticipantKind::ParentField => match &directory.parent {
            Some(parent) => named_by(text, |key| parent_text(key, parent, facts.zone)),
            None => Err(Unresolved::NoParent),
        },
        ParticipantKind::Hook => Ok(Participants::Hook),
        ParticipantKind::Plugin => named_by_plugin(facts),
    }
    .map_err(unresolved)?;
    distribute(state, participants, facts).map_err(unresolved)
}

/// What random choice and everybody-must-handle make of several people; one person stays that person.
fn distribute(state: &State, participants: Participants, facts: &Facts) -> Result<Resolved, Unresolved> {
    let shared =
        matches!(participants, Participants::Several(_) | Participants::Departments(_) | Participants::Role(_));
    let distribution = match state.participant.kind {
        ParticipantKind::Everybody => Distribution::Everybody,
        _ => state.distribution,
    };
    match distribution {
        Distribution::Random if shared => {
            let left = |name: &String| facts.directory.users.get(name).is_some_and(|person| !person.is_active);
            let mut names = members(&participants, facts.directory);
            names.retain(|name| !left(name));
            let count = u64::try_from(names.len()).unwrap_or(u64::MAX);
            let pick = facts.dice.checked_rem(count).and_then(|pick| usize::try_from(pick).ok());
            let name = pick.and_then(|pick| names.into_iter().nth(pick)).ok_or(Unresolved::NoMembers)?;
            Ok(Participants::Person(name).into())
        }
        Distribution::Everybody if shared => {
            let participants = people(members(&participants, facts.directory)).map_err(|_| Unresolved::NoMembers)?;
            let everybody = match &participants {
                Participants::Several(names) => everybody::round(names),
                _ => Map::new(),
            };
            Ok(Resolved { participants, everybody })
        }
        _ => Ok(participants.into()),
    }
}

/// The people whom these fields name, each a name or a comma list.
fn named_by(keys: &str, value: impl Fn(&str) -> Option<String>) -> Result<Participants, Unresolved> {
    let mut names = Vec::new();
    for key in listed(keys)? {
        let text = value(&key).unwrap_or_default();
        names.extend(listed(&text).map_err(|reason| match reason {
            Unresolved::Unnamed => Unresolved::FieldEmpty(key),
            other => other,
        })?);
    }
    people(distinct(names.into_iter()))
}

/// The people whom the state's plugin named: all of them known and active, each once.
fn named_by_plugin(facts: &Facts) -> Result<Participants, Unresolved> {
    let named = match facts.people {
        Err(reason) => return Err(Unresolved::PluginFailed(reason.clone())),
        Ok(None) => return Err(Unresolved::PluginUnasked),
        Ok(Some(named)) => distinct(named.iter().cloned()),
    };
    if named.len() > LISTED_MAX {
        return Err(Unresolved::TooMany(LISTED_MAX));
    }
    for name in &named {
        match facts.directory.users.get(name) {
            None => return Err(Unresolved::PluginNamedUnknown(name.clone())),
            Some(person) if !person.is_active => return Err(Unresolved::PluginNamedInactive(name.clone())),
            Some(_) => {}
        }
    }
    people(named).map_err(|_| Unresolved::PluginNamedNobody)
}

/// A custom field or a column of the ticket as it is about to be stored. What a request may not write is not in it, so nobody picks
/// their own approver (threat-model §2.4).
fn field_text(key: &str, subject: Subject, zone: Tz) -> Option<String> {
    match subject.definition.field(key) {
        Some(_) => text_of(subject.ticket.values.get(key)?),
        None => text_of(columns(subject.ticket, zone).get(key)?),
    }
}

fn parent_text(key: &str, parent: &Ticket, zone: Tz) -> Option<String> {
    parent.values.get(key).and_then(text_of).or_else(|| text_of(columns(parent, zone).get(key)?))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether `actor` may act on the ticket now, and how; asked in the order of behaviour §4.7.
pub fn may_act(
    ticket: &Ticket,
    definition: &Definition,
    actor: Actor,
    directory: &Directory,
) -> Result<Standing, Refusal> {
    if ticket.status != TicketStatus::Ongoing || definition.leaving(ticket.state).next().is_none() {
        return Err(Refusal::NothingToDo);
    }
    let state = definition.state(ticket.state).ok_or(Refusal::StateGone)?;
    let free = Standing { needs_accept: false, in_add_node: false };
    let user = match actor {
        // a late result of a script or hook whose turn is over changes nothing (I8)
        Actor::Script { id, .. } if ticket.participants == Participants::Script(id) => return Ok(free),
        Actor::Engine(Cause::Hook) if ticket.participants == Participants::Hook => return Ok(free),
        // time and children wait for nobody: accept, countersignature and votes do not bind them (§4.11)
        Actor::Engine(Cause::Timer | Cause::Children) => return Ok(free),
        Actor::Script { .. } | Actor::Engine(Cause::Hook | Cause::Notice) => return Err(Refusal::NotParticipant),
        // nobody may call under the engine's name, although tickets may wait for it (threat-model §2.10)
        Actor::Person(ROBOT) => return Err(Refusal::ReservedName(ROBOT.to_owned())),
        Actor::Person(user) => user,
    };
    let holders = holders(ticket, directory);
    if !holders.iter().any(|holder| holder == user) {
        return Err(Refusal::NotParticipant);
    }
    Ok(Standing {
        needs_accept: holders.len() > 1 && state.distribution == Distribution::Accept && ticket.everybody.is_empty(),
        in_add_node: !ticket.add_nodes.is_empty(),
    })
}

/// Who may act now, by name, each once; members of departments and roles as of now (D-26).
pub fn holders(ticket: &Ticket, directory: &Directory) -> Vec<String> {
    members(&ticket.participants, directory)
}

pub(super) fn members(participants: &Participants, directory: &Directory) -> Vec<String> {
    match participants {
        Participants::Nobody | Participants::Script(_) | Participants::Hook => Vec::new(),
        Participants::Person(name) => vec![name.clone()],
        Participants::Several(names) => names.clone(),
        Participants::Departments(ids) => distinct(
            ids.iter()
                .filter_map(|id| directory.departments.get(id))
                .flat_map(|department| department.members.iter().cloned()),
        ),
        Participants::Role(id) => {
            directory.roles.get(id).map_or_else(Vec::new, |role| distinct(role.members.iter().cloned()))
        }
    }
}

/// The parts of a comma list: trimmed, without blanks and doubles, in their order.
pub(super) fn listed(text: &str) -> Result<Vec<String>, Unresolved> {
    let parts = text.split(',').map(str::trim);
    let parts = distinct(parts.filter(|part| !part.is_empty()).map(str::to_owned));
    match parts.len() {
        0 => Err(Unresolved::Unnamed),
        1..=LISTED_MAX => Ok(parts),
        _ => Err(Unresolved::TooMany(LISTED_MAX)),
    }
}

/// A comma list of ids.
pub(super) fn listed_ids(text: &str) -> Result<Vec<i64>, Unresolved> {
    listed(text)?.iter().map(|part| id(part)).collect()
}

pub(super) fn id(text: &str) -> Result<i64, Unresolved> {
    match text.trim().parse() {
        Ok(id) if id > 0 => Ok(id),
        _ if text.trim().is_empty() => Err(Unresolved::Unnamed),
        _ => Err(Unresolved::NotAnId(text.trim().to_owned())),
    }
}

fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = HashSet::new();
    names.filter(|name| seen.insert(name.clone())).collect()
}

/// One name is a person, more are several.
fn people(mut names: Vec<String>) -> Result<Participants, Unresolved> {
    match names.len() {
        0 => Err(Unresolved::Unnamed),
        1 => Ok(Participants::Person(names.swap_remove(0))),
        _ => Ok(Participants::Several(names)),
    }
}

fn departments(text: &str, directory: &Directory) -> Result<Participants, Unresolved> {
    let ids: Vec<DepartmentId> = listed_ids(text)?.into_iter().map(DepartmentId).collect();
    // one without people may fill later (D-26), one that does not exist never will
    if ids.iter().any(|id| directory.departments.contains_key(id)) {
        Ok(Participants::Departments(ids))
    } else {
        Err(Unresolved::NoDepartment(text.to_owned()))
    }
}

fn role(text: &str, directory: &Directory) -> Result<Participants, Unresolved> {
    let id = id(text)?;
    match directory.roles.get(&RoleId(id)) {
        Some(_) => Ok(Participants::Role(RoleId(id))),
        None => Err(Unresolved::NoRole(id)),
    }
}

/// `creator`, `creator_tl`, or both (later versions' `creator,creator_tl`).
fn variables(text: &str, creator: &str, directory: &Directory) -> Result<Participants, Unresolved> {
    let mut names = Vec::new();
    for variable in listed(text)? {
        match variable.as_str() {
            "creator" => names.push(creator.to_owned()),
            "creator_tl" => names.extend(leaders(creator, directory)?),
            _ => return Err(Unresolved::UnknownVariable(variable)),
        }
    }
    people(distinct(names.into_iter()))
}

/// The approvers of the creator's first department, else its leader.
fn leaders(creator: &str, directory: &Directory) -> Result<Vec<String>, Unresolved> {
    let person = directory.users.get(creator).ok_or_else(|| Unresolved::CreatorUnknown(creator.to_owned()))?;
    let department = person
        .departments
        .iter()
        .find_map(|id| directory.departments.get(id))
        .ok_or_else(|| Unresolved::CreatorWithoutDepartment(creator.to_owned()))?;
    listed(&department.approvers.join(","))
        .or_else(|_| listed(&department.leader))
        .map_err(|_| Unresolved::NoLeader(department.name.clone()))
}
