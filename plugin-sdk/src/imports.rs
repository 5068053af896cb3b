//! The engine as a component has it: its imports. Called directly, never through a table of functions, so that a plugin imports what
//! it uses and nothing more.

use std::time::Duration;

use crate::{
    Error, FieldValue, FlowEntry, Level, Response, Ticket, User,
    bindings::gavia::plugin::{config, directory, effects, kv, log, secrets, tickets},
    http::RequestParts,
    wire,
};

/// The engine's side of a run.
#[derive(Clone)]
pub(crate) struct Engine(());

impl Engine {
    /// The one that this component runs in.
    pub(crate) fn of_this_run() -> Engine {
        Engine(())
    }

    pub(crate) fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        let fields: Vec<_> = fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        log::log(level, message, &fields);
    }

    pub(crate) fn setting(&self, key: &str) -> Option<String> {
        config::get(key)
    }

    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        config::all()
    }

    pub(crate) fn secret(&self, name: &str) -> Result<String, Error> {
        Ok(secrets::get(name)?)
    }

    pub(crate) fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(kv::get(key)?)
    }

    pub(crate) fn kv_set(&self, key: &str, value: &[u8], ttl: Option<Duration>) -> Result<(), Error> {
        let seconds = ttl.map(|ttl| u32::try_from(ttl.as_secs()).unwrap_or(u32::MAX).max(1));
        Ok(kv::set(key, value, seconds)?)
    }

    pub(crate) fn kv_delete(&self, key: &str) -> Result<(), Error> {
        Ok(kv::delete(key)?)
    }

    pub(crate) fn kv_compare_and_set(&self, key: &str, old: Option<&[u8]>, new: &[u8]) -> Result<bool, Error> {
        Ok(kv::compare_and_set(key, old, new)?)
    }

    pub(crate) fn ticket(&self, id: i64) -> Result<Ticket, Error> {
        Ok(tickets::get(id)?)
    }

    pub(crate) fn history(&self, id: i64, limit: u32) -> Result<Vec<FlowEntry>, Error> {
        Ok(tickets::history(id, limit)?)
    }

    pub(crate) fn set_fields(&self, fields: &[FieldValue]) -> Result<(), Error> {
        Ok(effects::set_fields(fields)?)
    }

    pub(crate) fn comment(&self, text: &str) -> Result<(), Error> {
        Ok(effects::add_comment(text)?)
    }

    pub(crate) fn user(&self, username: &str) -> Result<User, Error> {
        Ok(directory::user_by_name(username)?)
    }

    pub(crate) fn users_in_role(&self, role_id: i64, limit: u32) -> Result<Vec<User>, Error> {
        Ok(directory::users_in_role(role_id, limit)?)
    }

    pub(crate) fn users_in_dept(&self, dept_id: i64, recursive: bool, limit: u32) -> Result<Vec<User>, Error> {
        Ok(directory::users_in_dept(dept_id, recursive, limit)?)
    }

    pub(crate) fn leader_of_dept(&self, dept_id: i64) -> Result<Option<User>, Error> {
        Ok(directory::leader_of_dept(dept_id)?)
    }

    pub(crate) fn send(&self, request: &RequestParts) -> Result<Response, Error> {
        wire::send(request)
    }
}
