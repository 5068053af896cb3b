//! Where the server listens: a folder of the data directory, or a short one under /tmp, since the path of a socket may
//! not be longer than the system's struct for it. And how to connect there.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tempfile::TempDir;

use super::ROLE;
use super::account::Account;
use super::cluster::own;
use super::error::{At, Error};
use super::folder::Folder;
use super::lock::Holder;

/// The port is part of the socket's name, and nothing else here.
pub(super) const PORT: u16 = 5432;
const FILES: [&str; 2] = [".s.PGSQL.5432", ".s.PGSQL.5432.lock"];
/// Linux has room for 107 bytes, macOS and the BSDs for 103.
const PATH_MAX_BYTES: usize = 103;
const SHORT: &str = "/tmp";
const SHORT_PREFIX: &str = "gavia-pg-";

/// The folder of the socket; a short one goes when this is dropped.
#[derive(Debug)]
pub(super) struct SocketDir {
    path: PathBuf,
    _short: Option<TempDir>,
}

impl SocketDir {
    pub(super) fn make(folder: &Folder, account: &Account) -> Result<Self, Error> {
        let made = if fits(&folder.run()) {
            let path = folder.run();
            fs::create_dir_all(&path).at(&path)?;
            Self { path, _short: None }
        } else {
            let short = tempfile::Builder::new().prefix(SHORT_PREFIX).tempdir_in(SHORT).at(Path::new(SHORT))?;
            Self { path: short.path().to_path_buf(), _short: Some(short) }
        };
        own(&made.path, account)?;
        Ok(made)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// As a value of `unix_socket_directories`, which is a list: in quotes, since a path may hold commas and spaces.
    pub(super) fn setting(&self) -> OsString {
        let quoted = self.path.to_string_lossy().replace('"', "\"\"");
        format!("unix_socket_directories=\"{quoted}\"").into()
    }
}

/// Whether the socket's path is text (it goes into the lock's note and into URLs) and short enough.
fn fits(dir: &Path) -> bool {
    dir.to_str().is_some_and(|dir| dir.len() + 1 + FILES[0].len() <= PATH_MAX_BYTES)
}

/// Removes the short folder of a server that did not end in order. Only what the server itself puts there is deleted.
pub(super) fn forget(left_behind: Option<&Holder>) {
    let Some(dir) = left_behind.and_then(|holder| holder.socket_dir.as_deref()) else { return };
    let is_short = dir.parent() == Some(Path::new(SHORT))
        && dir.file_name().is_some_and(|name| name.to_string_lossy().starts_with(SHORT_PREFIX));
    if !is_short || !dir.symlink_metadata().is_ok_and(|found| found.is_dir()) {
        return;
    }
    let removed: Vec<_> = FILES.iter().map(|file| fs::remove_file(dir.join(file))).collect();
    if let Err(why) = fs::remove_dir(dir) {
        tracing::warn!("{} of an earlier run stays: {why} (its files: {removed:?})", dir.display());
    }
}

/// How to connect to a server that listens in the folder.
pub(super) fn options(socket_dir: &Path, database: &str) -> PgConnectOptions {
    PgConnectOptions::new_without_pgpass()
        .socket(socket_dir)
        .port(PORT)
        .username(ROLE)
        .database(database)
        .ssl_mode(PgSslMode::Disable)
}

/// The same as a URL, which PostgreSQL's own tools understand too.
pub(super) fn url(socket_dir: &Path, database: &str) -> String {
    format!("postgres:///{}?host={}&user={ROLE}", percent(database), percent(&socket_dir.to_string_lossy()))
}

/// Percent-encodes what is not plain in a URL's path or query.
fn percent(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_path_too_long_for_a_socket_is_told() {
        assert!(fits(Path::new("/var/lib/gavia/run")));
        assert!(fits(Path::new(&format!("/{}", "x".repeat(88)))));
        assert!(!fits(Path::new(&format!("/{}", "x".repeat(89)))));
    }

    #[test]
    fn a_url_says_the_same_as_the_options() {
        let dir = Path::new("/tmp/a, \"b\" & ü=1");
        let parsed: PgConnectOptions = url(dir, "gavia").parse().unwrap();
        assert_eq!(parsed.get_socket().unwrap(), dir);
        assert_eq!((parsed.get_database(), parsed.get_username()), (Some("gavia"), "gavia"));
    }

    #[test]
    fn only_short_folders_of_our_own_are_forgotten() {
        let holder = |dir: &Path| Holder { pid: 1, command: "serve".into(), socket_dir: Some(dir.to_path_buf()) };
        let ours = tempfile::Builder::new().prefix(SHORT_PREFIX).tempdir_in(SHORT).unwrap();
        let other = tempfile::tempdir_in(SHORT).unwrap();
        for dir in [&ours, &other] {
            fs::write(dir.path().join(FILES[0]), "").unwrap();
            forget(Some(&holder(dir.path())));
        }
        assert!(!ours.path().exists());
        assert!(other.path().join(FILES[0]).exists());
    }
}
