//! What the database has before an import: as much of it as the plan for one document needs.

use crate::workflow::{DepartmentId, RoleId, UserId};

/// A consistent picture: nobody changes these rows until the import ends.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// All of them, by id, since the tree may lead through any.
    pub departments: Vec<StoredDepartment>,
    /// All of them, by id.
    pub roles: Vec<StoredRole>,
    /// Those whom the document names and those of its source.
    pub users: Vec<StoredUser>,
}

#[derive(Clone, Debug)]
pub struct StoredDepartment {
    pub id: DepartmentId,
    /// Source and key; None when it was made by hand.
    pub origin: Option<(String, String)>,
    pub name: String,
    pub parent: Option<DepartmentId>,
    pub leader: String,
    pub approvers: Vec<String>,
    pub label: String,
}

#[derive(Clone, Debug)]
pub struct StoredRole {
    pub id: RoleId,
    /// As of a department.
    pub origin: Option<(String, String)>,
    pub name: String,
    pub description: String,
}

#[derive(Clone, Debug)]
pub struct StoredUser {
    pub id: UserId,
    pub username: String,
    pub alias: String,
    pub email: String,
    pub phone: String,
    pub is_active: bool,
    pub is_admin: bool,
    /// None when the user was made by hand.
    pub source: Option<String>,
    /// In order, the first first.
    pub departments: Vec<DepartmentId>,
    pub roles: Vec<RoleId>,
}
