//! Compiled plugins on disk: one file for each component and engine.
//!
//! A file is native code. It is used only when its SHA-256 is the one the caller got at preparation and stored elsewhere; a missing,
//! foreign or altered file means: prepare again. The folder belongs to the server alone.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{digest::Digest, error::StartError};

/// The folder is kept below this; the files that were used longest ago go first.
const MAX_TOTAL_BYTES: u64 = 4 << 30;

/// Compiled code of the largest component stays below this.
const MAX_FILE_BYTES: u64 = 512 << 20;

#[expect(clippy::disallowed_methods, reason = "the age of files is told by the clock that files have")]
fn now() -> SystemTime {
    SystemTime::now()
}

pub(crate) struct Cache {
    dir: PathBuf,
    engine_id: String,
}

impl Cache {
    pub(crate) fn open(dir: &Path, engine_id: &str) -> Result<Cache, StartError> {
        let usable = || {
            DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
            fs::set_permissions(dir, Permissions::from_mode(0o700))?;
            tempfile::tempfile_in(dir).map(drop)
        };
        usable().map_err(|error| StartError::Cache { path: dir.display().to_string(), reason: error.to_string() })?;
        Ok(Cache { dir: dir.to_owned(), engine_id: engine_id.to_owned() })
    }

    fn path(&self, component: Digest) -> PathBuf {
        self.dir.join(format!("{component}-{}.cwasm", self.engine_id))
    }

    /// Writes the file so that a reader sees all of it or nothing, and makes room.
    pub(crate) fn store(&self, component: Digest, code: &[u8]) -> io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(code)?;
        file.as_file().sync_all()?;
        file.persist(self.path(component))?;
        File::open(&self.dir)?.sync_all()?;
        self.make_room()
    }

    pub(crate) fn has(&self, component: Digest) -> bool {
        self.path(component).exists()
    }

    /// The code, if the file is there and is what `compiled` names.
    pub(crate) fn read(&self, component: Digest, compiled: Digest) -> Option<Vec<u8>> {
        let path = self.path(component);
        let file = File::open(&path).ok()?;
        // by this it is known which was used longest ago; a folder that does not take it forgets by age
        if let Err(error) = file.set_modified(now()) {
            tracing::debug!(%component, %error, "that a compiled plugin is used is not noted");
        }
        let mut code = Vec::new();
        if let Err(error) = file.take(MAX_FILE_BYTES).read_to_end(&mut code) {
            tracing::warn!(%component, %error, "a compiled plugin is not readable");
            return None;
        }
        if Digest::of(&code) != compiled {
            tracing::warn!(%component, "a compiled plugin is not what was stored; it will be compiled again");
            return None;
        }
        Some(code)
    }

    /// Others store and make room at the same time: what is gone by now needs no room.
    fn make_room(&self) -> io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for entry in fs::read_dir(&self.dir)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "cwasm") {
                continue;
            }
            if let Some(meta) = unless_gone(fs::metadata(&path))? {
                files.push((meta.modified()?, meta.len(), path));
            }
        }
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in files {
            if total <= MAX_TOTAL_BYTES {
                break;
            }
            unless_gone(fs::remove_file(&path))?;
            total -= bytes;
        }
        Ok(())
    }
}

fn unless_gone<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_tampered_or_foreign_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(&dir.path().join("compiled"), "engine").unwrap();
        let (component, code) = (Digest::of(b"component"), b"native code");
        cache.store(component, code).unwrap();
        assert_eq!(cache.read(component, Digest::of(code)).as_deref(), Some(&code[..]));
        assert!(cache.has(component) && !cache.has(Digest::of(b"another")));

        let path = cache.path(component);
        fs::write(&path, b"native codf").unwrap();
        assert_eq!(cache.read(component, Digest::of(code)), None);
        let other = Cache::open(&dir.path().join("compiled"), "another engine").unwrap();
        assert_eq!(other.read(component, Digest::of(code)), None);
        assert!(!other.has(component));
    }

    #[test]
    fn plugins_that_are_stored_at_the_same_time_do_not_trip_over_each_others_unfinished_files() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(&dir.path().join("compiled"), "engine").unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                let cache = &cache;
                scope.spawn(move || (0..50_u8).for_each(|n| cache.store(Digest::of(&[thread, n]), b"code").unwrap()));
            }
        });
    }

    #[test]
    fn what_is_used_stays_young() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(&dir.path().join("compiled"), "engine").unwrap();
        let (component, code) = (Digest::of(b"component"), b"native code");
        cache.store(component, code).unwrap();
        let age = || fs::metadata(cache.path(component)).unwrap().modified().unwrap().elapsed().unwrap();
        let long_ago = now() - std::time::Duration::from_hours(1);
        File::open(cache.path(component)).unwrap().set_modified(long_ago).unwrap();
        assert!(age().as_secs() > 3_000);
        cache.read(component, Digest::of(code)).unwrap();
        assert!(age().as_secs() < 3_000);
    }

    #[test]
    fn the_folder_is_the_servers_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("compiled");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Cache::open(&path, "engine").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_path_that_is_no_folder_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let Err(StartError::Cache { path, .. }) = Cache::open(file.path(), "engine") else {
            panic!("a file is no folder")
        };
        assert_eq!(path, file.path().display().to_string());
    }
}
