//! SQL, all of it: one file an aggregate, plain functions on a connection, domain values in and out.
//! It never decides; whoever begins a transaction commits it.

pub mod access_tokens;
pub mod accounts;
pub mod app_tokens;
pub mod audit;
pub mod auth;
pub mod cards;
pub mod commit;
pub mod components;
pub mod custom_notices;
pub mod definitions;
pub mod demo;
pub mod departments;
pub mod directory;
pub mod drafts;
pub mod encryption_key;
pub mod fields;
pub mod flow_logs;
pub mod health;
pub mod hook_deliveries;
pub mod idempotency;
pub mod job_lists;
pub mod jobs;
pub mod names;
pub mod notice_log;
pub mod overview;
pub mod paging;
pub mod passwords;
pub mod plugins;
pub mod roles;
pub mod run_scripts;
pub mod seen_calls;
pub mod states;
pub mod statistics;
pub mod steps;
#[cfg(test)]
pub(crate) mod testing;
mod text;
pub mod ticket_lists;
pub mod ticket_paths;
pub mod tickets;
pub mod transitions;
pub mod users;
pub mod uses;
pub mod workflows;

use std::time::Duration;

use sqlx::{
    Connection as _, PgConnection, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPool, PgPoolOptions},
};

/// What can go wrong below the rules. Its text is for the log, never for a caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A row says what no rule ever writes.
    #[error("inconsistent row: {0}")]
    Inconsistent(String),
    /// The state that a ticket was to enter was deleted meanwhile.
    #[error("the state was deleted")]
    StateGone,
}

impl Error {
    /// The database is not there or has no time: the caller may try again later.
    pub fn is_unavailable(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) => true,
            // 57014 statement timeout, 57P01–57P03 shutting down or starting, 55P03 lock timeout, 40001 and 40P01 gave way to
            // another transaction, 53xxx out of resources
            sqlx::Error::Database(e) => e.code().is_some_and(|code| {
                matches!(&*code, "57014" | "57P01" | "57P02" | "57P03" | "55P03" | "40001" | "40P01")
                    || code.starts_with("53")
                    || code.starts_with("08")
            }),
            _ => false,
        }
    }

    /// The database could not hold a value of the caller's: a JSON number beyond its range, say. Class 22, data exceptions.
    pub fn is_bad_value(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.code().is_some_and(|code| code.starts_with("22")))
    }

    /// The name of the constraint that refused the write, if one did.
    pub fn constraint(&self) -> Option<&str> {
        let Self::Database(sqlx::Error::Database(error)) = self else {
            return None;
        };
        error.constraint()
    }
}

/// How long a connection may lie idle before it is asked whether it still lives.
const ASKED_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The pool of the request path: short limits, so that a slow database sheds load instead of queueing it (threat-model §6).
pub async fn request_pool(options: PgConnectOptions, connections: u32) -> Result<PgPool, Error> {
    let options = options.options([
        ("statement_timeout", "1500"),
        ("lock_timeout", "1000"),
        ("idle_in_transaction_session_timeout", "5000"),
        // the server lets go of a node that is gone, and of its locks, within 10 s
        ("tcp_keepalives_idle", "4"),
        ("tcp_keepalives_interval", "2"),
        ("tcp_keepalives_count", "3"),
    ]);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(1))
        // a connection that answered a moment ago need not be asked again: that would double the round trips of a request
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > ASKED_AGAIN_AFTER {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}

/// A transaction whose statements all see the database as it is at its beginning. It only reads.
pub async fn one_moment(db: &mut PgConnection) -> Result<Transaction<'_, Postgres>, Error> {
    Ok(db.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?)
}

/// How long PostgreSQL takes an array to be that it does not see.
const ASSUMED_KEYS: usize = 10;

/// What a lookup by several lists of keys is given: never fewer than PostgreSQL assumes. With fewer, each execution promises to cost
/// less than the plan that serves them all, and is planned anew, which takes ten times as long as looking up some people does.
/// `nobody` is a key that no row has.
fn keys<T: Clone>(wanted: impl IntoIterator<Item = T>, nobody: T) -> Vec<T> {
    let mut keys: Vec<T> = wanted.into_iter().collect();
    keys.resize(keys.len().max(ASSUMED_KEYS), nobody);
    keys
}

/// `%`, `_` and `\` of a caller match themselves (threat-model §5, filters).
fn like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A LIKE pattern for texts that contain `text`.
fn containing(text: &str) -> String {
    format!("%{}%", like(text))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{
        accounts::directory,
        cards::{Wanted, cards},
    };
    use crate::{embedded::testing::database, workflow::Needs};

    /// What a connection knows of the statements that it prepared.
    const PLANS: &str = "SELECT custom_plans, generic_plans FROM pg_prepared_statements
                          WHERE statement LIKE '%users u%' AND statement NOT LIKE '%pg_prepared_statements%'";

    #[tokio::test]
    async fn people_are_looked_up_by_a_plan_that_is_made_once() {
        let test = database().await;
        let people = "INSERT INTO users (username, alias, is_active) SELECT 'user' || n, '', true FROM generate_series(1, 10000) n";
        sqlx::query(people).execute(&test.pool).await.unwrap();
        sqlx::query("ANALYZE users").execute(&test.pool).await.unwrap();
        let mut db = test.pool.acquire().await.unwrap();
        let needs = Needs { users: ["user77".to_owned()].into(), ..Needs::default() };
        let wanted = Wanted { creators: needs.users.clone(), ..Wanted::default() };
        for _ in 0..20 {
            assert_eq!(directory(&mut *db, &needs).await.unwrap().users.len(), 1);
            assert_eq!(cards(&mut *db, &wanted).await.unwrap().creators.len(), 1);
        }
        let plans: Vec<(i64, i64)> = sqlx::query_as(PLANS).fetch_all(&mut *db).await.unwrap();
        assert_eq!(plans, [(5, 15), (5, 15)], "PostgreSQL tries five times before it settles");
    }
}
