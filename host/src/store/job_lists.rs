//! Jobs as administrators see and touch them: lists, one tried afresh, one dropped. How nodes take and finish them is in `jobs`.
//! What a job carries is not shown: a notice's event holds field values.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgExecutor, Postgres, QueryBuilder, types::Uuid};

use super::{
    Error,
    jobs::{CHANNEL, Job, JobKind},
    names::Named,
};
use crate::workflow::TicketId;

/// What a job is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// For its time, for its next try, or for a node; also when the lease of its last try ran out.
    Waiting,
    /// A node has it.
    Running,
    /// Given up; somebody has to look.
    Dead,
}

impl Named for JobState {
    const WHAT: &'static str = "state of a job";
    const TABLE: &'static [(&'static str, Self)] =
        &[("waiting", Self::Waiting), ("running", Self::Running), ("dead", Self::Dead)];
}

/// Every filter is an additional AND.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    pub kind: Option<JobKind>,
    pub ticket: Option<TicketId>,
    pub state: Option<JobState>,
}

#[derive(Clone, Debug)]
pub struct JobRow {
    pub id: i64,
    pub kind: JobKind,
    pub state: JobState,
    pub key: Uuid,
    pub ticket: TicketId,
    pub visit: i32,
    pub attempts: i32,
    /// Those of `attempts` that do not count towards giving up.
    pub forgiven: i32,
    pub last_error: Option<String>,
    /// When it is due, or when its lease runs out.
    pub run_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub dead_at: Option<DateTime<Utc>>,
    /// The notice that is told, the transition that is taken in time.
    pub notice: Option<i64>,
    pub transition: Option<i64>,
}

impl JobRow {
    /// For ending it as a node would, fenced by its attempts. What it carried is left out.
    pub fn job(&self) -> Job {
        Job {
            id: self.id,
            kind: self.kind,
            key: self.key,
            ticket: self.ticket,
            visit: self.visit,
            payload: Value::Null,
            attempt: self.attempts,
            tries: self.attempts - self.forgiven,
        }
    }
}

#[derive(Debug, FromRow)]
struct Raw {
    id: i64,
    kind: String,
    state: String,
    key: Uuid,
    ticket_id: i64,
    visit: i32,
    attempts: i32,
    forgiven: i32,
    last_error: Option<String>,
    run_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    dead_at: Option<DateTime<Utc>>,
    notice: Option<i64>,
    transition: Option<i64>,
}

impl TryFrom<Raw> for JobRow {
    type Error = Error;

    fn try_from(raw: Raw) -> Result<Self, Error> {
        Ok(Self {
            id: raw.id,
            kind: JobKind::from_name(&raw.kind)?,
            state: JobState::from_name(&raw.state)?,
            key: raw.key,
            ticket: TicketId(raw.ticket_id),
            visit: raw.visit,
            attempts: raw.attempts,
            forgiven: raw.forgiven,
            last_error: raw.last_error,
            run_at: raw.run_at,
            created_at: raw.created_at,
            dead_at: raw.dead_at,
            notice: raw.notice,
            transition: raw.transition,
        })
    }
}

macro_rules! columns {
    () => {
        "id, kind, CASE WHEN dead_at IS NOT NULL THEN 'dead' WHEN leased_by IS NOT NULL AND run_at > now() THEN 'running' ELSE 'waiting' END AS state,
         key, ticket_id, visit, attempts, forgiven, last_error, run_at, created_at, dead_at,
         (payload ->> 'notice')::bigint AS notice, (payload ->> 'transition')::bigint AS transition"
    };
}

/// How many jobs there are of a kind in a state.
#[derive(Clone, Copy, Debug)]
pub struct QueueLength {
    pub kind: JobKind,
    pub state: JobState,
    pub jobs: i64,
}

/// Of every kind and state that has some.
pub async fn lengths(db: impl PgExecutor<'_>) -> Result<Vec<QueueLength>, Error> {
    let rows = sqlx::query!(
        r#"SELECT kind, CASE WHEN dead_at IS NOT NULL THEN 'dead' WHEN leased_by IS NOT NULL AND run_at > now() THEN 'running' ELSE 'waiting' END AS "state!",
                  count(*) AS "jobs!"
             FROM jobs GROUP BY 1, 2"#
    );
    let length = |kind: &str, state: &str, jobs| {
        Ok(QueueLength { kind: JobKind::from_name(kind)?, state: JobState::from_name(state)?, jobs })
    };
    rows.fetch_all(db).await?.iter().map(|row| length(&row.kind, &row.state, row.jobs)).collect()
}

/// The newest jobs before the one of the id `before`.
pub async fn list(
    db: impl PgExecutor<'_>,
    filter: Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<JobRow>, Error> {
    let mut sql = QueryBuilder::<Postgres>::new(concat!("SELECT ", columns!(), " FROM jobs WHERE true"));
    if let Some(kind) = filter.kind {
        sql.push(" AND kind = ").push_bind(kind.name());
    }
    if let Some(ticket) = filter.ticket {
        sql.push(" AND ticket_id = ").push_bind(ticket.0);
    }
    if let Some(before) = before {
        sql.push(" AND id < ").push_bind(before);
    }
    sql.push(match filter.state {
        None => "",
        Some(JobState::Dead) => " AND dead_at IS NOT NULL",
        Some(JobState::Running) => " AND dead_at IS NULL AND leased_by IS NOT NULL AND run_at > now()",
        Some(JobState::Waiting) => " AND dead_at IS NULL AND (leased_by IS NULL OR run_at <= now())",
    });
    sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Raw> = sql.build_query_as().fetch_all(db).await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub async fn get(db: impl PgExecutor<'_>, id: i64) -> Result<Option<JobRow>, Error> {
    let row: Option<Raw> =
        sqlx::query_as(concat!("SELECT ", columns!(), " FROM jobs WHERE id = $1")).bind(id).fetch_optional(db).await?;
    row.map(TryInto::try_into).transpose()
}

/// Has the job run now, with all its tries before it; under the same key, so that its receiver can drop a double. False when a
/// node has it, or when it is gone.
pub async fn retry(db: impl PgExecutor<'_>, id: i64) -> Result<bool, Error> {
    let woken = sqlx::query_scalar!(
        r#"WITH retried AS (
             UPDATE jobs SET run_at = now(), dead_at = NULL, leased_by = NULL, forgiven = attempts
              WHERE id = $1 AND (leased_by IS NULL OR run_at <= now())
             RETURNING id)
           SELECT (SELECT pg_notify($2, '') IS NULL FROM retried) AS woken"#,
        id,
        CHANNEL
    );
    Ok(woken.fetch_one(db).await?.is_some())
}

/// Takes the job out of the queue unless a node has it; false when one has, or when it is not as it was read any more.
pub async fn discard(db: impl PgExecutor<'_>, job: &JobRow) -> Result<bool, Error> {
    let done = sqlx::query!(
        "DELETE FROM jobs WHERE id = $1 AND attempts = $2 AND (leased_by IS NULL OR run_at <= now())",
        job.id,
        job.attempts
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
