//! How a PostgreSQL program is run: as the server's account, with nothing of gavia's environment, in a process group of
//! its own, and not outliving gavia.

use std::env;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::process::Command;
use tokio::time::timeout;

use super::account::Account;
use super::error::Error;
use super::programs::Programs;

/// What a program may need of the environment. Not passed on: settings of PostgreSQL's clients and of the locale, which
/// would change what the server does, and gavia's own secrets.
const ENVIRONMENT: [&str; 5] = ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LOCALE_ARCHIVE", "TZDIR"];

/// How much of a failed program's last words is repeated.
const OUTPUT_LINES_MAX: usize = 15;

/// The programs, and who runs them.
#[derive(Debug, Clone)]
pub(super) struct Toolbox {
    pub(super) programs: Programs,
    pub(super) account: Account,
}

impl Toolbox {
    /// A command for one of the programs, in a working directory that its account can enter.
    ///
    /// On Linux it gets `signal` when the *thread* that spawned it ends: spawn it from one that lives as long as gavia.
    pub(super) fn command(&self, program: &str, working_dir: &Path, signal: Signal) -> Command {
        let mut command = Command::new(self.programs.bin.join(program));
        command.current_dir(working_dir).stdin(Stdio::null()).env_clear().env("LC_ALL", "C").env("HOME", working_dir);
        command.envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))));
        // A Ctrl-C in the terminal is for gavia, which stops its server when it has drained.
        command.process_group(0).kill_on_drop(true);
        if !self.account.is_ours() {
            // From root this drops the supplementary groups as well.
            command.uid(self.account.uid.as_raw()).gid(self.account.gid.as_raw());
        }
        end_with_us(&mut command, signal);
        command
    }

    /// Tries for real whether the account reaches the programs and the data; when not, says where the way is blocked.
    pub(super) async fn try_out(&self, data_dir: &Path) -> Result<(), Error> {
        let program = self.programs.bin.join("postgres");
        let mut command = self.command("postgres", data_dir, Signal::SIGKILL);
        let why = match run("postgres --version", command.arg("--version"), Duration::from_secs(10)).await? {
            Ok(()) => return Ok(()),
            Err(why) => why,
        };
        let places = [(data_dir, "/var/lib/gavia"), (&program, "the packages of the system")];
        let blocked = places.into_iter().find_map(|(wanted, advice)| {
            let (blocked, mode) = self.account.blocked_at(wanted)?;
            let (account, wanted) = (self.account.name.clone(), wanted.to_path_buf());
            Some(Error::Unreachable { account, blocked, mode, wanted, advice })
        });
        let account = self.account.name.clone();
        Err(blocked.unwrap_or(Error::CannotRun { program, account, why }))
    }

    /// Runs `initdb` to its end.
    pub(super) async fn initdb(&self, working_dir: &Path, arguments: &[&std::ffi::OsStr]) -> Result<(), Error> {
        let mut command = self.command("initdb", working_dir, Signal::SIGKILL);
        let ran = run("initdb", command.args(arguments), Duration::from_mins(2)).await?;
        let (program, account) = (self.programs.bin.join("initdb"), self.account.name.clone());
        ran.map_err(|why| Error::CannotRun { program, account, why })
    }
}

/// Runs a program to its end. The inner error: it could not be started at all.
async fn run(
    program: &'static str,
    command: &mut Command,
    patience: Duration,
) -> Result<Result<(), std::io::Error>, Error> {
    let answer = match timeout(patience, command.output()).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(why)) => return Ok(Err(why)),
        Err(_) => {
            let why = format!("no end after {} s", patience.as_secs());
            return Err(Error::Program { program, why, output: "nothing".into() });
        }
    };
    if answer.status.success() {
        return Ok(Ok(()));
    }
    let output = [answer.stdout, answer.stderr].concat();
    let output = String::from_utf8_lossy(&output);
    let lines: Vec<&str> = output.lines().collect();
    let output = lines[lines.len().saturating_sub(OUTPUT_LINES_MAX)..].join("\n");
    Err(Error::Program { program, why: answer.status.to_string(), output })
}

#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "what runs between fork and exec can only be given as unsafe")]
fn end_with_us(command: &mut Command, signal: Signal) {
    use nix::unistd::{Pid, getppid};
    let us = Pid::this();
    let set = move || {
        nix::sys::prctl::set_pdeathsig(signal)?;
        // We may have ended between the fork and the line above; then nobody would tell.
        if getppid() == us { Ok(()) } else { Err(nix::errno::Errno::ESRCH.into()) }
    };
    // SAFETY: prctl and getppid are async-signal-safe and nothing here allocates or locks.
    // The standard library runs this after setuid, which would have cleared the setting.
    unsafe { command.pre_exec(set) };
}

/// Elsewhere the next start ends what was left over.
#[cfg(not(target_os = "linux"))]
fn end_with_us(_: &mut Command, _: Signal) {}
