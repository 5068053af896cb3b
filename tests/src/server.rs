//! A real gavia process on a database of its own, listening on a port that it chose itself. It ends with the test.

use std::{
    fs::Permissions,
    io::{BufRead, BufReader, Read},
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use anyhow::{Context as _, bail};
use gavia::embedded::testing::{TestDatabase, database};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::client::Session;

pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "Admin-pass-2020";
/// 32 bytes that protect nothing.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The database first, then any number of nodes on it.
pub struct Cluster {
    database: Database,
    folder: tempfile::TempDir,
    binary: &'static str,
}

enum Database {
    /// Shared by its nodes; safety traded for speed.
    Test(Box<TestDatabase>),
    /// The node's own, durable as users have it.
    Embedded,
    /// Somebody else's, by its URL.
    Named(String),
}

/// One running node.
pub struct Node {
    process: Child,
    pub base: String,
}

impl Cluster {
    /// `binary` is `env!("CARGO_BIN_EXE_gavia-node")` of the calling test.
    pub async fn new(binary: &'static str) -> anyhow::Result<Self> {
        Self { database: Database::Test(Box::new(database().await)), folder: tempfile::tempdir()?, binary }.with_admin()
    }

    /// One node's embedded database, in a folder that goes with this value.
    pub fn embedded(binary: &'static str) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?; // root's server is another account's
        Self { database: Database::Embedded, folder, binary }.with_admin()
    }

    /// On a database that the test looks after itself.
    pub fn on(binary: &'static str, url: String) -> anyhow::Result<Self> {
        Self { database: Database::Named(url), folder: tempfile::tempdir()?, binary }.with_admin()
    }

    /// The same database reached by another way, such as a proxy.
    pub fn by_way_of(&self, url: String) -> anyhow::Result<Self> {
        Ok(Self { database: Database::Named(url), folder: tempfile::tempdir()?, binary: self.binary })
    }

    fn with_admin(self) -> anyhow::Result<Self> {
        let made = self.command(&["user", "create", ADMIN, "--admin"]).env("GAVIA_PASSWORD", PASSWORD).output()?;
        anyhow::ensure!(made.status.success(), "user create: {}", String::from_utf8_lossy(&made.stderr));
        Ok(self)
    }

    /// The test's own look into the tables.
    ///
    /// # Panics
    /// Where the database is not the cluster's own.
    pub fn pool(&self) -> &sqlx::PgPool {
        &self.test_database().pool
    }

    /// # Panics
    /// As `pool`.
    pub fn test_database(&self) -> &TestDatabase {
        match &self.database {
            Database::Test(database) => database,
            Database::Embedded | Database::Named(_) => panic!("the database is not the cluster's own"),
        }
    }

    /// Where the nodes keep what is not in the database.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A command on this cluster's database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.args(arguments).env_clear();
        let url = match &self.database {
            Database::Test(database) => Some(&database.url),
            Database::Named(url) => Some(url),
            Database::Embedded => None,
        };
        if let Some(url) = url {
            command.env("DATABASE_URL", url).env("GAVIA_FORCE_UNSAFE_DATABASE", "true");
        }
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path); // where ./dev may have put PostgreSQL's programs
        }
        command.env("GAVIA_KEY", KEY).env("GAVIA_DATA_DIR", self.data_dir());
        command
            .env("GAVIA_LISTEN", "127.0.0.1:0")
            .env("GAVIA_HOOK_ALLOW_CIDRS", "127.0.0.0/8")
            .env("GAVIA_LOG_FORMAT", "json")
            .env("GAVIA_TIMEZONE", "Asia/Shanghai");
        command.stdin(Stdio::null());
        command
    }

    /// Starts a node and waits until it is ready.
    pub async fn node(&self) -> anyhow::Result<Node> {
        let (seen, _) = unbounded_channel();
        self.start(&[], seen).await
    }

    /// A node with settings of its own, as variables of the environment.
    pub async fn node_with(&self, settings: &[(&str, &str)]) -> anyhow::Result<Node> {
        let (seen, _) = unbounded_channel();
        self.start(settings, seen).await
    }

    /// As `node`, with a log filter; every line of the log goes to `lines` as well.
    pub async fn watched_node(&self, filter: &str, lines: UnboundedSender<Value>) -> anyhow::Result<Node> {
        self.start(&[("GAVIA_LOG_LEVEL", filter)], lines).await
    }

    async fn start(&self, settings: &[(&str, &str)], lines: UnboundedSender<Value>) -> anyhow::Result<Node> {
        let mut serve = self.command(&["serve"]);
        serve.envs(settings.iter().copied());
        let mut process = serve.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let (found, addresses) = mpsc::channel();
        read_log(process.stderr.take().context("stderr")?, found, lines);
        let address = tokio::task::spawn_blocking(move || addresses.recv_timeout(Duration::from_mins(1))).await?;
        let Ok(address) = address else {
            let _ = process.kill();
            bail!("the node did not say where it listens: {:?}", process.wait());
        };
        let node = Node { process, base: format!("http://{address}") };
        node.wait_ready().await?;
        Ok(node)
    }
}

/// Passes warnings and errors on to the test's output and picks the address out of it.
fn read_log(log: impl Read + Send + 'static, found: mpsc::Sender<String>, lines: UnboundedSender<Value>) {
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if line.contains("\"WARN\"") || line.contains("\"ERROR\"") {
                eprintln!("{line}");
            }
            // reading what nobody asked for would cost a benchmark's machine
            if lines.is_closed() && !line.contains("\"addr\"") {
                continue;
            }
            let Ok(line) = serde_json::from_str::<Value>(&line) else { continue };
            if let Some(address) = line.get("addr").and_then(Value::as_str) {
                let _ = found.send(address.to_owned());
            }
            let _ = lines.send(line);
        }
    });
}

impl Node {
    async fn wait_ready(&self) -> anyhow::Result<()> {
        let http = crate::http_client();
        for _ in 0..3000 {
            if let Ok(response) = http.get(format!("{}/readyz", self.base)).send().await
                && response.status().is_success()
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("the node is not ready after 30 s")
    }

    pub async fn admin(&self) -> Session {
        Session::login(crate::http_client(), &self.base, ADMIN, PASSWORD).await.expect("the administrator may log in")
    }

    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.process.id()).expect("a process id"))
    }

    /// Ends the process at once, as a crash would.
    pub fn crash(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Asks it to stop and waits for its end.
    pub fn stop(&mut self) -> std::io::Result<std::process::ExitStatus> {
        kill(self.pid(), Signal::SIGTERM)?;
        self.process.wait()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.crash();
    }
}
