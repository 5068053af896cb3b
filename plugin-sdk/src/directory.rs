//! People, roles and departments.

use crate::{Error, ErrorKind, User, engine::Engine};

/// What [`ReadHost::directory`](crate::ReadHost::directory) gives.
///
/// With the grant's scope `basic`, e-mail addresses and telephone numbers are empty.
pub struct Directory<'a> {
    engine: &'a Engine,
}

/// Whose members are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The department's own.
    Itself,
    /// Its own and those of all departments below it.
    WithAllBelow,
}

impl Directory<'_> {
    pub(crate) fn new(engine: &Engine) -> Directory<'_> {
        Directory { engine }
    }

    /// The person of this name; an error of kind `NotFound` if there is none.
    pub fn user(&self, username: &str) -> Result<User, Error> {
        self.engine.user(username)
    }

    /// The same, with `None` in place of the error.
    pub fn find(&self, username: &str) -> Result<Option<User>, Error> {
        match self.user(username) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            answer => answer.map(Some),
        }
    }

    /// People who have this role, at most `limit`.
    pub fn users_in_role(&self, role_id: i64, limit: u32) -> Result<Vec<User>, Error> {
        self.engine.users_in_role(role_id, limit)
    }

    /// Members of this department, at most `limit`.
    pub fn users_in_dept(&self, dept_id: i64, depth: Depth, limit: u32) -> Result<Vec<User>, Error> {
        self.engine.users_in_dept(dept_id, depth == Depth::WithAllBelow, limit)
    }

    /// The department's leader, if it has one.
    pub fn leader_of(&self, dept_id: i64) -> Result<Option<User>, Error> {
        self.engine.leader_of_dept(dept_id)
    }
}
