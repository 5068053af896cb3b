//! The built binary as a person meets it: what it says and how it exits when something is in the way, and its life from an
//! empty folder to an orderly end. Rules and answers of the API are tested elsewhere.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "cli/gavia.rs"]
mod gavia;

use std::{net::TcpListener, time::Duration};

use gavia::{Gavia, KEY};

/// Nothing listens on port 1.
const NOWHERE: &str = "postgres://gavia:hush@127.0.0.1:1/gavia";

#[test]
fn each_mistake_on_the_line_is_one_sentence_that_names_it() {
    let gavia = Gavia::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let file = |text: &str| gavia.file("gavia.toml", text);
    let unknown = file("lisen = '127.0.0.1:1'");
    let cases: [(&[&str], &[&str]); 8] = [
        (&["serve", "--config", &unknown], &["`lisen`", "`listen`", "gavia.toml"]),
        (&["serve", "--config", "/nowhere/gavia.toml"], &["/nowhere/gavia.toml"]),
        (&["serve", "--database-url", NOWHERE], &["gavia key generate", "GAVIA_KEY"]),
        (&["serve", "--database-url", NOWHERE, "--key", "short"], &["32 bytes"]),
        (&["serve", "--database-url", NOWHERE, "--key", KEY], &["127.0.0.1:1", "DATABASE_URL"]),
        (&["migrate", "--database-url", "mysql://h/d"], &["DATABASE_URL", "postgres://"]),
        (&["serve", "--listen", &taken], &[&taken, "in use", "--listen"]),
        (&["serve", "--pg-bin", "/nowhere"], &["/nowhere", "--pg-bin"]),
    ];
    for (line, parts) in cases {
        let ended = gavia.run(line);
        assert_eq!(ended.code, 1, "{line:?}: {ended:?}");
        assert_eq!(ended.stdout, "", "{line:?}");
        let sentence = ended.stderr.strip_prefix("gavia: ").unwrap();
        assert_eq!(sentence.trim_end().lines().count(), 1, "{sentence}");
        for part in parts {
            assert!(sentence.contains(part), "{sentence} has no {part}");
        }
        assert!(!sentence.contains("hush"), "{sentence}");
    }
}

#[test]
fn a_line_that_is_not_understood_exits_with_2_and_help_with_0() {
    let gavia = Gavia::new();
    let ended = gavia.run(&["serve", "--lisen", "127.0.0.1:1"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--listen"), "{ended:?}");
    assert_eq!(gavia.run(&["serve", "--listen", "nowhere"]).code, 2);
    assert_eq!(gavia.run(&["help"]).code, 0);
    assert!(gavia.run(&["version"]).stdout.starts_with("gavia 0."));
}

#[test]
fn variables_that_nothing_reads_are_named_once_in_a_warning() {
    let mut gavia = Gavia::new();
    gavia.set("GAVIA_LISEN", "x");
    gavia.set("GAVIA_OTHER", "x");
    let ended = gavia.run(&["version"]);
    assert_eq!(ended.code, 0);
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("GAVIA_LISEN, GAVIA_OTHER"), "{ended:?}");
}

#[test]
fn a_generated_key_is_a_key_and_never_the_same() {
    let gavia = Gavia::new();
    let keys = [gavia.run(&["key", "generate"]).stdout, gavia.run(&["key", "generate"]).stdout];
    assert_ne!(keys[0], keys[1]);
    for key in &keys {
        // past the key, the next obstacle is the database
        let ended = gavia.run(&["serve", "--database-url", NOWHERE, "--key", key.trim()]);
        assert!(ended.stderr.contains("127.0.0.1:1"), "{ended:?}");
    }
}
