//! The command line (design.md §8): what can be typed, and which file does it. Each command says its result on stdout and each
//! failure in one sentence on stderr; the log is apart from both.

mod desk;
mod directory;
mod key;
mod plugin;
mod serve;
mod stop;
mod token;
mod user;
mod workflow;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::{
    config::{self, Config},
    http::openapi,
    telemetry,
};

pub use stop::Stop;

/// A self-hosted workflow and ticket engine with the HTTP API of loonflow 0.3
#[derive(Parser, Debug)]
#[command(name = "gavia", version, propagate_version = true)]
struct Line {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server
    Serve(serve::Options),
    /// Bring the database's schema up to date and exit
    Migrate,
    /// People who sign in: make one, give one a new password
    #[command(subcommand)]
    User(user::Command),
    /// Tokens of apps and of people
    #[command(subcommand)]
    Token(token::Command),
    /// People, departments and roles from another system
    #[command(subcommand)]
    Directory(directory::Command),
    /// The key that seals secrets in the database
    #[command(subcommand)]
    Key(key::Command),
    /// Workflows as files: check one, export one, apply one
    #[command(subcommand)]
    Workflow(workflow::Command),
    /// Plugins: make a new one, build it, test it, look into one
    #[command(subcommand)]
    Plugin(plugin::Command),
    /// Print the OpenAPI document of the HTTP interface
    Openapi,
    /// Print the version
    Version,
}

impl Command {
    fn is_attack(&self) -> bool {
        matches!(self, Command::Plugin(plugin::Command::Hostile { .. }))
    }
}

/// The argument that makes this program a compiler of plugins: a process of few rights that the server starts (plugin-runtime §5.6).
const COMPILE_WORKER: &str = "compile-worker";

/// The whole program. A compiler is nothing else: no settings, no log, no runtime.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.len() == 2 && arguments[1] == COMPILE_WORKER {
        return gavia_sandbox::compile_worker();
    }
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.report(),
    }
}

/// This program as it is now, even when its file was replaced since it started.
fn own_program() -> Result<PathBuf, Stop> {
    if cfg!(target_os = "linux") {
        return Ok("/proc/self/exe".into());
    }
    std::env::current_exe().map_err(|error| Stop::Io("this program's own file is not known", error))
}

/// Runs one command to its end.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Result<(), Stop> {
    let (line, unknown) = read(arguments.into_iter().collect())?;
    // what attacks on a sandbox leave in the log is no news
    if !line.command.is_attack() {
        telemetry::start(&line.config);
    }
    if !unknown.is_empty() {
        tracing::warn!("nothing reads these variables of the environment: {}", unknown.join(", "));
    }
    let Line { config, command } = line;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Stop::runtime)?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve(options) => serve::run(config, options).await,
            Command::Migrate => desk::migrate(config).await,
            Command::User(command) => user::run(config, command).await,
            Command::Token(command) => token::run(config, command).await,
            Command::Directory(command) => directory::run(config, command).await,
            Command::Key(command) => key::run(config, command).await,
            Command::Workflow(command) => workflow::run(config, command).await,
            Command::Plugin(command) => plugin::run(command).await,
            Command::Openapi => desk::say(&openapi::text()),
            Command::Version => desk::say(concat!("gavia ", env!("CARGO_PKG_VERSION"))),
        }
    });
    // A plugin that is still being compiled for a request that is gone would keep the process for half a minute.
    runtime.shutdown_background();
    outcome
}

/// Every command takes the settings; its help has them below its own options.
fn whole() -> clap::Command {
    Line::command().mut_args(|arg| arg.global(true).help_heading("Settings"))
}

/// Flags over environment over the file; and the `GAVIA_*` variables that nothing reads.
fn read(arguments: Vec<OsString>) -> Result<(Line, Vec<String>), Stop> {
    let mut command = whole();
    let unknown = config::unknown_variables(&command);
    // A first look for the file's name alone. What is wrong with the line is said by the second one, which knows the file too.
    let first = command.clone().ignore_errors(true).try_get_matches_from(&arguments);
    let file = first.ok().and_then(|matches| matches.get_one::<std::path::PathBuf>("config").cloned());
    if let Some(path) = file {
        command = config::with_file(command, &path)?;
    }
    let matches = command.try_get_matches_from(arguments)?;
    Ok((Line::from_arg_matches(&matches)?, unknown))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn line(text: &str) -> Result<Line, Stop> {
        read(text.split(' ').map(OsString::from).collect()).map(|(line, _)| line)
    }

    #[test]
    fn the_command_line_is_well_formed() {
        whole().debug_assert();
    }

    #[test]
    fn a_commands_own_options_stand_before_the_settings() {
        let help = line("gavia token create --help").unwrap_err().to_string();
        let (own, settings) = help.split_once("Settings:").unwrap();
        assert!(own.contains("--app") && !own.contains("--listen") && settings.contains("--listen"), "{help}");
    }

    #[test]
    fn settings_may_stand_before_and_after_the_command() {
        for text in ["gavia --listen 127.0.0.1:1 serve", "gavia serve --listen 127.0.0.1:1"] {
            assert_eq!(line(text).unwrap().config.listen.port(), 1, "{text}");
        }
    }

    #[test]
    fn the_file_is_read_wherever_it_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "listen = '127.0.0.1:7'").unwrap();
        let name = file.path().display();
        for text in [format!("gavia serve --config {name}"), format!("gavia --config={name} user create x")] {
            assert_eq!(line(&text).unwrap().config.listen.port(), 7, "{text}");
        }
    }
}
