//! Two callers at once: exactly one of them wins, and the tables agree.

use gavia_tests::{client::answer, world};
use serde_json::json;

use crate::node;

const ROUNDS: usize = 25;

#[tokio::test]
async fn i01_f08_of_two_accepts_at_once_one_is_acknowledged() {
    let (cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let script = admin.upload_script("quiet", gavia_tests::guests::wasm("quiet")).await;
    let vpn = world::vpn(&admin, &people, script).await;
    let app = world::app(&admin, &node.base, "ops", &[&vpn]).await;
    for _ in 0..ROUNDS {
        let id = app
            .create("lisi", json!({ "workflow_id": vpn.id, "transition_id": vpn.transition("submit"), "title": "t" }))
            .await;
        let path = format!("/tickets/{id}/accept");
        let (one, two) = tokio::join!(app.post("guiji", &path, json!({})), app.post("wangwu", &path, json!({})));
        let winners = [&one, &two].iter().filter(|answer| answer.code() == 0).count();
        assert_eq!(winners, 1, "{one:?} {two:?}");
        let loser = if one.code() == 0 { &two } else { &one };
        assert_eq!(loser.body, json!({ "code": -1, "data": "", "msg": "非当前处理人，无权处理" }));
        let holder = if one.code() == 0 { "guiji" } else { "wangwu" };
        assert_eq!(app.row(id).await["participant"], holder);
        let accepts: i64 =
            sqlx::query_scalar("SELECT count(*) FROM flow_logs WHERE ticket_id = $1 AND intervention = 'accept'")
                .bind(id)
                .fetch_one(&cluster.database.pool)
                .await
                .expect("logs");
        assert_eq!(accepts, 1);
    }
}

#[tokio::test]
async fn i02_f09_of_two_moves_at_once_one_is_acknowledged() {
    let (cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    for _ in 0..ROUNDS {
        let id = app.create("lisi", json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 })).await;
        let path = format!("/tickets/{id}");
        let (agree, refuse) = tokio::join!(
            app.patch("lilei", &path, json!({ "transition_id": leave.transition("agree") })),
            app.patch("lilei", &path, json!({ "transition_id": leave.transition("refuse") })),
        );
        assert_eq!([agree.code(), refuse.code()].iter().filter(|code| **code == 0).count(), 1, "{agree:?} {refuse:?}");
        let exits: i64 = sqlx::query_scalar("SELECT count(*) FROM ticket_exits WHERE ticket_id = $1")
            .bind(id)
            .fetch_one(&cluster.database.pool)
            .await
            .expect("exits");
        assert_eq!(exits, 1, "the lead's state was left once");
    }
}

#[tokio::test]
async fn i04_f06_parallel_creations_get_distinct_numbers() {
    let (cluster, node) = node().await;
    let other = cluster.node().await.expect("a second node");
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let second = gavia_tests::client::AppClient::new(gavia_tests::http_client(), &other.base, &app.name, &app.token);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let app = if n % 2 == 0 { app.clone() } else { second.clone() };
        let body =
            json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 });
        tasks.spawn(async move { app.post("lisi", "/tickets", body).await.ok() });
    }
    assert_eq!(tasks.join_all().await.len(), 100);
    let (all, distinct): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT sn) FROM tickets WHERE sn ~ '^t_[0-9]{12,}$'")
            .fetch_one(&cluster.database.pool)
            .await
            .expect("tickets");
    assert_eq!((all, distinct), (100, 100));
}

#[tokio::test]
async fn i18_the_same_creation_sent_twice_at_once_makes_one_ticket() {
    const ROUNDS: i64 = 200;
    let (cluster, node) = node().await;
    let other = cluster.node().await.expect("a second node");
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let second = gavia_tests::client::AppClient::new(gavia_tests::http_client(), &other.base, &app.name, &app.token);
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 })
        .to_string();
    for round in 0..ROUNDS {
        let key = format!("round-{round}");
        let send = |app: &gavia_tests::client::AppClient| {
            let request = app.request(reqwest::Method::POST, "/tickets", "lisi").header("idempotency-key", &key);
            answer(request.body(body.clone()))
        };
        // on one node in every second round, on two in the others
        let (one, two) = tokio::join!(send(&app), send(if round % 2 == 0 { &app } else { &second }));
        assert_eq!(one, two);
        let id = one.ok()["ticket_id"].as_i64().expect("an id");
        let changed = app.request(reqwest::Method::POST, "/tickets", "lisi").header("idempotency-key", &key);
        let changed = answer(changed.body(body.replace("\"t\"", "\"u\""))).await;
        assert_eq!(changed.msg(), "Idempotency-Key已用于内容不同的请求");
        let kept: i64 = sqlx::query_scalar("SELECT ticket_id FROM idempotency_keys WHERE key = $1")
            .bind(&key)
            .fetch_one(&cluster.database.pool)
            .await
            .expect("a key");
        assert_eq!(kept, id);
    }
    let counts: (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM flow_logs),
                (SELECT count(*) FROM idempotency_keys k JOIN tickets t ON t.id = k.ticket_id)",
    )
    .fetch_one(&cluster.database.pool)
    .await
    .expect("the tables");
    assert_eq!(counts, (ROUNDS, ROUNDS, ROUNDS));
}
