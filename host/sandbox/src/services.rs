//! The host's side of the imports: what a guest may ask for once its grant covers it.
//!
//! An implementation is made for one plugin (and usually one call): which namespace, which settings and which secrets are meant is its
//! matter, never an argument's. It must not block a thread, and bounds its own statements in time.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use crate::types::{FlowEntry, Ticket, User};

/// A future in a box, so that `Services` can be a trait object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What every service answers.
pub type Answered<'a, T> = BoxFuture<'a, Result<T, ServiceError>>;

/// The host's answer when it cannot give what a guest asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceError {
    /// No such thing: the guest sees `not-found`.
    NotFound,
    /// A quota of the plugin is used up: the guest sees `exhausted` with this text.
    Exhausted(String),
    /// The host's own trouble: the guest sees `retryable` without the reason, which is logged.
    Failed(String),
}

/// A secret's value. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Secret {
        Secret(value.into())
    }

    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How far `directory.users-in-dept` goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// The department's own people.
    Direct,
    /// Those of every department below it too.
    Below,
}

/// The host's data behind the imports. Every method has a default that has nothing: a host implements what it serves.
///
/// Lists come back with at most `limit` entries (the sandbox asks for 1 to 1,000).
pub trait Services: Send + Sync {
    /// What an administrator typed for this plugin, by key; read before the call, so it cannot fail in the middle of it.
    fn settings(&self) -> &[(String, String)] {
        &[]
    }

    /// The secret with this name, decrypted. Asked only for names that a grant mentions.
    fn secret<'a>(&'a self, _name: &'a str) -> Answered<'a, Secret> {
        nothing()
    }

    /// The ticket with this id.
    fn ticket(&self, _id: i64) -> Answered<'_, Ticket> {
        nothing()
    }

    /// A ticket's newest flow log entries, newest first.
    fn history(&self, _id: i64, _limit: u32) -> Answered<'_, Vec<FlowEntry>> {
        nothing()
    }

    /// The value in the plugin's namespace, if it is there and has not expired.
    fn kv_get<'a>(&'a self, _key: &'a str) -> Answered<'a, Option<Vec<u8>>> {
        nothing()
    }

    /// Stores a value. The sandbox checks key (1 to 256 bytes) and value (64 KiB); the plugin's total is the host's to check.
    fn kv_set<'a>(&'a self, _key: &'a str, _value: Vec<u8>, _ttl: Option<Duration>) -> Answered<'a, ()> {
        nothing()
    }

    /// Removes a value; well if there is none.
    fn kv_delete<'a>(&'a self, _key: &'a str) -> Answered<'a, ()> {
        nothing()
    }

    /// Stores `new`, which then never expires, if the present value equals `old`, in one step; says whether it did.
    fn kv_compare_and_set<'a>(&'a self, _key: &'a str, _old: Option<Vec<u8>>, _new: Vec<u8>) -> Answered<'a, bool> {
        nothing()
    }

    /// The person with exactly this username, active or not. The sandbox blanks what the grant does not cover.
    fn user_by_name<'a>(&'a self, _username: &'a str) -> Answered<'a, User> {
        nothing()
    }

    /// The active people of a role.
    fn users_in_role(&self, _role_id: i64, _limit: u32) -> Answered<'_, Vec<User>> {
        nothing()
    }

    /// The active people of a department.
    fn users_in_dept(&self, _dept_id: i64, _depth: Depth, _limit: u32) -> Answered<'_, Vec<User>> {
        nothing()
    }

    /// The department's leader, if it has one.
    fn leader_of_dept(&self, _dept_id: i64) -> Answered<'_, Option<User>> {
        nothing()
    }
}

fn nothing<'a, T: Send + 'a>() -> Answered<'a, T> {
    Box::pin(std::future::ready(Err(ServiceError::NotFound)))
}

/// A host that has nothing: for conditions, which cannot ask, and for trying a plugin out.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoServices;

impl Services for NoServices {}
