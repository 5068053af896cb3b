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
        testing::{TestApp, app, app_behind, impatient_app},
    },
    store::{
        app_tokens::AppTokenDraft,
        auth, passwords,
        users::{self, UserDraft},
    },
    workflow::UserId,
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

/// That answers uploads before they are compiled.
pub(crate) async fn impatient_server() -> Server {
    over(impatient_app().await).await
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
            let signature = signature(&stamp, token);
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

    /// A call to `/api/v2` by the administrator's session.
    pub(crate) async fn v2(&self, method: Method, path: &str, if_match: Option<&str>, body: &Value) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v2{path}"));
        request = request.header("cookie", format!("sessionid={COOKIE}")).header("x-requested-with", "test");
        if let Some(tag) = if_match {
            request = request.header("if-match", tag);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = self.routes.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (status, etag, location) = (response.status().as_u16(), header("etag"), header("location"));
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, etag, location, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
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

    /// Gives the administrator a password; the session of `As::Admin` goes on.
    pub(crate) async fn set_password(&self, password: &str) {
        let hash = self.app.hash_password(password.to_owned()).await.unwrap();
        passwords::set_own(&self.app.db, UserId(1), &hash, &auth::hash(COOKIE)).await.unwrap();
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

/// What `/api/v2` answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: Value,
}

/// A workflow of three states, with a field: new → work (zhangsan) → end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    pub(crate) id: i64,
    pub(crate) new: i64,
    pub(crate) work: i64,
    pub(crate) end: i64,
    pub(crate) submit: i64,
    pub(crate) done: i64,
    pub(crate) field: i64,
}

impl Server {
    /// The workflow, an app `oa` with its token that may use it, and the people it names.
    pub(crate) async fn flow(&self) -> (Flow, String) {
        let id = self.workflow().await;
        let path = format!("/workflows/{id}");
        for name in ["lisi", "zhangsan"] {
            self.admin(Method::POST, "/accounts/users", json!({ "username": name })).await;
        }
        let field = json!({ "field_key": "days", "field_name": "Days", "field_type_id": 10, "order_id": 30 });
        let field = self.admin(Method::POST, &format!("{path}/custom_fields"), field).await;
        let mut states = Vec::new();
        for (name, kind, who, user) in [("new", 1, 5, "creator"), ("work", 0, 1, "zhangsan"), ("end", 2, 0, "")] {
            let body = json!({ "name": name, "type_id": kind, "order_id": states.len(), "participant_type_id": who,
                               "participant": user, "state_field_str": { "title": 3, "days": 3 } });
            let made = self.admin(Method::POST, &format!("{path}/states"), body).await;
            states.push(made["state_id"].as_i64().unwrap());
        }
        let mut moves = Vec::new();
        for (name, source, target) in [("submit", states[0], states[1]), ("done", states[1], states[2])] {
            let body = json!({ "name": name, "source_state_id": source, "destination_state_id": target });
            let made = self.admin(Method::POST, &format!("{path}/transitions"), body).await;
            moves.push(made["value"]["transition_id"].as_i64().unwrap());
        }
        let draft = AppTokenDraft { app_name: "oa".into(), workflows: vec![id], ..AppTokenDraft::default() };
        let flow = Flow {
            id,
            new: states[0],
            work: states[1],
            end: states[2],
            submit: moves[0],
            done: moves[1],
            field: field["value"]["custom_field_id"].as_i64().unwrap(),
        };
        (flow, self.token(draft).await)
    }

    /// A ticket of lisi's that stands in `work`.
    pub(crate) async fn ticket(&self, flow: Flow, token: &str) -> i64 {
        let body = json!({ "workflow_id": flow.id, "transition_id": flow.submit, "title": "t", "days": 2 });
        let made = done(self.call(&As::App("oa", token, "lisi"), Method::POST, "/tickets", &body).await);
        made["ticket_id"].as_i64().unwrap()
    }
}

/// What an app signs a call with (behaviour §2.2).
pub(crate) fn signature(stamp: &str, token: &str) -> String {
    hex::encode(Md5::new().chain_update(stamp).chain_update(token).finalize())
}

/// The data of a call that must succeed.
#[track_caller]
pub(crate) fn done((status, body): (StatusCode, Value)) -> Value {
    assert_eq!((status, &body["code"]), (StatusCode::OK, &json!(0)), "{body}");
    body["data"].clone()
}
