//! `gavia directory import`: the document of `PUT /api/v2/directory` from a file, or the same as a table.

use std::{
    fmt::Write as _,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, Subcommand};

use super::{
    desk::{Desk, say},
    stop::Stop,
};
use crate::{
    app::directory::{self, Import, ImportError, Mode},
    config::Config,
    directory::{BYTES_MAX, Document, Problems, SOURCE, Table},
};

/// Problems that are printed.
const PRINTED_MAX: usize = 20;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Take over people, departments and roles from a file: .json as for PUT /api/v2/directory, or .csv with the header
    /// username,alias,email,phone,departments,roles,is_active
    Import(Options),
}

#[derive(Args, Debug)]
pub(super) struct Options {
    /// The .json or .csv file
    file: PathBuf,
    /// Say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// For a .csv: the source that it is from. Its people who are not in the file become inactive
    #[arg(long, value_name = "NAME", default_value = SOURCE)]
    source: String,
    /// For a .csv: it names some of the source's people only, and the others stay as they are
    #[arg(long)]
    partial: bool,
}

/// What was read, and how places in it are called.
enum Read {
    Json(Document),
    Csv(Table),
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Stop> {
    let Command::Import(options) = command;
    // before any database is started: a file that cannot be read should not take that long to hear of
    let read = options.read()?;
    let document = match &read {
        Read::Json(document) => document.clone(),
        Read::Csv(table) => table.document.clone(),
    };
    let mode = if options.dry_run { Mode::DryRun } else { Mode::Write };
    let import = Import { document: Arc::new(document), mode, creator: String::new() };
    let mut desk = Desk::open(&config, "directory import").await?;
    let imported = directory::import(&mut desk.db, &import).await.map_err(|error| match error {
        ImportError::Problems(problems) => Stop::refused(read.told(&problems)),
        ImportError::Busy => Stop::refused("accounts are being changed by others: try again"),
        ImportError::Store(error) => error.into(),
    });
    say(&desk.close(imported).await?.to_string())
}

impl Options {
    fn read(&self) -> Result<Read, Stop> {
        let kind = self.file.extension().and_then(|kind| kind.to_str()).map(str::to_ascii_lowercase);
        let named = self.file.display();
        match kind.as_deref() {
            Some("json") if self.partial || self.source != SOURCE => {
                Err(Stop::refused("--source and --partial are for a .csv: a .json says `source` and `complete` itself"))
            }
            Some("json") => {
                let document = Document::from_json(&bytes(&self.file)?);
                document.map(Read::Json).map_err(|reason| Stop::refused(format!("{named} cannot be read: {reason}")))
            }
            Some("csv") => {
                let table = Table::read(&bytes(&self.file)?, &self.source, !self.partial);
                table.map(Read::Csv).map_err(|reason| Stop::refused(format!("{named} cannot be read: {reason}")))
            }
            _ => Err(Stop::refused(format!("{named} is neither a .json nor a .csv file"))),
        }
    }
}

impl Read {
    fn told(&self, problems: &Problems) -> String {
        let mut text = format!("{problems}; nothing was changed");
        for problem in problems.shown.iter().take(PRINTED_MAX) {
            let place = match self {
                Self::Json(_) => problem.place.to_string(),
                Self::Csv(table) => table.place(&problem.place),
            };
            write!(text, "\n  {place}: {}", problem.detail).expect("a string takes any text");
        }
        if problems.total > PRINTED_MAX {
            text.push_str("\n  …");
        }
        text
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, Stop> {
    let unreadable = |error| Stop::refused(format!("{} cannot be read: {error}", path.display()));
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > BYTES_MAX {
        return Err(Stop::refused(format!("{} is larger than {} MiB", path.display(), BYTES_MAX >> 20)));
    }
    Ok(bytes)
}
