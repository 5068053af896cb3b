//! Where an app calls from, whom it speaks for, how often: switched on and off.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;

use super::*;
use crate::{
    app::door::DoorSettings,
    http::testing::{done, server_behind},
};

fn from(mut request: Request<Body>, address: &str) -> Request<Body> {
    let peer: SocketAddr = format!("{address}:4711").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

#[tokio::test]
async fn an_app_calls_from_its_networks_which_a_trusted_proxy_may_vouch_for() {
    let proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let server = server_behind(DoorSettings { trusted_proxies: proxies, ..DoorSettings::default() }).await;
    let (_, anywhere) = app(&server, "anywhere", json!({})).await;
    let (path, token) = app(&server, "oa", json!({ "allow_cidrs": ["198.51.100.0/24", "2001:db8::/32"] })).await;
    let call = |address: &str| from(v1("oa", &token, "lisi"), address);
    let via = |proxy: &str, client: &str| {
        let mut request = call(proxy);
        request.headers_mut().insert("x-forwarded-for", client.parse().unwrap());
        request
    };
    for good in [call("198.51.100.7"), call("[2001:db8::7]"), via("10.0.0.1", "198.51.100.7")] {
        assert_eq!(barred(&server, good).await, "");
    }
    for bad in [
        call("203.0.113.7"),
        call("10.0.0.1"),
        via("10.0.0.1", "203.0.113.7"),
        via("10.0.0.1", "198.51.100.7, 203.0.113.7"),
        via("10.0.0.1", "nonsense"),
        via("203.0.113.7", "198.51.100.7"),
        v1("oa", &token, "lisi"),
    ] {
        assert_eq!(barred(&server, bad).await, FOREIGN_ADDRESS);
    }
    assert_eq!(barred(&server, from(v1("anywhere", &anywhere, "lisi"), "203.0.113.7")).await, "");
    let wrong = from(v1("oa", "wrong", "lisi"), "203.0.113.7");
    assert_eq!(barred(&server, wrong).await, BAD_SIGNATURE, "only who signed right is told of the list");
    server.admin(Method::PATCH, &path, json!({ "allow_cidrs": "" })).await;
    assert_eq!(barred(&server, call("203.0.113.7")).await, "");
}

#[tokio::test]
async fn f61_an_app_speaks_for_its_users_only() {
    let server = server().await;
    let (path, token) = app(&server, "oa", json!({ "allow_users": " lisi ,ops-*" })).await;
    for (user, text) in [("lisi", ""), ("ops-7", ""), ("", ""), ("lilei", FOREIGN_USER), ("李四", FOREIGN_USER)] {
        assert_eq!(barred(&server, v1("oa", &token, user)).await, text, "{user}");
    }
    assert_eq!(server.admin(Method::GET, &path, json!(null)).await["allow_users"], "lisi,ops-*");
    server.admin(Method::PATCH, &path, json!({ "allow_users": [] })).await;
    assert_eq!(barred(&server, v1("oa", &token, "lilei")).await, "");
}

#[tokio::test]
async fn an_app_with_a_rate_is_told_to_wait_and_others_are_not() {
    let server = server().await;
    let (path, token) = app(&server, "oa", json!({ "rate_per_minute": "3" })).await;
    let (_, other) = app(&server, "ops", json!({})).await;
    for _ in 0..3 {
        assert_eq!(barred(&server, v1("oa", "wrong", "lisi")).await, BAD_SIGNATURE, "costs the app nothing");
        assert_eq!(barred(&server, v1("oa", &token, "lisi")).await, "");
    }
    let response = server.response(v1("oa", &token, "lisi")).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
    let (_, answer) = server.send(v1("oa", &token, "lisi")).await;
    assert_eq!(answer, json!({ "code": -1, "data": {}, "msg": "请求过于频繁，请稍后再试" }));
    for _ in 0..10 {
        assert_eq!(barred(&server, v1("ops", &other, "lisi")).await, "");
    }
    server.admin(Method::PATCH, &path, json!({ "rate_per_minute": 0 })).await;
    assert_eq!(barred(&server, v1("oa", &token, "lisi")).await, "");
}

#[tokio::test]
async fn an_address_with_a_rate_pays_ten_calls_for_a_failed_signature() {
    let server = server_behind(DoorSettings { address_rate_per_minute: 12, ..DoorSettings::default() }).await;
    let token = server.token(tokens::AppTokenDraft { app_name: "oa".into(), ..Default::default() }).await;
    let call = |token: &str, address: &str| from(v1("oa", token, "lisi"), address);
    assert_eq!(barred(&server, call("wrong", "198.51.100.7")).await, BAD_SIGNATURE);
    assert_eq!(barred(&server, call(&token, "198.51.100.7")).await, "");
    let slow = "请求过于频繁，请稍后再试";
    assert_eq!(barred(&server, call(&token, "198.51.100.7")).await, slow, "10 for the failure, and two calls");
    for _ in 0..12 {
        assert_eq!(barred(&server, call(&token, "198.51.100.8")).await, "");
    }
    assert_eq!(barred(&server, call(&token, "198.51.100.8")).await, slow);
    let v2 = from(Request::get("/api/v2/workflows/1/check").body(Body::empty()).unwrap(), "198.51.100.8");
    let response = server.response(v2).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn what_an_app_cannot_be_held_to_is_refused() {
    let server = server().await;
    let (path, _) = app(&server, "oa", json!({})).await;
    for body in [
        json!({ "allow_cidrs": "10.0.0.0/33" }),
        json!({ "allow_cidrs": "example.com" }),
        json!({ "allow_cidrs": [7] }),
        json!({ "allow_cidrs": 7 }),
        json!({ "allow_users": "x".repeat(101) }),
        json!({ "allow_users": vec!["a"; 1001] }),
        json!({ "min_signature_version": 0 }),
        json!({ "min_signature_version": 3 }),
        json!({ "replay_check": "maybe" }),
        json!({ "rate_per_minute": -1 }),
        json!({ "rate_per_minute": 1_000_001 }),
        json!({ "rotate": "perhaps" }),
    ] {
        server.refused(Method::PATCH, &path, body).await;
    }
    let shown = server.admin(Method::GET, &path, json!(null)).await;
    let rules = ["allow_cidrs", "allow_users", "min_signature_version", "replay_check", "rate_per_minute"];
    assert_eq!(rules.map(|key| &shown[key]), [&json!(""), &json!(""), &json!(1), &json!(false), &json!(0)]);
    let all = json!({ "allow_cidrs": "10.0.0.0/8,::1", "allow_users": ["a", "b*"], "min_signature_version": 2,
                      "replay_check": 1, "rate_per_minute": 60 });
    server.admin(Method::PATCH, &path, all).await;
    let rows = done(server.call(&As::Admin, Method::GET, "/accounts/app_token", &json!(null)).await);
    let wanted = [&json!("10.0.0.0/8,::1/128"), &json!("a,b*"), &json!(2), &json!(true), &json!(60)];
    assert_eq!(rules.map(|key| &rows["value"][0][key]), wanted);
}
