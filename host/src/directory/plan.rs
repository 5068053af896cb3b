//! From a checked document and what is stored to what has to be written, and the report of it. Decides everything; `store::directory`
//! only carries it out.

mod groups;
mod known;
mod tree;
mod users;

use super::{
    document::Document,
    problems::Problems,
    report::{Memberships, Report},
    stored::Stored,
};
use crate::workflow::{DepartmentId, RoleId, UserId};

/// A row that is stored, or one that the plan makes: the index in its list of new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ref<Id> {
    Stored(Id),
    New(usize),
}

/// A department as it will be, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentRow {
    pub key: String,
    pub name: String,
    pub parent: Option<Ref<DepartmentId>>,
    pub leader: String,
    pub approvers: Vec<String>,
    pub label: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleRow {
    pub key: String,
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
}

/// What an import writes. Rows are final values: what they were read from is locked until they are written.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What all rows below belong to afterwards.
    pub source: String,
    pub new_departments: Vec<DepartmentRow>,
    pub changed_departments: Vec<(DepartmentId, DepartmentRow)>,
    pub new_roles: Vec<RoleRow>,
    pub changed_roles: Vec<(RoleId, RoleRow)>,
    pub new_users: Vec<UserRow>,
    pub changed_users: Vec<(UserId, UserRow)>,
    /// People of the source who are not in the document; their rows stay otherwise.
    pub left: Vec<UserId>,
    /// The whole list of departments, in order, of each user whose list changes.
    pub user_departments: Vec<(Ref<UserId>, Vec<Ref<DepartmentId>>)>,
    pub new_members: Vec<(Ref<RoleId>, Ref<UserId>)>,
    pub gone_members: Vec<(RoleId, UserId)>,
}

/// The plan, unless something that the document names is unknown or its departments would form a loop.
pub fn plan(document: &Document, stored: &Stored) -> Result<(Plan, Report), Problems> {
    let mut found = Problems::default();
    let mut plan = Plan { source: document.source.clone(), ..Plan::default() };
    let (departments, known_departments) = groups::departments(document, &stored.departments, &mut plan, &mut found);
    let (roles, known_roles) = groups::roles(document, &stored.roles, &mut plan);
    let mut memberships = Memberships::default();
    let known = users::Known { departments: known_departments, roles: known_roles };
    let users = users::users(
        document,
        &stored.users,
        &known,
        &mut users::Out { plan: &mut plan, memberships: &mut memberships, found: &mut found },
    );
    found.into_result()?;
    let (source, complete) = (document.source.clone(), document.complete);
    Ok((plan, Report { source, complete, dry_run: false, users, departments, roles, memberships }))
}
