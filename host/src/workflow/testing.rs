//! For the tests of the rules: the people and the two workflows of behaviour §11, parts for small workflows, and a desk at
//! which people act on them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::*;

/// 2020-03-01 01:00 UTC, nine o'clock in Shanghai.
pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_583_024_400, 0).expect("a valid time")
}

pub(super) const ZONE: chrono_tz::Tz = chrono_tz::Asia::Shanghai;

pub(super) fn body(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(body) => body,
        other => panic!("{other} is no body"),
    }
}

/// A normal state, named `s` and its id; a comma list of `key`, `key!` (required) and `key?` (optional) is its form.
pub(super) fn state(id: i64, kind: ParticipantKind, text: &str, form: &str) -> State {
    State {
        id: StateId(id),
        name: format!("s{id}"),
        kind: StateKind::Normal,
        order_id: i32::try_from(id).expect("small"),
        is_hidden: false,
        sub_workflow_id: 0,
        remember_last_handler: false,
        participant: ParticipantRule { kind, text: text.to_owned() },
        distribution: Distribution::Direct,
        field_access: access(form),
        label: json!({}),
        plugin_args: "{}".to_owned(),
    }
}

pub(super) fn start(id: i64, form: &str) -> State {
    State { kind: StateKind::Start, ..state(id, ParticipantKind::Nobody, "", form) }
}

pub(super) fn end(id: i64) -> State {
    State { kind: StateKind::End, ..state(id, ParticipantKind::Nobody, "", "") }
}

pub(super) fn access(form: &str) -> BTreeMap<String, FieldAccess> {
    form.split(',')
        .filter(|key| !key.is_empty())
        .map(|key| match (key.strip_suffix('!'), key.strip_suffix('?')) {
            (Some(key), _) => (key.to_owned(), FieldAccess::Required),
            (_, Some(key)) => (key.to_owned(), FieldAccess::Optional),
            _ => (key.to_owned(), FieldAccess::ReadOnly),
        })
        .collect()
}

pub(super) fn transition(id: i64, source: i64, destination: i64) -> Transition {
    Transition {
        id: TransitionId(id),
        name: format!("t{id}"),
        kind: TransitionKind::Normal,
        timer_seconds: 0,
        source: Some(StateId(source)),
        destination: Some(StateId(destination)),
        conditions: Conditions::Listed(Vec::new()),
        attribute: TransitionAttribute::Agree,
        field_check: FieldCheck::Required,
        alert_enable: false,
        alert_text: String::new(),
    }
}

pub(super) fn refusing(id: i64, source: i64, destination: i64) -> Transition {
    Transition {
        attribute: TransitionAttribute::Refuse,
        field_check: FieldCheck::Skipped,
        ..transition(id, source, destination)
    }
}

pub(super) fn condition(expression: &str, target: i64) -> Condition {
    Condition { expression: expression.to_owned(), target: StateId(target) }
}

pub(super) fn field(id: i64, key: &str, kind: FieldKind, order_id: i32) -> FieldDef {
    FieldDef {
        id: FieldId(id),
        key: key.to_owned(),
        name: key.to_owned(),
        kind,
        order_id,
        default_value: None,
        description: String::new(),
        template: String::new(),
        boolean_display: json!({}),
        choices: json!({}),
        label: json!({}),
    }
}

pub(super) fn workflow(states: Vec<State>, transitions: Vec<Transition>, fields: Vec<FieldDef>) -> Definition {
    Definition {
        id: WorkflowId(1),
        revision: 1,
        name: "w".to_owned(),
        description: String::new(),
        view_check: ViewCheck::Related,
        limit_expression: "{}".to_owned(),
        notices: Vec::new(),
        display_form: Vec::new(),
        condition_plugin: String::new(),
        states,
        transitions,
        fields,
    }
}

/// Start 1, a state 2 with these participants, end 3; 1 → 2 by transition 1, 2 → 3 by transition 2.
pub(super) fn three_states(kind: ParticipantKind, text: &str, distribution: Distribution) -> Definition {
    let middle = State { distribution, ..state(2, kind, text, "title") };
    workflow(vec![start(1, "title!"), middle, end(3)], vec![transition(1, 1, 2), transition(2, 2, 3)], Vec::new())
}

/// 请假申请 of behaviour §11.
pub(super) fn leave() -> Definition {
    use FieldKind::{Datetime, Radio, String, Text, User};
    let required = "title!,leave_start!,leave_end!,leave_days!,leave_proxy!,leave_type!,leave_reason!";
    let shown = "title,leave_start,leave_end,leave_days,leave_proxy,leave_type,leave_reason";
    let editing = format!("{required},sn,creator,gmt_created,state.state_name");
    let by = |id, kind, text, form: &str| state(id, kind, text, form);
    Definition {
        name: "请假申请".to_owned(),
        view_check: ViewCheck::Everybody,
        display_form:
            "sn,title,leave_start,leave_end,leave_days,leave_proxy,leave_type,creator,gmt_created,leave_reason"
                .split(',')
                .map(str::to_owned)
                .collect(),
        ..workflow(
            vec![
                start(1, required),
                State { is_hidden: true, ..by(2, ParticipantKind::Variable, "creator", &editing) },
                by(3, ParticipantKind::Variable, "creator_tl", shown),
                by(4, ParticipantKind::Person, "jack", shown),
                end(5),
            ],
            vec![
                transition(1, 1, 3),
                transition(2, 1, 2),
                transition(3, 3, 4),
                refusing(4, 3, 2),
                transition(5, 4, 5),
                Transition { attribute: TransitionAttribute::Agree, ..refusing(6, 4, 2) },
                transition(7, 2, 3),
                transition(8, 2, 2),
            ],
            vec![
                field(1, "leave_start", Datetime, 20),
                field(2, "leave_end", Datetime, 25),
                field(3, "leave_days", String, 30),
                field(4, "leave_proxy", User, 35),
                field(5, "leave_type", Radio, 40),
                field(6, "leave_reason", Text, 45),
            ],
        )
    }
}

/// What a creator fills in for a leave.
pub(super) fn leave_body() -> Map<String, Value> {
    body(json!({
        "title": "请假", "leave_start": "2020-03-02 09:00:00", "leave_end": "2020-03-03", "leave_days": "2",
        "leave_proxy": "lisi", "leave_type": "1", "leave_reason": "",
    }))
}

/// vpn申请 of behaviour §11; its script is 1.
pub(super) fn vpn() -> Definition {
    let shown = "participant_info.participant_name,sn,state.state_name,workflow.workflow_name";
    let ops = state(8, ParticipantKind::Department, "3", "title,vpn_reason");
    workflow(
        vec![
            start(6, "title!,vpn_reason!"),
            state(7, ParticipantKind::Variable, "creator_tl", "title,vpn_reason"),
            State { distribution: Distribution::Accept, ..ops },
            state(9, ParticipantKind::Script, "1", ""),
            state(10, ParticipantKind::Variable, "creator", shown),
            end(11),
        ],
        vec![
            transition(11, 6, 7),
            transition(12, 7, 8),
            transition(13, 8, 9),
            transition(14, 9, 10),
            transition(15, 10, 11),
            Transition { field_check: FieldCheck::Skipped, ..transition(16, 10, 8) },
        ],
        vec![field(7, "vpn_reason", FieldKind::Text, 110)],
    )
}

/// Id, name, leader, approvers, and the departments whose people are its members.
type DepartmentRow = (i64, &'static str, &'static str, &'static [&'static str], &'static [i64]);

/// The people of behaviour §11, a role 2 that nobody has, and wuhui (department 5), who left.
pub(super) fn people() -> Directory {
    let users = [
        ("admin", 1),
        ("guiji", 3),
        ("lilei", 2),
        ("zhangsan", 4),
        ("lisi", 2),
        ("wangwu", 3),
        ("jack", 5),
        ("wuhui", 5),
    ];
    let person = |(name, department): (&str, i64)| Person {
        username: name.to_owned(),
        alias: name.to_uppercase(),
        email: format!("{name}@x.com"),
        phone: "1".to_owned(),
        is_active: name != "wuhui",
        is_admin: name == "admin",
        is_workflow_admin: false,
        departments: vec![DepartmentId(department)],
        roles: if name == "guiji" { vec![RoleId(1)] } else { Vec::new() },
    };
    let department = |(id, name, leader, approvers, below): DepartmentRow| Department {
        id: DepartmentId(id),
        name: name.to_owned(),
        leader: leader.to_owned(),
        approvers: approvers.iter().map(|name| (*name).to_owned()).collect(),
        members: users
            .iter()
            .filter(|user| below.contains(&user.1) && user.0 != "wuhui")
            .map(|user| user.0.to_owned())
            .collect(),
    };
    let departments: [DepartmentRow; 5] = [
        (1, "总部", "admin", &[], &[1, 2, 3, 4, 5]),
        (2, "技术部", "lilei", &[], &[2, 3, 4]),
        (3, "运维部", "guiji", &[], &[3]),
        (4, "支付部", "zhangsan", &["zhangsan", "lisi"], &[4]),
        (5, "人事部", "jack", &[], &[5]),
    ];
    let role = |id, name: &str, members: &[&str]| {
        let members = members.iter().map(|name| (*name).to_owned()).collect();
        (RoleId(id), Role { id: RoleId(id), name: name.to_owned(), members })
    };
    Directory {
        users: users.into_iter().map(|user| (user.0.to_owned(), person(user))).collect(),
        departments: departments.into_iter().map(department).map(|found| (found.id, found)).collect(),
        roles: [role(1, "VPN管理员", &["guiji"]), role(2, "空", &[])].into(),
        scripts: [(ScriptId(1), Script { id: ScriptId(1), name: "授权".to_owned(), is_active: true })].into(),
        last_handlers: BTreeMap::new(),
        parent: None,
    }
}

/// A workflow, the people around it, and what the sandbox answers.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    pub(super) definition: Definition,
    pub(super) directory: Directory,
    pub(super) conditions: ConditionAnswer,
    pub(super) people: PeopleAnswer,
}

impl Desk {
    pub(super) fn of(definition: Definition) -> Self {
        Self { definition, directory: people(), conditions: Ok(None), people: Ok(None) }
    }

    pub(super) fn facts<'a>(&'a self, actor: Actor<'a>) -> Facts<'a> {
        let Self { directory, conditions, people, .. } = self;
        Facts { actor, directory, conditions, people, now: now(), zone: ZONE, dice: 7 }
    }

    pub(super) fn create(&self, creator: &str, id: i64, body: &Map<String, Value>) -> Result<Step, Refusal> {
        create(&self.definition, &new_ticket(creator, id, body), &self.facts(Actor::Person(creator)))
    }

    /// A ticket that `creator` made by transition `id`.
    pub(super) fn ticket(&self, creator: &str, id: i64, values: Value) -> Ticket {
        self.create(creator, id, &body(values)).expect("the creation is allowed").ticket
    }

    pub(super) fn advance(&self, ticket: &Ticket, who: &str, id: i64, values: Value) -> Result<Step, Refusal> {
        let body = body(values);
        let request = Move { transition: TransitionId(id), suggestion: "ok", body: &body };
        advance(ticket.clone(), &self.definition, &request, &self.facts(Actor::Person(who)))
    }

    /// The ticket after `who` took it along without sending any field.
    pub(super) fn moved(&self, ticket: &Ticket, who: &str, id: i64) -> Ticket {
        self.advance(ticket, who, id, json!({})).expect("the move is allowed").ticket
    }

    pub(super) fn script(&self, ticket: &Ticket, script: i64, id: i64, values: Value) -> Result<Step, Refusal> {
        let body = body(values);
        let request = Move { transition: TransitionId(id), suggestion: "done\n", body: &body };
        let actor = Actor::Script { id: ScriptId(script), name: "授权" };
        advance(ticket.clone(), &self.definition, &request, &self.facts(actor))
    }

    pub(super) fn accept(&self, ticket: &Ticket, who: &str) -> Result<Step, Refusal> {
        accept(ticket.clone(), &self.definition, &self.facts(Actor::Person(who)))
    }

    pub(super) fn deliver(&self, ticket: &Ticket, who: &str, target: &str) -> Result<Step, Refusal> {
        deliver(ticket.clone(), &self.definition, (target, "please"), &self.facts(Actor::Person(who)))
    }

    pub(super) fn add_node(&self, ticket: &Ticket, who: &str, target: &str) -> Result<Step, Refusal> {
        add_node(ticket.clone(), &self.definition, (target, "help"), &self.facts(Actor::Person(who)))
    }

    pub(super) fn end_add_node(&self, ticket: &Ticket, who: &str) -> Result<Step, Refusal> {
        end_add_node(ticket.clone(), &self.definition, "done", &self.facts(Actor::Person(who)))
    }

    /// A move that the engine makes by itself.
    pub(super) fn engine(&self, ticket: &Ticket, cause: Cause, id: i64) -> Result<Step, Refusal> {
        let body = Map::new();
        let request = Move { transition: TransitionId(id), suggestion: "auto", body: &body };
        advance(ticket.clone(), &self.definition, &request, &self.facts(Actor::Engine(cause)))
    }

    pub(super) fn force(&self, ticket: &Ticket, who: &str, state: i64) -> Result<Step, Refusal> {
        let how = (StateId(state), "", Authority::Administrators);
        force_state(ticket.clone(), &self.definition, how, &self.facts(Actor::Person(who)))
    }

    pub(super) fn close(&self, ticket: &Ticket, who: &str) -> Result<Step, Refusal> {
        close(ticket.clone(), &self.definition, ("enough", Authority::Administrators), &self.facts(Actor::Person(who)))
    }

    pub(super) fn retry(&self, ticket: &Ticket, who: &str) -> Result<Step, Refusal> {
        retry(ticket.clone(), &self.definition, "", &self.facts(Actor::Person(who)))
    }

    pub(super) fn standing(&self, ticket: &Ticket, who: &str) -> Result<Standing, Refusal> {
        may_act(ticket, &self.definition, Actor::Person(who), &self.directory)
    }
}

pub(super) fn new_ticket<'a>(creator: &'a str, id: i64, body: &'a Map<String, Value>) -> NewTicket<'a> {
    NewTicket {
        id: TicketId(1),
        sn: "loonflow_202003010001".to_owned(),
        creator,
        transition: TransitionId(id),
        parent: None,
        suggestion: "go",
        existing: None,
        body,
    }
}

/// A countersignature that this person asked for.
pub(super) fn asked_by(name: &str) -> Vec<AddNode> {
    vec![AddNode { asked_by: name.to_owned(), back_to: Participants::Person(name.to_owned()) }]
}

pub(super) fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

pub(super) fn set<T: Ord>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    items.into_iter().collect()
}
