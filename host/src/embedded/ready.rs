//! From a started server to a usable one: wait until it answers, then make sure of gavia's database.

use std::path::Path;
use std::time::Duration;

use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio::time::{Instant, sleep, timeout};

use super::error::Error;
use super::{DATABASE, ROLE, socket};

/// Recovering from a crash may replay a gigabyte of log.
pub(super) const PATIENCE: Duration = Duration::from_mins(10);
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(25);
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Connects until the server answers; None when it does not within `PATIENCE`.
pub(super) async fn wait(socket_dir: &Path) -> Result<Option<PgConnection>, Error> {
    let begun = Instant::now();
    let mut told = begun;
    while begun.elapsed() < PATIENCE {
        match timeout(ANSWER_PATIENCE, socket::options(socket_dir, "postgres").connect()).await {
            Ok(Ok(connection)) => return Ok(Some(connection)),
            Ok(Err(sqlx::Error::Database(why))) if why.code().is_none_or(|code| code != "57P03") => {
                return Err(sqlx::Error::Database(why).into());
            }
            // No socket yet, or one that says "starting up" (57P03), or one that says nothing.
            _ => sleep(PAUSE).await,
        }
        if told.elapsed() > TELL_EVERY {
            tracing::info!("waiting for PostgreSQL, which may be recovering from a crash");
            told = Instant::now();
        }
    }
    Ok(None)
}

/// Makes gavia's database at the first start.
pub(super) async fn ensure_database(mut connection: PgConnection) -> Result<(), Error> {
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(DATABASE)
        .fetch_one(&mut connection)
        .await?;
    if !there {
        // Details of a refused row are its values, which belong in no log. First, so that a database that exists means done.
        let terse = format!("ALTER ROLE {ROLE} SET log_error_verbosity = terse");
        connection.execute(sqlx::AssertSqlSafe(terse)).await?;
        connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {DATABASE}"))).await?;
    }
    connection.close().await?;
    Ok(())
}
