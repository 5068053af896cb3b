//! What is forgotten of plugins and notices, and what is not.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Method;
use serde_json::json;

use super::tests::{CONDITION, call, get, ready, send};
use crate::store::{
    custom_notices,
    testing::{age_kept, insert_delivery, kept, webhook},
};

#[tokio::test]
async fn a_component_that_nothing_can_run_loses_its_bytes_and_the_same_upload_brings_them_back() {
    let server = ready().await;
    let upload = async || send(&server, "admins", Method::POST, "/plugins?name=mine", CONDITION).await;
    assert_eq!(upload().await.0, 201);
    age_kept(&server.app.db, 2).await;
    server.app.forget_old_calls().await;
    assert_eq!(kept(&server.app.db).await.0, 1, "it could be activated");
    assert_eq!(call(&server, Method::POST, "/plugins/1/versions/1/retire", json!(null)).await.0, 200);
    server.app.forget_old_calls().await;
    assert_eq!(kept(&server.app.db).await.0, 0);
    let (status, made) = upload().await;
    assert_eq!((status, &made["version"], &made["status"]), (201, &json!(2), &json!("ready")));
    assert_eq!(kept(&server.app.db).await.0, 1);
    assert_eq!(call(&server, Method::POST, "/plugins/1/versions/2/retire", json!(null)).await.0, 200);
    server.app.forget_old_calls().await;
    assert_eq!(kept(&server.app.db).await.0, 1, "it was uploaded a moment ago");
}

#[tokio::test]
async fn whom_notices_told_is_known_for_ninety_days() {
    let server = ready().await;
    let (flow, token) = server.flow().await;
    let ticket = server.ticket(flow, &token).await;
    let notice = custom_notices::insert(&server.app.db, &webhook(), None, "admin").await.unwrap().0;
    insert_delivery(&server.app.db, notice, ticket).await;
    age_kept(&server.app.db, 89).await;
    server.app.forget_old_calls().await;
    let (_, tries, people) = kept(&server.app.db).await;
    assert_eq!((tries, people), (1, 1));
    age_kept(&server.app.db, 2).await;
    server.app.forget_old_calls().await;
    let (_, tries, people) = kept(&server.app.db).await;
    assert_eq!((tries, people), (0, 0));
    assert_eq!(get(&server, &format!("/notices/{notice}/deliveries")).await["items"], json!([]));
}
