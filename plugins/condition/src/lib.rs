//! The condition plugin that is built into gavia: expressions over a ticket's fields, in the part of Python that
//! workflows use (plugin-runtime §13, behaviour §4.5). A placeholder `{days}` is a variable; a value never becomes syntax.
//!
//! The same source is linked into the server for [`check`] and [`fields`] only, so that saving a workflow can say where a
//! mistake is. **Evaluating there is forbidden**: an evaluation belongs into the sandbox, which bounds it by other means
//! too. [`evaluate`] is public for the module built from this crate and for tests.
//!
//! Everything is bounded: 4 KiB an expression, 64 levels, 10,000 steps, 64 KiB a text. There is no clock but the one in
//! [`Env`], and no name outside one fixed table.

#![cfg_attr(not(target_arch = "wasm32"), forbid(unsafe_code))]

mod arguments;
mod arithmetic;
mod ast;
mod budget;
mod builtins;
mod calendar;
mod clock;
mod compare;
#[cfg(target_arch = "wasm32")]
#[expect(clippy::same_length_and_capacity, reason = "wit-bindgen writes it so")]
mod component;
mod eval;
mod fault;
mod fields;
mod lexer;
mod literal;
mod members;
mod names;
mod number;
mod numerals;
mod operand;
mod parse;
mod placeholders;
mod rounding;
mod sequence;
mod show;
mod spans;
mod strftime;
mod strings;
mod strptime;
mod value;

use std::collections::BTreeMap;
use std::fmt;

pub use budget::{STEPS_MAX, TEXT_MAX};
pub use fields::{Field, FieldKind};

use eval::Walker;
use fault::Fault;

/// Keys that every ticket has besides its workflow's own fields; always known.
pub const TICKET_KEYS: [&str; 21] = [
    "id",
    "sn",
    "title",
    "workflow_id",
    "workflow_name",
    "state_id",
    "state_name",
    "creator",
    "parent_ticket_id",
    "parent_ticket_state_id",
    "participant_type_id",
    "participant",
    "relation",
    "in_add_node",
    "add_node_man",
    "is_end",
    "is_rejected",
    "gmt_created",
    "gmt_modified",
    "transition_id",
    "suggestion",
];

/// A mistake in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, in bytes from the start of the expression.
    pub offset: usize,
    pub message: String,
}

impl Problem {
    pub(crate) fn at(offset: usize, message: impl Into<String>) -> Self {
        Problem { offset, message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl std::error::Error for Problem {}

/// Why an expression has no answer. Names fields and operations, never holds a field's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    /// Where, in bytes from the start of the expression.
    pub offset: usize,
    pub message: String,
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.message, self.offset)
    }
}

impl std::error::Error for EvalError {}

/// What an evaluation sees of the world.
#[derive(Clone, Debug, Default)]
pub struct Env {
    /// Milliseconds since 1970 in UTC.
    pub now_ms: i64,
    /// Minutes east of UTC of all local times.
    pub tz_offset_min: i16,
    pub fields: BTreeMap<String, Field>,
}

/// What is wrong with an expression: the first mistake of syntax, or else every placeholder that is neither among
/// `known_fields` (the workflow's own keys) nor among [`TICKET_KEYS`]. Empty: it is well-formed.
pub fn check(expression: &str, known_fields: &[&str]) -> Vec<Problem> {
    let node = match parse::parse(expression) {
        Ok(node) => node,
        Err(problem) => return vec![problem],
    };
    let is_known = |name: &str| known_fields.contains(&name) || TICKET_KEYS.contains(&name);
    let unknown = placeholders::of(&node).into_iter().filter(|(name, _)| !is_known(name));
    unknown.map(|(name, offset)| Problem::at(offset, format!("there is no field `{name}`"))).collect()
}

/// The keys of all placeholders, each once, in the order in which they stand.
pub fn fields(expression: &str) -> Result<Vec<String>, Problem> {
    let node = parse::parse(expression)?;
    let mut names: Vec<String> = Vec::new();
    for (name, _) in placeholders::of(&node) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}

/// Whether an expression holds. **Not for the server**: see the crate's documentation.
pub fn evaluate(expression: &str, env: &Env) -> Result<bool, EvalError> {
    evaluate_counting(expression, env).0
}

/// As [`evaluate`], with the steps it took, which never are more than [`STEPS_MAX`]; for tests of that bound.
pub fn evaluate_counting(expression: &str, env: &Env) -> (Result<bool, EvalError>, u32) {
    let node = match parse::parse(expression) {
        Ok(node) => node,
        Err(Problem { offset, message }) => return (Err(EvalError { offset, message }), 0),
    };
    let mut walker = Walker::new(env);
    let answer = walker.value(&node).map(|value| value.is_true()).map_err(|fault| match fault {
        Fault::Said { message, offset } => EvalError { offset: offset.unwrap_or(node.offset), message },
        Fault::Kinds => {
            EvalError { offset: node.offset, message: "the operation does not work on these values".to_owned() }
        }
    });
    (answer, walker.steps())
}
