//! Builds the plugins that are part of the binary into OUT_DIR, so that `cargo build` alone gives a complete gavia:
//! `condition.wasm`, the evaluator of condition expressions, a core module without imports but `log`; `leave_note.wasm` and
//! `welcome_note.wasm`, the scripts that `--demo` loads, components; `hostile.wasm` and `prober.wasm`, with which `gavia plugin hostile`
//! attacks this very build.
//! They are compiled by a cargo of their own, since they belong to another workspace and target.

use std::env;
use std::path::Path;
use std::process::{Command, exit};

/// A plugin to embed: its crate, its target, and the name it gets in OUT_DIR.
struct Plugin {
    package: &'static str,
    target: &'static str,
    file: &'static str,
}

const PLUGINS: [Plugin; 5] = [
    Plugin { package: "gavia-condition", target: "wasm32-unknown-unknown", file: "condition.wasm" },
    Plugin { package: "leave-note", target: "wasm32-wasip2", file: "leave_note.wasm" },
    Plugin { package: "welcome-note", target: "wasm32-wasip2", file: "welcome_note.wasm" },
    Plugin { package: "hostile", target: "wasm32-wasip2", file: "hostile.wasm" },
    Plugin { package: "prober", target: "wasm32-wasip2", file: "prober.wasm" },
];

/// What the plugins are built from. Not their parent folder: a target directory may lie in it.
const SOURCES: [&str; 8] = [
    "../plugins/Cargo.toml",
    "../plugins/Cargo.lock",
    "../plugins/condition",
    "../plugins/leave-note",
    "../plugins/welcome-note",
    "../plugin-sdk",
    "../tests/guests/hostile",
    "../tests/guests/prober",
];

/// Settings of the outer build that would change the inner one: where it goes, how it compiles, who wraps rustc.
const LEAKING: [&str; 6] = [
    "CARGO_TARGET_DIR",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
];

fn main() {
    println!("cargo::rerun-if-changed=../migrations");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for plugin in &PLUGINS {
        if let Err(problem) = build(plugin, Path::new(&out)) {
            println!("cargo::error={problem}");
            exit(1);
        }
    }
}

fn build(plugin: &Plugin, out: &Path) -> Result<(), String> {
    let Plugin { package, target, file } = plugin;
    if !is_installed(target) {
        return Err(format!("the target {target} is missing: run `rustup target add {target}`"));
    }
    let target_dir = out.join("plugins");
    let mut cargo = Command::new(env::var("CARGO").expect("cargo sets CARGO"));
    cargo.args(["build", "--locked", "--release", "--manifest-path", "../plugins/Cargo.toml"]);
    cargo.args(["--package", package, "--target", target, "--target-dir"]).arg(&target_dir);
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if LEAKING.contains(&&*name) || name.starts_with("CARGO_BUILD_") || name.starts_with("CARGO_PROFILE_") {
            cargo.env_remove(&*name);
        }
    }
    let status = cargo.status().map_err(|e| format!("cargo did not start: {e}"))?;
    if !status.success() {
        return Err(format!("building the plugin {package} failed, see above"));
    }
    let built = target_dir.join(target).join("release").join(format!("{}.wasm", package.replace('-', "_")));
    let copied = std::fs::copy(&built, out.join(file));
    copied.map(drop).map_err(|e| format!("{} cannot be copied: {e}", built.display()))
}

/// Whether rustc has a standard library for the target; without one, the compiler's own message is a page long.
fn is_installed(target: &str) -> bool {
    let rustc = env::var_os("RUSTC").expect("cargo sets RUSTC");
    Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output().is_ok_and(|answer| {
        answer.status.success() && Path::new(String::from_utf8_lossy(&answer.stdout).trim()).is_dir()
    })
}
