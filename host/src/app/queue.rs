//! What becomes of jobs that failed inside, and what administrators do to jobs: have one tried afresh, or drop it. A job whose ticket waits for it is dropped along the one write
//! path, so that the ticket shows that nobody works for it any more and the run can be asked for again.

use serde_json::{Value, json};
use sqlx::PgConnection;

use super::{
    App, Error,
    acts::Act,
    attempts::backoff,
    figures,
    trail::{Subject, note},
    write::{After, By},
};
use crate::{
    store::{
        self,
        job_lists::{JobRow, JobState},
        jobs::{Job, JobKind},
        names::Named as _,
    },
    workflow::{Actor, Cause, FailedRun, NoticeId, Participants},
};

/// What a ticket's people read; the reason is the administrators'.
const INSIDE: &str = "given up after an internal error; an administrator finds the reason among the jobs";

/// Of the trail's entries.
const SUBJECT: &str = "job";

/// What the trail keeps of a job.
fn kept(job: &JobRow) -> Value {
    json!({
        "kind": job.kind.name(), "ticket": job.ticket.0, "state": job.state.name(), "attempts": job.attempts,
        "last_error": job.last_error,
    })
}

/// Why a job stayed as it was.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    #[error("there is no such job")]
    Missing,
    #[error("a node is carrying the job out")]
    Running,
    /// I7: a timer does not fire before it is due.
    #[error("a timer fires when it is due")]
    Timer,
    #[error(transparent)]
    App(#[from] Error),
}

impl From<sqlx::Error> for QueueError {
    fn from(error: sqlx::Error) -> Self {
        Self::App(error.into())
    }
}

impl From<store::Error> for QueueError {
    fn from(error: store::Error) -> Self {
        Self::App(error.into())
    }
}

impl App {
    /// A dead or waiting job runs now and may fail as often as a new one. What its ticket shows follows from what becomes of it.
    pub async fn retry_job(&self, id: i64, by: &str) -> Result<JobRow, QueueError> {
        let job = store::job_lists::get(&self.db, id).await?.ok_or(QueueError::Missing)?;
        if job.kind == JobKind::Timer && job.state != JobState::Running {
            return Err(QueueError::Timer);
        }
        let mut tx = self.db.begin().await?;
        if !store::job_lists::retry(&mut *tx, id).await? {
            return Err(why_untouched(&mut tx, id).await);
        }
        note(&mut tx, by, (Subject(SUBJECT, id), "retry"), (Some(kept(&job)), None)).await?;
        tx.commit().await?;
        tracing::info!(job.id = id, ticket.id = job.ticket.0, by, "a job is tried afresh");
        // taken and carried out already, perhaps
        Ok(store::job_lists::get(&self.db, id).await?.unwrap_or(job))
    }

    /// Answers the job as it was.
    pub async fn discard_job(&self, id: i64, by: &str) -> Result<JobRow, QueueError> {
        let job = store::job_lists::get(&self.db, id).await?.ok_or(QueueError::Missing)?;
        if job.state == JobState::Running {
            return Err(QueueError::Running);
        }
        let told = match job.kind {
            JobKind::Hook | JobKind::Script => {
                self.fail_for_good(&job.job(), &format!("dropped by {by}"), After::Finish).await?
            }
            JobKind::Timer | JobKind::Children | JobKind::Notice => false,
        };
        let mut tx = self.db.begin().await?;
        if !told && !store::job_lists::discard(&mut *tx, &job).await? {
            return Err(why_untouched(&mut tx, id).await);
        }
        note(&mut tx, by, (Subject(SUBJECT, id), "drop"), (Some(kept(&job)), None)).await?;
        tx.commit().await?;
        tracing::info!(job.id = id, ticket.id = job.ticket.0, by, "a job was dropped");
        Ok(job)
    }

    /// Ends a run with the mark of its failure on the ticket; false when the ticket does not wait for it any more.
    async fn fail_for_good(&self, job: &Job, reason: &str, after: After<'_>) -> Result<bool, Error> {
        let (found, _) = match self.visible(job.ticket, None).await {
            Err(Error::TicketMissing | Error::TicketNotGranted | Error::WorkflowMissing) => return Ok(false),
            other => other?,
        };
        let by = |actor| By { actor, app_token: None, job: Some(job), after, noted: None };
        let written = match found.ticket.participants {
            Participants::Hook => {
                self.write(job.ticket, by(Actor::Engine(Cause::Hook)), Act::HookFailed { reason }).await
            }
            Participants::Script(script) => {
                let row = store::components::runnable_script(&self.db, script).await?;
                let name = row.map(|row| row.name).unwrap_or_default();
                let run = FailedRun { script, name: &name, reason };
                self.write(job.ticket, by(Actor::Script { id: script, name: &name }), Act::ScriptFailed(run)).await
            }
            _ => return Ok(false),
        };
        match written {
            Ok(()) => Ok(true),
            Err(Error::Stale | Error::TicketMissing | Error::Refused(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The end of a try: what failed inside (the database, a bug) is tried again after a growing wait, and given up after as many tries
    /// as any other work, to be looked at by somebody (threat-model §7).
    pub async fn job_ended(&self, job: &Job, ended: Result<(), String>) {
        let Err(why) = ended else { return figures::job(job.kind, "done") };
        tracing::error!(
            job.id = job.id,
            ticket.id = job.ticket.0,
            tries = job.tries,
            error = why,
            "a job failed inside"
        );
        match self.failed_inside(job, &why).await {
            Ok(outcome) => figures::job(job.kind, outcome),
            Err(error) => {
                figures::job(job.kind, "failed");
                tracing::error!(job.id = job.id, %error, "that a job failed is not written; its lease runs out and it is tried again");
            }
        }
    }

    async fn failed_inside(&self, job: &Job, why: &str) -> Result<&'static str, Error> {
        if let Some(delay) = backoff(job.tries) {
            self.postpone(job, delay, why).await?;
            return Ok("failed");
        }
        tracing::error!(job.id = job.id, ticket.id = job.ticket.0, "a job was given up; /api/v2/jobs has it");
        let shown = match job.kind {
            JobKind::Hook | JobKind::Script => {
                let told = self.fail_for_good(job, INSIDE, After::Bury(why)).await;
                // what fails inside may fail here too
                told.unwrap_or_else(|error| {
                    tracing::warn!(job.id = job.id, %error, "a ticket does not show that its job was given up");
                    false
                })
            }
            JobKind::Notice => match job.payload["notice"].as_i64().map(NoticeId) {
                Some(notice) => self.gave_up(job, notice, why).await.is_ok(),
                None => false,
            },
            JobKind::Timer | JobKind::Children => false,
        };
        if !shown {
            let mut connection = self.db.acquire().await?;
            store::jobs::bury(&mut connection, job, why).await?;
        }
        Ok("given_up")
    }
}

async fn why_untouched(tx: &mut PgConnection, id: i64) -> QueueError {
    match store::job_lists::get(tx, id).await {
        Ok(None) => QueueError::Missing,
        Ok(Some(_)) => QueueError::Running,
        Err(error) => error.into(),
    }
}
