//! The embedded PostgreSQL with real processes: what survives, what is refused and in which words, what is cleaned up.
//! Run as root it exercises the hand-over to another account, otherwise the plain case.
#![expect(clippy::unwrap_used, reason = "tests")]

mod beside;
mod crashes;
mod life;
mod place;
mod refusals;
