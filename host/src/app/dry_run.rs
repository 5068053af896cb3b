//! A walk through a workflow without a ticket: who would get it where, and why it would go there. The rules of real moves and real
//! people; conditions and participants plugins are asked with what they may read alone. Nothing is stored, no script runs, no hook is
//! called, nobody is told.

mod asking;
mod walk;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{App, Error};
use crate::workflow::{Definition, Participants, Refusal, StateId, TransitionId};

/// States that one walk visits.
pub const STEPS_MAX: usize = 50;

/// What is walked with.
#[derive(Clone, Copy, Debug)]
pub struct DryRun<'a> {
    pub creator: &'a str,
    /// The title and custom fields, offered to every form on the way.
    pub fields: &'a Map<String, Value>,
    /// Where several ways lead on, in the order they come.
    pub choices: &'a [Choice],
}

#[derive(Clone, Debug)]
pub struct Choice {
    pub transition: TransitionId,
    /// The first of those who may act, if nobody is named.
    pub actor: Option<String>,
    /// More fields, for this form and those after it.
    pub fields: Map<String, Value>,
}

/// Where a walk led.
#[derive(Clone, Debug)]
pub struct Walk {
    pub steps: Vec<WalkStep>,
    pub end: End,
    /// Custom field values as they were at the end.
    pub values: BTreeMap<String, Value>,
}

/// A state on the way.
#[derive(Clone, Debug)]
pub struct WalkStep {
    pub state: StateId,
    pub participants: Participants,
    /// Who could act, by name; at most 1000.
    pub people: Vec<String>,
    pub notes: Vec<Note>,
    /// None: the walk ended here.
    pub taken: Option<Taken>,
}

/// What a real ticket would do here and the walk did not, or did without asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// It is taken for granted that the script succeeds and writes no fields.
    ScriptNotRun,
    /// It is taken for granted that the hook lets the ticket go on.
    HookNotCalled,
    ChildrenNotMade,
    /// The only way on is one that time takes.
    TimeTaken,
    /// Several people share it; the one who acts accepts it first.
    Accepted,
    /// All of them choose the same.
    EverybodyAgrees,
    /// How many tickets there may be is not looked at.
    LimitNotCounted,
}

#[derive(Clone, Debug)]
pub struct Taken {
    pub transition: TransitionId,
    /// None: the engine.
    pub by: Option<String>,
    pub conditions: Vec<ConditionTaken>,
    /// What the conditions speak of.
    pub values: BTreeMap<String, Value>,
}

#[derive(Clone, Debug)]
pub struct ConditionTaken {
    pub expression: String,
    pub outcome: ConditionOutcome,
    pub target: StateId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOutcome {
    Holds,
    DoesNotHold,
    /// One before it holds.
    NotAsked,
    /// They could not be evaluated.
    Failed,
}

/// Why a walk went no further.
#[derive(Clone, Debug)]
pub enum End {
    /// The ticket is over.
    Over,
    /// Several ways lead on, and none was chosen.
    ChoiceNeeded,
    /// A choice names no way that leads on here.
    ChoiceUnfit(TransitionId),
    Refused(Refusal),
    /// Nobody may act.
    Nobody,
    /// Nothing leads on.
    NoWayOut,
    /// After `STEPS_MAX` states.
    TooLong,
}

impl App {
    pub async fn dry_run(&self, definition: &Definition, run: &DryRun<'_>) -> Result<Walk, Error> {
        walk::Walker::new(self, definition, run).walk().await
    }
}
