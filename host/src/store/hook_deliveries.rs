//! What became of each call of a hook state's receiver, for 90 days: why a ticket waits, and since when nobody answers.

use chrono::{DateTime, Utc};
use sqlx::PgExecutor;
use uuid::Uuid;

use super::{Error, text::without_nul};
use crate::workflow::{StateId, TicketId};

pub(super) const DAYS: i32 = 90;

/// One call that was made.
#[derive(Clone, Copy, Debug)]
pub struct HookDelivery<'a> {
    pub ticket: TicketId,
    pub state: StateId,
    /// The same on every attempt.
    pub key: Uuid,
    pub attempt: i32,
    pub is_delivered: bool,
    /// What the receiver said, or why it was not reached; cut to 1,000 characters.
    pub detail: &'a str,
    pub took_ms: i64,
}

#[derive(Clone, Debug)]
pub struct HookDeliveryRow {
    pub id: i64,
    pub ticket_id: i64,
    pub state_id: i64,
    /// None when the state is gone.
    pub state_name: Option<String>,
    pub key: Uuid,
    pub attempt: i32,
    pub outcome: String,
    pub detail: String,
    pub took_ms: i64,
    pub created_at: DateTime<Utc>,
}

pub async fn log(db: impl PgExecutor<'_>, call: &HookDelivery<'_>) -> Result<(), Error> {
    let detail = without_nul(call.detail);
    sqlx::query!(
        "INSERT INTO hook_deliveries (ticket_id, state_id, key, attempt, outcome, detail, took_ms)
         VALUES ($1, $2, $3, $4, $5, left($6, 1000), $7)",
        call.ticket.0,
        call.state.0,
        call.key,
        call.attempt,
        if call.is_delivered { "delivered" } else { "failed" },
        &*detail,
        call.took_ms
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The newest before the row `before`: of one ticket, or with one outcome, if those are named.
pub async fn list(
    db: impl PgExecutor<'_>,
    (ticket, outcome): (Option<i64>, Option<&str>),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<HookDeliveryRow>, Error> {
    let rows = sqlx::query_as!(
        HookDeliveryRow,
        r#"SELECT d.id, d.ticket_id, d.state_id, s.name AS "state_name?", d.key, d.attempt, d.outcome, d.detail, d.took_ms, d.created_at
             FROM hook_deliveries d
             LEFT JOIN states s ON s.id = d.state_id
            WHERE ($1::bigint IS NULL OR d.ticket_id = $1) AND ($2::text IS NULL OR d.outcome = $2)
              AND ($3::bigint IS NULL OR d.id < $3)
            ORDER BY d.id DESC LIMIT $4"#,
        ticket,
        outcome,
        before,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}

/// Deletes at most `most` rows whose time is over. Never waits for another node that does the same.
pub async fn forget(db: impl PgExecutor<'_>, most: i64) -> Result<u64, Error> {
    let done = sqlx::query!(
        "DELETE FROM hook_deliveries WHERE id IN (
           SELECT id FROM hook_deliveries WHERE created_at < now() - make_interval(days => $2)
            ORDER BY created_at LIMIT $1 FOR UPDATE SKIP LOCKED)",
        most,
        DAYS
    );
    Ok(done.execute(db).await?.rows_affected())
}
