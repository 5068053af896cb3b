//! The routes in this process on a database of their own, for tests of what one call answers. Journeys over a socket are elsewhere.
#![expect(clippy::unwrap_used, reason = "tests")]

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
    response::Response,
};
use http_body_util::BodyExt as _;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::router;
use crate::{
    ambient,
    app::{
        door::DoorSettings,
        testing::{TestApp, app, app_behind},
    },
    store::{
        app_tokens::AppTokenDraft,
        auth,
        users::{self, UserDraft},
    },
};

const COOKIE: &str = "0123456789abcdef";

/// The routes, an administrator `admin` with a session, and what keeps both alive.
pub(crate) struct Server {
    pub(crate) app: TestApp,
    routes: Router,
}

/// How a call is authenticated.
pub(crate) enum As<'a> {
    Admin,
    /// App name, token, user name.
    App(&'a str, &'a str, &'a str),
    Nobody,
}

pub(crate) async fn server() -> Server {
    over(app().await).await
}

/// With settings of its own for who may come in.
pub(crate) async fn server_behind(door: DoorSettings) -> Server {
    over(app_behind(door).await).await
}

async fn over(app: TestApp) -> Server {
    let draft = UserDraft { username: "admin".into(), is_active: true, is_admin: true, ..UserDraft::default() };
    let admin = users::insert(&mut app.db.acquire().await.unwrap(), &draft, "").await.unwrap();
    auth::insert_session(&app.db, &auth::hash(COOKIE), admin).await.unwrap();
    Server { routes: router(&app.app), app }
}

/// A call ready to be changed before it is sent.
pub(crate) fn request(caller: &As<'_>, method: Method, path: &str, body: &Value) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(format!("/api/v1.0{path}"));
    match *caller {
        As::Admin => {
            request = request.header("cookie", format!("sessionid={COOKIE}")).header("x-requested-with", "test");
        }
        As::App(name, token, user) => {
            let stamp = ambient::now().timestamp().to_string();
            let signature = hex::encode(Md5::new().chain_update(&stamp).chain_update(token).finalize());
            let headers = [("appname", name), ("timestamp", &stamp), ("signature", &signature), ("username", user)];
            for (name, value) in headers {
                request = request.header(name, value);
            }
        }
        As::Nobody => {}
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    request.body(body).unwrap()
}

impl Server {
    /// Status and body of one call; the path starts behind `/api/v1.0`.
    pub(crate) async fn call(&self, caller: &As<'_>, method: Method, path: &str, body: &Value) -> (StatusCode, Value) {
        self.send(request(caller, method, path, body)).await
    }

    pub(crate) async fn response(&self, request: Request<Body>) -> Response {
        self.routes.clone().oneshot(request).await.unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, Value) {
        let response = self.response(request).await;
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// The session that a login opened.
    pub(crate) async fn cookie(&self, login: Request<Body>) -> String {
        let response = self.response(login).await;
        let set = response.headers()["set-cookie"].to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        set.strip_prefix("sessionid=").unwrap().split(';').next().unwrap().to_owned()
    }

    pub(crate) async fn admin(&self, method: Method, path: &str, body: Value) -> Value {
        done(self.call(&As::Admin, method, path, &body).await)
    }

    /// The text of a call by the administrator that must be refused, with HTTP 200.
    pub(crate) async fn refused(&self, method: Method, path: &str, body: Value) -> String {
        let (status, answer) = self.call(&As::Admin, method, path, &body).await;
        assert_eq!((status, &answer["code"]), (StatusCode::OK, &json!(-1)), "{body}: {answer}");
        answer["msg"].as_str().unwrap().to_owned()
    }

    /// A token of an app made for the test.
    pub(crate) async fn token(&self, draft: AppTokenDraft) -> String {
        self.app.create_app_token(&draft, "").await.unwrap().token
    }

    /// The id of a new workflow of the administrator's.
    pub(crate) async fn workflow(&self) -> i64 {
        self.admin(Method::POST, "/workflows", json!({ "name": "w" })).await["workflow_id"].as_i64().unwrap()
    }
}

/// The data of a call that must succeed.
#[track_caller]
pub(crate) fn done((status, body): (StatusCode, Value)) -> Value {
    assert_eq!((status, &body["code"]), (StatusCode::OK, &json!(0)), "{body}");
    body["data"].clone()
}
