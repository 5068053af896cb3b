//! Whether what came of a case is what it expects: one line for each difference.

use std::{collections::BTreeMap, fmt::Debug};

use gavia_sandbox::{ActionAnswer, Delivery, Effect, GuestErrorKind, LogLine, Outcome, PluginError};
use serde_json::Value;

use super::{
    case::{Case, CaseDelivery, Exchange, Expected},
    receiver::Received,
};

/// A call's answer, of whichever kind.
pub(super) enum Answer {
    Action(ActionAnswer),
    Participants(Vec<String>),
    Notice(Vec<Delivery>),
    Condition(Option<u32>),
}

pub(super) fn differences(case: &Case, outcome: &Outcome<Answer>, received: &[Received]) -> Vec<String> {
    let mut found = Differences(Vec::new());
    found.answer(&case.expect, &outcome.result);
    found.effects(&case.expect, &outcome.effects);
    found.log(&case.expect, &outcome.logs);
    found.requests(&case.http, received);
    found.0
}

struct Differences(Vec<String>);

impl Differences {
    fn same<T: PartialEq + Debug>(&mut self, what: &str, wanted: &T, came: &T) {
        if wanted != came {
            self.0.push(format!("{what}: wanted {wanted:?}, came {came:?}"));
        }
    }

    fn answer(&mut self, expect: &Expected, result: &Result<Answer, PluginError>) {
        match (&expect.error, result) {
            (None, Err(error)) => self.0.push(format!("it failed: {error}")),
            (Some(error), Ok(_)) => self.0.push(format!("it answered, and should fail with {}", error.kind)),
            (Some(wanted), Err(error)) => {
                self.same("kind of error", &wanted.kind.as_str(), &class(error));
                let text = error.shown();
                if !text.contains(&wanted.message) {
                    self.0.push(format!("error: wanted {:?} in it, came {text:?}", wanted.message));
                }
            }
            (None, Ok(Answer::Action(answer))) => {
                if let Some(message) = &expect.message {
                    self.same("message", message, &answer.message);
                }
                if let Some(output) = &expect.output {
                    self.same("output", output, &json(answer.output.as_deref().unwrap_or("null")));
                }
                self.is_named(expect.message.is_some() || expect.output.is_some(), "message");
            }
            (None, Ok(Answer::Participants(people))) => {
                self.is_named(expect.participants.is_some(), "participants");
                if let Some(wanted) = &expect.participants {
                    self.same("participants", wanted, people);
                }
            }
            (None, Ok(Answer::Condition(index))) => {
                self.is_named(expect.index.is_some(), "index");
                if let Some(wanted) = &expect.index {
                    self.same("index", &wanted.0, index);
                }
            }
            (None, Ok(Answer::Notice(deliveries))) => {
                self.is_named(expect.deliveries.is_some(), "deliveries");
                let came = |delivery: &Delivery| CaseDelivery {
                    username: delivery.username.clone(),
                    ok: delivery.ok,
                    detail: delivery.detail.clone(),
                };
                if let Some(wanted) = &expect.deliveries {
                    self.same("deliveries", wanted, &deliveries.iter().map(came).collect());
                }
            }
        }
    }

    /// A case that expects nothing cannot fail, so it is none.
    fn is_named(&mut self, named: bool, what: &str) {
        if !named {
            self.0.push(format!("the case says neither which `{what}` it expects nor which `error`"));
        }
    }

    fn effects(&mut self, expect: &Expected, effects: &[Effect]) {
        let (fields, comments) = written(effects);
        self.same("fields", &expect.fields, &fields);
        self.same("comments", &expect.comments, &comments);
    }

    fn log(&mut self, expect: &Expected, logs: &[LogLine]) {
        for part in expect.log.iter().filter(|part| !logs.iter().any(|line| line.message.contains(part.as_str()))) {
            let lines: Vec<&str> = logs.iter().map(|line| line.message.as_str()).collect();
            self.0.push(format!("log: wanted a line with {part:?}, came {lines:?}"));
        }
    }

    fn requests(&mut self, exchanges: &[Exchange], received: &[Received]) {
        self.same("number of requests", &exchanges.len(), &received.len());
        for (number, (Exchange { request: wanted, .. }, came)) in (1..).zip(exchanges.iter().zip(received)) {
            let what = |part: &str| format!("{part} of request {number}");
            if let Some(method) = &wanted.method {
                self.same(&what("method"), &method.as_str(), &came.method.as_str());
            }
            if let Some(path) = &wanted.path {
                self.same(&what("path"), path, &came.path);
            }
            for (name, value) in &wanted.headers {
                let header = came.headers.get(name).and_then(|value| value.to_str().ok());
                self.same(&what(&format!("header {name}")), &Some(value.as_str()), &header);
            }
            if let Some(body) = &wanted.json {
                self.same(&what("body"), body, &json(&String::from_utf8_lossy(&came.body)));
            }
            if let Some(body) = &wanted.body {
                self.same(&what("body"), &body.as_str(), &&*String::from_utf8_lossy(&came.body));
            }
        }
    }
}

/// The fields with their last values, and the comments.
pub(super) fn written(effects: &[Effect]) -> (BTreeMap<String, Value>, Vec<String>) {
    let (mut fields, mut comments) = (BTreeMap::new(), Vec::new());
    for effect in effects {
        match effect {
            Effect::SetField(field) => drop(fields.insert(field.key.clone(), json(&field.value))),
            Effect::Comment(text) => comments.push(text.clone()),
        }
    }
    (fields, comments)
}

/// JSON, or the text that is none.
pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// The contract's name of a guest's own error, the engine's class of any other.
pub(super) fn class(error: &PluginError) -> &'static str {
    match error {
        PluginError::Guest(error) => match error.kind {
            GuestErrorKind::Retryable => "retryable",
            GuestErrorKind::Permanent => "permanent",
            GuestErrorKind::InvalidInput => "invalid-input",
            GuestErrorKind::Denied => "denied",
            GuestErrorKind::Exhausted => "exhausted",
            GuestErrorKind::NotFound => "not-found",
        },
        other => other.class(),
    }
}
