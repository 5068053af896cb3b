//! What guests may call: the `gavia:plugin` imports. Each charges the call's quota and decides by the grants in the store.
//!
//! A refusal is an answer of kind `denied`, never a trap, so that a plugin can go on without.

mod config;
mod directory;
mod effects;
mod kv;
mod log;
mod secrets;
mod tickets;

use crate::{
    error::Stop,
    services::ServiceError,
    state::State,
    transfer::Transfer,
    types::{GuestError, GuestErrorKind},
};

pub(crate) type Answer<T> = wasmtime::Result<Result<T, GuestError>>;

/// Most entries of a list that a guest asks for: people, flow log entries.
const MAX_ENTRIES: u32 = 1_000;

impl State {
    /// Counts what came with a host call.
    fn handed(&mut self, what: impl Transfer) {
        self.transfer_bytes = self.transfer_bytes.max(what.bytes());
    }

    /// Counts a host call; past the quota the call ends.
    fn charge(&mut self, call: &'static str) -> wasmtime::Result<()> {
        if self.host_calls >= self.limits.host_calls {
            return Err(Stop::HostCalls { allowed: self.limits.host_calls }.into());
        }
        self.host_calls += 1;
        self.last_host_call = Some(call);
        Ok(())
    }

    /// The answer to a call without its grant.
    fn refuse<T>(&mut self, call: &'static str, grant: &str) -> Answer<T> {
        self.charge(call)?;
        Ok(Err(self.denial(format!("{call} needs the grant {grant}"))))
    }

    fn denial(&mut self, message: String) -> GuestError {
        self.denied = self.denied.saturating_add(1);
        self.log.remark(&format!("denied: {message}"));
        error(GuestErrorKind::Denied, message)
    }
}

fn error(kind: GuestErrorKind, message: String) -> GuestError {
    GuestError { kind, message, detail: None }
}

/// The host's answer as the guest sees it. `what` names the thing asked for: "no such user".
fn told(call: &'static str, what: &str, problem: ServiceError) -> GuestError {
    match problem {
        ServiceError::NotFound => error(GuestErrorKind::NotFound, format!("no such {what}")),
        ServiceError::Exhausted(text) => error(GuestErrorKind::Exhausted, text),
        ServiceError::Failed(reason) => {
            tracing::warn!(call, reason, "a plugin's question could not be answered");
            error(GuestErrorKind::Retryable, "the engine could not answer this now".to_owned())
        }
    }
}
