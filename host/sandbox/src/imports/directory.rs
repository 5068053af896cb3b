//! `gavia:plugin/directory`: people, roles and departments; without the grant `contact` no e-mail address and no phone number.

use super::{Answer, MAX_ENTRIES, told};
use crate::{
    bindings::directory,
    grants::DirectoryRead,
    sandbox::show,
    services::{Depth, ServiceError},
    state::State,
    types::User,
};

impl State {
    /// Counts the call; the inner error is the guest's: no grant.
    fn people(&mut self, call: &'static str) -> Answer<()> {
        if self.grants.directory == DirectoryRead::None {
            return self.refuse(call, "directory");
        }
        self.charge(call)?;
        Ok(Ok(()))
    }

    /// A list as the guest may see it, whatever the host answered.
    fn shown(
        &self,
        call: &'static str,
        what: &str,
        found: Result<Vec<User>, ServiceError>,
        limit: u32,
    ) -> Result<Vec<User>, crate::types::GuestError> {
        let mut users = found.map_err(|problem| told(call, what, problem))?;
        users.truncate(limit as usize);
        for user in &mut users {
            show(user, self.grants.directory);
        }
        Ok(users)
    }
}

impl directory::Host for State {
    async fn user_by_name(&mut self, username: String) -> Answer<User> {
        const CALL: &str = "directory.user-by-name";
        self.handed(&username);
        if let Err(refusal) = self.people(CALL)? {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        let mut found = host.user_by_name(&username).await;
        if let Ok(user) = &mut found {
            show(user, self.grants.directory);
        }
        Ok(found.map_err(|problem| told(CALL, "user", problem)))
    }

    async fn users_in_role(&mut self, role_id: i64, limit: u32) -> Answer<Vec<User>> {
        const CALL: &str = "directory.users-in-role";
        if let Err(refusal) = self.people(CALL)? {
            return Ok(Err(refusal));
        }
        let (host, limit) = (self.host.clone(), limit.clamp(1, MAX_ENTRIES));
        let found = host.users_in_role(role_id, limit).await;
        Ok(self.shown(CALL, "role", found, limit))
    }

    async fn users_in_dept(&mut self, dept_id: i64, recursive: bool, limit: u32) -> Answer<Vec<User>> {
        const CALL: &str = "directory.users-in-dept";
        if let Err(refusal) = self.people(CALL)? {
            return Ok(Err(refusal));
        }
        let (host, limit) = (self.host.clone(), limit.clamp(1, MAX_ENTRIES));
        let depth = if recursive { Depth::Below } else { Depth::Direct };
        let found = host.users_in_dept(dept_id, depth, limit).await;
        Ok(self.shown(CALL, "department", found, limit))
    }

    async fn leader_of_dept(&mut self, dept_id: i64) -> Answer<Option<User>> {
        const CALL: &str = "directory.leader-of-dept";
        if let Err(refusal) = self.people(CALL)? {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        let mut found = host.leader_of_dept(dept_id).await;
        found.iter_mut().flatten().for_each(|user| show(user, self.grants.directory));
        Ok(found.map_err(|problem| told(CALL, "department", problem)))
    }
}
