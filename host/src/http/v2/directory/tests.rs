//! What one call answers, and to whom. What becomes of people is tested with the plan.

use axum::{
    body::Body,
    http::{Method, Request, request},
};

use super::*;
use crate::{
    ambient,
    app::directory::Turn,
    http::testing::{As, Server, server},
    store::{
        self,
        app_tokens::AppTokenDraft,
        auth,
        users::{self, UserDraft},
    },
    workflow::UserId,
};

/// A server whose administrator has the bearer token `admins`.
async fn ready() -> Server {
    let server = server().await;
    store::access_tokens::insert(&server.app.db, UserId(1), &auth::hash("admins"), None).await.unwrap();
    server
}

fn put(query: &str) -> request::Builder {
    Request::put(format!("/api/v2/directory{query}"))
}

async fn send(server: &Server, request: request::Builder, body: impl Into<Body>) -> (u16, Value) {
    let (status, answer) = server.send(request.body(body.into()).unwrap()).await;
    (status.as_u16(), answer)
}

async fn import(server: &Server, query: &str, document: &Value) -> (u16, Value) {
    send(server, put(query).header("authorization", "Bearer admins"), document.to_string()).await
}

fn problem(status: u16, title: &str, detail: &str) -> (u16, Value) {
    (status, json!({ "type": "about:blank", "title": title, "status": status, "detail": detail }))
}

fn document() -> Value {
    json!({
        "source": "hr",
        "departments": [{ "key": "1", "name": "总部" }, { "key": "11", "name": "技术部", "parent": "1" }],
        "roles": [{ "name": "approvers" }],
        "users": [{ "username": "lisi", "alias": "李四", "email": "l@x", "departments": ["11"], "roles": ["approvers"] }],
    })
}

#[tokio::test]
async fn a_dry_run_tells_a_run_writes_and_a_second_run_changes_nothing() {
    let server = ready().await;
    let none = json!({ "count": 0, "names": [] });
    let one = |name: &str| json!({ "count": 1, "names": [name] });
    let report = |dry_run: bool| {
        json!({
            "source": "hr", "complete": true, "dry_run": dry_run,
            "users": { "created": one("lisi"), "updated": none, "deactivated": none, "reactivated": none, "unchanged": none, "administrators_kept": none },
            "departments": { "created": { "count": 2, "names": ["1", "11"] }, "updated": none, "unchanged": none, "absent": none },
            "roles": { "created": one("approvers"), "updated": none, "unchanged": none, "absent": none },
            "memberships": { "added": { "count": 2, "names": ["lisi: department 11", "lisi: role approvers"] }, "removed": none, "reordered": none, "unchanged": none },
        })
    };
    let people =
        async || server.admin(Method::GET, "/accounts/users?search_value=lisi", json!(null)).await["value"].take();
    assert_eq!(import(&server, "?dry_run=true", &document()).await, (200, report(true)));
    assert_eq!(people().await, json!([]));

    assert_eq!(import(&server, "", &document()).await, (200, report(false)));
    let found = people().await;
    assert_eq!((&found[0]["alias"], &found[0]["dept_info"]["dept_name"]), (&json!("李四"), &json!("技术部")));
    assert_eq!((&found[0]["is_active"], &found[0]["is_admin"]), (&json!(true), &json!(false)));
    assert_eq!(found[0]["creator_info"]["creator_username"], "admin");

    let (status, again) = import(&server, "?dry_run=false", &document()).await;
    assert_eq!((status, &again["users"]["unchanged"], &again["users"]["created"]), (200, &one("lisi"), &none));
    for kind in ["departments", "roles"] {
        assert_eq!((&again[kind]["created"], &again[kind]["updated"]), (&none, &none));
    }
    assert_eq!((&again["memberships"]["unchanged"]["count"], &again["memberships"]["added"]), (&json!(2), &none));
    assert_eq!(people().await, found);
}

#[tokio::test]
async fn administrators_may_import_by_token_or_session_and_nobody_else_may() {
    let server = ready().await;
    let db = &server.app.db;
    for (name, is_workflow_admin) in [("flows", true), ("lisi", false)] {
        let draft = UserDraft { username: name.into(), is_active: true, is_workflow_admin, ..UserDraft::default() };
        let id = users::insert(&mut db.acquire().await.unwrap(), &draft, "").await.unwrap();
        store::access_tokens::insert(db, id, &auth::hash(name), None).await.unwrap();
    }
    auth::insert_session(db, &auth::hash("cookie"), UserId(1)).await.unwrap();
    let draft = AppTokenDraft {
        app_name: "oa".into(),
        trusted: true,
        may_configure: true,
        may_admin: true,
        ..AppTokenDraft::default()
    };
    let token = server.token(draft).await;
    let stamp = ambient::now().timestamp().to_string();
    let signature = crate::http::testing::signature(&stamp, &token);
    let signed = put("")
        .header("appname", "oa")
        .header("username", "admin")
        .header("timestamp", stamp)
        .header("signature", signature);

    let nobody = problem(401, "Unauthorized", "a bearer token or an administrator's session is needed");
    let small = problem(403, "Forbidden", "this needs an administrator");
    let foreign = problem(403, "Forbidden", "the request is not from this site");
    let session = || put("").header("cookie", "sessionid=cookie");
    for (request, wanted) in [
        (put(""), &nobody),
        (put("").header("authorization", "Bearer guessed"), &nobody),
        (signed, &nobody),
        (put("").header("authorization", "Bearer flows"), &small),
        (put("").header("authorization", "Bearer lisi"), &small),
        (session().header("origin", "http://evil.example"), &foreign),
    ] {
        let told = format!("{request:?}");
        assert_eq!(&send(&server, request, document().to_string()).await, wanted, "{told}");
    }
    let total =
        async || server.call(&As::Admin, Method::GET, "/accounts/depts", &json!(null)).await.1["data"]["total"].clone();
    assert_eq!(total().await, 0, "nothing came of them");
    let (status, _) = send(&server, session().header("x-requested-with", "test"), document().to_string()).await;
    assert_eq!((status, total().await), (200, json!(2)));
}

#[tokio::test]
async fn what_is_wrong_is_told_with_places_and_nothing_is_changed() {
    let server = ready().await;
    let mut bad = document();
    bad["users"] = json!([{ "username": "a,b" }, { "username": "lisi", "email": "x".repeat(300) }]);
    let (status, mut told) = import(&server, "", &bad).await;
    let detail = told["errors"][0]["detail"].take();
    assert!(detail.as_str().unwrap().starts_with("\"a,b\" cannot be a user name"), "{detail}");
    let wanted = json!({
        "type": "about:blank", "title": "Unprocessable Entity", "status": 422, "detail": "the document has 2 problems; nothing was changed",
        "errors": [{ "pointer": "/users/0/username", "detail": null }, { "pointer": "/users/1/email", "detail": "longer than 255 characters" }],
        "errors_total": 2,
    });
    assert_eq!((status, told), (422, wanted));
    bad["users"] = json!([{ "username": "lisi", "departments": ["12"] }]);
    let (status, told) = import(&server, "", &bad).await;
    assert_eq!(
        (status, &told["errors"]),
        (422, &json!([{ "pointer": "/users/0/departments", "detail": "\"12\" is not known" }]))
    );

    let token = || put("").header("authorization", "Bearer admins");
    let unreadable = |reason: &str| problem(400, "Bad Request", &format!("the document cannot be read: {reason}"));
    for (body, reason) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{\"users\":\n7}", "invalid type: integer `7`, expected a list of at most 200000 at line 2 column 1"),
        (
            "{\"users\":[{\"username\":\"\u{0}\"}]}",
            "control character (\\u0000-\\u001F) found while parsing a string at line 1 column 24",
        ),
    ] {
        assert_eq!(send(&server, token(), body).await, unreadable(reason));
    }
    assert_eq!(
        import(&server, "?dry_run=maybe", &document()).await,
        problem(400, "Bad Request", "dry_run is true or false")
    );
    let people = server.admin(Method::GET, "/accounts/users", json!(null)).await;
    assert_eq!(people["total"], 1);
}

#[tokio::test]
async fn a_document_may_be_larger_than_other_bodies_and_has_a_limit_of_its_own() {
    let server = ready().await;
    let token = || put("").header("authorization", "Bearer admins");
    let padded = format!("{}{}", document(), " ".repeat(3 << 20));
    assert_eq!(send(&server, token(), padded).await.0, 200);
    let pieces = (0..66).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1 << 20])));
    let endless = Body::from_stream(futures::stream::iter(pieces));
    let large = problem(413, "Payload Too Large", "the document is larger than 64 MiB");
    assert_eq!(send(&server, token(), endless).await, large);
}

#[tokio::test]
async fn one_import_at_a_time_is_let_in() {
    let server = ready().await;
    let turn: Option<Turn<'_>> = server.app.import_turn();
    assert!(turn.is_some());
    let busy = problem(409, "Conflict", "another directory is being imported, try again");
    assert_eq!(import(&server, "", &document()).await, busy);
    drop(turn);
    assert_eq!(import(&server, "", &document()).await.0, 200);
}
