//! What the engine does by itself, over a real socket: hooks, their failures and call-backs, timers, notices.

use std::time::{Duration, Instant};

use gavia_tests::{client::AppClient, receiver::Receiver, world::Workflow};
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage;

async fn submit(app: &AppClient, workflow: &Workflow) -> i64 {
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    app.create("lisi", body).await
}

async fn wait(app: &AppClient, id: i64, what: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..400 {
        let row = app.row(id).await;
        if what(&row) {
            return row;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("ticket {id} stays as it is: {}", app.row(id).await);
}

async fn newest(app: &AppClient, id: i64) -> Value {
    app.get("lisi", &format!("/tickets/{id}/flowlogs")).await.ok()["value"][0].clone()
}

fn hook(url: &str, wait: bool) -> Value {
    let config = json!({ "hook_url": url, "hook_token": "tok", "wait": wait, "extra_info": { "kind": "vm" } });
    json!({ "participant_type_id": 10, "participant": config.to_string() })
}

#[tokio::test]
async fn f21_f22_a_hook_is_called_signed_and_moves_the_ticket_on() {
    let stage = stage().await;
    let receiver = Receiver::start().await.expect("a receiver");
    receiver.answer(200, json!({ "code": 0, "msg": "made vm7" }));
    let workflow = stage.simple("hook", &[("days", 10)], hook(&receiver.url, false), vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let id = submit(&app, &workflow).await;
    wait(&app, id, |row| row["is_end"] == true).await;
    let log = newest(&app, id).await;
    assert_eq!((&log["suggestion"], &log["participant"]), (&json!("made vm7"), &json!("loonrobot")));

    let request = receiver.expect(1).await.remove(0);
    let wanted = {
        use md5::{Digest as _, Md5};
        hex::encode(Md5::new().chain_update(request.header("timestamp")).chain_update("tok").finalize())
    };
    assert_eq!(request.header("signature"), wanted);
    assert_eq!(request.header("idempotency-key").len(), 36);
    let body = &request.body;
    assert_eq!(
        (&body["id"], &body["ticket_id"], &body["extra_info"]),
        (&json!(id), &json!(id), &json!({ "kind": "vm" }))
    );
    assert_eq!((&body["participant"], &body["days"], &body["is_end"]), (&json!("***"), &Value::Null, &json!(false)));
}

#[tokio::test]
async fn f24_f25_a_hook_that_fails_marks_the_ticket_and_can_be_called_again() {
    let stage = stage().await;
    let receiver = Receiver::start().await.expect("a receiver");
    receiver.answer(200, json!({ "code": -1, "msg": "no room" }));
    let workflow = stage.simple("hook", &[], hook(&receiver.url, false), vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let id = submit(&app, &workflow).await;
    wait(&app, id, |row| row["script_run_last_result"] == false).await;
    let log = newest(&app, id).await;
    let shown = (
        &log["suggestion"],
        &log["intervene_type_id"],
        &log["participant_type_id"],
        &log["transition"]["transition_name"],
    );
    assert_eq!(shown, (&json!("no room"), &json!(9), &json!(10), &json!("hook操作")));
    app.post("lisi", &format!("/tickets/{id}/retry_script"), json!({})).await.ok();
    wait(&app, id, |row| row["is_end"] == true).await;
    let keys: Vec<String> =
        receiver.expect(2).await.iter().map(|got| got.header("idempotency-key").to_owned()).collect();
    assert_ne!(keys[0], keys[1], "another call, not a repetition");
    let told = stage.admin.v2(Method::GET, &format!("/hook_deliveries?ticket_id={id}")).await;
    let calls = told.body["items"].as_array().expect("a list");
    let calls: Vec<_> = calls.iter().map(|call| (&call["outcome"], &call["detail"], &call["state_name"])).collect();
    let mid = json!("mid");
    assert_eq!(calls[1], (&json!("failed"), &json!("no room"), &mid));
    assert_eq!((calls.len(), calls[0].0, calls[0].2), (2, &json!("delivered"), &mid));
    let failed = stage.admin.v2(Method::GET, "/hook_deliveries?outcome=failed").await;
    assert_eq!(failed.body["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(stage.admin.v2(Method::GET, "/hook_deliveries?outcome=lost").await.status, 400);
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i16_a_receiver_that_comes_back_gets_the_call_with_the_same_key() {
    let stage = stage().await;
    let receiver = Receiver::start().await.expect("a receiver");
    receiver.answer(503, json!({}));
    receiver.answer(500, json!({}));
    let workflow = stage.simple("hook", &[], hook(&receiver.url, true), vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let id = submit(&app, &workflow).await;
    wait(&app, id, |row| row["script_run_last_result"] == false).await;
    assert_eq!(newest(&app, id).await["suggestion"], "the receiver answered HTTP 503");
    let row = wait(&app, id, |row| row["script_run_last_result"] == true).await;
    assert_eq!(row["state_id"], workflow.state("mid"), "it waits for the call-back");
    let keys: Vec<String> = receiver.received().iter().map(|got| got.header("idempotency-key").to_owned()).collect();
    assert_eq!(keys.len(), 3);
    assert!(keys.iter().all(|key| key == &keys[0]), "{keys:?}");
    let logs = app.get("lisi", &format!("/tickets/{id}/flowlogs")).await.ok()["total"].clone();
    assert_eq!(logs, 3, "created, failed once, accepted: passing trouble is told once");
}

#[tokio::test]
async fn calls_into_private_networks_are_refused_and_the_ticket_shows_why() {
    let stage = stage().await;
    for url in ["http://10.1.2.3/", "http://169.254.169.254/latest/meta-data", "http://[::1]:9/"] {
        let workflow = stage.simple("hook", &[], hook(url, false), vec![]).await;
        let app =
            gavia_tests::world::app(&stage.admin, &stage.node.base, &format!("app{}", workflow.id), &[&workflow]).await;
        let id = submit(&app, &workflow).await;
        wait(&app, id, |row| row["script_run_last_result"] == false).await;
        let text = newest(&app, id).await["suggestion"].as_str().unwrap_or_default().to_owned();
        assert!(text.contains("not allowed") && text.contains("--hook-allow-cidrs"), "{url}: {text}");
    }
}

#[tokio::test]
async fn f23_a_call_back_is_taken_once_from_the_app_and_with_the_id_that_the_state_asks_for() {
    let stage = stage().await;
    let receiver = Receiver::start().await.expect("a receiver");
    let config = json!({ "hook_url": receiver.url, "hook_token": "t", "wait": true, "require_callback_id": true, "callback_app": "oa" });
    let mid = json!({ "participant_type_id": 10, "participant": config.to_string(), "state_field_str": "{\"out\":3}" });
    let workflow = stage.simple("hook", &[("out", 5)], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let other = gavia_tests::world::app(&stage.admin, &stage.node.base, "other", &[&workflow]).await;
    let id = submit(&app, &workflow).await;
    let callback_id = receiver.expect(1).await[0].body["callback_id"].clone();
    let path = format!("/tickets/{id}/hook_call_back");
    let body = json!({ "result": true, "msg": "ok", "field_value": { "out": "42" }, "callback_id": callback_id });
    let foreign = json!({ "code": -1, "data": "", "msg": "回调与hook请求不符" });
    assert_eq!(app.post("", &path, json!({ "result": true })).await.body, foreign);
    assert_eq!(other.post("", &path, body.clone()).await.body, foreign);
    assert_eq!(app.post("", &path, json!({ "result": "yes" })).await.msg(), "result须为布尔值");
    assert_eq!(app.post("", &path, body.clone()).await.body, json!({ "code": 0, "data": "", "msg": "" }));
    assert_eq!(app.post("", &path, body).await.msg(), "工单当前处理人类型非hook，不执行回调操作");
    let detail = app.get("lisi", &format!("/tickets/{id}")).await.ok();
    assert_eq!(detail["value"]["is_end"], true);
}

#[tokio::test]
async fn d06_i07_f15_a_timer_belongs_to_one_stay_and_survives_a_restart() {
    let mut stage = stage().await;
    let mid = json!({ "participant_type_id": 1, "participant": "guiji" });
    let timer = ("late", "mid", "end", json!({ "transition_type_id": 2, "timer": 2, "attribute_type_id": 2 }));
    let workflow = stage.simple("timed", &[], mid, vec![timer, ("again", "mid", "mid", json!({}))]).await;
    let app = stage.app(&[&workflow]).await;
    let id = submit(&app, &workflow).await;
    let listed = app.get("guiji", &format!("/tickets/{id}/transitions")).await.ok();
    assert!(
        listed["value"].as_array().is_some_and(|list| list.iter().all(|way| way["transition_name"] != "late")),
        "D-10"
    );
    tokio::time::sleep(Duration::from_millis(1200)).await;
    app.patch("guiji", &format!("/tickets/{id}"), json!({ "transition_id": workflow.transition("again") })).await.ok();
    let entered = Instant::now();
    app.post("lisi", &format!("/tickets/{id}/comments"), json!({ "suggestion": "hm" })).await.ok();
    app.post("guiji", &format!("/tickets/{id}/deliver"), json!({ "target_username": "jack" })).await.ok();
    // the node is away when the first stay's timer would have been due, and a little longer
    assert!(stage.node.stop().expect("the node stops").success());
    let node = stage.cluster.node().await.expect("a node");
    let app = AppClient::new(gavia_tests::http_client(), &node.base, &app.name, &app.token);
    let row = wait(&app, id, |row| row["is_end"] == true).await;
    let stayed = entered.elapsed();
    assert!(stayed >= Duration::from_millis(1900) && stayed < Duration::from_secs(7), "fired after {stayed:?}");
    assert_eq!(row["is_rejected"], true);
    let log = newest(&app, id).await;
    assert_eq!((&log["suggestion"], &log["participant"]), (&json!("定时器流转"), &json!("loonrobot")));
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn f16_a_timer_that_leads_nowhere_says_so_in_the_tickets_log() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 1, "participant": "guiji" });
    let timer = (
        "late",
        "mid",
        "end",
        json!({ "transition_type_id": 2, "timer": 1, "condition_expression": "[{\"expression\": \"{nothing} > 1\", \"target_state_id\": \"@new\"}]" }),
    );
    let workflow = stage.simple("timed", &[], mid, vec![timer]).await;
    let app = stage.app(&[&workflow]).await;
    let id = submit(&app, &workflow).await;
    for _ in 0..200 {
        let log = newest(&app, id).await;
        if log["participant"] == "loonrobot" {
            assert!(log["suggestion"].as_str().is_some_and(|text| text.contains("nothing")), "{log}");
            assert_eq!(app.row(id).await["state_id"], workflow.state("mid"));
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no log: {}", newest(&app, id).await);
}

#[tokio::test]
async fn f54_notices_by_webhook_bring_the_event_and_each_is_on_its_own() {
    let stage = stage().await;
    let receiver = Receiver::start().await.expect("a receiver");
    let mut ids = Vec::new();
    for (name, path, token) in [("good", "/good", Some("tok")), ("gone", "/gone", None)] {
        let form = reqwest::multipart::Form::new()
            .text("notice_name", name)
            .text("title_template", "你有一个待办工单:{title}{unknown}")
            .text("content_template", "标题:{title}, 天数:{days}")
            .text("type_id", "2")
            .text("hook_url", format!("{}{path}", receiver.url));
        let form = token.into_iter().fold(form, |form, token| form.text("hook_token", token));
        let request = stage.admin.request(reqwest::Method::POST, "/workflows/custom_notices").multipart(form);
        gavia_tests::client::answer(request).await.ok();
        let rows = stage.admin.get(&format!("/workflows/custom_notices?search_value={name}")).await.ok();
        let row = rows["value"][0].clone();
        assert_eq!((&row["type_id"], &row["script"], row.get("hook_token")), (&json!(2), &Value::Null, None));
        ids.push(row["id"].to_string());
    }
    let mid = json!({ "participant_type_id": 2, "participant": "guiji,ghost" });
    let workflow = stage.simple("told", &[("days", 10)], mid, vec![]).await;
    let notices = json!({ "notices": ids.join(",") });
    stage.admin.send(reqwest::Method::PATCH, &format!("/workflows/{}", workflow.id), notices).await.ok();
    let used =
        stage.admin.send(reqwest::Method::DELETE, &format!("/workflows/custom_notices/{}", ids[1]), json!({})).await;
    assert_eq!((used.code(), used.msg().contains("told")), (-1, true), "D-24: {used:?}");
    let app = stage.app(&[&workflow]).await;
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "{sn} {0}", "days": 3, "suggestion": "please" });
    let id = app.create("lisi", body).await;
    let received = receiver.expect(2).await;
    let good = received.iter().find(|got| got.path == "/good").expect("the good one");
    assert_eq!(good.body["title_result"], "你有一个待办工单:{sn} {0}{unknown}");
    assert_eq!(good.body["content_result"], "标题:{sn} {0}, 天数:3");
    assert_eq!((&good.body["participant"], &good.body["participant_type_id"]), (&json!("guiji,ghost"), &json!(2)));
    assert_eq!(
        (&good.body["ticket_value_info"]["id"], &good.body["ticket_value_info"]["days"]),
        (&json!(id), &json!(3))
    );
    assert_eq!(
        (&good.body["last_flow_log"]["suggestion"], &good.body["last_flow_log"]["ticket_id"]),
        (&json!("please"), &json!(id))
    );
    let people =
        json!([{ "username": "guiji", "alias": "轨迹", "phone": "13888888888", "email": "guiji@example.com" }]);
    assert_eq!(good.body["participant_info_list"], people);
    // the log is written after the receiver has its call
    let mut delivered = 0;
    for _ in 0..200 {
        let count = "SELECT count(*) FROM notice_deliveries WHERE outcome = 'delivered' AND ticket_id = $1";
        let count = sqlx::query_scalar(count).bind(id).fetch_one(stage.cluster.pool());
        delivered = count.await.expect("the delivery log");
        if delivered == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(delivered, 2_i64);
    // accepting and commenting tell nobody (§4.23)
    app.post("guiji", &format!("/tickets/{id}/accept"), json!({})).await.ok();
    app.post("lisi", &format!("/tickets/{id}/comments"), json!({ "suggestion": "hm" })).await.ok();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(receiver.received().len(), 2);
}
