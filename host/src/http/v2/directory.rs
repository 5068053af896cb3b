//! `PUT /api/v2/directory[?dry_run=true]`: an outside source's people, departments and roles, taken over in one go. Answers what
//! changed; sending the same again changes nothing. For administrators: no app, whatever its rights, may change accounts.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest as _, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{AccountAdministrator, Problem};
use crate::{
    app::{
        App,
        directory::{Import, ImportError, Mode},
    },
    directory::{BYTES_MAX, Document, Problems, Report},
    http::{error::Failure, extract::Query},
};

/// Why a directory was not taken over.
pub(super) enum Refused {
    Plain(Problem),
    /// The body is not JSON, or not of the document's shape.
    Unreadable(String),
    Problems(Problems),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, detail, more) = match self {
            Self::Plain(problem) => return problem.into_response(),
            Self::Unreadable(reason) => {
                (StatusCode::BAD_REQUEST, format!("the document cannot be read: {reason}"), json!({}))
            }
            Self::Problems(problems) => {
                let detail = format!("{problems}; nothing was changed");
                (StatusCode::UNPROCESSABLE_ENTITY, detail, errors(&problems))
            }
        };
        let mut body = json!({ "type": "about:blank", "title": status.canonical_reason(), "status": status.as_u16(), "detail": detail });
        if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
            body.extend(more);
        }
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
    }
}

/// The first problems, each with a JSON pointer into the document, and how many there are.
fn errors(problems: &Problems) -> Value {
    let shown = problems.shown.iter();
    let shown: Vec<Value> =
        shown.map(|problem| json!({ "pointer": problem.place.to_string(), "detail": problem.detail })).collect();
    json!({ "errors": shown, "errors_total": problems.total })
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Plain(problem)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Plain(failure.into())
    }
}

impl From<ImportError> for Refused {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Problems(problems) => Self::Problems(problems),
            ImportError::Busy => {
                Problem(StatusCode::CONFLICT, "accounts are being changed by others, try again").into()
            }
            ImportError::Store(error) => Problem::from(error).into(),
        }
    }
}

/// The body is read last, when it is known that this caller may send one and that there is room for it.
pub(super) async fn import(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    query: Result<Query, Failure>,
    request: Request,
) -> Result<Json<Report>, Refused> {
    let query = query.map_err(|_| Problem(StatusCode::BAD_REQUEST, "the query cannot be read"))?;
    let mode = mode(&query)?;
    let busy = Problem(StatusCode::CONFLICT, "another directory is being imported, try again");
    let turn = app.import_turn().ok_or(busy)?;
    let document = read(request).await?;
    let import = Import { document: Arc::new(document), mode, creator: admin.username };
    Ok(Json(app.import_directory(&turn, &import).await?))
}

fn mode(query: &Query) -> Result<Mode, Problem> {
    match query.text("dry_run") {
        "" | "false" | "0" => Ok(Mode::Write),
        "true" | "1" => Ok(Mode::DryRun),
        _ => Err(Problem(StatusCode::BAD_REQUEST, "dry_run is true or false")),
    }
}

async fn read(request: Request) -> Result<Document, Refused> {
    let too_large = Problem(StatusCode::PAYLOAD_TOO_LARGE, "the document is larger than 64 MiB");
    let bytes = match Bytes::from_request(request, &()).await {
        Ok(bytes) if bytes.len() > BYTES_MAX => return Err(too_large.into()),
        Ok(bytes) => bytes,
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(too_large.into()),
        Err(_) => return Err(Problem(StatusCode::BAD_REQUEST, "the body cannot be read").into()),
    };
    let parsed = tokio::task::spawn_blocking(move || Document::from_json(&bytes)).await;
    let parsed = parsed.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
    parsed.map_err(Refused::Unreadable)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
