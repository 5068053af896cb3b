//! `gavia workflow`: files are checked, applied and exported, and each refusal is one that a script can go by.

use gavia::embedded::testing::{TestDatabase, database};
use serde_json::{Value, json};

use crate::binary::{Ended, Gavia};

/// Start, a state of zhangsan's with a hook's beside it, end.
fn document() -> Value {
    json!({
        "format": 1,
        "name": "leave",
        "states": [
            { "key": "new", "name": "New", "kind": "start", "participant": { "kind": "variable", "value": "creator" } },
            { "key": "work", "name": "Work", "order_id": 1, "participant": { "kind": "person", "value": "zhangsan" },
              "field_access": { "days": "required" } },
            { "key": "tell", "name": "Tell", "order_id": 2, "participant": { "kind": "hook",
              "value": { "hook_url": "http://receiver/x", "hook_token": "secret", "wait": false } } },
            { "key": "end", "name": "End", "order_id": 3, "kind": "end" },
        ],
        "transitions": [
            { "key": "submit", "name": "Submit", "source": "new", "destination": "work" },
            { "key": "agree", "name": "Agree", "source": "work", "destination": "end",
              "conditions": [{ "expression": "{days} > 3", "target": "tell" }] },
            { "key": "told", "name": "Told", "source": "tell", "destination": "end" },
        ],
        "fields": [{ "key": "days", "name": "Days", "kind": "int", "order_id": 30 }],
    })
}

async fn begun() -> (Gavia, TestDatabase) {
    let database = database().await;
    let mut gavia = Gavia::new();
    gavia.set("DATABASE_URL", &database.url);
    gavia.set("GAVIA_FORCE_UNSAFE_DATABASE", "1");
    gavia.set("GAVIA_LOG_LEVEL", "error"); // of the unsafe database it would warn each time
    let person = "INSERT INTO users (username) VALUES ('zhangsan')";
    sqlx::query(person).execute(&database.pool).await.unwrap();
    (gavia, database)
}

fn apply(gavia: &Gavia, document: &Value, line: &[&str]) -> Ended {
    gavia.run_with(&[&["workflow", "apply", "-"], line].concat(), &document.to_string())
}

#[tokio::test]
async fn a_file_becomes_a_workflow_comes_back_and_changes_it() {
    let (gavia, database) = begun().await;
    let made = gavia.run(&["workflow", "apply", &gavia.file("leave.json", &document().to_string())]);
    assert_eq!((made.code, made.stderr.as_str()), (0, ""), "{made:?}");
    assert!(made.stdout.starts_with("+ workflow\n+ state new\n") && made.stdout.ends_with("\nworkflow 1 was made\n"));

    let exported = gavia.run(&["workflow", "export", "1"]);
    assert_eq!((exported.code, exported.stderr.as_str()), (0, "workflow 1 is at revision 1\n"), "{exported:?}");
    let mut back: Value = serde_json::from_str(&exported.stdout).unwrap();
    assert_eq!(back["states"][2]["participant"]["value"]["hook_token"], "***");
    assert_eq!(back["transitions"][1]["conditions"], document()["transitions"][1]["conditions"]);
    assert_eq!((back.get("revision"), back["states"][0].get("id")), (None, None));
    let same = apply(&gavia, &back, &["--id", "1"]);
    assert_eq!(same.code, 0, "{same:?}");
    assert!(same.stdout.ends_with("nothing to change: workflow 1 is at revision 1\n"), "{same:?}");

    back["states"][1]["name"] = "Office".into();
    back["states"][2]["participant"]["value"]["wait"] = true.into();
    let changed = apply(&gavia, &back, &["--id", "1"]);
    assert!(changed.stdout.ends_with("~ state work\n~ state tell\nworkflow 1 is at revision 2\n"), "{changed:?}");
    let late = apply(&gavia, &back, &["--id", "1", "--revision", "1"]);
    assert_eq!((late.code, late.stdout.as_str()), (1, ""), "{late:?}");
    assert!(
        late.stderr.contains("is at revision 2, last changed by gavia workflow apply; nothing was changed"),
        "{late:?}"
    );
    assert_eq!(apply(&gavia, &back, &["--id", "1", "--revision", "2"]).code, 0);
    let kept: String = sqlx::query_scalar("SELECT participant FROM states WHERE document_key = 'tell'")
        .fetch_one(&database.pool)
        .await
        .unwrap();
    assert!(kept.contains("secret") && kept.contains("\"wait\":true"), "{kept}");
    // another server's file needs the token
    let elsewhere = apply(&gavia, &back, &[]);
    assert!(
        elsewhere.code == 1 && elsewhere.stdout.contains("state tell: the hook's token is masked"),
        "{elsewhere:?}"
    );
}

#[tokio::test]
async fn errors_are_listed_and_are_the_exit_code() {
    let (gavia, database) = begun().await;
    let check = |document: &Value| gavia.run_with(&["workflow", "check", "-"], &document.to_string());
    let fine = check(&document());
    assert_eq!((fine.code, fine.stdout.as_str(), fine.stderr.as_str()), (0, "nothing is wrong\n", ""));

    let mut broken = document();
    broken["states"][1]["participant"]["value"] = "ghost".into();
    broken["transitions"][1]["conditions"][0]["target"] = "nowhere".into();
    broken["fields"][0]["order_id"] = 30.into();
    for found in [check(&broken), apply(&gavia, &broken, &[])] {
        assert_eq!(found.code, 1);
        assert!(found.stderr.starts_with("gavia: the ") && found.stderr.contains("has 2 errors"), "{found:?}");
        let lines: Vec<&str> = found.stdout.lines().collect();
        let told = [
            "error    transition agree: there is no state with the key \"nowhere\" [condition_target]",
            "error    state work: there is no user \"ghost\" [participant_unknown]",
        ];
        assert!(told.iter().all(|line| lines.contains(line)), "{lines:?}");
    }
    broken["states"][0]["kind"] = "begin".into();
    let form = check(&broken);
    assert!(
        form.code == 1
            && form.stdout.contains("state new: \"begin\" is no kind of state: there are normal, start, end")
    );
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM workflows").fetch_one(&database.pool).await.unwrap();
    assert_eq!(count, 0, "nothing was made");

    // a workflow that nobody may use is a warning, which is no failure
    assert_eq!(apply(&gavia, &document(), &[]).code, 0);
    let stored = gavia.run(&["workflow", "check", "--id", "1"]);
    assert_eq!((stored.code, stored.stderr.as_str()), (0, ""), "{stored:?}");
    assert!(stored.stdout.starts_with("warning  workflow: no app token names"), "{stored:?}");
}

#[tokio::test]
async fn f64_each_mistake_with_a_file_is_one_sentence() {
    let (gavia, _database) = begun().await;
    let large = gavia.file("large.json", &format!("{{\"a\":\"{}\"}}", "x".repeat(9 << 20)));
    let cases: [(&[&str], &str); 6] = [
        (&["workflow", "export", "7"], "there is no workflow 7"),
        (&["workflow", "check", "--id", "7"], "there is no workflow 7"),
        (&["workflow", "check", "/nowhere.json"], "/nowhere.json cannot be read"),
        (&["workflow", "apply", &gavia.file("list.json", "[]")], "is no JSON document: object expected"),
        (&["workflow", "apply", &large], "is larger than"),
        (
            &["workflow", "apply", &gavia.file("ours.json", &document().to_string()), "--id", "7"],
            "there is no workflow 7",
        ),
    ];
    for (line, part) in cases {
        let ended = gavia.run(line);
        assert!(ended.code == 1 && ended.stdout.is_empty(), "{line:?}: {ended:?}");
        assert!(ended.stderr.starts_with("gavia: ") && ended.stderr.contains(part), "{line:?}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
    for line in [&["workflow", "apply", "x", "--force"][..], &["workflow", "check", "x", "--id", "1"]] {
        assert_eq!(gavia.run(line).code, 2, "{line:?}");
    }
}

#[tokio::test]
async fn d24_what_open_tickets_need_is_deleted_by_force_alone() {
    let (gavia, database) = begun().await;
    assert_eq!(apply(&gavia, &document(), &[]).code, 0);
    let ticket = "INSERT INTO tickets (sn, workflow_id, state_id, creator, participant_kind, participant)
                  SELECT 'oa_1', workflow_id, id, 'lisi', 'person', 'zhangsan' FROM states WHERE document_key = 'work'";
    sqlx::query(ticket).execute(&database.pool).await.unwrap();
    let mut less = document();
    less["states"].as_array_mut().unwrap().remove(1);
    less["transitions"].as_array_mut().unwrap().remove(1);
    less["transitions"][0]["destination"] = "tell".into();
    let refused = apply(&gavia, &less, &["--id", "1"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stdout.contains("state work: 1 open ticket, such as oa_1\n"), "{refused:?}");
    assert!(refused.stderr.contains("--force"), "{refused:?}");
    let forced = apply(&gavia, &less, &["--id", "1", "--force"]);
    assert!(forced.code == 0 && forced.stdout.contains("- transition agree\n- state work\n"), "{forced:?}");
}

#[tokio::test]
async fn stored_expressions_of_the_old_engine_are_listed_with_what_to_write_instead() {
    let (gavia, database) = begun().await;
    let none = gavia.run(&["workflow", "check"]);
    assert_eq!((none.code, none.stdout.as_str()), (0, "nothing is wrong with 0 workflows\n"), "{none:?}");
    for name in ["leave", "travel"] {
        let mut document = document();
        document["name"] = name.into();
        assert_eq!(apply(&gavia, &document, &[]).code, 0);
    }
    // as it came over from the old engine, piece by piece
    let old = "UPDATE transitions SET condition_expression = json_build_array(
                 json_build_object('expression', '{days} > 3 && {days} < 9', 'target_state_id', destination_state_id),
                 json_build_object('expression', '{days} = 3', 'target_state_id', destination_state_id))::text
                WHERE name = 'Agree' AND workflow_id = 2";
    sqlx::query(old).execute(&database.pool).await.unwrap();
    let checked = gavia.run(&["workflow", "check"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    for part in [
        "workflow 1, leave:\nwarning  workflow: no app token",
        "workflow 2, travel:\n",
        "; write `and` instead [condition_expression]",
        "; write `==` instead [condition_expression]",
    ] {
        assert!(checked.stdout.contains(part), "no {part:?} in {checked:?}");
    }
    assert!(checked.stderr.contains("1 workflow with errors"), "{checked:?}");

    sqlx::query("UPDATE workflows SET condition_plugin = 'mine' WHERE id = 2").execute(&database.pool).await.unwrap();
    let checked = gavia.run(&["workflow", "check", "--id", "2"]);
    let unasked = "only a running server can ask it [conditions_unchecked]";
    assert!(checked.stdout.contains("[plugin_missing]") && checked.stdout.contains(unasked), "{checked:?}");
}

#[tokio::test]
async fn the_readmes_example_is_a_sound_workflow() {
    let (gavia, database) = begun().await;
    sqlx::query("INSERT INTO users (username) VALUES ('admin')").execute(&database.pool).await.unwrap();
    let readme = include_str!("../../../README.md");
    let example = readme.split_once("```json\n").unwrap().1.split_once("```").unwrap().0;
    let checked = gavia.run(&["workflow", "check", &gavia.file("leave.json", example)]);
    assert_eq!((checked.code, checked.stdout.as_str()), (0, "nothing is wrong\n"), "{checked:?}");
}
