//! Jobs over HTTP: lists, one tried afresh, one dropped; and the delivery log of a notice.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    http::testing::{As, Flow, Server, done, server},
    store::{
        custom_notices::{self, Delivery, Outcome},
        jobs::{self, Job},
        testing::{expire_lease, insert_script, set_attempts, webhook},
    },
    workflow::{NoticeId, TicketId},
};

const NOTHING: Value = Value::Null;

/// A workflow whose second state calls a hook that nobody answers.
async fn hooked(server: &Server) -> (Flow, String) {
    let (flow, token) = server.flow().await;
    let config = json!({ "hook_url": "http://127.0.0.1:9/", "hook_token": "t" }).to_string();
    let state = json!({ "participant_type_id": 10, "participant": config });
    server.admin(Method::PATCH, &format!("/workflows/{}/states/{}", flow.id, flow.work), state).await;
    (flow, token)
}

async fn get(server: &Server, path: &str) -> Value {
    let answer = server.v2(Method::GET, path, None, &NOTHING).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.body
}

async fn touch(server: &Server, method: Method, path: &str) -> (u16, Value) {
    let answer = server.v2(method, path, None, &NOTHING).await;
    (answer.status, answer.body)
}

async fn take(server: &Server) -> Job {
    let mut taken = jobs::take(&server.app.db, Uuid::from_u128(7), 10, &[]).await.unwrap();
    assert_eq!(taken.len(), 1, "{taken:?}");
    taken.remove(0)
}

fn ids(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|job| job["id"].as_i64().unwrap()).collect()
}

async fn failed(server: &Server, token: &str, ticket: i64) -> bool {
    let path = format!("/tickets?category=all&ticket_ids={ticket}");
    let rows = done(server.call(&As::App("oa", token, "lisi"), Method::GET, &path, &NOTHING).await);
    !rows["value"][0]["script_run_last_result"].as_bool().unwrap()
}

async fn last_log(server: &Server, ticket: i64) -> Value {
    server.admin(Method::GET, &format!("/tickets/{ticket}/flowlogs"), NOTHING).await["value"][0]["suggestion"].clone()
}

#[tokio::test]
async fn jobs_come_newest_first_in_pages_and_by_kind_ticket_and_state() {
    let server = server().await;
    let (flow, token) = hooked(&server).await;
    let mut tickets = Vec::new();
    for _ in 0..3 {
        tickets.push(server.ticket(flow, &token).await);
    }
    let all = get(&server, "/jobs").await;
    assert_eq!((ids(&all).len(), &all["next_cursor"]), (3, &NOTHING));
    assert_eq!(all["items"][0]["ticket_id"], tickets[2]);
    let first = get(&server, "/jobs?limit=2&kind=hook").await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = get(&server, &format!("/jobs?limit=2&kind=hook&cursor={cursor}")).await;
    assert_eq!([ids(&first), ids(&second)].concat(), ids(&all));
    assert_eq!(second["next_cursor"], NOTHING);
    let one = get(&server, &format!("/jobs?ticket_id={}", tickets[1])).await;
    assert_eq!(ids(&one), [ids(&all)[1]]);
    let job = &one["items"][0];
    assert_eq!((&job["kind"], &job["state"], &job["attempts"]), (&json!("hook"), &json!("waiting"), &json!(0)));
    assert_eq!(job.get("payload"), None);
    assert_eq!(get(&server, &format!("/jobs/{}", job["id"])).await, *job);
    assert_eq!(ids(&get(&server, "/jobs?kind=timer").await), [0; 0]);

    let mut taken = jobs::take(&server.app.db, Uuid::from_u128(7), 2, &[]).await.unwrap();
    taken.sort_by_key(|job| job.id);
    jobs::bury(&mut server.app.db.acquire().await.unwrap(), &taken[0], "no").await.unwrap();
    for (state, wanted) in [("dead", taken[0].id), ("running", taken[1].id), ("waiting", ids(&all)[0])] {
        assert_eq!(ids(&get(&server, &format!("/jobs?state={state}")).await), [wanted], "{state}");
    }
    expire_lease(&server.app.db, taken[1].id).await;
    assert_eq!(ids(&get(&server, "/jobs?state=waiting").await), [ids(&all)[0], taken[1].id]);
}

#[tokio::test]
async fn a_query_that_jobs_cannot_be_asked_is_told_what_is_wrong() {
    let server = server().await;
    let (flow, token) = hooked(&server).await;
    for _ in 0..2 {
        server.ticket(flow, &token).await;
    }
    let page = get(&server, "/jobs?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    for (query, detail) in [
        ("kind=hok", "kind is one of script, hook, timer, children, notice"),
        ("state=done", "state is one of waiting, running, dead"),
        ("ticket_id=x", "ticket_id is a ticket's id"),
        ("ticket=1", "this list has no parameter \"ticket\""),
        ("limit=0", "limit is a number from 1 to 500"),
        ("limit=501", "limit is a number from 1 to 500"),
        ("cursor=AAAA", "the cursor is not one of this list with these filters"),
        (&format!("kind=hook&cursor={cursor}"), "the cursor is not one of this list with these filters"),
        ("kind=%00", "the query cannot be read"),
    ] {
        let (status, body) = touch(&server, Method::GET, &format!("/jobs?{query}")).await;
        assert_eq!((status, body["detail"].as_str().unwrap()), (400, detail), "{query}");
    }
    for (method, path) in [
        (Method::GET, "/jobs/999"),
        (Method::GET, "/jobs/x"),
        (Method::DELETE, "/jobs/999"),
        (Method::POST, "/jobs/999/retry"),
    ] {
        assert_eq!(touch(&server, method, path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn i08_a_dead_job_is_tried_afresh_under_its_key_and_its_earlier_runs_stay_fenced_off() {
    let server = server().await;
    let (flow, token) = hooked(&server).await;
    let ticket = server.ticket(flow, &token).await;
    let late = take(&server).await;
    expire_lease(&server.app.db, late.id).await;
    set_attempts(&server.app.db, late.id, 11).await;
    let last = take(&server).await;
    let retry = format!("/jobs/{}/retry", last.id);
    assert_eq!(touch(&server, Method::POST, &retry).await.1["detail"], "a node is carrying the job out");
    server.app.run_hook(&last).await.unwrap();
    let dead = get(&server, &format!("/jobs/{}", last.id)).await;
    assert_eq!((&dead["state"], &dead["attempts"]), (&json!("dead"), &json!(12)));
    assert!(dead["dead_at"].is_string() && dead["last_error"].is_string(), "{dead}");
    assert!(failed(&server, &token, ticket).await);

    let (status, job) = touch(&server, Method::POST, &retry).await;
    assert_eq!((status, &job["state"], &job["attempts_since_retry"]), (202, &json!("waiting"), &json!(0)));
    assert_eq!((&job["key"], &job["dead_at"]), (&dead["key"], &NOTHING));
    let mut connection = server.app.db.acquire().await.unwrap();
    assert!(!jobs::finish(&mut connection, &late).await.unwrap(), "the first run is not the one that was asked for");
    let again = take(&server).await;
    assert_eq!((again.attempt, again.tries, again.key), (13, 1, last.key));
    // it fails like a new one: marked, told once, and tried again by itself
    server.app.run_hook(&again).await.unwrap();
    let waiting = get(&server, &format!("/jobs/{}", last.id)).await;
    assert_eq!((&waiting["state"], &waiting["attempts_since_retry"]), (&json!("waiting"), &json!(1)));
    // one that waits for its next try runs now, when somebody asks
    assert_eq!(touch(&server, Method::POST, &retry).await.0, 202);
    assert_eq!(take(&server).await.tries, 1);
    assert!(failed(&server, &token, ticket).await, "the mark goes when a run succeeds");
}

#[tokio::test]
async fn i08_a_hook_whose_job_is_dead_can_be_called_again_by_retry_script() {
    let server = server().await;
    let (flow, token) = hooked(&server).await;
    let ticket = server.ticket(flow, &token).await;
    set_attempts(&server.app.db, get(&server, "/jobs").await["items"][0]["id"].as_i64().unwrap(), 11).await;
    let last = take(&server).await;
    server.app.run_hook(&last).await.unwrap();
    assert_eq!(ids(&get(&server, "/jobs?state=dead").await), [last.id]);
    let retry = format!("/tickets/{ticket}/retry_script");
    done(server.call(&As::App("oa", &token, "lisi"), Method::POST, &retry, &json!({})).await);
    let jobs = get(&server, "/jobs").await;
    let job = &jobs["items"][0];
    assert_eq!((ids(&jobs).len(), &job["state"], &job["attempts"]), (1, &json!("waiting"), &json!(0)));
    assert_ne!(job["key"], last.key.to_string(), "another call, not a repetition");
    assert_eq!(touch(&server, Method::POST, &format!("/jobs/{}/retry", last.id)).await.0, 404);
    let (_, twice) = server.call(&As::App("oa", &token, "lisi"), Method::POST, &retry, &json!({})).await;
    assert_eq!(twice["code"], -1, "one is going");
}

#[tokio::test]
async fn a_dropped_run_leaves_its_mark_on_the_ticket_and_can_be_asked_for_again() {
    let server = server().await;
    let (flow, token) = hooked(&server).await;
    let ticket = server.ticket(flow, &token).await;
    let job = take(&server).await;
    let path = format!("/jobs/{}", job.id);
    let running = touch(&server, Method::DELETE, &path).await;
    assert_eq!((running.0, &running.1["detail"]), (409, &json!("a node is carrying the job out")));
    jobs::release(&server.app.db, Uuid::from_u128(7)).await.unwrap();
    let (status, body) = touch(&server, Method::DELETE, &path).await;
    assert_eq!((status, &body["dropped"]["id"]), (200, &json!(job.id)));
    assert!(body["lost"].as_str().unwrap().contains("receiver is not called"), "{body}");
    assert_eq!(touch(&server, Method::DELETE, &path).await.0, 404);
    assert!(failed(&server, &token, ticket).await);
    assert_eq!(last_log(&server, ticket).await, "dropped by admin");
    let retry = format!("/tickets/{ticket}/retry_script");
    done(server.call(&As::App("oa", &token, "lisi"), Method::POST, &retry, &json!({})).await);
    assert!(!failed(&server, &token, ticket).await);
    assert_eq!(take(&server).await.ticket, TicketId(ticket));
}

#[tokio::test]
async fn i07_a_timer_is_not_fired_early_but_can_be_dropped() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let timer = json!({ "name": "late", "source_state_id": flow.work, "destination_state_id": flow.end, "transition_type_id": 2, "timer": 3600 });
    server.admin(Method::POST, &format!("/workflows/{}/transitions", flow.id), timer).await;
    let ticket = server.ticket(flow, &token).await;
    let job = get(&server, "/jobs?kind=timer").await["items"][0].clone();
    assert!(job["transition_id"].is_i64(), "{job}");
    let path = format!("/jobs/{}", job["id"]);
    let early = touch(&server, Method::POST, &format!("{path}/retry")).await;
    assert_eq!((early.0, &early.1["detail"]), (409, &json!("a timer fires when it is due")));
    assert_eq!(get(&server, &path).await, job);
    let (status, body) = touch(&server, Method::DELETE, &path).await;
    assert_eq!((status, &body["dropped"]), (200, &job));
    assert_eq!(ids(&get(&server, "/jobs").await), [0; 0]);
    assert!(!failed(&server, &token, ticket).await, "nobody waits for a timer");
}

#[tokio::test]
async fn i08_a_scripts_run_that_waits_is_the_run_that_a_person_asks_for_with_its_answer() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let script = insert_script(&server.app.db).await;
    let state = json!({ "participant_type_id": 6, "participant": script.to_string() });
    server.admin(Method::PATCH, &format!("/workflows/{}/states/{}", flow.id, flow.work), state).await;
    let ticket = server.ticket(flow, &token).await;
    let retry = async || {
        let body = json!({ "action": "retry", "reason": "now" });
        server.v2(Method::POST, &format!("/tickets/{ticket}/interventions"), None, &body).await.status
    };
    let first = take(&server).await;
    let mut connection = server.app.db.acquire().await.unwrap();
    let answer = json!({ "message": "the machine is made" });
    jobs::keep_answer(&mut connection, &first, &answer).await.unwrap();
    jobs::postpone(&mut connection, &first, Duration::from_mins(10), "who comes next cannot be told yet")
        .await
        .unwrap();
    assert_eq!(retry().await, 200);
    assert_eq!(retry().await, 409, "it is about to be");
    let second = take(&server).await;
    assert_eq!((second.id, second.key, &second.payload["answered"]), (first.id, first.key, &answer));
    assert_eq!(second.tries, 1, "with all its tries before it");
    assert_eq!(retry().await, 409, "it is going");
    jobs::bury(&mut connection, &second, "no").await.unwrap();
    assert_eq!(retry().await, 200);
    let third = take(&server).await;
    assert!(third.key != first.key && third.payload.get("answered").is_none(), "what was given up begins anew");
}

#[tokio::test]
async fn the_delivery_log_of_a_notice_comes_in_pages_and_outlives_the_notice() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let ticket = TicketId(server.ticket(flow, &token).await);
    let mut notices = Vec::new();
    for _ in 0..2 {
        notices.push(custom_notices::insert(&server.app.db, &webhook(), None, "admin").await.unwrap());
    }
    let mut connection = server.app.db.acquire().await.unwrap();
    for attempt in 1..=5 {
        let (outcome, detail) = if attempt == 5 { (Outcome::Delivered, "") } else { (Outcome::Failed, "HTTP 503") };
        let key = Uuid::from_u128(1);
        let delivery = Delivery { notice: notices[0], ticket, key, attempt, outcome, detail };
        custom_notices::log(&mut connection, &delivery).await.unwrap();
    }
    let path = |NoticeId(id): NoticeId| format!("/notices/{id}/deliveries");
    let (mut attempts, mut cursor) = (Vec::new(), String::new());
    for page in 0..3 {
        let body = get(&server, &format!("{}?limit=2{cursor}", path(notices[0]))).await;
        attempts.extend(body["items"].as_array().unwrap().iter().map(|row| row["attempt"].as_i64().unwrap()));
        assert_eq!(body["next_cursor"].is_string(), page < 2, "{body}");
        let foreign = format!("{}?cursor={}", path(notices[1]), body["next_cursor"].as_str().unwrap_or("AA"));
        assert_eq!(touch(&server, Method::GET, &foreign).await.0, 400);
        cursor = format!("&cursor={}", body["next_cursor"].as_str().unwrap_or_default());
    }
    assert_eq!(attempts, [5, 4, 3, 2, 1]);
    let newest = get(&server, &path(notices[0])).await["items"][0].clone();
    assert_eq!((&newest["outcome"], &newest["ticket_id"]), (&json!("delivered"), &json!(ticket)));
    assert_eq!(get(&server, &path(notices[1])).await, json!({ "items": [], "next_cursor": null }));
    server.app.delete_notice(notices[0], "").await.unwrap();
    assert_eq!(get(&server, &path(notices[0])).await["items"][0], newest);
    assert_eq!(touch(&server, Method::GET, "/notices/999/deliveries").await.0, 404);
}
