//! What is wrong with a definition (behaviour §7.4): findings, not refusals, since definitions are built piece by piece.
//! That an app may use the workflow at all is not looked at here; the caller knows the grants.

mod instead;
mod parts;
mod paths;
mod people;

pub use parts::condition_variables;
use serde::Serialize;

use super::{
    definition::Definition,
    facts::Directory,
    ids::{FieldId, StateId, TransitionId},
};

/// How bad a finding is: with an error the workflow does not run as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Error,
    Warning,
}

/// Which part of the workflow a finding is about: `{"part": "state", "id": 3}`, `{"part": "workflow"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "part", content = "id")]
pub enum Place {
    Workflow,
    State(StateId),
    Transition(TransitionId),
    Field(FieldId),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub level: Level,
    /// A stable word for programs.
    pub code: &'static str,
    pub place: Place,
    /// A sentence for people.
    pub message: String,
    /// Where in a condition it is, for what is wrong with one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<ExpressionPlace>,
}

/// A place in one of a transition's conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ExpressionPlace {
    /// Counted from 0.
    pub condition: usize,
    /// Characters before it in the expression.
    pub column: usize,
}

impl ExpressionPlace {
    /// `offset` is in bytes.
    pub fn at(condition: usize, expression: &str, offset: usize) -> Self {
        let column = expression.get(..offset).map_or(0, |before| before.chars().count());
        Self { condition, column }
    }
}

/// Everything that is wrong with the definition, part by part. `directory` must hold what `check_needs` names.
pub fn check(definition: &Definition, directory: &Directory) -> Vec<Problem> {
    let mut found = Found { definition, directory, problems: Vec::new() };
    found.check_workflow();
    for state in &definition.states {
        found.check_state(state);
        found.check_participant(state);
    }
    for transition in &definition.transitions {
        found.check_transition(transition);
    }
    for field in &definition.fields {
        found.check_field(field);
    }
    found.check_paths();
    found.problems
}

/// The findings so far, and what they are found in.
struct Found<'a> {
    definition: &'a Definition,
    directory: &'a Directory,
    problems: Vec<Problem>,
}

impl Found<'_> {
    fn error(&mut self, code: &'static str, place: Place, message: impl Into<String>) {
        self.problems.push(Problem { level: Level::Error, code, place, message: message.into(), expression: None });
    }

    fn warning(&mut self, code: &'static str, place: Place, message: impl Into<String>) {
        self.problems.push(Problem { level: Level::Warning, code, place, message: message.into(), expression: None });
    }
}
