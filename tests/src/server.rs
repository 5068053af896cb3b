//! A real gavia process on a database of its own, listening on a port that it chose itself. It ends with the test.

use std::{
    io::{BufRead, BufReader, Read},
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

use crate::client::Session;

pub const ADMIN: &str = "admin";
pub const PASSWORD: &str = "Admin-pass-2020";
/// 32 bytes that protect nothing.
const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The database first, then any number of nodes on it.
pub struct Cluster {
    pub database: TestDatabase,
    cache: tempfile::TempDir,
    binary: &'static str,
}

/// One running node.
pub struct Node {
    process: Child,
    pub base: String,
}

impl Cluster {
    /// `binary` is `env!("CARGO_BIN_EXE_gavia-node")` of the calling test.
    pub async fn new(binary: &'static str) -> anyhow::Result<Self> {
        let database = database().await;
        let cluster = Self { database, cache: tempfile::tempdir()?, binary };
        let made = cluster.command(&["user", "create", ADMIN, "--admin"]).env("GAVIA_PASSWORD", PASSWORD).output()?;
        anyhow::ensure!(made.status.success(), "user create: {}", String::from_utf8_lossy(&made.stderr));
        Ok(cluster)
    }

    /// A command on this cluster's database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.binary);
        command.args(arguments).env_clear();
        command.env("DATABASE_URL", &self.database.url).env("GAVIA_KEY", KEY).env("GAVIA_DATA_DIR", self.cache.path());
        command
            .env("GAVIA_LISTEN", "127.0.0.1:0")
            .env("GAVIA_LOG_FORMAT", "json")
            .env("GAVIA_TIMEZONE", "Asia/Shanghai");
        command.env("GAVIA_FORCE_UNSAFE_DATABASE", "true"); // the test database trades safety for speed
        command.stdin(Stdio::null());
        command
    }

    /// Starts a node and waits until it is ready.
    pub async fn node(&self) -> anyhow::Result<Node> {
        self.node_with(&[]).await
    }

    /// A node with settings of its own, as variables of the environment.
    pub async fn node_with(&self, settings: &[(&str, &str)]) -> anyhow::Result<Node> {
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let (found, addresses) = mpsc::channel();
        read_log(process.stdout.take().context("stdout")?, found.clone());
        read_log(process.stderr.take().context("stderr")?, found);
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
fn read_log(log: impl Read + Send + 'static, found: mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if let Some(address) = serde_json::from_str::<serde_json::Value>(&line).ok().and_then(|line| {
                let fields = line.get("fields").unwrap_or(&line);
                fields.get("addr").and_then(|addr| addr.as_str().map(str::to_owned))
            }) {
                let _ = found.send(address);
            }
            if line.contains("\"WARN\"") || line.contains("\"ERROR\"") {
                eprintln!("{line}");
            }
        }
    });
}

impl Node {
    async fn wait_ready(&self) -> anyhow::Result<()> {
        let http = crate::http_client();
        for _ in 0..600 {
            if let Ok(response) = http.get(format!("{}/readyz", self.base)).send().await
                && response.status().is_success()
            {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
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
