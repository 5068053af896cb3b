//! `gavia plugin build`: cargo or another language's tool makes the component, the sandbox says what it is.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use gavia_plugin_manifest::FILE;
use gavia_sandbox::{Prepared, Sandbox};
use serde_json::Value;

use super::{inspect, languages::Language, report, sandbox};
use crate::cli::{desk::say, stop::Stop};

/// What a plugin's crate is compiled to.
pub(super) const TARGET: &str = "wasm32-wasip2";
/// Whoever reads conditions may not even ask what time it is, and on this target the standard library does not.
pub(super) const CONDITION_TARGET: &str = "wasm32-unknown-unknown";

fn target(dir: &Path) -> Result<&'static str, Stop> {
    let text =
        fs::read_to_string(dir.join(FILE)).map_err(|error| Stop::Io("gavia-plugin.toml cannot be read", error))?;
    let written: toml::Table = text.parse().map_err(|error| Stop::refused(format!("gavia-plugin.toml: {error}")))?;
    let kinds = written.get("kinds").and_then(toml::Value::as_array);
    let condition = kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind.as_str() == Some("condition")));
    Ok(if condition { CONDITION_TARGET } else { TARGET })
}

pub(super) async fn run(dir: &Path) -> Result<(), Stop> {
    let file = component(dir)?;
    let (sandbox, _cache) = sandbox()?;
    let prepared = prepare(&sandbox, &file).await?;
    say(format!("{}\n{}", file.display(), report::of(&prepared)?).trim_end())
}

/// The component of a file, which must be a plugin that agrees with its own manifest.
pub(super) async fn prepare(sandbox: &Sandbox, file: &Path) -> Result<Prepared, Stop> {
    let prepared = sandbox.prepare(inspect::read(file)?).await;
    let prepared =
        prepared.map_err(|rejection| Stop::refused(format!("the plugin that was built is none: {rejection}")))?;
    let manifest = report::manifest(&prepared.bytes)?;
    if manifest.is_none() {
        return Err(Stop::refused("the plugin has no manifest: put `gavia_plugin_sdk::manifest!();` into src/lib.rs"));
    }
    match report::disagreements(&prepared, manifest.as_ref()).into_iter().next() {
        Some(problem) => Err(Stop::refused(format!("{problem}; mend gavia-plugin.toml"))),
        None => Ok(prepared),
    }
}

/// Compiles, with the tool's own messages on stderr, and says which file it is.
pub(super) fn component(dir: &Path) -> Result<PathBuf, Stop> {
    match Language::of(dir)? {
        Language::Rust => crate_in(dir),
        other => other.component(dir),
    }
}

fn crate_in(dir: &Path) -> Result<PathBuf, Stop> {
    let manifest = package(dir)?;
    let target = target(dir)?;
    if !is_installed(target, dir)? {
        return Err(Stop::refused(format!("the target {target} is missing: run `rustup target add {target}`")));
    }
    let mut cargo = cargo(dir);
    cargo.args(["build", "--release", "--lib", "--target", target, "--message-format", "json-render-diagnostics"]);
    let output = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| Stop::Io("cargo does not start", error))?;
    if !output.status.success() {
        return Err(Stop::refused("the plugin does not compile, see above"));
    }
    let messages = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let built = messages.filter_map(|message: Value| artifact(&message, &manifest)).next_back();
    built.ok_or_else(|| {
        Stop::refused("cargo made no component: Cargo.toml needs `[lib] crate-type = [\"cdylib\", \"rlib\"]`")
    })
}

fn artifact(message: &Value, manifest: &Path) -> Option<PathBuf> {
    if message["reason"] != "compiler-artifact" || Path::new(message["manifest_path"].as_str()?) != manifest {
        return None;
    }
    let files = message["filenames"].as_array()?.iter().filter_map(Value::as_str);
    files.map(PathBuf::from).find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
}

/// The plugin's Cargo.toml.
pub(super) fn package(dir: &Path) -> Result<PathBuf, Stop> {
    let manifest = dir.join("Cargo.toml").canonicalize();
    manifest
        .map_err(|_| Stop::refused(format!("{} holds no Cargo.toml; `gavia plugin new` makes a plugin", dir.display())))
}

/// Cargo in the plugin's folder, so that its toolchain file and its configuration count.
pub(super) fn cargo(dir: &Path) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(dir);
    cargo
}

/// Whether the rustc that cargo will use there, which may be a pinned one, has a standard library for the target; without one, the
/// compiler's own message is a page long.
fn is_installed(target: &str, dir: &Path) -> Result<bool, Stop> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).current_dir(dir).args(["--print", "target-libdir", "--target", target]).output();
    let output = output.map_err(|error| Stop::Io("rustc does not start; install Rust with rustup first", error))?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}
