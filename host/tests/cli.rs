//! The built binary as a person meets it: what it says and how it exits when something is in the way, and its life from an
//! empty folder to an orderly end. Rules and answers of the API are tested elsewhere.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "cli/binary.rs"]
mod binary;
#[path = "cli/directory.rs"]
mod directory;
#[path = "cli/migration.rs"]
mod migration;
#[path = "cli/plugins.rs"]
mod plugins;
#[path = "cli/workflows.rs"]
mod workflows;

use std::{fs, net::TcpListener, process::Command};

use binary::{Gavia, KEY};
use gavia::embedded::testing::database;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const PASSWORD: &str = "Correct-horse-1";

/// Nothing listens on port 1.
const NOWHERE: &str = "postgres://gavia:hush@127.0.0.1:1/gavia";

#[test]
fn f64_each_mistake_on_the_line_is_one_sentence_that_names_it() {
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

#[test]
fn from_an_empty_folder_to_an_orderly_end() {
    let gavia = Gavia::new();
    let made = gavia.run_with(&["user", "create", "admin", "--admin", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(made.code, 0, "{made:?}");
    let mut serving = gavia.serve(&[]);
    assert_eq!(serving.get("/healthz").0, 200);
    assert_eq!(fs::metadata(gavia.path("data/secret.key")).unwrap().len(), 45);

    // commands beside it use its database
    let again = gavia.run_with(&["user", "create", "admin", "--password-stdin"], &format!("{PASSWORD}\n"));
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("already") && again.stderr.contains("gavia user passwd admin"), "{again:?}");
    let token = gavia.run(&["token", "create", "--user", "admin", "--expires", "1d"]);
    assert!(token.stdout.starts_with("gavia_") && token.stdout.len() == 6 + 64 + 1, "{token:?}");
    let app = gavia.run(&["token", "create", "--app", "portal", "--prefix", "P"]);
    assert!(app.code == 0 && app.stdout.len() == 36 + 1, "{app:?}");
    let twice = gavia.run(&["token", "create", "--app", "portal"]);
    assert!(twice.code == 1 && twice.stderr.contains("already"), "{twice:?}");
    let listed = gavia.run(&["token", "list"]).stdout;
    assert!(listed.starts_with("app portal\t") && listed.contains("\n1\tuser admin\t"), "{listed}");
    assert!(!listed.contains(token.stdout.trim()) && !listed.contains(app.stdout.trim()));
    let nowhere = gavia.run(&["token", "create", "--app", "other", "--workflows", "7"]);
    assert!(nowhere.code == 1 && nowhere.stderr.contains("a workflow that there is not"), "{nowhere:?}");
    assert!(!gavia.run(&["token", "list"]).stdout.contains("other"));
    assert_eq!(gavia.run(&["token", "revoke", "1"]).code, 0);
    assert_eq!(gavia.run(&["token", "revoke", "1"]).code, 1);
    let rotate = gavia.run(&["key", "rotate"]);
    assert!(rotate.code == 1 && rotate.stderr.contains("stop every node"), "{rotate:?}");

    serving.signal(Signal::SIGTERM);
    assert_eq!(serving.wait().code(), Some(0), "{}", serving.log());
    for line in serving.log().lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
    }
    let key = fs::read_to_string(gavia.path("data/secret.key")).unwrap();
    for secret in [PASSWORD, token.stdout.trim(), app.stdout.trim(), key.trim()] {
        assert!(!serving.log().contains(secret));
    }

    assert_eq!(gavia.run(&["key", "rotate"]).code, 0);
    let mut serving = gavia.serve(&[]);
    serving.signal(Signal::SIGINT);
    assert_eq!(serving.wait().code(), Some(0), "{}", serving.log());

    fs::write(gavia.path("data/secret.key"), KEY).unwrap();
    let other = gavia.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(other.code == 1 && other.stderr.contains("sealed with the key"), "{other:?}");
    fs::remove_file(gavia.path("data/secret.key")).unwrap();
    let lost = gavia.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(lost.code == 1 && lost.stderr.contains("secret.key is missing"), "{lost:?}");
}

#[test]
fn when_the_embedded_database_dies_the_server_ends_and_says_so() {
    let gavia = Gavia::new();
    let mut serving = gavia.serve(&[]);
    let pid = fs::read_to_string(gavia.path("data/postgres/postmaster.pid")).unwrap();
    kill(Pid::from_raw(pid.lines().next().unwrap().parse().unwrap()), Signal::SIGKILL).unwrap();
    assert_eq!(serving.wait().code(), Some(1));
    let log = serving.log();
    let last = log.lines().last().unwrap();
    assert!(last.starts_with("gavia: the embedded PostgreSQL ended by itself"), "{log}");
}

#[tokio::test]
async fn the_demo_is_loaded_once_and_says_once_what_one_needs() {
    let database = database().await;
    let mut gavia = Gavia::new();
    gavia.set("DATABASE_URL", &database.url);
    gavia.set("GAVIA_KEY", KEY);
    gavia.set("GAVIA_FORCE_UNSAFE_DATABASE", "1");
    let count = async |what: &'static str| sqlx::query_scalar::<_, i64>(what).fetch_one(&database.pool).await.unwrap();
    let made = "SELECT (SELECT count(*) FROM workflows) * 100 + (SELECT count(*) FROM users)";

    let mut serving = gavia.serve(&["--demo"]);
    let said = fs::read_to_string(gavia.path("serve.out")).unwrap();
    let after = |word: &str| said.split_once(word).unwrap().1.split_whitespace().next().unwrap().to_owned();
    let paste = &said[said.find("  APP=").unwrap()..said.find("\nThe README").unwrap()];
    let answer = Command::new("sh").args(["-c", paste]).output().unwrap();
    let answer = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.contains(r#""code":0"#) && answer.contains("ticket_id"), "{answer}");
    assert_eq!(count("SELECT count(*) FROM tickets WHERE creator = 'zhangsan'").await, 1);
    serving.signal(Signal::SIGTERM);
    assert_eq!(serving.wait().code(), Some(0), "{}", serving.log());
    for secret in [after(", token "), after(", password ")] {
        assert!(secret.len() > 20 && !serving.log().contains(&secret), "{secret}");
    }
    assert_eq!(count(made).await, 207);

    let mut serving = gavia.serve(&["--demo"]);
    serving.signal(Signal::SIGTERM);
    assert_eq!(serving.wait().code(), Some(0), "{}", serving.log());
    let said = fs::read_to_string(gavia.path("serve.out")).unwrap();
    assert!(said.contains("gavia user passwd admin") && !said.contains(", token "), "{said}");
    assert_eq!(count(made).await, 207);
}

#[tokio::test]
async fn the_demo_is_refused_where_others_have_workflows() {
    let database = database().await;
    let mut gavia = Gavia::new();
    gavia.set("DATABASE_URL", &database.url);
    gavia.set("GAVIA_KEY", KEY);
    gavia.set("GAVIA_FORCE_UNSAFE_DATABASE", "1");
    sqlx::query("INSERT INTO workflows (name) VALUES ('ours')").execute(&database.pool).await.unwrap();
    let refused = gavia.run(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert!(refused.code == 1 && refused.stderr.contains("other workflows"), "{refused:?}");
    let people: i64 = sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(&database.pool).await.unwrap();
    assert_eq!(people, 0);
}

#[tokio::test]
async fn f64_a_database_that_is_not_fit_stops_the_start_before_anything_is_written() {
    let database = database().await;
    let mut gavia = Gavia::new();
    gavia.set("DATABASE_URL", &database.url);
    gavia.set("GAVIA_KEY", KEY);
    let kept = || async {
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM encryption_key").fetch_one(&database.pool).await.unwrap()
    };

    let lossy = gavia.run(&["serve"]);
    assert!(
        lossy.code == 1 && lossy.stderr.contains("fsync") && lossy.stderr.contains("--force-unsafe-database"),
        "{lossy:?}"
    );
    assert_eq!(kept().await, 0);

    gavia.set("GAVIA_FORCE_UNSAFE_DATABASE", "1");
    let mut serving = gavia.serve(&[]);
    serving.signal(Signal::SIGTERM);
    assert_eq!(serving.wait().code(), Some(0), "{}", serving.log());
    assert_eq!(kept().await, 1);

    let other = gavia.run(&["key", "generate"]).stdout;
    gavia.set("GAVIA_KEY", other.trim());
    let refused = gavia.run(&["serve"]);
    assert!(refused.code == 1 && refused.stderr.contains("sealed with the key"), "{refused:?}");

    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (999, 'later', true, '', 0)";
    sqlx::query(newer).execute(&database.pool).await.unwrap();
    for line in [["serve"], ["migrate"]] {
        let refused = gavia.run(&line);
        assert!(refused.code == 1 && refused.stderr.contains("version 999"), "{refused:?}");
    }
}
