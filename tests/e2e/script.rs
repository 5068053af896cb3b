//! Script states: success, failure, retry, and a node that dies in the middle of a run.

use std::time::Duration;

use gavia_tests::{client::AppClient, guests, world};
use serde_json::{Value, json};

use crate::node;

/// Rounds of the crash test here; `./dev soak` sets more.
const CRASH_ROUNDS: usize = 10;

async fn at_script(app: &AppClient, vpn: &world::Workflow, mode: &str) -> i64 {
    let id = app
        .create(
            "lisi",
            json!({ "workflow_id": vpn.id, "transition_id": vpn.transition("submit"), "title": "vpn", "mode": mode }),
        )
        .await;
    app.post("guiji", &format!("/tickets/{id}/accept"), json!({})).await.ok();
    app.patch("guiji", &format!("/tickets/{id}"), json!({ "transition_id": vpn.transition("done") })).await.ok();
    id
}

async fn wait(app: &AppClient, id: i64, what: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let row = app.row(id).await;
        if what(&row) {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("ticket {id} stays as it is: {}", app.row(id).await);
}

async fn logs(app: &AppClient, id: i64) -> Vec<Value> {
    let data = app.get("lisi", &format!("/tickets/{id}/flowlogs?per_page=100")).await.ok();
    data["value"].as_array().expect("logs").clone()
}

#[tokio::test]
async fn t23_a_script_runs_writes_its_log_and_moves_the_ticket_on() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let script = admin.upload_script("print_creator", guests::wasm("print_creator")).await;
    let vpn = world::vpn(&admin, &people, script).await;
    let app = world::app(&admin, &node.base, "ops", &[&vpn]).await;

    let id = at_script(&app, &vpn, "").await;
    let row = wait(&app, id, |row| row["state_id"] == vpn.state("confirm")).await;
    assert_eq!((&row["participant"], &row["script_run_last_result"]), (&json!("lisi"), &json!(true)));
    let log = &logs(&app, id).await[0];
    assert_eq!(log["suggestion"], "lisi\n", "the line break stays");
    assert_eq!(log["participant"], format!("脚本:(id:{script}, name:print_creator)"));
    assert_eq!((&log["participant_type_id"], &log["transition"]["transition_name"]), (&json!(6), &json!("ran")));
}

#[tokio::test]
async fn d23_f27_a_failing_script_marks_the_ticket_and_runs_again_when_asked() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let script = admin.upload_script("fail_on_mode", guests::wasm("fail_on_mode")).await;
    let vpn = world::vpn(&admin, &people, script).await;
    let app = world::app(&admin, &node.base, "ops", &[&vpn]).await;

    let id = at_script(&app, &vpn, "fail").await;
    let row = wait(&app, id, |row| row["script_run_last_result"] == false).await;
    assert_eq!(row["state_id"], vpn.state("auto"));
    let log = &logs(&app, id).await[0];
    assert_eq!((&log["suggestion"], &log["transition"]["transition_name"]), (&json!("mode is fail"), &json!("ran")));

    let before = logs(&app, id).await.len();
    let answer = app.post("lisi", &format!("/tickets/{id}/retry_script"), json!({})).await;
    assert_eq!(answer.body, json!({ "code": 0, "data": "", "msg": "Ticket script retry start successful" }));
    wait(&app, id, |row| row["script_run_last_result"] == false).await;
    for _ in 0..200 {
        if logs(&app, id).await.len() > before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(logs(&app, id).await.len(), before + 1, "one more failure, one more log");
}

#[tokio::test]
async fn i08_i16_a_node_killed_during_a_run_leaves_a_ticket_that_moves_exactly_once() {
    let rounds = if std::env::var_os("GAVIA_SOAK").is_some() { 50 } else { CRASH_ROUNDS };
    let (cluster, first) = node().await;
    let admin = first.admin().await;
    let people = world::people(&admin).await;
    let script = admin.upload_script("quiet", guests::wasm("quiet")).await;
    let vpn = world::vpn(&admin, &people, script).await;
    let app = world::app(&admin, &first.base, "ops", &[&vpn]).await;
    drop(first);
    for round in 0..rounds {
        let mut node = cluster.node().await.expect("a node");
        let app = AppClient::new(gavia_tests::http_client(), &node.base, &app.name, &app.token);
        let id = at_script(&app, &vpn, "").await;
        // somewhere between the commit of the move and the end of the run
        tokio::time::sleep(Duration::from_millis(u64::try_from(round % 10).unwrap_or(0))).await;
        node.crash();
        // the database's other nodes wait for the lease; here it is due at once, as if that time had passed
        sqlx::query("UPDATE jobs SET run_at = now() WHERE leased_by IS NOT NULL")
            .execute(cluster.pool())
            .await
            .expect("the database");
        let node = cluster.node().await.expect("a node");
        let app = AppClient::new(gavia_tests::http_client(), &node.base, &app.name, &app.token);
        wait(&app, id, |row| row["state_id"] == vpn.state("confirm")).await;
        let runs = logs(&app, id).await.iter().filter(|log| log["participant_type_id"] == 6).count();
        assert_eq!(runs, 1, "round {round}: one log of one run");
        let exits: i64 = sqlx::query_scalar("SELECT count(*) FROM ticket_exits WHERE ticket_id = $1")
            .bind(id)
            .fetch_one(cluster.pool())
            .await
            .expect("exits");
        assert_eq!(exits, 2, "round {round}: ops and script were left once each");
    }
}

#[tokio::test]
async fn f34_f16_a_script_that_cannot_run_leaves_a_failure_and_required_fields_do_not_stop_one_that_can() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let script = admin.upload_script("quiet", guests::wasm("quiet")).await;
    let vpn = world::vpn(&admin, &people, script).await;
    let app = world::app(&admin, &node.base, "ops", &[&vpn]).await;
    let switch = |on: &'static str| {
        let form = reqwest::multipart::Form::new().text("is_active", on);
        let path = format!("/workflows/run_scripts/{script}");
        gavia_tests::client::answer(admin.request(reqwest::Method::POST, &path).multipart(form))
    };
    switch("0").await.ok();
    let id = at_script(&app, &vpn, "").await;
    wait(&app, id, |row| row["script_run_last_result"] == false).await;
    assert_eq!(logs(&app, id).await[0]["suggestion"], "脚本未注册或非激活状态");

    let demanding = serde_json::json!({ "state_field_str": { "title": 1, "mode": 2 } });
    let state = format!("/workflows/{}/states/{}", vpn.id, vpn.state("auto"));
    admin.send(reqwest::Method::PATCH, &state, demanding).await.ok();
    switch("1").await.ok();
    app.post("lisi", &format!("/tickets/{id}/retry_script"), json!({})).await.ok();
    wait(&app, id, |row| row["state_id"] == vpn.state("confirm")).await;
}

#[tokio::test]
async fn f53_d16_who_handled_a_state_last_gets_it_again_and_who_only_accepted_does_not() {
    let (_cluster, node) = node().await;
    let admin = node.admin().await;
    let people = world::people(&admin).await;
    let script = admin.upload_script("quiet", guests::wasm("quiet")).await;
    let vpn = world::vpn(&admin, &people, script).await;
    let app = world::app(&admin, &node.base, "ops", &[&vpn]).await;
    let state = format!("/workflows/{}/states/{}", vpn.id, vpn.state("ops"));
    admin.send(reqwest::Method::PATCH, &state, json!({ "remember_last_man_enable": 1 })).await.ok();

    let id = app
        .create("lisi", json!({ "workflow_id": vpn.id, "transition_id": vpn.transition("submit"), "title": "t" }))
        .await;
    let path = format!("/tickets/{id}");
    app.post("wangwu", &format!("{path}/accept"), json!({})).await.ok();
    app.post("wangwu", &format!("{path}/deliver"), json!({ "target_username": "guiji" })).await.ok();
    app.patch("guiji", &path, json!({ "transition_id": vpn.transition("done") })).await.ok();
    wait(&app, id, |row| row["state_id"] == vpn.state("confirm")).await;
    app.patch("lisi", &path, json!({ "transition_id": vpn.transition("again") })).await.ok();
    let row = app.row(id).await;
    assert_eq!(
        (&row["participant_type_id"], &row["participant"], &row["is_rejected"]),
        (&json!(1), &json!("guiji"), &json!(true))
    );
}
