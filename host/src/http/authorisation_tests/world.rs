//! What the table is about: the people, apps and keys that call, and the things they call for, made anew for each call.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    http::{
        routes,
        testing::{self, As, Server, done, server},
    },
    store::{self, access_tokens, app_tokens::AppTokenDraft, auth, jobs},
    workflow::UserId,
};

/// Who a caller's app speaks for.
const SPEAKS_FOR: [(&str, &str, &str); 12] = [
    ("foreign", "foreign", "zhangsan"),
    ("mighty", "mighty", "admin"),
    ("stranger", "oa", "luren"),
    ("related", "oa", "wangwu"),
    ("holder", "oa", "zhangsan"),
    ("creator", "oa", "lisi"),
    ("boss", "oa", "admin"),
    ("reserved", "oa", "loonrobot"),
    ("desk", "desk", "admin"),
    ("flowdesk", "desk", "guanli"),
    ("tool", "tool", "luren"),
    ("trusted", "trusted", "luren"),
];

pub(super) struct World {
    pub(super) server: Server,
    /// Id and token by name.
    apps: BTreeMap<&'static str, (i64, String)>,
    users: BTreeMap<&'static str, i64>,
    /// Ids of the workflow's parts by name: new → first (wangwu) → work (zhangsan) → end; first → pool (two, who accept first);
    /// work → hook → end; and a transition that stays in new.
    flow: BTreeMap<&'static str, i64>,
    made: u32,
}

/// Something that a request is about.
#[derive(Debug, Default)]
pub(super) struct Thing {
    ids: Vec<i64>,
    parts: BTreeMap<&'static str, i64>,
}

impl Thing {
    fn of(ids: &[i64]) -> Self {
        Self { ids: ids.to_vec(), ..Self::default() }
    }

    /// The text with the ids in the place of `{…}` of a path, and the parts in that of `$name`.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if text.starts_with('/') {
            for id in &self.ids {
                let Some((before, rest)) = text.split_once('{') else { break };
                text = format!("{before}{id}{}", rest.split_once('}').expect("a closed name").1);
            }
        }
        for (name, id) in self.parts.iter().rev() {
            text = text.replace(&format!("${name}"), &id.to_string());
        }
        assert!(!text.contains('$'), "a part is unknown: {text}");
        text
    }
}

impl World {
    pub(super) async fn open() -> Self {
        let server = server().await;
        let mut users = BTreeMap::new();
        for name in ["lisi", "wangwu", "zhangsan", "zhaoliu", "luren", "guanli"] {
            let body = json!({ "username": name, "is_workflow_admin": name == "guanli" });
            users.insert(name, server.admin(Method::POST, "/accounts/users", body).await["id"].as_i64().unwrap());
        }
        for (key, user) in [("adminkey", 1), ("flowkey", users["guanli"]), ("userkey", users["zhangsan"])] {
            access_tokens::insert(&server.app.db, UserId(user), &auth::hash(key), None).await.unwrap();
        }
        let flow = flow(&server).await;
        let mut apps = BTreeMap::new();
        for name in ["oa", "desk", "tool", "trusted", "foreign", "mighty"] {
            let is = |names: &[&str]| names.contains(&name);
            let draft = AppTokenDraft {
                app_name: name.to_owned(),
                workflows: if is(&["foreign", "mighty"]) { Vec::new() } else { vec![flow["workflow"]] },
                trusted: is(&["trusted", "mighty"]),
                may_configure: is(&["tool", "mighty"]),
                may_admin: is(&["desk", "mighty"]),
                ..AppTokenDraft::default()
            };
            let made = server.app.create_app_token(&draft, "").await.unwrap();
            apps.insert(name, (made.id, made.token));
        }
        Self { server, apps, users, flow, made: 0 }
    }

    pub(super) fn paths(&self) -> Vec<String> {
        routes(&self.server.app.app).paths().to_vec()
    }

    /// A request as this caller makes it.
    pub(super) async fn call(&self, caller: &str, method: &Method, target: &str, body: &str) -> Request<Body> {
        let mut request = Request::builder().method(method.clone()).uri(target);
        if let Some((_, app, user)) = SPEAKS_FOR.iter().find(|row| row.0 == caller) {
            let (_, token) = &self.apps[app];
            let signed = testing::request(&As::App(app, token, user), Method::GET, "", &Value::Null);
            request.headers_mut().unwrap().extend(signed.headers().clone());
        } else if caller == "session" {
            // one a call, since a logout is among them
            let cookie = crate::ambient::uuid().to_string();
            auth::insert_session(&self.server.app.db, &auth::hash(&cookie), UserId(1)).await.unwrap();
            request = request.header(header::COOKIE, format!("sessionid={cookie}")).header("x-requested-with", "test");
        } else if caller != "nobody" {
            request = request.header(header::AUTHORIZATION, format!("Bearer {caller}"));
        }
        if target.ends_with("/definition") {
            request = request.header(header::IF_MATCH, "*");
        }
        let form = body.strip_prefix("form ");
        if form.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        request.body(Body::from(form.unwrap_or(body).to_owned())).unwrap()
    }

    /// What the row's request is about, for this caller.
    pub(super) async fn make(&mut self, name: Option<&str>, caller: &str) -> Thing {
        self.made += 1;
        let mut thing = match name {
            None => Thing::default(),
            Some("flow") => Thing::of(&[self.flow["workflow"]]),
            Some("start") => Thing::of(&[self.flow["new"]]),
            Some("work" | "pool" | "asked" | "fresh" | "hooked" | "job") => self.ticket(name.unwrap()).await,
            Some("workflow" | "state" | "transition" | "field") => self.configured(name.unwrap(), caller).await,
            Some("user" | "role" | "member" | "department" | "token") => self.account(name.unwrap()).await,
            Some("notice") => Thing::of(&[self.notice().await]),
            Some("script") => Thing::of(&[store::testing::insert_script(&self.server.app.db).await.0]),
            Some("plugin") => Thing::of(&[store::testing::insert_plugin(&self.server.app.db, self.made).await.0, 1]),
            Some(other) => panic!("nobody knows how to make {other}"),
        };
        thing.parts.insert("fresh", i64::from(self.made));
        thing.parts.insert("user", self.users["luren"]);
        for (name, id) in &self.flow {
            thing.parts.entry(name).or_insert(*id);
        }
        thing
    }

    /// What can be seen of the ticket, if the thing is one: its columns and the number of its logs.
    pub(super) async fn trace(&self, thing: &Thing) -> Option<(Value, Value)> {
        let path = format!("/tickets/{}", thing.parts.get("ticket")?);
        let detail = self.server.admin(Method::GET, &path, Value::Null).await;
        let logs = self.server.admin(Method::GET, &format!("{path}/flowlogs?per_page=1"), Value::Null).await;
        Some((detail, logs["total"].clone()))
    }

    async fn act(&self, who: &str, method: Method, path: &str, body: Value) -> Value {
        done(self.server.call(&As::App("oa", &self.apps["oa"].1, who), method, path, &body).await)
    }

    async fn admin(&self, path: &str, body: Value) -> Value {
        self.server.admin(Method::POST, path, body).await
    }

    async fn ticket(&self, name: &str) -> Thing {
        let first = if name == "fresh" { self.flow["keep"] } else { self.flow["submit"] };
        let body = json!({ "workflow_id": self.flow["workflow"], "transition_id": first, "title": "t" });
        let id = self.act("lisi", Method::POST, "/tickets", body).await["ticket_id"].as_i64().unwrap();
        let path = format!("/tickets/{id}");
        let take = |transition: &str| json!({ "transition_id": self.flow[transition] });
        match name {
            "fresh" => {}
            "asked" => {
                let whom = json!({ "target_username": "zhangsan" });
                self.act("wangwu", Method::POST, &format!("{path}/add_node"), whom).await;
            }
            "pool" => {
                self.act("wangwu", Method::PATCH, &path, take("share")).await;
            }
            _ => {
                self.act("wangwu", Method::PATCH, &path, take("pass")).await;
            }
        }
        let mut thing = Thing::of(&[id]);
        thing.parts.insert("ticket", id);
        if matches!(name, "hooked" | "job") {
            self.act("zhangsan", Method::PATCH, &path, take("call")).await;
            let job = self.bury(id).await;
            if name == "job" {
                thing.ids = vec![job];
            }
        }
        thing
    }

    /// The ticket's hook was given up; so were those of tickets before it.
    async fn bury(&self, ticket: i64) -> i64 {
        let mut connection = self.server.app.db.acquire().await.unwrap();
        let mut dead = None;
        for job in jobs::take(&self.server.app.db, Uuid::from_u128(1), 100, &[]).await.unwrap() {
            assert!(jobs::bury(&mut connection, &job, "nobody answers").await.unwrap());
            dead = Some(job.id).filter(|_| job.ticket.0 == ticket).or(dead);
        }
        dead.unwrap()
    }

    /// A workflow of its own, which the caller's app may use if it may use any.
    async fn configured(&self, name: &str, caller: &str) -> Thing {
        let workflow = self.server.workflow().await;
        let app = SPEAKS_FOR.iter().find(|row| row.0 == caller).map_or("oa", |row| row.1);
        if !["foreign", "mighty"].contains(&app) {
            let both = json!({ "workflow_ids": format!("{},{workflow}", self.flow["workflow"]) });
            let path = format!("/accounts/app_token/{}", self.apps[app].0);
            self.server.admin(Method::PATCH, &path, both).await;
        }
        let path = format!("/workflows/{workflow}");
        let state = json!({ "name": "s", "type_id": 0, "participant_type_id": 1, "participant": "lisi" });
        let state = self.admin(&format!("{path}/states"), state).await["state_id"].as_i64().unwrap();
        let mut thing = match name {
            "workflow" => Thing::of(&[workflow]),
            // its path has the workflow alone where a transition is made
            "state" => Thing::of(&[workflow, state]),
            "transition" => {
                let body = json!({ "name": "t", "source_state_id": state, "destination_state_id": state });
                let made = self.admin(&format!("{path}/transitions"), body).await;
                Thing::of(&[workflow, made["value"]["transition_id"].as_i64().unwrap()])
            }
            _ => {
                let body = json!({ "field_key": "f", "field_name": "F", "field_type_id": 5 });
                let made = self.admin(&format!("{path}/custom_fields"), body).await;
                Thing::of(&[workflow, made["value"]["custom_field_id"].as_i64().unwrap()])
            }
        };
        thing.parts.insert("state", state);
        thing
    }

    async fn account(&self, name: &str) -> Thing {
        let n = self.made;
        let id = |made: Value| made["id"].as_i64().unwrap();
        match name {
            "user" => Thing::of(&[id(self.admin("/accounts/users", json!({ "username": format!("u{n}") })).await)]),
            "department" => Thing::of(&[id(self.admin("/accounts/depts", json!({ "name": "d" })).await)]),
            "token" => {
                Thing::of(&[id(self.admin("/accounts/app_token", json!({ "app_name": format!("a{n}") })).await)])
            }
            name => {
                let role = id(self.admin("/accounts/roles", json!({ "name": "r" })).await);
                if name == "role" {
                    return Thing::of(&[role]);
                }
                let user = self.users["luren"];
                self.admin(&format!("/accounts/roles/{role}/users"), json!({ "user_id": user })).await;
                Thing::of(&[role, user])
            }
        }
    }

    async fn notice(&self) -> i64 {
        let draft = store::testing::webhook();
        store::custom_notices::insert(&self.server.app.db, &draft, None, "admin").await.unwrap().0
    }
}

async fn flow(server: &Server) -> BTreeMap<&'static str, i64> {
    let workflow = server.workflow().await;
    let path = format!("/workflows/{workflow}");
    let mut ids = BTreeMap::from([("workflow", workflow)]);
    let hook = json!({ "hook_url": "http://127.0.0.1:9/", "hook_token": "t", "wait": true }).to_string();
    for (name, kind, who, participant) in [
        ("new", 1, 5, "creator"),
        ("first", 0, 1, "wangwu"),
        ("work", 0, 1, "zhangsan"),
        ("pool", 0, 2, "zhangsan,zhaoliu"),
        ("hook", 0, 10, hook.as_str()),
        ("end", 2, 0, ""),
    ] {
        let body = json!({ "name": name, "type_id": kind, "participant_type_id": who, "participant": participant,
                           "distribute_type_id": 1, "state_field_str": { "title": 3 } });
        let made = server.admin(Method::POST, &format!("{path}/states"), body).await;
        ids.insert(name, made["state_id"].as_i64().unwrap());
    }
    for (name, source, target) in [
        ("submit", "new", "first"),
        ("keep", "new", "new"),
        ("pass", "first", "work"),
        ("share", "first", "pool"),
        ("call", "work", "hook"),
        ("done", "work", "end"),
        ("called", "hook", "end"),
        ("shared", "pool", "end"),
    ] {
        let body = json!({ "name": name, "source_state_id": ids[source], "destination_state_id": ids[target] });
        let made = server.admin(Method::POST, &format!("{path}/transitions"), body).await;
        ids.insert(name, made["value"]["transition_id"].as_i64().unwrap());
    }
    ids
}
