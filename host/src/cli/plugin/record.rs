//! `gavia plugin test --record`: what came of a case becomes what it expects. The author reads it instead of typing it; the rest of the
//! file stays, and so do the parts of log lines that it names.

use std::{fs, path::Path};

use gavia_sandbox::{Delivery, Outcome, PluginError};
use serde_json::{Map, Value, json};

use super::{
    judge::{self, Answer},
    receiver::{Received, UNFORESEEN},
};
use crate::cli::stop::Stop;

pub(super) fn write(file: &Path, outcome: &Outcome<Answer>, received: &[Received]) -> Result<(), Stop> {
    let shown = file.display();
    let text = fs::read(file).map_err(|error| Stop::refused(format!("{shown} cannot be read: {error}")))?;
    let case = serde_json::from_slice::<Map<String, Value>>(&text);
    let mut case = case.map_err(|error| Stop::refused(format!("{shown} is no case: {error}")))?;
    if case.contains_key("http") || !received.is_empty() {
        let before = case.get("http").and_then(Value::as_array).cloned().unwrap_or_default();
        case.insert("http".to_owned(), exchanges(before, received));
    }
    let log = case.get("expect").and_then(|expect| expect.get("log")).cloned();
    let mut expect = expected(outcome);
    expect.extend(log.map(|log| ("log".to_owned(), log)));
    case.insert("expect".to_owned(), expect.into());
    fs::write(file, format!("{:#}\n", Value::Object(case)))
        .map_err(|error| Stop::refused(format!("{shown} cannot be written: {error}")))
}

fn expected(outcome: &Outcome<Answer>) -> Map<String, Value> {
    let answer = match &outcome.result {
        Ok(Answer::Action(answer)) => match &answer.output {
            Some(output) => json!({ "message": answer.message, "output": judge::json(output) }),
            None => json!({ "message": answer.message }),
        },
        Ok(Answer::Participants(people)) => json!({ "participants": people }),
        Ok(Answer::Condition(index)) => json!({ "index": index }),
        Ok(Answer::Notice(deliveries)) => {
            let delivery = |one: &Delivery| json!({ "username": one.username, "ok": one.ok, "detail": one.detail });
            json!({ "deliveries": deliveries.iter().map(delivery).collect::<Vec<_>>() })
        }
        // the engine's own texts hold numbers that differ from run to run
        Err(error @ PluginError::Guest(_)) => {
            json!({ "error": { "kind": judge::class(error), "message": error.shown() } })
        }
        Err(error) => json!({ "error": { "kind": judge::class(error) } }),
    };
    let (fields, comments) = judge::written(&outcome.effects);
    let mut expect = Map::new();
    if let Value::Object(answer) = answer {
        expect.extend(answer);
    }
    if !fields.is_empty() {
        expect.insert("fields".to_owned(), json!(fields));
    }
    if !comments.is_empty() {
        expect.insert("comments".to_owned(), comments.into());
    }
    expect
}

/// The requests as they came, with the replies that they got.
fn exchanges(before: Vec<Value>, received: &[Received]) -> Value {
    let (status, text) = UNFORESEEN;
    let unforeseen = || json!({ "request": {}, "reply": { "status": status.as_u16(), "body": text } });
    let known = before.into_iter().map(Some).chain(std::iter::repeat(None));
    let exchange = |(came, known): (&Received, Option<Value>)| {
        let mut exchange = known.unwrap_or_else(unforeseen);
        exchange["request"] = request(came, &exchange["request"]);
        exchange
    };
    received.iter().zip(known).map(exchange).collect()
}

/// Of the headers only those that the case looks at: most of them say how it was sent and not what.
fn request(came: &Received, wanted: &Value) -> Value {
    let mut request = json!({ "method": came.method.as_str(), "path": came.path });
    let header = |name: &String| {
        let value = came.headers.get(name.as_str())?;
        Some((name.clone(), Value::from(String::from_utf8_lossy(value.as_bytes()))))
    };
    let names = wanted["headers"].as_object();
    let headers: Map<String, Value> = names.into_iter().flat_map(Map::keys).filter_map(header).collect();
    if !headers.is_empty() {
        request["headers"] = headers.into();
    }
    match serde_json::from_slice::<Value>(&came.body) {
        Ok(body) => request["json"] = body,
        Err(_) if came.body.is_empty() => {}
        Err(_) => request["body"] = String::from_utf8_lossy(&came.body).into(),
    }
    request
}
