//! The PostgreSQL that gavia runs by itself when no DATABASE_URL is given: found, initialised, started, watched and
//! stopped here. It listens on a Unix socket only, lets in by process owner (peer) only, keeps its data in the data
//! directory, and ends with the process that started it.
//!
//! It does not bring the programs (`initdb`, `postgres`): those are the system's or `./dev`'s. It knows no schema either.
//!
//! What lies in the data directory: `gavia.lock` (held for as long as a server runs; says who holds it), `postgres/`
//! (the cluster), `run/` (the socket), `postgres.log` and one older `postgres.log.1`.

mod account;
mod attach;
mod cluster;
mod error;
mod folder;
mod lock;
mod log;
mod orphans;
mod process;
mod programs;
mod ready;
mod server;
mod socket;
pub mod testing;
mod tool;

use std::env;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

pub use attach::attach;
pub use error::Error;
pub use server::Server;

/// The one role in the embedded cluster: its superuser, reached by the system accounts that `cluster` lists.
const ROLE: &str = "gavia";

/// The database that gavia keeps its tables in; made at the first start.
pub const DATABASE: &str = "gavia";

/// What `Server::start` needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where data, socket and log live; made when missing.
    pub data_dir: PathBuf,
    /// The folder with `initdb` and `postgres`; searched for when None.
    pub pg_bin: Option<PathBuf>,
    /// The account that runs the server when gavia runs as root; chosen when None.
    pub pg_user: Option<String>,
    pub durability: Durability,
    /// The gavia command that starts the server, as others read it in the lock: `serve` is the one they may join.
    pub command: &'static str,
}

/// How safely the server writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Durability {
    /// What is committed survives a crash of the machine.
    #[default]
    Durable,
    /// For tests only: the data may be lost with the machine, and everything is faster.
    Throwaway,
}

/// The data directory when none is named: a place that is kept, and that the server's account can reach.
pub fn default_data_dir() -> PathBuf {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    if Uid::effective().is_root() {
        return Path::new("/var/lib/gavia").to_path_buf();
    }
    match (absolute("XDG_DATA_HOME"), absolute("HOME")) {
        (Some(data), _) => data.join("gavia"),
        (None, Some(home)) => home.join(".local/share/gavia"),
        (None, None) => PathBuf::from("gavia-data"),
    }
}
