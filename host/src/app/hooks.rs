//! Hook states: one call of a state's receiver and what its answer means for the ticket, and the receiver calling back (behaviour
//! §4.12, D-01, threat-model §3 and §7). The call holds no lock; its result takes the one write path together with the end of its job.

use std::time::Instant;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    App, Error,
    acts::Act,
    attempts::{Trouble, backoff},
    tickets::Identity,
    write::{After, By},
};
use crate::{
    outbound::{Post, Reply},
    store::{self, hook_deliveries::HookDelivery, jobs::Job},
    workflow::{self, Cause, HookConfig, Participants, Refusal, Ticket, TicketId},
};

/// Nesting that a receiver's answer may have.
const ANSWER_DEPTH: usize = 16;

/// What the receiver reports once its work is done.
#[derive(Clone, Debug)]
pub struct Callback<'a> {
    pub succeeded: bool,
    pub message: &'a str,
    pub fields: &'a Map<String, Value>,
    pub callback_id: &'a str,
    pub app_name: &'a str,
}

impl App {
    /// Carries out a hook job: the call, and then the move, the wait, or the mark of a failure.
    pub async fn run_hook(&self, job: &Job) -> Result<(), Error> {
        let (found, definition) = match self.visible(job.ticket, None).await {
            Err(Error::TicketMissing | Error::TicketNotGranted) => return self.drop_job(job).await,
            other => other?,
        };
        let ticket = found.ticket;
        if ticket.visit != job.visit || ticket.participants != Participants::Hook {
            return self.drop_job(job).await;
        }
        let outcome = match HookConfig::of(&ticket, &definition) {
            // the receiver took the call already, and the move waits for a plugin
            Ok(_) if job.payload["answered"].is_string() => {
                Ok(job.payload["answered"].as_str().unwrap_or_default().to_owned())
            }
            Ok(config) => {
                let body = body(&config, &ticket, workflow::ticket_values(&ticket, &definition, self.zone));
                self.call_hook(job, &ticket, (&config, &body)).await
            }
            Err(refusal) => Err(Trouble::Final(refusal.to_string())),
        };
        let by = By::engine(Cause::Hook, Some(job));
        match outcome {
            Ok(message) => {
                let done = self.write(job.ticket, by, Act::HookAccepted { message: &message }).await;
                match done {
                    Err(waits @ Error::PluginWaits { .. }) => {
                        let reason = waits.to_string();
                        if self.wait_for_plugin(job, &reason, Some(&message.into())).await? {
                            return Ok(());
                        }
                        self.hook_failed(by, &reason).await
                    }
                    Err(Error::Refused(refusal)) => self.hook_failed(by, &refusal.to_string()).await,
                    other => self.settle(job, other).await,
                }
            }
            Err(Trouble::Final(reason)) => self.hook_failed(by, &reason).await,
            Err(Trouble::Passing(reason)) => match backoff(job.tries) {
                // the first failure is shown at once, the others only if it stays at that
                Some(delay) if job.tries == 1 => {
                    self.hook_failed(By { after: After::Postpone(delay), ..by }, &reason).await
                }
                Some(delay) => self.postpone(job, delay, &reason).await,
                None => {
                    self.hook_failed(
                        By { after: After::Bury("the receiver did not take the call"), ..by },
                        &format!("given up: {reason}"),
                    )
                    .await
                }
            },
        }
    }

    /// Calls the receiver, and keeps what came of it, which stands in nobody's way.
    async fn call_hook(
        &self,
        job: &Job,
        ticket: &Ticket,
        (config, body): (&HookConfig, &Value),
    ) -> Result<String, Trouble> {
        let begun = Instant::now();
        let post = Post { url: &config.url, token: &config.token, key: job.key, body };
        let outcome = self.outbound.post(post).await.map_err(Trouble::from).and_then(|reply| answer(&reply));
        let (Ok(told) | Err(Trouble::Final(told) | Trouble::Passing(told))) = &outcome;
        let kept = HookDelivery {
            ticket: ticket.id,
            state: ticket.state,
            key: job.key,
            attempt: job.attempt,
            is_delivered: outcome.is_ok(),
            detail: told,
            took_ms: i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX),
        };
        if let Err(error) = store::hook_deliveries::log(&self.db, &kept).await {
            tracing::warn!(job.id = job.id, %error, "a call of a hook is not noted");
        }
        outcome
    }

    async fn hook_failed(&self, by: By<'_>, reason: &str) -> Result<(), Error> {
        let Some(job) = by.job else { return Ok(()) };
        let failed = self.write(job.ticket, by, Act::HookFailed { reason }).await;
        self.settle(job, failed).await
    }

    /// The receiver says that its work is done, or that it failed. Taken only while the ticket stands in the hook's state.
    pub async fn call_back(&self, who: &Identity<'_>, id: TicketId, callback: &Callback<'_>) -> Result<(), Error> {
        let (found, definition) = self.visible(id, who.app_token).await?;
        let config = HookConfig::of(&found.ticket, &definition)?;
        let foreign = config.callback_app.as_ref().is_some_and(|name| name != callback.app_name);
        let unasked = config.needs_callback_id && callback.callback_id != callback_id(&config, &found.ticket);
        if foreign || unasked {
            return Err(Refusal::ForeignCallback.into());
        }
        let by = By { app_token: who.app_token, ..By::engine(Cause::Hook, None) };
        let act = if callback.succeeded {
            Act::HookMoves { message: callback.message, fields: callback.fields }
        } else {
            Act::HookFailed { reason: callback.message }
        };
        self.write(id, by, act).await
    }
}

/// All columns and custom values (behaviour §4.12), the ticket's id as the public receivers read it, and what a call-back may need.
fn body(config: &HookConfig, ticket: &Ticket, mut values: Map<String, Value>) -> Value {
    values.insert("ticket_id".into(), json!(ticket.id));
    values.insert("callback_id".into(), callback_id(config, ticket).into());
    if let Some(info) = &config.extra_info {
        values.insert("extra_info".into(), info.clone());
    }
    Value::Object(values)
}

/// Names one visit of one ticket to whoever holds the hook's token; nobody else can make it up.
fn callback_id(config: &HookConfig, ticket: &Ticket) -> String {
    let hash = Sha256::new()
        .chain_update(b"gavia callback\0")
        .chain_update(config.token.as_bytes())
        .chain_update([0])
        .chain_update(ticket.id.0.to_be_bytes())
        .chain_update(ticket.visit.to_be_bytes());
    hex::encode(hash.finalize())
}

/// The receiver's `msg` when it said yes.
pub(super) fn answer(reply: &Reply) -> Result<String, Trouble> {
    match reply.status {
        200..=299 => {}
        429 | 500..=599 => return Err(Trouble::Passing(format!("the receiver answered HTTP {}", reply.status))),
        status => return Err(Trouble::Final(format!("the receiver answered HTTP {status}"))),
    }
    let value: Value = serde_json::from_slice(&reply.body)
        .map_err(|error| Trouble::Final(format!("the receiver's answer is no JSON: {error}")))?;
    if depth(&value) > ANSWER_DEPTH {
        return Err(Trouble::Final(format!("the receiver's answer is nested deeper than {ANSWER_DEPTH}")));
    }
    let message = value["msg"].as_str().unwrap_or_default().to_owned();
    match value["code"].as_i64() {
        Some(0) => Ok(message),
        Some(code) if message.is_empty() => Err(Trouble::Final(format!("the receiver answered code {code}"))),
        Some(_) => Err(Trouble::Final(message)),
        None => Err(Trouble::Final("the receiver's answer has no code".to_owned())),
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Result<String, Trouble> {
        answer(&Reply { status, body: body.as_bytes().to_vec() })
    }

    #[test]
    fn f24_f25_f26_what_a_receiver_may_answer() {
        assert_eq!(answered(200, r#"{"code": 0, "msg": "ok", "data": ""}"#), Ok("ok".into()));
        assert_eq!(answered(201, r#"{"code": 0}"#), Ok(String::new()), "no msg is an empty one");
        for (status, body, why) in [
            (200, r#"{"code": -1, "msg": "no"}"#, "no"),
            (200, r#"{"code": 7}"#, "the receiver answered code 7"),
            (200, r#"{"msg": "ok"}"#, "the receiver's answer has no code"),
            (302, "", "the receiver answered HTTP 302"),
            (404, r#"{"code": 0}"#, "the receiver answered HTTP 404"),
        ] {
            assert_eq!(answered(status, body), Err(Trouble::Final(why.into())), "{status} {body}");
        }
        assert!(matches!(answered(200, "<html>"), Err(Trouble::Final(_))));
        let nested = format!("{}1{}", "[".repeat(17), "]".repeat(17));
        assert!(matches!(answered(200, &nested), Err(Trouble::Final(_))));
        for status in [429, 500, 503] {
            assert!(matches!(answered(status, ""), Err(Trouble::Passing(_))), "{status}");
        }
    }
}
