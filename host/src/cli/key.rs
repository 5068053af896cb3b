//! `gavia key`: making a sealing key, and putting another in its place.

use std::path::PathBuf;

use clap::Subcommand;
use sqlx::Connection as _;

use super::{
    desk::{Desk, say},
    stop::Stop,
};
use crate::{
    config::Config,
    keys,
    seal::SealingKey,
    serve::SESSIONS,
    store::{encryption_key, health},
};

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Print a fresh key: 32 random bytes in base64
    Generate,
    /// Seal all secrets in the database with another key; no server may run meanwhile
    Rotate {
        /// File with the new key. Not needed with the embedded database, which makes and keeps its own
        #[arg(long, value_name = "FILE")]
        new_key_file: Option<PathBuf>,
    },
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Stop> {
    match command {
        Command::Generate => say(&SealingKey::generate()),
        Command::Rotate { new_key_file } => rotate(config, new_key_file).await,
    }
}

async fn rotate(config: Config, new_key_file: Option<PathBuf>) -> Result<(), Stop> {
    let source = keys::source(&config)?;
    let (mut desk, old) = Desk::open_with_key(&config, "key rotate").await?;
    let outcome = reseal(&mut desk, &old, &source, new_key_file).await;
    let (count, id) = desk.close(outcome).await?;
    say(&format!("{count} secrets are now sealed with the key {id}"))
}

/// The new key is on disk before the database speaks of it; a cut in between is mended by the next start.
async fn reseal(
    desk: &mut Desk,
    old: &SealingKey,
    source: &keys::Source,
    new_key_file: Option<PathBuf>,
) -> Result<(usize, String), Stop> {
    if health::sessions_named(&mut desk.db, SESSIONS).await? > 0 {
        return Err(Stop::refused("a gavia server uses this database and its key: stop every node first"));
    }
    let new = match (source, &new_key_file) {
        (_, Some(path)) => keys::read(path)?,
        (keys::Source::Beside(path), None) => keys::create_successor(path)?,
        (keys::Source::Given(_), None) => {
            return Err(Stop::refused("name the new key's file with --new-key-file; `gavia key generate` makes a key"));
        }
    };
    if new.id() == old.id() {
        return Err(Stop::refused("the new key is the one in use"));
    }
    let mut tx = desk.db.begin().await?;
    let count = encryption_key::reseal(&mut tx, old, &new).await?;
    tx.commit().await?;
    if let (keys::Source::Beside(path), None) = (source, &new_key_file) {
        keys::replace(path)?;
    }
    Ok((count, new.id().to_owned()))
}
