//! What a start and the readiness probe ask of the database: does it answer, does it keep what it acknowledges, whose schema is it.

use sqlx::{PgConnection, PgExecutor};

use super::Error;

/// Answers, or says why not.
pub async fn ping(db: impl PgExecutor<'_>) -> Result<(), Error> {
    sqlx::query_scalar!(r#"SELECT 1 AS "one!""#).fetch_one(db).await?;
    Ok(())
}

/// Names of the server's settings that would lose acknowledged writes in a crash (I5); none is good.
pub async fn unsafe_settings(db: impl PgExecutor<'_>) -> Result<Vec<String>, Error> {
    let names = sqlx::query_scalar!(
        r#"SELECT name AS "name!" FROM pg_settings
            WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
            ORDER BY name"#
    )
    .fetch_all(db)
    .await?;
    Ok(names)
}

/// The newest migration that was applied, by whichever gavia; None on a database that never had one.
pub async fn schema_version(db: &mut PgConnection) -> Result<Option<i64>, Error> {
    // The migration table is not part of the schema that queries are checked against.
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(&mut *db).await?;
    if !there {
        return Ok(None);
    }
    Ok(sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(db).await?)
}

/// Other sessions on this database that call themselves `name`.
pub async fn sessions_named(db: impl PgExecutor<'_>, name: &str) -> Result<i64, Error> {
    let count = sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()"#,
        name
    )
    .fetch_one(db)
    .await?;
    Ok(count)
}
