//! Walks through workflows over HTTP: a stored one, one that nobody saved, and every way in which a walk ends.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    http::testing::{Server, server},
    store::testing,
};

const NOTHING: Value = Value::Null;

/// new → lead (creator_tl), who agrees: more than three days go on to all of office, else it ends; or refuses, back to edit (creator).
fn document() -> Value {
    let state = |key: &str, kind: &str, participant: Value| json!({ "key": key, "name": key, "kind": kind, "participant": participant });
    let way = |key: &str, from: &str, to: &str| json!({ "key": key, "name": key, "source": from, "destination": to, "field_require_check": false });
    let mut agree = way("agree", "lead", "end");
    agree["conditions"] = json!([
        { "expression": "{days} > 30", "target": "edit" },
        { "expression": "{days} > 3", "target": "office" },
        { "expression": "True", "target": "edit" },
    ]);
    let mut all = state("office", "normal", json!({ "kind": "several", "value": "lisi,wangwu" }));
    all["distribution"] = json!("everybody");
    json!({
        "name": "leave",
        "states": [
            state("new", "start", json!({ "kind": "nobody" })),
            state("lead", "normal", json!({ "kind": "variable", "value": "creator_tl" })),
            all,
            state("edit", "normal", json!({ "kind": "variable", "value": "creator" })),
            state("hook", "normal", json!({ "kind": "hook", "value": { "hook_url": "http://127.0.0.1:9/", "hook_token": "t", "wait": true } })),
            state("end", "end", json!({ "kind": "nobody" })),
        ],
        "transitions": [
            way("submit", "new", "lead"), agree, way("refuse", "lead", "edit"), way("sign", "office", "hook"), way("called", "hook", "end"),
            way("again", "edit", "lead"),
        ],
        "fields": [{ "key": "days", "name": "days", "kind": "int" }],
    })
    .as_object()
    .map(|document| {
        let mut document = document.clone();
        for state in document["states"].as_array_mut().unwrap() {
            state["field_access"] = json!({ "title": "optional", "days": "optional" });
        }
        Value::Object(document)
    })
    .unwrap()
}

async fn company(server: &Server) -> i64 {
    for name in ["lisi", "wangwu", "boss"] {
        server.admin(Method::POST, "/accounts/users", json!({ "username": name, "alias": name.to_uppercase() })).await;
    }
    let department = server.admin(Method::POST, "/accounts/depts", json!({ "name": "d", "leader": "boss" })).await;
    let user = json!({ "username": "zhangsan", "dept_id": department["id"] });
    server.admin(Method::POST, "/accounts/users", user).await;
    let made = server.v2(Method::POST, "/workflows", None, &document()).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.body["workflow_id"].as_i64().unwrap()
}

async fn walk(server: &Server, id: i64, body: Value) -> Value {
    let answer = server.v2(Method::POST, &format!("/workflows/{id}/dry_run"), None, &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

fn keys(walk: &Value) -> Vec<&str> {
    walk["steps"].as_array().unwrap().iter().map(|step| step["state"]["key"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_walk_names_the_states_the_people_and_why_and_stores_nothing() {
    let server = server().await;
    let id = company(&server).await;
    let choices = json!([{ "transition": "agree" }]);
    let body = json!({ "creator": "zhangsan", "fields": { "title": "t", "days": 5 }, "choices": choices });
    let walked = walk(&server, id, body).await;
    assert_eq!(keys(&walked), ["new", "lead", "office", "hook", "end"]);
    let steps = &walked["steps"];
    assert_eq!(steps[0]["people"], json!([{ "username": "zhangsan", "alias": "" }]));
    assert_eq!(steps[1]["people"], json!([{ "username": "boss", "alias": "BOSS" }]));
    let taken = &steps[1]["taken"];
    assert_eq!(
        (&taken["by"], &taken["values"], &taken["transition"]["key"]),
        (&json!("boss"), &json!({ "days": 5 }), &json!("agree"))
    );
    let outcomes: Vec<&Value> = taken["conditions"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["false", "true", "not_asked"]);
    assert_eq!(taken["conditions"][1]["target"]["key"], "office");
    assert_eq!((&steps[2]["notes"], &steps[3]["notes"]), (&json!(["everybody_agrees"]), &json!(["hook_not_called"])));
    assert_eq!((&steps[3]["taken"]["by"], &steps[3]["participants"]["kind"]), (&NOTHING, &json!("hook")));
    assert_eq!((&walked["end"]["reason"], &walked["values"]), (&json!("ended"), &json!({ "days": 5 })));
    assert!(steps[1]["state"]["id"].as_i64().unwrap() > 0);

    for list in ["/tickets", "/jobs"] {
        let rows = server.v2(Method::GET, list, None, &NOTHING).await.body;
        assert_eq!(rows["items"], json!([]), "{list}");
    }
    assert_eq!(testing::plugin_calls(&server.app.db).await, 0);
}

#[tokio::test]
async fn a_walk_stops_where_it_cannot_go_on_and_says_why() {
    let server = server().await;
    let id = company(&server).await;
    let body =
        |creator: &str, choices: Value| json!({ "creator": creator, "fields": { "days": 5 }, "choices": choices });
    let asked = walk(&server, id, body("zhangsan", json!([]))).await;
    assert_eq!((keys(&asked), &asked["end"]["reason"]), (vec!["new", "lead"], &json!("choice_needed")));
    let options: Vec<&Value> = asked["steps"][1]["options"].as_array().unwrap().iter().map(|way| &way["key"]).collect();
    assert_eq!(options, ["agree", "refuse"]);
    let unfit = walk(&server, id, body("zhangsan", json!([{ "transition": "sign" }]))).await;
    assert_eq!(unfit["end"]["reason"], "choice_unfit");
    let refused = walk(&server, id, body("stranger", json!([]))).await;
    assert_eq!((keys(&refused), &refused["end"]["reason"]), (vec!["new"], &json!("refused")));
    assert_eq!(refused["steps"][0]["taken"]["transition"]["key"], "submit");
    assert!(refused["end"]["detail"].as_str().unwrap().contains("\"stranger\" is not known"), "{refused}");
    let other = walk(&server, id, body("zhangsan", json!([{ "transition": "agree", "actor": "lisi" }]))).await;
    assert_eq!(other["end"]["detail"], "the actor is not a participant of the ticket");
    let refuse = || json!({ "transition": "refuse" });
    let around = walk(&server, id, body("zhangsan", (0..50).map(|_| refuse()).collect())).await;
    assert_eq!((around["steps"].as_array().unwrap().len(), &around["end"]["reason"]), (51, &json!("too_long")));
    let later = json!([{ "transition": "refuse" }, { "transition": "agree", "fields": { "days": 1 } }]);
    let mut changed = document();
    changed["transitions"][1]["conditions"] = json!([{ "expression": "{days} > 3", "target": "office" }]);
    let mut asked = body("zhangsan", later);
    asked["document"] = changed;
    let walked = walk(&server, id, asked).await;
    assert_eq!(keys(&walked), ["new", "lead", "edit", "lead", "end"], "an unsaved document, and fields of a choice");
    assert_eq!((&walked["values"]["days"], &walked["steps"][0]["state"]["id"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn f55_what_cannot_be_walked_is_refused_at_its_member() {
    let server = server().await;
    let id = company(&server).await;
    let ask = async |id: i64, body: Value| {
        let answer = server.v2(Method::POST, &format!("/workflows/{id}/dry_run"), None, &body).await;
        (answer.status, answer.body["errors"][0]["pointer"].clone())
    };
    assert_eq!(ask(999, json!({ "creator": "lisi" })).await.0, 404);
    for (body, pointer) in [
        (json!({ "creator": "loonrobot" }), "/creator"),
        (json!({ "creator": "a", "choices": [{ "transition": "none" }] }), "/choices/0/transition"),
        (json!({ "creator": "a", "fields": 7 }), "/fields"),
        (json!({ "creator": "a", "choices": vec![json!({ "transition": "submit" }); 51] }), "/choices"),
    ] {
        assert_eq!(ask(id, body.clone()).await, (422, json!(pointer)), "{body}");
    }
    let answer = server
        .v2(Method::POST, &format!("/workflows/{id}/dry_run"), None, &json!({ "creator": "a", "document": {} }))
        .await;
    assert_eq!((answer.status, answer.body["problems"].as_array().unwrap().is_empty()), (422, false));
}

#[tokio::test]
async fn a_document_is_checked_before_it_is_saved_to_the_column_of_a_condition() {
    let server = server().await;
    let id = company(&server).await;
    let mut broken = document();
    broken["id"] = json!(id);
    broken["transitions"][1]["conditions"][1]["expression"] = json!("'天' == '' and {dayz} > 3");
    let answer = server.v2(Method::POST, "/workflows/check", None, &broken).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let problems = answer.body["problems"].as_array().unwrap();
    let wrong = problems.iter().find(|problem| problem["code"] == "condition_expression").unwrap();
    assert_eq!(wrong["expression"], json!({ "condition": 1, "column": 14 }), "{wrong}");
    assert_eq!(wrong["place"]["pointer"], "/transitions/1/conditions/1/expression");
    assert!(problems.iter().any(|problem| problem["code"] == "app_missing"), "the id says which workflow it is of");
    let unread = server.v2(Method::POST, "/workflows/check", None, &json!({ "name": 7 })).await;
    assert_eq!((unread.status, &unread.body["problems"][0]["code"]), (200, &json!("document")));
}

#[tokio::test]
async fn a_walk_keeps_to_a_plugins_own_limits_and_suspends_nobody() {
    let server = server().await;
    let id = company(&server).await;
    server.app.install_conditions("mine").await;
    let mut judged = document();
    judged["condition_plugin"] = json!("mine");
    let asked = json!({ "creator": "zhangsan", "fields": { "title": "t", "days": 5 }, "document": judged,
                        "choices": [{ "transition": "agree" }] });
    let agreed = |walked: &Value| {
        let taken = &walked["steps"][1]["taken"];
        taken["conditions"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(agreed(&walk(&server, id, asked.clone()).await), ["false", "true", "not_asked"]);

    let lowered = json!({ "condition": { "memory_bytes": 65536 } });
    let set = server.v2(Method::PUT, "/plugins/1/limits", None, &lowered).await;
    assert_eq!(set.status, 200, "{set:?}");
    for _ in 0..6 {
        let walked = walk(&server, id, asked.clone()).await;
        assert_eq!(
            (agreed(&walked), &walked["end"]["reason"]),
            (vec![json!("failed"); 3], &json!("refused")),
            "{walked}"
        );
        // the plugin fails here too
        let check = server.v2(Method::POST, "/workflows/check", None, &asked["document"]).await.body;
        assert!(check.to_string().contains("conditions_unchecked"), "{check}");
    }
    let breaker = server.v2(Method::GET, "/plugins/1", None, &NOTHING).await.body["breaker"].clone();
    assert_eq!(breaker, json!({ "open": false, "failures": 0, "until": null }));
}
