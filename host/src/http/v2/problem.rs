//! Problem details (RFC 9457) that say more than a fixed sentence: a text of their own, members of their own.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    super::{error::Failure, texts},
    Problem,
    body::PlacedError,
};
use crate::{app, store, workflow::Refusal};

/// A problem with members of its own.
#[derive(Debug)]
pub(super) struct Explained {
    status: StatusCode,
    detail: String,
    members: Map<String, Value>,
}

impl Explained {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), members: Map::new() }
    }

    /// The problem is about this part of the body, and a form shows it there.
    pub(super) fn at(self, pointer: impl Into<String>) -> Self {
        let detail_zh = self.members.get("detail_zh").and_then(Value::as_str).map(str::to_owned);
        let error = PlacedError { pointer: pointer.into(), detail: self.detail.clone(), detail_zh };
        self.with("errors", json!([error]))
    }

    pub(super) fn with(mut self, member: &str, value: Value) -> Self {
        self.members.insert(member.to_owned(), value);
        self
    }
}

impl IntoResponse for Explained {
    fn into_response(self) -> Response {
        let mut body = self.members;
        body.insert("type".into(), "about:blank".into());
        body.insert("title".into(), self.status.canonical_reason().into());
        body.insert("status".into(), self.status.as_u16().into());
        body.insert("detail".into(), self.detail.into());
        (self.status, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
    }
}

impl From<Problem> for Explained {
    fn from(Problem(status, detail): Problem) -> Self {
        Self::new(status, detail)
    }
}

impl From<store::Error> for Explained {
    fn from(error: store::Error) -> Self {
        if error.is_bad_value() {
            tracing::warn!(%error, "the database refused a value that was let through");
            return Self::new(StatusCode::UNPROCESSABLE_ENTITY, "the database cannot hold one of the values");
        }
        Problem::from(error).into()
    }
}

impl From<sqlx::Error> for Explained {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

/// What the use cases refuse, for whoever may see everything.
impl From<app::Error> for Explained {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Store(error) => error.into(),
            app::Error::Busy | app::Error::Stale => {
                Self::new(StatusCode::CONFLICT, "it is being changed by somebody else, try again")
            }
            app::Error::TicketMissing | app::Error::TicketNotGranted => {
                Self::new(StatusCode::NOT_FOUND, "there is no such ticket")
            }
            app::Error::WorkflowMissing => Self::new(StatusCode::NOT_FOUND, "there is no such workflow"),
            app::Error::Refused(refusal) => {
                let status = match refusal {
                    Refusal::MayNotIntervene | Refusal::NotRelated | Refusal::UnknownViewer => StatusCode::FORBIDDEN,
                    _ => StatusCode::CONFLICT,
                };
                Self::new(status, refusal.to_string()).with("detail_zh", texts::refusal(&refusal).into())
            }
            waits @ (app::Error::PluginWaits { .. } | app::Error::Crowded) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, waits.to_string())
            }
            app::Error::OutcomeUnknown => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "the outcome is unknown, look before you try again")
            }
            other => Problem::from(Failure::from(other)).into(),
        }
    }
}
