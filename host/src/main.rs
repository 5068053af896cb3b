//! The gavia binary: hands the command line over and turns the outcome into an exit code. Everything else is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    gavia::cli::main(std::env::args_os())
}
