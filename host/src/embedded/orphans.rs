//! Servers that an earlier gavia left running, as one killed with SIGKILL may. Only who holds the lock of the data
//! directory may end them.
//!
//! `postmaster.pid` alone is not believed: after a crash its number may by now be that of another program, even of
//! another PostgreSQL of the same account. What counts is a process named postgres whose working directory is the cluster.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::error::{At, Error};

const PAUSE: Duration = Duration::from_millis(50);

/// Ends what still runs in the cluster: first in order, then at once, at last by force (it recovers from its log).
pub(super) async fn end(cluster: &Path) -> Result<(), Error> {
    let steps = [(Signal::SIGINT, 10), (Signal::SIGQUIT, 6), (Signal::SIGKILL, 3)];
    for (signal, patience) in steps {
        let running = running_in(cluster);
        if running.is_empty() {
            break;
        }
        tracing::warn!(cluster = %cluster.display(), "ending a PostgreSQL that an earlier gavia left running ({signal})");
        // The first process tells the others, unless it is gone.
        let first = noted_in(cluster).filter(|pid| running.contains(pid) && signal != Signal::SIGKILL);
        for pid in first.map_or(running, |pid| vec![pid]) {
            match kill(pid, signal) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(why) => return Err(Error::File { path: cluster.to_path_buf(), why: why.into() }),
            }
        }
        let begun = Instant::now();
        while !running_in(cluster).is_empty() && begun.elapsed() < Duration::from_secs(patience) {
            sleep(PAUSE).await;
        }
    }
    match running_in(cluster).first() {
        Some(pid) => Err(Error::DoesNotEnd { pid: pid.as_raw().unsigned_abs(), cluster: cluster.to_path_buf() }),
        None => forget_stranger(cluster),
    }
}

/// Nothing runs here, yet the note names a process that lives: another program got the number, and PostgreSQL would
/// refuse to start because of it. Any other note it handles itself.
fn forget_stranger(cluster: &Path) -> Result<(), Error> {
    let Some(pid) = noted_in(cluster) else { return Ok(()) };
    if kill(pid, None) == Err(Errno::ESRCH) {
        return Ok(());
    }
    let note = cluster.join("postmaster.pid");
    tracing::info!("removing {}: process {pid} is not a PostgreSQL of this folder", note.display());
    match fs::remove_file(&note) {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.at(&note),
    }
}

/// The process that the cluster's own note names.
fn noted_in(cluster: &Path) -> Option<Pid> {
    let note = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    // Single-user mode writes a negative number; zero and below would signal whole groups.
    note.lines().next()?.trim().parse::<i32>().ok().filter(|pid| *pid > 1).map(Pid::from_raw)
}

/// The PostgreSQL processes whose working directory is the cluster.
#[cfg(target_os = "linux")]
fn running_in(cluster: &Path) -> Vec<Pid> {
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let postgres = processes.flatten().filter_map(|process| {
        let pid = process.file_name().to_str()?.parse().ok()?;
        let is_postgres = fs::read_to_string(process.path().join("comm")).ok()?.trim_end() == "postgres";
        (is_postgres && fs::read_link(process.path().join("cwd")).ok()? == cluster).then(|| Pid::from_raw(pid))
    });
    postgres.collect()
}

/// The noted process, if its command line is that of a PostgreSQL of this cluster.
#[cfg(not(target_os = "linux"))]
fn running_in(cluster: &Path) -> Vec<Pid> {
    let Some(pid) = noted_in(cluster) else { return Vec::new() };
    let answer = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    let is_ours = answer.is_ok_and(|answer| {
        let command = String::from_utf8_lossy(&answer.stdout).into_owned();
        command.contains("postgres") && command.contains(&format!("-D {}", cluster.display()))
    });
    if is_ours { vec![pid] } else { Vec::new() }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::process;

    use super::*;

    #[tokio::test]
    async fn a_stranger_with_the_noted_number_is_left_alone_and_the_note_removed() {
        let dir = tempfile::tempdir().unwrap();
        let mut stranger = process::Command::new("sleep").arg("60").spawn().unwrap();
        fs::write(dir.path().join("postmaster.pid"), format!("{}\n/data\n", stranger.id())).unwrap();
        end(dir.path()).await.unwrap();
        assert!(stranger.try_wait().unwrap().is_none(), "the stranger was ended");
        assert!(!dir.path().join("postmaster.pid").exists());
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }

    #[tokio::test]
    async fn the_note_of_a_dead_server_is_left_to_postgres() {
        let dir = tempfile::tempdir().unwrap();
        let mut dead = process::Command::new("true").spawn().unwrap();
        dead.wait().unwrap();
        let note = dir.path().join("postmaster.pid");
        fs::write(&note, format!("{}\n", dead.id())).unwrap();
        end(dir.path()).await.unwrap();
        assert!(note.exists());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_postgres_that_runs_in_the_cluster_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        let cluster = dir.path().canonicalize().unwrap();
        fs::copy("/bin/sleep", cluster.join("postgres")).unwrap();
        let mut left = process::Command::new(cluster.join("postgres")).arg("60").current_dir(&cluster).spawn().unwrap();
        while running_in(&cluster).is_empty() {
            sleep(PAUSE).await; // until it has become the program it runs
        }
        // It ends at the first signal here; reaping it is ours, as its parent.
        let (ended, ()) = tokio::join!(end(&cluster), async {
            while left.try_wait().unwrap().is_none() {
                sleep(PAUSE).await;
            }
        });
        ended.unwrap();
    }
}
