//! The queue of what is to be done after a commit. Taking a job moves its `run_at` past the lease, so the jobs of a node that died
//! come back by themselves; finishing is fenced by the attempt, so a node that lost its lease changes nothing (threat-model §7).

use std::time::Duration;

use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use super::{
    Error,
    names::Named,
    text::{json_without_nul, without_nul},
};
use crate::workflow::TicketId;

/// The channel that a new job is announced on.
pub const CHANNEL: &str = "gavia_jobs";
/// How long a taken job belongs to its node without renewal.
pub const LEASE: Duration = Duration::from_secs(15);

/// What a job is for; each kind is carried out by a use case of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    Script,
    Hook,
    Timer,
    /// A parent's turn, once a child is over.
    Children,
    Notice,
}

impl JobKind {
    /// In the order of their numbers.
    pub const ALL: [Self; 5] = [Self::Script, Self::Hook, Self::Timer, Self::Children, Self::Notice];
}

impl Named for JobKind {
    const WHAT: &'static str = "kind of job";
    const TABLE: &'static [(&'static str, Self)] = &[
        ("script", Self::Script),
        ("hook", Self::Hook),
        ("timer", Self::Timer),
        ("children", Self::Children),
        ("notice", Self::Notice),
    ];
}

#[derive(Clone, Debug)]
pub struct Job {
    pub id: i64,
    pub kind: JobKind,
    /// The same on every attempt: the invocation id of a script run.
    pub key: Uuid,
    pub ticket: TicketId,
    pub visit: i32,
    pub payload: Value,
    /// How often it was taken, 1 on the first run; fences off what earlier runs still want to change.
    pub attempt: i32,
    /// The attempts since it was queued or since a person had it tried afresh, without those that only waited; what giving up goes by.
    pub tries: i32,
}

impl Job {
    /// How often it was begun and did nothing but wait, or was begun before somebody had it tried afresh.
    pub fn waits(&self) -> i32 {
        self.attempt - self.tries
    }
}

/// Takes up to `limit` due jobs for this node, none of the kinds that have enough of its places.
pub async fn take(db: impl PgExecutor<'_>, node: Uuid, limit: i64, without: &[JobKind]) -> Result<Vec<Job>, Error> {
    let rows = sqlx::query_as!(
        Taken,
        "UPDATE jobs SET attempts = attempts + 1, run_at = now() + make_interval(secs => $3), leased_by = $1
          WHERE id IN (SELECT id FROM jobs WHERE run_at <= now() AND dead_at IS NULL AND kind <> ALL($4) ORDER BY run_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, key, ticket_id, visit, payload, attempts, forgiven",
        node,
        limit,
        LEASE.as_secs_f64(),
        &names(without)
    )
    .fetch_all(db)
    .await?;
    let job = |r: Taken| {
        Ok(Job {
            id: r.id,
            kind: JobKind::from_name(&r.kind)?,
            key: r.key,
            ticket: TicketId(r.ticket_id),
            visit: r.visit,
            payload: r.payload,
            attempt: r.attempts,
            tries: r.attempts - r.forgiven,
        })
    };
    rows.into_iter().map(job).collect()
}

fn names(kinds: &[JobKind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.name().to_owned()).collect()
}

struct Taken {
    id: i64,
    kind: String,
    key: Uuid,
    ticket_id: i64,
    visit: i32,
    payload: Value,
    attempts: i32,
    forgiven: i32,
}

/// Keeps a running job; false when the lease was lost.
pub async fn renew(db: impl PgExecutor<'_>, job: &Job) -> Result<bool, Error> {
    let done = sqlx::query!(
        "UPDATE jobs SET run_at = now() + make_interval(secs => $3) WHERE id = $1 AND attempts = $2 AND leased_by IS NOT NULL",
        job.id,
        job.attempt,
        LEASE.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a finished job out of the queue, in the transaction of what it did; false when another attempt has it by now (I8).
pub async fn finish(tx: &mut PgConnection, job: &Job) -> Result<bool, Error> {
    let done =
        sqlx::query!("DELETE FROM jobs WHERE id = $1 AND attempts = $2", job.id, job.attempt).execute(tx).await?;
    Ok(done.rows_affected() == 1)
}

/// Gives a job back to be run again after `delay`, saying why; fenced like `finish`.
pub async fn postpone(tx: &mut PgConnection, job: &Job, delay: Duration, why: &str) -> Result<bool, Error> {
    give_back(tx, job, (delay, why), 0).await
}

/// As `postpone`, by something that is not the job's fault: this attempt counts for nothing.
pub async fn wait(tx: &mut PgConnection, job: &Job, delay: Duration, why: &str) -> Result<bool, Error> {
    give_back(tx, job, (delay, why), 1).await
}

/// Gives back a job that did a part of its work and goes on with the rest at once, with all its tries before it. Later runs find under
/// `people` in its payload whom it is for, whoever holds the ticket by then.
pub async fn go_on(tx: &mut PgConnection, job: &Job, people: &[String], why: &str) -> Result<bool, Error> {
    if !give_back(tx, job, (Duration::ZERO, why), job.tries).await? {
        return Ok(false);
    }
    sqlx::query!(
        "UPDATE jobs SET payload = payload || jsonb_build_object('people', $2::text[]) WHERE id = $1",
        job.id,
        people
    )
    .execute(tx)
    .await?;
    Ok(true)
}

async fn give_back(
    tx: &mut PgConnection,
    job: &Job,
    (delay, why): (Duration, &str),
    forgiven: i32,
) -> Result<bool, Error> {
    let why = without_nul(why);
    let done = sqlx::query!(
        "UPDATE jobs SET run_at = now() + make_interval(secs => $3), leased_by = NULL, last_error = left($4, 1000), forgiven = forgiven + $5
          WHERE id = $1 AND attempts = $2",
        job.id,
        job.attempt,
        delay.as_secs_f64(),
        &*why,
        forgiven
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What the job's work came to, for its next try; fenced like `finish`.
pub async fn keep_answer(tx: &mut PgConnection, job: &Job, answered: &Value) -> Result<(), Error> {
    let answered = json_without_nul(answered);
    sqlx::query!(
        "UPDATE jobs SET payload = payload || jsonb_build_object('answered', $3::jsonb) WHERE id = $1 AND attempts = $2",
        job.id,
        job.attempt,
        answered
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Keeps a job that is not tried again by itself, for somebody to look at; fenced like `finish`.
pub async fn bury(tx: &mut PgConnection, job: &Job, why: &str) -> Result<bool, Error> {
    let why = without_nul(why);
    let done = sqlx::query!(
        "UPDATE jobs SET dead_at = now(), leased_by = NULL, last_error = left($3, 1000) WHERE id = $1 AND attempts = $2",
        job.id,
        job.attempt,
        &*why
    )
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// What a run finds that a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Free,
    /// A script's run waited to be tried again and does so now, with all its tries before it: it is the run that was asked for.
    Hurried,
    /// One is going or about to be.
    Taken,
}

/// Makes room for a run that a person asks for (I8). A script's run that waits goes on under its own key, with what its script answered
/// already, so that nothing outside is done twice; a hook's run that waits, and what was given up, goes.
pub async fn make_room(tx: &mut PgConnection, ticket: TicketId, visit: i32) -> Result<Room, Error> {
    let found = sqlx::query!(
        r#"WITH hurried AS (
             UPDATE jobs SET run_at = now(), forgiven = attempts, last_error = NULL
              WHERE ticket_id = $1 AND visit = $2 AND kind = 'script' AND leased_by IS NULL AND last_error IS NOT NULL AND dead_at IS NULL
             RETURNING id),
           gone AS (
             DELETE FROM jobs
              WHERE ticket_id = $1 AND visit = $2 AND kind IN ('script', 'hook') AND leased_by IS NULL AND (last_error IS NOT NULL OR dead_at IS NOT NULL)
                AND id NOT IN (SELECT id FROM hurried)
             RETURNING id)
           SELECT (SELECT pg_notify($3, '') IS NULL FROM hurried) IS NOT NULL AS "hurried!",
                  EXISTS (SELECT FROM jobs WHERE ticket_id = $1 AND visit = $2 AND kind IN ('script', 'hook')
                             AND id NOT IN (SELECT id FROM gone UNION ALL SELECT id FROM hurried)) AS "taken!""#,
        ticket.0,
        visit,
        CHANNEL
    )
    .fetch_one(tx)
    .await?;
    Ok(match (found.taken, found.hurried) {
        (true, _) => Room::Taken,
        (false, true) => Room::Hurried,
        (false, false) => Room::Free,
    })
}

/// Releases what this node holds; at a stop, after its guests were ended.
pub async fn release(db: impl PgExecutor<'_>, node: Uuid) -> Result<u64, Error> {
    let done =
        sqlx::query!("UPDATE jobs SET run_at = now(), leased_by = NULL WHERE leased_by = $1", node).execute(db).await?;
    Ok(done.rows_affected())
}

/// Releases every lease. Only for the embedded mode, whose data directory's lock proves that no other node lives.
pub async fn release_all(db: impl PgExecutor<'_>) -> Result<u64, Error> {
    let done = sqlx::query!("UPDATE jobs SET run_at = now(), leased_by = NULL WHERE leased_by IS NOT NULL")
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}

/// How long until the next job is due, by the database's clock; None when none waits. Jobs of these kinds are left out.
pub async fn next_due(db: impl PgExecutor<'_>, without: &[JobKind]) -> Result<Option<Duration>, Error> {
    let seconds = sqlx::query_scalar!(
        "SELECT extract(epoch FROM min(run_at) - now())::double precision FROM jobs WHERE dead_at IS NULL AND kind <> ALL($1)",
        &names(without)
    )
    .fetch_one(db)
    .await?;
    Ok(seconds.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 3600.0))))
}
