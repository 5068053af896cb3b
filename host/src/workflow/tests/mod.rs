//! Tests of the rules, a file for each part; what they act on is in `testing`.
#![expect(clippy::unwrap_used, reason = "tests")]

mod advance;
mod base_fields;
mod check;
mod create;
mod engine;
mod everybody;
mod fields;
mod intervene;
mod limit;
mod participant;
mod properties;
mod question;
mod reassign;
mod view;
