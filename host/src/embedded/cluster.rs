//! The cluster: PostgreSQL's data directory, made once with initdb, and the rule who may connect, written at each start.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, fchown};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid};

use super::account::{self, Account};
use super::error::{At, Error};
use super::folder::Folder;
use super::tool::Toolbox;
use super::{Durability, ROLE, orphans};

/// A cluster that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Made {
    pub(super) cluster: PathBuf,
    /// The PostgreSQL that made it, and the only one that can use it.
    pub(super) major: u32,
}

/// Who owns the cluster; None when there is none, or only an empty folder in its place.
pub(super) fn owner(folder: &Folder) -> Result<Option<Uid>, Error> {
    let cluster = folder.cluster();
    match fs::metadata(&cluster) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        Ok(found) if !found.is_dir() => Err(Error::NotACluster { path: cluster }),
        found => {
            let found = found.at(&cluster)?;
            // One that may not be read belongs to somebody else, which is what the caller asks.
            let is_empty = fs::read_dir(&cluster).is_ok_and(|mut entries| entries.next().is_none());
            Ok((!is_empty).then(|| Uid::from_raw(found.uid())))
        }
    }
}

/// The existing cluster; only for one that has an owner.
pub(super) fn existing(folder: &Folder) -> Result<Made, Error> {
    let cluster = folder.cluster();
    let text = match fs::read_to_string(cluster.join("PG_VERSION")) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Err(Error::NotACluster { path: cluster }),
        text => text.at(&cluster.join("PG_VERSION"))?,
    };
    // "15"; before version 10 "9.6", which no known program fits either.
    match text.trim().split('.').next().map(str::parse) {
        Some(Ok(major)) => Ok(Made { cluster, major }),
        _ => Err(Error::NotACluster { path: cluster }),
    }
}

/// Makes the cluster beside its place and moves it in: a kill half-way leaves nothing that looks finished.
pub(super) async fn make(folder: &Folder, tools: &Toolbox, durability: Durability) -> Result<(), Error> {
    let (cluster, unfinished) = (folder.cluster(), folder.unfinished());
    tracing::info!(cluster = %cluster.display(), account = tools.account.name, "creating the database cluster");
    // A machine without the locale C.UTF-8 has C, which every one has.
    if let Err(why) = initdb(&unfinished, tools, (durability, "C.UTF-8")).await {
        tracing::debug!("initdb with the locale C.UTF-8: {why}");
        initdb(&unfinished, tools, (durability, "C")).await?;
    }
    fs::rename(&unfinished, &cluster).at(&cluster)?;
    File::open(folder.path()).and_then(|folder| folder.sync_all()).at(folder.path())
}

async fn initdb(dir: &Path, tools: &Toolbox, how: (Durability, &str)) -> Result<(), Error> {
    orphans::end(dir).await?;
    match fs::remove_dir_all(dir) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why).at(dir),
        _ => fs::create_dir(dir).at(dir)?,
    }
    own(dir, &tools.account)?;
    let locale = format!("--locale={}", how.1);
    let mut arguments: Vec<&OsStr> =
        ["-U", ROLE, "-A", "peer", "-E", "UTF8", "--no-instructions"].map(OsStr::new).into();
    arguments.extend([OsStr::new(&locale), OsStr::new("-D"), dir.as_os_str()]);
    if how.0 == Durability::Throwaway {
        arguments.push(OsStr::new("--no-sync"));
    }
    tools.initdb(dir, &arguments).await
}

/// Only root, the server's account and ours may connect, all as one role and only over the socket; there is no password.
pub(super) fn write_access(cluster: &Path, account: &Account) -> Result<(), Error> {
    let mut names = vec![account::our_name(), account.name.clone(), "root".to_owned()];
    names.sort_unstable();
    names.dedup();
    let map: Vec<String> = names.iter().map(|name| format!("{ROLE} \"{name}\" {ROLE}\n")).collect();
    for (file, text) in [("pg_hba.conf", format!("local all all peer map={ROLE}\n")), ("pg_ident.conf", map.concat())] {
        let path = cluster.join(file);
        replace(&path, &text, account).at(&path)?;
    }
    Ok(())
}

/// Writes a file anew and renames it in. The folder is the server's: writing to the name as root would follow whatever
/// link that account has put there.
fn replace(path: &Path, text: &str, account: &Account) -> io::Result<()> {
    let mut fresh = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(path))?;
    fresh.write_all(text.as_bytes())?;
    if !account.is_ours() {
        fchown(fresh.as_file(), Some(account.uid.as_raw()), Some(account.gid.as_raw()))?;
    }
    fresh.persist(path)?;
    Ok(())
}

/// Gives a folder to the server's account, and to nobody else.
pub(super) fn own(dir: &Path, account: &Account) -> Result<(), Error> {
    let (uid, gid): (Uid, Gid) = (account.uid, account.gid);
    if !account.is_ours() {
        chown(dir, Some(uid.as_raw()), Some(gid.as_raw())).at(dir)?;
    }
    fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).at(dir)
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

    #[test]
    fn an_empty_folder_is_no_cluster_yet() {
        let (_dir, folder) = folder();
        assert_eq!(owner(&folder).unwrap(), None);
        fs::create_dir(folder.cluster()).unwrap();
        assert_eq!(owner(&folder).unwrap(), None);
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_refused() {
        let (_dir, folder) = folder();
        fs::create_dir(folder.cluster()).unwrap();
        fs::write(folder.cluster().join("letters.txt"), "dear").unwrap();
        assert_eq!(owner(&folder).unwrap(), Some(Uid::effective()));
        assert!(matches!(existing(&folder), Err(Error::NotACluster { .. })));
        fs::write(folder.cluster().join("PG_VERSION"), "new\n").unwrap();
        assert!(matches!(existing(&folder), Err(Error::NotACluster { .. })));
        fs::write(folder.cluster().join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(existing(&folder).unwrap().major, 15);
    }

    #[test]
    fn access_files_replace_a_link_instead_of_following_it() {
        let (dir, folder) = folder();
        fs::create_dir(folder.cluster()).unwrap();
        let target = dir.path().join("precious");
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, folder.cluster().join("pg_hba.conf")).unwrap();
        let us = Account { name: "somebody".into(), uid: Uid::effective(), gid: Gid::effective() };
        write_access(&folder.cluster(), &us).unwrap();
        assert_eq!(fs::read_to_string(target).unwrap(), "kept");
        assert_eq!(fs::read_to_string(folder.cluster().join("pg_hba.conf")).unwrap(), "local all all peer map=gavia\n");
        let map = fs::read_to_string(folder.cluster().join("pg_ident.conf")).unwrap();
        assert!(map.contains("gavia \"root\" gavia\n") && map.contains("gavia \"somebody\" gavia\n"), "{map}");
    }
}
