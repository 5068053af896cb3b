//! Uploads that are compiled after they were answered, limits, tries, and what plugins did for a ticket.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use serde_json::{Value, json};

use super::tests::{CONDITION, LEAVE_NOTE, call, form, get, manifest, ready, ready_on, send};
use crate::{
    http::testing::{As, Server, impatient_server},
    plugins::PluginId,
    store::{
        plugins::calls,
        testing::{fill_in, leave_compiling},
    },
    workflow::TicketId,
};

/// A component that is valid and exports nothing.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

async fn settled(server: &Server, path: &str) -> Value {
    for _ in 0..600 {
        let version = get(server, path).await;
        if version["status"] != "compiling" {
            return version;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it is compiling still");
}

async fn actions(server: &Server) -> Vec<String> {
    let audit = get(server, "/plugins/1/audit").await;
    let rows = audit["items"].as_array().unwrap().iter();
    rows.map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_compiles_longer_than_a_moment_is_answered_at_once_and_becomes_ready() {
    let server = ready_on(impatient_server().await).await;
    let sent = server.v2(Method::POST, "/plugins?name=slow", None, &json!(null)).await;
    assert_eq!(sent.status, 422, "nothing is sent");
    let (status, made) = send(&server, "admins", Method::POST, "/plugins?name=slow", CONDITION).await;
    assert_eq!((status, &made["status"], &made["version"]), (202, &json!("compiling"), &json!(1)));
    let version = settled(&server, "/plugins/1/versions/1").await;
    assert_eq!((&version["status"], &version["kinds"]), (&json!("ready"), &json!(["condition"])));
    assert!(version["report"]["functions"].as_i64().unwrap() > 0, "{version}");
    assert_eq!(get(&server, "/plugins/1").await["kinds"], json!(["condition"]));
    assert_eq!(actions(&server).await, ["plugin.compiled", "plugin.upload", "plugin.create"]);
    let again = send(&server, "admins", Method::POST, "/plugins?name=slow", CONDITION).await;
    assert_eq!((again.0, &again.1["is_new"]), (200, &json!(false)), "there is nothing to compile");
    assert_eq!(call(&server, Method::POST, "/plugins/1/versions/1/activate", json!(null)).await.0, 200);
}

#[tokio::test]
async fn the_location_of_a_slow_upload_is_its_version() {
    let server = ready_on(impatient_server().await).await;
    let request = axum::http::Request::post("/api/v2/plugins?name=slow").header("authorization", "Bearer admins");
    let response = server.response(request.body(CONDITION.into()).unwrap()).await;
    assert_eq!(response.status().as_u16(), 202);
    assert_eq!(response.headers()["location"], "/api/v2/plugins/1/versions/1");
    settled(&server, "/plugins/1/versions/1").await;
}

#[tokio::test]
async fn a_slow_upload_that_is_no_plugin_is_rejected_and_the_reason_is_kept() {
    let server = ready_on(impatient_server().await).await;
    let (status, made) = send(&server, "admins", Method::POST, "/plugins?name=none", EMPTY).await;
    assert_eq!((status, &made["status"]), (202, &json!("compiling")));
    let version = settled(&server, "/plugins/1/versions/1").await;
    assert_eq!(version["status"], "rejected");
    let reason = version["reason"].as_str().unwrap();
    assert!(reason.contains("exports no interface of gavia:plugin"), "{reason}");
    for (what, body) in
        [("activate", json!(null)), ("approve", json!({ "grants": "requested" })), ("try", json!({ "ticket_id": 1 }))]
    {
        let (status, told) = call(&server, Method::POST, &format!("/plugins/1/versions/1/{what}"), body).await;
        assert_eq!(status, 409, "{what}: {told}");
    }
}

#[tokio::test]
async fn a_version_that_a_dead_node_left_behind_is_taken_up_and_not_for_ever() {
    let server = ready().await;
    let app = Arc::clone(server.app.shared());
    send(&server, "admins", Method::POST, "/plugins?name=slow", CONDITION).await;
    leave_compiling(&server.app.db, 1, 10.0).await;
    assert!(!app.compile_next().await.unwrap(), "its node has it still");
    let (status, told) = call(&server, Method::POST, "/plugins/1/versions/1/activate", json!(null)).await;
    assert!(status == 409 && told["detail"].as_str().unwrap().contains("being compiled"), "{told}");
    leave_compiling(&server.app.db, 1, -1.0).await;
    assert!(app.compile_next().await.unwrap());
    assert_eq!(get(&server, "/plugins/1/versions/1").await["status"], "ready");
    assert!(!app.compile_next().await.unwrap());

    leave_compiling(&server.app.db, 3, -1.0).await;
    assert!(app.compile_next().await.unwrap());
    let version = get(&server, "/plugins/1/versions/1").await;
    assert_eq!(version["status"], "rejected");
    assert!(version["reason"].as_str().unwrap().contains("3 times a node ended"), "{version}");

    leave_compiling(&server.app.db, 1, -1.0).await;
    call(&server, Method::DELETE, "/plugins/1", json!(null)).await;
    assert!(app.compile_next().await.unwrap(), "a deleted plugin's version comes to its end too");
    assert!(!app.compile_next().await.unwrap());
}

/// The flow of the test server, with the condition plugin `mine` behind both its transitions.
async fn judged_flow(server: &Server) -> (crate::http::testing::Flow, String) {
    let (flow, token) = server.flow().await;
    send(server, "admins", Method::POST, "/plugins?name=mine", CONDITION).await;
    assert_eq!(call(server, Method::POST, "/plugins/1/versions/1/activate", json!(null)).await.0, 200);
    let path = format!("/workflows/{}", flow.id);
    let conditions = json!([{ "expression": "{days} > 3", "target_state_id": flow.end }]).to_string();
    for transition in [flow.submit, flow.done] {
        let change = json!({ "condition_expression": conditions });
        server.admin(Method::PATCH, &format!("{path}/transitions/{transition}"), change).await;
    }
    server.admin(Method::PATCH, &path, json!({ "condition_plugin": "mine" })).await;
    (flow, token)
}

#[tokio::test]
async fn limits_are_lowered_by_an_administrator_audited_and_used_in_the_next_call() {
    let server = ready().await;
    let (flow, token) = judged_flow(&server).await;
    let shown = get(&server, "/plugins/1/limits").await["limits"]["condition"].clone();
    assert_eq!((&shown["cap"]["cpu_ms"], &shown["wish"], &shown["set"]), (&json!(50), &json!({}), &json!({})));
    assert_eq!(shown["cap"], shown["effective"]);
    for bad in [json!({ "condition": { "cpu_ms": 51 } }), json!({ "condition": { "cpu": 1 } }), json!({ "actor": {} })]
    {
        assert_eq!(call(&server, Method::PUT, "/plugins/1/limits", bad).await.0, 422);
    }
    server.ticket(flow, &token).await;

    let set = json!({ "condition": { "memory_bytes": 65536, "cpu_ms": 20 } });
    let (status, told) = call(&server, Method::PUT, "/plugins/1/limits", set.clone()).await;
    assert_eq!(status, 200, "{told}");
    let limits = &told["limits"]["condition"];
    assert_eq!((&limits["set"], &limits["effective"]["cpu_ms"]), (&set["condition"], &json!(20)));
    let body = json!({ "workflow_id": flow.id, "transition_id": flow.submit, "title": "t", "days": 2 });
    let refused = server.call(&As::App("oa", &token, "lisi"), Method::POST, "/tickets", &body).await.1;
    assert_eq!(refused["code"], -1, "{refused}");
    let calls = get(&server, "/plugins/1/calls").await;
    assert_eq!(calls["items"][0]["outcome"], "memory-limit", "{calls}");
    let audit = get(&server, "/plugins/1/audit").await;
    let row = &audit["items"][0];
    assert_eq!((&row["action"], &row["before"], &row["after"]), (&json!("plugin.limits"), &json!({}), &set));
    assert_eq!(call(&server, Method::PUT, "/plugins/1/limits", json!({})).await.0, 200);
    server.ticket(flow, &token).await;
}

#[tokio::test]
async fn a_manifests_wish_lowers_a_limit_until_an_administrator_says_otherwise() {
    let server = ready().await;
    let manifest = "id = \"mine\"\nversion = \"1.0.0\"\ndescription = \"d\"\nlicence = \"MIT\"\nkinds = [\"condition\"]\n\
                    [limits.condition]\ncpu_ms = 10\nwall_ms = 99999\n";
    let (status, made) = form(&server, CONDITION, &[("manifest", manifest)]).await;
    assert_eq!(status, 201, "{made}");
    let limits = get(&server, "/plugins/1/limits").await["limits"]["condition"].clone();
    assert_eq!(limits["wish"], json!({ "cpu_ms": 10, "wall_ms": 99999 }));
    assert_eq!((&limits["effective"]["cpu_ms"], &limits["effective"]["wall_ms"]), (&json!(10), &json!(200)));
    let (_, told) = call(&server, Method::PUT, "/plugins/1/limits", json!({ "condition": { "cpu_ms": 40 } })).await;
    assert_eq!(told["limits"]["condition"]["effective"]["cpu_ms"], 40);
}

#[tokio::test]
async fn a_try_runs_on_a_ticket_and_changes_nothing() {
    let server = ready().await;
    let (flow, token) = server.flow().await;
    for (key, kind) in [("leave_days", 10), ("leave_start", 5), ("leave_end", 5), ("leave_record", 5)] {
        let field = json!({ "field_key": key, "field_name": key, "field_type_id": kind, "order_id": 40 });
        server.admin(Method::POST, &format!("/workflows/{}/custom_fields", flow.id), field).await;
    }
    let ticket = server.ticket(flow, &token).await;
    form(&server, LEAVE_NOTE, &[]).await;
    let path = "/plugins/1/versions/1/try";
    let run = async |body: Value| call(&server, Method::POST, path, body).await;
    for bad in [
        json!({}),
        json!({ "ticket_id": 999 }),
        json!({ "ticket_id": ticket, "kind": "notice" }),
        json!({ "ticket_id": ticket, "config": { "a": 1 } }),
        json!({ "ticket_id": ticket, "konfig": {} }),
    ] {
        let (status, told) = run(bad).await;
        assert_eq!(status, 422, "{told}");
    }
    let (status, told) = run(json!({ "ticket_id": ticket })).await;
    assert_eq!((status, &told["outcome"]), (200, &json!("guest")), "it has no value to read: {told}");

    let filled = json!({ "leave_days": 3, "leave_start": "a", "leave_end": "b" });
    fill_in(&server.app.db, &filled).await;
    let (status, told) = run(json!({ "ticket_id": ticket })).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["outcome"], "guest", "it was granted nothing yet: {told}");
    assert_eq!(told["usage"]["denied"], 1, "{told}");
    call(&server, Method::POST, "/plugins/1/versions/1/approve", json!({ "grants": "requested" })).await;
    let (_, told) = run(json!({ "ticket_id": ticket, "kind": "action" })).await;
    assert_eq!((&told["outcome"], &told["kind"], &told["written"]), (&json!("ok"), &json!("action"), &json!(false)));
    let record = "lisi: 3 days from a to b";
    assert_eq!(told["effects"], json!([{ "set_field": { "key": "leave_record", "value": record } }]));
    assert!(told["message"].as_str().unwrap().contains(record) && told["log"][0]["message"].is_string(), "{told}");
    assert!(told["usage"]["peak_memory_bytes"].as_i64().unwrap() > 0);

    let row = server.admin(Method::GET, &format!("/tickets/{ticket}"), json!(null)).await;
    assert!(!row.to_string().contains(record), "{row}");
    let calls = get(&server, "/plugins/1/calls").await;
    let calls: Vec<_> =
        calls["items"].as_array().unwrap().iter().map(|call| (&call["outcome"], &call["is_try"])).collect();
    assert_eq!(calls, [(&json!("ok"), &json!(true)), (&json!("guest"), &json!(true)), (&json!("guest"), &json!(true))]);
    let done = get(&server, &format!("/tickets/{ticket}/plugin_calls")).await;
    assert_eq!(done["items"], json!([]), "for the ticket nothing was done");
    let audit = get(&server, "/plugins/1/audit").await;
    let tried = &audit["items"][0];
    assert_eq!((&tried["action"], &tried["after"]["outcome"]), (&json!("plugin.try"), &json!("ok")));
}

#[tokio::test]
async fn the_same_bytes_with_another_manifest_are_another_version() {
    let server = ready().await;
    let described = manifest("").replace("kinds = [\"action\"]", "kinds = [\"condition\"]");
    for (status, is_new) in [(201, true), (200, false)] {
        let (came, told) = form(&server, CONDITION, &[("name", "described"), ("manifest", &described)]).await;
        assert_eq!((came, &told["is_new"]), (status, &json!(is_new)), "{told}");
    }
    let described = described.replace("Asks", "Asks for nothing");
    let (status, told) = form(&server, CONDITION, &[("name", "described"), ("manifest", &described)]).await;
    assert_eq!(
        (status, &told["version"]),
        (201, &json!(2)),
        "the same bytes with another manifest are another version"
    );
}

#[tokio::test]
async fn a_suspension_is_shown_and_ended_by_an_administrator() {
    let server = ready().await;
    form(&server, LEAVE_NOTE, &[]).await;
    let callable = json!({ "open": false, "failures": 0, "until": null });
    assert_eq!(get(&server, "/plugins/1").await["breaker"], callable);
    let (status, told) = call(&server, Method::POST, "/plugins/1/reset", json!(null)).await;
    assert_eq!((status, &told["breaker"]), (200, &callable));
    assert_eq!(actions(&server).await[0], "plugin.reset");
    assert_eq!(call(&server, Method::POST, "/plugins/9/reset", json!(null)).await.0, 404);
}

#[tokio::test]
async fn what_plugins_did_for_a_ticket_is_shown_with_their_logs_to_who_administers() {
    let server = ready().await;
    let (flow, token) = judged_flow(&server).await;
    let ticket = server.ticket(flow, &token).await;
    let act = json!({ "transition_id": flow.done });
    let path = format!("/tickets/{ticket}");
    assert_eq!(server.call(&As::App("oa", &token, "zhangsan"), Method::PATCH, &path, &act).await.1["code"], 0);
    let call_of = |outcome| calls::Call {
        plugin: Some(PluginId(1)),
        version: None,
        kind: "action",
        invocation: "i".into(),
        ticket: Some(TicketId(ticket)),
        attempt: 2,
        is_try: false,
        outcome,
        detail: String::new(),
        output: Some("{\"vm\":\"\\u0000\"}".into()),
        queue_ms: 1,
        wall_ms: 2,
        cpu_ticks: 3,
        peak_memory_bytes: 4,
        host_calls: 5,
        denied: 6,
        logs_dropped: 7,
    };
    let line = calls::Line { level: "info".into(), source: "log".into(), message: "hello".into(), fields: json!([]) };
    let made = calls::insert(&server.app.db, &call_of("timeout"), &[line.clone(), line]).await.unwrap();
    assert_eq!(get(&server, &format!("/plugins/1/calls/{made}")).await["output"], json!({ "vm": "\0" }));
    let asked = format!("/tickets/{ticket}/plugin_calls");
    let (status, told) = send(&server, "flows", Method::GET, &asked, "").await;
    assert_eq!(status, 200, "{told}");
    let items = told["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{told}");
    assert_eq!(
        (&items[0]["plugin"], &items[0]["outcome"], &items[0]["attempt"], &items[0]["log"][1]["message"]),
        (&json!("mine"), &json!("timeout"), &json!(2), &json!("hello"))
    );
    assert_eq!(
        (&items[1]["kind"], &items[1]["version"], &items[1]["log"]),
        (&json!("condition"), &json!(1), &json!([]))
    );
    let first = get(&server, &format!("{asked}?limit=1")).await;
    let next = format!("{asked}?limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(get(&server, &next).await["items"][0]["id"], items[1]["id"]);
    assert_eq!(send(&server, "guessed", Method::GET, &asked, "").await.0, 401);
    assert_eq!(send(&server, "admins", Method::GET, "/tickets/999/plugin_calls", "").await.0, 404);
}

#[tokio::test]
async fn a_named_condition_plugin_judges_the_expressions_that_are_written_for_it() {
    let server = ready().await;
    let (flow, _) = judged_flow(&server).await;
    let path = format!("/workflows/{}", flow.id);
    let document = server.v2(Method::GET, &format!("{path}/definition"), None, &json!(null)).await;
    let mut broken = document.body.clone();
    for (index, expression) in ["{days} >", "{ghost} > 1"].into_iter().enumerate() {
        broken["transitions"][index]["conditions"][0]["expression"] = expression.into();
    }
    let put = async |document: &Value, tag: &str| {
        server.v2(Method::PUT, &format!("{path}/definition"), Some(tag), document).await
    };
    let refused = put(&broken, "*").await;
    let problems = refused.body["problems"].as_array().unwrap();
    let told = |index: usize| problems[index]["message"].as_str().unwrap();
    assert_eq!((refused.status, problems.len()), (422, 2), "{refused:?}");
    assert!(told(0).starts_with("condition 1: ") && told(0).contains("(at byte 8)"), "{problems:?}");
    assert!(told(1).contains("there is no field `ghost`"), "{problems:?}");
    assert_eq!(problems[1]["place"]["pointer"], "/transitions/1/conditions/0/expression");

    // what was saved piece by piece is found by the check
    let conditions = json!([{ "expression": "{ghost} > 1", "target_state_id": flow.end }]).to_string();
    let transition = format!("{path}/transitions/{}", flow.done);
    server.admin(Method::PATCH, &transition, json!({ "condition_expression": conditions })).await;
    let check = get(&server, &format!("{path}/check")).await;
    let found = &check["problems"].as_array().unwrap()[0];
    assert_eq!((&found["code"], &found["place"]["id"]), (&json!("condition_expression"), &json!(flow.done)), "{check}");

    // a plugin that cannot answer is said to have not checked
    call(&server, Method::PUT, "/plugins/1/limits", json!({ "condition": { "memory_bytes": 65536 } })).await;
    let check = get(&server, &format!("{path}/check")).await;
    let found = &check["problems"].as_array().unwrap()[0];
    assert_eq!((&found["code"], &found["level"]), (&json!("conditions_unchecked"), &json!("warning")), "{check}");

    server.admin(Method::PATCH, &path, json!({ "condition_plugin": "nobodys" })).await;
    let mut missing = document.body.clone();
    missing["condition_plugin"] = "nobodys".into();
    let refused = put(&missing, "*").await;
    assert_eq!((refused.status, &refused.body["problems"][0]["code"]), (422, &json!("plugin_missing")), "{refused:?}");
}

#[tokio::test]
async fn plugins_are_found_by_a_part_of_their_name_or_description() {
    let server = ready().await;
    for name in ["price-check", "role_holders", "x1"] {
        let made = send(&server, "admins", Method::POST, &format!("/plugins?name={name}"), CONDITION).await;
        assert!(made.0 < 300, "{name}");
    }
    let described = manifest("").replace("\"Asks\"", "\"Writes a note\"");
    assert!(form(&server, LEAVE_NOTE, &[("manifest", &described)]).await.0 < 300);
    let found = async |query: &str| -> Vec<Value> {
        let page = get(&server, &format!("/plugins?{query}")).await;
        page["items"].as_array().unwrap().iter().map(|card| card["name"].clone()).collect()
    };
    assert_eq!(found("search=CHECK").await, ["price-check"]);
    assert_eq!(found("search=e_c").await, Vec::<Value>::new(), "a search has no patterns");
    assert_eq!(found("search=A%20NOTE").await, ["asks"], "it stands in its description alone");
    assert_eq!(found("name=price-check").await, ["price-check"]);
    assert_eq!(found("name=price").await, Vec::<Value>::new());
    let first = get(&server, "/plugins?search=r&limit=1").await;
    let rest = format!("search=r&limit=1&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(found(&rest).await, ["role_holders"]);
}
