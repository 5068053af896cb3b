//! Deleting what is in use (D-24), against tickets on their way too, and reading what lost a part of its configuration (F-39).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::testing::{As, Flow, Server, done, server};
use crate::{
    app::{
        tickets::{Creation, Identity},
        workflows::{ConfigError, Removal},
    },
    store::{definitions, states, testing, uses},
    workflow::{Authority, Move, StateId, TicketId, TransitionId, WorkflowId},
};

const NOTHING: Value = Value::Null;

#[tokio::test]
async fn d24_what_open_tickets_need_stays_and_the_refusal_names_them() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let ticket = server.ticket(flow, &token).await;
    let sn = done(server.call(&As::Admin, Method::GET, &format!("/tickets/{ticket}"), &NOTHING).await);
    let sn = sn["value"]["sn"].as_str().unwrap().to_owned();
    let path = format!("/workflows/{}", flow.id);
    let text = format!("有1个未结束的工单正在使用({sn})，不能删除；确需删除请带参数force=1");
    for used in [
        path.clone(),
        format!("{path}/states/{}", flow.work),
        format!("{path}/transitions/{}", flow.done),
        format!("{path}/custom_fields/{}", flow.field),
    ] {
        assert_eq!(server.refused(Method::DELETE, &used, NOTHING).await, text, "{used}");
        let no = json!({ "force": 0 });
        assert_eq!(server.refused(Method::DELETE, &format!("{used}?force=0"), no).await, text, "{used}");
    }
    // nobody stands where these begin
    for free in [format!("{path}/transitions/{}", flow.submit), format!("{path}/states/{}", flow.end)] {
        server.admin(Method::DELETE, &free, NOTHING).await;
    }
}

#[tokio::test]
async fn d24_a_deletion_by_force_goes_through_by_query_or_body() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    server.ticket(flow, &token).await;
    let path = format!("/workflows/{}", flow.id);
    server.refused(Method::DELETE, &format!("{path}/states/{}?force=perhaps", flow.work), NOTHING).await;
    for (used, body) in [
        (format!("{path}/custom_fields/{}?force=1", flow.field), NOTHING),
        (format!("{path}/transitions/{}", flow.done), json!({ "force": true })),
        (format!("{path}/states/{}", flow.work), json!({ "force": "1" })),
        (format!("{path}?force=true"), json!({})),
    ] {
        server.admin(Method::DELETE, &used, body).await;
    }
    server.refused(Method::GET, &path, NOTHING).await;
}

#[tokio::test]
async fn d24_a_workflow_that_is_offered_as_a_child_elsewhere_stays() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let parent = server.workflow().await;
    let body = json!({ "name": "waits", "sub_workflow_id": flow.id });
    let made = server.admin(Method::POST, &format!("/workflows/{parent}/states"), body).await;
    let path = format!("/workflows/{}", flow.id);
    let text = server.refused(Method::DELETE, &path, NOTHING).await;
    assert_eq!(text, "被工作流「w」的状态「waits」引用，不能删除；确需删除请带参数force=1");
    let state = format!("/workflows/{parent}/states/{}", made["state_id"]);
    server.admin(Method::DELETE, &state, NOTHING).await;
    server.admin(Method::DELETE, &path, NOTHING).await;
}

#[tokio::test]
async fn d24_of_two_fields_with_one_key_one_may_go() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    server.ticket(flow, &token).await;
    let path = format!("/workflows/{}/custom_fields", flow.id);
    let twin = json!({ "field_key": "days", "field_type_id": 10 });
    server.admin(Method::POST, &path, twin).await;
    server.admin(Method::DELETE, &format!("{path}/{}", flow.field), NOTHING).await;
}

#[tokio::test]
async fn f39_tickets_are_read_whatever_of_their_workflow_is_gone() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let oa = As::App("oa", &token, "lisi");
    let ticket = server.ticket(flow, &token).await;
    let reads = [
        "/tickets?category=all".to_owned(),
        "/tickets?category=owner".to_owned(),
        "/tickets?category=relation".to_owned(),
        "/tickets?category=duty".to_owned(),
        format!("/tickets/{ticket}"),
        format!("/tickets/{ticket}/transitions"),
        format!("/tickets/{ticket}/flowlogs"),
        format!("/tickets/{ticket}/flowsteps"),
        format!("/tickets/{ticket}/participant_info"),
        format!("/tickets/states?ticket_ids={ticket}"),
        format!("/workflows/{}/states", flow.id),
        format!("/workflows/{}/transitions", flow.id),
        format!("/workflows/{}/custom_fields", flow.id),
        "/workflows".to_owned(),
        format!("/workflows/{}/statistics", flow.id),
        "/tickets/num_statistics".to_owned(),
    ];
    let path = format!("/workflows/{}", flow.id);
    let users = server.admin(Method::GET, "/accounts/users?search_value=zhangsan", NOTHING).await;
    for gone in [
        format!("{path}/custom_fields/{}?force=1", flow.field),
        format!("{path}/transitions/{}?force=1", flow.submit),
        format!("{path}/transitions/{}?force=1", flow.done),
        format!("{path}/states/{}?force=1", flow.new),
        format!("{path}/states/{}?force=1", flow.work),
        format!("/accounts/users/{}", users["value"][0]["id"]),
        format!("{path}?force=1"),
    ] {
        server.admin(Method::DELETE, &gone, NOTHING).await;
        for read in &reads {
            done(server.call(&oa, Method::GET, read, &NOTHING).await);
        }
    }
    let listed = done(server.call(&oa, Method::GET, &reads[0], &NOTHING).await);
    assert_eq!((&listed["total"], &listed["value"][0]["workflow"]["workflow_name"]), (&json!(1), &json!("w")));
    let left = done(server.call(&oa, Method::GET, &reads[5], &NOTHING).await);
    assert_eq!(left, json!({ "value": [] }));
    // read, but moved no more
    let body = json!({ "transition_id": flow.done });
    let zhangsan = As::App("oa", &token, "zhangsan");
    let (_, answer) = server.call(&zhangsan, Method::PATCH, &reads[4], &body).await;
    assert_eq!((&answer["code"], &answer["msg"]), (&json!(-1), &json!("工作流不存在")));
    let body = json!({ "workflow_id": flow.id, "transition_id": flow.submit });
    let (_, answer) = server.call(&oa, Method::POST, "/tickets", &body).await;
    assert_eq!(answer["code"], -1);
}

/// Moves the ticket from `work` to `end`, by the one who holds it.
async fn finish(server: &Server, flow: Flow, ticket: i64) -> Result<(), crate::app::Error> {
    let who = Identity { app_token: None, sn_prefix: "oa", username: "zhangsan", authority: Authority::Own };
    let nothing = Map::new();
    let request = Move { transition: TransitionId(flow.done), suggestion: "", body: &nothing };
    server.app.advance_ticket(&who, TicketId(ticket), &request).await
}

#[tokio::test]
async fn d24_a_ticket_does_not_enter_a_state_that_is_being_deleted() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let ticket = server.ticket(flow, &token).await;
    let mut deletion = server.app.db.begin().await.unwrap();
    uses::hold_states(&mut *deletion, &[flow.end]).await.unwrap();
    assert!(uses::of_states(&mut *deletion, &[flow.end]).await.unwrap().is_empty());
    states::retire(&mut *deletion, StateId(flow.end)).await.unwrap();
    crate::store::workflows::touch(&mut *deletion, WorkflowId(flow.id), "").await.unwrap();
    let end = async {
        tokio::time::sleep(Duration::from_millis(200)).await; // the move is at the row by now, and waits
        deletion.commit().await.unwrap();
    };
    let (moved, ()) = tokio::join!(finish(&server, flow, ticket), end);
    assert_eq!(moved.unwrap_err().to_string(), crate::workflow::Refusal::TargetStateGone.to_string());
    let left = done(server.call(&As::Admin, Method::GET, &format!("/tickets/{ticket}"), &NOTHING).await);
    assert_eq!(left["value"]["state_id"], flow.work);
}

#[tokio::test]
async fn d24_a_state_that_a_ticket_is_entering_is_not_deleted() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let ticket = server.ticket(flow, &token).await;
    let mut moving = server.app.db.begin().await.unwrap();
    testing::move_ticket(&mut moving, TicketId(ticket), StateId(flow.new)).await;
    let deletion = server.app.delete_part(WorkflowId(flow.id), StateId(flow.new), Removal::IfUnused, "");
    let end = async {
        tokio::time::sleep(Duration::from_millis(200)).await; // the deletion waits for the row by now
        moving.commit().await.unwrap();
    };
    let (deleted, ()) = tokio::join!(deletion, end);
    assert!(matches!(deleted, Err(ConfigError::InUse(uses)) if uses.tickets == 1));
}

#[tokio::test]
async fn d24_a_ticket_is_not_created_into_a_workflow_that_is_being_deleted() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let revision = definitions::access(&server.app.db, WorkflowId(flow.id), None).await.unwrap().unwrap().revision;
    let nothing = Map::new();
    let who = Identity { app_token: None, sn_prefix: "oa", username: "lisi", authority: Authority::Own };
    let request = Creation {
        workflow: WorkflowId(flow.id),
        revision,
        transition: TransitionId(flow.submit),
        parent: None,
        suggestion: "",
        body: &nothing,
        key: None,
    };
    let mut deletion = server.app.db.begin().await.unwrap();
    uses::hold_workflow(&mut *deletion, WorkflowId(flow.id)).await.unwrap();
    crate::store::workflows::retire(&mut *deletion, WorkflowId(flow.id)).await.unwrap();
    let end = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        deletion.commit().await.unwrap();
    };
    let (made, ()) = tokio::join!(server.app.create_ticket(&who, &request), end);
    assert!(made.is_err(), "{made:?}");
    assert_eq!(testing::tickets(&server.app.db).await, 0);
}

#[tokio::test]
async fn d24_a_script_that_a_state_runs_stays_until_it_is_forced() {
    let server = server().await;
    let (flow, _) = server.flow().await;
    let script = testing::insert_script(&server.app.db).await;
    let runs = json!({ "name": "runs", "participant_type_id": 6, "participant": format!(" {script} ") });
    server.admin(Method::POST, &format!("/workflows/{}/states", flow.id), runs).await;
    let path = format!("/workflows/run_scripts/{script}");
    let text = server.refused(Method::DELETE, &path, NOTHING).await;
    assert_eq!(text, "被工作流「w」的状态「runs」引用，不能删除；确需删除请带参数force=1");
    server.admin(Method::DELETE, &format!("{path}?force=1"), NOTHING).await;
    let text = server.refused(Method::DELETE, &format!("{path}?force=1"), NOTHING).await;
    assert_eq!(text, "the record is not exist or has been deleted");
}

#[tokio::test]
async fn f39_participants_that_are_gone_keep_their_raw_value_and_lose_their_name() {
    let server = server().await;
    let (flow, token) = server.flow().await;
    let role = server.admin(Method::POST, "/accounts/roles", json!({ "name": "HR" })).await["id"].clone();
    let department = server.admin(Method::POST, "/accounts/depts", json!({ "name": "ops" })).await["id"].clone();
    let lisi = As::App("oa", &token, "lisi");
    let mut tickets = Vec::new();
    for (kind, id) in [(4, role), (3, department)] {
        let change = json!({ "participant_type_id": kind, "participant": id.to_string() });
        server.admin(Method::PATCH, &format!("/workflows/{}/states/{}", flow.id, flow.work), change).await;
        tickets.push((server.ticket(flow, &token).await, id));
    }
    testing::retire_groups(&server.app.db).await;
    for (ticket, id) in tickets {
        for read in ["", "/transitions", "/flowlogs", "/flowsteps", "/participant_info"] {
            done(server.call(&lisi, Method::GET, &format!("/tickets/{ticket}{read}"), &NOTHING).await);
        }
        let path = format!("/tickets?category=all&ticket_ids={ticket}");
        let row = done(server.call(&lisi, Method::GET, &path, &NOTHING).await)["value"][0].take();
        let info = &row["participant_info"];
        assert_eq!((&info["participant"], &info["participant_alias"]), (&json!(id.to_string()), &json!("")));
    }
    done(server.call(&lisi, Method::GET, &format!("/workflows/{}/states", flow.id), &NOTHING).await);
}
