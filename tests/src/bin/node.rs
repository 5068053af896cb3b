//! The gavia binary once more, under a name that end to end tests can ask cargo for, so that a test can kill a real process.

use std::process::ExitCode;

fn main() -> ExitCode {
    gavia::cli::main(std::env::args_os())
}
