//! Work for others that failed for good: it is seen, tried afresh once the receiver is back, or dropped.

use std::time::Duration;

use gavia_tests::{
    client::{AppClient, Session},
    receiver::Receiver,
    until,
    world::{Stage, Workflow},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage;

const PATIENCE: Duration = Duration::from_secs(20);

/// An address at which nobody listens yet.
async fn free_address() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    listener.local_addr().expect("its address").to_string()
}

async fn hooked(stage: &Stage, address: &str) -> (Workflow, AppClient, i64) {
    let config = json!({ "hook_url": format!("http://{address}"), "hook_token": "tok", "wait": false });
    let mid = json!({ "participant_type_id": 10, "participant": config.to_string() });
    let workflow = stage.simple("hook", &[], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    let id = app.create("lisi", body).await;
    (workflow, app, id)
}

async fn jobs(admin: &Session, query: &str) -> Value {
    let answer = admin.v2(Method::GET, &format!("/jobs?{query}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["items"].clone()
}

/// The job, once its last try has failed too; most of the tries before it are left out.
async fn dead(stage: &Stage, query: &str) -> Value {
    until(PATIENCE, async || jobs(&stage.admin, query).await, |jobs| jobs[0]["last_error"].is_string()).await;
    let ask = async || {
        sqlx::query("UPDATE jobs SET attempts = 11, run_at = now() WHERE leased_by IS NULL AND attempts < 11")
            .execute(stage.cluster.pool())
            .await
            .expect("the table of jobs");
        jobs(&stage.admin, &format!("{query}&state=dead")).await
    };
    until(PATIENCE, ask, |jobs| jobs[0].is_object()).await[0].clone()
}

#[tokio::test]
async fn i16_a_hook_that_was_given_up_is_seen_and_moves_the_ticket_once_it_is_tried_afresh() {
    let stage = stage().await;
    let address = free_address().await;
    let (workflow, app, id) = hooked(&stage, &address).await;
    let job = dead(&stage, &format!("kind=hook&ticket_id={id}")).await;
    assert_eq!((&job["attempts"], &job["state"], &job["dead_at"].is_string()), (&json!(12), &json!("dead"), &true));
    let row = app.row(id).await;
    assert_eq!(row["script_run_last_result"], false);
    assert_eq!(row["state_id"], workflow.state("mid"));
    let log = app.get("lisi", &format!("/tickets/{id}/flowlogs")).await.ok()["value"][0]["suggestion"].clone();
    assert!(log.as_str().is_some_and(|text| text.starts_with("given up: ")), "{log}");
    let failing = stage.admin.v2(Method::GET, "/tickets?workflow_ids=1&participant=lisi").await;
    assert_eq!((failing.status, &failing.body["items"]), (200, &json!([])));

    let receiver = Receiver::on(&address).await.expect("the address is still free");
    receiver.answer(200, json!({ "code": 0, "msg": "at last" }));
    let retried = stage.admin.v2(Method::POST, &format!("/jobs/{}/retry", job["id"])).await;
    assert_eq!((retried.status, &retried.body["key"]), (202, &job["key"]));
    let row = until(PATIENCE, async || app.row(id).await, |row| row["is_end"] == true).await;
    assert_eq!(row["script_run_last_result"], true);
    let received = receiver.expect(1).await;
    assert_eq!(
        received[0].header("idempotency-key"),
        job["key"],
        "the same call, so that a receiver may drop a double"
    );
    assert_eq!(jobs(&stage.admin, "").await, json!([]));
    assert_eq!(stage.admin.v2(Method::POST, &format!("/jobs/{}/retry", job["id"])).await.status, 404);
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i08_a_hook_that_was_given_up_or_dropped_is_called_anew_by_retry_script() {
    let stage = stage().await;
    let address = free_address().await;
    let (_, app, id) = hooked(&stage, &address).await;
    let query = format!("kind=hook&ticket_id={id}");
    let first = dead(&stage, &query).await;
    let retry = format!("/tickets/{id}/retry_script");
    app.post("lisi", &retry, json!({})).await.ok();
    let second = dead(&stage, &query).await;
    assert_ne!(second["id"], first["id"]);
    let dropped = stage.admin.v2(Method::DELETE, &format!("/jobs/{}", second["id"])).await;
    assert_eq!((dropped.status, &dropped.body["dropped"]["id"]), (200, &second["id"]));
    assert_eq!(app.row(id).await["script_run_last_result"], false);
    let receiver = Receiver::on(&address).await.expect("the address is still free");
    app.post("lisi", &retry, json!({})).await.ok();
    until(PATIENCE, async || app.row(id).await, |row| row["is_end"] == true).await;
    let keys = receiver.expect(1).await[0].header("idempotency-key").to_owned();
    assert!(first["key"] != keys && second["key"] != keys, "a call of its own");
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn a_notice_that_was_given_up_is_told_once_it_is_tried_afresh_and_its_log_has_every_try() {
    let stage = stage().await;
    let address = free_address().await;
    let form = reqwest::multipart::Form::new()
        .text("notice_name", "told")
        .text("title_template", "{title}")
        .text("content_template", "{sn}")
        .text("type_id", "2")
        .text("hook_url", format!("http://{address}"))
        .text("hook_token", "tok");
    let request = stage.admin.request(Method::POST, "/workflows/custom_notices").multipart(form);
    gavia_tests::client::answer(request).await.ok();
    let notice = stage.admin.get("/workflows/custom_notices?search_value=told").await.ok()["value"][0]["id"].clone();
    let mid = json!({ "participant_type_id": 1, "participant": "guiji" });
    let workflow = stage.simple("told", &[], mid, vec![]).await;
    let path = format!("/workflows/{}", workflow.id);
    stage.admin.send(Method::PATCH, &path, json!({ "notices": notice.to_string() })).await.ok();
    let app = stage.app(&[&workflow]).await;
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    let id = app.create("lisi", body).await;
    let job = dead(&stage, &format!("kind=notice&ticket_id={id}")).await;
    assert_eq!(job["notice_id"], notice);
    let receiver = Receiver::on(&address).await.expect("the address is still free");
    assert_eq!(stage.admin.v2(Method::POST, &format!("/jobs/{}/retry", job["id"])).await.status, 202);
    assert_eq!(receiver.expect(1).await[0].body["title_result"], "t");
    let log = format!("/notices/{notice}/deliveries");
    let deliveries = async || stage.admin.v2(Method::GET, &log).await.body["items"].clone();
    let rows = until(PATIENCE, deliveries, |rows| rows[0]["outcome"] == "delivered").await;
    assert_eq!((&rows[0]["attempt"], &rows[0]["key"]), (&json!(13), &job["key"]));
    assert!(
        rows.as_array().is_some_and(|rows| rows.len() >= 3 && rows[1..].iter().all(|row| row["outcome"] == "failed"))
    );
}
