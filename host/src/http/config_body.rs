//! Bodies of configuration calls → patches: numbers as text (T-07), JSON as text or as itself (T-08), empty texts as defaults. What is
//! refused here is broken beyond any later call: JSON that is none, wrong types, codes that mean nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    error::Failure,
    wire::{self, Code},
};
use crate::{
    store::{
        definitions,
        drafts::{FieldPatch, StatePatch, TransitionPatch, WorkflowPatch},
    },
    workflow::{Conditions, FieldAccess, StateId, is_reserved},
};

/// Longest text that configuration holds.
const TEXT_BYTES: usize = 64 << 10;
const NAME_CHARACTERS: usize = 500;

pub fn workflow(body: &Map<String, Value>) -> Result<WorkflowPatch, Failure> {
    Ok(WorkflowPatch {
        name: name(body, "name")?,
        description: text(body, "description")?,
        notices: text(body, "notices")?,
        view_permission_check: flag(body, "view_permission_check")?,
        limit_expression: json_text(body, "limit_expression", "{}", Value::is_object)?,
        display_form: json_text(body, "display_form_str", "[]", |value| {
            value.as_array().is_some_and(|keys| keys.iter().all(Value::is_string))
        })?,
        condition_plugin: text(body, "condition_plugin")?,
    })
}

pub fn state(body: &Map<String, Value>) -> Result<StatePatch, Failure> {
    Ok(StatePatch {
        name: name(body, "name")?,
        sub_workflow_id: int(body, "sub_workflow_id")?,
        is_hidden: flag(body, "is_hidden")?,
        order_id: small(body, "order_id")?,
        kind: code(body, "type_id", None)?,
        remember_last_handler: flag(body, "remember_last_man_enable")?,
        participant_kind: code(body, "participant_type_id", None)?,
        participant: participant(body)?,
        distribution: code(body, "distribute_type_id", Some(1))?,
        field_access: field_access(body)?,
        label: json_value(body, "label")?,
        plugin_args: json_text(body, "plugin_args", "{}", |_| true)?,
        position: None, // the chart is the console's alone
    })
}

pub fn transition(body: &Map<String, Value>) -> Result<TransitionPatch, Failure> {
    let state = |key: &str| int(body, key).map(|id| id.map(|id| Some(StateId(id)).filter(|id| id.0 != 0)));
    Ok(TransitionPatch {
        name: name(body, "name")?,
        kind: code(body, "transition_type_id", Some(1))?,
        timer_seconds: small(body, "timer")?,
        source: state("source_state_id")?,
        destination: state("destination_state_id")?,
        condition_expression: conditions(body)?,
        attribute: code(body, "attribute_type_id", Some(1))?,
        field_require_check: flag(body, "field_require_check")?,
        alert_enable: flag(body, "alert_enable")?,
        alert_text: text(body, "alert_text")?,
    })
}

pub fn field(body: &Map<String, Value>) -> Result<FieldPatch, Failure> {
    let key = text(body, "field_key")?;
    if let Some(key) = &key {
        let fit = (1..=NAME_CHARACTERS).contains(&key.chars().count())
            && !key.chars().any(|c| c.is_control() || "{}".contains(c));
        if !fit {
            return Err(Failure::text("field_key不合法"));
        }
        if is_reserved(key) {
            return Err(Failure::text(format!("field_key为系统保留字段: {key}")));
        }
    }
    Ok(FieldPatch {
        kind: code(body, "field_type_id", None)?,
        key,
        name: name(body, "field_name")?,
        order_id: small(body, "order_id")?,
        default_value: text(body, "default_value")?.map(Some),
        description: text(body, "description")?,
        template: text(body, "field_template")?,
        boolean_display: json_value(body, "boolean_field_display")?,
        choices: json_value(body, "field_choice")?,
        label: json_value(body, "label")?,
    })
}

fn text(body: &Map<String, Value>, key: &str) -> Result<Option<String>, Failure> {
    // numbers are texts to the old pages' forms
    let text = match body.get(key) {
        Some(Value::Number(number)) => Some(number.to_string()),
        value => wire::text(key, value)?,
    };
    match text {
        Some(text) if text.len() > TEXT_BYTES => Err(Failure::object(format!("{key}不能超过{TEXT_BYTES}字节"))),
        text => Ok(text),
    }
}

fn name(body: &Map<String, Value>, key: &str) -> Result<Option<String>, Failure> {
    match text(body, key)? {
        Some(name) if name.chars().count() > NAME_CHARACTERS => {
            Err(Failure::object(format!("{key}不能超过{NAME_CHARACTERS}个字符")))
        }
        name => Ok(name),
    }
}

fn int(body: &Map<String, Value>, key: &str) -> Result<Option<i64>, Failure> {
    body.get(key).filter(|value| !value.is_null()).map(|value| wire::loose_int(key, value)).transpose()
}

fn small(body: &Map<String, Value>, key: &str) -> Result<Option<i32>, Failure> {
    let number = int(body, key)?.map(i32::try_from).transpose();
    number.map_err(|_| Failure::object(format!("{key}超出范围")))
}

fn flag(body: &Map<String, Value>, key: &str) -> Result<Option<bool>, Failure> {
    body.get(key).filter(|value| !value.is_null()).map(|value| wire::loose_flag(key, value)).transpose()
}

/// `zero` is what a code of 0 stands for, where the old defaults were no kind at all.
fn code<T: Code>(body: &Map<String, Value>, key: &str, zero: Option<i64>) -> Result<Option<T>, Failure> {
    let Some(code) = int(body, key)? else { return Ok(None) };
    let code = zero.filter(|_| code == 0).unwrap_or(code);
    T::from_code(code).map(Some).ok_or_else(|| Failure::object(format!("{key}不合法: {code}")))
}

/// A hook's configuration may come as an object; it is kept as text.
fn participant(body: &Map<String, Value>) -> Result<Option<String>, Failure> {
    match body.get("participant") {
        Some(object @ Value::Object(_)) => Ok(Some(object.to_string())),
        _ => text(body, "participant"),
    }
}

/// A JSON text, kept as it was written; also taken as JSON itself. Empty is `blank`.
fn json_text(
    body: &Map<String, Value>,
    key: &str,
    blank: &str,
    fits: impl Fn(&Value) -> bool,
) -> Result<Option<String>, Failure> {
    let wrong = || Failure::object(format!("{key}不是合法的JSON"));
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(written)) if written.trim().is_empty() => Ok(Some(blank.to_owned())),
        Some(Value::String(written)) => {
            let parsed: Value = serde_json::from_str(written).map_err(|_| wrong())?;
            let clean = written.len() <= TEXT_BYTES && !parsed.to_string().contains("\\u0000");
            if clean && fits(&parsed) { Ok(Some(written.clone())) } else { Err(wrong()) }
        }
        Some(value) if fits(value) => {
            let written = value.to_string();
            if written.len() <= TEXT_BYTES { Ok(Some(written)) } else { Err(wrong()) }
        }
        Some(_) => Err(wrong()),
    }
}

/// A JSON object, as itself or as text.
fn json_value(body: &Map<String, Value>, key: &str) -> Result<Option<Value>, Failure> {
    let written = json_text(body, key, "{}", Value::is_object)?;
    Ok(written.map(|text| serde_json::from_str(&text).unwrap_or_else(|_| json!({}))))
}

fn field_access(body: &Map<String, Value>) -> Result<Option<BTreeMap<String, FieldAccess>>, Failure> {
    let Some(Value::Object(listed)) = json_value(body, "state_field_str")? else { return Ok(None) };
    let access = listed.into_iter().map(|(key, value)| {
        let code = wire::loose_int(&key, &value).ok().and_then(FieldAccess::from_code);
        code.map(|access| (key, access)).ok_or_else(|| Failure::object("state_field_str的属性值须为1、2或3"))
    });
    access.collect::<Result<_, _>>().map(Some)
}

/// A list of expressions with targets; what the two mean is looked at where the workflow is known.
fn conditions(body: &Map<String, Value>) -> Result<Option<String>, Failure> {
    let written = json_text(body, "condition_expression", "[]", Value::is_array)?;
    match written.as_deref().map(definitions::conditions) {
        Some(Conditions::Broken(_)) => {
            Err(Failure::text("condition_expression须为列表，每项含文本expression和整数target_state_id"))
        }
        _ => Ok(written),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::workflow::{Distribution, ParticipantKind, StateKind, TransitionAttribute};

    fn object(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn t07_numbers_come_as_text_and_zero_kinds_mean_the_first() {
        let body = object(
            &json!({ "order_id": "26", "type_id": "1", "is_hidden": "1", "participant_type_id": 5, "distribute_type_id": "0" }),
        );
        let patch = state(&body).unwrap();
        assert_eq!((patch.order_id, patch.kind, patch.is_hidden), (Some(26), Some(StateKind::Start), Some(true)));
        assert_eq!(
            (patch.participant_kind, patch.distribution),
            (Some(ParticipantKind::Variable), Some(Distribution::Accept))
        );
        assert_eq!(patch.name, None, "what is not named stays");
        assert_eq!(
            transition(&object(&json!({ "attribute_type_id": 0 }))).unwrap().attribute,
            Some(TransitionAttribute::Agree)
        );
    }

    #[test]
    fn f45_broken_json_texts_are_refused_and_empty_ones_are_defaults() {
        let blank = workflow(&object(&json!({ "limit_expression": "", "display_form_str": "" }))).unwrap();
        assert_eq!((blank.limit_expression.unwrap(), blank.display_form.unwrap()), ("{}".into(), "[]".into()));
        for broken in [
            json!({ "limit_expression": "{" }),
            json!({ "limit_expression": "[]" }),
            json!({ "display_form_str": "{}" }),
            json!({ "display_form_str": [1] }),
            json!({ "display_form_str": ["x".repeat(70_000)] }),
            json!({ "description": "x".repeat(70_000) }),
            json!({ "name": "x".repeat(501) }),
        ] {
            assert!(workflow(&object(&broken)).is_err(), "{broken}");
        }
        for broken in
            [json!({ "state_field_str": "[]" }), json!({ "state_field_str": { "a": 4 } }), json!({ "label": "x" })]
        {
            assert!(state(&object(&broken)).is_err(), "{broken}");
        }
        for broken in [
            json!("{}"),
            json!("["),
            json!([7]),
            json!([{ "expression": "1" }]),
            json!([{ "expression": 1, "target_state_id": 1 }]),
            json!([{ "expression": "1", "target_state_id": true }]),
        ] {
            assert!(transition(&object(&json!({ "condition_expression": broken }))).is_err(), "{broken}");
        }
        assert!(field(&object(&json!({ "field_key": "state_id" }))).is_err());
        assert!(field(&object(&json!({ "field_type_id": 6 }))).is_err());
    }
}
