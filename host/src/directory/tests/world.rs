//! A small database in memory: made from a few words, and changed by plans as the real one is.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;

use super::super::{
    DepartmentRow, Document, Plan, Problems, Ref, Report, Stored, StoredDepartment, StoredRole, StoredUser, UserRow,
    check, plan,
};
use crate::workflow::{DepartmentId, RoleId, UserId};

pub(super) fn document(value: &Value) -> Document {
    Document::from_json(value.to_string().as_bytes()).unwrap()
}

/// What a checked document would do.
pub(super) fn planned(value: &Value, stored: &Stored) -> Result<(Plan, Report), Problems> {
    let document = document(value);
    check(&document)?;
    plan(&document, stored)
}

/// The problems of a document as `place: detail`.
pub(super) fn problems(value: &Value, stored: &Stored) -> Vec<String> {
    let problems = planned(value, stored).unwrap_err();
    assert_eq!(problems.total, problems.shown.len());
    problems.shown.iter().map(|problem| format!("{}: {}", problem.place, problem.detail)).collect()
}

/// Plans, and changes what is stored by the plan.
pub(super) fn imported(value: &Value, stored: &mut Stored) -> Report {
    let (plan, report) = planned(value, stored).unwrap();
    apply(&plan, stored);
    report
}

pub(super) fn department(id: i64, origin: Option<(&str, &str)>, name: &str) -> StoredDepartment {
    StoredDepartment {
        id: DepartmentId(id),
        origin: origin.map(|(source, key)| (source.to_owned(), key.to_owned())),
        name: name.to_owned(),
        parent: None,
        leader: String::new(),
        approvers: Vec::new(),
        label: String::new(),
    }
}

pub(super) fn role(id: i64, origin: Option<(&str, &str)>, name: &str) -> StoredRole {
    StoredRole {
        id: RoleId(id),
        origin: origin.map(|(source, key)| (source.to_owned(), key.to_owned())),
        name: name.to_owned(),
        description: String::new(),
    }
}

pub(super) fn user(id: i64, source: Option<&str>, username: &str) -> StoredUser {
    StoredUser {
        id: UserId(id),
        username: username.to_owned(),
        alias: username.to_owned(),
        email: String::new(),
        phone: String::new(),
        is_active: true,
        is_admin: false,
        source: source.map(str::to_owned),
        departments: Vec::new(),
        roles: Vec::new(),
    }
}

impl Stored {
    pub(super) fn person(&self, username: &str) -> &StoredUser {
        self.users.iter().find(|user| user.username == username).unwrap()
    }

    /// Keys, or names of what was made by hand, of the departments of a person, in order.
    pub(super) fn departments_of(&self, username: &str) -> Vec<&str> {
        let find = |id| self.departments.iter().find(|row| row.id == id).unwrap();
        self.person(username).departments.iter().map(|id| find(*id).name.as_str()).collect()
    }

    pub(super) fn roles_of(&self, username: &str) -> Vec<&str> {
        let find = |id| self.roles.iter().find(|row| row.id == id).unwrap();
        self.person(username).roles.iter().map(|id| find(*id).name.as_str()).collect()
    }
}

/// What `store::directory::save` does.
fn apply(plan: &Plan, stored: &mut Stored) {
    let highest = [
        stored.departments.iter().map(|row| row.id.0).max(),
        stored.roles.iter().map(|row| row.id.0).max(),
        stored.users.iter().map(|row| row.id.0).max(),
    ];
    let first = highest.into_iter().flatten().max().unwrap_or(0) + 1;
    let new = |index: usize| first + i64::try_from(index).unwrap();
    let id = |of: Ref<DepartmentId>| match of {
        Ref::Stored(id) => id,
        Ref::New(index) => DepartmentId(new(index)),
    };
    let origin = |key: &str| Some((plan.source.clone(), key.to_owned()));
    let row = |of: DepartmentId, row: &DepartmentRow| StoredDepartment {
        id: of,
        origin: origin(&row.key),
        name: row.name.clone(),
        parent: row.parent.map(id),
        leader: row.leader.clone(),
        approvers: row.approvers.clone(),
        label: row.label.clone(),
    };
    for (of, changed) in &plan.changed_departments {
        *stored.departments.iter_mut().find(|row| row.id == *of).unwrap() = row(*of, changed);
    }
    let made = plan.new_departments.iter().enumerate();
    stored.departments.extend(made.map(|(index, made)| row(DepartmentId(new(index)), made)));

    for (of, changed) in &plan.changed_roles {
        let row = stored.roles.iter_mut().find(|row| row.id == *of).unwrap();
        (row.origin, row.name) = (origin(&changed.key), changed.name.clone());
        row.description.clone_from(&changed.description);
    }
    let made = plan.new_roles.iter().enumerate();
    stored.roles.extend(made.map(|(index, made)| StoredRole {
        id: RoleId(new(index)),
        origin: origin(&made.key),
        name: made.name.clone(),
        description: made.description.clone(),
    }));
    apply_people(plan, stored, first, &id);
}

fn apply_people(plan: &Plan, stored: &mut Stored, first: i64, department: &impl Fn(Ref<DepartmentId>) -> DepartmentId) {
    let new = |index: usize| first + i64::try_from(index).unwrap();
    let set = |row: &mut StoredUser, to: &UserRow| {
        row.alias.clone_from(&to.alias);
        row.email.clone_from(&to.email);
        row.phone.clone_from(&to.phone);
        (row.is_active, row.source) = (to.is_active, Some(plan.source.clone()));
    };
    let made = plan.new_users.iter().enumerate();
    stored.users.extend(made.map(|(index, made)| {
        let mut row = user(new(index), None, &made.username);
        set(&mut row, made);
        row
    }));
    let mut by_id: std::collections::HashMap<UserId, &mut StoredUser> =
        stored.users.iter_mut().map(|row| (row.id, row)).collect();
    let id = |of: Ref<UserId>| match of {
        Ref::Stored(id) => id,
        Ref::New(index) => UserId(new(index)),
    };
    for (of, changed) in &plan.changed_users {
        set(by_id.get_mut(of).unwrap(), changed);
    }
    for of in &plan.left {
        by_id.get_mut(of).unwrap().is_active = false;
    }
    for (of, list) in &plan.user_departments {
        by_id.get_mut(&id(*of)).unwrap().departments = list.iter().map(|of| department(*of)).collect();
    }
    for (role, of) in &plan.gone_members {
        by_id.get_mut(of).unwrap().roles.retain(|have| have != role);
    }
    for (role, of) in &plan.new_members {
        let role = match *role {
            Ref::Stored(role) => role,
            Ref::New(index) => RoleId(new(index)),
        };
        by_id.get_mut(&id(*of)).unwrap().roles.push(role);
    }
}
