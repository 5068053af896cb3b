//! The other side of `compile.rs`: a process that takes limits upon itself, reads a component from standard input, writes its compiled
//! code to standard output, and does nothing else.

use std::{
    io::{self, Read as _, Write as _},
    process::ExitCode,
    time::Duration,
};

use nix::{
    sys::resource::{Resource, setrlimit},
    unistd::getppid,
};

use crate::{engine, inspect::MAX_BYTES, sandbox::Allocator};

/// The exit code for a component that the compiler refuses; the reason is on standard error.
pub(crate) const REFUSED: u8 = 3;

const CPU_SECONDS: &str = "GAVIA_COMPILE_CPU_SECONDS";
const MEMORY_BYTES: &str = "GAVIA_COMPILE_MEMORY_BYTES";

/// What one compilation may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Over all threads.
    pub(crate) cpu_seconds: u64,
    /// Of address space.
    pub(crate) memory_bytes: u64,
}

impl Allowance {
    /// For what Rust and C make.
    pub(crate) const USUAL: Allowance = Allowance { cpu_seconds: 60, memory_bytes: 2 << 30 };
    /// For what carries an interpreter along.
    pub(crate) const LARGE: Allowance = Allowance { cpu_seconds: 300, memory_bytes: 2 << 30 };
}

/// All that a child learns. Few threads and heaps: each one takes address space whether it is used or not.
pub(crate) fn environment(allowance: Allowance) -> [(&'static str, String); 4] {
    [
        (CPU_SECONDS, allowance.cpu_seconds.to_string()),
        (MEMORY_BYTES, allowance.memory_bytes.to_string()),
        ("RAYON_NUM_THREADS", "4".to_owned()),
        ("MALLOC_ARENA_MAX", "2".to_owned()),
    ]
}

/// Compiles standard input to standard output under the limits that the environment names, then ends the process's work: what the
/// program started by [`crate::Sandbox::compile_in_child`] does first and only.
pub fn compile_worker() -> ExitCode {
    match work() {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, reason)) => {
            let reason: String = reason.chars().take(1_000).collect();
            // Who does not read the reason sees the code.
            let _ = io::stderr().write_all(reason.as_bytes());
            ExitCode::from(code)
        }
    }
}

type Failure = (u8, String);

fn work() -> Result<(), Failure> {
    let failed = |reason: String| (1, reason);
    let number = |name: &str| {
        let value = std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        value.ok_or_else(|| failed(format!("{name} is no number: this is started by gavia, not by hand")))
    };
    let allowance = Allowance { cpu_seconds: number(CPU_SECONDS)?, memory_bytes: number(MEMORY_BYTES)? };
    let engine = engine::start(Allocator::OnDemand, 1).map_err(|error| failed(error.to_string()))?;
    end_with_parent();
    limit(allowance).map_err(|error| failed(format!("a limit cannot be set: {error}")))?;
    let mut component = Vec::new();
    io::stdin()
        .take(MAX_BYTES as u64 + (1 << 20))
        .read_to_end(&mut component)
        .map_err(|error| failed(error.to_string()))?;
    let code = engine.precompile_component(&component);
    let code = code.map_err(|error| (REFUSED, format!("{error:#}")))?;
    io::stdout().write_all(&code).and_then(|()| io::stdout().flush()).map_err(|error| failed(error.to_string()))
}

/// Nobody reads the answer once the server is gone, and a killed server cannot end its children.
fn end_with_parent() {
    let parent = getppid();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            if getppid() != parent {
                std::process::exit(1);
            }
        }
    });
}

/// From here on: so much memory, so much time, and not one more file or connection.
fn limit(allowance: Allowance) -> nix::Result<()> {
    setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
    setrlimit(Resource::RLIMIT_CPU, allowance.cpu_seconds, allowance.cpu_seconds + 1)?;
    setrlimit(Resource::RLIMIT_AS, allowance.memory_bytes, allowance.memory_bytes)?;
    setrlimit(Resource::RLIMIT_NOFILE, 3, 3)
}
