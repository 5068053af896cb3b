//! The lock of a data directory: proof that no other gavia uses it, and a note of who does, for the others to read.
//! Whoever holds it may treat a server that still runs there as left over.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::error::{At, Error};
use super::folder::{Folder, lock_in};

/// How long a command waits for another one to let go of the folder (design.md §8).
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// The time between two looks.
pub(super) const PAUSE: Duration = Duration::from_millis(100);
/// A server is no passing command: who finds one there is refused soon. Not at once, since a look at a free lock holds it
/// for an instant, when the note is still that of an earlier holder.
const PATIENCE_WITH_SERVER: Duration = Duration::from_millis(300);
/// A longer note is none.
const NOTE_MAX_BYTES: usize = 8192;

/// Who holds the lock, as written into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) pid: u32,
    /// Which `gavia` command it is.
    pub(super) command: String,
    /// Where its server listens; None until it is ready.
    pub(super) socket_dir: Option<PathBuf>,
}

impl Holder {
    /// Whether it is a server that other commands may join.
    pub(super) fn serves(&self) -> bool {
        self.command == "serve"
    }

    fn read(file: &File) -> Option<Self> {
        let mut note = [0; NOTE_MAX_BYTES];
        let length = file.read_at(&mut note, 0).ok()?;
        serde_json::from_slice(&note[..length]).ok()
    }
}

/// The lock, held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
    path: PathBuf,
    holder: Holder,
    /// What the holder before us wrote, if it did not end in order.
    pub(super) left_behind: Option<Holder>,
}

impl Lock {
    /// Takes the lock and notes who holds it; waits for a passing command, refuses beside a server.
    pub(super) async fn take(folder: &Folder, command: &'static str) -> Result<Self, Error> {
        let path = folder.lock();
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|why| folder.not_writable(why))?;
        let begun = Instant::now();
        while !try_lock(&file, &path)? {
            let holder = Holder::read(&file);
            let patience = if holder.as_ref().is_some_and(Holder::serves) { PATIENCE_WITH_SERVER } else { PATIENCE };
            if begun.elapsed() > patience {
                return Err(in_use(folder.path(), holder));
            }
            sleep(PAUSE).await;
        }
        let left_behind = Holder::read(&file);
        let holder = Holder { pid: process::id(), command: command.into(), socket_dir: None };
        let lock = Self { file, path, holder, left_behind };
        lock.write().map_err(|why| folder.not_writable(why))?;
        Ok(lock)
    }

    /// Notes that the server is ready and where it listens.
    pub(super) fn publish(&mut self, socket_dir: &Path) -> Result<(), Error> {
        self.holder.socket_dir = Some(socket_dir.to_path_buf());
        self.write().at(&self.path)
    }

    fn write(&self) -> io::Result<()> {
        let note = serde_json::to_vec(&self.holder)?;
        self.file.set_len(0)?;
        self.file.write_all_at(&note, 0)
    }
}

impl Drop for Lock {
    /// Given back in order, the lock leaves no note behind; a note that stays is no harm, since nobody holds it.
    fn drop(&mut self) {
        if let Err(why) = self.file.set_len(0) {
            tracing::debug!("{} keeps its note: {why}", self.path.display());
        }
    }
}

/// What somebody who does not want the lock finds.
#[derive(Debug)]
pub(super) enum Look {
    Free,
    /// Taken; None when the holder has not written its note yet.
    Held(Option<Holder>),
}

/// Looks at a lock without making anything.
pub(super) fn look(data_dir: &Path) -> Result<Look, Error> {
    let path = lock_in(data_dir);
    let file = match File::open(&path) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Look::Free),
        opened => opened.at(&path)?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(Look::Free),
        Err(TryLockError::WouldBlock) => Ok(Look::Held(Holder::read(&file))),
        Err(TryLockError::Error(why)) => Err(why).at(&path),
    }
}

/// The refusal that names the holder.
pub(super) fn in_use(data_dir: &Path, holder: Option<Holder>) -> Error {
    match holder {
        Some(Holder { pid, command, .. }) => Error::InUse { data_dir: data_dir.to_path_buf(), command, pid },
        None => Error::InUseByUnknown { path: lock_in(data_dir) },
    }
}

fn try_lock(file: &File, path: &Path) -> Result<bool, Error> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(why)) => Err(why).at(path),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        (dir, folder)
    }

    #[tokio::test]
    async fn a_held_lock_tells_who_holds_it_and_a_released_one_is_free() {
        let (_dir, folder) = folder();
        assert!(matches!(look(folder.path()).unwrap(), Look::Free));
        let mut lock = Lock::take(&folder, "serve").await.unwrap();
        lock.publish(Path::new("/run/here")).unwrap();
        let Look::Held(Some(holder)) = look(folder.path()).unwrap() else { panic!("not held") };
        let socket_dir = Some("/run/here".into());
        assert_eq!(holder, Holder { pid: process::id(), command: "serve".into(), socket_dir });
        drop(lock);
        assert!(matches!(look(folder.path()).unwrap(), Look::Free));
        assert!(Lock::take(&folder, "serve").await.unwrap().left_behind.is_none());
    }

    #[tokio::test]
    async fn a_server_is_not_waited_for() {
        let (_dir, folder) = folder();
        let _held = Lock::take(&folder, "serve").await.unwrap();
        let begun = Instant::now();
        let refused = Lock::take(&folder, "migrate").await.unwrap_err().to_string();
        assert!(begun.elapsed() < Duration::from_secs(5));
        let named = format!("another gavia (`gavia serve`, process {}) is using", process::id());
        assert!(refused.starts_with(&named), "{refused}");
    }

    #[tokio::test]
    async fn a_passing_command_is_waited_for() {
        let (_dir, folder) = folder();
        let held = Lock::take(&folder, "migrate").await.unwrap();
        let (taken, ()) = tokio::join!(Lock::take(&folder, "serve"), async {
            sleep(Duration::from_millis(500)).await;
            drop(held);
        });
        assert!(taken.is_ok());
    }

    #[tokio::test]
    async fn a_command_that_stays_is_named_after_ten_seconds() {
        let (_dir, folder) = folder();
        let _held = Lock::take(&folder, "migrate").await.unwrap();
        let begun = Instant::now();
        let refused = Lock::take(&folder, "user create").await.unwrap_err().to_string();
        assert!(begun.elapsed() >= PATIENCE);
        assert!(refused.contains("`gavia migrate`"), "{refused}");
    }

    #[tokio::test]
    async fn a_holder_that_did_not_end_in_order_is_remembered() {
        let (_dir, folder) = folder();
        std::fs::write(folder.lock(), r#"{"pid":1,"command":"serve","socket_dir":null}"#).unwrap();
        assert_eq!(Lock::take(&folder, "migrate").await.unwrap().left_behind.as_ref().unwrap().command, "serve");
    }
}
