//! What open tickets need of a definition is not left out of it.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::http::Method;
use serde_json::{Value, json};

use super::definition_tests::{get, put};
use crate::http::testing::{Flow, server};

/// The document without everything of `work`.
fn without_work(document: &Value, flow: Flow) -> Value {
    let mut document = document.clone();
    let work = format!("s{}", flow.work);
    document["states"].as_array_mut().unwrap().retain(|state| state["key"] != work);
    document["transitions"].as_array_mut().unwrap().retain(|transition| transition["source"] != work);
    document["transitions"][0]["destination"] = format!("s{}", flow.end).into();
    document["fields"] = json!([]);
    for state in document["states"].as_array_mut().unwrap() {
        state["field_access"] = json!({});
    }
    document
}

#[tokio::test]
async fn d24_parts_that_open_tickets_need_are_not_left_out_unless_forced() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    server.ticket(flow, &token).await;
    let read = get(&server, flow.id).await;
    let document = without_work(&read.body, flow);
    let refused = put(&server, flow.id, "", read.etag.as_deref(), &document).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    let used = refused.body["in_use"].as_array().unwrap();
    let parts: Vec<(&str, &str, i64)> = used
        .iter()
        .map(|part| (part["part"].as_str().unwrap(), part["key"].as_str().unwrap(), part["tickets"].as_i64().unwrap()))
        .collect();
    let (work, done) = (format!("s{}", flow.work), format!("t{}", flow.done));
    assert_eq!(parts, [("state", &*work, 1), ("transition", &*done, 1), ("field", "days", 1)]);
    assert_eq!(get(&server, flow.id).await.body, read.body);
    assert_eq!(put(&server, flow.id, "?force=perhaps", read.etag.as_deref(), &document).await.status, 400);
    let forced = put(&server, flow.id, "?force=true", read.etag.as_deref(), &document).await;
    assert_eq!((forced.status, forced.body["changes"].as_array().unwrap().len()), (200, 6), "{forced:?}");
    let left = get(&server, flow.id).await.body;
    assert_eq!((left["states"].as_array().unwrap().len(), &left["fields"]), (2, &json!([])));
}

#[tokio::test]
async fn d24_two_fields_with_one_key_do_not_go_together_while_a_ticket_holds_a_value() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let twin = json!({ "field_key": "days", "field_name": "Twin", "field_type_id": 10, "order_id": 31 });
    server.admin(Method::POST, &format!("/workflows/{}/custom_fields", flow.id), twin).await;
    server.ticket(flow, &token).await;
    let mut document = get(&server, flow.id).await.body;
    assert_eq!(put(&server, flow.id, "", Some("*"), &document).await.body["changed"], false);
    for state in document["states"].as_array_mut().unwrap() {
        state["field_access"] = json!({});
    }
    let fields = document["fields"].take();
    document["fields"] = json!([]);
    let refused = put(&server, flow.id, "", Some("*"), &document).await;
    assert_eq!((refused.status, refused.body["in_use"].as_array().unwrap().len()), (409, 2), "{refused:?}");
    document["fields"] = json!([fields[0]]);
    let one = put(&server, flow.id, "", Some("*"), &document).await;
    assert_eq!(one.status, 200, "{one:?}");
    assert_eq!(get(&server, flow.id).await.body["fields"], json!([fields[0]]));
}
