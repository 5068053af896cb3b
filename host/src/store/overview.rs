//! Numbers for the console's first page. Every answer has a bound, and each is a scan of a stretch of an index or of the newest rows:
//! old tickets cost nothing.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgExecutor;

use super::{Error, statistics::Span};

/// Workflows that are told about, and rows of days.
const WORKFLOWS_MAX: i64 = 1000;
const DAYS_MAX: i64 = 20_000;
/// The newest moves and deliveries that are looked at.
const MOVES_MAX: i64 = 20_000;
const DELIVERIES_MAX: i64 = 10_000;
/// States that are told about, those with the most stays first.
const STATES_MAX: i64 = 200;

/// A workflow with the number of its tickets, and of those that are not over.
#[derive(Clone, Debug)]
pub struct WorkflowCount {
    pub id: i64,
    pub name: String,
    pub tickets: i64,
    pub open: i64,
}

pub async fn workflows(db: impl PgExecutor<'_>) -> Result<Vec<WorkflowCount>, Error> {
    let rows = sqlx::query_as!(
        WorkflowCount,
        r#"SELECT w.id, w.name,
                  COALESCE((SELECT sum(c.tickets) FROM ticket_counts c WHERE c.workflow_id = w.id), 0)::bigint AS "tickets!",
                  (SELECT count(*) FROM tickets t WHERE t.workflow_id = w.id AND t.status = 'ongoing' AND t.deleted_at IS NULL)
                    AS "open!"
             FROM workflows w WHERE w.deleted_at IS NULL ORDER BY w.id LIMIT $1"#,
        WORKFLOWS_MAX
    );
    Ok(rows.fetch_all(db).await?)
}

/// Tickets of a workflow that were created on a day of the span's zone; days without are left out.
#[derive(Clone, Debug)]
pub struct DayCount {
    pub day: NaiveDate,
    pub workflow: i64,
    pub count: i64,
}

pub async fn per_day(db: impl PgExecutor<'_>, span: Span) -> Result<Vec<DayCount>, Error> {
    let rows = sqlx::query_as!(
        DayCount,
        r#"SELECT (t.created_at AT TIME ZONE $3)::date AS "day!", t.workflow_id AS workflow, count(*) AS "count!"
             FROM tickets t JOIN workflows w ON w.id = t.workflow_id AND w.deleted_at IS NULL
            WHERE t.created_at BETWEEN $1 AND $2 AND t.deleted_at IS NULL
            GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $4"#,
        span.from,
        span.until,
        span.zone.name(),
        DAYS_MAX
    );
    Ok(rows.fetch_all(db).await?)
}

/// How long tickets stayed in a state.
#[derive(Clone, Debug)]
pub struct StateTime {
    pub workflow: i64,
    pub workflow_name: String,
    pub state: i64,
    pub state_name: String,
    pub stays: i64,
    pub median_seconds: f64,
    pub p90_seconds: f64,
}

/// Of the stays that ended since, as far as the newest moves tell. A close says of no state how long it lasted: its log names the end
/// state.
pub async fn time_per_state(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> Result<Vec<StateTime>, Error> {
    let rows = sqlx::query_as!(
        StateTime,
        r#"WITH moves AS MATERIALIZED (
             SELECT l.id, l.ticket_id, l.visit, l.state_id, l.created_at FROM flow_logs l
              WHERE l.transition_id IS NOT NULL OR l.intervention = 'force_state' ORDER BY l.id DESC LIMIT $2),
           visits AS (
             SELECT m.ticket_id, m.visit, max(m.created_at) AS left_at, (array_agg(m.state_id ORDER BY m.id DESC))[1] AS state_id
               FROM moves m WHERE m.created_at >= $1 GROUP BY 1, 2),
           stays AS (
             SELECT v.state_id,
                    extract(epoch FROM v.left_at - CASE
                      WHEN v.visit = 1 THEN t.created_at
                      WHEN lag(v.visit) OVER ticket = v.visit - 1 THEN lag(v.left_at) OVER ticket END)::double precision AS seconds
               FROM visits v JOIN tickets t ON t.id = v.ticket_id
              WHERE EXISTS (SELECT FROM ticket_exits e WHERE e.ticket_id = v.ticket_id AND e.visit = v.visit)
             WINDOW ticket AS (PARTITION BY v.ticket_id ORDER BY v.visit))
           SELECT w.id AS workflow, w.name AS workflow_name, s.id AS state, s.name AS state_name, count(*) AS "stays!",
                  percentile_cont(0.5) WITHIN GROUP (ORDER BY y.seconds) AS "median_seconds!",
                  percentile_cont(0.9) WITHIN GROUP (ORDER BY y.seconds) AS "p90_seconds!"
             FROM stays y
             JOIN states s ON s.id = y.state_id
             JOIN workflows w ON w.id = s.workflow_id AND w.deleted_at IS NULL
            WHERE y.seconds IS NOT NULL
            GROUP BY w.id, s.id ORDER BY count(*) DESC, s.id LIMIT $3"#,
        since,
        MOVES_MAX,
        STATES_MAX
    );
    Ok(rows.fetch_all(db).await?)
}

/// The open tickets that were created first, and since when each is in its state: since the move that led there, or since it was made.
pub async fn oldest_open(db: impl PgExecutor<'_>, limit: i64) -> Result<HashMap<i64, DateTime<Utc>>, Error> {
    let rows = sqlx::query!(
        r#"SELECT o.id AS "id!",
                  COALESCE((SELECT l.created_at FROM flow_logs l
                             WHERE l.ticket_id = o.id AND l.visit = o.visit - 1 AND o.visit > 1
                               AND (l.transition_id IS NOT NULL OR l.intervention = 'force_state')
                             ORDER BY l.id DESC LIMIT 1), o.created_at) AS "since!"
             FROM workflows w
            CROSS JOIN LATERAL (
              SELECT t.id, t.created_at, t.visit FROM tickets t
               WHERE t.workflow_id = w.id AND t.status = 'ongoing' AND t.deleted_at IS NULL ORDER BY t.created_at, t.id LIMIT $1) o
            WHERE w.deleted_at IS NULL ORDER BY o.created_at, o.id LIMIT $1"#,
        limit
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.since)).collect())
}

#[derive(Clone, Copy, Debug)]
pub struct JobCounts {
    /// Timers among them.
    pub waiting: i64,
    pub running: i64,
    pub dead: i64,
}

pub async fn jobs(db: impl PgExecutor<'_>) -> Result<JobCounts, Error> {
    let counts = sqlx::query_as!(
        JobCounts,
        r#"SELECT count(*) FILTER (WHERE dead_at IS NULL AND (leased_by IS NULL OR run_at <= now())) AS "waiting!",
                  count(*) FILTER (WHERE dead_at IS NULL AND leased_by IS NOT NULL AND run_at > now()) AS "running!",
                  count(*) FILTER (WHERE dead_at IS NOT NULL) AS "dead!"
             FROM jobs"#
    );
    Ok(counts.fetch_one(db).await?)
}

#[derive(Clone, Copy, Debug)]
pub struct DeliveryCounts {
    pub delivered: i64,
    pub failed: i64,
    pub skipped: i64,
}

/// Tries to deliver a notice since then, among the newest.
pub async fn deliveries(db: impl PgExecutor<'_>, since: DateTime<Utc>) -> Result<DeliveryCounts, Error> {
    let counts = sqlx::query_as!(
        DeliveryCounts,
        r#"SELECT count(*) FILTER (WHERE n.outcome = 'delivered') AS "delivered!",
                  count(*) FILTER (WHERE n.outcome = 'failed') AS "failed!",
                  count(*) FILTER (WHERE n.outcome = 'skipped') AS "skipped!"
             FROM (SELECT outcome, created_at FROM notice_deliveries ORDER BY id DESC LIMIT $2) n
            WHERE n.created_at >= $1"#,
        since,
        DELIVERIES_MAX
    );
    Ok(counts.fetch_one(db).await?)
}
