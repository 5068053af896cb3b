//! The rules of the engine. Pure: no HTTP, no SQL, no sandbox, no clock, no randomness, nothing async.
//! If a rule needs a fact, the caller fetches it and passes a value.

mod definition;
mod facts;
mod ids;
mod ticket;

pub use definition::*;
pub use facts::*;
pub use ids::*;
pub use ticket::*;
