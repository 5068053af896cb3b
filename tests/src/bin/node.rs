//! The gavia binary once more, under a name that end to end tests can ask cargo for, so that a test can kill a real process.

fn main() -> std::process::ExitCode {
    gavia::cli::main()
}
