//! Compiles a checked component: in this process, or in a child that has no more than it needs (plugin-runtime §5.6).
//!
//! A child costs a few milliseconds and buys this: whatever a component does to the compiler, it takes two gigabytes, a minute of
//! processor time and no file or connection. What it answers is native code, so the child is always this same program.

use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, Command},
    time::timeout,
};

use crate::{
    error::Rejection,
    worker::{self, Allowance, REFUSED},
};

/// Compiled code of the largest component stays below this.
const MAX_CODE_BYTES: u64 = 512 << 20;

/// What a child says about a refusal.
const MAX_REASON_BYTES: u64 = 4 << 10;

/// What a program ends with that panicked.
const PANICKED: i32 = 101;

/// A child that computes ends by its processor time; this ends one that does not.
const WALL_FACTOR: u32 = 4;

/// The program to start, and the arguments that make it call [`crate::compile_worker`].
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
}

impl Worker {
    /// The compiled code. Ended with its caller.
    pub(crate) async fn compile(&self, component: &[u8], allowance: Allowance) -> Result<Vec<u8>, Rejection> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).env_clear().envs(worker::environment(allowance));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child =
            command.spawn().map_err(|error| ours(&format!("{} does not start: {error}", self.program.display())))?;
        let wall = Duration::from_secs(allowance.cpu_seconds) * WALL_FACTOR;
        timeout(wall, converse(&mut child, component, allowance))
            .await
            .unwrap_or_else(|_| Err(Rejection::Limit(format!("it took more than {wall:?} to compile"))))
    }
}

fn ours(reason: &str) -> Rejection {
    Rejection::Internal(format!("the compiler: {reason}"))
}

async fn converse(child: &mut Child, component: &[u8], allowance: Allowance) -> Result<Vec<u8>, Rejection> {
    let (Some(mut input), Some(output), Some(errors)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(ours("no pipes"));
    };
    // The child reads everything before it writes anything; a failed write shows in how it ends.
    let _ = input.write_all(component).await;
    drop(input);
    let (mut code, mut reason) = (Vec::new(), Vec::new());
    let (mut output, mut errors) = (output.take(MAX_CODE_BYTES), errors.take(MAX_REASON_BYTES));
    let read = tokio::try_join!(output.read_to_end(&mut code), errors.read_to_end(&mut reason));
    read.map_err(|error| ours(&error.to_string()))?;
    drop((output, errors));
    let ended = child.wait().await.map_err(|error| ours(&error.to_string()))?;
    let reason = String::from_utf8_lossy(&reason).into_owned();
    let signal = std::os::unix::process::ExitStatusExt::signal(&ended);
    match (ended.code(), signal) {
        (Some(0), _) => Ok(code),
        (Some(code), _) if code == i32::from(REFUSED) => Err(Rejection::Invalid(reason)),
        // A panic: what a library does when it gets no memory or no thread, or meets what it did not expect.
        (Some(PANICKED), _) => Err(Rejection::Limit(format!(
            "the compiler gave up on it within {} bytes of memory: {reason}",
            allowance.memory_bytes
        ))),
        (_, Some(signal)) if signal == nix::libc::SIGXCPU || signal == nix::libc::SIGKILL => {
            Err(Rejection::Limit(format!("it took more than {} s of processor time to compile", allowance.cpu_seconds)))
        }
        (_, Some(signal)) if signal == nix::libc::SIGABRT || signal == nix::libc::SIGSEGV => {
            Err(Rejection::Limit(format!("it took more than {} bytes of memory to compile", allowance.memory_bytes)))
        }
        _ => Err(ours(&format!("it ended with {ended}: {reason}"))),
    }
}
