//! What the rules need to know and cannot look up: people and their departments, condition answers, the clock.
//! The caller finds out with `needs()` what to fetch, fetches it in a fixed number of queries, and hands it in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    ids::{DepartmentId, RoleId, ScriptId, StateId, TicketId},
    ticket::Ticket,
};

/// What to fetch before a move of one ticket can be judged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// People asked about by name: the actor, the creator, a deliver target …
    pub users: BTreeSet<String>,
    /// Departments whose members and leaders matter, those below them included.
    pub departments: BTreeSet<DepartmentId>,
    pub roles: BTreeSet<RoleId>,
    /// States whose last handler matters (remember-last, D-16).
    pub last_handlers: BTreeSet<StateId>,
    /// Scripts asked about by `check`.
    pub scripts: BTreeSet<ScriptId>,
    /// The parent, where its fields name the participants.
    pub parent: Option<TicketId>,
}

/// People as the rules see them; holds at least what `Needs` named, as far as it exists.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Not deleted ones, active or not.
    pub users: BTreeMap<String, Person>,
    pub departments: BTreeMap<DepartmentId, Department>,
    pub roles: BTreeMap<RoleId, Role>,
    /// Scripts that exist; `check` asks for them.
    pub scripts: BTreeMap<ScriptId, Script>,
    /// State → who last took a real transition out of it on this ticket and is still active (D-16).
    pub last_handlers: BTreeMap<StateId, String>,
    pub parent: Option<Box<Ticket>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
    pub is_admin: bool,
    pub is_workflow_admin: bool,
    /// First one first; those that are deleted are left out.
    pub departments: Vec<DepartmentId>,
    pub roles: Vec<RoleId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Department {
    pub id: DepartmentId,
    pub name: String,
    pub leader: String,
    pub approvers: Vec<String>,
    /// Active people of it and of every department below it, each once, in order of user id (T-15, D-26).
    pub members: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub id: RoleId,
    pub name: String,
    /// Active ones, in order of user id.
    pub members: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub id: ScriptId,
    pub name: String,
    pub is_active: bool,
}

/// Who acts. A script acts for its state once it succeeded; permission, accept and required fields do not bind it (§4.7.4, D-15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    Person(&'a str),
    Script {
        id: ScriptId,
        name: &'a str,
    },
    /// The engine on its own, in the logs `loonrobot`.
    Engine(Cause),
}

/// What makes the engine act on a ticket by itself (behaviour §4.11–§4.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A timer transition is due.
    Timer,
    /// The hook of the state said that the ticket may go on.
    Hook,
    /// All children of the state are over.
    Children,
    /// A notice was told, and its plugin writes what it was granted; it moves no ticket.
    Notice,
}

/// What the calling app lets its users do beyond their own tickets (D-04, D-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// Administrators do not act through this app.
    Own,
    /// Administrators and workflow administrators may intervene.
    Administrators,
    /// Anybody may, as in the old engine.
    Trusted,
}

/// The answer to a transition's conditions: index of the first that holds. `None` when no question was asked or none holds.
pub type ConditionAnswer = Result<Option<usize>, String>;

/// Whom a participants plugin named for the state that is entered; `None` when none was asked. The directory holds those of them that
/// exist.
pub type PeopleAnswer = Result<Option<Vec<String>>, String>;

/// Everything a decision rests on beside the ticket, its definition and the request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub actor: Actor<'a>,
    pub directory: &'a Directory,
    /// An error is the readable reason why the conditions could not be evaluated.
    pub conditions: &'a ConditionAnswer,
    /// An error is the readable reason why the plugin named nobody.
    pub people: &'a PeopleAnswer,
    pub now: DateTime<Utc>,
    /// The wire's one zone: zone-marked datetimes in field values are turned into it.
    pub zone: Tz,
    /// A random number, for random distribution.
    pub dice: u64,
}
