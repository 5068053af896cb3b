//! What gavia-condition answers, refuses and survives. One binary, so that the table of CPython's answers is read by all.
#![expect(clippy::unwrap_used, reason = "tests")]

mod errors;
mod generated;
mod hostile;
mod language;
mod limits;
mod mutated;
mod rows;
mod survives;
mod table;
