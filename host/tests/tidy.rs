//! The house rules that no compiler checks: who may name whom, where SQL and wasmtime live, how files and migrations look,
//! and that every promise in tests/obligations.txt that is due has a test. It reads the repository as text.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "tidy/obligations.rs"]
mod obligations;
#[path = "tidy/source.rs"]
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use obligations::Since;
use source::{Kind, Mention, Source};

/// Which names code under a folder must not mention. A name is matched from the start of a path; one that begins with a
/// capital, such as `Utc::now`, anywhere in it.
const FORBIDDEN: [(&str, &[&str]); 7] = [
    // pure: no HTTP, SQL, guests, async, clock, chance; a fact it needs is handed in
    (
        "host/src/workflow",
        &[
            "axum",
            "hyper",
            "http",
            "tower",
            "reqwest",
            "sqlx",
            "wasmtime",
            "tokio",
            "futures",
            "rand",
            "gavia_sandbox",
            "async",
            "await",
            "Utc::now",
            "Local::now",
            "SystemTime::now",
            "Instant::now",
            "crate::ambient",
            "crate::app",
            "crate::config",
            "crate::embedded",
            "crate::http",
            "crate::store",
            "crate::worker",
        ],
    ),
    ("host/src/store", &["axum", "hyper", "gavia_sandbox", "crate::app", "crate::http", "crate::worker"]),
    ("host/src/app", &["axum", "hyper", "crate::http", "crate::worker"]),
    ("host/src/worker", &["axum", "hyper", "gavia_sandbox", "crate::http", "crate::store"]),
    ("host/src/http", &["gavia_sandbox", "crate::worker"]),
    ("host/src/embedded", &["axum", "gavia_sandbox", "crate::app", "crate::http", "crate::worker", "crate::workflow"]),
    ("", &["wasmtime", "wasmtime_wasi", "wasmtime_wasi_http"]),
];

/// The one exception to the above: the worker takes due jobs and gives them back, and knows nothing else of the store.
const WORKER_MAY: [&str; 2] = ["crate::store::jobs", "crate::store::Error"];

/// Where wasmtime may be named.
const SANDBOX: &str = "host/sandbox/";

/// Statements, and sqlx's ways to run one, belong into the store; the embedded server makes databases before there is one.
const SQL: [&str; 4] = ["SELECT ", "INSERT INTO", "UPDATE ", "DELETE FROM"];
const SQL_HOMES: [&str; 2] = ["host/src/store", "host/src/embedded"];

const LINES_MAX: usize = 400;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rust_files() -> Vec<Source> {
    let mut files = Vec::new();
    collect(&repository(), "", &mut files);
    assert!(files.len() > 10, "the walk found only {} files", files.len());
    files
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !name.starts_with('.') && !["target", "node_modules"].contains(&&*name) {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            files.push(Source::parse(&path, &fs::read_to_string(entry.path()).unwrap()).unwrap());
        }
    }
}

/// Whether a path lies in a folder, or is the module file of that name.
fn lies_in(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

fn is_mentioned(mention: &Mention, forbidden: &str) -> bool {
    let wanted: Vec<&str> = forbidden.split("::").collect();
    let keyword = ["async", "await"].contains(&forbidden);
    // `super::store` is `crate::store` here: the layers lie directly under the crate, and none has a module named like one
    let mut parts: Vec<&str> = mention.parts.iter().map(String::as_str).skip_while(|part| *part == "super").collect();
    if parts.len() < mention.parts.len() {
        parts.insert(0, "crate");
    }
    if forbidden.starts_with(char::is_uppercase) {
        return parts.windows(wanted.len()).any(|window| window == wanted);
    }
    // a lone word is a variable or a keyword, not the crate of that name
    parts.starts_with(&wanted) && (parts.len() > 1 || keyword)
}

fn direction_problems(file: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (folder, names) in FORBIDDEN {
        if !lies_in(&file.path, folder) || (folder.is_empty() && file.path.starts_with(SANDBOX)) {
            continue;
        }
        for mention in file.mentions() {
            if lies_in(&file.path, "host/src/worker") && WORKER_MAY.iter().any(|name| is_mentioned(&mention, name)) {
                continue;
            }
            for name in names.iter().filter(|name| is_mentioned(&mention, name)) {
                found.push(format!("{}:{} must not name {name}", file.path, mention.line));
            }
        }
    }
    found
}

fn sql_problems(file: &Source) -> Vec<String> {
    let is_code = file.path.starts_with("host/src/") || file.path.starts_with(SANDBOX);
    if !is_code || SQL_HOMES.iter().any(|home| lies_in(&file.path, home)) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for token in &file.tokens {
        if let Kind::Text(text) = &token.kind
            && SQL.iter().any(|statement| stands_in(text, statement))
        {
            found.push(format!("{}:{} has SQL outside the store: {text}", file.path, token.line));
        }
    }
    for mention in file.mentions() {
        if let [library, function, ..] = mention.parts.as_slice()
            && library == "sqlx"
            && (function.starts_with("query") || function == "raw_sql" || function == "QueryBuilder")
        {
            found.push(format!("{}:{} runs a query outside the store", file.path, mention.line));
        }
    }
    found
}

/// Whether a statement begins somewhere in a text, not inside a longer word.
fn stands_in(text: &str, statement: &str) -> bool {
    text.match_indices(statement).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

fn shape_problems(file: &Source) -> Vec<String> {
    let mut found = Vec::new();
    if !file.text.starts_with("//!") {
        found.push(format!("{} does not open with //! and what it is for", file.path));
    }
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        found.push(format!("{} has {lines} lines; past {LINES_MAX} it is more than one thing", file.path));
    }
    found
}

fn escape_problems(file: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (words, after) in file.attributes() {
        let hidden = file.tokens[after..].iter().take_while(|token| token.kind != Kind::Mark(']'));
        let inside_cfg =
            words == ["cfg_attr"] && hidden.clone().any(|token| token.kind == Kind::Word("allow".to_owned()));
        if words == ["allow"] || words == ["ignore"] || inside_cfg {
            let line = file.tokens[after].line;
            found.push(format!("{}:{line} silences a lint or a test; #[expect] with a reason, or mend it", file.path));
        }
    }
    for pair in file.tokens.windows(2) {
        if let [word, bang] = pair
            && let Kind::Word(name) = &word.kind
            && ["todo", "unimplemented", "dbg"].contains(&name.as_str())
            && bang.kind == Kind::Mark('!')
        {
            found.push(format!("{}:{} has {name}!", file.path, word.line));
        }
    }
    found
}

fn check_all(rule: fn(&Source) -> Vec<String>) {
    let found: Vec<String> = rust_files().iter().flat_map(rule).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn layers_name_only_what_they_may() {
    check_all(direction_problems);
}

#[test]
fn sql_stands_in_the_store_alone() {
    check_all(sql_problems);
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    check_all(shape_problems);
}

#[test]
fn nothing_is_silenced_or_left_open() {
    check_all(escape_problems);
}

#[test]
fn migrations_are_numbered_without_a_gap_and_say_why() {
    let folder = repository().join("migrations");
    let mut names: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert!(!names.is_empty());
    for (index, name) in names.iter().enumerate() {
        let words = name.strip_prefix(&format!("{:03}_", index + 1)).and_then(|rest| rest.strip_suffix(".sql"));
        let is_sentence = words.is_some_and(|words| {
            let parts: Vec<&str> = words.split('_').collect();
            parts.len() >= 2
                && parts
                    .iter()
                    .all(|p| !p.is_empty() && p.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
        });
        assert!(is_sentence, "{name} is not {:03}_verb_noun.sql", index + 1);
        let text = fs::read_to_string(folder.join(name)).unwrap();
        assert!(text.starts_with("-- "), "{name} does not open with a comment that says why");
    }
}

#[test]
fn every_due_obligation_has_a_test_and_no_test_claims_an_unknown_one() {
    let text = fs::read_to_string(repository().join("tests/obligations.txt")).unwrap();
    let promised = obligations::read(&text).unwrap();
    for (letter, last) in [('t', 28), ('d', 27), ('i', 18)] {
        for number in 1..=last {
            let id = format!("{letter}{number:02}");
            assert!(promised.contains_key(&id), "tests/obligations.txt does not list {id}");
        }
    }
    let mut held = BTreeSet::new();
    let mut problems = Vec::new();
    for file in rust_files() {
        for name in obligations::test_names(&file) {
            for id in obligations::ids(&name) {
                held.insert(id.to_owned());
                if !promised.contains_key(id) {
                    problems.push(format!("{}: {name} carries {id}, which is not in tests/obligations.txt", file.path));
                }
            }
        }
    }
    let due = promised.iter().filter(|(id, since)| **since == Since::Now && !held.contains(*id));
    problems.extend(due.map(|(id, _)| format!("{id} is due and no test's name starts with {id}_")));
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_forbidden_name_is_seen_in_every_spelling() {
    for code in [
        "use crate::{workflow::Ticket, store::{tickets, auth}};",
        "use crate::store;",
        "fn a() { crate::store::get() }",
        "fn a() { super::super::store::get() }",
        "use std::fmt; use tokio::sync::Mutex;",
        "fn a() -> chrono::DateTime<chrono::Utc> { chrono::Utc::now() }",
        "fn a() { Utc::now() }",
        "async fn a() {}",
        "fn a() { let t = format!(\"{}\", crate::ambient::now()); }",
    ] {
        let file = Source::parse("host/src/workflow/advance.rs", code).unwrap();
        assert_eq!(direction_problems(&file).len(), if code.contains("{tickets, auth}") { 2 } else { 1 }, "{code}");
        let elsewhere = Source::parse("host/src/main.rs", code).unwrap();
        assert_eq!(direction_problems(&elsewhere), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn the_worker_knows_jobs_and_nothing_else_of_the_store() {
    let file = |code: &str| Source::parse("host/src/worker/mod.rs", code).unwrap();
    assert_eq!(direction_problems(&file("use crate::store::{jobs::{self, Job}, Error};")), Vec::<String>::new());
    assert_eq!(direction_problems(&file("use crate::store::{jobs, tickets};")).len(), 1);
}

#[test]
fn names_that_only_look_forbidden_are_let_be() {
    let code = r#"
        //! tokio::spawn and crate::store::get stand in a comment.
        /// `crate::http` too, and SELECT 1.
        fn store(http: &Http) -> Option<Utc> { let tokio = http.store.now("crate::store"); tokio }
    "#;
    let file = Source::parse("host/src/workflow/advance.rs", code).unwrap();
    assert_eq!([direction_problems(&file), sql_problems(&file)].concat(), Vec::<String>::new());
}

#[test]
fn sql_is_seen_as_text_and_as_a_call() {
    for code in
        ["const A: &str = \"SELECT 1\";", "const A: &str = r#\"\n UPDATE tickets\"#;", "fn a() { sqlx::query!(x) }"]
    {
        let file = Source::parse("host/src/app/tickets.rs", code).unwrap();
        assert_eq!(sql_problems(&file).len(), 1, "{code}");
        let store = Source::parse("host/src/store/tickets.rs", code).unwrap();
        assert_eq!(sql_problems(&store), Vec::<String>::new(), "{code}");
    }
    let word = Source::parse("host/src/app/tickets.rs", "const A: &str = \"an UPDATED row, a SELECTION\";").unwrap();
    assert_eq!(sql_problems(&word), Vec::<String>::new());
}

#[test]
fn silenced_lints_and_open_ends_are_seen() {
    for code in [
        "#[allow(dead_code)] fn a() {}",
        "#![allow(dead_code)]",
        "#[cfg_attr(test, allow(dead_code))] fn a() {}",
        "#[test] #[ignore = \"slow\"] fn a() {}",
        "fn a() { todo!() }",
        "fn a() { dbg!(1); }",
    ] {
        assert_eq!(escape_problems(&Source::parse("a.rs", code).unwrap()).len(), 1, "{code}");
    }
    let fine =
        Source::parse("a.rs", "#[expect(dead_code, reason = \"x\")] fn todo(ignore: u8) { allow(ignore) }").unwrap();
    assert_eq!(escape_problems(&fine), Vec::<String>::new());
}

#[test]
fn test_names_and_their_ids_are_read() {
    let code = "
        #[test] fn t05_zero_is_refused() {}
        #[tokio::test(flavor = \"multi_thread\")] async fn i01_f08_two_accepts() {}
        proptest! { #[test] fn i02_paths(x in 0..9) {} }
        #[cfg(test)] fn t06_is_no_test() {}
    ";
    let names = obligations::test_names(&Source::parse("a.rs", code).unwrap());
    assert_eq!(names, ["t05_zero_is_refused", "i01_f08_two_accepts", "i02_paths"]);
    assert_eq!(obligations::ids("i01_f08_two_accepts"), ["i01", "f08"]);
    assert_eq!(obligations::ids("tickets_move"), Vec::<&str>::new());
    assert!(obligations::read("t05 now a line\nt05 now again").is_err());
    assert!(obligations::read("t05 sometime a line").is_err());
    assert!(obligations::read("x05 now a line").is_err());
}
