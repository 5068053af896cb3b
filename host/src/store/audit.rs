//! Who changed what, with what was before and after. Rows are only ever added. Never a secret's value.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgExecutor;

use super::Error;

/// A change that was made.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    pub actor: &'a str,
    /// What was done, for example `plugin.activate`.
    pub action: &'a str,
    /// What it was done to, for example `plugin`.
    pub subject: &'a str,
    pub subject_id: i64,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

#[derive(Clone, Debug)]
pub struct AuditRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// In the transaction of the change.
pub async fn insert(db: impl PgExecutor<'_>, entry: &Entry<'_>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO audit (actor, action, subject, subject_id, before, after) VALUES ($1, $2, $3, $4, $5, $6)",
        entry.actor,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.before,
        entry.after
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The newest entries about a thing before the row `before`.
pub async fn list(
    db: impl PgExecutor<'_>,
    (subject, id): (&str, i64),
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<AuditRow>, Error> {
    let rows = sqlx::query_as!(
        AuditRow,
        "SELECT id, at, actor, action, before, after FROM audit
          WHERE subject = $1 AND subject_id = $2 AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        subject,
        id,
        before,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}
