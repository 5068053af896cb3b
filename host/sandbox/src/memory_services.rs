//! Services whose data is handed in and kept in memory: for tests, and for trying a plugin out without a database.
//!
//! It keeps what the contract asks of every host: a namespace for each plugin, a total of 10 MiB, expiry, compare-and-set in one step.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::{
    services::{Answered, Depth, Secret, ServiceError, Services},
    types::{FlowEntry, Ticket, User},
};

/// Keys and values of one plugin, together (plugin-runtime §6).
pub const KV_BYTES: usize = 10 << 20;

/// A department: what `users_in_dept` and `leader_of_dept` need.
#[derive(Clone, Debug, Default)]
pub struct Department {
    pub id: i64,
    pub parent: Option<i64>,
    /// A username.
    pub leader: Option<String>,
}

/// By plugin and key: the value and when it expires.
type Values = BTreeMap<(i64, String), (Vec<u8>, Option<Instant>)>;

/// What all plugins keep in `kv`, in one place, as in the database's table.
#[derive(Debug, Default)]
pub struct KvTable(Mutex<Values>);

impl KvTable {
    /// Keys and values that a plugin keeps.
    pub fn bytes(&self, plugin: i64) -> usize {
        let values = self.values();
        let own = values.iter().filter(|((whose, _), _)| *whose == plugin);
        own.map(|((_, key), (value, _))| key.len() + value.len()).sum()
    }

    /// Those whose time is not over.
    fn values(&self) -> MutexGuard<'_, Values> {
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        values.retain(|_, (_, until)| until.is_none_or(|until| until > now));
        values
    }
}

/// Fill the public lists, then share it.
#[derive(Debug, Default)]
pub struct InMemory {
    pub settings: Vec<(String, String)>,
    pub secrets: BTreeMap<String, Secret>,
    pub tickets: Vec<Ticket>,
    /// By ticket, newest first.
    pub histories: BTreeMap<i64, Vec<FlowEntry>>,
    pub users: Vec<User>,
    pub departments: Vec<Department>,
    /// Whose calls these are: the namespace in `kv`.
    pub plugin: i64,
    /// May be shared with the services of other plugins.
    pub kv: Arc<KvTable>,
}

impl InMemory {
    /// Where a value lies: under the plugin, whatever key its guest makes up.
    fn place(&self, key: &str) -> (i64, String) {
        (self.plugin, key.to_owned())
    }

    fn put(&self, values: &mut Values, key: &str, value: Vec<u8>, ttl: Option<Duration>) -> Result<(), ServiceError> {
        let others = values.iter().filter(|((plugin, other), _)| *plugin == self.plugin && other != key);
        let others: usize = others.map(|((_, key), (value, _))| key.len() + value.len()).sum();
        if others + key.len() + value.len() > KV_BYTES {
            return Err(ServiceError::Exhausted(format!("a plugin may store {KV_BYTES} bytes")));
        }
        values.insert(self.place(key), (value, ttl.and_then(|ttl| Instant::now().checked_add(ttl))));
        Ok(())
    }

    fn named(&self, username: &str) -> Option<User> {
        self.users.iter().find(|user| user.username == username).cloned()
    }

    /// Whether `dept` is `above` or somewhere below it. A cycle ends after as many steps as there are departments.
    fn is_within(&self, dept: i64, above: i64) -> bool {
        let mut at = Some(dept);
        for _ in 0..=self.departments.len() {
            match at {
                Some(id) if id == above => return true,
                Some(id) => at = self.departments.iter().find(|dept| dept.id == id).and_then(|dept| dept.parent),
                None => return false,
            }
        }
        false
    }

    fn active(&self, limit: u32, chosen: impl Fn(&User) -> bool) -> Vec<User> {
        self.users.iter().filter(|user| user.is_active && chosen(user)).take(limit as usize).cloned().collect()
    }
}

fn ready<'a, T: Send + 'a>(answer: Result<T, ServiceError>) -> Answered<'a, T> {
    Box::pin(std::future::ready(answer))
}

impl Services for InMemory {
    fn settings(&self) -> &[(String, String)] {
        &self.settings
    }

    fn secret<'a>(&'a self, name: &'a str) -> Answered<'a, Secret> {
        ready(self.secrets.get(name).cloned().ok_or(ServiceError::NotFound))
    }

    fn ticket(&self, id: i64) -> Answered<'_, Ticket> {
        ready(self.tickets.iter().find(|ticket| ticket.id == id).cloned().ok_or(ServiceError::NotFound))
    }

    fn history(&self, id: i64, limit: u32) -> Answered<'_, Vec<FlowEntry>> {
        let entries = self.histories.get(&id).map(|entries| entries.iter().take(limit as usize).cloned().collect());
        ready(entries.ok_or(ServiceError::NotFound))
    }

    fn kv_get<'a>(&'a self, key: &'a str) -> Answered<'a, Option<Vec<u8>>> {
        ready(Ok(self.kv.values().get(&self.place(key)).map(|(value, _)| value.clone())))
    }

    fn kv_set<'a>(&'a self, key: &'a str, value: Vec<u8>, ttl: Option<Duration>) -> Answered<'a, ()> {
        ready(self.put(&mut self.kv.values(), key, value, ttl))
    }

    fn kv_delete<'a>(&'a self, key: &'a str) -> Answered<'a, ()> {
        self.kv.values().remove(&self.place(key));
        ready(Ok(()))
    }

    fn kv_compare_and_set<'a>(&'a self, key: &'a str, old: Option<Vec<u8>>, new: Vec<u8>) -> Answered<'a, bool> {
        let mut values = self.kv.values();
        if values.get(&self.place(key)).map(|(value, _)| value) != old.as_ref() {
            return ready(Ok(false));
        }
        ready(self.put(&mut values, key, new, None).map(|()| true))
    }

    fn user_by_name<'a>(&'a self, username: &'a str) -> Answered<'a, User> {
        ready(self.named(username).ok_or(ServiceError::NotFound))
    }

    fn users_in_role(&self, role_id: i64, limit: u32) -> Answered<'_, Vec<User>> {
        ready(Ok(self.active(limit, |user| user.role_ids.contains(&role_id))))
    }

    fn users_in_dept(&self, dept_id: i64, depth: Depth, limit: u32) -> Answered<'_, Vec<User>> {
        let within = |dept: i64| match depth {
            Depth::Direct => dept == dept_id,
            Depth::Below => self.is_within(dept, dept_id),
        };
        if !self.departments.iter().any(|dept| dept.id == dept_id) {
            return ready(Err(ServiceError::NotFound));
        }
        ready(Ok(self.active(limit, |user| user.dept_ids.iter().any(|dept| within(*dept)))))
    }

    fn leader_of_dept(&self, dept_id: i64) -> Answered<'_, Option<User>> {
        let dept = self.departments.iter().find(|dept| dept.id == dept_id).ok_or(ServiceError::NotFound);
        ready(dept.map(|dept| dept.leader.as_deref().and_then(|leader| self.named(leader))))
    }
}
