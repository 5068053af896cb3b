//! The guest programs of `tests/guests`, built once a test run with the same command that users have.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Variables of an outer cargo run that must not leak into the nested one.
const OUTER: [&str; 6] = [
    "CARGO_TARGET_DIR",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "CLIPPY_ARGS",
];

static FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Waits until the guests are built: before a server starts, since a minute's build on the test's own thread would let the client
/// reuse connections that the server gave up meanwhile.
pub async fn built() {
    tokio::task::spawn_blocking(|| FOLDER.get_or_init(build)).await.expect("the guests build");
}

/// The component of a guest by its logical name, for example `print_creator`.
pub fn wasm(name: &str) -> Vec<u8> {
    let path = FOLDER.get_or_init(build).join(format!("{name}.wasm"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn build() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let target = root.join("target/guests-build");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--release", "--target", "wasm32-wasip2"]);
    for package in [
        "print_creator",
        "fail_on_mode",
        "print_long",
        "print_action",
        "quiet",
        "hostile",
        "name_people",
        "tell_people",
        "notice-webhook",
    ] {
        cargo.args(["-p", package]);
    }
    cargo.arg("--manifest-path").arg(root.join("plugins/Cargo.toml")).arg("--target-dir").arg(&target);
    for variable in OUTER {
        cargo.env_remove(variable);
    }
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_BUILD_") || text.starts_with("CARGO_PROFILE_") {
            cargo.env_remove(&name);
        }
    }
    let status = cargo.status().expect("cargo runs");
    assert!(status.success(), "the guests do not build");
    target.join("wasm32-wasip2/release")
}
