//! What the tests share: a sandbox, guests built once, a call with the usual settings.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, LazyLock},
    time::Duration,
};

use gavia_sandbox::{
    ActionAnswer, Allocator, Call, Context, FieldKind, FieldScope, FieldValue, Gateway, Grants, Kind, Limits,
    NoServices, Outcome, Plugin, PluginError, Prepared, Rejection, Sandbox, Services, Settings, Ticket,
};
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

/// A file of `tests/guests/`.
pub(crate) fn guests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/guests")
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

/// Assembles text.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

/// The export of an action plugin. `run` gets the address of the context and returns the address of its answer:
/// 0: u8, 0 = ok, 1 = error; ok: 4: message address, 8: its length, 12: u8, is there an output, 16 and 20: where; error: 4: u8 kind,
/// 8: message address, 12: its length, 16: u8, is there a detail, 20 and 24: where.
const ACTION: &str = r#"
    (type $outcome' (record (field "message" string) (field "output" (option string))))
    (export $outcome "outcome" (type $outcome'))
    (func $run (param "ctx" $context) (result (result $outcome (error $error)))
      (canon lift (core func $i "run") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))
        (post-return (core func $i "post"))))
    (instance $action (export "run" (func $run)))
    (export "gavia:plugin/action@0.1.0" (instance $action))"#;

/// The export of a condition plugin. `first-match` returns the address of its answer: 0: u8, 0 = ok; 4: u8, is there an index; 8: the
/// index. `check` returns the address of a list: 0: address, 4: length, of 16 bytes each: index, offset, message address, its length.
const CONDITION: &str = r#"
    (type $problem' (record (field "index" u32) (field "offset" u32) (field "message" string)))
    (export $problem "problem" (type $problem'))
    (func $first (param "expressions" (list string)) (param "ctx" $context) (result (result (option u32) (error $error)))
      (canon lift (core func $i "first-match") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (func $check (param "expressions" (list string)) (param "known-fields" (list string)) (result (list $problem))
      (canon lift (core func $i "check") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
    (instance $condition (export "first-match" (func $first)) (export "check" (func $check)))
    (export "gavia:plugin/condition@0.1.0" (instance $condition))"#;

/// A plugin in text: the pieces that go into `frame.wat`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Frame<'a> {
    pub(crate) imports: &'a str,
    pub(crate) module: &'a str,
    pub(crate) arguments: &'a str,
}

impl Frame<'_> {
    pub(crate) fn action(self) -> Vec<u8> {
        self.around(ACTION)
    }

    pub(crate) fn condition(self) -> Vec<u8> {
        self.around(CONDITION)
    }

    pub(crate) fn around(self, export: &str) -> Vec<u8> {
        let frame = fs::read_to_string(guests().join("frame.wat")).unwrap();
        let text = frame
            .replace(";; the imports go here", self.imports)
            .replace(";; the module goes here", self.module)
            .replace(";; the arguments go here", self.arguments)
            .replace(";; the export goes here", export);
        wat(&text)
    }
}

/// The core module of a well-behaved guest, with some of its functions replaced.
///
/// `realloc` hands out memory and never takes it back; `run` answers `ok` with the message `fine`.
pub(crate) struct Module {
    pub(crate) memory: &'static str,
    pub(crate) run: &'static str,
    pub(crate) realloc: &'static str,
    pub(crate) post: &'static str,
    pub(crate) more: &'static str,
}

impl Default for Module {
    fn default() -> Module {
        Module {
            memory: "(memory (export \"memory\") 2)",
            run: "(i32.const 1024)",
            realloc: "
                (local $p i32)
                (local.set $p (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
                (global.set $next (i32.add (local.get $p) (local.get 3)))
                (local.get $p)",
            post: "",
            more: "",
        }
    }
}

impl Module {
    pub(crate) fn text(&self) -> String {
        let Module { memory, run, realloc, post, more } = self;
        format!(
            r#"(core module $m
                 {memory}
                 (global $next (mut i32) (i32.const 8192))
                 (data (i32.const 1024) "\00\00\00\00\00\08\00\00\04\00\00\00")
                 (data (i32.const 2048) "fine")
                 (func (export "realloc") (param i32 i32 i32 i32) (result i32) {realloc})
                 (func (export "run") (param i32) (result i32) {run})
                 (func (export "post") (param i32) {post})
                 {more})"#
        )
    }

    pub(crate) fn action(&self) -> Vec<u8> {
        Frame { module: &self.text(), ..Frame::default() }.action()
    }
}

/// A call's settings that tests change.
pub(crate) struct Ask {
    pub(crate) context: Context,
    pub(crate) grants: Grants,
    pub(crate) limits: Limits,
    pub(crate) host: Arc<dyn Services>,
}

/// A call about ticket 1 of workflow 1, without grants, under the usual limits.
pub(crate) fn ask(args: &str) -> Ask {
    let field = |key: &str, kind, value: &str| FieldValue { key: key.to_owned(), kind, value: value.to_owned() };
    let ticket = Ticket {
        id: 1,
        sn: "gavia_202601010001".to_owned(),
        title: "leave".to_owned(),
        workflow_id: 1,
        creator: "zhangsan".to_owned(),
        state_label: "{}".to_owned(),
        multi_all_person: "{}".to_owned(),
        fields: vec![
            field("days", FieldKind::Int, "5"),
            field("read", FieldKind::Int, "2"),
            field("mode", FieldKind::Str, "\"ok\""),
        ],
        ..Ticket::default()
    };
    let context = Context {
        invocation_id: "0000-test".to_owned(),
        attempt: 1,
        ticket,
        run_by: "loonrobot".to_owned(),
        args: serde_json::Value::from(args).to_string(),
        ..Context::default()
    };
    // The tests fail the shared guest on purpose, and again and again.
    let limits = Limits { failures: u32::MAX, ..Limits::for_kind(Kind::Action) };
    Ask { context, grants: Grants::default(), limits, host: Arc::new(NoServices) }
}

impl Ask {
    pub(crate) fn granted(mut self) -> Ask {
        self.grants.tickets_write = FieldScope::All;
        self
    }

    pub(crate) fn wall(mut self, millis: u64) -> Ask {
        self.limits.wall = Duration::from_millis(millis);
        self
    }

    pub(crate) fn cpu(mut self, millis: u64) -> Ask {
        self.limits.cpu = Duration::from_millis(millis);
        self
    }

    pub(crate) async fn run(&self, sandbox: &Sandbox, plugin: &Plugin) -> Outcome<ActionAnswer> {
        let call = Call {
            context: &self.context,
            grants: Arc::new(self.grants.clone()),
            limits: self.limits,
            host: self.host.clone(),
        };
        sandbox.run_action(plugin, call).await
    }

    /// Runs the hostile guest, then sees that the next good call is well.
    pub(crate) async fn harm(&self) -> Outcome<ActionAnswer> {
        let (sandbox, prepared) = hostile().await;
        let outcome = self.run(sandbox, &prepared.plugin).await;
        assert_eq!(ask("none").run(sandbox, &prepared.plugin).await.result.unwrap().message, "fine");
        outcome
    }

    /// Prepares a component in the shared sandbox and runs it, then sees that the next good call is well.
    pub(crate) async fn harm_of(&self, component: Vec<u8>) -> Outcome<ActionAnswer> {
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
