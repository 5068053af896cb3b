//! What guests may call: the `gavia:plugin` imports. Each charges the call's quota and decides by the grants in the store.
//!
//! A refusal is an answer of kind `denied`, never a trap, so that a plugin can go on without. Secrets, storage and the directory have
//! no grant yet and always refuse; an administrator's settings for a plugin do not exist yet either, so `config` is empty.

use serde::de::IgnoredAny;

use crate::{
    access::{FieldScope, ReadError, TicketsRead},
    bindings::{config, directory, effects, kv, log, secrets, tickets},
    error::Stop,
    outcome::{Effect, LogLevel},
    state::State,
    types::{FieldValue, FlowEntry, GuestError, GuestErrorKind, Ticket, User},
};

type Answer<T> = wasmtime::Result<Result<T, GuestError>>;

/// Flow log entries that one call of `tickets.history` gives at most.
const MAX_HISTORY: u32 = 1_000;

impl State {
    fn charge(&mut self, call: &'static str) -> wasmtime::Result<()> {
        if self.host_calls >= self.limits.host_calls {
            return Err(Stop::HostCalls { allowed: self.limits.host_calls }.into());
        }
        self.host_calls += 1;
        self.last_host_call = Some(call);
        Ok(())
    }

    fn refuse<T>(&mut self, call: &'static str, grant: &str) -> Answer<T> {
        self.charge(call)?;
        self.denied = self.denied.saturating_add(1);
        Ok(Err(error(GuestErrorKind::Denied, format!("{call} needs the grant {grant}"))))
    }

    /// The ticket, if the grant covers it. Without the grant a ticket that exists and one that does not look alike.
    async fn readable(&mut self, call: &'static str, id: i64) -> Answer<Ticket> {
        let scope = self.grants.tickets_read;
        if scope == TicketsRead::None {
            return self.refuse(call, "tickets-read");
        }
        self.charge(call)?;
        let host = self.host.clone();
        let ticket = host.ticket(id).await;
        let own = self.own;
        let covered = |ticket: &Ticket| match scope {
            TicketsRead::None => false,
            TicketsRead::Own => ticket.id == own.id || ticket.parent_ticket_id == Some(own.id),
            TicketsRead::Workflow => ticket.workflow_id == own.workflow_id,
            TicketsRead::All => true,
        };
        match ticket {
            Ok(ticket) if covered(&ticket) => Ok(Ok(ticket)),
            Err(problem) if scope == TicketsRead::All || !matches!(problem, ReadError::NotFound) => {
                Ok(Err(told(call, problem)))
            }
            _ => {
                self.denied = self.denied.saturating_add(1);
                Ok(Err(error(
                    GuestErrorKind::Denied,
                    format!("{call}: the grant tickets-read does not cover ticket {id}"),
                )))
            }
        }
    }

    /// Room for these effects, or why not.
    fn stage(&mut self, staged: Vec<Effect>) -> Result<(), GuestError> {
        let bytes = staged.iter().fold(0_usize, |sum, effect| sum.saturating_add(size(effect)));
        if self.effects.len() + staged.len() > self.limits.effects {
            return Err(error(GuestErrorKind::Exhausted, format!("a call may stage {} changes", self.limits.effects)));
        }
        if self.effect_bytes.saturating_add(bytes) > self.limits.effect_bytes {
            return Err(error(
                GuestErrorKind::Exhausted,
                format!("a call may stage {} bytes of changes", self.limits.effect_bytes),
            ));
        }
        self.effect_bytes += bytes;
        self.effects.extend(staged);
        Ok(())
    }
}

fn size(effect: &Effect) -> usize {
    match effect {
        Effect::SetField(field) => field.key.len() + field.value.len(),
        Effect::Comment(text) => text.len(),
    }
}

fn error(kind: GuestErrorKind, message: String) -> GuestError {
    GuestError { kind, message, detail: None }
}

fn told(call: &'static str, problem: ReadError) -> GuestError {
    match problem {
        ReadError::NotFound => error(GuestErrorKind::NotFound, "no such ticket".to_owned()),
        ReadError::Failed(reason) => {
            tracing::warn!(call, reason, "a plugin's question could not be answered");
            error(GuestErrorKind::Retryable, "the engine could not read this now".to_owned())
        }
    }
}

impl log::Host for State {
    async fn log(&mut self, level: log::Level, message: String, fields: Vec<(String, String)>) -> wasmtime::Result<()> {
        self.charge("log")?;
        let level = match level {
            log::Level::Trace => LogLevel::Trace,
            log::Level::Debug => LogLevel::Debug,
            log::Level::Info => LogLevel::Info,
            log::Level::Warn => LogLevel::Warn,
            log::Level::Error => LogLevel::Error,
        };
        self.log.log(level, &message, &fields);
        Ok(())
    }
}

impl config::Host for State {
    async fn get(&mut self, _key: String) -> wasmtime::Result<Option<String>> {
        self.charge("config.get")?;
        Ok(None)
    }

    async fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        self.charge("config.all")?;
        Ok(Vec::new())
    }
}

impl secrets::Host for State {
    async fn get(&mut self, _name: String) -> Answer<String> {
        self.refuse("secrets.get", "secrets")
    }
}

impl kv::Host for State {
    async fn get(&mut self, _key: String) -> Answer<Option<Vec<u8>>> {
        self.refuse("kv.get", "kv")
    }

    async fn set(&mut self, _key: String, _value: Vec<u8>, _ttl_seconds: Option<u32>) -> Answer<()> {
        self.refuse("kv.set", "kv")
    }

    async fn delete(&mut self, _key: String) -> Answer<()> {
        self.refuse("kv.delete", "kv")
    }

    async fn compare_and_set(&mut self, _key: String, _old: Option<Vec<u8>>, _new: Vec<u8>) -> Answer<bool> {
        self.refuse("kv.compare-and-set", "kv")
    }
}

impl directory::Host for State {
    async fn user_by_name(&mut self, _username: String) -> Answer<User> {
        self.refuse("directory.user-by-name", "directory")
    }

    async fn users_in_role(&mut self, _role_id: i64, _limit: u32) -> Answer<Vec<User>> {
        self.refuse("directory.users-in-role", "directory")
    }

    async fn users_in_dept(&mut self, _dept_id: i64, _recursive: bool, _limit: u32) -> Answer<Vec<User>> {
        self.refuse("directory.users-in-dept", "directory")
    }

    async fn leader_of_dept(&mut self, _dept_id: i64) -> Answer<Option<User>> {
        self.refuse("directory.leader-of-dept", "directory")
    }
}

impl tickets::Host for State {
    async fn get(&mut self, id: i64) -> Answer<Ticket> {
        self.readable("tickets.get", id).await
    }

    async fn history(&mut self, id: i64, limit: u32) -> Answer<Vec<FlowEntry>> {
        const CALL: &str = "tickets.history";
        if let Err(refusal) = self.readable(CALL, id).await? {
            return Ok(Err(refusal));
        }
        let host = self.host.clone();
        let entries = host.history(id, limit.clamp(1, MAX_HISTORY)).await;
        Ok(entries.map_err(|problem| told(CALL, problem)))
    }
}

impl effects::Host for State {
    async fn set_fields(&mut self, fields: Vec<FieldValue>) -> Answer<()> {
        const CALL: &str = "effects.set-fields";
        if self.grants.tickets_write == FieldScope::None {
            return self.refuse(CALL, "tickets-write");
        }
        self.charge(CALL)?;
        if let Some(field) = fields.iter().find(|field| !self.grants.tickets_write.allows(&field.key)) {
            self.denied = self.denied.saturating_add(1);
            return Ok(Err(error(
                GuestErrorKind::Denied,
                format!("the grant tickets-write does not cover field {}", field.key),
            )));
        }
        if let Some(field) = fields.iter().find(|field| serde_json::from_str::<IgnoredAny>(&field.value).is_err()) {
            return Ok(Err(error(
                GuestErrorKind::InvalidInput,
                format!("the value of field {} is not JSON", field.key),
            )));
        }
        Ok(self.stage(fields.into_iter().map(Effect::SetField).collect()))
    }

    async fn add_comment(&mut self, text: String) -> Answer<()> {
        const CALL: &str = "effects.add-comment";
        if self.grants.tickets_write == FieldScope::None {
            return self.refuse(CALL, "tickets-write");
        }
        self.charge(CALL)?;
        Ok(self.stage(vec![Effect::Comment(text)]))
    }
}
