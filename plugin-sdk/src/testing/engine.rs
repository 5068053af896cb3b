//! The mock engine's side of every call: the same questions in the same order as the sandbox's import functions ask them.

use std::{cell::RefCell, rc::Rc, time::Duration};

use gavia_plugin_manifest::{Capability, ContactScope, TicketScope};

use super::{quotas, receiver, state::State};
use crate::{
    Error, ErrorKind, FieldValue, FlowEntry, Level, Response, Ticket, User, http::RequestParts,
    testing::mock::unreachable,
};

/// The engine's side of a run.
#[derive(Clone)]
pub(crate) struct Engine(Rc<RefCell<State>>);

impl Engine {
    pub(super) fn new(state: Rc<RefCell<State>>) -> Engine {
        Engine(state)
    }

    /// Only a component is called by an engine.
    pub(crate) fn of_this_run() -> Engine {
        Engine(Rc::default())
    }

    /// Counts the call. Past the quota the engine ends the run, which no plugin can catch; here the test ends.
    fn charge(&self) {
        let mut state = self.0.borrow_mut();
        state.run.host_calls += 1;
        let allowed = state.run.quotas.host_calls;
        assert!(state.run.host_calls as usize <= allowed, "the run used up its quota of {allowed} host calls");
    }

    fn refusal(&self, message: String) -> Error {
        self.0.borrow_mut().run.denied += 1;
        Error::new(ErrorKind::Denied, message)
    }

    /// What all the grants that `pick` takes allow together, as the engine unites the requests of a manifest; or the refusal.
    fn granted<T>(
        &self,
        call: &str,
        grant: &str,
        pick: impl Fn(&Capability) -> Option<T>,
        both: impl Fn(T, T) -> T,
    ) -> Result<T, Error> {
        self.charge();
        let picked = self.0.borrow().granted.iter().filter_map(pick).reduce(both);
        picked.ok_or_else(|| self.refusal(format!("{call} needs the grant {grant}")))
    }

    pub(crate) fn log(&self, level: Level, message: &str, fields: &[(&str, &str)]) {
        self.charge();
        let run = &mut self.0.borrow_mut().run;
        let cut = (0..=quotas::LINE_BYTES.min(message.len())).rev().find(|at| message.is_char_boundary(*at));
        let mut line = message[..cut.unwrap_or(0)].to_owned();
        for (key, value) in fields {
            line.push_str(&format!(" {key}={value}"));
        }
        if run.log.len() >= run.quotas.log_lines || run.log_bytes + line.len() > run.quotas.log_bytes {
            run.log_dropped += 1;
            return;
        }
        run.log_bytes += line.len();
        run.log.push((level, line));
    }

    pub(crate) fn setting(&self, key: &str) -> Option<String> {
        self.charge();
        self.0.borrow().settings.get(key).cloned()
    }

    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        self.charge();
        self.0.borrow().settings.clone().into_iter().collect()
    }

    pub(crate) fn secret(&self, name: &str) -> Result<String, Error> {
        let named = |capability: &Capability| match capability {
            Capability::Secrets { names, .. } if names.iter().any(|granted| granted == name) => Some(()),
            _ => None,
        };
        self.granted("secrets.get", "secrets", named, |(), ()| ())?;
        let value = self.0.borrow().secrets.get(name).cloned();
        value.ok_or_else(|| Error::not_found(format!("there is no secret {name}")))
    }

    fn kv(&self, call: &str, key: &str) -> Result<(), Error> {
        let stores = |capability: &Capability| matches!(capability, Capability::Kv { .. }).then_some(());
        self.granted(call, "kv", stores, |(), ()| ())?;
        if (1..=quotas::KV_KEY_BYTES).contains(&key.len()) && !key.contains('\0') {
            return Ok(());
        }
        Err(Error::invalid_input(format!("a key has 1 to {} bytes, none of them NUL", quotas::KV_KEY_BYTES)))
    }

    pub(crate) fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.kv("kv.get", key)?;
        Ok(self.0.borrow().kv.get(key).cloned())
    }

    /// No time passes in a test, so nothing expires.
    pub(crate) fn kv_set(&self, key: &str, value: &[u8], _ttl: Option<Duration>) -> Result<(), Error> {
        self.kv("kv.set", key)?;
        self.store(key, value)
    }

    fn store(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        let mut state = self.0.borrow_mut();
        let (value_bytes, all_bytes) = (state.run.quotas.kv_value_bytes, state.run.quotas.kv_bytes);
        if value.len() > value_bytes {
            return Err(exhausted(format!("a stored value may have {value_bytes} bytes")));
        }
        let others = state.kv.iter().filter(|(known, _)| *known != key);
        let bytes: usize = others.map(|(key, value)| key.len() + value.len()).sum();
        if bytes + key.len() + value.len() > all_bytes {
            return Err(exhausted(format!("a plugin may store {all_bytes} bytes")));
        }
        state.kv.insert(key.to_owned(), value.to_vec());
        Ok(())
    }

    pub(crate) fn kv_delete(&self, key: &str) -> Result<(), Error> {
        self.kv("kv.delete", key)?;
        self.0.borrow_mut().kv.remove(key);
        Ok(())
    }

    pub(crate) fn kv_compare_and_set(&self, key: &str, old: Option<&[u8]>, new: &[u8]) -> Result<bool, Error> {
        self.kv("kv.compare-and-set", key)?;
        if self.0.borrow().kv.get(key).map(Vec::as_slice) != old {
            return Ok(false);
        }
        self.store(key, new).map(|()| true)
    }

    pub(crate) fn ticket(&self, id: i64) -> Result<Ticket, Error> {
        self.readable("tickets.get", id)
    }

    /// Without the grant a ticket that exists and one that does not look alike.
    fn readable(&self, call: &str, id: i64) -> Result<Ticket, Error> {
        let scope = self.granted(call, "tickets-read", readable, Ord::max)?;
        let (ticket, own) = {
            let state = self.0.borrow();
            (state.tickets.get(&id).cloned(), state.run.own)
        };
        let covered = |ticket: &Ticket| match scope {
            TicketScope::Own => own.is_some_and(|(own, _)| ticket.id == own || ticket.parent_ticket_id == Some(own)),
            TicketScope::Workflow => own.is_some_and(|(_, workflow)| ticket.workflow_id == workflow),
            TicketScope::All => true,
        };
        match ticket {
            Some(ticket) if covered(&ticket) => Ok(ticket),
            None if scope == TicketScope::All => Err(Error::not_found("no such ticket")),
            _ => Err(self.refusal(format!("{call}: the grant tickets-read does not cover ticket {id}"))),
        }
    }

    pub(crate) fn history(&self, id: i64, limit: u32) -> Result<Vec<FlowEntry>, Error> {
        self.readable("tickets.history", id)?;
        let limit = limit.clamp(1, quotas::HISTORY) as usize;
        let history = self.0.borrow().history.get(&id).cloned().unwrap_or_default();
        Ok(history.into_iter().take(limit).collect())
    }

    pub(crate) fn set_fields(&self, fields: &[FieldValue]) -> Result<(), Error> {
        let scope = self.granted("effects.set-fields", "tickets-write", writable, joined)?;
        let covered = |key: &str| scope.iter().any(|granted| granted == "*" || granted == key);
        if let Some(field) = fields.iter().find(|field| !covered(&field.key)) {
            return Err(self.refusal(format!("the grant tickets-write does not cover field {}", field.key)));
        }
        self.stage(fields.iter().map(|field| field.key.len() + field.value.len()).sum(), fields.len())?;
        for field in fields {
            let value = serde_json::from_str(&field.value)
                .map_err(|_| Error::invalid_input(format!("the value of field {} is not JSON", field.key)))?;
            self.0.borrow_mut().run.fields.push((field.key.clone(), value));
        }
        Ok(())
    }

    pub(crate) fn comment(&self, text: &str) -> Result<(), Error> {
        self.granted("effects.add-comment", "tickets-write", writable, joined)?;
        self.stage(text.len(), 1)?;
        self.0.borrow_mut().run.comments.push(text.to_owned());
        Ok(())
    }

    fn stage(&self, bytes: usize, count: usize) -> Result<(), Error> {
        let run = &mut self.0.borrow_mut().run;
        if run.fields.len() + run.comments.len() + count > run.quotas.effects {
            return Err(exhausted(format!("a call may stage {} changes", run.quotas.effects)));
        }
        if run.effect_bytes + bytes > run.quotas.effect_bytes {
            return Err(exhausted(format!("a call may stage {} bytes of changes", run.quotas.effect_bytes)));
        }
        run.effect_bytes += bytes;
        Ok(())
    }

    fn scope(&self, call: &str) -> Result<ContactScope, Error> {
        self.granted(call, "directory", visible, Ord::max)
    }

    pub(crate) fn user(&self, username: &str) -> Result<User, Error> {
        let scope = self.scope("directory.user-by-name")?;
        let user = self.0.borrow().people.named(username).cloned();
        user.map(|user| shown(user, Some(scope))).ok_or_else(|| Error::not_found("no such user"))
    }

    pub(crate) fn users_in_role(&self, role_id: i64, limit: u32) -> Result<Vec<User>, Error> {
        let scope = self.scope("directory.users-in-role")?;
        Ok(self.active(scope, limit, |user| user.role_ids.contains(&role_id)))
    }

    pub(crate) fn users_in_dept(&self, dept_id: i64, recursive: bool, limit: u32) -> Result<Vec<User>, Error> {
        let scope = self.scope("directory.users-in-dept")?;
        let departments = self.0.borrow().people.departments(dept_id, recursive);
        let departments = departments.ok_or_else(|| Error::not_found("no such department"))?;
        Ok(self.active(scope, limit, |user| user.dept_ids.iter().any(|id| departments.contains(id))))
    }

    fn active(&self, scope: ContactScope, limit: u32, wanted: impl Fn(&User) -> bool) -> Vec<User> {
        let limit = limit.clamp(1, quotas::PEOPLE) as usize;
        let state = self.0.borrow();
        let found = state.people.users.iter().filter(|user| user.is_active && wanted(user));
        found.take(limit).map(|user| shown(user.clone(), Some(scope))).collect()
    }

    pub(crate) fn leader_of_dept(&self, dept_id: i64) -> Result<Option<User>, Error> {
        let scope = self.scope("directory.leader-of-dept")?;
        let state = self.0.borrow();
        let department = state.people.departments.get(&dept_id);
        let department = department.ok_or_else(|| Error::not_found("no such department"))?;
        let leader = department.leader.as_deref().and_then(|name| state.people.named(name));
        Ok(leader.map(|user| shown(user.clone(), Some(scope))))
    }

    pub(crate) fn send(&self, request: &RequestParts) -> Result<Response, Error> {
        let (requests, sent_bytes, received_bytes) = {
            let quotas = &self.0.borrow().run.quotas;
            (quotas.http_requests, quotas.http_sent_bytes, quotas.http_received_bytes)
        };
        if self.0.borrow().run.requests.len() >= requests {
            return Err(exhausted(format!("a call may send {requests} requests")));
        }
        if !self.may_send(request) {
            return Err(self.refusal(format!("the grant http does not cover this request to {}", request.origin())));
        }
        if request.body.len() > sent_bytes {
            return Err(Error::permanent(format!("a request may have {sent_bytes} bytes")));
        }
        self.0.borrow_mut().run.requests.push(request.clone());
        let response = self.answer(request)?;
        if response.body.len() > received_bytes {
            let text = format!("{} answered with more than {received_bytes} bytes", response.origin);
            return Err(Error::permanent(text));
        }
        Ok(response)
    }

    fn may_send(&self, request: &RequestParts) -> bool {
        let state = self.0.borrow();
        let method = request.method.to_string();
        state.granted.iter().any(|capability| match capability {
            Capability::Http { origins, methods, .. } => {
                let setting = |key: &str| state.settings.get(key).cloned();
                methods.contains(&method) && origins.iter().any(|origin| origin.covers(&request.url, setting))
            }
            _ => false,
        })
    }

    fn answer(&self, request: &RequestParts) -> Result<Response, Error> {
        let origin =
            gavia_plugin_manifest::origin_of(&request.url).map_err(|error| Error::permanent(error.to_string()))?;
        let mut state = self.0.borrow_mut();
        if let Some((_, address)) = state.reachable.iter().find(|(known, _)| *known == origin) {
            return receiver::send(*address, request).map_err(|_| unreachable(request));
        }
        let reply = state.replies.pop_front();
        let mut reply =
            reply.unwrap_or_else(|| panic!("nothing answers the request to {origin}: use http_reply or reach"));
        reply(request)
    }
}

fn readable(capability: &Capability) -> Option<TicketScope> {
    match capability {
        Capability::TicketsRead { scope, .. } => Some(*scope),
        _ => None,
    }
}

fn writable(capability: &Capability) -> Option<Vec<String>> {
    match capability {
        Capability::TicketsWrite { fields, .. } => Some(fields.clone()),
        _ => None,
    }
}

fn joined(mut fields: Vec<String>, more: Vec<String>) -> Vec<String> {
    fields.extend(more);
    fields
}

pub(super) fn visible(capability: &Capability) -> Option<ContactScope> {
    match capability {
        Capability::Directory { scope, .. } => Some(*scope),
        _ => None,
    }
}

/// What the grant covers of a person; also of those who come with a call.
pub(super) fn shown(mut user: User, scope: Option<ContactScope>) -> User {
    if scope != Some(ContactScope::Contact) {
        user.email.clear();
        user.phone.clear();
    }
    user
}

fn exhausted(message: String) -> Error {
    Error::new(ErrorKind::Exhausted, message)
}
