//! The account that runs the server. PostgreSQL refuses to run as root, so root hands it to another account, which must
//! then be able to pass through every folder on the way to the data and to the programs.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, User};

use super::error::Error;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: Uid,
    pub(super) gid: Gid,
}

/// The data whose owner decides: PostgreSQL uses only what belongs to its own account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owned<'a> {
    pub(super) cluster: &'a Path,
    /// None when there is no data yet.
    pub(super) owner: Option<Uid>,
}

impl Account {
    /// For an ordinary account itself. For root the account asked for, else the owner of the existing data, else
    /// `postgres`, else `nobody`. It must have a name: initdb looks it up.
    pub(super) fn choose(us: Uid, asked: Option<&str>, data: Owned<'_>) -> Result<Self, Error> {
        let account = match asked {
            Some(name) => by_name(name).ok_or_else(|| Error::NoSuchAccount { name: name.into() })?,
            None if !us.is_root() => by_uid(us)?,
            None => match data.owner.filter(|owner| !owner.is_root()) {
                Some(owner) => by_uid(owner)?,
                None => by_name("postgres").or_else(|| by_name("nobody")).ok_or(Error::NoAccount)?,
            },
        };
        if !us.is_root() && account.uid != us {
            return Err(Error::CannotSwitch { name: account.name });
        }
        if account.uid.is_root() {
            return Err(Error::RootAccount);
        }
        match data.owner {
            Some(owner) if owner != account.uid => Err(Error::OtherOwner {
                cluster: data.cluster.to_path_buf(),
                owner: name_of(owner),
                account: account.name,
            }),
            _ => Ok(account),
        }
    }

    /// Whether the server runs as the account that gavia runs as.
    pub(super) fn is_ours(&self) -> bool {
        self.uid == Uid::effective()
    }

    /// The first folder on the way to `wanted` that the account may not pass, by mode bits, with its mode.
    pub(super) fn blocked_at(&self, wanted: &Path) -> Option<(PathBuf, u32)> {
        wanted.ancestors().find_map(|folder| {
            let found = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
            let pass = match (found.uid() == self.uid.as_raw(), found.gid() == self.gid.as_raw()) {
                (true, _) => 0o100,
                (false, true) => 0o010,
                (false, false) => 0o001,
            };
            (found.mode() & pass == 0).then(|| (folder.to_path_buf(), found.mode() & 0o7777))
        })
    }
}

/// The name of the account that gavia runs as, or its number when it has none.
pub(super) fn our_name() -> String {
    name_of(Uid::effective())
}

fn name_of(uid: Uid) -> String {
    by_uid(uid).map_or_else(|_| uid.to_string(), |account| account.name)
}

fn by_name(name: &str) -> Option<Account> {
    User::from_name(name).ok().flatten().map(Account::from)
}

fn by_uid(uid: Uid) -> Result<Account, Error> {
    User::from_uid(uid).ok().flatten().map(Account::from).ok_or(Error::Nameless { uid: uid.as_raw() })
}

impl From<User> for Account {
    fn from(user: User) -> Self {
        Self { name: user.name, uid: user.uid, gid: user.gid }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const ROOT: Uid = Uid::from_raw(0);
    const STRANGER: Uid = Uid::from_raw(4_000_000);

    fn owned(owner: Option<Uid>) -> Owned<'static> {
        Owned { cluster: Path::new("/data/postgres"), owner }
    }

    fn nobody() -> Account {
        by_name("nobody").unwrap()
    }

    #[test]
    fn an_ordinary_account_runs_the_server_itself() {
        let us = nobody().uid;
        assert_eq!(Account::choose(us, None, owned(None)).unwrap(), nobody());
        assert_eq!(Account::choose(us, Some("nobody"), owned(Some(us))).unwrap(), nobody());
    }

    #[test]
    fn an_ordinary_account_cannot_hand_the_server_to_another() {
        let refused = Account::choose(nobody().uid, Some("root"), owned(None)).unwrap_err();
        assert!(matches!(refused, Error::CannotSwitch { .. }), "{refused}");
        let refused = Account::choose(nobody().uid, None, owned(Some(ROOT))).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("/data/postgres belongs to the account root, but PostgreSQL would run as nobody"),
            "{refused}"
        );
    }

    #[test]
    fn root_hands_it_to_the_owner_of_the_data_or_to_the_account_asked_for() {
        assert_eq!(Account::choose(ROOT, None, owned(Some(nobody().uid))).unwrap(), nobody());
        assert_eq!(Account::choose(ROOT, Some("nobody"), owned(None)).unwrap(), nobody());
        let usual = Account::choose(ROOT, None, owned(None)).unwrap();
        assert!(["postgres", "nobody"].contains(&&*usual.name));
    }

    #[test]
    fn root_never_runs_it_as_root() {
        assert!(matches!(Account::choose(ROOT, Some("root"), owned(None)), Err(Error::RootAccount)));
        let refused = Account::choose(ROOT, None, owned(Some(ROOT))).unwrap_err();
        assert!(refused.to_string().contains("give it away (chown -R "), "{refused}");
    }

    #[test]
    fn an_account_must_have_a_name() {
        assert!(matches!(Account::choose(STRANGER, None, owned(None)), Err(Error::Nameless { uid: 4_000_000 })));
        let refused = Account::choose(ROOT, Some("no-such-account"), owned(None)).unwrap_err();
        assert!(refused.to_string().starts_with("there is no account named no-such-account"), "{refused}");
    }

    #[test]
    fn the_folder_that_blocks_is_named() {
        let stranger = Account { name: "x".into(), uid: STRANGER, gid: Gid::from_raw(4_000_000) };
        let parent = tempfile::tempdir().unwrap();
        let inner = parent.path().join("inner");
        let set = |dir: &Path, mode| fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
        fs::create_dir(&inner).unwrap();
        set(&inner, 0o711);
        set(parent.path(), 0o700);
        assert_eq!(stranger.blocked_at(&inner), Some((parent.path().to_path_buf(), 0o700)));
        set(parent.path(), 0o711);
        assert_eq!(stranger.blocked_at(&inner), None);
    }
}
