//! The PostgreSQL process: what it needs before it can start, how it is run, made ready, and ended.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use tokio::process::Child;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::account::{Account, Owned};
use super::error::{At, Error};
use super::folder::Folder;
use super::lock::Lock;
use super::log::{Log, Tail};
use super::programs::Programs;
use super::socket::{self, PORT, SocketDir};
use super::tool::Toolbox;
use super::{Durability, Settings, cluster, orphans, ready};

/// How the server is ended: politely, then at once, then by force. Together with the 5 s that requests get before, this
/// stays within the 10 s of design.md §8; a server ended at once recovers from its log at the next start.
const ENDING: [(Signal, Duration); 3] = [
    (Signal::SIGINT, Duration::from_secs(3)),
    (Signal::SIGQUIT, Duration::from_millis(1500)),
    (Signal::SIGKILL, Duration::from_millis(500)),
];

/// How long the last lines of an ended server are waited for: a process that it left behind may keep the pipe open.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What every server is started with; what it writes and to whom it listens is not left to a configuration file.
const ARGUMENTS: [&str; 9] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "cluster_name=gavia",
    "ssl=off",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=%m [%p] ",
    "log_min_error_statement=panic", // a refused statement may hold field values, which belong in no log
];

/// What is traded away for speed; and room for the connections of many tests at once.
const THROWAWAY: [&str; 4] = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300"];

/// Everything that must be in place before the server starts, the lock first of all.
pub(super) struct Prepared {
    place: Place,
    tools: Toolbox,
    log: Log,
}

/// What must stay in place while the server runs.
struct Place {
    folder: Folder,
    socket_dir: SocketDir,
    lock: Lock,
}

impl Prepared {
    pub(super) async fn new(settings: &Settings) -> Result<Self, Error> {
        let folder = Folder::open(&settings.data_dir)?;
        let lock = Lock::take(&folder, settings.command).await?;
        let owner = cluster::owner(&folder)?;
        let data = Owned { cluster: &folder.cluster(), owner };
        let account = Account::choose(Uid::effective(), settings.pg_user.as_deref(), data)?;
        let made = owner.map(|_| cluster::existing(&folder)).transpose()?;
        let programs = Programs::find(settings.pg_bin.as_deref(), made.as_ref()).await?;
        let tools = Toolbox { programs, account };
        tools.try_out(folder.path()).await?;
        if made.is_some() {
            orphans::end(&folder.cluster()).await?;
        } else {
            cluster::make(&folder, &tools, settings.durability).await?;
        }
        cluster::write_access(&folder.cluster(), &tools.account)?;
        socket::forget(lock.left_behind.as_ref());
        let socket_dir = SocketDir::make(&folder, &tools.account)?;
        let log = Log::open(folder.log()).at(&folder.log())?;
        Ok(Self { place: Place { folder, socket_dir, lock }, tools, log })
    }
}

/// The process, its place, and what it has said.
pub(super) struct Running {
    child: Child,
    place: Place,
    tail: Tail,
    reader: JoinHandle<()>,
}

impl Running {
    /// Starts PostgreSQL from the calling thread, with whose end it ends.
    pub(super) fn start(prepared: Prepared, durability: Durability) -> Result<Self, Error> {
        let Prepared { place, tools, log } = prepared;
        let cluster = place.folder.cluster();
        let mut command = tools.command("postgres", &cluster, Signal::SIGINT);
        command.arg("-D").arg(&cluster).stdout(Stdio::null()).stderr(Stdio::piped());
        command.arg("-c").arg(place.socket_dir.setting()).arg("-p").arg(PORT.to_string());
        let fast: &[&str] = if durability == Durability::Throwaway { &THROWAWAY } else { &[] };
        for setting in ARGUMENTS.iter().chain(fast) {
            command.arg("-c").arg(setting);
        }
        let mut child = command.spawn().map_err(|why| Error::CannotRun {
            program: tools.programs.bin.join("postgres"),
            account: tools.account.name.clone(),
            why,
        })?;
        let (tail, stderr) = (Tail::default(), child.stderr.take().expect("stderr is piped"));
        let reader = tokio::spawn(log.keep(stderr, tail.clone()));
        Ok(Self { child, place, tail, reader })
    }

    pub(super) fn socket_dir(&self) -> &Path {
        self.place.socket_dir.path()
    }

    /// Waits until the server answers, makes sure of gavia's database, and lets others know where it is.
    pub(super) async fn become_ready(&mut self) -> Result<(), Error> {
        let answer = tokio::select! {
            answer = ready::wait(self.place.socket_dir.path()) => answer?,
            status = self.child.wait() => {
                let why = format!("it ended ({})", describe(status));
                return Err(self.not_ready(why).await);
            }
        };
        let Some(connection) = answer else {
            let why = format!("no answer in {} s", ready::PATIENCE.as_secs());
            return Err(self.not_ready(why).await);
        };
        ready::ensure_database(connection).await?;
        self.place.lock.publish(self.place.socket_dir.path())
    }

    async fn not_ready(&mut self, why: String) -> Error {
        self.hear_last_words().await;
        Error::NotReady { why, log: self.place.folder.log(), tail: self.tail.text() }
    }

    /// Waits for the server's end, by itself or otherwise, and how it came about.
    pub(super) async fn ended(&mut self) -> String {
        let status = self.child.wait().await;
        self.hear_last_words().await;
        describe(status)
    }

    /// Ends the server; what kept its place goes with it.
    pub(super) async fn end(mut self) -> Result<(), Error> {
        if let Some(status) = self.child.try_wait().at(&self.place.folder.cluster())? {
            return Err(Error::EndedByItself(describe(Ok(status))));
        }
        for (signal, patience) in ENDING {
            // None once it has ended and been waited for: its number may be another's by now.
            let Some(pid) = self.child.id() else { break };
            if signal != Signal::SIGINT {
                tracing::warn!("PostgreSQL does not stop; sending {signal} (it recovers at the next start)");
            }
            let pid = Pid::from_raw(i32::try_from(pid).expect("process ids are positive i32"));
            match kill(pid, signal) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(why) => return Err(Error::File { path: self.place.folder.cluster(), why: why.into() }),
            }
            if timeout(patience, self.child.wait()).await.is_ok() {
                break;
            }
        }
        self.hear_last_words().await;
        match self.child.id() {
            Some(pid) => Err(Error::DoesNotEnd { pid, cluster: self.place.folder.cluster() }),
            None => Ok(()),
        }
    }

    async fn hear_last_words(&mut self) {
        if !self.reader.is_finished() && timeout(LAST_WORDS, &mut self.reader).await.is_err() {
            self.reader.abort();
        }
    }
}

fn describe(status: io::Result<ExitStatus>) -> String {
    status.map_or_else(|why| why.to_string(), |status| status.to_string())
}
