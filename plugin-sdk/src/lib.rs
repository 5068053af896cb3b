//! Write a plugin for gavia: what an author sees of the engine, and nothing of the host.
//!
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

mod condition;
mod context;
mod directory;
mod error;
mod explain;
mod export;
mod host;
mod http;
mod kv;
mod notice;
mod outcome;
mod secret;

#[doc(hidden)]
pub mod bindings;
#[doc(hidden)]
pub mod glue;
#[cfg(target_arch = "wasm32")]
mod imports;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
#[cfg(target_arch = "wasm32")]
mod wire;

#[cfg(target_arch = "wasm32")]
use imports as engine;
#[cfg(not(target_arch = "wasm32"))]
use testing::engine;

/// Compiled with the other doc tests, so that the page stays true.
#[cfg(doctest)]
#[doc = include_str!("../../docs/from-a-loonflow-script.md")]
mod from_a_loonflow_script {}

pub use bindings::gavia::plugin::{
    log::Level,
    types::{FieldType as FieldKind, FieldValue, FlowEntry, Ticket, User},
};
pub use condition::Problem;
pub use context::Context;
pub use directory::{Depth, Directory};
pub use error::{Error, ErrorKind};
pub use explain::Explain;
pub use gavia_plugin_sdk_macros::{action, condition, manifest, notice, participants};
pub use host::{Host, ReadHost};
pub use http::{Http, Method, Request, RequestParts, Response};
pub use kv::Kv;
pub use notice::{Delivery, Message};
pub use outcome::Outcome;
pub use secret::Secret;

/// A plugin that runs when a ticket enters a script state.
///
/// Every run gets a fresh instance: statics do not survive. Export it with [`macro@action`] or [`export_action!`].
pub trait Action {
    /// Does the work. What it staged through `host` is written if it answers `Ok`, in one transaction with the ticket's move; the
    /// outcome's message becomes the flow log's suggestion, byte for byte. On `Err` nothing is written but the error's message.
    fn run(context: &Context, host: &Host) -> Result<Outcome, Error>;
}

/// A plugin that names the people of a state when a ticket enters it.
///
/// It runs before the move and may run again when the move is tried again, so it can only read: its host has no way to write.
///
/// ```compile_fail,E0599
/// use gavia_plugin_sdk::{Context, Error, ReadHost};
///
/// fn resolve(_context: &Context, host: &ReadHost) -> Result<Vec<String>, Error> {
///     host.set_field("seen", true)?; // no method named `set_field`
///     Ok(vec![])
/// }
/// ```
///
/// Export it with [`macro@participants`] or [`export_participants!`].
pub trait Participants {
    /// User names, at most 1,000. Duplicates collapse; unknown and inactive people make the step fail, and so does an empty list.
    fn resolve(context: &Context, host: &ReadHost) -> Result<Vec<String>, Error>;
}

/// A plugin that reads the conditions of a workflow's transitions, in a language of its own.
///
/// It has no host: no clock but [`Context::now_ms`], no network, no storage. The same question has the same answer, so tests ask it
/// directly. `gavia plugin build` compiles it to `wasm32-unknown-unknown`, whose standard library asks for nothing either.
///
/// ```
/// use gavia_plugin_sdk::{Condition, Context, Error, Explain, Problem, condition, testing::context};
///
/// /// "days>3": a field that is larger than a number.
/// struct Larger;
///
/// fn parse(expression: &str) -> Result<(&str, f64), Error> {
///     let (field, number) = expression.split_once('>').ok_or_else(|| Error::invalid_input("wanted FIELD>NUMBER"))?;
///     Ok((field.trim(), number.trim().parse().or_invalid("the number")?))
/// }
///
/// #[condition]
/// impl Condition for Larger {
///     fn first_match(expressions: &[String], context: &Context) -> Result<Option<usize>, Error> {
///         for (index, expression) in expressions.iter().enumerate() {
///             let (field, number) = parse(expression)?;
///             if context.field::<f64>(field)? > number {
///                 return Ok(Some(index));
///             }
///         }
///         Ok(None)
///     }
///
///     fn check(expressions: &[String], known_fields: &[String]) -> Vec<Problem> {
///         let mistake = |(index, expression): (usize, &String)| match parse(expression) {
///             Err(error) => Some(Problem::at(index, 0, error.message())),
///             Ok((field, _)) if known_fields.iter().any(|known| known == field) => None,
///             Ok((field, _)) => Some(Problem::at(index, 0, format!("there is no field {field}"))),
///         };
///         expressions.iter().enumerate().filter_map(mistake).collect()
///     }
/// }
///
/// fn main() {
///     let asked = |expressions: [&str; 2]| {
///         Larger::first_match(&expressions.map(str::to_owned), &context(&[("days", 5.into())])).unwrap()
///     };
///     assert_eq!(asked(["days > 9", "days > 3"]), Some(1));
///     assert_eq!(asked(["days > 9", "days > 7"]), None);
/// }
/// ```
pub trait Condition {
    /// The index of the first expression that holds, in order; `None` if no one does. An `Err` fails the move, with its message.
    fn first_match(expressions: &[String], context: &Context) -> Result<Option<usize>, Error>;

    /// Asked when a workflow is saved, with the keys of its fields; an empty list means that all are well-formed.
    fn check(expressions: &[String], known_fields: &[String]) -> Vec<Problem>;
}

/// A plugin that delivers a message to people.
///
/// Export it with [`macro@notice`] or [`export_notice!`].
pub trait Notice {
    /// One delivery for each recipient: whether it arrived, and what the other side said; who is left out counts as not reached. A call
    /// has at most 1,000 recipients; for more of them there are further calls, each under an invocation id of its own. An `Err` is
    /// for a message that reached nobody; `Error::retryable` has it tried again later under the same invocation id.
    ///
    /// What is staged on the ticket is written when the deliveries are kept, unless the ticket has moved on to its next state.
    fn send(context: &Context, message: &Message, host: &Host) -> Result<Vec<Delivery>, Error>;
}
