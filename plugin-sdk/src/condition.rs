//! What a condition plugin finds wrong with an expression.

use crate::bindings::condition::exports::gavia::plugin::condition as wit;

/// A mistake in an expression, shown to whoever saves the workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which of the expressions, from 0.
    pub index: usize,
    /// Where in it, in bytes.
    pub offset: usize,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl Problem {
    /// A mistake at this byte of this expression.
    pub fn at(index: usize, offset: usize, message: impl Into<String>) -> Problem {
        Problem { index, offset, message: message.into() }
    }
}

impl From<Problem> for wit::Problem {
    fn from(problem: Problem) -> wit::Problem {
        let place = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        wit::Problem { index: place(problem.index), offset: place(problem.offset), message: problem.message }
    }
}
