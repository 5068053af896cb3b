//! The plugin platform around its plugins: compiled in a child whatever becomes of the node, pushed from the command line, kept away from
//! the server itself, measured, and never a reason for a ticket to be stuck.

use std::time::Duration;

use gavia_tests::{
    client::{Answer, Session},
    guests,
    server::{ADMIN, Cluster},
    until,
    world::Stage,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{node, stage};

const PATIENCE: Duration = Duration::from_mins(1);

#[track_caller]
fn fine(answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer.body
}

/// Uploads a plugin, grants all that it asks for, and activates it. Its path is the answer.
async fn install(admin: &Session, guest: &str) -> String {
    let made = fine(admin.v2_file("/plugins", guests::wasm(guest)).await);
    let path = format!("/plugins/{}", made["plugin_id"]);
    let version = format!("{path}/versions/{}", made["version"]);
    let grants = json!({ "grants": "requested" });
    fine(admin.v2_with(Method::POST, &format!("{version}/approve"), grants).await);
    fine(admin.v2_with(Method::POST, &format!("{version}/activate"), json!({})).await);
    path
}

/// Compilers that run, by their process and its parent.
fn compilers() -> Vec<(i32, i32)> {
    let entries = std::fs::read_dir("/proc").expect("processes").filter_map(Result::ok);
    let found = entries.filter_map(|entry| {
        let line = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        let process = entry.file_name().to_str()?.parse().ok()?;
        line.contains("compile-worker").then_some((process, parent))
    });
    found.collect()
}

#[tokio::test]
async fn a_version_is_compiled_in_a_child_and_a_node_killed_meanwhile_leaves_it_to_the_next() {
    let (cluster, mut first) = node().await;
    let admin = first.admin().await;
    let made = admin.v2_file("/plugins?name=slow", guests::slow_to_compile(1_500)).await;
    assert_eq!((made.status, &made.body["status"]), (202, &json!("compiling")), "{made:?}");
    let mut workers = Vec::new();
    if cfg!(target_os = "linux") {
        workers = compilers().into_iter().filter(|(_, parent)| *parent == first.pid().as_raw()).collect::<Vec<_>>();
        assert!(!workers.is_empty(), "it is compiled in a child: {:?}", compilers());
    }
    first.crash();
    tokio::time::sleep(Duration::from_secs(2)).await;
    if cfg!(target_os = "linux") {
        let left = compilers();
        let outlived = |(process, _): &(i32, i32)| left.iter().any(|(other, _)| other == process);
        assert!(!workers.iter().any(outlived), "no compiler outlives its server: {left:?}");
    }
    let state: String =
        sqlx::query_scalar("SELECT status FROM plugin_versions").fetch_one(cluster.pool()).await.expect("it");
    assert_eq!(state, "compiling");
    // the other nodes wait for the lease; here it is over at once, as if that time had passed
    sqlx::query("UPDATE plugin_versions SET compiling_until = now()").execute(cluster.pool()).await.expect("a lease");
    let second = cluster.node().await.expect("a node");
    let admin = second.admin().await;
    let version = until(
        PATIENCE,
        async || fine(admin.v2(Method::GET, "/plugins/1/versions/1").await),
        |version| version["status"] != "compiling",
    )
    .await;
    assert_eq!(version["status"], "rejected", "{version}");
    assert!(version["reason"].as_str().is_some_and(|reason| reason.contains("exports no interface")), "{version}");
}

/// What a command of the cluster's says, and whether it went well.
fn said(cluster: &Cluster, arguments: &[&str], token: &str) -> (bool, String, String) {
    let ended = cluster.command(arguments).env("GAVIA_TOKEN", token).output().expect("the command runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a text");
    (ended.status.success(), text(ended.stdout), text(ended.stderr))
}

#[tokio::test]
async fn push_uploads_waits_and_tells_what_is_asked_beyond_the_active_version() {
    let stage = stage().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.display().to_string()
    };
    let made = stage.cluster.command(&["token", "create", "--user", ADMIN]).output().expect("the command runs");
    let text = String::from_utf8(made.stdout).expect("a text");
    let token = text.split_whitespace().find(|word| word.starts_with("gavia_")).expect("a token").to_owned();
    let push = |more: &[&str]| {
        let line = [&["plugin", "push", "--url", &stage.node.base], more].concat();
        said(&stage.cluster, &line, &token)
    };
    let wasm = file("name_people.wasm", &guests::wasm("name_people"));
    let (went, out, err) = push(&[&wasm]);
    assert!(went && out.contains("name-people: version 1 waits for an approval"), "{out} {err}");
    assert!(out.contains("+ look up people") && out.contains("/api/v2/plugins/1/versions/1/approve"), "{out}");
    let (version, grants) = ("/plugins/1/versions/1", json!({ "grants": "requested" }));
    fine(stage.admin.v2_with(Method::POST, &format!("{version}/approve"), grants).await);
    fine(stage.admin.v2_with(Method::POST, &format!("{version}/activate"), json!({})).await);
    let (went, out, _) = push(&[&wasm]);
    assert!(went && out.contains("was there already") && out.contains("it is the active version"), "{out}");

    let manifest = file(
        "m.toml",
        b"id = \"name-people\"\nversion = \"2.0.0\"\ndescription = \"d\"\nlicence = \"MIT\"\nkinds = [\"participants\"]\n\
          [[capabilities]]\ngrant = \"kv\"\nreason = \"remembers\"\n",
    );
    let (went, out, _) = push(&[&wasm, "--manifest", &manifest]);
    assert!(
        went && out.contains("beside version 1") && out.contains("+ keep up to") && out.contains("- look up"),
        "{out}"
    );

    let (went, _, err) = push(&[&file("x.wasm", b"print('x')"), "--name", "x"]);
    assert!(!went && err.contains("not a WebAssembly"), "{err}");
    let slow = file("slow.wasm", &guests::slow_to_compile(1_500));
    let (went, out, err) = push(&[&slow, "--name", "slow"]);
    assert!(!went && out.contains("is being compiled") && err.contains("exports no interface"), "{out} {err}");
    let wrong = [&["plugin", "push", "--url", &stage.node.base], &[wasm.as_str()][..]].concat();
    let (went, _, err) = said(&stage.cluster, &wrong, "gavia_wrong");
    assert!(!went && err.contains("HTTP 401") && !err.contains("gavia_wrong"), "{err}");
}

/// new → auto (a script) → mid (people by the plugin) → end.
async fn scripted(stage: &Stage, script: i64, arguments: &Value) -> gavia_tests::world::Workflow {
    let start = json!({ "title": 2 }).to_string();
    let by_plugin = json!({ "participant_type_id": 12, "participant": "name-people", "distribute_type_id": 2,
                            "plugin_args": arguments.to_string() });
    let states = vec![
        ("new", json!({ "type_id": 1, "state_field_str": start })),
        ("auto", json!({ "participant_type_id": 6, "participant": script.to_string() })),
        ("mid", by_plugin),
        ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
    ];
    let transitions = vec![
        ("submit", "new", "auto", json!({})),
        ("ran", "auto", "mid", json!({})),
        ("done", "mid", "end", json!({})),
    ];
    gavia_tests::world::workflow(&stage.admin, "f", &[], states, transitions).await
}

async fn due(stage: &Stage, attempts: i32) {
    let wake =
        "UPDATE jobs SET run_at = now(), attempts = GREATEST(attempts, $1) WHERE leased_by IS NULL AND dead_at IS NULL";
    sqlx::query(wake).bind(attempts).execute(stage.cluster.pool()).await.expect("the jobs");
}

#[tokio::test]
async fn a_scripts_move_waits_for_a_participants_plugin_that_may_answer_later_and_the_script_runs_once() {
    let stage = stage().await;
    install(&stage.admin, "name_people").await;
    let script = stage.admin.upload_script("print_creator", guests::wasm("print_creator")).await;
    let flow = scripted(&stage, script, &json!({ "later": "the directory is asleep" })).await;
    let app = stage.app(&[&flow]).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });
    let id = app.create("lilei", new.clone()).await;
    let jobs = async || fine(stage.admin.v2(Method::GET, &format!("/jobs?ticket_id={id}")).await)["items"].clone();
    let waiting = until(PATIENCE, &jobs, |jobs| jobs[0]["last_error"].is_string()).await;
    assert!(waiting[0]["last_error"].as_str().is_some_and(|why| why.contains("name-people")), "{waiting}");
    let row = app.row(id).await;
    assert_eq!((&row["state_id"], &row["script_run_last_result"]), (&json!(flow.state("auto")), &json!(true)));
    until(
        PATIENCE,
        async || {
            due(&stage, 0).await;
            jobs().await
        },
        |jobs| jobs[0]["attempts"].as_i64() > Some(2),
    )
    .await;

    let change = json!({ "plugin_args": json!({ "names": ["lisi"] }).to_string() });
    stage.admin.send(Method::PATCH, &format!("/workflows/{}/states/{}", flow.id, flow.state("mid")), change).await.ok();
    let row = until(
        PATIENCE,
        async || {
            due(&stage, 0).await;
            app.row(id).await
        },
        |row| row["state_id"] == flow.state("mid"),
    )
    .await;
    assert_eq!(row["participant"], "lisi");
    let calls = fine(stage.admin.v2(Method::GET, &format!("/tickets/{id}/plugin_calls")).await)["items"].clone();
    let of = |kind: &str| calls.as_array().expect("calls").iter().filter(|call| call["kind"] == kind).count();
    assert_eq!(of("action"), 1, "the script is not run again: {calls}");
    assert!(of("participants") >= 3, "{calls}");
    assert_eq!(calls[0]["log"][0]["message"], "asked about state mid by loonrobot");
    assert_eq!(stage.broken().await, [""; 0]);

    // one that never answers ends as the step's failure, with as many tries as any work
    let change = json!({ "plugin_args": json!({ "later": "still asleep" }).to_string() });
    stage.admin.send(Method::PATCH, &format!("/workflows/{}/states/{}", flow.id, flow.state("mid")), change).await.ok();
    let id = app.create("lilei", new).await;
    let jobs = async || fine(stage.admin.v2(Method::GET, &format!("/jobs?ticket_id={id}")).await)["items"].clone();
    until(PATIENCE, &jobs, |jobs| jobs[0]["last_error"].is_string()).await;
    until(
        PATIENCE,
        async || {
            due(&stage, 11).await;
            app.row(id).await
        },
        |row| row["script_run_last_result"] == false,
    )
    .await;
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn a_person_is_refused_while_a_participants_plugin_cannot_answer_and_nothing_changes() {
    let stage = stage().await;
    install(&stage.admin, "name_people").await;
    let by_plugin = json!({ "participant_type_id": 12, "participant": "name-people", "distribute_type_id": 2,
                            "plugin_args": json!({ "later": "asleep" }).to_string() });
    let flow = stage.simple("f", &[], by_plugin, vec![]).await;
    let app = stage.app(&[&flow]).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });
    let refused = app.post("lilei", "/tickets", new).await;
    assert_eq!(refused.code(), -1, "{refused:?}");
    assert!(refused.msg().contains("插件name-people暂时没有响应") && refused.msg().contains("asleep"), "{refused:?}");
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM tickets").fetch_one(stage.cluster.pool()).await.expect("it");
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_try_tells_of_the_requests_that_it_might_send_and_sends_none() {
    let stage = stage().await;
    let made = fine(stage.admin.v2_file("/plugins", guests::wasm("notice_webhook")).await);
    let (path, grants) = (format!("/plugins/{}", made["plugin_id"]), json!({ "grants": "requested" }));
    fine(stage.admin.v2_with(Method::POST, &format!("{path}/versions/1/approve"), grants).await);
    let mut grants = fine(stage.admin.v2(Method::GET, &path).await)["grants"].clone();
    grants["http"]["origins"][0]["private"] = true.into();
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/grants"), grants).await);
    fine(stage.admin.v2_with(Method::PUT, &format!("{path}/secrets/WEBHOOK_SECRET"), json!({ "value": "s" })).await);
    let flow = stage.simple("f", &[], json!({ "participant_type_id": 1, "participant": "lisi" }), vec![]).await;
    let app = stage.app(&[&flow]).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t" });
    let id = app.create("lilei", new).await;
    let receiver = gavia_tests::receiver::Receiver::start().await.expect("a receiver");
    let body = json!({ "ticket_id": id, "config": { "url": receiver.url } });
    let tried = fine(stage.admin.v2_with(Method::POST, &format!("{path}/versions/1/try"), body).await);
    let server = receiver
        .url
        .trim_end_matches('/')
        .rsplit_once("//")
        .map_or("", |(_, rest)| rest.split('/').next().unwrap_or(""));
    let lines = tried["log"].to_string();
    assert!(lines.contains(&format!("not sent: POST http://{server}")), "{tried}");
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn metrics_have_a_listener_of_their_own_where_one_is_named() {
    let (cluster, node) = node().await;
    let http = gavia_tests::http_client();
    let get = async |url: String| http.get(url).send().await.expect("an answer");
    let shown = get(format!("{}/metrics", node.base)).await;
    assert_eq!(shown.status(), 200);
    assert!(shown.text().await.expect("a text").contains("gavia_plugin_slots "));
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("its address");
    let own = cluster.node_with(&[("GAVIA_METRICS_LISTEN", &free.to_string())]).await.expect("a node");
    assert_eq!(get(format!("{}/metrics", own.base)).await.status(), 404);
    let shown = get(format!("http://{free}/metrics")).await;
    assert_eq!(shown.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    let text = shown.text().await.expect("a text");
    assert!(text.contains("gavia_http_requests_total{") && text.contains("route=\"/readyz\""), "{text}");
    assert_eq!(get(format!("http://{free}/readyz")).await.status(), 404);
}
