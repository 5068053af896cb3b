//! What is wrong with a document, each with its place in it. Bounded: a broken export has one mistake in every row.

use std::fmt;

/// Problems that are told; the rest are counted.
const SHOWN_MAX: usize = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Departments,
    Roles,
    Users,
}

/// Where in the document. Shown as a JSON pointer (RFC 6901), such as `/users/3/email`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Document(&'static str),
    Entry { list: List, index: usize, field: &'static str },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(field) => write!(f, "/{field}"),
            Self::Entry { list, index, field } => {
                let list = match list {
                    List::Departments => "departments",
                    List::Roles => "roles",
                    List::Users => "users",
                };
                write!(f, "/{list}/{index}/{field}")
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    pub detail: String,
}

/// At least one problem: the first ones, and how many there are in all.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("the document has {total} {}", if *total == 1 { "problem" } else { "problems" })]
pub struct Problems {
    pub shown: Vec<Problem>,
    pub total: usize,
}

impl Problems {
    pub(super) fn add(&mut self, place: Place, detail: impl FnOnce() -> String) {
        self.total += 1;
        if self.shown.len() < SHOWN_MAX {
            self.shown.push(Problem { place, detail: detail() });
        }
    }

    /// No problem is no error.
    pub(super) fn into_result(self) -> Result<(), Self> {
        if self.total == 0 { Ok(()) } else { Err(self) }
    }
}

/// A text of the document in a message: quoted, and never long.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    if short.len() < text.len() { format!("{:?}", format!("{short}…")) } else { format!("{short:?}") }
}
