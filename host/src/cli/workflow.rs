//! `gavia workflow`: whole workflows as files. The same documents, rules and transaction as `/api/v2/workflows/{id}/definition`.

use std::{fs, io::Read as _, path::PathBuf};

use clap::Subcommand;
use serde_json::{Map, Value};

use super::{
    desk::{Desk, remark, say},
    stop::Stop,
};
use crate::{
    app::{
        documents::{self, Applied, Changed, DocumentError, Judged, Precondition, Problem, Putting},
        workflows::Removal,
    },
    config::Config,
    http::strict_json,
    store::{
        uses::COUNTED_MAX,
        workflows::{self, Version},
    },
    workflow::{Level, WorkflowId},
};

/// Who is noted as the author of a change; the account that runs a command is nobody that gavia knows.
const BY: &str = "gavia workflow apply";
const FILE_BYTES_MAX: u64 = 8 << 20;
const ENTRIES_MAX: usize = 200_000;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// List what is wrong with workflows, and what to write instead of expressions that gavia does not know; exits with 1 when
    /// there are errors
    Check {
        /// A document, or `-` for stdin; with neither a file nor an id, every workflow of the database
        file: Option<PathBuf>,
        /// A workflow of the database instead
        #[arg(long, conflicts_with = "file")]
        id: Option<i64>,
    },
    /// Print a workflow as a document; tokens of hooks are masked
    Export { id: i64 },
    /// Make a workflow of a document, or put a document in the place of a workflow; all of it or nothing
    Apply {
        /// A document, or `-` for stdin
        file: PathBuf,
        /// The workflow to change; without it a new one is made
        #[arg(long)]
        id: Option<i64>,
        /// Delete parts that the document leaves out even where open tickets need them
        #[arg(long, requires = "id")]
        force: bool,
        /// Only if the workflow is still at this revision; export and apply say which it is at
        #[arg(long, requires = "id")]
        revision: Option<i64>,
    },
}

pub(super) async fn run(config: Config, command: Command) -> Result<(), Stop> {
    match command {
        Command::Check { file, id } => check(config, file, id).await,
        Command::Export { id } => export(config, id).await,
        Command::Apply { file, id, force, revision } => {
            let removal = if force { Removal::Forced } else { Removal::IfUnused };
            let precondition = revision.map_or(Precondition::None, |at| Precondition::Revision(vec![at]));
            apply(config, file, id, (precondition, removal)).await
        }
    }
}

async fn check(config: Config, file: Option<PathBuf>, id: Option<i64>) -> Result<(), Stop> {
    let document = file.map(|file| read(&file)).transpose()?;
    let mut desk = Desk::open(&config, "workflow check").await?;
    let found = match (document, id) {
        (Some(document), _) => documents::check(&mut desk.db, document, None, None).await.map(Some),
        (None, Some(id)) => documents::check_stored(&mut desk.db, WorkflowId(id)).await,
        (None, None) => {
            let checked = check_all(&mut desk.db).await;
            return match desk.close(checked).await? {
                0 => Ok(()),
                count => Err(Stop::refused(format!("{} with errors", counted(count, "workflow")))),
            };
        }
    };
    let problems = desk.close(found.map_err(Stop::from)).await?.ok_or_else(|| missing(id.unwrap_or_default()))?;
    if problems.is_empty() {
        return say("nothing is wrong");
    }
    say(listed(&problems).trim_end())?;
    match errors(&problems) {
        0 => Ok(()),
        count => Err(Stop::refused(format!("the workflow has {}", counted(count, "error")))),
    }
}

/// Workflow by workflow, those without findings left out. Tells how many have errors.
async fn check_all(db: &mut sqlx::PgConnection) -> Result<usize, Stop> {
    let (mut broken, mut after, mut clean) = (0, WorkflowId(0), 0);
    loop {
        let some = workflows::names_after(&mut *db, after, 100).await?;
        let Some((last, _)) = some.last() else { break };
        after = *last;
        for (id, name) in some {
            let problems = documents::check_stored(db, id).await?.unwrap_or_default();
            if problems.is_empty() {
                clean += 1;
                continue;
            }
            say(&format!("workflow {id}, {name}:"))?;
            say(listed(&problems).trim_end())?;
            broken += usize::from(errors(&problems) > 0);
        }
    }
    say(&format!("nothing is wrong with {}", counted(clean, "workflow")))?;
    Ok(broken)
}

async fn export(config: Config, id: i64) -> Result<(), Stop> {
    let mut desk = Desk::open(&config, "workflow export").await?;
    let stored = documents::read(&mut desk.db, WorkflowId(id)).await;
    let stored = desk.close(stored.map_err(Stop::from)).await?.ok_or_else(|| missing(id))?;
    let revision = stored.version.revision;
    say(&format!("{:#}", Value::Object(stored.exported())))?;
    remark(&format!("workflow {id} is at revision {revision}"))
}

async fn apply(
    config: Config,
    file: PathBuf,
    id: Option<i64>,
    (precondition, removal): (Precondition, Removal),
) -> Result<(), Stop> {
    let document = read(&file)?;
    let judged = Judged::unread(&document);
    let mut desk = Desk::open(&config, "workflow apply").await?;
    let applied = match id {
        None => documents::create(&mut desk.db, document, judged, BY).await,
        Some(id) => {
            let putting = Putting { by: BY, precondition, removal, judged };
            documents::put(&mut desk.db, WorkflowId(id), document, &putting).await
        }
    };
    let applied = desk.close(applied.or_else(|error| refusal(error, id))).await?;
    say(told(&applied).trim_end())
}

/// What was done, a line a change, warnings first.
fn told(applied: &Applied) -> String {
    let (mut text, id, revision) = (listed(&applied.problems), applied.workflow, applied.version.revision);
    for change in &applied.changes {
        let sign = match change.change {
            Changed::Added => '+',
            Changed::Changed => '~',
            Changed::Removed => '-',
        };
        let key = change.key.as_deref().unwrap_or_default();
        let line = format!("{sign} {} {key}", change.part);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text + &match applied.changes.first() {
        None => format!("nothing to change: workflow {id} is at revision {revision}"),
        Some(first) if first.part == "workflow" && first.change == Changed::Added => format!("workflow {id} was made"),
        Some(_) => format!("workflow {id} is at revision {revision}"),
    }
}

fn refusal(error: DocumentError, id: Option<i64>) -> Result<Applied, Stop> {
    Err(match error {
        DocumentError::WorkflowMissing => missing(id.unwrap_or_default()),
        DocumentError::Refused(problems) => {
            say(listed(&problems).trim_end())?;
            Stop::refused(format!("the document has {}; nothing was changed", counted(errors(&problems), "error")))
        }
        DocumentError::InUse(parts) => {
            for part in parts {
                let least = if part.tickets == COUNTED_MAX { "at least " } else { "" };
                let tickets = counted(usize::try_from(part.tickets).unwrap_or_default(), "open ticket");
                let examples = part.examples.join(", ");
                say(&format!("{} {}: {least}{tickets}, such as {examples}", part.part, part.key))?;
            }
            Stop::refused(
                "open tickets need what the document leaves out; nothing was changed; --force deletes it all the same",
            )
        }
        DocumentError::Stale(Version { revision, modified_by, .. }) => Stop::refused(format!(
            "the workflow is at revision {revision}, last changed by {modified_by}; nothing was changed; export it, bring both together, and apply again"
        )),
        DocumentError::Store(error) => error.into(),
    })
}

fn missing(id: i64) -> Stop {
    Stop::refused(format!("there is no workflow {id}"))
}

/// A line a finding: how bad, where, what.
fn listed(problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| {
        let level = match problem.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        format!("{level:7}  {}: {} [{}]\n", problem.place, problem.message, problem.code)
    });
    lines.collect()
}

fn errors(problems: &[Problem]) -> usize {
    problems.iter().filter(|problem| problem.level == Level::Error).count()
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Before any database is started.
fn read(file: &PathBuf) -> Result<Map<String, Value>, Stop> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    let name = file.display();
    read.map_err(|error| Stop::refused(format!("{name} cannot be read: {error}")))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Stop::refused(format!("{name} is larger than {FILE_BYTES_MAX} bytes")));
    }
    strict_json::object_within(&bytes, ENTRIES_MAX)
        .map_err(|reason| Stop::refused(format!("{name} is no JSON document: {reason}")))
}
