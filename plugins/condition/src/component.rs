//! The plugin's side of the WIT world `condition-plugin`: reads the call's context into an [`Env`] and asks [`evaluate`].
//! Imports nothing: no clock, no randomness, no log line.

use std::collections::BTreeMap;

use crate::calendar::Moment;
use crate::clock::Clock;
use crate::{Env, Field, FieldKind, evaluate};

wit_bindgen::generate!({ world: "condition-plugin", path: "../../plugin-sdk/wit" });

use exports::gavia::plugin::condition::{Guest, Problem};
use gavia::plugin::types::{Context, Error, ErrorKind, FieldType, Ticket};

struct Conditions;
export!(Conditions);

/// How much of an expression an error quotes, in characters.
const QUOTED_MAX: usize = 200;

impl Guest for Conditions {
    fn first_match(expressions: Vec<String>, ctx: Context) -> Result<Option<u32>, Error> {
        let env = env(ctx);
        for (index, expression) in (0..).zip(&expressions) {
            match evaluate(expression, &env) {
                Ok(true) => return Ok(Some(index)),
                Ok(false) => {}
                Err(error) => return Err(refusal(index, expression, &error)),
            }
        }
        Ok(None)
    }

    fn check(expressions: Vec<String>, known_fields: Vec<String>) -> Vec<Problem> {
        let known: Vec<&str> = known_fields.iter().map(String::as_str).collect();
        let mut problems = Vec::new();
        for (index, expression) in (0..).zip(&expressions) {
            let found = crate::check(expression, &known).into_iter();
            problems.extend(found.map(|problem| Problem {
                index,
                offset: offset(problem.offset),
                message: problem.message,
            }));
        }
        problems
    }
}

/// Expressions are at most 4 KiB long, or refused at that offset.
fn offset(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

fn refusal(index: u32, expression: &str, error: &crate::EvalError) -> Error {
    let mut quoted: String = expression.chars().take(QUOTED_MAX).collect();
    if quoted.len() < expression.len() {
        quoted.push('…');
    }
    let detail = serde_json::json!({ "index": index, "offset": error.offset, "message": error.message });
    Error {
        kind: ErrorKind::InvalidInput,
        message: format!("condition {} `{quoted}`: {}", index + 1, error.message),
        detail: Some(detail.to_string()),
    }
}

/// The ticket's own keys and its fields as one namespace; a field wins.
fn env(ctx: Context) -> Env {
    let mut fields = own_keys(&ctx);
    for field in ctx.ticket.fields {
        fields.insert(field.key, Field { kind: kind(field.kind), json: field.value });
    }
    Env { now_ms: ctx.now_ms, tz_offset_min: ctx.tz_offset_min, fields }
}

/// The values of `TICKET_KEYS`, as the old engine's conditions know them: no parent is 0, times are local texts.
fn own_keys(ctx: &Context) -> BTreeMap<String, Field> {
    let ticket: &Ticket = &ctx.ticket;
    let text = |text: &str| (FieldKind::Str, serde_json::Value::from(text).to_string());
    let int = |number: i64| (FieldKind::Int, number.to_string());
    let flag = |value: bool| (FieldKind::Boolean, value.to_string());
    let time = |ms: i64| (FieldKind::Datetime, serde_json::Value::from(local_text(ms, ctx.tz_offset_min)).to_string());
    let empty = (FieldKind::Str, "null".to_owned());
    let values = [
        ("id", int(ticket.id)),
        ("sn", text(&ticket.sn)),
        ("title", text(&ticket.title)),
        ("workflow_id", int(ticket.workflow_id)),
        ("workflow_name", text(&ticket.workflow_name)),
        ("state_id", int(ticket.state_id)),
        ("state_name", text(&ticket.state_name)),
        ("creator", text(&ticket.creator)),
        ("parent_ticket_id", int(ticket.parent_ticket_id.unwrap_or(0))),
        ("parent_ticket_state_id", int(ticket.parent_ticket_state_id.unwrap_or(0))),
        ("participant_type_id", int(ticket.participant_type_id.into())),
        ("participant", text(&ticket.participant)),
        ("relation", text(&ticket.relation.join(","))),
        ("in_add_node", flag(ticket.in_add_node)),
        ("add_node_man", text(&ticket.add_node_man)),
        ("is_end", flag(ticket.is_end)),
        ("is_rejected", flag(ticket.is_rejected)),
        ("gmt_created", time(ticket.created_ms)),
        ("gmt_modified", time(ticket.modified_ms)),
        ("transition_id", int(ctx.transition_id.unwrap_or(0))),
        ("suggestion", ctx.suggestion.as_deref().map_or(empty, text)),
    ];
    let mut fields = BTreeMap::new();
    for (key, (kind, json)) in values {
        fields.insert(key.to_owned(), Field { kind, json });
    }
    fields
}

/// `YYYY-MM-DD HH:MM:SS`; empty for a time outside the years 1 to 9999.
fn local_text(now_ms: i64, offset_min: i16) -> String {
    let Ok(at) = (Clock { now_ms, offset_min }).now() else {
        return String::new();
    };
    let Moment { year, month, day, hour, minute, second, .. } = at.parts();
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

fn kind(kind: FieldType) -> FieldKind {
    match kind {
        FieldType::Str => FieldKind::Str,
        FieldType::Int => FieldKind::Int,
        FieldType::Float => FieldKind::Float,
        FieldType::Boolean => FieldKind::Boolean,
        FieldType::Date => FieldKind::Date,
        FieldType::Datetime => FieldKind::Datetime,
        FieldType::Radio => FieldKind::Radio,
        FieldType::Checkbox => FieldKind::Checkbox,
        FieldType::Select => FieldKind::Select,
        FieldType::MultiSelect => FieldKind::MultiSelect,
        FieldType::Text => FieldKind::Text,
        FieldType::Username => FieldKind::Username,
        FieldType::MultiUsername => FieldKind::MultiUsername,
        FieldType::File => FieldKind::File,
    }
}
