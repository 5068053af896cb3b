//! Jobs whose own work fails inside, through all that a node does with them: here, since rules, routes and worker all play a part.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{sync::Arc, time::Duration};

use axum::http::Method;
use serde_json::json;

use crate::{
    ambient,
    http::testing::{Flow, Server, server},
    store::{
        job_lists::{self, JobState},
        jobs::{self, Job, JobKind},
        testing,
    },
    worker,
    workflow::{StateId, TicketId, TransitionId},
};

/// A ticket in `work` with a timer's job that is due.
async fn timed(server: &Server) -> (Flow, TicketId) {
    let (flow, token) = server.flow().await;
    let timer = json!({ "name": "done", "source_state_id": flow.work, "destination_state_id": flow.end,
                        "transition_type_id": 2, "timer": 3600 });
    let transition = format!("/workflows/{}/transitions/{}", flow.id, flow.done);
    server.admin(Method::PATCH, &transition, timer).await;
    let ticket = TicketId(server.ticket(flow, &token).await);
    testing::one_timer_job(&server.app.db, ticket, TransitionId(flow.done)).await;
    (flow, ticket)
}

async fn one_try(server: &Server) -> Option<Job> {
    testing::make_jobs_due(&server.app.db).await;
    let job = jobs::take(&server.app.db, ambient::uuid(), 1, &[]).await.unwrap().into_iter().next()?;
    Box::pin(worker::carry_out(Arc::clone(server.app.shared()), job.clone())).await;
    Some(job)
}

#[tokio::test]
async fn a_job_that_fails_inside_waits_longer_and_longer_and_ends_as_a_dead_letter() {
    let server = server().await;
    let (flow, ticket) = timed(&server).await;
    testing::break_flow_logs(&server.app.db, "the disk is full").await;
    let first = one_try(&server).await.unwrap();
    let row = job_lists::get(&server.app.db, first.id).await.unwrap().unwrap();
    assert!(row.state == JobState::Waiting && row.run_at > ambient::now(), "given back with a wait: {row:?}");
    assert!(row.last_error.unwrap().contains("the disk is full"));
    let mut tries = 1;
    while one_try(&server).await.is_some() {
        tries += 1;
        assert!(tries < 100, "it never ends");
    }
    let row = job_lists::get(&server.app.db, first.id).await.unwrap().unwrap();
    assert_eq!((tries, row.state), (12, JobState::Dead));
    assert_eq!(testing::state_of(&server.app.db, ticket).await, StateId(flow.work));

    testing::mend_flow_logs(&server.app.db).await;
    assert!(job_lists::retry(&server.app.db, first.id).await.unwrap(), "an administrator has it tried afresh");
    one_try(&server).await.unwrap();
    assert_eq!(testing::state_of(&server.app.db, ticket).await, StateId(flow.end));
    assert!(job_lists::get(&server.app.db, first.id).await.unwrap().is_none());
}

#[tokio::test]
async fn a_wait_that_is_not_the_jobs_fault_is_no_try() {
    let server = server().await;
    timed(&server).await;
    let db = &server.app.db;
    for waits in 0..3 {
        testing::make_jobs_due(db).await;
        let job = jobs::take(db, ambient::uuid(), 1, &[]).await.unwrap().remove(0);
        assert_eq!((job.attempt, job.tries, job.waits()), (waits + 1, 1, waits));
        let mut connection = db.acquire().await.unwrap();
        assert!(jobs::wait(&mut connection, &job, Duration::ZERO, "suspended").await.unwrap());
        assert!(!jobs::wait(&mut connection, &Job { attempt: 99, ..job }, Duration::ZERO, "late").await.unwrap());
    }
}

#[tokio::test]
async fn a_kind_that_has_enough_places_is_left_in_the_queue() {
    let server = server().await;
    timed(&server).await;
    let db = &server.app.db;
    testing::make_jobs_due(db).await;
    assert!(jobs::take(db, ambient::uuid(), 9, &[JobKind::Timer]).await.unwrap().is_empty());
    assert_eq!(jobs::next_due(db, &[JobKind::Timer]).await.unwrap(), None);
    assert!(jobs::next_due(db, &[JobKind::Hook]).await.unwrap().is_some());
    assert_eq!(jobs::take(db, ambient::uuid(), 9, &[JobKind::Hook]).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_job_that_nodes_die_of_is_given_up() {
    let server = server().await;
    let (flow, ticket) = timed(&server).await;
    let waiting = job_lists::list(&server.app.db, job_lists::Filter::default(), None, 1).await.unwrap();
    testing::set_attempts(&server.app.db, waiting[0].id, 24).await;
    let job = one_try(&server).await.unwrap();
    let row = job_lists::get(&server.app.db, job.id).await.unwrap().unwrap();
    assert_eq!(row.state, JobState::Dead);
    assert!(row.last_error.unwrap().contains("begun 24 times"));
    assert_eq!(testing::state_of(&server.app.db, ticket).await, StateId(flow.work));
}

#[tokio::test]
async fn what_others_say_of_a_job_may_hold_nul() {
    let server = server().await;
    timed(&server).await;
    let db = &server.app.db;
    let taken = async || {
        testing::make_jobs_due(db).await;
        jobs::take(db, ambient::uuid(), 1, &[]).await.unwrap().remove(0)
    };
    let said = async |id| job_lists::get(db, id).await.unwrap().unwrap().last_error.unwrap();
    let mut connection = db.acquire().await.unwrap();
    let job = taken().await;
    assert!(jobs::postpone(&mut connection, &job, Duration::ZERO, "later\0 on").await.unwrap());
    assert_eq!(said(job.id).await, "later on");
    let job = taken().await;
    jobs::keep_answer(&mut connection, &job, &json!({ "message": "do\0ne", "body": { "a\0": ["\0x"] } }))
        .await
        .unwrap();
    assert!(jobs::wait(&mut connection, &job, Duration::ZERO, "sus\0pended").await.unwrap());
    assert_eq!(said(job.id).await, "suspended");
    let job = taken().await;
    assert_eq!(job.payload["answered"], json!({ "message": "done", "body": { "a": ["x"] } }));
    assert!(jobs::bury(&mut connection, &job, "\0no").await.unwrap());
    assert_eq!(said(job.id).await, "no");
}
