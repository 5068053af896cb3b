//! Bad input of every family (threat-model §5): an answer in the envelope, never a 5xx, nothing changed, and the next call served.

use std::time::{Duration, Instant};

use gavia_tests::{
    client::{Answer, answer},
    world,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::node;

#[tokio::test]
async fn f55_f63_bad_input_is_answered_in_the_envelope_and_changes_nothing() {
    let (cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let (submit, agree) = (leave.transition("submit"), leave.transition("agree"));
    let id =
        app.create("lisi", json!({ "workflow_id": leave.id, "transition_id": submit, "title": "t", "days": 1 })).await;
    let before = tables(cluster.pool()).await;

    let create = |change: Value| {
        let mut body = json!({ "workflow_id": leave.id, "transition_id": submit, "title": "t", "days": 1 });
        body.as_object_mut().expect("an object").extend(change.as_object().expect("an object").clone());
        body.to_string()
    };
    let ticket = format!("/tickets/{id}");
    let deep = format!("{{\"workflow_id\":{}}}", "[".repeat(200_000));
    let cases: Vec<(Method, &str, String)> = vec![
        (Method::POST, "/tickets", "{".into()),
        (Method::POST, "/tickets", "[1]".into()),
        (Method::POST, "/tickets", "nonsense".into()),
        (Method::POST, "/tickets", deep),
        (Method::POST, "/tickets", format!("{{\"workflow_id\":{}}}", "9".repeat(400))),
        (Method::POST, "/tickets", create(json!({ "workflow_id": leave.id.to_string() }))),
        (Method::POST, "/tickets", create(json!({ "workflow_id": 1.5 }))),
        (Method::POST, "/tickets", create(json!({ "workflow_id": true }))),
        (Method::POST, "/tickets", create(json!({ "workflow_id": -1 }))),
        (Method::POST, "/tickets", create(json!({ "transition_id": null }))),
        (Method::POST, "/tickets", create(json!({ "transition_id": i64::MAX }))),
        (Method::POST, "/tickets", create(json!({ "title": 7 }))),
        (Method::POST, "/tickets", create(json!({ "title": "x".repeat(501) }))),
        (Method::POST, "/tickets", create(json!({ "days": "three" }))),
        (Method::POST, "/tickets", create(json!({ "days": { "a": 1 } }))),
        (Method::POST, "/tickets", create(json!({ "suggestion": [] }))),
        (Method::POST, "/tickets", create(json!({ "reason": "a\u{0}b" }))),
        (Method::POST, "/tickets", create(json!({ "parent_ticket_id": id, "parent_ticket_state_id": 1 }))),
        (Method::POST, "/tickets", create(json!({ "parent_ticket_id": "x" }))),
        (Method::PATCH, &ticket, "{}".into()),
        (Method::PATCH, &ticket, json!({ "transition_id": 0 }).to_string()),
        (Method::PATCH, &ticket, json!({ "transition_id": "x" }).to_string()),
        (Method::PATCH, &ticket, json!({ "transition_id": [agree] }).to_string()),
        (Method::PATCH, &ticket, json!({ "transition_id": agree, "suggestion": 1 }).to_string()),
        (Method::PATCH, &ticket, json!({ "transition_id": leave.transition("hr_agree") }).to_string()),
        (Method::POST, "/tickets/99999999999999999999/accept", "{}".into()),
        (Method::POST, "/tickets/0/accept", "{}".into()),
        (Method::POST, "/tickets/-1/accept", "{}".into()),
        (Method::GET, "/tickets?category=all&page=x", String::new()),
        (Method::GET, "/tickets?category=all&per_page=0", String::new()),
        (Method::GET, "/tickets?category=all&per_page=99999999999999999999", String::new()),
        (Method::GET, "/tickets?category=all&ticket_ids=1,,2", String::new()),
        (Method::GET, "/tickets?category=all&create_start=yesterday", String::new()),
        (Method::GET, "/tickets?category=all&create_end=99999-01-01", String::new()),
        (Method::GET, "/tickets?category=all&title=%00", String::new()),
        (Method::GET, "/tickets/states?ticket_ids=abc", String::new()),
        (Method::GET, "/tickets/states", String::new()),
        (Method::DELETE, "/tickets", String::new()),
        (Method::GET, "/tickets/../accounts/users", String::new()),
        (Method::GET, "/tickets//1", String::new()),
    ];
    for (method, path, body) in cases {
        let shown = format!("{method} {path} {}", body.chars().take(120).collect::<String>());
        let begun = Instant::now();
        let got = answer(app.request(method, path, "lilei").body(body)).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{shown}: took {:?}", begun.elapsed());
        assert!(refused(&got), "{shown}: {got:?}");
    }
    assert_eq!(tables(cluster.pool()).await, before, "nothing was changed");
    assert_eq!(app.row(id).await["participant"], "lilei", "the next call is served");
}

/// Code -1, or an honest 4xx.
fn refused(answer: &Answer) -> bool {
    answer.code() == -1 && answer.status < 500 || (400..500).contains(&answer.status)
}

async fn tables(pool: &sqlx::PgPool) -> (i64, i64, i64) {
    sqlx::query_as("SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM flow_logs), (SELECT sum(version)::bigint FROM tickets)")
        .fetch_one(pool)
        .await
        .expect("the tables")
}

#[tokio::test]
async fn f01_f02_d17_values_are_never_syntax_in_a_list_or_a_condition() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let nasty = "x' OR '1'='1 %_\\ '''+__import__('os').getcwd()+''' {title.__class__} <script>";
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": nasty, "days": 1, "reason": nasty });
    let id = app.create("lisi", body).await;
    assert_eq!(app.row(id).await["title"], nasty, "what is stored comes back byte for byte");
    // threat-model §2.1: a name that used to list every ticket
    let crafted = app.get("lisi\" OR 1=1 -- ", "/tickets?category=relation").await.ok();
    assert_eq!(crafted["total"], 0);
    for (title, total) in [("%25", 1), ("_", 1), ("%5C", 1), ("%25%25", 0), ("__import__", 1), ("zzz", 0)] {
        let data = app.get("lisi", &format!("/tickets?category=all&title={title}")).await.ok();
        assert_eq!(data["total"], total, "{title}");
    }
    app.patch("lilei", &format!("/tickets/{id}"), json!({ "transition_id": leave.transition("agree"), "days": 9 }))
        .await
        .ok();
    assert_eq!(app.row(id).await["is_end"], true, "a read-only field that is sent does not choose the branch (D-17)");
}
