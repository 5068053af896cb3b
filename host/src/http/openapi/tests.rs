//! Every route is in the document and every operation of the document is a route; every answer that an administrator reads is what is
//! said of it, and none of them holds a secret (issue of the console, point 7).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{conformance::Said, operations, whole};
use crate::{
    http::{
        routes,
        testing::{As, Server, server},
    },
    store::{self, access_tokens, auth, hook_deliveries::HookDelivery, jobs},
    workflow::{StateId, TicketId, UserId},
};

const NOTHING: Value = Value::Null;
/// An action plugin with a manifest.
const LEAVE_NOTE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/leave_note.wasm"));

const PASSWORD: &str = "Right-pass-2020";
const BEARER: &str = "bearer-of-the-admin";
const HOOK_TOKEN: &str = "token-of-the-hook";
const NOTICE_TOKEN: &str = "token-of-the-notice";
const PLUGIN_SECRET: &str = "secret-of-the-plugin";

/// With the session of the administrator `admin`.
async fn send(server: &Server, method: &str, path: &str, body: &Value) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).header("if-match", "*");
    let request = request.header("cookie", "sessionid=0123456789abcdef").header("x-requested-with", "test");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let response = server.response(request.body(body).unwrap()).await;
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

async fn real(server: &Server) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for path in routes(&server.app.app).paths() {
        let request = Request::builder().method("WALK").uri(concrete(path, &[1, 1]));
        let request = request.header("cookie", "sessionid=0123456789abcdef").header("x-requested-with", "test");
        let response = server.response(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 405, "{path}");
        let allowed = response.headers()[header::ALLOW].to_str().unwrap().to_owned();
        let methods = allowed.split(',').filter(|method| *method != "HEAD");
        found.extend(methods.map(|method| (method.to_owned(), path.clone())));
    }
    found
}

/// The path with numbers in its places.
fn concrete(path: &str, ids: &[i64]) -> String {
    let mut ids = ids.iter();
    let mut parts = path.split('{');
    let mut made = parts.next().unwrap().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('}').unwrap();
        made.push_str(&ids.next().unwrap_or(&1).to_string());
        made.push_str(rest);
    }
    made
}

#[tokio::test]
async fn every_route_is_in_the_document_and_nothing_else_is() {
    let real = real(&server().await).await;
    let said: Vec<(String, String)> = operations().iter().map(super::Op::of).collect();
    let unique: BTreeSet<(String, String)> = said.iter().cloned().collect();
    assert_eq!(unique.len(), said.len(), "an operation is described twice");
    assert_eq!(unique, Said::read().operations().into_iter().collect());
    let (unsaid, unreal): (Vec<_>, Vec<_>) = (real.difference(&unique).collect(), unique.difference(&real).collect());
    assert!(unsaid.is_empty(), "routes that no table in http/openapi describes: {unsaid:?}");
    assert!(unreal.is_empty(), "descriptions in http/openapi of no route: {unreal:?}");
}

#[test]
fn the_document_is_whole() {
    let document = whole();
    assert_eq!(serde_json::from_str::<Value>(&super::text()).unwrap(), document);
    let tags: BTreeSet<&str> = super::TAGS.iter().map(|tag| tag.0).collect();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{at}");
            assert!(tags.contains(operation["tags"][0].as_str().unwrap()), "{at}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{at}");
            assert!(operation["responses"].as_object().unwrap().keys().any(|status| status != "default"), "{at}");
        }
    }
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for name in text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(schemas.contains_key(name), "{name} is referred to and not there");
    }
    for name in schemas.keys() {
        assert!(text.contains(&format!("#/components/schemas/{name}\"")), "{name} is there for nobody");
    }
}

#[tokio::test]
async fn the_page_is_served_from_here_without_inline_script() {
    let server = server().await;
    for path in ["/docs", "/docs/"] {
        let (status, page) = send(&server, "GET", path, &NOTHING).await;
        assert_eq!(status, 200);
        assert!(
            page.split("<script")
                .skip(1)
                .all(|script| script.starts_with(" src=\"/docs/") && script.contains("></script>"))
        );
        assert!(!page.contains("http"), "nothing is fetched from elsewhere: {page}");
        for file in page.split("\"/docs/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert_eq!(send(&server, "GET", &format!("/docs/{file}"), &NOTHING).await.0, 200, "{file}");
        }
    }
    let (_, start) = send(&server, "GET", "/docs/swagger-initializer.js", &NOTHING).await;
    assert!(start.contains("\"/openapi.json\"") && start.contains("\"validatorUrl\": \"none\""), "{start}");
    assert_eq!(send(&server, "GET", "/docs/swagger-ui.js.map", &NOTHING).await.0, 404);
    let (status, document) = send(&server, "GET", "/openapi.json", &NOTHING).await;
    assert_eq!((status, serde_json::from_str::<Value>(&document).unwrap()), (200, whole()));
}

/// What a route's ids are, in a database where there is one of everything.
struct Filled {
    server: Server,
    ids: Vec<(&'static str, Vec<i64>)>,
    /// The app's token, which the old app calls may show.
    token: String,
}

impl Filled {
    async fn open() -> Self {
        let server = server().await;
        server.set_password(PASSWORD).await;
        access_tokens::insert(&server.app.db, UserId(1), &auth::hash(BEARER), None).await.unwrap();
        let (flow, token) = server.flow().await;
        let path = format!("/workflows/{}", flow.id);
        let department = server.admin(Method::POST, "/accounts/depts", json!({ "name": "d", "leader": "lisi" })).await;
        let role = server.admin(Method::POST, "/accounts/roles", json!({ "name": "r" })).await["id"].as_i64().unwrap();
        server.admin(Method::POST, &format!("/accounts/roles/{role}/users"), json!({ "user_id": 1 })).await;
        assert!(department["id"].is_i64());
        let hook = json!({ "hook_url": "http://127.0.0.1:9/", "hook_token": HOOK_TOKEN, "wait": true }).to_string();
        let hook = json!({ "name": "hook", "participant_type_id": 10, "participant": hook, "order_id": 9 });
        let hook = server.admin(Method::POST, &format!("{path}/states"), hook).await["state_id"].clone();
        for (name, from, to) in [("call", json!(flow.work), hook.clone()), ("called", hook.clone(), json!(flow.end))] {
            let conditions = json!([{ "expression": "{days} > 0", "target_state_id": to }]);
            let body = json!({ "name": name, "source_state_id": from, "destination_state_id": to, "condition_expression": conditions });
            server.admin(Method::POST, &format!("{path}/transitions"), body).await;
        }
        let notice = format!("type_id=2&hook_url=http://127.0.0.1:9/&notice_name=n&hook_token={NOTICE_TOKEN}");
        let request = Request::post("/api/v1.0/workflows/custom_notices").body(Body::from(notice)).unwrap();
        let (mut parts, body) = request.into_parts();
        parts.headers.insert("cookie", "sessionid=0123456789abcdef".parse().unwrap());
        parts.headers.insert("x-requested-with", "test".parse().unwrap());
        parts.headers.insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
        assert_eq!(server.send(Request::from_parts(parts, body)).await.1["code"], 0);
        let notices = server.admin(Method::GET, "/workflows/custom_notices", NOTHING).await;
        let notice = notices["value"][0]["id"].as_i64().unwrap();
        server.admin(Method::PATCH, &path, json!({ "notices": notice.to_string() })).await;
        let ticket = server.ticket(flow, &token).await;
        let oa = As::App("oa", &token, "zhangsan");
        let found = server.call(&oa, Method::GET, &format!("/tickets/{ticket}/transitions"), &NOTHING).await.1;
        let ways = found["data"]["value"].as_array().unwrap();
        let call = ways.iter().find(|way| way["transition_name"] == "call").unwrap()["transition_id"].clone();
        let moved =
            server.call(&oa, Method::PATCH, &format!("/tickets/{ticket}"), &json!({ "transition_id": call })).await;
        assert_eq!(moved.1["code"], 0, "{moved:?}");
        let plugin = Self::plugin(&server, ticket).await;
        let call = Self::work(&server, (plugin, ticket, notice)).await;
        let job =
            store::job_lists::list(&server.app.db, store::job_lists::Filter::default(), None, 1).await.unwrap()[0].id;
        let script = store::testing::insert_script(&server.app.db).await.0;
        let ids = vec![
            ("/api/v1.0/tickets/", vec![ticket]),
            ("/api/v2/tickets/", vec![ticket]),
            ("/api/v1.0/workflows/states/", vec![hook.as_i64().unwrap()]),
            ("/api/v1.0/workflows/run_scripts/", vec![script]),
            ("/api/v1.0/workflows/custom_notices/", vec![notice]),
            ("/api/v1.0/workflows/", vec![flow.id, flow.new]),
            ("/api/v2/workflows/", vec![flow.id]),
            ("/api/v2/jobs/", vec![job]),
            ("/api/v2/notices/", vec![notice]),
            ("/api/v2/plugins/{id}/versions/", vec![plugin, 1]),
            ("/api/v2/plugins/{id}/calls/", vec![plugin, call]),
            ("/api/v2/plugins/", vec![plugin]),
            ("/api/v1.0/accounts/roles/", vec![role]),
            ("/api/v1.0/accounts/users/", vec![1]),
            ("/api/v1.0/accounts/app_token/", vec![1]),
        ];
        Self { server, ids, token }
    }

    /// A plugin with a version, settings and a secret.
    async fn plugin(server: &Server, ticket: i64) -> i64 {
        let request = Request::post("/api/v2/plugins?name=leave").header("authorization", format!("Bearer {BEARER}"));
        let (_, made) = server.send(request.body(Body::from(LEAVE_NOTE)).unwrap()).await;
        let id = made["plugin_id"].as_i64().unwrap();
        let path = format!("/plugins/{id}");
        server.v2(Method::POST, &format!("{path}/versions/1/approve"), None, &json!({ "grants": "requested" })).await;
        server.v2(Method::POST, &format!("{path}/versions/1/activate"), None, &NOTHING).await;
        let secret = json!({ "value": PLUGIN_SECRET });
        assert_eq!(server.v2(Method::PUT, &format!("{path}/secrets/password"), None, &secret).await.status, 204);
        let tried =
            server.v2(Method::POST, &format!("{path}/versions/1/try"), None, &json!({ "ticket_id": ticket })).await;
        assert_eq!(tried.status, 200, "{tried:?}");
        id
    }

    /// What a worker leaves behind: a call of the plugin with a line, a delivery, a job that was given up.
    async fn work(server: &Server, (plugin, ticket, notice): (i64, i64, i64)) -> i64 {
        let call = store::testing::insert_call(&server.app.db, plugin, ticket).await;
        store::testing::insert_delivery(&server.app.db, notice, ticket).await;
        let called = HookDelivery {
            ticket: TicketId(ticket),
            state: StateId(1),
            key: Uuid::nil(),
            attempt: 1,
            is_delivered: false,
            detail: "HTTP 503",
            took_ms: 12,
        };
        store::hook_deliveries::log(&server.app.db, &called).await.unwrap();
        let mut connection = server.app.db.acquire().await.unwrap();
        for job in jobs::take(&server.app.db, Uuid::from_u128(1), 100, &[]).await.unwrap() {
            assert!(jobs::bury(&mut connection, &job, "nobody answers").await.unwrap());
        }
        call
    }

    fn path(&self, path: &str) -> String {
        let ids = self.ids.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, ids)| ids.as_slice());
        let query = match path {
            "/api/v1.0/tickets" => "?category=all",
            "/api/v1.0/tickets/states" => &format!("?ticket_ids={}", self.ids[0].1[0]),
            _ => "",
        };
        format!("{}{query}", concrete(path, ids.unwrap_or(&[1])))
    }

    /// Hashes of passwords, the texts of tokens and secrets, and the marks of what they are kept as.
    async fn secrets(&self) -> Vec<String> {
        let mut secrets = store::testing::password_hashes(&self.server.app.db).await;
        assert!(!secrets.is_empty());
        for text in [PASSWORD, BEARER, HOOK_TOKEN, NOTICE_TOKEN, PLUGIN_SECRET, "$argon2", "0123456789abcdef"] {
            secrets.push(text.to_owned());
        }
        secrets.push(hex::encode(auth::hash(BEARER)));
        secrets
    }
}

#[test]
fn the_console_was_made_from_this_document() {
    let committed = include_str!("../../../ui/openapi.json");
    assert!(
        committed.trim_end() == super::text().trim_end(),
        "host/ui/openapi.json is out of date: write it with `gavia openapi`, then `npm run types` in host/ui"
    );
}

#[tokio::test]
async fn no_answer_that_an_administrator_reads_holds_a_secret_and_each_is_as_it_is_described() {
    let filled = Filled::open().await;
    let (said, secrets) = (Said::read(), filled.secrets().await);
    let mut wrong = Vec::new();
    let mut read = 0;
    for (method, path) in real(&filled.server).await.into_iter().filter(|(method, _)| method == "GET") {
        // a logout would end the walk
        if path == "/api/v1.0/accounts/logout" || path == "/docs/{file}" {
            continue;
        }
        let (status, answer) = send(&filled.server, &method, &filled.path(&path), &NOTHING).await;
        let body: Value = serde_json::from_str(&answer).unwrap_or_default();
        if status != 200 || (path.starts_with("/api/v1.0") && body["code"] != 0) {
            wrong.push(format!("{path}: it was to be read, and answers {status} {answer}"));
        }
        read += 1;
        for secret in secrets.iter().filter(|secret| answer.contains(*secret)) {
            wrong.push(format!("{path}: holds {secret}"));
        }
        if answer.contains(&filled.token) && !path.starts_with("/api/v1.0/accounts/app_token") {
            wrong.push(format!("{path}: holds the app's token"));
        }
        if path.starts_with("/api/") || path.ends_with('z') {
            wrong.extend(said.against((&method, &path), status, &body).into_iter().map(|why| format!("{path}: {why}")));
        }
    }
    assert!(read > 45, "only {read} routes were read");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_changes_something_answers_as_it_is_described() {
    let filled = Filled::open().await;
    let (said, secrets) = (Said::read(), filled.secrets().await);
    let server = &filled.server;
    let id = |prefix: &str| filled.ids.iter().find(|(known, _)| *known == prefix).unwrap().1[0];
    let (flow, ticket, job) = (id("/api/v2/workflows/"), id("/api/v2/tickets/"), id("/api/v2/jobs/"));
    let document = server.v2(Method::GET, &format!("/workflows/{flow}/definition"), None, &NOTHING).await.body;
    let mut changed = document.clone();
    changed["description"] = json!("another");
    changed["states"][0]["participant"] = json!({ "kind": "person", "value": "ghost" });
    let walk = json!({ "creator": "lisi", "fields": { "title": "t", "days": 4 } });
    let mut wrong = Vec::new();
    for (method, path, ids, body) in [
        ("POST", "/api/v2/workflows/check", vec![], changed.clone()),
        ("POST", "/api/v2/workflows/{id}/dry_run", vec![flow], walk),
        ("PUT", "/api/v2/workflows/{id}/definition", vec![flow], document),
        ("POST", "/api/v2/workflows/{id}/clone", vec![flow], json!({ "name": "copy" })),
        ("POST", "/api/v2/tickets/{id}/interventions", vec![ticket], json!({ "action": "comment", "reason": "r" })),
        ("POST", "/api/v2/jobs/{id}/retry", vec![job], NOTHING),
        ("DELETE", "/api/v2/jobs/{id}", vec![job], NOTHING),
        ("POST", "/api/v2/app_tokens/{id}/reveal", vec![1], NOTHING),
        ("PUT", "/api/v2/directory", vec![], json!({ "users": [{ "username": "new" }] })),
        (
            "PUT",
            "/api/v2/session/password",
            vec![],
            json!({ "current_password": PASSWORD, "new_password": "Another-pass-2021" }),
        ),
        ("POST", "/api/v2/session", vec![], json!({ "username": "admin", "password": "Another-pass-2021" })),
        ("DELETE", "/api/v2/session", vec![], NOTHING),
    ] {
        let (status, answer) = send(server, method, &concrete(path, &ids), &body).await;
        let body: Value = serde_json::from_str(&answer).unwrap_or_default();
        let told = said.against((method, path), status, &body);
        wrong.extend(told.into_iter().map(|why| format!("{method} {path}: {why}: {status} {answer}")));
        wrong.extend(
            secrets
                .iter()
                .filter(|secret| answer.contains(*secret))
                .map(|_| format!("{method} {path}: holds a secret")),
        );
        if answer.contains(&filled.token) != path.ends_with("/reveal") {
            wrong.push(format!("{method} {path}: an app's token is shown where it is revealed, and nowhere else"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
