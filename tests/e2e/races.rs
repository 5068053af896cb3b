//! Two callers at once: exactly one of them wins, and the tables agree (threat-model §6). Each race is run many times over, with
//! real parallel requests; at the end every invariant is asked of the tables.

use futures::future::join_all;
use gavia_tests::{
    client::{Answer, AppClient, answer},
    world::{self, Stage, Workflow},
};
use serde_json::{Value, json};

use crate::stage;

const ROUNDS: usize = 200;
const NO_RIGHT: &str = "非当前处理人，无权处理";

async fn new_ticket(app: &AppClient, workflow: &Workflow) -> i64 {
    app.create(
        "lisi",
        json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" }),
    )
    .await
}

fn winners(answers: &[&Answer]) -> usize {
    answers.iter().filter(|answer| answer.code() == 0).count()
}

async fn exits(stage: &Stage, ticket: i64) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM ticket_exits WHERE ticket_id = $1")
        .bind(ticket)
        .fetch_one(stage.cluster.pool())
        .await
        .expect("exits")
}

#[tokio::test]
async fn i01_f08_of_two_accepts_at_once_one_is_acknowledged() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 2, "participant": "guiji,wangwu", "distribute_type_id": 1 });
    let workflow = stage.simple("accept", &[], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    for _ in 0..ROUNDS {
        let id = new_ticket(&app, &workflow).await;
        let path = format!("/tickets/{id}/accept");
        let (one, two) = tokio::join!(app.post("guiji", &path, json!({})), app.post("wangwu", &path, json!({})));
        assert_eq!(winners(&[&one, &two]), 1, "{one:?} {two:?}");
        let (holder, loser) = if one.code() == 0 { ("guiji", two) } else { ("wangwu", one) };
        assert_eq!(loser.body, json!({ "code": -1, "data": "", "msg": NO_RIGHT }));
        assert_eq!(app.row(id).await["participant"], holder);
    }
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i02_f09_of_two_moves_at_once_one_is_acknowledged() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 1, "participant": "guiji" });
    let workflow =
        stage.simple("move", &[], mid, vec![("back", "mid", "new", json!({ "attribute_type_id": 2 }))]).await;
    let app = stage.app(&[&workflow]).await;
    for _ in 0..ROUNDS {
        let id = new_ticket(&app, &workflow).await;
        let path = format!("/tickets/{id}");
        let (done, back) = tokio::join!(
            app.patch("guiji", &path, json!({ "transition_id": workflow.transition("done") })),
            app.patch("guiji", &path, json!({ "transition_id": workflow.transition("back") })),
        );
        assert_eq!(winners(&[&done, &back]), 1, "{done:?} {back:?}");
        assert_eq!(exits(&stage, id).await, 1);
    }
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i03_the_last_two_of_everybody_at_once_move_the_ticket_once() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 2, "participant": "guiji,wangwu", "distribute_type_id": 4 });
    let workflow = stage.simple("all", &[], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    for _ in 0..ROUNDS {
        let id = new_ticket(&app, &workflow).await;
        let (path, body) = (format!("/tickets/{id}"), json!({ "transition_id": workflow.transition("done") }));
        let (one, two, again) = tokio::join!(
            app.patch("guiji", &path, body.clone()),
            app.patch("wangwu", &path, body.clone()),
            app.patch("wangwu", &path, body.clone()),
        );
        assert_eq!(one.code(), 0, "{one:?}");
        assert_eq!(winners(&[&two, &again]), 1, "nobody handles twice: {two:?} {again:?}");
        assert_eq!((exits(&stage, id).await, app.row(id).await["is_end"].clone()), (1, json!(true)));
    }
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i11_of_accept_deliver_and_handle_at_once_the_tables_tell_one_story() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 2, "participant": "guiji,wangwu", "distribute_type_id": 1 });
    let workflow = stage.simple("three", &[], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    for _ in 0..ROUNDS {
        let id = new_ticket(&app, &workflow).await;
        let (accept, deliver, path) =
            (format!("/tickets/{id}/accept"), format!("/tickets/{id}/deliver"), format!("/tickets/{id}"));
        let (accepted, delivered) = tokio::join!(
            app.post("guiji", &accept, json!({})),
            app.post("wangwu", &deliver, json!({ "target_username": "jack" })),
        );
        let holder = app.row(id).await["participant"].as_str().unwrap_or_default().to_owned();
        assert!(winners(&[&accepted, &delivered]) >= 1, "{accepted:?} {delivered:?}");
        assert!(holder == "jack" || delivered.code() != 0, "{holder} {accepted:?} {delivered:?}");

        let (handled, handed) = tokio::join!(
            app.patch(&holder, &path, json!({ "transition_id": workflow.transition("done") })),
            app.post(&holder, &deliver, json!({ "target_username": "lisi" })),
        );
        assert_eq!(winners(&[&handled, &handed]), 1, "{handled:?} {handed:?}");
        assert_eq!(app.row(id).await["is_end"], handled.code() == 0);
    }
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i07_a_timer_and_a_person_at_once_move_the_ticket_once() {
    let stage = stage().await;
    let mid = json!({ "participant_type_id": 1, "participant": "guiji" });
    let timer = ("late", "mid", "new", json!({ "transition_type_id": 2, "timer": 3 }));
    let workflow = stage.simple("timed", &[], mid, vec![timer]).await;
    let app = stage.app(&[&workflow]).await;
    let tickets = join_all((0..ROUNDS).map(|_| new_ticket(&app, &workflow))).await;
    // from here on, each timer is due while somebody handles its ticket
    sqlx::query("UPDATE jobs SET run_at = now() + (ticket_id % 20) * interval '20 ms' WHERE kind = 'timer'")
        .execute(stage.cluster.pool())
        .await
        .expect("the timers");
    let handled = join_all(tickets.iter().map(|id| {
        let (app, workflow) = (app.clone(), workflow.clone());
        async move {
            tokio::time::sleep(std::time::Duration::from_millis(u64::try_from(id % 20).unwrap_or(0) * 20)).await;
            app.patch("guiji", &format!("/tickets/{id}"), json!({ "transition_id": workflow.transition("done") })).await
        }
    }))
    .await;
    settled(&stage, "timer").await;
    let by_person = winners(&handled.iter().collect::<Vec<_>>());
    for id in &tickets {
        assert_eq!(exits(&stage, *id).await, 1, "ticket {id}");
    }
    assert!(by_person > 0, "the race was none");
    assert_eq!(stage.broken().await, [""; 0]);
}

/// Until no job of this kind is left.
async fn settled(stage: &Stage, kind: &str) {
    for _ in 0..600 {
        let left: i64 = sqlx::query_scalar("SELECT count(*) FROM jobs WHERE kind = $1 AND dead_at IS NULL")
            .bind(kind)
            .fetch_one(stage.cluster.pool())
            .await
            .expect("jobs");
        if left == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("jobs of kind {kind} are left");
}

#[tokio::test]
async fn i09_of_a_call_back_and_a_close_at_once_one_ends_the_ticket() {
    let stage = stage().await;
    let receiver = gavia_tests::receiver::Receiver::start().await.expect("a receiver");
    let hook = json!({ "hook_url": receiver.url, "hook_token": "t", "wait": true }).to_string();
    let workflow = stage.simple("hook", &[], json!({ "participant_type_id": 10, "participant": hook }), vec![]).await;
    let app = stage.app(&[&workflow]).await;
    for _ in 0..ROUNDS {
        let id = new_ticket(&app, &workflow).await;
        let (back, close) = (format!("/tickets/{id}/hook_call_back"), format!("/tickets/{id}/close"));
        let body = json!({ "result": true, "msg": "done", "field_value": {} });
        let (called, again, closed) = tokio::join!(
            app.post("", &back, body.clone()),
            app.post("", &back, body.clone()),
            app.post("admin", &close, json!({})),
        );
        assert_eq!(winners(&[&called, &again, &closed]), 1, "{called:?} {again:?} {closed:?}");
        assert_eq!(exits(&stage, id).await, 1);
    }
    settled(&stage, "hook").await;
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i08_of_two_retries_at_once_each_that_is_acknowledged_runs_once() {
    let stage = stage().await;
    let script = stage.admin.upload_script("fail", gavia_tests::guests::wasm("fail_on_mode")).await;
    let mid = json!({ "participant_type_id": 6, "participant": script.to_string() });
    let workflow = stage.simple("script", &[("mode", 5)], mid, vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t", "mode": "fail" });
    let id = app.create("lisi", body).await;
    settled(&stage, "script").await;
    let mut runs = 1;
    for _ in 0..ROUNDS {
        let path = format!("/tickets/{id}/retry_script");
        let (one, two) = tokio::join!(app.post("lisi", &path, json!({})), app.post("lisi", &path, json!({})));
        runs += winners(&[&one, &two]);
        assert!(winners(&[&one, &two]) >= 1, "{one:?} {two:?}");
        settled(&stage, "script").await;
    }
    let logs: i64 = sqlx::query_scalar("SELECT count(*) FROM flow_logs WHERE ticket_id = $1 AND actor_kind = 'script'")
        .bind(id)
        .fetch_one(stage.cluster.pool())
        .await
        .expect("logs");
    assert_eq!(usize::try_from(logs), Ok(runs));
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i10_f35_two_last_children_at_once_move_their_parent_once() {
    let stage = stage().await;
    let waits = json!({ "participant_type_id": 1, "participant": "loonrobot" });
    let parent = stage.simple("parent", &[], waits, vec![]).await;
    let child = stage.simple("child", &[], json!({ "participant_type_id": 1, "participant": "guiji" }), vec![]).await;
    let app = stage.app(&[&parent, &child]).await;
    for _ in 0..ROUNDS {
        let id = new_ticket(&app, &parent).await;
        let body = json!({ "workflow_id": child.id, "transition_id": child.transition("submit"), "title": "c",
                           "parent_ticket_id": id, "parent_ticket_state_id": parent.state("mid") });
        let (one, two) = tokio::join!(app.create("lisi", body.clone()), app.create("lisi", body.clone()));
        let done = json!({ "transition_id": child.transition("done") });
        let (paths, close) = ([format!("/tickets/{one}"), format!("/tickets/{two}")], format!("/tickets/{two}/close"));
        let (first, second, closed) = tokio::join!(
            app.patch("guiji", &paths[0], done.clone()),
            app.patch("guiji", &paths[1], done.clone()),
            app.post("admin", &close, json!({})),
        );
        assert_eq!((first.code(), winners(&[&second, &closed])), (0, 1), "{first:?} {second:?} {closed:?}");
        for _ in 0..100 {
            if app.row(id).await["is_end"] == json!(true) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!((app.row(id).await["is_end"].clone(), exits(&stage, id).await), (json!(true), 1));
    }
    settled(&stage, "children").await;
    let logs: i64 =
        sqlx::query_scalar("SELECT count(*) FROM flow_logs WHERE suggestion = '所有子工单处理完毕，自动流转'")
            .fetch_one(stage.cluster.pool())
            .await
            .expect("logs");
    assert_eq!(usize::try_from(logs), Ok(ROUNDS));
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i12_of_two_creations_at_the_limit_one_is_allowed() {
    let stage = stage().await;
    let workflow =
        stage.simple("limited", &[], json!({ "participant_type_id": 1, "participant": "guiji" }), vec![]).await;
    let limit = json!({ "limit_expression": r#"{"period": 24, "count": 1}"# });
    stage.admin.send(reqwest::Method::PATCH, &format!("/workflows/{}", workflow.id), limit).await.ok();
    let app = stage.app(&[&workflow]).await;
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    for round in 0..ROUNDS {
        let creator = format!("creator{round}");
        let (one, two) =
            tokio::join!(app.post(&creator, "/tickets", body.clone()), app.post(&creator, "/tickets", body.clone()));
        assert_eq!(winners(&[&one, &two]), 1, "{one:?} {two:?}");
        let refused = if one.code() == 0 { two } else { one };
        let text = format!("1 tickets can be created in 24hours when workflow_id is {}", workflow.id);
        assert_eq!(refused.body, json!({ "code": -1, "data": {}, "msg": text }));
    }
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i04_f06_parallel_creations_on_two_nodes_get_distinct_numbers() {
    let stage = stage().await;
    let other = stage.cluster.node().await.expect("a second node");
    let workflow =
        stage.simple("numbers", &[], json!({ "participant_type_id": 1, "participant": "guiji" }), vec![]).await;
    let app = stage.app(&[&workflow]).await;
    let second = AppClient::new(gavia_tests::http_client(), &other.base, &app.name, &app.token);
    let body = json!({ "workflow_id": workflow.id, "transition_id": workflow.transition("submit"), "title": "t" });
    let create = |n: usize| {
        let (app, body) = (if n.is_multiple_of(2) { app.clone() } else { second.clone() }, body.clone());
        async move { app.post("lisi", "/tickets", body).await.ok() }
    };
    let created: Vec<Value> = join_all((0..ROUNDS).map(create)).await;
    assert_eq!(created.len(), ROUNDS);
    let (all, distinct): (i64, i64) =
        sqlx::query_as("SELECT count(*), count(DISTINCT sn) FROM tickets WHERE sn ~ '^t_[0-9]{12,}$'")
            .fetch_one(stage.cluster.pool())
            .await
            .expect("tickets");
    assert_eq!((all, distinct), (200, 200));
    assert_eq!(stage.broken().await, [""; 0]);
}

#[tokio::test]
async fn i18_the_same_creation_sent_twice_at_once_makes_one_ticket() {
    let stage = stage().await;
    let other = stage.cluster.node().await.expect("a second node");
    let leave = world::leave(&stage.admin, &stage.people).await;
    let app = stage.app(&[&leave]).await;
    let second = AppClient::new(gavia_tests::http_client(), &other.base, &app.name, &app.token);
    let body = json!({ "workflow_id": leave.id, "transition_id": leave.transition("submit"), "title": "t", "days": 1 })
        .to_string();
    for round in 0..ROUNDS {
        let key = format!("round-{round}");
        let send = |app: &AppClient| {
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
            .fetch_one(stage.cluster.pool())
            .await
            .expect("a key");
        assert_eq!(kept, id);
    }
    let counts: (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM tickets), (SELECT count(*) FROM flow_logs),
                (SELECT count(*) FROM idempotency_keys k JOIN tickets t ON t.id = k.ticket_id)",
    )
    .fetch_one(stage.cluster.pool())
    .await
    .expect("the tables");
    let rounds = i64::try_from(ROUNDS).expect("small");
    assert_eq!(counts, (rounds, rounds, rounds));
    assert_eq!(stage.broken().await, [""; 0]);
}
