//! `/api/v2/workflows`: whole definitions as documents, with the revision as ETag, so that of two editors the second hears of the first.
//! What a document is and what makes it unfit is told by `app::documents`.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value, json};

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
        routes::Routes,
        strict_json,
    },
    Authorised,
    problem::Explained,
};
use crate::{
    app::{
        App,
        documents::{self, Applied, DocumentError, Precondition, Putting},
        workflows::Removal,
    },
    workflow::WorkflowId,
};

/// Keys and list items of one document; its parts have bounds of their own.
const ENTRIES_MAX: usize = 200_000;
const NAME_CHARACTERS: usize = 500;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/workflows", post(create))
        .route("/workflows/check", post(check))
        .route("/workflows/{id}/definition", get(read).put(replace))
        .route("/workflows/{id}/clone", post(copy))
}

impl From<DocumentError> for Explained {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::WorkflowMissing => missing(),
            DocumentError::Refused(problems) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "the document has errors; nothing was changed")
                    .with("problems", json!(problems))
            }
            DocumentError::Stale(version) => {
                let (by, at) = (version.modified_by, version.modified_at.to_rfc3339());
                let who = if by.is_empty() { "somebody" } else { &by };
                let detail = format!(
                    "the workflow is at revision {}: {who} changed it at {at}; read it again",
                    version.revision
                );
                Self::new(StatusCode::PRECONDITION_FAILED, detail)
                    .with("revision", version.revision.into())
                    .with("modified_by", by.into())
                    .with("modified_at", at.into())
            }
            DocumentError::InUse(parts) => {
                let detail =
                    "open tickets need parts that the document leaves out; force=true deletes them all the same";
                Self::new(StatusCode::CONFLICT, detail).with("in_use", json!(parts))
            }
            DocumentError::Store(error) => error.into(),
        }
    }
}

/// A JSON object as a body, whatever its Content-Type says.
pub(super) struct Given(pub(super) Map<String, Value>);

impl<S: Send + Sync> FromRequest<S> for Given {
    type Rejection = Explained;

    async fn from_request(request: Request, state: &S) -> Result<Self, Explained> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| Explained::new(rejection.status(), "the body cannot be read"))?;
        let read = strict_json::object_within(&bytes, ENTRIES_MAX);
        let unread =
            |reason| Explained::new(StatusCode::BAD_REQUEST, format!("the body is no JSON document: {reason}"));
        Ok(Self(read.map_err(unread)?))
    }
}

async fn read(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
) -> Result<impl IntoResponse, Explained> {
    let stored = documents::read(&mut *app.db.acquire().await?, id(ids)?).await?.ok_or_else(missing)?;
    Ok(([(header::ETAG, etag(stored.version.revision))], Json(stored.shown())))
}

/// What is wrong with a document that nobody saved; HTTP 200 whatever is found. Its `id`, if it has one, is the workflow that it would
/// be put in the place of.
async fn check(State(app): State<Arc<App>>, _: Authorised, Given(document): Given) -> Result<Json<Value>, Explained> {
    let known = document.get("id").and_then(Value::as_i64).map(WorkflowId);
    let judged = app.judged(&document).await?;
    let problems = documents::check(&mut *app.db.acquire().await?, document, Some(judged), known).await?;
    Ok(Json(json!({ "problems": problems })))
}

async fn create(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    Given(document): Given,
) -> Result<Response, Explained> {
    let judged = app.judged(&document).await?;
    let applied = documents::create(&mut *app.db.acquire().await?, document, judged, &person.username).await?;
    Ok(created(&applied))
}

/// The document in the place of the present definition. `If-Match` must name the revision that was edited.
async fn replace(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    ids: Result<Ids<1>, Failure>,
    headers: HeaderMap,
    query: Result<Query, Failure>,
    Given(document): Given,
) -> Result<Response, Explained> {
    let (id, precondition, removal) = (id(ids)?, precondition(&headers)?, removal(query.ok().as_ref())?);
    let judged = app.judged(&document).await?;
    let putting = Putting { by: &person.username, precondition, removal, judged };
    let applied = documents::put(&mut *app.db.acquire().await?, id, document, &putting).await?;
    Ok(answer(&applied).into_response())
}

/// A copy under the name of the body.
async fn copy(
    State(app): State<Arc<App>>,
    Authorised(person): Authorised,
    ids: Result<Ids<1>, Failure>,
    Given(body): Given,
) -> Result<Response, Explained> {
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    if !(1..=NAME_CHARACTERS).contains(&name.chars().count()) {
        let detail = format!("the copy needs a \"name\" of 1 to {NAME_CHARACTERS} characters");
        return Err(Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let applied = documents::copy(&mut *app.db.acquire().await?, id(ids)?, name, &person.username).await?;
    Ok(created(&applied))
}

fn created(applied: &Applied) -> Response {
    let location = format!("/api/v2/workflows/{}/definition", applied.workflow);
    (StatusCode::CREATED, [(header::LOCATION, location)], answer(applied)).into_response()
}

fn answer(applied: &Applied) -> impl IntoResponse {
    let body = json!({
        "workflow_id": applied.workflow,
        "revision": applied.version.revision,
        "changed": !applied.changes.is_empty(),
        "changes": applied.changes,
        "problems": applied.problems,
    });
    ([(header::ETAG, etag(applied.version.revision))], Json(body))
}

fn missing() -> Explained {
    Explained::new(StatusCode::NOT_FOUND, "there is no such workflow")
}

fn id(ids: Result<Ids<1>, Failure>) -> Result<WorkflowId, Explained> {
    let Ids([id]) = ids.map_err(|_| missing())?;
    Ok(WorkflowId(id))
}

fn etag(revision: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{revision}\"")).expect("digits and quotes are a header value")
}

/// `If-Match`: `*`, or tags of which one must be the present revision. A tag that is none of ours is never it.
fn precondition(headers: &HeaderMap) -> Result<Precondition, Explained> {
    let mut tags = Vec::new();
    for value in headers.get_all(header::IF_MATCH) {
        tags.extend(value.to_str().unwrap_or_default().split(',').map(str::trim));
    }
    if tags.is_empty() {
        let detail = "If-Match must name the revision that was edited, which is the ETag of a GET";
        return Err(Explained::new(StatusCode::PRECONDITION_REQUIRED, detail));
    }
    if tags.contains(&"*") {
        return Ok(Precondition::None);
    }
    let revision = |tag: &str| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok();
    Ok(Precondition::Revision(tags.into_iter().filter_map(revision).collect()))
}

fn removal(query: Option<&Query>) -> Result<Removal, Explained> {
    match query.map_or("", |query| query.text("force")) {
        "" | "0" | "false" => Ok(Removal::IfUnused),
        "1" | "true" => Ok(Removal::Forced),
        _ => Err(Explained::new(StatusCode::BAD_REQUEST, "force is true or false")),
    }
}
