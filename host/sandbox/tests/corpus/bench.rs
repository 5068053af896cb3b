//! What the tests share: a sandbox, guests built once, a call with the usual settings.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

pub(crate) use gavia_hostile::{Ask, Frame, Module, ask};
use gavia_sandbox::{ActionAnswer, Allocator, Gateway, Outcome, PluginError, Prepared, Rejection, Sandbox, Settings};
use tokio::sync::OnceCell;

/// Compiled plugins of this test run; other sandboxes of the same engine may load from it.
pub(crate) static CACHE: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

static HOSTILE: OnceCell<(Sandbox, Prepared)> = OnceCell::const_new();

/// A sandbox of one's own, with few slots.
pub(crate) fn sandbox(slots: usize) -> Sandbox {
    sandbox_with(slots, Gateway::default())
}

/// The same with a way out of its own.
pub(crate) fn sandbox_with(slots: usize, gateway: Gateway) -> Sandbox {
    let settings = Settings { cache_dir: CACHE.path().to_owned(), slots: Some(slots), allocator: Allocator::Auto };
    Sandbox::with_gateway(settings, gateway).unwrap()
}

/// The sandbox that most tests share, and the hostile guest in it.
pub(crate) async fn hostile() -> (&'static Sandbox, &'static Prepared) {
    let (sandbox, prepared) = HOSTILE
        .get_or_init(|| async {
            let sandbox = sandbox(64);
            let prepared = sandbox.prepare(built("hostile")).await.unwrap();
            (sandbox, prepared)
        })
        .await;
    (sandbox, prepared)
}

/// A Rust guest, built as the release is.
pub(crate) fn built(name: &str) -> Vec<u8> {
    static BUILT: LazyLock<PathBuf> =
        LazyLock::new(|| build("wasm32-wasip2", &["--workspace", "--exclude", "gavia-condition"]));
    fs::read(BUILT.join(format!("{name}.wasm"))).unwrap()
}

/// The guest `quiet` as a core module of another target.
pub(crate) fn quiet_core_module(target: &str) -> Vec<u8> {
    fs::read(build(target, &["--package", "quiet"]).join("quiet.wasm")).unwrap()
}

/// The condition component that is built into the server.
pub(crate) fn condition_core_module() -> Vec<u8> {
    fs::read(build("wasm32-unknown-unknown", &["--package", "gavia-condition"]).join("gavia_condition.wasm")).unwrap()
}

/// The folder with what cargo built. Its own lock makes concurrent tests wait for each other.
fn build(target: &str, what: &[&str]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--release", "--target", target]).args(what);
    cargo.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(&folder);
    // All of these would leak from the outer build into the inner one.
    for (name, _) in std::env::vars() {
        let wrappers =
            ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS"];
        let prefixes = ["CARGO_TARGET_", "CARGO_BUILD_", "CARGO_PROFILE_"];
        if wrappers.contains(&name.as_str()) || prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    assert!(cargo.status().unwrap().success(), "the guests do not build");
    folder.join(target).join("release")
}

/// What the shared guests are asked, and how it is run beside them.
pub(crate) trait Harm {
    async fn harm(&self) -> Outcome<ActionAnswer>;
    async fn harm_of(&self, component: Vec<u8>) -> Outcome<ActionAnswer>;
}

impl Harm for Ask {
    /// Runs the hostile guest, then sees that the next good call is well.
    async fn harm(&self) -> Outcome<ActionAnswer> {
        let (sandbox, prepared) = hostile().await;
        let outcome = self.run(sandbox, &prepared.plugin).await;
        assert_eq!(ask("none").run(sandbox, &prepared.plugin).await.result.unwrap().message, "fine");
        outcome
    }

    /// Prepares a component in the shared sandbox and runs it, then sees that the next good call is well.
    async fn harm_of(&self, component: Vec<u8>) -> Outcome<ActionAnswer> {
        let (sandbox, prepared) = hostile().await;
        let guest = sandbox.prepare(component).await.unwrap();
        let outcome = self.run(sandbox, &guest.plugin).await;
        assert_eq!(ask("none").run(sandbox, &prepared.plugin).await.result.unwrap().message, "fine");
        outcome
    }
}

/// Prepares what must be refused.
pub(crate) async fn refused(bytes: Vec<u8>) -> Rejection {
    let (sandbox, _) = hostile().await;
    match sandbox.prepare(bytes).await {
        Ok(prepared) => panic!("accepted as {:?}", prepared.kinds),
        Err(rejection) => rejection,
    }
}

pub(crate) fn error(outcome: Outcome<ActionAnswer>) -> PluginError {
    assert!(outcome.effects.is_empty(), "a failed call changes nothing");
    outcome.result.unwrap_err()
}
