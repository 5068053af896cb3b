//! The gavia binary once more, under a name that end to end tests can ask cargo for, so that a test can kill a real process.

use std::process::ExitCode;

fn main() -> ExitCode {
    match gavia::cli::run(std::env::args_os()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.report(),
    }
}
