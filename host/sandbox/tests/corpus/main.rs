//! What the sandbox promises beside the hostile corpus (`gavia-hostile`): slots, shutdown, grants, kinds, the conformance scripts. Guests are
//! in `tests/guests/`, built once for all tests, and the corpus's own in component text.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bench;

mod binaries;
mod calls;
mod components;
mod grants;
mod harm;
mod kinds;
mod probe;
mod released;
mod scripts;
mod usage;
mod web;
mod workers;
