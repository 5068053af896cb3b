//! What calls of plugins came to: one row a call, and the lines that it logged. Kept for 14 days.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};

use super::super::{Error, text::without_nul};
use crate::{
    plugins::{PluginId, VersionId},
    workflow::TicketId,
};

const DAYS: i32 = 14;

/// One call. Numbers as the sandbox measured them.
#[derive(Clone, Debug)]
pub struct Call {
    pub plugin: Option<PluginId>,
    pub version: Option<VersionId>,
    pub kind: &'static str,
    /// The same on every attempt.
    pub invocation: String,
    pub ticket: Option<TicketId>,
    pub attempt: u32,
    /// An administrator tried the plugin; nothing came of it.
    pub is_try: bool,
    /// `ok`, or the class of the failure.
    pub outcome: &'static str,
    /// For administrators; cut to 2,000 characters.
    pub detail: String,
    /// JSON text that an action answered beside its message.
    pub output: Option<String>,
    pub queue_ms: u64,
    pub wall_ms: u64,
    pub cpu_ticks: u64,
    pub peak_memory_bytes: usize,
    pub host_calls: u32,
    pub denied: u32,
    pub logs_dropped: u32,
}

/// A line of a call's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub level: String,
    pub source: String,
    pub message: String,
    /// Pairs of key and value.
    pub fields: Value,
}

/// The call and its log, in one statement.
pub async fn insert(db: impl PgExecutor<'_>, call: &Call, lines: &[Line]) -> Result<i64, Error> {
    let big = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let column = |read: fn(&Line) -> &String| lines.iter().map(|line| read(line).clone()).collect::<Vec<_>>();
    let fields: Vec<Value> = lines.iter().map(|line| line.fields.clone()).collect();
    let detail = without_nul(&call.detail);
    let id = sqlx::query_scalar!(
        r#"WITH call AS (
             INSERT INTO plugin_calls (plugin_id, version_id, kind, invocation, ticket_id, attempt, outcome, detail, queue_ms, wall_ms,
                                       cpu_ticks, peak_memory_bytes, host_calls, denied, logs_dropped, is_try, output)
             VALUES ($1, $2, $3, $4, $5, $6, $7, left($8, 2000), $9, $10, $11, $12, $13, $14, $15, $20, $21)
             RETURNING id),
           lines AS (
             INSERT INTO plugin_logs (call_id, position, level, source, message, fields)
             SELECT call.id, line.position, line.level, line.source, line.message, line.fields
               FROM call, unnest($16::text[], $17::text[], $18::text[], $19::jsonb[])
                            WITH ORDINALITY AS line (level, source, message, fields, position))
           SELECT id AS "id!" FROM call"#,
        call.plugin.map(|id| id.0),
        call.version.map(|id| id.0),
        call.kind,
        call.invocation,
        call.ticket.map(|id| id.0),
        i32::try_from(call.attempt).unwrap_or(i32::MAX),
        call.outcome,
        &*detail,
        big(call.queue_ms),
        big(call.wall_ms),
        big(call.cpu_ticks),
        big(call.peak_memory_bytes as u64),
        i64::from(call.host_calls),
        i64::from(call.denied),
        i64::from(call.logs_dropped),
        &column(|line| &line.level),
        &column(|line| &line.source),
        &column(|line| &line.message),
        &fields,
        call.is_try,
        call.output.as_deref()
    );
    Ok(id.fetch_one(db).await?)
}

/// A call as administrators see it.
#[derive(Clone, Debug)]
pub struct CallRow {
    pub id: i64,
    pub version: Option<i32>,
    pub kind: String,
    pub invocation: String,
    pub ticket_id: Option<i64>,
    pub attempt: i32,
    pub is_try: bool,
    pub outcome: String,
    pub detail: String,
    pub queue_ms: i64,
    pub wall_ms: i64,
    pub cpu_ticks: i64,
    pub peak_memory_bytes: i64,
    pub host_calls: i64,
    pub denied: i64,
    pub logs_dropped: i64,
    pub lines: i64,
    pub created_at: DateTime<Utc>,
}

macro_rules! select {
    ($tail:literal, $($argument:expr),*) => {
        sqlx::query_as!(
            CallRow,
            r#"SELECT c.id, v.number AS "version?", c.kind, c.invocation, c.ticket_id, c.attempt, c.is_try, c.outcome, c.detail, c.queue_ms, c.wall_ms,
                      c.cpu_ticks, c.peak_memory_bytes, c.host_calls, c.denied, c.logs_dropped,
                      (SELECT count(*) FROM plugin_logs l WHERE l.call_id = c.id) AS "lines!", c.created_at
                 FROM plugin_calls c
                 LEFT JOIN plugin_versions v ON v.id = c.version_id "# + $tail,
            $($argument),*
        )
    };
}

/// The newest calls of a plugin before the row `before`; those about one ticket if it is named.
pub async fn list(
    db: impl PgExecutor<'_>,
    plugin: PluginId,
    (before, ticket): (Option<i64>, Option<i64>),
    limit: i64,
) -> Result<Vec<CallRow>, Error> {
    let rows = select!(
        "WHERE c.plugin_id = $1 AND ($2::bigint IS NULL OR c.id < $2) AND ($3::bigint IS NULL OR c.ticket_id = $3) ORDER BY c.id DESC LIMIT $4",
        plugin.0,
        before,
        ticket,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

/// A call as it is shown with its ticket.
#[derive(Clone, Debug)]
pub struct TicketCall {
    pub plugin: Option<String>,
    pub call: CallRow,
    pub log: Vec<Line>,
}

/// The newest calls about a ticket before the row `before`, with their lines.
pub async fn of_ticket(
    db: &mut PgConnection,
    ticket: TicketId,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<TicketCall>, Error> {
    let rows = select!(
        "WHERE c.ticket_id = $1 AND NOT c.is_try AND ($2::bigint IS NULL OR c.id < $2) ORDER BY c.id DESC LIMIT $3",
        ticket.0,
        before,
        limit
    );
    let rows = rows.fetch_all(&mut *db).await?;
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let names = sqlx::query!(
        "SELECT c.id, p.name FROM plugin_calls c JOIN plugins p ON p.id = c.plugin_id WHERE c.id = ANY($1)",
        &ids
    );
    let names = names.fetch_all(&mut *db).await?;
    let lines = sqlx::query!(
        "SELECT call_id, level, source, message, fields FROM plugin_logs WHERE call_id = ANY($1) ORDER BY call_id, position",
        &ids
    );
    let mut logs: BTreeMap<i64, Vec<Line>> = BTreeMap::new();
    for row in lines.fetch_all(db).await? {
        let line = Line { level: row.level, source: row.source, message: row.message, fields: row.fields };
        logs.entry(row.call_id).or_default().push(line);
    }
    let called = rows.into_iter().map(|call| TicketCall {
        plugin: names.iter().find(|row| row.id == call.id).map(|row| row.name.clone()),
        log: logs.remove(&call.id).unwrap_or_default(),
        call,
    });
    Ok(called.collect())
}

pub async fn get(db: impl PgExecutor<'_>, plugin: PluginId, id: i64) -> Result<Option<CallRow>, Error> {
    Ok(select!("WHERE c.plugin_id = $1 AND c.id = $2", plugin.0, id).fetch_optional(db).await?)
}

/// What the call's action answered beside its message; JSON text.
pub async fn output(db: impl PgExecutor<'_>, call: i64) -> Result<Option<String>, Error> {
    let row = sqlx::query_scalar!("SELECT output FROM plugin_calls WHERE id = $1", call);
    Ok(row.fetch_optional(db).await?.flatten())
}

/// The lines of a call in their order; the sandbox bounds how many there are.
pub async fn lines(db: impl PgExecutor<'_>, call: i64) -> Result<Vec<Line>, Error> {
    let rows = sqlx::query_as!(
        Line,
        "SELECT level, source, message, fields FROM plugin_logs WHERE call_id = $1 ORDER BY position",
        call
    );
    Ok(rows.fetch_all(db).await?)
}

/// Deletes at most `most` calls whose time is over, with their lines. Never waits for another node that does the same.
pub async fn forget(db: impl PgExecutor<'_>, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM plugin_calls WHERE id IN (
           SELECT id FROM plugin_calls WHERE created_at < now() - make_interval(days => $2)
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
        most,
        DAYS
    );
    Ok(done.execute(db).await?.rows_affected())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::{embedded::testing::database, store::plugins};

    #[tokio::test]
    async fn calls_are_kept_with_their_lines_for_a_fortnight() {
        let database = database().await;
        let db = &database.pool;
        let plugin = plugins::insert(db, ("one", ""), &[], "").await.unwrap();
        let call = Call {
            plugin: Some(plugin),
            version: None,
            kind: "action",
            invocation: "i".into(),
            ticket: Some(TicketId(5)),
            attempt: 2,
            is_try: false,
            outcome: "ok",
            detail: "x".repeat(3000),
            output: None,
            queue_ms: 1,
            wall_ms: 2,
            cpu_ticks: 3,
            peak_memory_bytes: 4,
            host_calls: 5,
            denied: 6,
            logs_dropped: 7,
        };
        let line = |message: &str| Line {
            level: "info".into(),
            source: "log".into(),
            message: message.into(),
            fields: serde_json::json!([["k", "v"]]),
        };
        let first = insert(db, &call, &[line("a"), line("b")]).await.unwrap();
        let second = insert(db, &Call { ticket: None, ..call.clone() }, &[]).await.unwrap();
        assert_eq!(lines(db, first).await.unwrap(), [line("a"), line("b")]);
        let ids = async |filter| {
            let rows = list(db, plugin, filter, 10).await.unwrap();
            rows.iter().map(|row| (row.id, row.lines)).collect::<Vec<_>>()
        };
        assert_eq!(ids((None, None)).await, [(second, 0), (first, 2)]);
        assert_eq!(ids((Some(second), None)).await, [(first, 2)]);
        assert_eq!(ids((None, Some(5))).await, [(first, 2)]);
        let row = get(db, plugin, first).await.unwrap().unwrap();
        assert_eq!((row.detail.len(), row.attempt, row.denied, row.peak_memory_bytes), (2000, 2, 6, 4));

        assert_eq!(forget(db, 10).await.unwrap(), 0);
        let age = "UPDATE plugin_calls SET created_at = now() - interval '14 days 1 minute'";
        sqlx::query(age).execute(db).await.unwrap();
        assert_eq!([forget(db, 1).await.unwrap(), forget(db, 10).await.unwrap()], [1, 1], "in portions");
        assert_eq!(lines(db, first).await.unwrap(), []);
    }
}
