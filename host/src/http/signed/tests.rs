//! Signatures, tokens and the replay check, switched on and off, by calls through all layers.
#![expect(clippy::unwrap_used, reason = "tests")]

mod rules;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::*;
use crate::{
    http::testing::{As, Server, request, server},
    signature::V2Key,
    store::app_tokens::{self as tokens, FormerSecret, SealedSecrets, SecretForm},
};

const ACCEPT: &str = "/tickets/999/accept";

/// An app made with these extra keys: its path and its token.
async fn app(server: &Server, name: &str, mut keys: Value) -> (String, String) {
    keys["app_name"] = name.into();
    let made = server.admin(Method::POST, "/accounts/app_token", keys).await;
    (format!("/accounts/app_token/{}", made["id"]), made["token"].as_str().unwrap().to_owned())
}

/// The text of a failed check; empty for a call that was let in, whatever became of it then.
async fn barred(server: &Server, request: Request<Body>) -> String {
    let (status, answer) = server.send(request).await;
    assert!(status == StatusCode::OK || status == StatusCode::TOO_MANY_REQUESTS, "{status} {answer}");
    let text = answer["msg"].as_str().unwrap().to_owned();
    if status == StatusCode::TOO_MANY_REQUESTS {
        return text;
    }
    text.strip_prefix("权限校验失败：").unwrap_or_default().to_owned()
}

fn v1(name: &str, token: &str, user: &str) -> Request<Body> {
    request(&As::App(name, token, user), Method::GET, "/workflows", &Value::Null)
}

/// A call signed with v2; its parts can be changed before and after.
#[derive(Clone, Copy)]
struct Call<'a> {
    app: (&'a str, &'a str),
    user: &'a str,
    method: &'a str,
    target: &'a str,
    nonce: &'a str,
    body: &'a str,
}

impl<'a> Call<'a> {
    fn get(name: &'a str, token: &'a str, nonce: &'a str) -> Self {
        let target = "/api/v1.0/workflows?page=1&name=%E8%AF%B7";
        Self { app: (name, token), user: "lisi", method: "GET", target, nonce, body: "" }
    }

    fn signed(self) -> Request<Body> {
        self.signed_as(self)
    }

    /// Sends this call with the signature of another.
    fn signed_as(self, other: Self) -> Request<Body> {
        let timestamp = ambient::now().timestamp().to_string();
        let covered = Signed {
            method: other.method,
            target: other.target,
            timestamp: &timestamp,
            nonce: other.nonce,
            app: other.app.0,
            username: other.user,
            body: other.body.as_bytes(),
        };
        let signature = V2Key::derive(self.app.1.as_bytes()).sign(&covered);
        let mut request = Request::builder().method(self.method).uri(self.target);
        for (name, value) in [
            ("appname", self.app.0),
            ("username", self.user),
            ("timestamp", &timestamp),
            ("nonce", self.nonce),
            ("signature-version", "2"),
            ("signature", &signature),
        ] {
            request = request.header(name, value);
        }
        request.body(Body::from(self.body.to_owned())).unwrap()
    }
}

#[test]
fn only_digits_are_a_timestamp() {
    assert_eq!(timestamp("1524000000"), Some(1_524_000_000));
    for bad in ["", "-1", "+1", "1.5", " 1", "123456789012", "一"] {
        assert_eq!(timestamp(bad), None, "{bad}");
    }
}

#[test]
fn a_mark_tells_where_a_text_ends() {
    assert_ne!(mark([b"ab", b"c"]), mark([b"a", b"bc"]));
    assert_ne!(mark([b"ab".as_slice(), b""]), mark([b"ab"]));
    assert_eq!(mark([b"ab", b"c"]), mark([b"ab", b"c"]));
}

#[tokio::test]
async fn f05_d27_a_v2_call_is_let_in_once_and_only_as_it_was_signed() {
    let server = server().await;
    let (_, token) = app(&server, "oa", json!({})).await;
    let call = Call::get("oa", &token, "nonce-number-001");
    assert_eq!(barred(&server, call.signed()).await, "");
    assert_eq!(barred(&server, call.signed()).await, REPEATED, "the same nonce at another time");
    let post =
        Call { method: "POST", target: "/api/v1.0/tickets/999/accept", body: "{}", nonce: "nonce-number-002", ..call };
    for other in [
        Call { method: "PATCH", ..post },
        Call { target: "/api/v1.0/tickets/998/accept", ..post },
        Call { target: "/tickets/999/accept", ..post },
        Call { user: "lilei", ..post },
        Call { user: "", ..post },
        Call { nonce: "nonce-number-003", ..post },
        Call { app: ("ops", &token), ..post },
        Call { body: "{ }", ..post },
    ] {
        assert_eq!(barred(&server, post.signed_as(other)).await, BAD_SIGNATURE);
    }
    assert_eq!(barred(&server, post.signed()).await, "", "what was refused did not use the nonce up");
    for bad in ["", "short", "with blanks in it", "with+plus+and/slash"] {
        assert_eq!(barred(&server, Call { nonce: bad, ..call }.signed()).await, BAD_SIGNATURE, "{bad}");
    }
    let unsure = Call { user: "a,b", nonce: "nonce-number-004", ..call };
    assert_eq!(barred(&server, unsure.signed()).await, "username不合法");
    let mut request = Call { nonce: "nonce-number-005", ..call }.signed();
    request.headers_mut().insert("signature-version", "3".parse().unwrap());
    assert_eq!(barred(&server, request).await, UNKNOWN_VERSION);
    let mut request = Call { nonce: "nonce-number-006", ..call }.signed();
    request.headers_mut().insert("timestamp", "1524000000".parse().unwrap());
    assert_eq!(barred(&server, request).await, BAD_SIGNATURE);
    let (status, answer) = server.send(Call::get("nobody", &token, "nonce-number-007").signed()).await;
    assert_eq!((status, &answer["msg"]), (StatusCode::OK, &json!(format!("权限校验失败：{UNKNOWN_APP}"))));
}

#[tokio::test]
async fn a_nonce_belongs_to_one_app() {
    let server = server().await;
    let ((_, oa), (_, ops)) = (app(&server, "oa", json!({})).await, app(&server, "ops", json!({})).await);
    for (name, token) in [("oa", &oa), ("ops", &ops)] {
        assert_eq!(barred(&server, Call::get(name, token, "nonce-number-001").signed()).await, "");
    }
}

#[tokio::test]
async fn of_the_same_call_sent_many_times_at_once_one_is_let_in() {
    let server = server().await;
    let (_, token) = app(&server, "oa", json!({})).await;
    let calls = (0..8).map(|_| barred(&server, Call::get("oa", &token, "nonce-number-001").signed()));
    let texts = futures::future::join_all(calls).await;
    assert_eq!(texts.iter().filter(|text| text.is_empty()).count(), 1, "{texts:?}");
}

#[tokio::test]
async fn d27_an_app_that_must_sign_with_v2_is_refused_with_v1_and_its_token_is_not_kept() {
    let server = server().await;
    let (path, token) = app(&server, "oa", json!({})).await;
    assert_eq!(barred(&server, v1("oa", &token, "lisi")).await, "");
    server.admin(Method::PATCH, &path, json!({ "min_signature_version": "2" })).await;
    assert_eq!(barred(&server, v1("oa", &token, "lisi")).await, VERSION_TOO_LOW);
    assert_eq!(barred(&server, Call::get("oa", &token, "nonce-number-001").signed()).await, "");
    let shown = server.admin(Method::GET, &path, json!(null)).await;
    assert_eq!((&shown["token"], &shown["min_signature_version"]), (&json!(""), &json!(2)));
    let (_, guard) = auth::app_by_name(&server.app.db, "oa").await.unwrap().unwrap();
    assert_eq!(guard.secret.form, SecretForm::V2Key);
    assert_ne!(server.app.key.open(&guard.secret.sealed).unwrap(), token.as_bytes());

    let text = server.refused(Method::PATCH, &path, json!({ "min_signature_version": 1 })).await;
    assert_eq!(text, "该应用只保存了v2密钥，调低min_signature_version须同时rotate");
    let told = server.admin(Method::PATCH, &path, json!({ "min_signature_version": 1, "rotate": true })).await;
    let fresh = told["token"].as_str().unwrap();
    assert_eq!(barred(&server, v1("oa", fresh, "lisi")).await, "");
    assert_eq!(barred(&server, v1("oa", &token, "lisi")).await, BAD_SIGNATURE);
    assert_eq!(
        barred(&server, Call::get("oa", &token, "nonce-number-002").signed()).await,
        "",
        "the former token's key"
    );

    let (path, token) = app(&server, "born", json!({ "min_signature_version": 2 })).await;
    assert_eq!(barred(&server, Call::get("born", &token, "nonce-number-003").signed()).await, "");
    assert_eq!(server.admin(Method::GET, &path, json!(null)).await["token"], "");
}

#[tokio::test]
async fn two_tokens_live_until_the_former_ends() {
    let server = server().await;
    let (path, first) = app(&server, "oa", json!({})).await;
    let rotate =
        async |keys: Value| server.admin(Method::PATCH, &path, keys).await["token"].as_str().map(str::to_owned);
    let good = async |token: &str| barred(&server, v1("oa", token, "lisi")).await.is_empty();
    assert_eq!(rotate(json!({ "ticket_sn_prefix": "x", "rotate": "0" })).await, None);
    assert!(good(&first).await);
    let second = rotate(json!({ "rotate": 1 })).await.unwrap();
    assert_eq!(second.len(), 36);
    assert!(good(&first).await && good(&second).await);
    assert_eq!(barred(&server, Call::get("oa", &first, "nonce-number-001").signed()).await, "");
    let shown = server.admin(Method::GET, &path, json!(null)).await;
    assert_eq!((&shown["token"], shown["ticket_sn_prefix"].as_str()), (&json!(second), Some("x")));
    let expires =
        super::super::wire::parse_local_time(shown["former_token_expires"].as_str().unwrap(), server.app.zone);
    let left = expires.unwrap() - ambient::now();
    assert!((TimeDelta::hours(23)..TimeDelta::hours(24)).contains(&left), "{left}");

    let third = rotate(json!({ "rotate": 1, "former_token_hours": 48 })).await.unwrap();
    assert!(!good(&first).await && good(&second).await && good(&third).await, "two at most");
    rotate(json!({ "former_token_hours": 0 })).await;
    assert!(!good(&second).await && good(&third).await);
    assert_eq!(server.admin(Method::GET, &path, json!(null)).await["former_token_expires"], Value::Null);
    let fourth = rotate(json!({ "rotate": true, "former_token_hours": 0 })).await.unwrap();
    assert!(!good(&third).await && good(&fourth).await, "a rotation at once");
    for bad in [json!(-1), json!(721), json!("soon")] {
        server.refused(Method::PATCH, &path, json!({ "former_token_hours": bad })).await;
    }
}

#[tokio::test]
async fn a_former_token_ends_by_itself_and_is_sealed_anew_with_the_rest() {
    let server = server().await;
    let (path, first) = app(&server, "oa", json!({})).await;
    server.admin(Method::PATCH, &path, json!({ "rotate": true })).await;
    let former = async || auth::app_by_name(&server.app.db, "oa").await.unwrap().unwrap().1.former;

    let other = crate::seal::SealingKey::from_base64(&crate::seal::SealingKey::generate()).unwrap();
    let mut tx = server.app.db.begin().await.unwrap();
    crate::store::encryption_key::reseal(&mut tx, &server.app.key, &other).await.unwrap();
    let (_, resealed) = auth::app_by_name(&mut *tx, "oa").await.unwrap().unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(app_tokens::open(&other, &resealed.former.unwrap()).unwrap().text(), Some(&*first));

    assert!(former().await.is_some());
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let mut tx = server.app.db.begin().await.unwrap();
    let (draft, secrets) = tokens::lock(&mut *tx, id).await.unwrap().unwrap();
    let over =
        secrets.former.map(|former| FormerSecret { expires_at: ambient::now() - TimeDelta::seconds(5), ..former });
    tokens::update(&mut tx, id, &draft, &SealedSecrets { former: over, ..secrets }).await.unwrap();
    tx.commit().await.unwrap();
    assert!(former().await.is_none());
    assert_eq!(barred(&server, v1("oa", &first, "lisi")).await, BAD_SIGNATURE);
}

#[tokio::test]
async fn f05_with_the_replay_check_a_changing_call_is_refused_the_second_time() {
    let server = server().await;
    let (path, token) = app(&server, "oa", json!({})).await;
    let timestamp = ambient::now().timestamp().to_string();
    let signature = signature::v1(&timestamp, token.as_bytes());
    let call = |method: Method, target: &str, user: &str, body: &'static str| {
        let request = Request::builder().method(method).uri(format!("/api/v1.0{target}"));
        let request = request.header("appname", "oa").header("username", user);
        let request = request.header("timestamp", &timestamp).header("signature", &signature);
        request.body(Body::from(body)).unwrap()
    };
    for _ in 0..2 {
        assert_eq!(barred(&server, call(Method::POST, ACCEPT, "lisi", "{}")).await, "", "off");
    }
    server.admin(Method::PATCH, &path, json!({ "replay_check": true })).await;
    assert_eq!(barred(&server, call(Method::POST, ACCEPT, "lisi", "{}")).await, "");
    assert_eq!(barred(&server, call(Method::POST, ACCEPT, "lisi", "{}")).await, REPEATED);
    for other in [
        call(Method::POST, ACCEPT, "lisi", "{ }"),
        call(Method::POST, ACCEPT, "lilei", "{}"),
        call(Method::POST, "/tickets/998/accept", "lisi", "{}"),
        call(Method::POST, "/tickets/999/accept?a", "lisi", "{}"),
        call(Method::PATCH, "/tickets/999", "lisi", "{}"),
        call(Method::GET, "/workflows", "lisi", ""),
        call(Method::GET, "/workflows", "lisi", ""),
    ] {
        assert_eq!(barred(&server, other).await, "");
    }
    assert_eq!(barred(&server, call(Method::PATCH, "/tickets/999", "lisi", "{}")).await, REPEATED);
}

#[tokio::test]
async fn an_upload_is_not_read_for_a_v1_signature_that_is_wrong_or_late() {
    let server = server().await;
    let (_, token) = app(&server, "oa", json!({ "may_configure": true, "replay_check": true })).await;
    let unread = || Body::from_stream(futures::stream::pending::<std::io::Result<Vec<u8>>>());
    for (token, age, refused) in [("wrong", 0, BAD_SIGNATURE), (token.as_str(), 600, OUT_OF_WINDOW)] {
        let timestamp = (ambient::now().timestamp() - age).to_string();
        let signature = signature::v1(&timestamp, token.as_bytes());
        let request = Request::post("/api/v1.0/workflows/run_scripts")
            .header("appname", "oa")
            .header("username", "lisi")
            .header("timestamp", timestamp)
            .header("signature", signature);
        assert_eq!(barred(&server, request.body(unread()).unwrap()).await, refused);
    }
}

#[tokio::test]
async fn a_v2_signature_covers_an_upload_and_leaves_it_for_its_handler() {
    let server = server().await;
    let (_, token) = app(&server, "oa", json!({ "may_configure": true })).await;
    let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.py\"\r\n\r\nprint()\r\n--x--\r\n";
    let target = "/api/v1.0/workflows/run_scripts";
    let call = Call { method: "POST", target, body, ..Call::get("oa", &token, "nonce-number-001") };
    let form = |mut request: Request<Body>| {
        request.headers_mut().insert("content-type", "multipart/form-data; boundary=x".parse().unwrap());
        request
    };
    let changed = call.signed_as(Call { body: "another", ..call });
    assert_eq!(barred(&server, form(changed)).await, BAD_SIGNATURE);
    let (_, answer) = server.send(form(call.signed())).await;
    assert!(
        answer["msg"].as_str().unwrap().starts_with("gavia不执行Python脚本"),
        "the handler read the form: {answer}"
    );
    let stranger = Call { app: ("nobody", &token), ..call };
    assert_eq!(barred(&server, form(stranger.signed())).await, UNKNOWN_APP);
}
