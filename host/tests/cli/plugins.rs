//! `gavia plugin`: a new plugin of each kind builds and passes its tests as it is, in the real sandbox; and each mistake is told.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::binary::{Ended, Gavia};

/// A gavia that finds cargo, and builds all plugins into one folder, so that what they share is compiled once.
pub(crate) fn gavia() -> Gavia {
    let mut gavia = Gavia::new();
    for name in
        ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "HTTPS_PROXY", "https_proxy", "CARGO_HTTP_CAINFO"]
    {
        if let Ok(value) = env::var(name) {
            gavia.set(name, &value);
        }
    }
    gavia.set("CARGO_TARGET_DIR", concat!(env!("CARGO_TARGET_TMPDIR"), "/plugins"));
    gavia
}

/// Makes a plugin, with the versions that are locked for gavia's own.
fn made(gavia: &Gavia, kind: &str) -> String {
    let name = format!("my-{kind}");
    let ended = gavia.run(&["plugin", "new", &name, "--kind", kind, "--dir", &gavia.path("")]);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{ended:?}");
    let folder = gavia.path(&name);
    locked(&folder);
    folder
}

/// Puts the versions that are locked for gavia's own plugins into a new one's folder.
pub(crate) fn locked(folder: &str) {
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins/Cargo.lock");
    fs::copy(lock, Path::new(folder).join("Cargo.lock")).unwrap();
}

fn edit(file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(file, text.replace(from, to)).unwrap();
}

#[track_caller]
fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

#[test]
fn a_new_plugin_of_each_kind_passes_its_tests_at_once() {
    let gavia = gavia();
    let kinds = [
        ("action", "effects", "wasm32-wasip2"),
        ("participants", "directory", "wasm32-wasip2"),
        ("notice", "outgoing-handler", "wasm32-wasip2"),
        ("condition", "plugin/log", "wasm32-unknown-unknown"),
    ];
    for (kind, import, target) in kinds {
        let folder = made(&gavia, kind);
        let tested = gavia.run(&["plugin", "test", &folder]);
        assert_eq!(tested.code, 0, "{tested:?}");
        contains(
            &tested.stdout,
            &["test result: ok", "\nok      first.json  (cpu ", " host calls", "the one case passed\n"],
        );

        let built = gavia.run(&["plugin", "build", &folder]);
        assert_eq!(built.code, 0, "{built:?}");
        let file = built.stdout.lines().next().unwrap();
        assert!(Path::new(file).is_file() && file.contains(&format!("/{target}/")), "{built:?}");
        let workflow = fs::read_to_string(format!("{folder}/{WORKFLOW}")).unwrap();
        let steps = [&*format!("\n      - run: rustup target add {target}\n"), "\n      - run: gavia plugin test #"];
        contains(&workflow, &steps);
        contains(&fs::read_to_string(format!("{folder}/README.md")).unwrap(), &[WORKFLOW, "`GAVIA_SOURCE`"]);
        contains(
            &built.stdout,
            &[&format!("a component of kind {kind}\n"), import, &format!("my-{kind} 0.1.0"), "asks to"],
        );
        let inspected = gavia.run(&["plugin", "inspect", file]);
        assert_eq!((inspected.code, without_time(&inspected.stdout)), (0, without_time(&built.stdout)));
        match kind {
            "action" => {
                let used = [
                    "\n        used ",
                    " of 20000 table elements, ",
                    " bytes handed over at once, ",
                    " of 500 log lines, ",
                    " of 100 changes, ",
                    " of 8192 bytes of message",
                ];
                contains(&tested.stdout, &used);
                one_case_may_be_run_alone(&gavia, &folder);
                what_goes_wrong_is_told(&gavia, &folder);
            }
            "notice" => what_came_is_written_into_the_case(&gavia, &folder, file),
            _ => {}
        }
    }
}

const WORKFLOW: &str = ".github/workflows/plugin.yml";

/// What a command says of a component, but for how long its compilation took, which is a number that differs each time.
fn without_time(said: &str) -> Vec<&str> {
    let (times, rest): (Vec<&str>, Vec<&str>) = said.lines().partition(|line| line.starts_with("  compiled "));
    let [time] = times[..] else { panic!("one line of {said} tells the time") };
    let number = time.trim_start_matches("  compiled   in ").trim_end_matches(" ms");
    assert!(number.parse::<u64>().is_ok_and(|ms| ms > 0), "{time}");
    rest
}

/// Without the crate's own tests, and wherever the file lies.
fn one_case_may_be_run_alone(gavia: &Gavia, folder: &str) {
    let first = format!("{folder}/tests/first.json");
    let wrong = json!({ "ticket": { "fields": { "name": "Bob" } }, "expect": { "message": "Hello, Ada!" } });
    let wrong = gavia.file("wrong.json", &wrong.to_string());
    let alone = gavia.run(&["plugin", "test", folder, "--case", &first]);
    assert_eq!(alone.code, 0, "{alone:?}");
    contains(&alone.stdout, &["\nok      first.json  (", "the one case passed\n"]);
    assert!(!alone.stdout.contains("test result"), "{alone:?}");
    let both = gavia.run(&["plugin", "test", folder, "--case", &first, "--case", &wrong]);
    assert_eq!((both.code, both.stderr.lines().last().unwrap()), (1, "gavia: 1 of 2 cases failed"), "{both:?}");
    contains(&both.stdout, &["\nok      first.json  (", "\nFAILED  wrong.json  ("]);
    let missing = gavia.run(&["plugin", "test", folder, "--case", "/nowhere.json"]);
    assert!(missing.code == 1 && missing.stderr.starts_with("gavia: /nowhere.json cannot be read"), "{missing:?}");
}

/// First a request that the case does not foresee, then its answer; and a case that holds keeps every byte.
fn what_came_is_written_into_the_case(gavia: &Gavia, folder: &str, component: &str) {
    let message = json!({ "title": "Leave", "body": "5 days", "recipients": ["alice"] });
    let new = json!({
        "message": message,
        "settings": { "url": "${http}/inbox" },
        "http": [],
        "expect": { "log": ["nobody wrote this"] },
    });
    let file = gavia.file("new.json", &new.to_string());
    let test = |more: &[&str]| {
        let line = ["plugin", "test", folder, "--component", component, "--case", &file];
        gavia.run(&[&line, more].concat())
    };
    let read = || serde_json::from_str::<Value>(&fs::read_to_string(&file).unwrap()).unwrap();
    let bare = test(&[]);
    assert_eq!(bare.code, 1, "{bare:?}");
    let wrote = test(&["--record"]);
    assert_eq!(wrote.code, 0, "{wrote:?}");
    contains(
        &wrote.stdout,
        &["\nwrote   new.json  (", "number of requests: wanted 0, came 1", "wrote 1 of 1 cases: read"],
    );
    let mut case = read();
    assert_eq!((&case["message"], &case["settings"]), (&new["message"], &new["settings"]));
    let request = json!({ "title": "Leave", "body": "5 days", "to": ["alice"] });
    let unforeseen = json!({ "status": 501, "body": "the case has no reply for this request" });
    assert_eq!(
        case["http"],
        json!([{ "request": { "method": "POST", "path": "/inbox", "json": request }, "reply": unforeseen }])
    );
    assert_eq!(case["expect"]["error"]["kind"], "retryable");
    assert_eq!(case["expect"]["log"], json!(["nobody wrote this"]), "which parts matter is the author's to say");

    case["http"][0]["request"]["headers"] = json!({ "idempotency-key": "another" });
    case["http"][0]["reply"] = json!({ "status": 204 });
    case["expect"] = json!({});
    fs::write(&file, case.to_string()).unwrap();
    assert_eq!(test(&["--record"]).code, 0);
    let case = read();
    assert_eq!(case["http"][0]["request"]["headers"], json!({ "idempotency-key": "case" }));
    assert_eq!(case["http"][0]["reply"], json!({ "status": 204 }));
    let delivered = json!({ "deliveries": [{ "username": "alice", "ok": true, "detail": "posted" }] });
    assert_eq!(case["expect"], delivered);
    fs::write(&file, case.to_string()).unwrap();
    let again = test(&["--record"]);
    contains(&again.stdout, &["\nok      new.json  (", "the one case passed\n"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), case.to_string());
}

/// On the plugin that is built already: each of these costs a second.
fn what_goes_wrong_is_told(gavia: &Gavia, folder: &str) {
    let (case, manifest) = (format!("{folder}/tests/first.json"), format!("{folder}/gavia-plugin.toml"));
    let tested = |expect: Value, more: Value| -> Ended {
        let mut text = json!({ "ticket": { "fields": { "name": "Ada" } }, "expect": expect });
        text.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fs::write(&case, text.to_string()).unwrap();
        gavia.run(&["plugin", "test", folder])
    };
    let wrong = tested(json!({ "message": "Hi", "comments": ["x"] }), json!({}));
    assert_eq!((wrong.code, wrong.stderr.lines().last().unwrap()), (1, "gavia: 1 of 1 cases failed"), "{wrong:?}");
    contains(
        &wrong.stdout,
        &[
            "FAILED  first.json",
            "message: wanted \"Hi\", came \"Hello, Ada!\"",
            "fields: wanted {}, came {\"greeting\": String(\"Hello, Ada!\")}",
            "comments: wanted [\"x\"], came []",
            "its log: ticket gavia_",
        ],
    );
    let nothing = tested(json!({ "fields": { "greeting": "Hello, Ada!" } }), json!({}));
    contains(&nothing.stdout, &["FAILED", "the case says neither which `message` it expects nor which `error`"]);
    let denied = json!({ "error": { "kind": "denied", "message": "tickets-write" } });
    let refused = tested(denied.clone(), json!({ "without": ["tickets-write"] }));
    assert_eq!(refused.code, 0, "{refused:?}");
    contains(&refused.stdout, &["ok      first.json", "1 refused"]);
    let odd = tested(denied, json!({ "withot": [] }));
    contains(&odd.stderr, &["gavia: first.json is no case", "withot"]);

    edit(&manifest, "kinds = [\"action\"]", "kinds = [\"notice\"]");
    let lies = gavia.run(&["plugin", "build", folder]);
    assert_eq!(lies.code, 1, "{lies:?}");
    contains(&lies.stderr, &["the manifest says notice, and the component is action"]);
    edit(&manifest, "kinds = [\"notice\"]", "kinds = [\"action\"]");
    edit(&manifest, "grant = \"tickets-write\"\nfields = [\"greeting\"]", "grant = \"kv\"");
    let forgot = gavia.run(&["plugin", "build", folder]);
    contains(&forgot.stderr, &["needs the grant tickets-write, and the manifest does not ask for it"]);
    edit(&manifest, "grant = \"kv\"", "grant = \"everything\"");
    let unknown = gavia.run(&["plugin", "build", folder]);
    contains(
        &unknown.stderr,
        &["gavia-plugin.toml", "unknown variant `everything`", "gavia: the plugin does not compile"],
    );
}

/// Built as the sandbox's tests build them, into the same folder: whichever comes second finds them there.
fn shipped() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guests");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--release", "--target", "wasm32-wasip2", "--workspace"]);
    cargo.args(["--exclude", "gavia-condition", "--manifest-path"]).arg(plugins().join("Cargo.toml"));
    cargo.arg("--target-dir").arg(&folder);
    let leaks = |name: &str| {
        name.contains("RUSTFLAGS") || name.starts_with("RUSTC_") || name == "CLIPPY_ARGS" || name.starts_with("CARGO_")
    };
    // the way to cargo's own home and to the net stays
    let kept = |name: &str| ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_HTTP_CAINFO"].contains(&name);
    for (name, _) in env::vars().filter(|(name, _)| leaks(name) && !kept(name)) {
        cargo.env_remove(name);
    }
    assert!(cargo.status().unwrap().success(), "the plugins do not build");
    folder.join("wasm32-wasip2/release")
}

fn plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugins")
}

#[test]
fn every_shipped_plugin_passes_its_cases_in_the_sandbox_and_asks_for_what_it_uses() {
    let (gavia, built) = (gavia(), shipped());
    let mut count = 0;
    for entry in fs::read_dir(plugins()).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("gavia-plugin.toml").is_file() {
            continue;
        }
        count += 1;
        let name = folder.file_name().unwrap().to_str().unwrap().replace('-', "_");
        let component = built.join(format!("{name}.wasm")).display().to_string();
        let tested = gavia.run(&["plugin", "test", folder.to_str().unwrap(), "--component", &component]);
        assert_eq!((tested.code, tested.stderr.as_str()), (0, ""), "{tested:?}");
        contains(&tested.stdout, &[" passed\n"]);
        assert!(folder.join("README.md").is_file(), "{name} has no README");
    }
    assert!(count > 8, "{count}");
}

#[test]
fn a_plugin_of_a_released_contract_is_read_for_ever() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin-sdk/fixtures/gavia-plugin-0.1.0.wasm");
    let inspected = gavia().run(&["plugin", "inspect", file.to_str().unwrap()]);
    assert_eq!((inspected.code, inspected.stderr.as_str()), (0, ""), "{inspected:?}");
    let parts = [
        "a component of kind action, notice\n",
        "wasi:http/outgoing-handler@0.2.12, provided; needs the grant http\n",
        "plugin     every-kind 0.1.0, MIT OR Apache-2.0\n",
        "asks to    send GET requests to the server of its setting url: shows that it can\n",
        "setting    url (an URL, needed): what is fetched\n",
    ];
    contains(&inspected.stdout, &parts);
    assert!(!inspected.stdout.contains("warning"), "{}", inspected.stdout);
}

#[test]
fn f64_each_mistake_with_a_plugin_is_one_sentence() {
    let gavia = gavia();
    let empty = gavia.path("");
    let text = gavia.file("text.wasm", "import os\n");
    let taken = gavia.path("taken");
    fs::create_dir(&taken).unwrap();
    let new = |name: &'static str| vec!["plugin", "new", name, "--kind", "action", "--dir", &empty];
    let cases: [(Vec<&str>, &str); 8] = [
        (new("Hello"), "\"Hello\" is no name for a plugin"),
        (new("../x"), "is no name for a plugin"),
        (new("taken"), "taken cannot be made: File exists"),
        ([new("x"), vec!["--sdk", "/nowhere"]].concat(), "--sdk"),
        (vec!["plugin", "build", &empty], "holds no Cargo.toml"),
        (vec!["plugin", "test", &empty], "holds no Cargo.toml"),
        (vec!["plugin", "inspect", "/nowhere.wasm"], "/nowhere.wasm cannot be read"),
        (vec!["plugin", "inspect", &text], "is not a WebAssembly component or module but a Python script"),
    ];
    for (line, part) in cases {
        let ended = gavia.run(&line);
        assert!(ended.code == 1 && ended.stdout.is_empty(), "{line:?}: {ended:?}");
        assert!(ended.stderr.starts_with("gavia: ") && ended.stderr.contains(part), "{line:?}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
    assert_eq!(gavia.run(&["plugin", "new", "x"]).code, 2, "the kind is needed");
    assert!(!Path::new(&gavia.path("x")).exists());
}

#[test]
fn the_sdk_may_come_from_a_repository() {
    let gavia = gavia();
    let line =
        ["plugin", "new", "far", "--kind", "notice", "--dir", &gavia.path(""), "--sdk", "https://example.com/g.git"];
    assert_eq!(gavia.run(&line).code, 0);
    let manifest = fs::read_to_string(gavia.path("far/Cargo.toml")).unwrap();
    contains(&manifest, &["gavia-plugin-sdk = { git = \"https://example.com/g.git\" }", "name = \"far\""]);
    let workflow = fs::read_to_string(gavia.path(&format!("far/{WORKFLOW}"))).unwrap();
    contains(&workflow, &["\n          SOURCE: \"https://example.com/g.git\"\n"]);
}

#[test]
fn what_does_not_link_is_shown_as_wanted_and_provided() {
    let gavia = gavia();
    let file = gavia.path("odd.wasm");
    let wat = r#"(component (import "gavia:plugin/log@0.9.0" (instance (export "shout" (func))))
        (instance $plugin) (export "gavia:plugin/action@0.1.0" (instance $plugin)))"#;
    fs::write(&file, wat::parse_str(wat).unwrap()).unwrap();
    let ended = gavia.run(&["plugin", "inspect", &file]);
    assert_eq!(ended.code, 1, "{ended:?}");
    contains(&ended.stdout, &["wanted: gavia:plugin/log@0.9.0 shout: func()", "provided: version 0.1.0"]);
    assert_eq!(ended.stderr, format!("gavia: {file} needs what this engine does not provide\n"));
}
