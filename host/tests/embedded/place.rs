//! A data directory for one test, processes that host a server in it, and a patient look at what becomes of them.

use std::env;
use std::fs::{self, Permissions};
use std::future::Future;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gavia::embedded::{DATABASE, Durability, Server, Settings, attach};
use nix::unistd::Uid;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, PgConnection};
use tempfile::TempDir;

/// Names the data directory for `a_host_…` below, when it runs as another test's process.
const HOST_DIR: &str = "GAVIA_TEST_HOST_DIR";
/// A secret that a host has in its environment.
pub(crate) const HOST_SECRET: &str = "GAVIA_KEY";

pub(crate) fn is_root() -> bool {
    Uid::effective().is_root()
}

/// A data directory that goes with the test.
pub(crate) struct Place {
    pub(crate) dir: PathBuf,
    parent: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self::named("data")
    }

    /// With a name of its own below the temporary folder.
    pub(crate) fn named(name: &str) -> Self {
        let parent = tempfile::tempdir_in("/tmp").unwrap();
        fs::set_permissions(parent.path(), Permissions::from_mode(0o755)).unwrap();
        Self { dir: parent.path().join(name), parent }
    }

    pub(crate) fn parent(&self) -> &Path {
        self.parent.path()
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            data_dir: self.dir.clone(),
            pg_bin: None,
            pg_user: None,
            durability: Durability::Throwaway,
            command: "serve",
        }
    }

    /// For what must survive a crash.
    pub(crate) fn durable(&self) -> Settings {
        Settings { durability: Durability::Durable, ..self.settings() }
    }

    pub(crate) async fn start(&self) -> Server {
        Server::start(&self.settings()).await.unwrap()
    }

    /// The sentence that a start is refused with.
    pub(crate) async fn refusal(&self, settings: &Settings) -> String {
        let refused = Server::start(settings).await.expect_err("the start is refused").to_string();
        assert!(!refused.contains('\n'), "one sentence: {refused}");
        refused
    }

    pub(crate) fn cluster(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    /// The process of the server, as it notes itself.
    pub(crate) fn postgres(&self) -> i32 {
        let note = fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap();
        note.lines().next().unwrap().parse().unwrap()
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.cluster().join("postmaster.pid").exists()
    }

    /// A process of its own that hosts a server here, as the given account or as ours.
    pub(crate) fn host(&self, uid: Option<u32>) -> Host {
        let own = env::current_exe().unwrap();
        // Another account may not reach where this binary was built.
        let binary = self.parent().join("host");
        if !binary.exists() && fs::hard_link(&own, &binary).is_err() {
            // By a process of its own: a file that we had open for writing while another test forks could not be run.
            assert!(Command::new("cp").args([&own, &binary]).status().unwrap().success());
        }
        let mut command = Command::new(binary);
        command.args(["--exact", "place::a_host_runs_a_server_until_its_input_ends", "--nocapture"]);
        command.env(HOST_DIR, &self.dir).env(HOST_SECRET, "hush").current_dir("/");
        if let Some(uid) = uid {
            command.uid(uid).gid(uid);
        }
        Host(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap())
    }

    /// Waits until no server uses the folder any more.
    pub(crate) async fn until_free(&self) {
        let free = || async { attach(&self.dir).await.ok().filter(Option::is_none) };
        until("the folder is free", free).await;
    }

    /// How to connect to the host's server, once it answers.
    pub(crate) async fn joined(&self) -> PgConnectOptions {
        let joined = until("the host serves", || async { attach(&self.dir).await.ok().flatten() });
        joined.await
    }
}

/// A process that hosts a server; killed with the test if need be.
pub(crate) struct Host(pub(crate) Child);

impl Host {
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Ends it in order.
    pub(crate) async fn finish(mut self) {
        drop(self.0.stdin.take());
        let status = until("the host ends", || {
            let status = self.0.try_wait().unwrap();
            async move { status }
        });
        assert!(status.await.success());
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill(); // it has usually ended
        let _ = self.0.wait();
    }
}

/// Asks again and again, 20 s at most.
pub(crate) async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "waited too long until {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn until_gone(pid: i32) {
    until("the process is gone", || async move { (!is_alive(pid)).then_some(()) }).await;
}

/// Whether the process runs; one that has ended and was not waited for does not.
pub(crate) fn is_alive(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

pub(crate) async fn connect(server: &Server) -> PgConnection {
    server.connect_options(DATABASE).connect().await.unwrap()
}

pub(crate) async fn run(connection: &mut PgConnection, sql: &'static str) {
    sqlx::query(sql).execute(connection).await.unwrap();
}

pub(crate) async fn number(connection: &mut PgConnection, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
}

/// Also what `Place::host` runs as a process of its own, with the folder in its environment.
#[tokio::test]
async fn a_host_runs_a_server_until_its_input_ends() {
    let ordered = env::var_os(HOST_DIR);
    // One that is to be killed must not make a folder that nobody removes.
    let own = ordered.is_none().then(Place::new);
    let data_dir = own.as_ref().map_or_else(|| ordered.as_ref().unwrap().into(), |place| place.dir.clone());
    let durability = Durability::Durable;
    let settings = Settings { data_dir, pg_bin: None, pg_user: None, durability, command: "serve" };
    let server = Server::start(&settings).await.unwrap();
    if ordered.is_some() {
        let input = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        input.await.unwrap().unwrap();
    }
    server.stop().await.unwrap();
    assert!(!settings.data_dir.join("postgres/postmaster.pid").exists());
}
