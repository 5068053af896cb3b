//! `POST /api/v2/plugins/{id}/versions/{number}/try`: a run of a version on a ticket that changes nothing, for who is about to approve or
//! activate it.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use gavia_sandbox::{Effect, Usage};
use serde_json::{Map, Value, json};

use super::{
    super::{AccountAdministrator, definitions::Given, problem::Explained, ticket_calls},
    number, plugin_id,
    settings::texts,
};
use crate::{
    app::{
        App,
        trials::{Trial, Tried},
    },
    workflow::TicketId,
};

const KEYS: [&str; 3] = ["ticket_id", "kind", "config"];

/// Body `{"ticket_id": 7, "kind": "action", "config": {…}}`; the last two may be left out.
pub(super) async fn run(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, version)): Path<(String, String)>,
    Given(body): Given,
) -> Result<Json<Value>, Explained> {
    let tried = app.try_version(plugin_id(&id)?, number(&version)?, &trial(body)?, &admin.username).await?;
    Ok(Json(answer(&tried)))
}

fn trial(mut body: Map<String, Value>) -> Result<Trial, Explained> {
    let unfit = |detail: &str| Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail.to_owned());
    if let Some(key) = body.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(unfit(&format!("there is no {key:?}: there are {}", KEYS.join(", "))));
    }
    let ticket = body.get("ticket_id").and_then(Value::as_i64).map(TicketId);
    let kind = match body.remove("kind") {
        None | Some(Value::Null) => None,
        Some(Value::String(kind)) => Some(kind),
        Some(_) => return Err(unfit("\"kind\" is a text")),
    };
    let config = match body.remove("config") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(Value::Object(config)) => texts(config)?,
        Some(_) => return Err(unfit("\"config\" is an object of texts")),
    };
    Ok(Trial { ticket: ticket.ok_or_else(|| unfit("\"ticket_id\" is the id of a ticket"))?, kind, config })
}

fn answer(tried: &Tried) -> Value {
    let mut answer = json!({ "kind": tried.kind.to_string(), "written": false });
    match &tried.answer {
        Ok(Value::Object(given)) => {
            answer["outcome"] = "ok".into();
            for (key, value) in given {
                answer[key] = value.clone();
            }
        }
        Ok(_) => answer["outcome"] = "ok".into(),
        Err(error) => {
            answer["outcome"] = error.class().into();
            answer["message"] = error.shown().into();
            answer["detail"] = error.to_string().into();
        }
    }
    answer["effects"] = tried.effects.iter().map(effect).collect::<Vec<_>>().into();
    answer["log"] = tried.logs.iter().map(|line| ticket_calls::line(&line.into())).collect::<Vec<_>>().into();
    answer["usage"] = usage(tried.usage);
    answer
}

/// What it would have done.
fn effect(effect: &Effect) -> Value {
    match effect {
        Effect::SetField(field) => {
            let value: Value = serde_json::from_str(&field.value).unwrap_or_else(|_| field.value.clone().into());
            json!({ "set_field": { "key": field.key, "value": value } })
        }
        Effect::Comment(text) => json!({ "comment": text }),
    }
}

fn usage(usage: Usage) -> Value {
    json!({
        "queue_ms": usage.queue_ms,
        "wall_ms": usage.wall_ms,
        "cpu_ticks": usage.cpu_ticks,
        "peak_memory_bytes": usage.peak_memory_bytes,
        "host_calls": usage.host_calls,
        "denied": usage.denied,
        "http_requests": usage.http_requests,
        "logs_dropped": usage.logs_dropped,
    })
}
