//! The hostile corpus of plugin-runtime §12: every test carries its row (`r01` to `r44`) in its name; beside it the conformance scripts and
//! what the sandbox promises about slots and shutdown. Guests are `tests/guests/`: component text here, Rust built once for all tests.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;

mod binaries;
mod calls;
mod components;
mod conditions;
mod grants;
mod harm;
mod kinds;
mod probe;
mod released;
mod scripts;
mod web;
mod workers;
