//! The directory of a mock host.

use std::collections::BTreeMap;

use crate::User;

#[derive(Default)]
pub(super) struct People {
    pub(super) users: Vec<User>,
    pub(super) departments: BTreeMap<i64, Department>,
}

pub(super) struct Department {
    pub(super) parent: Option<i64>,
    pub(super) leader: Option<String>,
}

impl People {
    pub(super) fn named(&self, username: &str) -> Option<&User> {
        self.users.iter().find(|user| user.username == username)
    }

    /// The departments meant, itself first; a loop in the tree ends where it closes. `None` if there is no such department.
    pub(super) fn departments(&self, id: i64, recursive: bool) -> Option<Vec<i64>> {
        self.departments.get(&id)?;
        let mut found = vec![id];
        let mut next = 0;
        while recursive && next < found.len() {
            let above = found[next];
            let below = self.departments.iter().filter(|(_, dept)| dept.parent == Some(above)).map(|(id, _)| *id);
            let new: Vec<i64> = below.filter(|id| !found.contains(id)).collect();
            found.extend(new);
            next += 1;
        }
        Some(found)
    }
}
