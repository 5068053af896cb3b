//! `/api/v2/jobs`: what is still to be done for tickets, and what was given up. One can be tried afresh or dropped; both by
//! administrators and workflow administrators. What a job carries is not shown.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
        wire,
    },
    Authorised,
    pages::{Listed, Page, bad, readable},
    problem::Explained,
    shapes,
};
use crate::{
    app::{App, queue::QueueError},
    store::{
        self,
        job_lists::{Filter, JobRow},
        jobs::JobKind,
        names::Named,
    },
    workflow::TicketId,
};

impl From<QueueError> for Explained {
    fn from(error: QueueError) -> Self {
        let detail = error.to_string();
        match error {
            QueueError::Missing => missing(),
            QueueError::Running | QueueError::Timer => Self::new(StatusCode::CONFLICT, detail),
            QueueError::App(error) => error.into(),
        }
    }
}

fn missing() -> Explained {
    Explained::new(StatusCode::NOT_FOUND, "there is no such job; it may be done")
}

/// Newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: Authorised,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<JobView>>, Explained> {
    let query = readable(query)?;
    let page = Page::of(&query, "jobs", |key| ["kind", "ticket_id", "state"].contains(&key))?;
    let ticket = match query.text("ticket_id") {
        "" => None,
        text => Some(TicketId(wire::positive(text).ok_or_else(|| bad("ticket_id is a ticket's id"))?)),
    };
    let filter = Filter { kind: named(&query, "kind")?, ticket, state: named(&query, "state")? };
    let rows = store::job_lists::list(&app.db, filter, page.after.map(|(_, id)| id), page.rows()).await?;
    Ok(Json(page.listed(rows, |job| (0, job.id), JobView::of)))
}

pub(super) async fn detail(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
) -> Result<Json<JobView>, Explained> {
    let job = store::job_lists::get(&app.db, id(ids)?).await?.ok_or_else(missing)?;
    Ok(Json(JobView::of(&job)))
}

/// HTTP 202: a node takes it next.
pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    ids: Result<Ids<1>, Failure>,
) -> Result<Response, Explained> {
    let job = app.retry_job(id(ids)?, &person.username).await?;
    Ok((StatusCode::ACCEPTED, Json(JobView::of(&job))).into_response())
}

pub(super) async fn discard(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    ids: Result<Ids<1>, Failure>,
) -> Result<Json<DroppedJob>, Explained> {
    let job = app.discard_job(id(ids)?, &person.username).await?;
    Ok(Json(DroppedJob { dropped: JobView::of(&job), lost: lost(job.kind) }))
}

/// What nobody does any more once a job is dropped.
fn lost(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Script => {
            "the script does not run; the ticket stays in its state, marked as failed, until its script is run once more or somebody moves it"
        }
        JobKind::Hook => {
            "the hook's receiver is not called; the ticket stays in its state, marked as failed, until the hook is called once more, the receiver calls back or somebody moves it"
        }
        JobKind::Timer => "the timer's transition is not taken during this stay in the state",
        JobKind::Children => {
            "the ticket does not go on by itself although its children are over; another child's end or an administrator moves it"
        }
        JobKind::Notice => "nobody is told by this notice about this event",
    }
}

/// A job as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobView {
    pub id: i64,
    #[schema(schema_with = shapes::job_kind)]
    pub kind: &'static str,
    #[schema(schema_with = shapes::job_state)]
    pub state: &'static str,
    pub ticket_id: i64,
    pub visit: i32,
    /// The notice that is told.
    #[schema(required)]
    pub notice_id: Option<i64>,
    /// The transition that is taken in time.
    #[schema(required)]
    pub transition_id: Option<i64>,
    /// The same on every attempt, so that receivers can drop doubles.
    pub key: String,
    pub attempts: i32,
    pub attempts_since_retry: i32,
    #[schema(required)]
    pub last_error: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When it is due, or when its lease runs out.
    pub run_at: DateTime<Utc>,
    #[schema(required)]
    pub dead_at: Option<DateTime<Utc>>,
}

impl JobView {
    pub(super) fn of(job: &JobRow) -> Self {
        Self {
            id: job.id,
            kind: job.kind.name(),
            state: job.state.name(),
            ticket_id: job.ticket.0,
            visit: job.visit,
            notice_id: job.notice,
            transition_id: job.transition,
            key: job.key.to_string(),
            attempts: job.attempts,
            attempts_since_retry: job.attempts - job.forgiven,
            last_error: job.last_error.clone(),
            created_at: job.created_at,
            run_at: job.run_at,
            dead_at: job.dead_at,
        }
    }
}

/// A job that was dropped, and what nobody does any more.
#[derive(Debug, Serialize, ToSchema)]
pub struct DroppedJob {
    pub dropped: JobView,
    pub lost: &'static str,
}

fn named<T: Named>(query: &Query, key: &str) -> Result<Option<T>, Explained> {
    let text = query.text(key);
    if text.is_empty() {
        return Ok(None);
    }
    let names = || T::TABLE.iter().map(|row| row.0).collect::<Vec<_>>().join(", ");
    T::from_name(text).map(Some).map_err(|_| bad(format!("{key} is one of {}", names())))
}

fn id(ids: Result<Ids<1>, Failure>) -> Result<i64, Explained> {
    ids.map(|Ids([id])| id).map_err(|_| missing())
}
