//! The calls of `/api/v2/plugins`: what each answers, what each refuses, and what stays behind.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::{
    body::Body,
    http::{Method, Request},
};
use serde_json::{Value, json};

use crate::{
    http::testing::{As, Server, request, server},
    store::{self, access_tokens, auth},
    workflow::UserId,
};

/// An action plugin with a manifest: it asks to write the field `leave_record`.
pub(super) const LEAVE_NOTE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/leave_note.wasm"));
/// A core module without a manifest that becomes a condition plugin.
pub(super) const CONDITION: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/condition.wasm"));

const NOBODY: &str = "guessed";

/// With tokens of an administrator and of a workflow administrator.
pub(super) async fn ready() -> Server {
    ready_on(server().await).await
}

pub(super) async fn ready_on(server: Server) -> Server {
    let flows = json!({ "username": "flows", "is_workflow_admin": true });
    let flows = server.admin(Method::POST, "/accounts/users", flows).await["id"].as_i64().unwrap();
    for (user, token) in [(1, "admins"), (flows, "flows")] {
        access_tokens::insert(&server.app.db, UserId(user), &auth::hash(token), None).await.unwrap();
    }
    server
}

pub(super) async fn send(
    server: &Server,
    token: &str,
    method: Method,
    path: &str,
    body: impl Into<Body>,
) -> (u16, Value) {
    let request = Request::builder().method(method).uri(format!("/api/v2{path}"));
    let request = request.header("authorization", format!("Bearer {token}"));
    let (status, body) = server.send(request.body(body.into()).unwrap()).await;
    (status.as_u16(), body)
}

pub(super) async fn call(server: &Server, method: Method, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { Body::empty() } else { body.to_string().into() };
    send(server, "admins", method, path, body).await
}

pub(super) async fn get(server: &Server, path: &str) -> Value {
    let (status, body) = call(server, Method::GET, path, json!(null)).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// A form with a file, a name and a manifest.
pub(super) async fn form(server: &Server, file: &[u8], parts: &[(&str, &str)]) -> (u16, Value) {
    let mut body = Vec::new();
    for (name, text) in parts {
        body.extend(format!("--cut\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes());
    }
    body.extend(b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.wasm\"\r\n\r\n");
    body.extend(file);
    body.extend(b"\r\n--cut--\r\n");
    let request = Request::post("/api/v2/plugins").header("authorization", "Bearer admins");
    let request = request.header("content-type", "multipart/form-data; boundary=cut").body(body.into()).unwrap();
    let (status, body) = server.send(request).await;
    (status.as_u16(), body)
}

pub(super) fn manifest(capabilities: &str) -> String {
    format!(
        "id = \"asks\"\nversion = \"1.0.0\"\ndescription = \"Asks\"\nlicence = \"MIT\"\nkinds = [\"action\"]\n{capabilities}"
    )
}

fn versions(detail: &Value) -> Vec<(i64, String, bool)> {
    let versions = detail["versions"].as_array().unwrap().iter();
    versions
        .map(|one| {
            (one["number"].as_i64().unwrap(), one["status"].as_str().unwrap().to_owned(), one["is_active"] == true)
        })
        .collect()
}

#[tokio::test]
async fn administrators_alone_reach_plugins() {
    let server = ready().await;
    for (method, path) in [
        (Method::GET, "/plugins"),
        (Method::POST, "/plugins?name=x"),
        (Method::GET, "/plugins/1"),
        (Method::DELETE, "/plugins/1"),
        (Method::POST, "/plugins/1/versions/1/approve"),
        (Method::POST, "/plugins/1/versions/1/refuse"),
        (Method::POST, "/plugins/1/versions/1/activate"),
        (Method::POST, "/plugins/1/versions/1/retire"),
        (Method::POST, "/plugins/1/roll_back"),
        (Method::PUT, "/plugins/1/grants"),
        (Method::GET, "/plugins/1/versions/1"),
        (Method::POST, "/plugins/1/versions/1/try"),
        (Method::GET, "/plugins/1/limits"),
        (Method::PUT, "/plugins/1/limits"),
        (Method::GET, "/plugins/1/config"),
        (Method::PUT, "/plugins/1/config"),
        (Method::GET, "/plugins/1/secrets"),
        (Method::PUT, "/plugins/1/secrets/a"),
        (Method::DELETE, "/plugins/1/secrets/a"),
        (Method::GET, "/plugins/1/calls"),
        (Method::GET, "/plugins/1/calls/1"),
        (Method::GET, "/plugins/1/audit"),
    ] {
        let sent = async |token| send(&server, token, method.clone(), path, "{}").await.0;
        assert_eq!([sent(NOBODY).await, sent("flows").await], [401, 403], "{method} {path}");
    }
    assert_eq!(call(&server, Method::GET, "/plugins/7", json!(null)).await.0, 404);
    assert_eq!(call(&server, Method::GET, "/plugins/x", json!(null)).await.0, 404);
    assert_eq!(get(&server, "/plugins").await, json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn an_upload_is_checked_and_told_what_is_wrong() {
    let server = ready().await;
    for (file, parts, reason) in [
        (&b"print('x')"[..], &[("name", "a")][..], "not a WebAssembly component or module"),
        (b"", &[("name", "a")], "there is no file"),
        (CONDITION, &[], "a plugin's name is 1 to 100"),
        (CONDITION, &[("name", "No Name")], "a plugin's name is 1 to 100"),
        (CONDITION, &[("name", "a"), ("manifest", "id = 7")], "the manifest is not acceptable"),
        (CONDITION, &[("name", "a"), ("manifets", "")], "there is no part \"manifets\""),
        (b"\0asm\x0d\0\x01\0", &[("name", "a")], "exports no interface of gavia:plugin"),
    ] {
        let (status, body) = form(&server, file, parts).await;
        let detail = body["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && detail.contains(reason), "{status} {body}");
    }
    assert_eq!(get(&server, "/plugins").await["items"], json!([]), "nothing came of them");
}

#[tokio::test]
async fn a_version_that_asks_for_more_waits_while_the_old_one_runs() {
    let server = ready().await;
    let (status, made) = send(&server, "admins", Method::POST, "/plugins?name=asks", CONDITION).await;
    assert_eq!((status, &made["status"], &made["version"]), (201, &json!("ready"), &json!(1)), "it asks for nothing");
    let path = format!("/plugins/{}", made["plugin_id"]);
    assert_eq!(
        versions(&get(&server, &path).await),
        [(1, "ready".to_owned(), false)],
        "nothing runs until it is activated"
    );
    assert_eq!(call(&server, Method::POST, &format!("{path}/versions/1/activate"), json!(null)).await.0, 200);
    let again = send(&server, "admins", Method::POST, "/plugins?name=asks", CONDITION).await;
    assert_eq!((again.0, &again.1["version"], &again.1["is_new"]), (200, &json!(1), &json!(false)));
    let asks = manifest(
        "[[capabilities]]\ngrant = \"kv\"\nreason = \"remembers\"\n[[capabilities]]\ngrant = \"tickets-read\"\nscope = \"workflow\"\nreason = \"compares\"",
    );
    let (status, made) = form(&server, LEAVE_NOTE, &[("manifest", &asks)]).await;
    assert_eq!((status, &made["status"], &made["version"]), (201, &json!("needs_approval"), &json!(2)));
    let detail = get(&server, &path).await;
    assert_eq!(versions(&detail), [(2, "needs_approval".to_owned(), false), (1, "ready".to_owned(), true)]);
    assert_eq!((&detail["active_version"], &detail["waiting_versions"]), (&json!(1), &json!([2])));
    assert_eq!(
        detail["versions"][0]["asks"],
        json!([
            "keep up to 10 MiB of data of its own between calls: remembers",
            "read all tickets of the same workflow: compares"
        ])
    );
    assert_eq!(detail["versions"][0]["may"], json!([]), "deny by default");
    let activate = format!("{path}/versions/2/activate");
    let (status, told) = call(&server, Method::POST, &activate, json!(null)).await;
    assert!(status == 409 && told["detail"].as_str().unwrap().contains("approve it first"), "{told}");

    let approve = format!("{path}/versions/2/approve");
    for bad in [
        json!({}),
        json!({ "grants": { "directory": { "scope": "basic" } } }),
        json!({ "grants": { "kv": { "x": 1 } } }),
    ] {
        assert_eq!(call(&server, Method::POST, &approve, bad).await.0, 422);
    }
    let grants = json!({ "grants": { "kv": {}, "tickets-read": { "scope": "own" } } });
    let (status, told) = call(&server, Method::POST, &approve, grants).await;
    assert_eq!((status, &told["withheld"]), (200, &json!(["tickets-read"])));
    assert_eq!(told["versions"][0]["may"].as_array().unwrap().len(), 2);
    assert_eq!(call(&server, Method::POST, &activate, json!(null)).await.0, 200);
    let back = call(&server, Method::POST, &format!("{path}/roll_back"), json!(null)).await;
    assert_eq!((back.0, &back.1["active_version"]), (200, &json!(1)));
    let forth = call(&server, Method::POST, &format!("{path}/roll_back"), json!(null)).await.1;
    assert_eq!(forth["active_version"], 2, "and back to the one before");

    let audit = get(&server, &format!("{path}/audit")).await;
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "plugin.roll_back",
            "plugin.roll_back",
            "plugin.activate",
            "plugin.show_as_script",
            "plugin.approve",
            "plugin.upload",
            "plugin.activate",
            "plugin.upload",
            "plugin.create",
        ]
    );
    let approved = &audit["items"][4];
    assert_eq!((&approved["actor"], &approved["before"]["grants"]["kv"]), (&json!("admin"), &json!(null)));
    assert_eq!(approved["after"]["grants"], json!({ "kv": {}, "tickets-read": { "scope": "own" } }));
}

#[tokio::test]
async fn a_refused_or_retired_version_is_never_activated() {
    let server = ready().await;
    send(&server, "admins", Method::POST, "/plugins?name=c", CONDITION).await;
    let asks = manifest("[[capabilities]]\ngrant = \"kv\"\nreason = \"remembers\"");
    form(&server, CONDITION, &[("name", "c"), ("manifest", &asks)]).await;
    let at = |number: i64, what: &str| format!("/plugins/1/versions/{number}/{what}");
    assert_eq!(call(&server, Method::POST, &at(2, "refuse"), json!({ "reason": "no need" })).await.0, 200);
    assert_eq!(call(&server, Method::POST, &at(2, "refuse"), json!({})).await.0, 409);
    assert_eq!(call(&server, Method::POST, &at(2, "approve"), json!({ "grants": "requested" })).await.0, 409);
    assert_eq!(call(&server, Method::POST, &at(2, "activate"), json!(null)).await.0, 409);
    assert_eq!(call(&server, Method::POST, &at(3, "activate"), json!(null)).await.0, 404);
    assert_eq!(call(&server, Method::POST, "/plugins/1/roll_back", json!(null)).await.0, 409);
    assert_eq!(call(&server, Method::POST, &at(1, "activate"), json!(null)).await.0, 200);
    assert_eq!(call(&server, Method::POST, &at(1, "retire"), json!(null)).await.0, 409, "it is active");
    let (_, again) = form(&server, CONDITION, &[("name", "c"), ("manifest", &asks)]).await;
    assert_eq!(
        (&again["version"], &again["status"]),
        (&json!(3), &json!("needs_approval")),
        "a fresh upload is a fresh question"
    );
    assert_eq!(call(&server, Method::POST, &at(3, "retire"), json!(null)).await.0, 200);
    let states: Vec<String> =
        versions(&get(&server, "/plugins/1").await).into_iter().map(|version| version.1).collect();
    assert_eq!(states, ["retired", "rejected", "ready"]);
}

#[tokio::test]
async fn grants_can_be_narrowed_and_taken_away_and_never_go_beyond_what_is_asked() {
    let server = ready().await;
    let asks = manifest("[[capabilities]]\ngrant = \"secrets\"\nnames = [\"A\", \"B\"]\nreason = \"signs\"");
    form(&server, CONDITION, &[("name", "c"), ("manifest", &asks)]).await;
    let grants = "/plugins/1/grants";
    let (status, _) = call(&server, Method::PUT, grants, json!({ "secrets": { "names": ["A", "C"] } })).await;
    assert_eq!(status, 422);
    let one = json!({ "secrets": { "names": ["A"] } });
    assert_eq!(call(&server, Method::PUT, grants, one.clone()).await, (200, one));
    assert_eq!(get(&server, "/plugins/1").await["versions"][0]["withheld"], json!(["secrets"]));
    assert_eq!(call(&server, Method::PUT, grants, json!({})).await, (200, json!({})));
}

#[tokio::test]
async fn settings_are_shown_and_secrets_never_are() {
    let server = ready().await;
    send(&server, "admins", Method::POST, "/plugins?name=c", CONDITION).await;
    let config = json!({ "url": "https://a.b", "level": "3" });
    assert_eq!(call(&server, Method::PUT, "/plugins/1/config", config.clone()).await, (200, config.clone()));
    assert_eq!(get(&server, "/plugins/1/config").await, config);
    for bad in [json!({ "n": 7 }), json!({ "": "x" }), json!({ "n": "x".repeat(70_000) })] {
        assert_eq!(call(&server, Method::PUT, "/plugins/1/config", bad).await.0, 422);
    }
    assert_eq!(get(&server, "/plugins/1/config").await, config, "a refused change changes nothing");

    let secret = "/plugins/1/secrets/TOKEN";
    let value = "hunter2-and-more";
    assert_eq!(call(&server, Method::PUT, secret, json!({ "value": value })).await.0, 204);
    assert_eq!(call(&server, Method::PUT, secret, json!({ "value": value })).await.0, 204);
    for bad in [json!({}), json!({ "value": "" }), json!({ "value": "x".repeat(20_000) })] {
        assert_eq!(call(&server, Method::PUT, secret, bad).await.0, 422);
    }
    let mut shown = String::new();
    for path in ["/plugins/1/secrets", "/plugins/1", "/plugins/1/audit", "/plugins"] {
        shown += &get(&server, path).await.to_string();
    }
    assert!(shown.contains("TOKEN") && !shown.contains(value), "{shown}");
    assert_eq!(call(&server, Method::DELETE, secret, json!(null)).await.0, 204);
    assert_eq!(call(&server, Method::DELETE, secret, json!(null)).await.0, 404);
    assert_eq!(get(&server, "/plugins/1/secrets").await, json!({ "secrets": [] }));
}

#[tokio::test]
async fn a_plugin_in_use_is_neither_deleted_nor_turned_into_something_else() {
    let server = ready().await;
    send(&server, "admins", Method::POST, "/plugins?name=mine", CONDITION).await;
    assert_eq!(call(&server, Method::POST, "/plugins/1/versions/1/activate", json!(null)).await.0, 200);
    let flow = server.admin(Method::POST, "/workflows", json!({ "name": "w", "condition_plugin": "mine" })).await;
    let (status, told) = call(&server, Method::DELETE, "/plugins/1", json!(null)).await;
    assert_eq!((status, &told["used_by"]["conditions_of_workflows"]), (409, &json!(["w"])));

    let (_, made) = form(&server, LEAVE_NOTE, &[("name", "mine")]).await;
    assert_eq!(made["version"], 2);
    assert_eq!(
        call(&server, Method::POST, "/plugins/1/versions/2/approve", json!({ "grants": "requested" })).await.0,
        200
    );
    let (status, told) = call(&server, Method::POST, "/plugins/1/versions/2/activate", json!(null)).await;
    assert!(status == 409 && told["detail"].as_str().unwrap().contains("used as condition"), "{told}");

    let path = format!("/workflows/{}", flow["workflow_id"]);
    server.admin(Method::PATCH, &path, json!({ "condition_plugin": "" })).await;
    call(&server, Method::PUT, "/plugins/1/secrets/T", json!({ "value": "v" })).await;
    assert_eq!(call(&server, Method::DELETE, "/plugins/1", json!(null)).await.0, 204);
    assert_eq!(call(&server, Method::GET, "/plugins/1", json!(null)).await.0, 404);
    let left = store::plugins::settings::secrets(&server.app.db, crate::plugins::PluginId(1)).await.unwrap();
    assert!(left.is_empty(), "its secrets are erased");
    let audit = get(&server, "/plugins/1/audit").await;
    assert_eq!(audit["items"][0]["action"], "plugin.delete");
    let (status, made) = send(&server, "admins", Method::POST, "/plugins?name=mine", CONDITION).await;
    assert_eq!((status, &made["plugin_id"]), (201, &json!(2)), "the name is free again");
}

#[tokio::test]
async fn an_action_plugin_can_be_named_by_states_and_a_script_file_is_a_plugin() {
    let server = ready().await;
    form(&server, LEAVE_NOTE, &[]).await;
    call(&server, Method::POST, "/plugins/1/versions/1/approve", json!({ "grants": "requested" })).await;
    call(&server, Method::POST, "/plugins/1/versions/1/activate", json!(null)).await;
    let scripts = server.admin(Method::GET, "/workflows/run_scripts", json!(null)).await;
    assert_eq!(scripts["value"][0]["name"], "leave-note");
    let script = scripts["value"][0]["id"].clone();
    let flow = server.workflow().await;
    let state = json!({ "name": "auto", "participant_type_id": 6, "participant": script.to_string() });
    server.admin(Method::POST, &format!("/workflows/{flow}/states"), state).await;
    let (status, told) = call(&server, Method::DELETE, "/plugins/1", json!(null)).await;
    assert_eq!((status, &told["used_by"]["action_of_states"][0]["state"]), (409, &json!("auto")));

    // the other way round: a file of v1.0 is a plugin with the rights that such files always had
    let mut body = Vec::new();
    body.extend(b"--cut\r\ncontent-disposition: form-data; name=\"script_name\"\r\n\r\nold\r\n");
    body.extend(b"--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"x.wasm\"\r\n\r\n");
    body.extend(LEAVE_NOTE);
    body.extend(b"\r\n--cut--\r\n");
    let mut upload = request(&As::Admin, Method::POST, "/workflows/run_scripts", &json!(null));
    upload.headers_mut().insert("content-type", "multipart/form-data; boundary=cut".parse().unwrap());
    *upload.body_mut() = body.into();
    let (_, answer) = server.send(upload).await;
    assert_eq!(answer["code"], 0, "{answer}");
    let plugins = get(&server, "/plugins").await;
    let own = &plugins["items"][1];
    assert_eq!((&own["name"], &own["active_version"]), (&json!("run-script-2"), &json!(1)));
    let detail = get(&server, &format!("/plugins/{}", own["id"])).await;
    assert_eq!(detail["grants"], json!({ "tickets-read": { "scope": "own" }, "tickets-write": { "fields": "*" } }));
    assert_eq!(detail["run_scripts"], json!([2]));
    server.admin(Method::DELETE, "/workflows/run_scripts/2", json!(null)).await;
    assert_eq!(
        call(&server, Method::GET, &format!("/plugins/{}", own["id"]), json!(null)).await.0,
        404,
        "it goes with its script"
    );
}

#[tokio::test]
async fn a_named_condition_plugin_replaces_the_built_in_one_and_its_calls_are_kept() {
    let server = ready().await;
    let (flow, token) = server.flow().await;
    let path = format!("/workflows/{}", flow.id);
    let conditions = json!([{ "expression": "{days} > 3", "target_state_id": flow.end }]).to_string();
    let transition = format!("{path}/transitions/{}", flow.submit);
    server.admin(Method::PATCH, &transition, json!({ "condition_expression": conditions })).await;
    server.admin(Method::PATCH, &path, json!({ "condition_plugin": "mine" })).await;
    let create = async |days: i64| {
        let body = json!({ "workflow_id": flow.id, "transition_id": flow.submit, "title": "t", "days": days });
        server.call(&As::App("oa", &token, "lisi"), Method::POST, "/tickets", &body).await.1
    };
    let refused = create(5).await;
    assert!(refused["code"] == -1 && refused["msg"].as_str().unwrap().contains("mine"), "{refused}");
    let check = get(&server, &format!("{path}/check")).await;
    let codes: Vec<&str> =
        check["problems"].as_array().unwrap().iter().map(|problem| problem["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"plugin_missing"), "{check}");

    send(&server, "admins", Method::POST, "/plugins?name=mine", CONDITION).await;
    assert_eq!(create(5).await["code"], -1, "none of its versions is active");
    assert_eq!(call(&server, Method::POST, "/plugins/1/versions/1/activate", json!(null)).await.0, 200);
    for (days, state) in [(5, flow.end), (2, flow.work)] {
        let id = create(days).await["data"]["ticket_id"].as_i64().unwrap();
        let row = server.admin(Method::GET, &format!("/tickets/{id}"), json!(null)).await;
        assert_eq!(row["value"]["state_id"], state);
    }
    let calls = get(&server, "/plugins/1/calls").await;
    let calls = calls["items"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (&calls[0]["kind"], &calls[0]["outcome"], &calls[0]["ticket_id"]),
        (&json!("condition"), &json!("ok"), &json!(null))
    );
    assert!(calls[0]["peak_memory_bytes"].as_i64().unwrap() > 0);
    let check = get(&server, &format!("{path}/check")).await;
    assert!(!check.to_string().contains("plugin_missing"), "{check}");
}
