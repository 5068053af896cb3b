//! The hostile corpus of plugin-runtime §12 (rows 1–22 and 29–37, 39–40, without HTTP beyond its refusal), the conformance scripts, and what
//! the sandbox promises about slots and shutdown. Guests are `tests/guests/`: component text here, Rust built once for all tests.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;

mod binaries;
mod calls;
mod components;
mod grants;
mod harm;
mod kinds;
mod probe;
mod scripts;
mod web;
