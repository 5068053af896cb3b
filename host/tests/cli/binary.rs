//! One gavia: its folder, its environment, its commands and its server, all of which end with the test.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::fs::PermissionsExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

/// 32 bytes that protect nothing.
pub(crate) const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

pub(crate) struct Gavia {
    folder: tempfile::TempDir,
    variables: Vec<(String, String)>,
}

#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Gavia {
    /// In a folder that the database's account can pass through when the tests run as root.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("gavia-cli-").tempdir_in("/tmp").unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        let variables = vec![("GAVIA_DATA_DIR".to_owned(), folder.path().join("data").display().to_string())];
        Self { folder, variables }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.path().join(name), text).unwrap();
        self.path(name)
    }

    /// A command that knows nothing of the environment of the tests but the way to programs.
    pub(crate) fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gavia"));
        command.args(line).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(crate) fn run(&self, line: &[&str]) -> Ended {
        self.run_with(line, "")
    }

    pub(crate) fn run_with(&self, line: &[&str], input: &str) -> Ended {
        let mut command = self.command(line);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // a command that does not read it is gone already, and says so by its answer
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A running `gavia serve`.
pub(crate) struct Serving {
    process: Child,
    log: String,
    pub(crate) addr: String,
}

impl Gavia {
    /// Starts `gavia serve` on a port of its own choice and waits until it is ready.
    pub(crate) fn serve(&self, line: &[&str]) -> Serving {
        let log = self.path("serve.log");
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"]);
        command.args(line).stdin(Stdio::null());
        command.stdout(File::create(self.path("serve.out")).unwrap()).stderr(File::create(&log).unwrap());
        let begun = Instant::now();
        let process = command.spawn().unwrap();
        let mut serving = Serving { process, log, addr: String::new() };
        while serving.addr.is_empty() || serving.get("/readyz").0 != 200 {
            assert!(begun.elapsed() < Duration::from_secs(30), "not ready: {}", serving.log());
            assert!(serving.process.try_wait().unwrap().is_none(), "ended: {}", serving.log());
            sleep(Duration::from_millis(5));
            let log = serving.log();
            let told = log.split_once(r#""addr":""#).and_then(|(_, rest)| rest.split_once('"'));
            serving.addr = told.map(|(addr, _)| addr.to_owned()).unwrap_or_default();
        }
        serving
    }
}

impl Serving {
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Status and body; 0 when nobody answers.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let Ok(mut stream) = TcpStream::connect(&self.addr) else { return (0, String::new()) };
        let request = format!("GET {path} HTTP/1.1\r\nhost: g\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.get(9..12).and_then(|text| text.parse().ok()).unwrap_or_default();
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.process.id().try_into().unwrap()), signal).unwrap();
    }

    /// How it ended, which must be within the time that a stop may take.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "still running: {}", self.log());
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
