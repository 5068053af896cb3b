//! Hardened access over a real socket: what a caller signs is what arrives, addresses are the connection's or a trusted proxy's, and
//! a creation whose answer was lost can be sent again (threat-model §3, §11).

use std::time::Duration;

use gavia::signature::{Signed, V2Key};
use gavia_tests::{
    client::{Answer, AppClient, answer},
    server::Node,
    world,
};
use reqwest::Method;
use serde_json::json;

use crate::node;

/// A call signed with v2, as a client library would write it.
async fn signed(node: &Node, app: &AppClient, (method, target, body): (Method, &str, &str), nonce: &str) -> Answer {
    let v1 = app.request(Method::GET, "/", "").build().expect("a request");
    let timestamp = v1.headers()["timestamp"].to_str().expect("digits").to_owned();
    let call = Signed {
        method: method.as_str(),
        target,
        timestamp: &timestamp,
        nonce,
        app: &app.name,
        username: "李四",
        body: body.as_bytes(),
    };
    let signature = V2Key::derive(app.token.as_bytes()).sign(&call);
    let request = gavia_tests::http_client().request(method.clone(), format!("{}{target}", node.base));
    let request = request.header("appname", &app.name).header("username", "李四".as_bytes());
    let request = request.header("timestamp", &timestamp).header("nonce", nonce);
    answer(request.header("signature-version", "2").header("signature", signature).body(body.to_owned())).await
}

#[tokio::test]
async fn d27_f05_a_ticket_is_made_and_found_by_calls_signed_with_v2_on_any_node_once() {
    let (cluster, node) = node().await;
    let other = cluster.node().await.expect("a second node");
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let rows = admin.get("/accounts/app_token?search_value=oa").await.ok();
    let path = format!("/accounts/app_token/{}", rows["value"][0]["id"]);
    admin.send(Method::PATCH, &path, json!({ "min_signature_version": 2 })).await.ok();
    assert_eq!(app.get("lisi", "/workflows").await.msg(), "权限校验失败：该应用要求使用signature-version 2");

    let body =
        json!({ "workflow_id": leave.id, "transition_id": leave.transition("save"), "title": "请假" }).to_string();
    let create = (Method::POST, "/api/v1.0/tickets", body.as_str());
    signed(&node, &app, create.clone(), "nonce-number-001").await.ok();
    for node in [&node, &other] {
        let again = signed(node, &app, create.clone(), "nonce-number-001").await;
        assert_eq!(again.msg(), "权限校验失败：重复的请求，已被拒绝");
    }
    let target = "/api/v1.0/tickets?category=owner&title=%E8%AF%B7&page=1&per_page=";
    let found = signed(&other, &app, (Method::GET, target, ""), "nonce-number-002").await.ok();
    assert_eq!((&found["total"], &found["value"][0]["creator"]), (&json!(1), &json!("李四")));
}

#[tokio::test]
async fn an_address_is_the_connections_unless_a_trusted_proxy_names_another() {
    let (cluster, node) = node().await;
    let behind = cluster.node_with(&[("GAVIA_TRUSTED_PROXIES", "127.0.0.0/8,::1")]).await.expect("a second node");
    let admin = node.admin().await;
    let body = json!({ "app_name": "oa", "allow_cidrs": "198.51.100.0/24" });
    let made = admin.post("/accounts/app_token", body).await.ok();
    let token = made["token"].as_str().expect("a token");
    let get = async |node: &Node| {
        let app = AppClient::new(gavia_tests::http_client(), &node.base, "oa", token);
        let request = app.request(Method::GET, "/workflows", "lisi");
        answer(request.header("x-forwarded-for", "203.0.113.9, 198.51.100.7")).await
    };
    assert_eq!(get(&node).await.msg(), "权限校验失败：来源地址不在该应用的允许范围内");
    get(&behind).await.ok();
    let path = format!("/accounts/app_token/{}", made["id"]);
    admin.send(Method::PATCH, &path, json!({ "allow_cidrs": "127.0.0.1" })).await.ok();
    get(&node).await.ok();
    assert_eq!(get(&behind).await.code(), -1);
}

#[tokio::test]
async fn a_client_that_comes_too_often_is_told_to_wait_where_a_rate_is_set() {
    let (cluster, node) = node().await;
    let limited = cluster.node_with(&[("GAVIA_ADDRESS_RATE_PER_MINUTE", "30")]).await.expect("a second node");
    let admin = node.admin().await;
    let app = world::app(&admin, &node.base, "oa", &[]).await;
    let there = AppClient::new(gavia_tests::http_client(), &limited.base, &app.name, &app.token);
    for _ in 0..40 {
        app.get("lisi", "/workflows").await.ok();
    }
    let mut served = 0;
    let refused = loop {
        let response = there.request(Method::GET, "/workflows", "lisi").send().await.expect("an answer");
        if response.status() != 200 {
            break response;
        }
        served += 1;
        assert!(served <= 40, "nobody was told to wait");
    };
    assert!((30..=32).contains(&served), "{served}");
    assert_eq!(refused.status(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    let ready = gavia_tests::http_client().get(format!("{}/readyz", limited.base)).send().await.expect("an answer");
    assert_eq!(ready.status(), 200, "health is no part of the API");
}

#[tokio::test]
async fn i18_a_creation_whose_answer_was_lost_can_be_sent_again() {
    let (cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let leave = world::leave(&admin, &people).await;
    let app = world::app(&admin, &node.base, "oa", &[&leave]).await;
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 });
    let mut lost = 0;
    for round in 0..60 {
        let key = format!("key-{round}");
        let send = || {
            app.request(Method::POST, "/tickets", "lisi").header("idempotency-key", &key).body(body.to_string()).send()
        };
        // the client hangs up after a fraction of a millisecond to some ten: before, during and after the commit
        let patience = Duration::from_micros(300 * (round + 1));
        lost += i64::from(tokio::time::timeout(patience, send()).await.is_err());
        let id = answer(
            app.request(Method::POST, "/tickets", "lisi").header("idempotency-key", &key).body(body.to_string()),
        )
        .await
        .ok()["ticket_id"]
            .clone();
        let kept: i64 = sqlx::query_scalar("SELECT ticket_id FROM idempotency_keys WHERE key = $1")
            .bind(&key)
            .fetch_one(cluster.pool())
            .await
            .expect("a key");
        assert_eq!(id, kept);
    }
    assert!(lost > 0, "no answer was lost");
    let tickets: i64 =
        sqlx::query_scalar("SELECT count(*) FROM tickets").fetch_one(cluster.pool()).await.expect("tickets");
    assert_eq!(tickets, 60);
}
