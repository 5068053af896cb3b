//! The rules of the engine. Pure: no HTTP, no SQL, no sandbox, no clock, no randomness, nothing async.
//! If a rule needs a fact, the caller fetches it and passes a value.
//!
//! The way of one move: `advance_needs` says what to fetch, `advance_question` makes every check that comes before conditions
//! and says what to ask the sandbox, `advance` takes the answer and gives a `Step` or a `Refusal`. A refused act leaves
//! nothing behind: the ticket is handed in by value, and only a `Step` gives one back.

mod advance;
mod base_fields;
mod check;
mod create;
mod definition;
mod everybody;
mod facts;
mod fields;
mod flow_log;
mod force;
mod hook;
mod ids;
mod intervene;
mod limit;
mod needs;
mod notice;
mod participant;
mod question;
mod refusal;
mod request;
mod script;
mod ticket;
mod view;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use advance::{Move, advance};
pub use base_fields::*;
pub use check::*;
pub use create::{NewTicket, create};
pub use definition::*;
pub use facts::*;
pub use fields::{searched_value, unwritten};
pub use flow_log::cut;
pub use force::*;
pub use hook::*;
pub use ids::*;
pub use intervene::*;
pub use limit::{Limit, Quota, QuotaScope};
pub use needs::*;
pub use notice::{Notice, ticket_values};
pub use participant::{Resolved, Standing, Subject, holders, may_act, resolve};
pub use question::*;
pub use refusal::*;
pub use script::*;
pub use ticket::*;
pub use view::*;
