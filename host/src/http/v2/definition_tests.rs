//! Whole definitions over HTTP: round trips, refusals with their places, who was first, what is in use, copies.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    http::testing::{Answer, As, Server, done, server},
    store::states,
    workflow::StateId,
};

const NOTHING: Value = Value::Null;

pub(super) async fn get(server: &Server, id: i64) -> Answer {
    let answer = server.v2(Method::GET, &format!("/workflows/{id}/definition"), None, &NOTHING).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer
}

pub(super) async fn put(server: &Server, id: i64, query: &str, tag: Option<&str>, document: &Value) -> Answer {
    server.v2(Method::PUT, &format!("/workflows/{id}/definition{query}"), tag, document).await
}

/// The part of a document's list that has this name.
fn named<'a>(document: &'a mut Value, list: &str, name: &str) -> &'a mut Value {
    let parts = document[list].as_array_mut().unwrap();
    parts.iter_mut().find(|part| part["name"] == name).unwrap()
}

/// Code and pointer of each problem.
fn places(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let problems = answer.body["problems"].as_array().unwrap();
    problems.iter().map(|problem| (text(&problem["code"]), text(&problem["place"]["pointer"]))).collect()
}

#[tokio::test]
async fn what_was_read_and_is_put_back_changes_nothing_and_says_so() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let read = get(&server, flow.id).await;
    let tag = read.etag.as_deref();
    assert_eq!(read.body["states"][1]["participant"], json!({ "kind": "person", "value": "zhangsan" }));
    assert_eq!(read.body["transitions"][1]["source"], format!("s{}", flow.work));
    assert_eq!((&read.body["modified_by"], &read.body["states"][0]["id"]), (&json!("admin"), &json!(flow.new)));
    let same = put(&server, flow.id, "", tag, &read.body).await;
    assert_eq!((same.status, &same.body["changed"], &same.body["changes"]), (200, &json!(false), &json!([])));
    assert_eq!((same.etag.as_deref(), &get(&server, flow.id).await.body), (tag, &read.body));
}

#[tokio::test]
async fn a_put_names_the_revision_it_edited_and_the_second_editor_hears_of_the_first() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let read = get(&server, flow.id).await;
    let mut document = read.body.clone();
    document["name"] = "renamed".into();
    let bare = put(&server, flow.id, "", None, &document).await;
    assert_eq!((bare.status, &bare.body["status"]), (428, &json!(428)));
    for strange in ["W/\"1\"", "\"x\"", "7", ""] {
        assert_eq!(put(&server, flow.id, "", Some(strange), &document).await.status, 412, "{strange}");
    }
    // an app changes something meanwhile, over the old calls
    let draft = crate::store::app_tokens::AppTokenDraft {
        app_name: "tool".into(),
        workflows: vec![flow.id],
        may_configure: true,
        ..Default::default()
    };
    let token = server.token(draft).await;
    let rename = json!({ "name": "theirs" });
    let path = format!("/workflows/{}/states/{}", flow.id, flow.work);
    done(server.call(&As::App("tool", &token, "wangwu"), Method::PATCH, &path, &rename).await);
    let stale = put(&server, flow.id, "", read.etag.as_deref(), &document).await;
    assert_eq!((stale.status, &stale.body["modified_by"]), (412, &json!("wangwu")));
    let now = get(&server, flow.id).await;
    assert_eq!(stale.body["revision"], now.body["revision"]);
    assert_eq!(stale.body["modified_at"], now.body["modified_at"]);
    assert!(stale.body["detail"].as_str().unwrap().contains("wangwu"));
    assert_eq!((&now.body["name"], &now.body["states"][1]["name"]), (&json!("w"), &json!("theirs")));
    // with what is there, or whatever it is, it goes through
    let tags = format!("\"1\", {}", now.etag.unwrap());
    let mut document = now.body;
    document["name"] = "renamed".into();
    let done = put(&server, flow.id, "", Some(&tags), &document).await;
    let changes = json!([{ "change": "changed", "part": "workflow", "id": flow.id }]);
    assert_eq!((done.status, &done.body["changes"]), (200, &changes));
    document["description"] = "and told of".into();
    assert_eq!(put(&server, flow.id, "", Some("*"), &document).await.body["changed"], true);
    assert_eq!(get(&server, flow.id).await.body["modified_by"], "admin");
}

#[tokio::test]
async fn a_put_keeps_the_ids_of_what_is_there_and_gives_new_ones_to_what_is_new() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let read = get(&server, flow.id).await;
    let mut document = read.body.clone();
    named(&mut document, "states", "end")["order_id"] = 9.into();
    let boss = json!({ "key": "boss", "name": "boss", "order_id": 5, "distribution": "direct",
                       "participant": { "kind": "person", "value": "lisi" } });
    document["states"].as_array_mut().unwrap().push(boss);
    let end = format!("s{}", flow.end);
    named(&mut document, "transitions", "done")["conditions"] =
        json!([{ "expression": "{days} > 1", "target": "boss" }]);
    let agreed = json!({ "key": "agreed", "name": "agreed", "source": "boss", "destination": end });
    document["transitions"].as_array_mut().unwrap().push(agreed);
    document["fields"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "key": "note", "name": "Note", "kind": "text", "order_id": 31 }));
    let put = put(&server, flow.id, "", read.etag.as_deref(), &document).await;
    assert_eq!(put.status, 200, "{put:?}");
    let changes: Vec<(&Value, &Value, &Value)> = put.body["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (&change["change"], &change["part"], &change["key"]))
        .collect();
    let (new, old) = (json!("added"), json!("changed"));
    assert_eq!(
        changes,
        [
            (&old, &json!("state"), &json!(end)),
            (&new, &json!("state"), &json!("boss")),
            (&old, &json!("transition"), &json!(format!("t{}", flow.done))),
            (&new, &json!("transition"), &json!("agreed")),
            (&new, &json!("field"), &json!("note")),
        ]
    );
    let mut now = get(&server, flow.id).await.body;
    assert_eq!(named(&mut now, "states", "end")["id"], flow.end);
    assert_eq!(named(&mut now, "transitions", "done")["conditions"][0]["target"], "boss");
    // and it runs
    let ticket = server.ticket(flow, &token).await;
    let body = json!({ "transition_id": flow.done });
    let zhangsan = As::App("oa", &token, "zhangsan");
    done(server.call(&zhangsan, Method::PATCH, &format!("/tickets/{ticket}"), &body).await);
    let ticket = server.admin(Method::GET, &format!("/tickets/{ticket}"), NOTHING).await;
    assert_eq!(ticket["value"]["state_id"], named(&mut now, "states", "boss")["id"]);
    assert_eq!(ticket["value"]["participant"], "lisi");
}

#[tokio::test]
async fn f45_a_refusal_lists_every_problem_with_its_place_and_changes_nothing() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let read = get(&server, flow.id).await;
    let refused = async |document: &Value| {
        let refused = put(&server, flow.id, "", Some("*"), document).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert_eq!(get(&server, flow.id).await.body, read.body);
        places(&refused)
    };
    let mut document = read.body.clone();
    document["format"] = 2.into();
    document["colour"] = "red".into();
    document["states"][0]["kind"] = "begin".into();
    document["states"][1]["participant"]["value"] = json!([1]);
    document["transitions"][0]["timer_seconds"] = "soon".into();
    document["fields"] = json!({});
    let form = [
        "/format",
        "/states/0/kind",
        "/states/1/participant/value",
        "/transitions/0/timer_seconds",
        "/fields",
        "/colour",
    ];
    let mut found = refused(&document).await;
    found.sort();
    let mut wanted = form.map(|pointer| ("document".to_owned(), pointer.to_owned())).to_vec();
    wanted.sort();
    assert_eq!(found, wanted);

    let mut document = read.body.clone();
    document["states"][1]["key"] = document["states"][0]["key"].clone();
    document["fields"][0]["key"] = "{days}".into();
    document["name"] = "x".repeat(501).into();
    let bounds = ["/name", "/states/1/key", "/fields/0/key"];
    assert_eq!(refused(&document).await, bounds.map(|pointer| ("document".to_owned(), pointer.to_owned())));

    let mut document = read.body.clone();
    document["states"][0]["kind"] = "normal".into();
    document["states"][1]["participant"]["value"] = "ghost".into();
    document["states"][1]["sub_workflow_id"] = 999.into();
    document["transitions"][0]["destination"] = "nowhere".into();
    document["transitions"][1]["conditions"] = json!([{ "expression": "{days} >", "target": "gone" }]);
    let found = refused(&document).await;
    for wanted in [
        ("transition_destination", "/transitions/0"),
        ("condition_target", "/transitions/1"),
        ("condition_expression", "/transitions/1/conditions/0/expression"),
        ("start_state_missing", ""),
        ("participant_unknown", "/states/1"),
        ("child_workflow_missing", "/states/1"),
    ] {
        let wanted = (wanted.0.to_owned(), wanted.1.to_owned());
        assert_eq!(found.iter().filter(|found| **found == wanted).count(), 1, "{wanted:?} in {found:?}");
    }
}

#[tokio::test]
async fn a_document_of_one_workflow_makes_another_and_keeps_its_keys() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let mut document = get(&server, flow.id).await.body;
    document["name"] = "second".into();
    document["states"][1]["position"] = json!({ "x": -40, "y": 120 });
    let made = server.v2(Method::POST, "/workflows", None, &document).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["workflow_id"].as_i64().unwrap();
    assert_ne!(id, flow.id);
    assert_eq!(made.location.unwrap(), format!("/api/v2/workflows/{id}/definition"));
    let mut second = get(&server, id).await;
    assert_eq!((second.etag, made.etag), (Some("\"1\"".to_owned()), Some("\"1\"".to_owned())));
    for list in ["states", "transitions", "fields"] {
        for (part, other) in
            second.body[list].as_array_mut().unwrap().iter_mut().zip(document[list].as_array_mut().unwrap())
        {
            assert_ne!(part["id"].take(), other["id"].take());
        }
        assert_eq!(second.body[list], document[list], "{list}");
    }
    let mut second = get(&server, id).await.body;
    let (state, at) = (second["states"][1]["id"].clone(), json!({ "x": 1, "y": 2 }));
    second["states"][1]["position"] = at.clone();
    assert_eq!(put(&server, id, "", Some("*"), &second).await.body["changes"][0]["id"], state);
    server.admin(Method::PATCH, &format!("/workflows/{id}/states/{state}"), json!({ "name": "n" })).await;
    assert_eq!(get(&server, id).await.body["states"][1]["position"], at, "v1.0 does not know it and leaves it");
    document["states"] = json!([]);
    assert_eq!(server.v2(Method::POST, "/workflows", None, &document).await.status, 422);
    assert_eq!(server.admin(Method::GET, "/workflows", NOTHING).await["total"], 2);
}

#[tokio::test]
async fn d25_a_hooks_token_is_masked_in_documents_and_kept_where_the_mask_comes_back() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let hook = json!({ "hook_url": "http://a", "hook_token": "secret", "wait": true });
    let path = format!("/workflows/{}/states", flow.id);
    let rule = json!({ "participant_type_id": 10, "participant": hook });
    server.admin(Method::PATCH, &format!("{path}/{}", flow.work), rule).await;
    let read = get(&server, flow.id).await;
    assert!(!read.body.to_string().contains("secret"));
    assert_eq!(put(&server, flow.id, "", Some("*"), &read.body).await.body["changed"], false);
    let mut document = read.body;
    document["states"][1]["participant"]["value"]["hook_url"] = "http://b".into();
    assert_eq!(put(&server, flow.id, "", Some("*"), &document).await.body["changed"], true);
    assert_eq!(
        hook_of(&server, &flow.work.into()).await,
        json!({ "hook_url": "http://b", "hook_token": "secret", "wait": true })
    );
    let made = server.v2(Method::POST, "/workflows", None, &document).await;
    assert_eq!(places(&made), [("hook_token_masked".to_owned(), "/states/1".to_owned())]);
    // a copy within the server has the token
    let copy = server.v2(Method::POST, &format!("/workflows/{}/clone", flow.id), None, &json!({ "name": "c" })).await;
    let copied = get(&server, copy.body["workflow_id"].as_i64().unwrap()).await.body["states"][1]["id"].clone();
    assert_eq!(hook_of(&server, &copied).await["hook_token"], "secret");
}

/// As it is stored; no answer shows the token.
async fn hook_of(server: &Server, state: &Value) -> Value {
    let state = StateId(state.as_i64().unwrap());
    let row = states::get(&server.app.db, state, None).await.unwrap().unwrap();
    serde_json::from_str(&row.set.participant).unwrap()
}

#[tokio::test]
async fn a_clone_is_a_workflow_of_its_own_with_conditions_that_lead_to_its_own_states() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let condition = json!([{ "expression": "{days} > 3", "target_state_id": flow.new }]);
    let path = format!("/workflows/{}/transitions", flow.id);
    let body = json!({ "condition_expression": condition });
    server.admin(Method::PATCH, &format!("{path}/{}", flow.done), body).await;
    // unfinished as it may be
    let loose = json!({ "name": "loose", "source_state_id": flow.work });
    server.admin(Method::POST, &path, loose).await;
    let clone = format!("/workflows/{}/clone", flow.id);
    for nameless in [json!({}), json!({ "name": "" }), json!({ "name": 7 }), json!({ "name": "x".repeat(501) })] {
        assert_eq!(server.v2(Method::POST, &clone, None, &nameless).await.status, 422, "{nameless}");
    }
    let made = server.v2(Method::POST, &clone, None, &json!({ "name": "copy" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.body["workflow_id"].as_i64().unwrap();
    let rows = server.admin(Method::GET, &format!("/workflows/{id}/transitions"), NOTHING).await["value"].take();
    let states = server.admin(Method::GET, &format!("/workflows/{id}/states"), NOTHING).await["value"].take();
    let ids: Vec<i64> = states.as_array().unwrap().iter().map(|state| state["id"].as_i64().unwrap()).collect();
    assert!(ids.iter().all(|id| ![flow.new, flow.work, flow.end].contains(id)), "{ids:?}");
    assert_eq!((&rows[1]["source_state_id"], &rows[1]["destination_state_id"]), (&json!(ids[1]), &json!(ids[2])));
    let conditions: Value = serde_json::from_str(rows[1]["condition_expression"].as_str().unwrap()).unwrap();
    assert_eq!(conditions, json!([{ "expression": "{days} > 3", "target_state_id": ids[0] }]));
    assert_eq!((&rows[2]["name"], &rows[2]["destination_state_id"]), (&json!("loose"), &json!(0)));
    let second = get(&server, id).await.body;
    assert_eq!((&second["name"], &second["fields"][0]["key"]), (&json!("copy"), &json!("days")));
    assert_eq!(get(&server, flow.id).await.body["name"], "w");
    assert_eq!(server.v2(Method::POST, "/workflows/999/clone", None, &json!({ "name": "c" })).await.status, 404);
}

#[tokio::test]
async fn documents_are_for_administrators_and_bad_ones_are_told_why() {
    let server = server().await;
    let id = server.workflow().await;
    let path = format!("/api/v2/workflows/{id}/definition");
    for (method, path) in [
        (Method::GET, &*path),
        (Method::PUT, &*path),
        (Method::POST, "/api/v2/workflows"),
        (Method::POST, "/api/v2/workflows/1/clone"),
    ] {
        let request = axum::http::Request::builder().method(method).uri(path).header("if-match", "*");
        let (status, body) = server.send(request.body("{}".into()).unwrap()).await;
        assert_eq!((status.as_u16(), &body["status"]), (401, &json!(401)), "{path}");
    }
    assert_eq!(server.v2(Method::GET, "/workflows/999/definition", None, &NOTHING).await.status, 404);
    assert_eq!(server.v2(Method::GET, "/workflows/x/definition", None, &NOTHING).await.status, 404);
    assert_eq!(put(&server, id, "", Some("*"), &json!([1])).await.status, 400);
    assert_eq!(put(&server, id, "", Some("*"), &json!({ "name": "\0" })).await.status, 400);
    let document = get(&server, id).await.body;
    assert_eq!(put(&server, 999, "", Some("*"), &document).await.status, 404);
    // an unfinished workflow can be read, and put back only when it is whole
    assert_eq!(put(&server, id, "", Some("*"), &document).await.status, 422);
}

#[tokio::test]
async fn of_two_editors_of_one_revision_one_is_refused() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    for _ in 0..20 {
        let read = get(&server, flow.id).await;
        let (mut one, mut two) = (read.body.clone(), read.body.clone());
        let round = read.body["revision"].as_i64().unwrap();
        one["description"] = format!("one {round}").into();
        two["description"] = format!("two {round}").into();
        let tag = read.etag.as_deref();
        let (one, two) = tokio::join!(put(&server, flow.id, "", tag, &one), put(&server, flow.id, "", tag, &two));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        assert_eq!(get(&server, flow.id).await.body["revision"], round + 1);
    }
}
