//! A database of its own for each test: one throwaway server a test binary, started by the first test that asks, or the
//! one that DATABASE_URL names; in it a template with the schema, and a copy of that for each test.
//!
//! Public, since the tests of several crates need it; the program itself never calls it. Every failure panics.

use std::env;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::unistd::Uid;
use sha2::{Digest, Sha256};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::{DATABASE, Durability, Server, Settings, socket};
use crate::ambient;

/// Many tests run at once against one server.
const POOL_CONNECTIONS_MAX: u32 = 8;
const DROP_PATIENCE: Duration = Duration::from_secs(5);
/// Held while the template is made: several test binaries may share the server of DATABASE_URL.
const TEMPLATE_LOCK: i64 = 0x6761_7669_6174_6573;

/// A database with the schema and nothing in it, dropped with this value.
pub struct TestDatabase {
    pub pool: PgPool,
    pub options: PgConnectOptions,
    /// The same as a URL, for a process of its own.
    pub url: String,
    name: String,
    source: &'static Source,
}

/// A fresh database for one test.
///
/// # Panics
/// When there is no server and none can be started.
pub async fn database() -> TestDatabase {
    // What is shared between tests are options, never a pool: each test has a runtime of its own.
    static SOURCE: OnceCell<Source> = OnceCell::const_new();
    let source = SOURCE.get_or_init(Source::open).await;
    let name = format!("t_{}", ambient::uuid().simple());
    let created = source.administer(format!("CREATE DATABASE {name} TEMPLATE {}", source.template)).await;
    created.expect("a test database is created from the template");
    let options = source.options(&name);
    let pool = PgPoolOptions::new().max_connections(POOL_CONNECTIONS_MAX).connect_with(options.clone()).await;
    let pool = pool.expect("the test database answers");
    TestDatabase { pool, url: source.url(&name), options, name, source }
}

impl Drop for TestDatabase {
    /// Best effort and bounded: a test that failed already should say why, and not hang.
    fn drop(&mut self) {
        let (source, sql) = (self.source, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        // A thread and a runtime of its own, since the test's runtime is busy with this drop.
        let dropped = thread::spawn(move || -> Result<(), sqlx::Error> {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let work = async { timeout(DROP_PATIENCE, source.administer(sql)).await };
            runtime.block_on(work).map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            tracing::warn!("the test database {} stays", self.name);
        }
    }
}

/// Where test databases come from.
struct Source {
    /// The database in which others are created.
    main: PgConnectOptions,
    template: String,
    /// None with DATABASE_URL.
    embedded: Option<Embedded>,
}

/// Lives in a static, so it is never dropped: the server ends with the process, and what it leaves goes with the cleaner.
struct Embedded {
    _server: Server,
    _cleaner: Child,
}

impl Source {
    async fn open() -> Self {
        let (main, embedded) = if let Ok(url) = env::var("DATABASE_URL") {
            (url.parse().expect("DATABASE_URL is a URL of PostgreSQL"), None)
        } else {
            let (server, cleaner) = start().await;
            (server.connect_options(DATABASE), Some(Embedded { _server: server, _cleaner: cleaner }))
        };
        let template = template(&main).await.expect("the template database is migrated");
        Self { main, template, embedded }
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        self.main.clone().database(database)
    }

    fn url(&self, database: &str) -> String {
        match (&self.embedded, self.main.get_socket()) {
            (Some(_), Some(socket_dir)) => socket::url(socket_dir, database),
            _ => self.options(database).to_url_lossy().into(),
        }
    }

    async fn administer(&self, sql: String) -> Result<(), sqlx::Error> {
        let mut connection = self.main.connect().await?;
        connection.execute(AssertSqlSafe(sql)).await?;
        connection.close().await
    }
}

async fn start() -> (Server, Child) {
    let data_dir = temporary_dir().expect("a temporary folder can be made");
    let cleaner = remove_after_us(&data_dir).expect("a shell can be started");
    let settings =
        Settings { data_dir, pg_bin: None, pg_user: None, durability: Durability::Throwaway, command: "test" };
    let server = Server::start(&settings).await;
    (server.unwrap_or_else(|why| panic!("no database to test with: {why}")), cleaner)
}

/// Passable for the account that runs the server when the tests run as root, whose own TMPDIR may not be.
fn temporary_dir() -> io::Result<PathBuf> {
    let is_root = Uid::effective().is_root();
    let parent = if is_root { PathBuf::from("/tmp") } else { env::temp_dir() };
    let dir = tempfile::Builder::new().prefix("gavia-test-").tempdir_in(parent)?.keep();
    fs::set_permissions(&dir, Permissions::from_mode(if is_root { 0o711 } else { 0o700 }))?;
    Ok(dir)
}

/// A shell that waits for our end, however it comes about, then for the server's, 10 s at most, and removes the folder.
fn remove_after_us(dir: &Path) -> io::Result<Child> {
    let script = r#"cat; n=0
        while [ -e "$1/postgres/postmaster.pid" ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
        rm -rf -- "$1""#;
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(dir).current_dir("/").process_group(0);
    // We hold the other end of its input and never write to it.
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
}

/// The name of a database with the schema, made when it is not there; its name says which schema.
async fn template(main: &PgConnectOptions) -> Result<String, Box<dyn std::error::Error>> {
    let schema = crate::MIGRATOR.iter().fold(Sha256::new(), |hash, migration| hash.chain_update(&migration.checksum));
    let name = format!("gavia_template_{}", hex::encode(&schema.finalize()[..8]));
    let mut connection = main.connect().await?;
    // Released with the connection.
    sqlx::query("SELECT pg_advisory_lock($1)").bind(TEMPLATE_LOCK).execute(&mut connection).await?;
    let finished: Option<bool> = sqlx::query_scalar("SELECT datistemplate FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_optional(&mut connection)
        .await?;
    if finished != Some(true) {
        connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        let mut inside = main.clone().database(&name).connect().await?;
        crate::MIGRATOR.run(&mut inside).await?;
        inside.close().await?;
        connection.execute(AssertSqlSafe(format!("ALTER DATABASE {name} IS_TEMPLATE true"))).await?;
    }
    connection.close().await?;
    Ok(name)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    async fn tables(pool: &PgPool) -> i64 {
        let count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
        sqlx::query_scalar(count).fetch_one(pool).await.unwrap()
    }

    #[tokio::test]
    async fn each_test_has_a_migrated_database_of_its_own() {
        let (one, other) = tokio::join!(database(), database());
        assert!(tables(&one.pool).await > 1);
        sqlx::query("CREATE TABLE mine ()").execute(&one.pool).await.unwrap();
        assert_eq!(tables(&one.pool).await, tables(&other.pool).await + 1);
        let by_url = PgPool::connect(&one.url).await.unwrap();
        assert_eq!(tables(&by_url).await, tables(&one.pool).await);
    }

    #[tokio::test]
    async fn a_dropped_test_database_is_gone() {
        let database = database().await;
        let options = database.options.clone();
        drop(database);
        assert!(options.connect().await.is_err());
    }
}
