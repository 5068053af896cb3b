//! `gavia plugin`: everything that an author of plugins does before an administrator sees one. Needs no database, and no server but to
//! push to; the sandbox is the server's own, so that what passes here passes there.

mod build;
mod case;
mod grants;
mod hostile;
mod inspect;
mod judge;
mod languages;
mod new;
mod push;
mod receiver;
mod record;
mod report;
mod test;
mod used;
mod workflow;

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use gavia_sandbox::{Allocator, Gateway, Sandbox, Settings};

use super::stop::Stop;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make the folder of a new plugin, which builds and passes its test
    New {
        /// Small letters, digits and `-`; the plugin's id
        name: String,
        #[arg(long, value_enum)]
        kind: NewKind,
        /// What it is written in
        #[arg(long, value_enum, default_value = "rust")]
        lang: languages::Language,
        /// Where to put the folder
        #[arg(long, default_value = ".")]
        dir: PathBuf,
        /// For Rust: gavia's plugin-sdk folder, or the address of a git repository that holds it
        #[arg(long)]
        sdk: Option<String>,
    },
    /// Compile the plugin and say what came out
    Build {
        /// The plugin's folder
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Run the plugin's own tests, then the component in the sandbox on the cases in tests/*.json
    Test(test::Options),
    /// Upload a plugin to a server, wait until it is compiled, and say what it asks for beyond the active version; exits with 1
    /// when it is rejected
    Push(push::Options),
    /// Say what a component is, what it wants and what it asks to be allowed
    Inspect {
        /// A component or a core module
        file: PathBuf,
    },
    /// Attack this build with everything that a plugin may try, and say how each attack ended
    Hostile {
        /// Only these rows: `07`, `i2`
        rows: Vec<String>,
    },
}

/// What a new plugin is for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum NewKind {
    Action,
    Participants,
    Notice,
    Condition,
}

pub(super) async fn run(command: Command) -> Result<(), Stop> {
    match command {
        Command::New { name, kind, lang, dir, sdk } => new::run(new::New { name: &name, kind, lang, dir: &dir, sdk }),
        Command::Build { dir } => build::run(&dir).await,
        Command::Test(options) => test::run(options).await,
        Command::Push(options) => push::run(options).await,
        Command::Inspect { file } => inspect::run(&file).await,
        Command::Hostile { rows } => hostile::run(&rows).await,
    }
}

/// A sandbox for one command; its compiled plugins go with the folder.
fn sandbox() -> Result<(Sandbox, tempfile::TempDir), Stop> {
    sandbox_with(Gateway::default())
}

fn sandbox_with(gateway: Gateway) -> Result<(Sandbox, tempfile::TempDir), Stop> {
    let cache = tempfile::tempdir().map_err(|error| Stop::Io("there is no folder for compiled plugins", error))?;
    let settings = Settings { cache_dir: cache.path().to_owned(), slots: Some(4), allocator: Allocator::OnDemand };
    let sandbox = Sandbox::with_gateway(settings, gateway).map_err(|error| Stop::refused(error.to_string()))?;
    Ok((sandbox, cache))
}
