//! The people and workflows that journeys are told with: the demo set of the behaviour page (§11), built over HTTP as any
//! administrator would. No assertions about features.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    client::{AppClient, Session},
    server::{Cluster, Node},
};

/// Ids by name.
#[derive(Debug, Default, Clone)]
pub struct Workflow {
    pub id: i64,
    pub states: BTreeMap<String, i64>,
    pub transitions: BTreeMap<String, i64>,
}

impl Workflow {
    #[track_caller]
    pub fn state(&self, name: &str) -> i64 {
        self.states[name]
    }

    #[track_caller]
    pub fn transition(&self, name: &str) -> i64 {
        self.transitions[name]
    }
}

/// Departments 总部 > 技术部 > 运维部 and 人事部, their people, and the role HR.
#[derive(Debug, Clone)]
pub struct People {
    pub departments: BTreeMap<&'static str, i64>,
    pub users: BTreeMap<&'static str, i64>,
    pub hr: i64,
}

pub async fn people(admin: &Session) -> People {
    let mut departments = BTreeMap::new();
    for (key, name, parent, leader, approver) in [
        ("hq", "总部", None, "admin", ""),
        ("tech", "技术部", Some("hq"), "lilei", ""),
        ("ops", "运维部", Some("tech"), "guiji", ""),
        ("pay", "支付部", Some("tech"), "zhangsan", "zhangsan,lisi"),
        ("hr", "人事部", Some("hq"), "jack", ""),
    ] {
        let parent = parent.map_or(0, |parent| departments[parent]);
        let body =
            json!({ "name": name, "parent_dept_id": parent, "leader": leader, "approver": approver, "label": "" });
        admin.post("/accounts/depts", body).await.ok();
        departments.insert(key, find(admin, "/accounts/depts", "name", name).await);
    }
    let mut users = BTreeMap::new();
    for (name, alias, department) in [
        ("lilei", "李磊", "tech"),
        ("zhangsan", "张三", "pay"),
        ("lisi", "李四", "tech"),
        ("guiji", "轨迹", "ops"),
        ("wangwu", "王五", "ops"),
        ("jack", "杰克", "hr"),
        ("hanmei", "韩梅", "hr"),
    ] {
        let body = json!({ "username": name, "alias": alias, "email": format!("{name}@example.com"), "phone": "13888888888",
                           "dept_id": departments[department], "is_active": true });
        admin.post("/accounts/users", body).await.ok();
        users.insert(name, find(admin, "/accounts/users", "username", name).await);
    }
    admin.post("/accounts/roles", json!({ "name": "HR", "description": "", "label": "{}" })).await.ok();
    let hr = find(admin, "/accounts/roles", "name", "HR").await;
    for name in ["jack", "hanmei"] {
        admin.post(&format!("/accounts/roles/{hr}/users"), json!({ "user_id": users[name] })).await.ok();
    }
    People { departments, users, hr }
}

async fn find(admin: &Session, path: &str, key: &str, name: &str) -> i64 {
    let data = admin.get(&format!("{path}?per_page=1000")).await.ok();
    let rows = data["value"].as_array().expect("a page");
    let row = rows.iter().find(|row| row[key] == name).expect("the row that was just made");
    row["id"].as_i64().expect("an id")
}

/// A custom field: key and kind.
pub type Field = (&'static str, i64);
/// A state: name and whatever differs from a nameless normal one.
pub type State = (&'static str, Value);
/// A transition: name, source, destination and whatever differs from a plain one. Conditions name states as `@name`.
pub type Transition = (&'static str, &'static str, &'static str, Value);

/// Builds a workflow piece by piece, as the admin pages do.
pub async fn workflow(
    admin: &Session,
    name: &str,
    fields: &[Field],
    states: Vec<State>,
    transitions: Vec<Transition>,
) -> Workflow {
    let made = admin
        .post("/workflows", json!({ "name": name, "description": name, "display_form_str": "[\"sn\",\"title\"]" }))
        .await
        .ok();
    let id = made["workflow_id"].as_i64().expect("a workflow id");
    let mut built = Workflow { id, ..Workflow::default() };
    for (key, kind) in fields {
        let body = json!({ "field_key": key, "field_name": key, "field_type_id": kind });
        admin.post(&format!("/workflows/{id}/custom_fields"), body).await.ok();
    }
    for (order, (name, special)) in states.into_iter().enumerate() {
        let body = merged(
            json!({ "name": name, "order_id": order, "participant_type_id": 0, "state_field_str": "{\"title\":1}" }),
            special,
        );
        let data = admin.post(&format!("/workflows/{id}/states"), body).await.ok();
        built.states.insert(name.to_owned(), data["state_id"].as_i64().expect("a state id"));
    }
    for (name, source, destination, special) in transitions {
        let plain = json!({ "name": name, "source_state_id": built.state(source), "destination_state_id": built.state(destination),
                            "transition_type_id": 1, "attribute_type_id": 1, "field_require_check": 1 });
        let mut body = merged(plain, special);
        if let Some(text) = body["condition_expression"].as_str() {
            let named = built
                .states
                .iter()
                .fold(text.to_owned(), |text, (name, id)| text.replace(&format!("\"@{name}\""), &id.to_string()));
            body["condition_expression"] = named.into();
        }
        let data = admin.post(&format!("/workflows/{id}/transitions"), body).await.ok();
        built.transitions.insert(name.to_owned(), data["value"]["transition_id"].as_i64().expect("a transition id"));
    }
    built
}

fn merged(mut plain: Value, special: Value) -> Value {
    if let (Value::Object(plain), Value::Object(special)) = (&mut plain, special) {
        plain.extend(special);
    }
    plain
}

/// new → tl (creator_tl) → end, or hr when three days or more; refuse → edit (hidden) → tl.
pub async fn leave(admin: &Session, people: &People) -> Workflow {
    let days = |access: i64| json!({ "title": access, "days": access, "reason": 3 }).to_string();
    workflow(
        admin,
        "leave",
        &[("days", 10), ("reason", 55)],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": days(2) })),
            ("edit", json!({ "is_hidden": 1, "participant_type_id": 5, "participant": "creator", "state_field_str": days(2) })),
            ("tl", json!({ "participant_type_id": 5, "participant": "creator_tl", "distribute_type_id": 2, "state_field_str": "{\"title\":1,\"days\":1}" })),
            ("hr", json!({ "participant_type_id": 4, "participant": people.hr.to_string(), "distribute_type_id": 2 })),
            ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
        ],
        vec![
            ("submit", "new", "tl", json!({})),
            ("save", "new", "edit", json!({ "field_require_check": 0 })),
            ("agree", "tl", "end", json!({ "condition_expression": "[{\"expression\": \"{days} >= 3\", \"target_state_id\": \"@hr\"}]" })),
            ("refuse", "tl", "edit", json!({ "attribute_type_id": 2, "field_require_check": 0 })),
            ("resubmit", "edit", "tl", json!({})),
            ("hr_agree", "hr", "end", json!({})),
        ],
    )
    .await
}

/// new → ops department (accept first) → script → creator confirms → end.
pub async fn vpn(admin: &Session, people: &People, script: i64) -> Workflow {
    workflow(
        admin,
        "vpn",
        &[("mode", 5)],
        vec![
            ("new", json!({ "type_id": 1, "state_field_str": "{\"title\":2,\"mode\":3}" })),
            ("ops", json!({ "participant_type_id": 3, "participant": people.departments["ops"].to_string(), "distribute_type_id": 1,
                            "state_field_str": "{\"title\":1,\"mode\":3}" })),
            ("auto", json!({ "participant_type_id": 6, "participant": script.to_string() })),
            ("confirm", json!({ "participant_type_id": 5, "participant": "creator" })),
            ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
        ],
        vec![
            ("submit", "new", "ops", json!({})),
            ("done", "ops", "auto", json!({})),
            ("ran", "auto", "confirm", json!({ "attribute_type_id": 3 })),
            ("ok", "confirm", "end", json!({})),
            ("again", "confirm", "ops", json!({ "attribute_type_id": 2 })),
        ],
    )
    .await
}

/// An app that may use `workflows`.
pub async fn app(admin: &Session, base: &str, name: &str, workflows: &[&Workflow]) -> AppClient {
    let ids: Vec<String> = workflows.iter().map(|workflow| workflow.id.to_string()).collect();
    let body = json!({ "app_name": name, "ticket_sn_prefix": "t", "workflow_ids": ids.join(","), "may_admin": true });
    let made = admin.post("/accounts/app_token", body).await.ok();
    AppClient::new(crate::http_client(), base, name, made["token"].as_str().expect("the token, shown once"))
}

/// Where most stories begin: a node on a fresh database, its administrator, and the people.
pub struct Stage {
    pub cluster: Cluster,
    pub node: Node,
    pub admin: Session,
    pub people: People,
}

impl Stage {
    /// `binary` is `env!("CARGO_BIN_EXE_gavia-node")` of the calling test.
    pub async fn open(binary: &'static str) -> anyhow::Result<Self> {
        crate::guests::built().await;
        let cluster = Cluster::new(binary).await?;
        let node = cluster.node().await?;
        let admin = node.admin().await;
        let people = people(&admin).await;
        Ok(Self { cluster, node, admin, people })
    }

    /// An app called `oa` that may use these workflows and that administrators may act through.
    pub async fn app(&self, workflows: &[&Workflow]) -> AppClient {
        app(&self.admin, &self.node.base, "oa", workflows).await
    }

    /// new → mid → end, where `mid` is what the test is about.
    pub async fn simple(&self, name: &str, fields: &[Field], mid: Value, more: Vec<Transition>) -> Workflow {
        let mut start = json!({ "title": 2 });
        for (key, _) in fields {
            start[*key] = 3.into();
        }
        let states = vec![
            ("new", json!({ "type_id": 1, "state_field_str": start.to_string() })),
            ("mid", mid),
            ("end", json!({ "type_id": 2, "state_field_str": "{}" })),
        ];
        let mut transitions = vec![("submit", "new", "mid", json!({})), ("done", "mid", "end", json!({}))];
        transitions.extend(more);
        workflow(&self.admin, name, fields, states, transitions).await
    }

    /// Every invariant that the tables break now.
    pub async fn broken(&self) -> Vec<String> {
        crate::invariants::broken(self.cluster.pool()).await.expect("the database answers")
    }
}
