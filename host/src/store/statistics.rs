//! How many tickets were created, day by day. Grouped in the database; a workflow's part is a scan of its own stretch of the index.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use sqlx::PgExecutor;

use super::Error;
use crate::workflow::WorkflowId;

/// Rows an answer may have; one more says that there are too many.
pub const MOST: usize = 20_000;

/// From its first moment to its last, both included; days begin in `zone`.
#[derive(Clone, Copy, Debug)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
    pub zone: Tz,
}

/// A day on which tickets of a workflow of that name were created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayCount {
    pub day: NaiveDate,
    pub workflow: String,
    pub count: i64,
}

/// Of the workflows that the app may use (None: of all that were not deleted), or of one of them. Days without tickets are left out;
/// by day, then name; up to one more than `MOST`.
pub async fn per_day(
    db: impl PgExecutor<'_>,
    app_token: Option<i64>,
    only: Option<WorkflowId>,
    span: Span,
) -> Result<Vec<DayCount>, Error> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX - 1);
    let rows = sqlx::query_as!(
        DayCount,
        r#"SELECT c.day AS "day!", w.name AS workflow, sum(c.count)::bigint AS "count!"
             FROM workflows w
            CROSS JOIN LATERAL (
              SELECT (t.created_at AT TIME ZONE $5)::date AS day, count(*) AS count
                FROM tickets t
               WHERE t.workflow_id = w.id AND t.created_at BETWEEN $3 AND $4 AND t.deleted_at IS NULL
               GROUP BY 1) c
            WHERE ($2::bigint IS NULL OR w.id = $2)
              AND CASE WHEN $1::bigint IS NULL THEN w.deleted_at IS NULL
                       ELSE EXISTS (SELECT FROM app_workflows a WHERE a.app_token_id = $1 AND a.workflow_id = w.id) END
            GROUP BY c.day, w.name
            ORDER BY c.day, w.name
            LIMIT $6"#,
        app_token,
        only.map(|id| id.0),
        span.from,
        span.until,
        span.zone.name(),
        most + 1
    )
    .fetch_all(db)
    .await?;
    Ok(rows)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::embedded::testing::database;

    #[tokio::test]
    async fn days_are_counted_from_the_index_alone() {
        let database = database().await;
        for statement in [
            "INSERT INTO workflows (id, name) OVERRIDING SYSTEM VALUE SELECT n, 'w' || n FROM generate_series(1, 20) n",
            "INSERT INTO states (id, workflow_id, name) OVERRIDING SYSTEM VALUE SELECT n, n, 's' FROM generate_series(1, 20) n",
            "INSERT INTO tickets (sn, workflow_id, state_id, creator, participant_kind, created_at)
             SELECT n::text, n % 20 + 1, n % 20 + 1, 'lisi', 'nobody', '2024-01-01T00:00:00Z'::timestamptz + n * interval '10 minutes'
               FROM generate_series(1, 20000) n",
            "VACUUM ANALYZE tickets",
        ] {
            sqlx::query(statement).execute(&database.pool).await.unwrap();
        }
        let zone = chrono_tz::Asia::Shanghai;
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let span = Span { from: at("2024-03-01T16:00:00Z"), until: at("2024-03-03T15:59:59Z"), zone };
        // what a transaction did to a table is told inside it
        let mut tx = database.pool.begin().await.unwrap();
        let rows = per_day(&mut *tx, None, Some(WorkflowId(7)), span).await.unwrap();
        let scans: (i64, i64) =
            sqlx::query_as("SELECT seq_scan, idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'tickets'")
                .fetch_one(&mut *tx)
                .await
                .unwrap();
        assert_eq!((scans.0, scans.1 > 0), (0, true), "{scans:?}");
        // every 200 minutes one, by the days of Shanghai
        let day = |day: u32| NaiveDate::from_ymd_opt(2024, 3, day).unwrap();
        let days: Vec<(NaiveDate, &str)> = rows.iter().map(|row| (row.day, row.workflow.as_str())).collect();
        assert_eq!(days, [(day(2), "w7"), (day(3), "w7")]);
        assert!(rows.iter().all(|row| (7..=8).contains(&row.count)), "{rows:?}");
    }
}
