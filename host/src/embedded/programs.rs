//! Where PostgreSQL's programs are on this machine, and which of several versions fits the data.

use std::cmp::Reverse;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::cluster::Made;
use super::error::Error;

/// What gavia's SQL and initdb's options need.
pub(super) const MINIMUM_MAJOR: u32 = 14;

/// A program that does not tell its version by then is none.
const VERSION_PATIENCE: Duration = Duration::from_secs(10);
/// More folders than this are not looked into.
const FOLDERS_MAX: usize = 256;

/// Where distributions keep several versions side by side: a folder, how its entries for PostgreSQL begin (empty: with
/// the version), and where below one the programs are.
const PLACES: [(&str, &str, &str); 10] = [
    ("/usr/lib/postgresql", "", "bin"),   // Debian, Ubuntu
    ("/usr/lib", "postgresql", "bin"),    // SUSE
    ("/usr/lib64", "postgresql", "bin"),  // older SUSE
    ("/usr/lib64/postgresql", "", "bin"), // Gentoo
    ("/usr/libexec", "postgresql", ""),   // Alpine
    ("/usr", "pgsql-", "bin"),            // PGDG on RHEL
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/usr/local", "pgsql", "bin"), // built from source
];

/// A folder with `initdb` and `postgres`, of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Programs {
    pub(super) bin: PathBuf,
    pub(super) major: u32,
}

impl Programs {
    /// The programs of the folder asked for, else the newest found; for existing data only of the version that made it.
    pub(super) async fn find(asked: Option<&Path>, data: Option<&Made>) -> Result<Self, Error> {
        let found = match asked {
            Some(bin) => vec![Self::in_folder(bin).await?],
            None => search().await,
        };
        pick(found, asked.is_some(), data)
    }

    async fn in_folder(bin: &Path) -> Result<Self, Error> {
        let not = |why: String| Error::NotPrograms { bin: bin.to_path_buf(), why };
        if let Some(missing) = ["initdb", "postgres"].into_iter().find(|name| !bin.join(name).is_file()) {
            return Err(not(format!("{missing} is missing")));
        }
        let bin = bin.canonicalize().map_err(|why| not(why.to_string()))?;
        let mut command = Command::new(bin.join("postgres"));
        command.arg("--version").stdin(Stdio::null()).kill_on_drop(true);
        let answer = match timeout(VERSION_PATIENCE, command.output()).await {
            Ok(answer) => answer.map_err(|why| not(format!("postgres cannot be run: {why}")))?,
            Err(_) => return Err(not("postgres --version does not answer".into())),
        };
        let text = String::from_utf8_lossy(&answer.stdout);
        let major = major_of(&text).ok_or_else(|| not("postgres --version gives no version".into()))?;
        Ok(Self { bin, major })
    }
}

/// The major version in the answer of `postgres --version`: 15 of "postgres (PostgreSQL) 15.18 (Debian …)".
fn major_of(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL)")?.1.trim_start();
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn pick(found: Vec<Programs>, is_asked_for: bool, data: Option<&Made>) -> Result<Programs, Error> {
    if let Some(Made { cluster, major: needed }) = data {
        let all = describe(&found);
        return match found.into_iter().find(|programs| programs.major == *needed) {
            Some(fitting) => Ok(fitting),
            None if all.is_empty() => Err(Error::NoPrograms),
            None => Err(Error::WrongMajor { cluster: cluster.clone(), needed: *needed, found: all }),
        };
    }
    // The first of the newest: what comes earlier in PATH was put there on purpose.
    let newest = found.into_iter().min_by_key(|programs| Reverse(programs.major)).ok_or(Error::NoPrograms)?;
    match newest {
        new if new.major >= MINIMUM_MAJOR => Ok(new),
        old if is_asked_for => Err(Error::TooOld { bin: old.bin, major: old.major }),
        _ => Err(Error::NoPrograms),
    }
}

fn describe(found: &[Programs]) -> String {
    let each: Vec<String> = found.iter().map(|p| format!("{} ({})", p.major, p.bin.display())).collect();
    each.join(", ")
}

async fn search() -> Vec<Programs> {
    let mut found: Vec<Programs> = Vec::new();
    for bin in folders().into_iter().take(FOLDERS_MAX) {
        // A folder without the programs, or with broken ones, is no find; who wants to know why names it.
        if let Ok(programs) = Programs::in_folder(&bin).await
            && !found.contains(&programs)
        {
            found.push(programs);
        }
    }
    found
}

fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    for (parent, beginning, below) in PLACES {
        let Ok(entries) = fs::read_dir(parent) else { continue };
        let versions = entries.flatten().filter(|entry| {
            let name = entry.file_name();
            let rest = name.to_str().and_then(|name| name.strip_prefix(beginning));
            rest.is_some_and(|rest| !beginning.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        folders.extend(versions.map(|entry| if below.is_empty() { entry.path() } else { entry.path().join(below) }));
    }
    folders
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn programs(major: u32) -> Programs {
        Programs { bin: format!("/pg/{major}").into(), major }
    }

    fn made_by(major: u32) -> Made {
        Made { cluster: "/data/postgres".into(), major }
    }

    #[test]
    fn versions_are_read_from_releases_and_betas() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 19beta1"), Some(19));
        assert_eq!(major_of("postgres of another kind 12"), None);
    }

    #[test]
    fn the_newest_is_taken_for_new_data_and_the_fitting_one_for_old() {
        let all = vec![programs(13), programs(16), programs(15)];
        assert_eq!(pick(all.clone(), false, None).unwrap().major, 16);
        assert_eq!(pick(all.clone(), false, Some(&made_by(15))).unwrap().major, 15);
        let refused = pick(all, false, Some(&made_by(17))).unwrap_err().to_string();
        assert!(
            refused.contains("made by PostgreSQL 17, but what is here is 13 (/pg/13), 16 (/pg/16), 15"),
            "{refused}"
        );
    }

    #[test]
    fn what_is_too_old_does_not_count() {
        assert!(matches!(pick(vec![programs(13)], false, None), Err(Error::NoPrograms)));
        assert!(matches!(pick(vec![programs(13)], true, None), Err(Error::TooOld { major: 13, .. })));
    }

    #[test]
    fn without_programs_it_says_what_to_install() {
        let refused = pick(vec![], false, Some(&made_by(15))).unwrap_err().to_string();
        for hint in ["apt-get install postgresql", "GAVIA_PG_BIN", "DATABASE_URL", "service need not run"] {
            assert!(refused.contains(hint), "{refused}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_not_postgres_is_told_from_one() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["initdb", "postgres"] {
            fs::copy("/bin/true", dir.path().join(name)).unwrap();
        }
        let refused = Programs::find(Some(dir.path()), None).await.unwrap_err().to_string();
        assert!(refused.contains("gives no version"), "{refused}");
    }
}
