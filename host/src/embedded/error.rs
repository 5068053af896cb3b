//! Everything that can keep the embedded PostgreSQL from running. Each text is one sentence for the person who started
//! gavia: what is the matter, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no PostgreSQL server programs (initdb and postgres, version {minimum} or newer) were found: install them \
         (Debian, Ubuntu: apt-get install postgresql; Fedora, RHEL: dnf install postgresql-server; Alpine: apk add \
         postgresql; Arch: pacman -S postgresql; macOS: brew install postgresql), or set GAVIA_PG_BIN to the folder that \
         holds them, or set DATABASE_URL to a server of your own; gavia runs its own private server, so an installed \
         PostgreSQL service need not run",
        minimum = super::programs::MINIMUM_MAJOR
    )]
    NoPrograms,
    #[error(
        "{} holds no working PostgreSQL server programs ({why}): point --pg-bin (GAVIA_PG_BIN) at the folder with initdb \
         and postgres, or leave it out to have them searched for", bin.display()
    )]
    NotPrograms { bin: PathBuf, why: String },
    #[error(
        "PostgreSQL {major} in {} is too old: install version {minimum} or newer, or point --pg-bin (GAVIA_PG_BIN) at one",
        bin.display(), minimum = super::programs::MINIMUM_MAJOR
    )]
    TooOld { bin: PathBuf, major: u32 },
    #[error(
        "the data in {} was made by PostgreSQL {needed}, but what is here is {found}: install PostgreSQL {needed} (or point \
         --pg-bin at it), or move the data to the other version with pg_upgrade", cluster.display()
    )]
    WrongMajor { cluster: PathBuf, needed: u32, found: String },
    #[error(
        "the data directory {} cannot be written by the account {account} ({why}): give it to that account, or choose \
         another with --data-dir (GAVIA_DATA_DIR)", path.display()
    )]
    NotWritable { path: PathBuf, account: String, why: io::Error },
    #[error("{} is not a folder: choose another data directory with --data-dir (GAVIA_DATA_DIR)", path.display())]
    NotAFolder { path: PathBuf },
    #[error(
        "PostgreSQL runs as the account {account}, which cannot pass through {} (mode {mode:04o}) to reach {}: choose a \
         place that it can reach, such as {advice}", blocked.display(), wanted.display()
    )]
    Unreachable { account: String, blocked: PathBuf, mode: u32, wanted: PathBuf, advice: &'static str },
    #[error(
        "{} is there and is no PostgreSQL data directory: move it away, or choose another data directory with --data-dir \
         (GAVIA_DATA_DIR)", path.display()
    )]
    NotACluster { path: PathBuf },
    #[error(
        "{} is itself a PostgreSQL data directory, but gavia keeps its own in a folder below: choose another --data-dir \
         (GAVIA_DATA_DIR), or set DATABASE_URL to use the server of that one", path.display()
    )]
    IsACluster { path: PathBuf },
    #[error(
        "another gavia (`gavia {command}`, process {pid}) is using {}: stop it, or choose another data directory with \
         --data-dir (GAVIA_DATA_DIR)", data_dir.display()
    )]
    InUse { data_dir: PathBuf, command: String, pid: u32 },
    #[error(
        "another process, which does not give its name, holds {}: stop it, or choose another data directory with \
         --data-dir (GAVIA_DATA_DIR)", path.display()
    )]
    InUseByUnknown { path: PathBuf },
    #[error(
        "`gavia serve` (process {pid}) is using {}, but its database does not answer ({why}): wait until it is ready, or \
         stop it", data_dir.display()
    )]
    NotAnswering { data_dir: PathBuf, pid: u32, why: String },
    #[error(
        "`gavia serve` (process {pid}) does not let the account {account} use its database in {}: run this command as the \
         account that runs gavia, or as root", data_dir.display()
    )]
    NotAllowed { data_dir: PathBuf, pid: u32, account: String },
    #[error(
        "the user id {uid} has no entry in the user database, which PostgreSQL needs: run gavia as a named account, or set \
         DATABASE_URL to a server of your own"
    )]
    Nameless { uid: u32 },
    #[error("there is no account named {name}: name an existing one with --pg-user (GAVIA_PG_USER), or leave it out")]
    NoSuchAccount { name: String },
    #[error("PostgreSQL refuses to run as root: name another account with --pg-user (GAVIA_PG_USER), or leave it out")]
    RootAccount,
    #[error(
        "gavia runs as root, PostgreSQL refuses to, and there is neither an account postgres nor nobody: name one with \
         --pg-user (GAVIA_PG_USER)"
    )]
    NoAccount,
    #[error(
        "only root can run PostgreSQL as the account {name}: start gavia as root or as {name}, or leave --pg-user out"
    )]
    CannotSwitch { name: String },
    #[error(
        "{} belongs to the account {owner}, but PostgreSQL would run as {account} and uses only its own account's data: run \
         gavia as the account that made it, give it away (chown -R {account}), or choose another data directory with \
         --data-dir (GAVIA_DATA_DIR)", cluster.display()
    )]
    OtherOwner { cluster: PathBuf, owner: String, account: String },
    #[error(
        "a PostgreSQL (process {pid}) that still runs in {} does not end: end it, then start gavia again", cluster.display()
    )]
    DoesNotEnd { pid: u32, cluster: PathBuf },
    #[error("{} cannot be run by the account {account}: {why}", program.display())]
    CannotRun { program: PathBuf, account: String, why: io::Error },
    #[error("{program} failed ({why}); it said: {output}")]
    Program { program: &'static str, why: String, output: String },
    #[error("the embedded PostgreSQL did not become ready: {why}; the last lines of {} are:\n{tail}", log.display())]
    NotReady { why: String, log: PathBuf, tail: String },
    #[error("the embedded PostgreSQL had ended by itself ({0}): its log is postgres.log in the data directory")]
    EndedByItself(String),
    #[error("the embedded PostgreSQL refused to be set up: {0}")]
    Database(#[from] sqlx::Error),
    #[error("{}: {why}", path.display())]
    File { path: PathBuf, why: io::Error },
    #[error("the thread that runs the embedded PostgreSQL {0}: look into the log, then start gavia again")]
    Thread(String),
}

/// Turns a failed file operation into an error that names the file.
pub(super) trait At<T> {
    fn at(self, path: &Path) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T, Error> {
        self.map_err(|why| Error::File { path: path.to_path_buf(), why })
    }
}
