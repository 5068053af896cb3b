//! Hook states (behaviour §4.12, D-01): what their configuration says, and what an answer, a failure and a call-back do to the ticket.
//! Sending is not done here.

use serde_json::{Map, Value};

use super::{
    advance::{Move, advance},
    definition::Definition,
    facts::{Actor, Cause, Facts},
    intervene::{Act, outgoing, stay},
    refusal::Refusal,
    ticket::{Intervention, LogActor, Participants, Step, Ticket},
};

/// The configuration in a hook state's `participant`.
#[derive(Clone, Debug, PartialEq)]
pub struct HookConfig {
    pub url: String,
    /// Signs the request.
    pub token: String,
    /// Stay until called back (D-01); else move on as soon as the receiver says yes.
    pub waits: bool,
    /// Handed to the receiver as it is.
    pub extra_info: Option<Value>,
    /// A call-back must bring the `callback_id` of the request.
    pub needs_callback_id: bool,
    /// The only app that may call back, when one is named.
    pub callback_app: Option<String>,
}

impl HookConfig {
    /// # Errors
    /// What is wrong with the text, for an administrator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        let Value::Object(map) = value else { return Err("it is no JSON object".to_owned()) };
        let text = |key: &str| match map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("{key} is no text")),
        };
        let flag = |key: &str| match map.get(key) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("{key} is neither true nor false")),
        };
        let url = text("hook_url")?.unwrap_or_default();
        if !(url.starts_with("http://") || url.starts_with("https://")) {
            return Err("hook_url is no http or https address".to_owned());
        }
        Ok(Self {
            url,
            token: text("hook_token")?.unwrap_or_default(),
            waits: flag("wait")?,
            extra_info: map.get("extra_info").filter(|info| !info.is_null()).cloned(),
            needs_callback_id: flag("require_callback_id")?,
            callback_app: text("callback_app")?.filter(|name| !name.is_empty()),
        })
    }

    /// The configuration of the ticket's present state.
    pub fn of(ticket: &Ticket, definition: &Definition) -> Result<Self, Refusal> {
        if ticket.participants != Participants::Hook {
            return Err(Refusal::NotAHook);
        }
        let state = definition.state(ticket.state).ok_or(Refusal::StateGone)?;
        Self::parse(&state.participant.text).map_err(Refusal::HookBroken)
    }
}

/// The receiver took the request: the ticket waits for the call-back, or moves on.
pub fn hook_accepted(
    mut ticket: Ticket,
    definition: &Definition,
    message: &str,
    facts: &Facts,
) -> Result<Step, Refusal> {
    if HookConfig::of(&ticket, definition)?.waits {
        ticket.script_succeeded = true; // an earlier try may have failed
        return Ok(hook_log(ticket, message, facts));
    }
    hook_moves(ticket, definition, (message, &Map::new()), facts)
}

/// The hook's work is done: the ticket takes the state's outgoing transition.
pub fn hook_moves(
    ticket: Ticket,
    definition: &Definition,
    (message, fields): (&str, &Map<String, Value>),
    facts: &Facts,
) -> Result<Step, Refusal> {
    if ticket.participants != Participants::Hook {
        return Err(Refusal::NotAHook);
    }
    let transition = outgoing(definition, ticket.state)?;
    let request = Move { transition, suggestion: message, body: fields };
    advance(ticket, definition, &request, &Facts { actor: Actor::Engine(Cause::Hook), ..*facts })
}

/// The request or the work behind it failed: the ticket stays, marked, with the reason in its log.
pub fn hook_failed(mut ticket: Ticket, reason: &str, facts: &Facts) -> Result<Step, Refusal> {
    if ticket.participants != Participants::Hook {
        return Err(Refusal::NotAHook);
    }
    ticket.script_succeeded = false;
    Ok(hook_log(ticket, reason, facts))
}

fn hook_log(ticket: Ticket, suggestion: &str, facts: &Facts) -> Step {
    let act = Act { transition: None, intervention: Intervention::Hook, actor: LogActor::Hook, suggestion };
    stay(ticket, act, facts.now)
}
