//! Who changed what, with what was before and after. Rows are only ever added. Never a secret's value.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::{FromRow, PgExecutor, Postgres, QueryBuilder};

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
    /// Where the act came from.
    pub address: Option<IpAddr>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

#[derive(Clone, Debug)]
pub struct AuditRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub address: Option<String>,
    pub action: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// In the transaction of the change.
pub async fn insert(db: impl PgExecutor<'_>, entry: &Entry<'_>) -> Result<(), Error> {
    sqlx::query!(
        "INSERT INTO audit (actor, action, subject, subject_id, before, after, address) VALUES ($1, $2, $3, $4, $5, $6, $7::text::inet)",
        entry.actor,
        entry.action,
        entry.subject,
        entry.subject_id,
        entry.before,
        entry.after,
        entry.address.map(|address| address.to_string())
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Every filter is an additional AND.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    pub actor: Option<&'a str>,
    pub action: Option<&'a str>,
    pub subject: Option<&'a str>,
    pub subject_id: Option<i64>,
}

/// An entry about anything.
#[derive(Clone, Debug, FromRow)]
pub struct FoundRow {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    pub address: Option<String>,
    pub action: String,
    pub subject: String,
    pub subject_id: i64,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// The newest entries that match before the row `before`.
pub async fn search(
    db: impl PgExecutor<'_>,
    filter: Filter<'_>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<FoundRow>, Error> {
    let mut sql = QueryBuilder::<Postgres>::new(
        "SELECT id, at, actor, host(address) AS address, action, subject, subject_id, before, after FROM audit WHERE true",
    );
    for (column, text) in [("actor", filter.actor), ("action", filter.action), ("subject", filter.subject)] {
        if let Some(text) = text {
            sql.push(" AND ").push(column).push(" = ").push_bind(text.to_owned());
        }
    }
    if let Some(id) = filter.subject_id {
        sql.push(" AND subject_id = ").push_bind(id);
    }
    if let Some(before) = before {
        sql.push(" AND id < ").push_bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    Ok(sql.build_query_as().fetch_all(db).await?)
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
        "SELECT id, at, actor, host(address) AS address, action, before, after FROM audit
          WHERE subject = $1 AND subject_id = $2 AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        subject,
        id,
        before,
        limit
    );
    Ok(rows.fetch_all(db).await?)
}
