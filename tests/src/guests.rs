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
    let path = path(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Where it is.
pub fn path(name: &str) -> PathBuf {
    FOLDER.get_or_init(build).join(format!("{name}.wasm"))
}

/// Guests by target: conditions have no imports of WASI, so theirs is the one without a system.
const GUESTS: [(&str, &[&str]); 2] = [
    (
        "wasm32-wasip2",
        &[
            "print_creator",
            "fail_on_mode",
            "print_long",
            "print_action",
            "quiet",
            "hostile",
            "name_people",
            "notice",
            "tell_people",
            "notice-webhook",
            "create-account",
            "leave-note",
        ],
    ),
    ("wasm32-unknown-unknown", &["judge"]),
];

/// Builds them all, and puts them into one folder.
fn build() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").join("target/guests-build");
    let folder = target.join("guests");
    std::fs::create_dir_all(&folder).expect("a folder for the guests");
    for (system, packages) in GUESTS {
        compile(&target, system, packages);
        for package in packages {
            let file = format!("{}.wasm", package.replace('-', "_"));
            let built = target.join(system).join("release").join(&file);
            std::fs::copy(&built, folder.join(&file)).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
        }
    }
    folder
}

fn compile(target: &Path, system: &str, packages: &[&str]) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/Cargo.toml");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--release", "--target", system]);
    cargo.args(packages.iter().flat_map(|package| ["-p", package]));
    cargo.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(target);
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
}

/// A core module that is valid, does nothing, and keeps a compiler busy for seconds: so many functions of a thousand additions.
pub fn slow_to_compile(functions: u32) -> Vec<u8> {
    let number = |mut number: u32| {
        let mut bytes = Vec::new();
        loop {
            let low = u8::try_from(number & 0x7f).expect("seven bits");
            number >>= 7;
            bytes.push(if number == 0 { low } else { low | 0x80 });
            if number == 0 {
                return bytes;
            }
        }
    };
    let section =
        |id: u8, content: Vec<u8>| [vec![id], number(u32::try_from(content.len()).expect("small")), content].concat();
    // (func (param i32) (result i32) local.get 0, then local.get 0, i32.add, a thousand times, end)
    let body = [&[0, 0x20, 0][..], &[0x20, 0, 0x6a].repeat(1_000), &[0x0b]].concat();
    let body = [number(u32::try_from(body.len()).expect("small")), body].concat();
    let count = usize::try_from(functions).expect("some");
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, vec![1, 0x60, 1, 0x7f, 1, 0x7f]),
        section(3, [number(functions), vec![0; count]].concat()),
        section(10, [number(functions), body.repeat(count)].concat()),
    ]
    .concat()
}
