//! The data directory: made when missing, refused when it cannot be one, and the names of what lies in it.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use nix::unistd::Uid;

use super::account;
use super::error::{At, Error};

/// A data directory that exists; its path is absolute and free of symbolic links.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder if need be. What it makes as root it opens for passing through, whatever the umask: the server
    /// runs as another account. What an ordinary account makes is closed to others.
    pub(super) fn open(wanted: &Path) -> Result<Self, Error> {
        let wanted = std::path::absolute(wanted).at(wanted)?;
        make(&wanted).map_err(|why| not_writable(&wanted, why))?;
        let path = wanted.canonicalize().map_err(|why| not_writable(&wanted, why))?;
        if !path.is_dir() {
            return Err(Error::NotAFolder { path });
        }
        if path.join("PG_VERSION").exists() {
            return Err(Error::IsACluster { path });
        }
        Ok(Self { path })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn lock(&self) -> PathBuf {
        lock_in(&self.path)
    }

    /// PostgreSQL's own data directory.
    pub(super) fn cluster(&self) -> PathBuf {
        self.path.join("postgres")
    }

    /// Where a cluster is made before it gets its name.
    pub(super) fn unfinished(&self) -> PathBuf {
        self.path.join("postgres.new")
    }

    pub(super) fn run(&self) -> PathBuf {
        self.path.join("run")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The error for something that could not be written in here.
    pub(super) fn not_writable(&self, why: io::Error) -> Error {
        not_writable(&self.path, why)
    }
}

/// The lock of a data directory that may not exist.
pub(super) fn lock_in(data_dir: &Path) -> PathBuf {
    data_dir.join("gavia.lock")
}

fn make(wanted: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = wanted.ancestors().take_while(|path| path.symlink_metadata().is_err()).collect();
    for path in missing.into_iter().rev() {
        match fs::create_dir(path) {
            // Somebody else made it just now.
            Err(why) if why.kind() == io::ErrorKind::AlreadyExists => continue,
            made => made?,
        }
        if Uid::effective().is_root() {
            fs::set_permissions(path, Permissions::from_mode(0o711))?;
        } else if path == wanted {
            fs::set_permissions(path, Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}

fn not_writable(path: &Path, why: io::Error) -> Error {
    Error::NotWritable { path: path.to_path_buf(), account: account::our_name(), why }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn missing_folders_are_made_so_that_only_who_must_can_pass() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::open(&parent.path().join("a/b")).unwrap();
        let mode = fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, if Uid::effective().is_root() { 0o711 } else { 0o700 });
    }

    #[test]
    fn a_file_is_no_data_directory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Folder::open(file.path()), Err(Error::NotAFolder { .. })));
        assert!(matches!(Folder::open(&file.path().join("below")), Err(Error::NotWritable { .. })));
    }

    #[test]
    fn a_foreign_cluster_is_not_taken_for_a_data_directory() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("PG_VERSION"), "15\n").unwrap();
        assert!(matches!(Folder::open(dir.path()), Err(Error::IsACluster { .. })));
    }
}
