//! `/api/v2/`: what loonflow never had. Real status codes, problem details (RFC 9457), a bearer token or an administrator's session
//! (design.md §7).

pub mod app_tokens;
pub mod audit;
pub mod body;
#[cfg(test)]
mod console_tests;
#[cfg(test)]
mod definition_tests;
#[cfg(test)]
mod definition_use_tests;
mod definitions;
pub mod deliveries;
mod directory;
pub mod dry_run;
#[cfg(test)]
mod dry_run_tests;
mod envelope;
pub mod hook_deliveries;
pub mod interventions;
#[cfg(test)]
mod job_tests;
pub mod jobs;
pub mod overview;
pub mod pages;
mod plugins;
mod problem;
pub mod session;
pub mod shapes;
pub mod ticket;
mod ticket_calls;
pub mod ticket_log;
#[cfg(test)]
mod ticket_tests;
mod tickets;

pub(super) use envelope::problems_for_v2;
pub(super) use plugins::uploaded;

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};

use super::{auth, csrf, error::Failure, extract::Ids, routes::Routes};
use crate::{
    app::{App, documents::findings},
    store::{self, auth::Administrator},
    workflow::WorkflowId,
};

pub fn routes() -> Routes {
    let missing = || async { Problem(StatusCode::NOT_FOUND, "there is no such resource") };
    Routes::new()
        .route("/session", get(session::read).post(session::open).delete(session::close))
        .route("/session/password", put(session::change_password))
        .route("/workflows/{id}/check", get(check))
        .route("/directory", put(directory::import))
        .route("/workflows/{id}/dry_run", post(dry_run::walk))
        .route("/overview", get(overview::read))
        .route("/app_tokens", get(app_tokens::list))
        .route("/app_tokens/{id}/reveal", post(app_tokens::reveal))
        .route("/audit", get(audit::list))
        .route("/tickets", get(tickets::list))
        .route("/tickets/{id}", get(ticket::detail))
        .route("/tickets/{id}/log", get(ticket_log::list))
        .route("/tickets/{id}/interventions", post(interventions::intervene))
        .route("/tickets/{id}/plugin_calls", get(ticket_calls::list))
        .route("/jobs", get(jobs::list))
        .route("/jobs/{id}", get(jobs::detail).delete(jobs::discard))
        .route("/jobs/{id}/retry", post(jobs::retry))
        .route("/notices/{id}/deliveries", get(deliveries::list))
        .route("/hook_deliveries", get(hook_deliveries::list))
        .merge(definitions::routes())
        .merge(plugins::routes())
        .fallback(missing)
}

/// An error as RFC 9457 has it.
#[derive(Debug)]
pub struct Problem(StatusCode, &'static str);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(status, detail) = self;
        let body = json!({ "type": "about:blank", "title": status.canonical_reason(), "status": status.as_u16(), "detail": detail });
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response()
    }
}

/// What failed inside was logged where it was turned into the v1 answer; only its status is told.
impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure.status {
            StatusCode::SERVICE_UNAVAILABLE => Self(failure.status, "the database is not available, try again later"),
            StatusCode::INTERNAL_SERVER_ERROR => Self(failure.status, "something failed inside"),
            StatusCode::TOO_MANY_REQUESTS => Self(failure.status, "too many requests, try again later"),
            StatusCode::OK => Self(StatusCode::FORBIDDEN, "the request is not from this site"),
            status => Self(status, "the request is not acceptable"),
        }
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Failure::from(error).into()
    }
}

/// An administrator or workflow administrator, by bearer token or session.
#[derive(Debug)]
pub struct Authorised(pub Administrator);

impl FromRequestParts<Arc<App>> for Authorised {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let person = person(parts, app).await?;
        if person.is_admin || person.is_workflow_admin {
            return Ok(Self(person));
        }
        Err(Problem(StatusCode::FORBIDDEN, "this needs an administrator or a workflow administrator"))
    }
}

/// Anybody whom the request proves to be, whatever they may do.
#[derive(Debug)]
pub struct Somebody(pub Administrator);

impl FromRequestParts<Arc<App>> for Somebody {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        person(parts, app).await.map(Self)
    }
}

/// An administrator, by bearer token or session: for accounts, which are not a workflow administrator's business (D-08).
#[derive(Debug)]
pub struct AccountAdministrator(pub Administrator);

impl FromRequestParts<Arc<App>> for AccountAdministrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let person = person(parts, app).await?;
        if person.is_admin {
            Ok(Self(person))
        } else {
            Err(Problem(StatusCode::FORBIDDEN, "this needs an administrator"))
        }
    }
}

/// An administrator in a session of their own, as somebody sits at the console: no bearer token is to become every app's (F-59).
#[derive(Debug)]
pub struct PresentAdministrator(pub Administrator);

impl FromRequestParts<Arc<App>> for PresentAdministrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let AccountAdministrator(person) = AccountAdministrator::from_request_parts(parts, app).await?;
        if bearer(&parts.headers).is_some() {
            return Err(Problem(StatusCode::FORBIDDEN, "this is for an administrator's session alone"));
        }
        Ok(Self(person))
    }
}

/// Whose bearer token or session the request carries.
async fn person(parts: &Parts, app: &Arc<App>) -> Result<Administrator, Problem> {
    let person = if let Some(token) = bearer(&parts.headers) {
        store::auth::access_token(&app.db, &store::auth::hash(token)).await?
    } else {
        let person = auth::session(app, &parts.headers).await?;
        if person.is_some() {
            csrf::check(&parts.method, &parts.headers)?;
        }
        person
    };
    person.ok_or(Problem(StatusCode::UNAUTHORIZED, "a bearer token or an administrator's session is needed"))
}

/// Another scheme is nobody's token: a proxy in front may want one of its own.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What is wrong with a workflow (behaviour §7.4), as findings.
async fn check(
    State(app): State<Arc<App>>,
    _: Authorised,
    ids: Result<Ids<1>, Failure>,
) -> Result<Json<Value>, Problem> {
    let missing = || Problem(StatusCode::NOT_FOUND, "there is no such workflow");
    let Ids([id]) = ids.map_err(|_| missing())?;
    let id = WorkflowId(id);
    let access = store::definitions::access(&app.db, id, None).await?.ok_or_else(missing)?;
    let definition = app.definitions.get(&app.db, id, access.revision).await?.ok_or_else(missing)?;
    let mut db = app.db.acquire().await.map_err(store::Error::from)?;
    let mut problems = findings(&mut db, &definition, Some(id)).await?;
    drop(db);
    problems.extend(app.expression_problems(&definition).await.map_err(Failure::from)?);
    Ok(Json(json!({ "workflow_id": id, "revision": definition.revision, "problems": problems })))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{
        body::Body,
        http::{Method, Request},
    };
    use serde_json::{Value, json};

    use crate::{
        http::testing::{Server, server},
        store::{self, auth},
        workflow::UserId,
    };

    async fn check(server: &Server, workflow: i64, token: Option<&str>) -> (u16, Value) {
        let mut request = Request::get(format!("/api/v2/workflows/{workflow}/check"));
        if let Some(token) = token {
            request = request.header("authorization", format!("bearer {token}"));
        }
        let (status, body) = server.send(request.body(Body::empty()).unwrap()).await;
        (status.as_u16(), body)
    }

    #[tokio::test]
    async fn a_bearer_token_reads_the_findings_of_a_workflow_and_nobody_else_does() {
        let server = server().await;
        let id = server.workflow().await;
        let person = server.admin(Method::POST, "/accounts/users", json!({ "username": "lisi" })).await["id"].clone();
        for (user, token) in [(1, "admins"), (person.as_i64().unwrap(), "lisis")] {
            store::access_tokens::insert(&server.app.db, UserId(user), &auth::hash(token), None).await.unwrap();
        }
        let problem = |status: u16, title: &str, detail: &str| {
            (status, json!({ "type": "about:blank", "title": title, "status": status, "detail": detail }))
        };
        let anonymous = problem(401, "Unauthorized", "a bearer token or an administrator's session is needed");
        assert_eq!(check(&server, id, None).await, anonymous);
        assert_eq!(check(&server, id, Some("guessed")).await, anonymous);
        let stranger = problem(403, "Forbidden", "this needs an administrator or a workflow administrator");
        assert_eq!(check(&server, id, Some("lisis")).await, stranger);
        assert_eq!(check(&server, 999, Some("admins")).await, problem(404, "Not Found", "there is no such workflow"));

        let found = |code: &str, level: &str, message: &str| json!({ "level": level, "code": code, "place": { "part": "workflow" }, "message": message });
        let problems = [
            found("start_state_missing", "error", "there is no start state"),
            found("end_state_missing", "error", "there is no end state"),
            found("app_missing", "warning", "no app token names this workflow, so no client sees it"),
        ];
        let wanted = json!({ "workflow_id": id, "revision": 1, "problems": problems });
        assert_eq!(check(&server, id, Some("admins")).await, (200, wanted));
        let app = json!({ "app_name": "oa", "workflow_ids": id.to_string() });
        server.admin(Method::POST, "/accounts/app_token", app).await;
        let (_, body) = check(&server, id, Some("admins")).await;
        assert_eq!(body["problems"].as_array().unwrap(), &problems[..2]);
    }
}
