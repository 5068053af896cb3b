//! A call with the usual context, grants and limits, of which an attack changes what it needs.

use std::{sync::Arc, time::Duration};

use gavia_sandbox::{
    ActionAnswer, Call, Context, Department, FieldKind, FieldScope, FieldValue, Grants, HttpGrant, InMemory, Kind,
    Limits, NoServices, Outcome, Plugin, Reach, Sandbox, Secret, Services, Ticket, User,
};

/// A call's settings.
#[derive(Clone)]
pub struct Ask {
    pub context: Context,
    pub grants: Grants,
    pub limits: Limits,
    pub host: Arc<dyn Services>,
}

/// A call about ticket 1 of workflow 1, without grants, under the usual limits.
pub fn ask(args: &str) -> Ask {
    let field = |key: &str, kind, value: &str| FieldValue { key: key.to_owned(), kind, value: value.to_owned() };
    let ticket = Ticket {
        id: 1,
        sn: "gavia_202601010001".to_owned(),
        title: "leave".to_owned(),
        workflow_id: 1,
        creator: "zhangsan".to_owned(),
        state_label: "{}".to_owned(),
        multi_all_person: "{}".to_owned(),
        fields: vec![
            field("days", FieldKind::Int, "5"),
            field("read", FieldKind::Int, "2"),
            field("mode", FieldKind::Str, "\"ok\""),
        ],
        ..Ticket::default()
    };
    let context = Context {
        invocation_id: "0000-test".to_owned(),
        attempt: 1,
        ticket,
        run_by: "loonrobot".to_owned(),
        args: serde_json::Value::from(args).to_string(),
        ..Context::default()
    };
    // The shared guest fails on purpose, and again and again.
    let limits = Limits { failures: u32::MAX, ..Limits::for_kind(Kind::Action) };
    Ask { context, grants: Grants::default(), limits, host: Arc::new(NoServices) }
}

/// A call of the guest `prober`, whose arguments are steps of words, with data behind its imports.
pub fn steps(steps: &[&[&str]]) -> Ask {
    let mut ask = ask("");
    ask.context.args = steps.iter().copied().collect::<serde_json::Value>().to_string();
    ask.host = Arc::new(host());
    ask
}

impl Ask {
    /// May write every field.
    #[must_use]
    pub fn granted(mut self) -> Ask {
        self.grants.tickets_write = FieldScope::All;
        self
    }

    #[must_use]
    pub fn grants(mut self, grants: Grants) -> Ask {
        self.grants = grants;
        self
    }

    #[must_use]
    pub fn http(self, http: Vec<HttpGrant>) -> Ask {
        self.grants(Grants { http, ..Grants::default() })
    }

    #[must_use]
    pub fn wall(mut self, millis: u64) -> Ask {
        self.limits.wall = Duration::from_millis(millis);
        self
    }

    #[must_use]
    pub fn cpu(mut self, millis: u64) -> Ask {
        self.limits.cpu = Duration::from_millis(millis);
        self
    }

    pub fn call(&self, limits: Limits) -> Call<'_> {
        Call { context: &self.context, grants: Arc::new(self.grants.clone()), limits, host: self.host.clone() }
    }

    pub async fn run(&self, sandbox: &Sandbox, plugin: &Plugin) -> Outcome<ActionAnswer> {
        sandbox.run_action(plugin, self.call(self.limits)).await
    }
}

/// People, departments, settings and secrets.
pub fn host() -> InMemory {
    let user = |id, name: &str, dept, role| User {
        id,
        username: name.to_owned(),
        alias: name.to_uppercase(),
        email: format!("{name}@example.com"),
        phone: "555".to_owned(),
        is_active: name != "gone",
        dept_ids: vec![dept],
        role_ids: vec![role],
    };
    let department = |id, parent, leader: Option<&str>| Department { id, parent, leader: leader.map(str::to_owned) };
    InMemory {
        settings: vec![("url".to_owned(), "https://example.com".to_owned())],
        secrets: [("token", "tok-12345"), ("other", "tok-67890"), ("torn", "two\nlines")]
            .map(|(name, value)| (name.to_owned(), Secret::new(value)))
            .into(),
        users: vec![user(1, "lisi", 1, 1), user(2, "wangwu", 2, 1), user(3, "gone", 2, 1)],
        departments: vec![department(1, None, Some("lisi")), department(2, Some(1), None)],
        ..InMemory::default()
    }
}

/// An entry of the allow-list for a receiver on this machine.
pub fn private(origin: &str) -> HttpGrant {
    HttpGrant { reach: Reach::Private, ..public(origin) }
}

pub fn public(origin: &str) -> HttpGrant {
    HttpGrant::new(origin.parse().expect("a fixture names an origin"))
}
