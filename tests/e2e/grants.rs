//! A grant that is taken back while a plugin runs: what the plugin staged under it is not written (plugin-runtime §12, row 36).

use std::{sync::Arc, time::Duration};

use gavia_tests::{client::Answer, guests};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::Semaphore,
};

use crate::stage;

#[track_caller]
fn fine(answer: Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    answer.body
}

/// Makes an account for whoever asks, but only when it is let: each permit is one answer. Tells of each request that came.
async fn accounts(let_go: Arc<Semaphore>, came: Arc<Semaphore>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/create", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 64 << 10];
            let _ = stream.read(&mut request).await;
            came.add_permits(1);
            let Ok(permit) = let_go.acquire().await else { return };
            permit.forget();
            let body = r#"{"code":0,"msg":"","data":{"host_ip":"10.0.0.1"}}"#;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
        }
    });
    url
}

#[tokio::test]
async fn r36_what_a_plugin_staged_is_not_written_once_its_grant_is_taken_back() {
    let stage = stage().await;
    let admin = &stage.admin;
    let (let_go, came) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let url = accounts(let_go.clone(), came.clone()).await;
    let made = fine(admin.v2_file("/plugins", guests::wasm("create_account")).await);
    let path = format!("/plugins/{}", made["plugin_id"]);
    fine(admin.v2_with(Method::PUT, &format!("{path}/config"), json!({ "url": url })).await);
    let version = format!("{path}/versions/{}", made["version"]);
    fine(admin.v2_with(Method::POST, &format!("{version}/approve"), json!({ "grants": "requested" })).await);
    fine(admin.v2_with(Method::POST, &format!("{version}/activate"), json!({})).await);
    let mut all = fine(admin.v2(Method::GET, &path).await)["grants"].clone();
    all["http"]["origins"][0]["private"] = true.into();
    let mut less = all.clone();
    less.as_object_mut().expect("grants").remove("tickets-write");
    let grant =
        async |grants: &Value| fine(admin.v2_with(Method::PUT, &format!("{path}/grants"), grants.clone()).await);
    grant(&all).await;

    let form = reqwest::multipart::Form::new()
        .text("script_name", "make")
        .text("is_active", "1")
        .text("plugin", "create-account");
    gavia_tests::client::answer(admin.request(Method::POST, "/workflows/run_scripts").multipart(form)).await.ok();
    let script = admin.get("/workflows/run_scripts?search_value=make").await.ok()["value"][0]["id"].clone();
    let auto = json!({ "participant_type_id": 6, "participant": script.to_string() });
    let flow = stage.simple("f", &[("host_name", 5), ("host_ip", 5)], auto, vec![]).await;
    let app = stage.app(&[&flow]).await;
    let new = json!({ "workflow_id": flow.id, "transition_id": flow.transition("submit"), "title": "t", "host_name": "web-1" });

    let id = app.create("lilei", new.clone()).await;
    came.acquire().await.expect("the plugin asks").forget();
    grant(&less).await;
    let_go.add_permits(1);
    let row = ended(&app, id, |row| row["script_run_last_result"] == false).await;
    assert_eq!(row["state_id"], flow.state("mid"), "the ticket stays");
    let shown = app.get("lilei", &format!("/tickets/{id}/flowlogs")).await.ok();
    let suggestion = shown["value"][0]["suggestion"].as_str().expect("a text").to_owned();
    assert!(suggestion.contains("tickets-write does not cover field host_ip"), "{suggestion}");
    let written: String = sqlx::query_scalar("SELECT fields::text FROM tickets WHERE id = $1")
        .bind(id)
        .fetch_one(stage.cluster.pool())
        .await
        .expect("the fields");
    assert!(!written.contains("10.0.0.1"), "{written}");

    grant(&all).await;
    let id = app.create("lilei", new).await;
    came.acquire().await.expect("the plugin asks").forget();
    let_go.add_permits(1);
    ended(&app, id, |row| row["state_id"] == flow.state("end")).await;
    assert_eq!(stage.broken().await, [""; 0]);
}

async fn ended(app: &gavia_tests::client::AppClient, id: i64, what: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let row = app.row(id).await;
        if what(&row) {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("ticket {id} stays as it is: {}", app.row(id).await);
}
