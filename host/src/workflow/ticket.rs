//! A ticket, and what a move of one consists of: the ticket after it, its flow log entries, the jobs it causes.
//! Plain values; who may change them and how is in the rules beside this file.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ids::{DepartmentId, NoticeId, RoleId, ScriptId, StateId, TicketId, TransitionId, WorkflowId};

/// The engine acting on its own; nobody may call under this name.
pub const ROBOT: &str = "loonrobot";

/// A ticket as stored. Its serialised form is the snapshot in the flow log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    pub id: TicketId,
    /// Ticket number, unique (behaviour §4.4).
    pub sn: String,
    pub title: String,
    pub workflow: WorkflowId,
    pub state: StateId,
    /// One stay in one state; plus one at every exit, also of a loop.
    pub visit: i32,
    /// Plus one at every write; what a request saw and what it locks are compared by it.
    pub version: i64,
    pub creator: String,
    pub parent: Option<Parent>,
    pub participants: Participants,
    /// Everybody who ever had to do with the ticket, in the order they came, without doubles (I15).
    pub related: Vec<String>,
    /// Countersignatures that are going on, each inside the one before it (D-09).
    pub add_nodes: Vec<AddNode>,
    /// The wire's `script_run_last_result`.
    pub script_succeeded: bool,
    pub status: TicketStatus,
    pub is_rejected: bool,
    /// Everybody-must-handle: each name with the transition it chose in this round, or an empty object; empty elsewhere.
    pub everybody: serde_json::Map<String, Value>,
    /// Which round of it, from 1 in each visit; the next begins when all have handled and do not agree (D-02).
    pub round: i32,
    /// Custom field values: null, text, number or bool; dates as local text. Unset fields are absent.
    pub values: BTreeMap<String, Value>,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

impl Ticket {
    /// Who asked for the innermost countersignature.
    pub fn add_node_man(&self) -> Option<&str> {
        self.add_nodes.last().map(|node| node.asked_by.as_str())
    }

    /// Ended or closed.
    pub fn is_over(&self) -> bool {
        self.status != TicketStatus::Ongoing
    }
}

/// A countersignature: somebody else was asked, and gives the ticket back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddNode {
    pub asked_by: String,
    /// Who holds the ticket once it ended: who asked, or everybody who still had to handle.
    pub back_to: Participants,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    pub ticket: TicketId,
    pub state: StateId,
}

/// Who must act now, resolved (T-13: variables and fields never reach a ticket).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Participants {
    Nobody,
    Person(String),
    /// At least two names; where everybody must handle, those who did not yet, be it one.
    Several(Vec<String>),
    /// Members are looked up live (D-26). At least one.
    Departments(Vec<DepartmentId>),
    Role(RoleId),
    Script(ScriptId),
    Hook,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TicketStatus {
    Ongoing,
    /// In an end state.
    Ended,
    Closed,
}

/// One act, and everything it changes; saved whole or not at all.
#[derive(Clone, Debug)]
pub struct Step {
    /// The ticket after the act; `version` is already one more than what was read (a new ticket has 1).
    pub ticket: Ticket,
    /// The visit that this act ended, if it left a state.
    pub exit: Option<i32>,
    /// None for acts the wire keeps no log of: retry (behaviour §4.22).
    pub log: Option<FlowLogEntry>,
    /// What one of everybody chose.
    pub vote: Option<Vote>,
    pub jobs: Vec<Job>,
}

/// One person's choice in one round of one visit (I3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vote {
    pub visit: i32,
    pub round: i32,
    pub username: String,
    pub transition: TransitionId,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FlowLogEntry {
    pub transition: Option<TransitionId>,
    pub intervention: Intervention,
    pub actor: LogActor,
    /// Where the ticket was before the act (T-16).
    pub state: StateId,
    /// The visit in which the act happened.
    pub visit: i32,
    pub suggestion: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogActor {
    Person(String),
    Script { id: ScriptId, name: String },
    Hook,
}

impl From<super::Actor<'_>> for LogActor {
    fn from(actor: super::Actor<'_>) -> Self {
        match actor {
            super::Actor::Person(name) => Self::Person(name.to_owned()),
            super::Actor::Script { id, name } => Self::Script { id, name: name.to_owned() },
            super::Actor::Engine(_) => Self::Person(ROBOT.to_owned()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intervention {
    None,
    Deliver,
    AddNode,
    AddNodeEnd,
    Accept,
    Comment,
    Delete,
    Close,
    ForceState,
    Hook,
    Retreat,
}

/// Something to do after the commit, kept as a row of `jobs`.
#[derive(Clone, Debug, PartialEq)]
pub enum Job {
    /// Run the script whose turn it is in this visit.
    Script { script: ScriptId, visit: i32, run_by: String },
    /// Call the hook whose turn it is in this visit.
    Hook { visit: i32 },
    /// Take the transition once that many seconds have passed, unless the visit ended.
    Timer { transition: TransitionId, visit: i32, seconds: i32 },
    /// This ticket is over: its parent may go on.
    Children { parent: Parent },
    /// Tell the people concerned; `payload` is the event as it was (behaviour §5.2).
    Notice { notice: NoticeId, visit: i32, payload: Value },
}
