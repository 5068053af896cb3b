//! Where the key that seals secrets comes from (design.md §8), and its replacement. The embedded mode keeps one beside its
//! database and makes it on the first start; with a database of one's own the key is given. A start with another key than the
//! database's stops before anything is written.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::{
    config::Config,
    seal::{SealError, SealingKey},
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "no encryption key is given: make one with `gavia key generate`, keep it safe, and name its file with --key-file (GAVIA_KEY_FILE) or set GAVIA_KEY"
    )]
    Missing,
    #[error("both --key-file and GAVIA_KEY are given: keep one of them")]
    Two,
    #[error("the key file {0} cannot be used: {1}")]
    File(String, io::Error),
    #[error("{0} holds no key: {1}")]
    NotAKey(String, SealError),
    #[error(
        "the secrets in the database are sealed with the key {stored}, but {given} was given; start with the right key, nothing was changed"
    )]
    Other { stored: String, given: String },
    #[error("the secrets in the database are sealed with the key {stored}, but {path} is missing: put the key back")]
    Lost { stored: String, path: String },
}

/// Where this process looks for its key.
#[derive(Clone, Debug)]
pub enum Source {
    Given(SealingKey),
    /// Beside the embedded database; made when neither it nor the database has one.
    Beside(PathBuf),
}

/// What the configuration says, before any database is opened.
pub fn source(config: &Config) -> Result<Source, Error> {
    match (&config.key, &config.key_file) {
        (Some(_), Some(_)) => Err(Error::Two),
        (Some(key), None) => Ok(Source::Given(parse("GAVIA_KEY", key.text())?)),
        (None, Some(path)) => Ok(Source::Given(read(path)?)),
        (None, None) if config.database_url.is_some() => Err(Error::Missing),
        (None, None) => Ok(Source::Beside(config.data_dir().join("secret.key"))),
    }
}

/// The key for a database whose key id is `stored`, if it has one yet.
pub fn load(source: Source, stored: Option<&str>) -> Result<SealingKey, Error> {
    let path = match source {
        Source::Given(key) => return fits(key, stored),
        Source::Beside(path) => path,
    };
    match (read(&path), stored) {
        (Err(Error::File(_, error)), None) if error.kind() == io::ErrorKind::NotFound => create(&path),
        (Err(Error::File(_, error)), Some(stored)) if error.kind() == io::ErrorKind::NotFound => {
            Err(Error::Lost { stored: stored.to_owned(), path: path.display().to_string() })
        }
        (key, stored) => fits(key?, stored).or_else(|error| finish_rotation(&path, stored).ok_or(error)?),
    }
}

fn fits(key: SealingKey, stored: Option<&str>) -> Result<SealingKey, Error> {
    match stored {
        Some(stored) if stored != key.id() => {
            Err(Error::Other { stored: stored.to_owned(), given: key.id().to_owned() })
        }
        _ => Ok(key),
    }
}

pub fn read(path: &Path) -> Result<SealingKey, Error> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| Error::File(name.clone(), error))?;
    parse(&name, &text)
}

fn parse(name: &str, text: &str) -> Result<SealingKey, Error> {
    SealingKey::from_base64(text).map_err(|error| Error::NotAKey(name.to_owned(), error))
}

/// A fresh key in a new file that only its owner reads; on disk before anything is sealed with it.
fn create(path: &Path) -> Result<SealingKey, Error> {
    let fault = |error| Error::File(path.display().to_string(), error);
    let text = SealingKey::generate();
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(fault)?;
    writeln!(file, "{text}").and_then(|()| file.sync_all()).and_then(|()| sync_folder(path)).map_err(fault)?;
    parse(&path.display().to_string(), &text)
}

/// A fresh key that waits beside the one at `path` while the database is sealed anew with it. What an earlier rotation left
/// there, cut before its commit, seals nothing.
pub fn create_successor(path: &Path) -> Result<SealingKey, Error> {
    let successor = successor(path);
    match fs::remove_file(&successor) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::File(successor.display().to_string(), error))
        }
        _ => create(&successor),
    }
}

fn successor(path: &Path) -> PathBuf {
    path.with_extension("key.new")
}

/// Puts the successor in the place of the key at `path`.
pub fn replace(path: &Path) -> Result<(), Error> {
    let done = fs::rename(successor(path), path).and_then(|()| sync_folder(path));
    done.map_err(|error| Error::File(path.display().to_string(), error))
}

/// A rotation that was cut between its commit and the renaming: the database already speaks of the successor.
fn finish_rotation(path: &Path, stored: Option<&str>) -> Option<Result<SealingKey, Error>> {
    let key = read(&successor(path)).ok().filter(|key| stored == Some(key.id()))?;
    Some(replace(path).map(|()| key))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn beside(folder: &tempfile::TempDir) -> Source {
        Source::Beside(folder.path().join("secret.key"))
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads_and_later_starts_use_it() {
        let folder = tempfile::tempdir().unwrap();
        let key = load(beside(&folder), None).unwrap();
        let mode = fs::metadata(folder.path().join("secret.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(load(beside(&folder), Some(key.id())).unwrap().id(), key.id());
    }

    #[test]
    fn f64_another_key_or_a_lost_one_stops_the_start_and_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(load(beside(&folder), Some("0123")), Err(Error::Lost { .. })));
        assert!(!folder.path().join("secret.key").exists());
        load(beside(&folder), None).unwrap();
        assert!(matches!(load(beside(&folder), Some("0123")), Err(Error::Other { .. })));
    }

    #[test]
    fn a_rotation_cut_before_its_last_step_is_finished_by_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        create(&path).unwrap();
        let new = create_successor(&path).unwrap();
        assert_eq!(load(beside(&folder), Some(new.id())).unwrap().id(), new.id());
        assert_eq!(read(&path).unwrap().id(), new.id());
        assert!(!successor(&path).exists());
    }

    #[test]
    fn a_database_of_ones_own_needs_a_key_and_only_one() {
        let config = Config::from_flags(&["--database-url", "postgres://h/d"]);
        assert!(matches!(source(&config), Err(Error::Missing)));
        let config = Config::from_flags(&["--key", "x", "--key-file", "y"]);
        assert!(matches!(source(&config), Err(Error::Two)));
        let config = Config::from_flags(&["--key", "x"]);
        assert!(matches!(source(&config), Err(Error::NotAKey(..))));
    }
}
