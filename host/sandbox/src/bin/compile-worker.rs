//! The compiling child by itself, under a name that this crate's tests can ask cargo for; the server starts its own program instead.

use std::process::ExitCode;

fn main() -> ExitCode {
    gavia_sandbox::compile_worker()
}
