//! What the console shows of a ticket and does to it, over HTTP; and the numbers of its first page.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    http::testing::{As, Flow, Server, done, server},
    store::testing,
    workflow::TicketId,
};

const NOTHING: Value = Value::Null;

async fn detail(server: &Server, id: i64) -> Value {
    let answer = server.v2(Method::GET, &format!("/tickets/{id}"), None, &NOTHING).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

async fn intervene(server: &Server, id: i64, body: Value) -> (u16, Value) {
    let answer = server.v2(Method::POST, &format!("/tickets/{id}/interventions"), None, &body).await;
    (answer.status, answer.body)
}

async fn log(server: &Server, id: i64) -> Vec<Value> {
    let answer = server.v2(Method::GET, &format!("/tickets/{id}/log"), None, &NOTHING).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["items"].as_array().unwrap().clone()
}

async fn opened() -> (Server, Flow, String, i64) {
    let server = server().await;
    let (flow, token) = server.flow().await;
    server
        .admin(Method::PATCH, &format!("/workflows/{}", flow.id), json!({ "display_form_str": ["days", "sn"] }))
        .await;
    let id = server.ticket(flow, &token).await;
    (server, flow, token, id)
}

#[tokio::test]
async fn a_ticket_is_shown_whole() {
    let (server, flow, _, id) = opened().await;
    let ticket = detail(&server, id).await;
    let state = |id: i64, name: &str| json!({ "id": id, "name": name });
    assert_eq!((&ticket["id"], &ticket["state"]), (&json!(id), &state(flow.work, "work")));
    assert_eq!(ticket["participants"], json!({ "kind": "person", "users": ["zhangsan"] }));
    let person = |name: &str| json!({ "username": name, "alias": "" });
    assert_eq!(ticket["holders"], json!([person("zhangsan")]));
    assert_eq!(ticket["related"], json!([person("lisi"), person("zhangsan")]));
    assert_eq!((&ticket["values"], &ticket["visit"]), (&json!({ "days": 2 }), &json!(1)));
    let keys = |form: &str| -> Vec<&str> {
        ticket["forms"][form].as_array().unwrap().iter().map(|field| field["key"].as_str().unwrap()).collect()
    };
    assert_eq!((keys("handler"), keys("viewer")), (vec!["title", "days"], vec!["sn", "days"]));
    let days = &ticket["forms"]["handler"][1];
    assert_eq!((&days["value"], &days["access"], &days["kind"]), (&json!(2), &json!("optional"), &json!("int")));
    assert_eq!(ticket["transitions"][0]["destination"], state(flow.end, "end"));
    assert_eq!(ticket["states"].as_array().unwrap().len(), 3);
    let path = ticket["path"].as_array().unwrap();
    assert_eq!((path.len(), &path[0]["state"], &path[0]["visit"]), (2, &state(flow.new, "new"), &json!(0)));
    assert_eq!(path[0]["left"]["transition"], state(flow.submit, "submit"));
    assert_eq!(path[0]["left"]["actor"]["name"], "lisi");
    assert_eq!((&path[1]["state"], &path[1]["left"]), (&state(flow.work, "work"), &NOTHING));
    assert_eq!(path[1]["entered_at"], path[0]["left"]["at"]);
    for (path, status) in [("/tickets/999", 404), ("/tickets/x", 404), ("/tickets/999/log", 404)] {
        assert_eq!(server.v2(Method::GET, path, None, &NOTHING).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_parent_shows_its_children_and_a_child_its_parent() {
    let (server, flow, token, id) = opened().await;
    let child = json!({ "workflow_id": flow.id, "transition_id": flow.submit, "title": "child", "parent_ticket_id": id,
                        "parent_ticket_state_id": flow.work });
    let made = done(server.call(&As::App("oa", &token, "lisi"), Method::POST, "/tickets", &child).await);
    let (parent, child) = (detail(&server, id).await, detail(&server, made["ticket_id"].as_i64().unwrap()).await);
    let named = |relative: &Value| (relative["id"].clone(), relative["title"].clone(), relative["status"].clone());
    let children: Vec<_> = parent["children"].as_array().unwrap().iter().map(named).collect();
    assert_eq!(children, [(child["id"].clone(), json!("child"), json!("ongoing"))]);
    assert_eq!((&parent["parent"], &child["children"]), (&NOTHING, &json!([])));
    assert_eq!(named(&child["parent"]), (json!(id), json!("t"), json!("ongoing")));
}

#[tokio::test]
async fn an_administrator_intervenes_and_each_reason_stands_in_the_log() {
    let (server, flow, token, id) = opened().await;
    let (status, ticket) =
        intervene(&server, id, json!({ "action": "deliver", "target": "lisi", "reason": "on leave" })).await;
    assert_eq!((status, &ticket["participants"]["users"]), (200, &json!(["lisi"])));
    let fields = json!({ "action": "set_fields", "fields": { "days": 5 }, "reason": "a typo" });
    assert_eq!(intervene(&server, id, fields).await.1["values"]["days"], 5);
    assert_eq!(intervene(&server, id, json!({ "action": "comment", "reason": "see <b>" })).await.0, 200);
    let (status, ticket) =
        intervene(&server, id, json!({ "action": "force_state", "state_id": flow.new, "reason": "again" })).await;
    assert_eq!((status, &ticket["state"]["id"]), (200, &json!(flow.new)));
    let (status, ticket) = intervene(&server, id, json!({ "action": "close", "reason": "nonsense" })).await;
    assert_eq!((status, &ticket["status"], &ticket["holders"]), (200, &json!("closed"), &json!([])));
    let path: Vec<&Value> = ticket["path"].as_array().unwrap().iter().map(|step| &step["state"]["id"]).collect();
    assert_eq!(path, [flow.new, flow.work, flow.new, flow.end]);

    let audit = server.v2(Method::GET, "/audit?subject=ticket&limit=2", None, &NOTHING).await.body;
    let closed = &audit["items"][0];
    assert_eq!(
        (&closed["action"], &closed["subject_id"], &closed["actor"]),
        (&json!("ticket.close"), &json!(id), &json!("admin"))
    );
    assert_eq!((&closed["before"]["state"], &closed["after"]["state"]), (&json!(flow.new), &json!(flow.end)));
    assert_eq!((&closed["after"]["reason"], &closed["after"].get("values.days")), (&json!("nonsense"), &None));
    assert_eq!(audit["items"][1]["action"], "ticket.force_state");
    let rows = log(&server, id).await;
    let told: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["intervention"].as_str().unwrap(), row["suggestion"].as_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("close", "强制关闭工单:nonsense"),
            ("force_state", "强制修改工单状态:again"),
            ("comment", "see <b>"),
            ("none", "修改工单字段:days;a typo"),
            ("deliver", "on leave"),
            ("none", ""),
        ]
    );
    assert!(rows[..5].iter().all(|row| row["actor"]["name"] == "admin"));
    assert_eq!(rows[3]["changes"], json!([{ "key": "values.days", "before": 2, "after": 5 }]));
    assert_eq!(rows[2]["changes"], json!([]), "a comment changes nothing");
    let keys = |row: &Value| -> Vec<String> {
        row["changes"].as_array().unwrap().iter().map(|change| change["key"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(keys(&rows[4]), ["participants"]);
    assert_eq!(keys(&rows[1]), ["state_id"], "back at its start it is the creator's, who held it");
    assert_eq!(rows[5]["snapshot"]["participants"], json!({ "kind": "person", "users": ["zhangsan"] }));
    let page = server.v2(Method::GET, &format!("/tickets/{id}/log?limit=4"), None, &NOTHING).await;
    let cursor = page.body["next_cursor"].as_str().unwrap();
    let rest = server.v2(Method::GET, &format!("/tickets/{id}/log?limit=4&cursor={cursor}"), None, &NOTHING).await;
    assert_eq!((rest.body["items"][0].clone(), &rest.body["next_cursor"]), (rows[4].clone(), &NOTHING));
    // what a signed client sees is what it ever saw
    let oa = As::App("oa", &token, "lisi");
    let (_, seen) = server.call(&oa, Method::GET, &format!("/tickets/{id}/flowlogs"), &NOTHING).await;
    assert_eq!(seen["data"]["total"], 6);
}

#[tokio::test]
async fn an_intervention_that_is_none_is_refused_at_its_member() {
    let (server, flow, _, id) = opened().await;
    for (body, pointer) in [
        (json!({ "action": "close" }), ""),
        (json!({ "action": "close", "reason": " " }), "/reason"),
        (json!({ "action": "close", "reason": "x".repeat(901) }), "/reason"),
        (json!({ "action": "explode", "reason": "r" }), "/action"),
        (json!({ "action": "close", "reason": "r", "force": true }), "/force"),
        (json!({ "action": "force_state", "reason": "r" }), "/state_id"),
        (json!({ "action": "force_state", "reason": "r", "state_id": "1" }), "/state_id"),
        (json!({ "action": "deliver", "reason": "r" }), "/target"),
        (json!({ "action": "set_fields", "reason": "r", "fields": {} }), "/fields"),
    ] {
        let (status, answer) = intervene(&server, id, body.clone()).await;
        assert_eq!((status, answer["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{body}: {answer}");
    }
    for (body, pointer, detail) in [
        (json!({ "action": "retry", "reason": "r" }), None, "it is no script's turn"),
        (
            json!({ "action": "force_state", "reason": "r", "state_id": 999 }),
            Some("/state_id"),
            "the state does not exist in the ticket's workflow",
        ),
        (
            json!({ "action": "deliver", "reason": "r", "target": "ghost" }),
            Some("/target"),
            "there is no user \"ghost\" to hand the ticket to",
        ),
        (
            json!({ "action": "set_fields", "reason": "r", "fields": { "days": "many" } }),
            Some("/fields/days"),
            "field \"days\": an integer expected",
        ),
    ] {
        let (status, answer) = intervene(&server, id, body).await;
        assert_eq!((status, answer["detail"].as_str()), (409, Some(detail)), "{answer}");
        let placed = &answer["errors"][0];
        assert_eq!(
            (placed["pointer"].as_str(), &placed["detail_zh"]),
            (pointer, if pointer.is_some() { &answer["detail_zh"] } else { &NOTHING })
        );
        assert!(!answer["detail_zh"].as_str().unwrap().is_empty());
    }
    assert_eq!(intervene(&server, 999, json!({ "action": "close", "reason": "r" })).await.0, 404);
    assert_eq!(detail(&server, id).await["state"]["id"], flow.work);
}

#[tokio::test]
async fn the_first_page_tells_real_numbers() {
    let (server, flow, token, id) = opened().await;
    let started = server.app.zone;
    let now = crate::ambient::now();
    let other = server.ticket(flow, &token).await;
    let took = chrono::TimeDelta::hours(2);
    testing::set_created(&server.app.db, TicketId(id), now - took).await;
    testing::set_created(&server.app.db, TicketId(other), now - chrono::TimeDelta::days(40)).await;
    let oa = As::App("oa", &token, "zhangsan");
    server.call(&oa, Method::PATCH, &format!("/tickets/{id}"), &json!({ "transition_id": flow.done })).await;
    let answer = server.v2(Method::GET, "/overview", None, &NOTHING).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let page = answer.body;
    let day = (now - took).with_timezone(&started).date_naive().to_string();
    assert_eq!(page["workflows"], json!([{ "id": flow.id, "name": "w", "tickets": 2, "open": 1 }]));
    assert_eq!(page["tickets_per_day"], json!([{ "day": day, "workflow_id": flow.id, "count": 1 }]));
    assert_eq!((page["days"].as_array().unwrap().len(), &page["timezone"]), (30, &json!(started.to_string())));
    let times = page["time_per_state"].as_array().unwrap();
    assert_eq!((times.len(), &times[0]["state"]["id"], &times[0]["stays"]), (1, &json!(flow.work), &json!(1)));
    let median = times[0]["median_seconds"].as_f64().unwrap();
    assert!((7200.0..7300.0).contains(&median), "{median}");
    assert_eq!(page["oldest_waiting"].as_array().unwrap().len(), 1);
    let waiting = &page["oldest_waiting"][0];
    assert_eq!((&waiting["id"], &waiting["waiting_since"]), (&json!(other), &waiting["created_at"]));
    assert_eq!(page["jobs"], json!({ "waiting": 0, "running": 0, "dead": 0 }));
    assert_eq!(page["deliveries"], json!({ "delivered": 0, "failed": 0, "skipped": 0 }));

    let back = json!({ "action": "force_state", "state_id": flow.new, "reason": "again" });
    assert_eq!(intervene(&server, other, back).await.0, 200);
    assert_eq!(intervene(&server, other, json!({ "action": "comment", "reason": "talk is no move" })).await.0, 200);
    let page = server.v2(Method::GET, "/overview", None, &NOTHING).await.body;
    let entered = detail(&server, other).await["path"][2]["entered_at"].take();
    assert_eq!(page["oldest_waiting"][0]["waiting_since"], entered);
}
