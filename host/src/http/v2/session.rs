//! `/api/v2/session`: an administrator's browser session as the console opens, asks about and ends it (behaviour §2.6, threat-model §9).
//! The same sessions as `/api/v1.0/accounts/login` makes, with real status codes.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{FromRequest as _, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::{
        auth::{self, SESSION_COOKIE, SESSION_IDLE, SESSION_LONGEST},
        client::Client,
        csrf,
        error::retry_after,
        login,
    },
    Problem, Somebody,
    body::{Typed, unfit},
    problem::Explained,
};
use crate::{
    ambient,
    app::{
        App,
        door::Place,
        logins::{Login, PasswordChange},
    },
    store::{
        self,
        auth::{Administrator, SignOfLife},
    },
};

/// Who asks, and until when.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub user: SessionUser,
    /// None for a bearer token.
    pub opened_at: Option<DateTime<Utc>>,
    /// When it ends at the latest; None for a bearer token.
    pub expires_at: Option<DateTime<Utc>>,
    /// Seconds without a request after which a session ends.
    pub idle_seconds: i64,
    /// The zone of times without a mark of one.
    pub timezone: String,
    pub version: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct SessionUser {
    pub id: i64,
    pub username: String,
    pub alias: String,
    pub is_admin: bool,
    pub is_workflow_admin: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    pub username: String,
    pub password: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    pub current_password: String,
    /// At least 12 characters.
    pub new_password: String,
}

/// Needs no session, and no other site may make a browser send it.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    jar: CookieJar,
    Typed(given): Typed<Credentials>,
) -> Result<Response, Explained> {
    csrf::same_origin(&headers).map_err(Problem::from)?;
    let opened = match app.login(&given.username, &given.password, Place::of(client.address)).await? {
        Login::Done(opened) => opened,
        Login::Refused => {
            return Err(Explained::new(StatusCode::UNAUTHORIZED, "username or password is invalid"));
        }
        Login::Wait(wait) => return Ok(too_many(wait)),
    };
    login::end(&app, &jar).await?;
    let hash = store::auth::hash(&opened.cookie);
    let now = ambient::now();
    let person =
        store::auth::session(&app.db, &hash, (now - SESSION_IDLE, now - SESSION_LONGEST), SignOfLife::Person).await?;
    let gone = || Explained::new(StatusCode::UNAUTHORIZED, "username or password is invalid");
    let shown = view(&app, person.ok_or_else(gone)?, Some(&hash)).await?;
    Ok((login::opening(opened.cookie, client), Json(shown)).into_response())
}

pub(super) async fn read(
    State(app): State<Arc<App>>,
    Somebody(person): Somebody,
    headers: HeaderMap,
    jar: CookieJar,
) -> Result<Json<SessionView>, Explained> {
    let by_token = super::bearer(&headers).is_some();
    let hash = jar.get(SESSION_COOKIE).filter(|_| !by_token).map(|cookie| store::auth::hash(cookie.value()));
    Ok(Json(view(&app, person, hash.as_deref()).await?))
}

async fn view(app: &App, person: Administrator, hash: Option<&[u8]>) -> Result<SessionView, Explained> {
    let row = match hash {
        Some(hash) => store::auth::session_row(&app.db, hash).await?,
        None => None,
    };
    let (alias, opened_at) = row.map_or((String::new(), None), |row| (row.alias, Some(row.opened_at)));
    Ok(SessionView {
        user: SessionUser {
            id: person.user.0,
            username: person.username,
            alias,
            is_admin: person.is_admin,
            is_workflow_admin: person.is_workflow_admin,
        },
        opened_at,
        expires_at: opened_at.map(|at| at + SESSION_LONGEST),
        idle_seconds: SESSION_IDLE.num_seconds(),
        timezone: app.zone.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    })
}

/// Also when there is none any more.
pub(super) async fn close(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    jar: CookieJar,
    request: Request,
) -> Result<Response, Explained> {
    if auth::session(&app, &headers).await.map_err(Problem::from)?.is_some() {
        csrf::check(request.method(), &headers).map_err(Problem::from)?;
    }
    login::end(&app, &jar).await?;
    Ok((StatusCode::NO_CONTENT, login::closing(jar)).into_response())
}

/// The other sessions of the account end.
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Somebody(person): Somebody,
    headers: HeaderMap,
    jar: CookieJar,
    request: Request,
) -> Result<Response, Explained> {
    let by_token = super::bearer(&headers).is_some();
    let Some(cookie) = jar.get(SESSION_COOKIE).filter(|_| !by_token) else {
        return Err(Explained::new(StatusCode::FORBIDDEN, "a password is changed from a session of its own"));
    };
    let Typed(given) = Typed::<NewPassword>::from_request(request, &app).await?;
    let hash = store::auth::hash(cookie.value());
    let passwords = (given.current_password.as_str(), given.new_password.as_str());
    match app.change_own_password(&person.username, passwords, Place::of(client.address), &hash).await? {
        PasswordChange::Done => Ok(StatusCode::NO_CONTENT.into_response()),
        PasswordChange::Refused => Err(unfit("/current_password", "this is not the present password")),
        PasswordChange::Unfit(why) => Err(unfit("/new_password", why.to_string())),
        PasswordChange::Wait(wait) => Ok(too_many(wait)),
    }
}

fn too_many(wait: std::time::Duration) -> Response {
    let problem = Explained::new(StatusCode::TOO_MANY_REQUESTS, "too many failed logins, try again later");
    ([(header::RETRY_AFTER, retry_after(wait))], problem).into_response()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{
        body::Body,
        http::{Method, Request, StatusCode},
        response::Response,
    };
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    use crate::{
        http::testing::{Server, server},
        store::testing::age_sessions,
    };

    const PASSWORD: &str = "Right-pass-2020";

    async fn with_password() -> Server {
        let server = server().await;
        server.admin(Method::PATCH, "/accounts/users/1", json!({ "alias": "超管" })).await;
        server.set_password(PASSWORD).await;
        server
    }

    async fn send(server: &Server, method: Method, path: &str, cookie: &str, body: Value) -> Response {
        let request = Request::builder().method(method).uri(format!("/api/v2{path}"));
        let request = request.header("cookie", format!("sessionid={cookie}")).header("x-requested-with", "gavia");
        server.response(request.body(Body::from(body.to_string())).unwrap()).await
    }

    async fn body(response: Response) -> Value {
        serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap_or_default()
    }

    fn login(password: &str) -> Request<Body> {
        let body = json!({ "username": "admin", "password": password }).to_string();
        Request::post("/api/v2/session").body(Body::from(body)).unwrap()
    }

    #[tokio::test]
    async fn a_session_is_opened_asked_about_and_ended() {
        let server = with_password().await;
        assert_eq!(server.response(login("wrong")).await.status(), StatusCode::UNAUTHORIZED);
        let opened = server.response(login(PASSWORD)).await;
        let set = opened.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        let cookie = set.strip_prefix("sessionid=").unwrap().split(';').next().unwrap();
        let told = body(opened).await;
        assert_eq!(
            told["user"],
            json!({ "id": 1, "username": "admin", "alias": "超管", "is_admin": true, "is_workflow_admin": false })
        );
        assert_eq!(told["idle_seconds"], 1800);
        assert_eq!(body(send(&server, Method::GET, "/session", cookie, Value::Null).await).await, told);
        let ended = send(&server, Method::DELETE, "/session", cookie, Value::Null).await;
        assert_eq!(ended.status(), StatusCode::NO_CONTENT);
        assert!(ended.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        for (method, status) in [(Method::GET, 401), (Method::DELETE, 204)] {
            assert_eq!(send(&server, method, "/session", cookie, Value::Null).await.status(), status);
        }
    }

    #[tokio::test]
    async fn a_page_that_looks_again_by_itself_keeps_no_session_open() {
        let server = with_password().await;
        let cookie = server.cookie(login(PASSWORD)).await;
        let ask = async |by_itself: bool| {
            let request = Request::get("/api/v2/session").header("cookie", format!("sessionid={cookie}"));
            let request = if by_itself { request.header("x-gavia-background", "1") } else { request };
            server.response(request.body(Body::empty()).unwrap()).await.status().as_u16()
        };
        age_sessions(&server.app.db, 20).await;
        assert_eq!(ask(true).await, 200);
        age_sessions(&server.app.db, 5).await;
        assert_eq!(ask(false).await, 200, "25 minutes, and somebody is there");
        age_sessions(&server.app.db, 29).await;
        assert_eq!(ask(true).await, 200);
        age_sessions(&server.app.db, 2).await;
        assert_eq!([ask(true).await, ask(false).await], [401, 401]);
    }

    #[tokio::test]
    async fn f19_no_other_site_opens_ends_or_changes_a_session() {
        let server = with_password().await;
        let mut request = login(PASSWORD);
        request.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert_eq!(server.response(request).await.status(), StatusCode::FORBIDDEN);
        let cookie = server.cookie(login(PASSWORD)).await;
        for (method, path) in [(Method::DELETE, "/session"), (Method::PUT, "/session/password")] {
            let request = Request::builder().method(method).uri(format!("/api/v2{path}"));
            let request = request.header("cookie", format!("sessionid={cookie}")).body(Body::from("{}")).unwrap();
            assert_eq!(server.response(request).await.status(), StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(send(&server, Method::GET, "/session", &cookie, Value::Null).await.status(), 200);
    }

    #[tokio::test]
    async fn a_new_password_ends_the_other_sessions_and_needs_the_present_one() {
        let server = with_password().await;
        let (mine, other) = (server.cookie(login(PASSWORD)).await, server.cookie(login(PASSWORD)).await);
        let change = async |present: &str, new: &str| {
            let asked = json!({ "current_password": present, "new_password": new });
            let answer = send(&server, Method::PUT, "/session/password", &mine, asked).await;
            (answer.status().as_u16(), body(answer).await["errors"][0]["pointer"].clone())
        };
        assert_eq!(change("wrong", "Another-pass-2021").await, (422, json!("/current_password")));
        assert_eq!(change(PASSWORD, "short").await, (422, json!("/new_password")));
        let typed = send(&server, Method::PUT, "/session/password", &mine, json!({ "current_password": 7 })).await;
        assert_eq!(body(typed).await["errors"][0]["pointer"], "/current_password");
        assert_eq!(change(PASSWORD, "Another-pass-2021").await, (204, Value::Null));
        for (cookie, status) in [(&mine, 200), (&other, 401)] {
            assert_eq!(send(&server, Method::GET, "/session", cookie, Value::Null).await.status(), status);
        }
        assert_eq!(server.response(login(PASSWORD)).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(server.response(login("Another-pass-2021")).await.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn a_proxys_own_login_is_no_token_and_leaves_the_session_as_it_is() {
        let server = with_password().await;
        let cookie = server.cookie(login(PASSWORD)).await;
        let send = async |method: Method, path: &str, body: Value| {
            let request = Request::builder().method(method).uri(path).header("authorization", "Basic cHJveHk6c2VjcmV0");
            let request = request.header("cookie", format!("sessionid={cookie}")).header("x-requested-with", "gavia");
            server.response(request.body(Body::from(body.to_string())).unwrap()).await
        };
        let told = body(send(Method::GET, "/api/v2/session", Value::Null).await).await;
        assert!(told["expires_at"].is_string(), "{told}");
        let change = json!({ "current_password": PASSWORD, "new_password": "Another-pass-2021" });
        assert_eq!(send(Method::PUT, "/api/v2/session/password", change).await.status(), StatusCode::NO_CONTENT);
    }

    #[tokio::test]
    async fn f18_guesses_wait_here_as_at_the_old_login() {
        let server = with_password().await;
        for _ in 0..5 {
            assert_eq!(server.response(login("wrong")).await.status(), StatusCode::UNAUTHORIZED);
        }
        let waits = server.response(login(PASSWORD)).await;
        assert_eq!(
            (waits.status(), waits.headers()["retry-after"].to_str().unwrap()),
            (StatusCode::TOO_MANY_REQUESTS, "1")
        );
    }
}
