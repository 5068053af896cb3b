//! The form of a ticket as one person sees it (behaviour §4.18), and the buttons below it.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use super::{Code, ticket::participant_info};
use crate::{
    store::{cards::Cards, tickets::Names},
    workflow::{
        self, Definition, FieldCheck, FieldKind, FormField, FormSource, ParticipantKind, State, Ticket, Transition,
        Viewer,
    },
};

/// The `field_list` of a detail.
pub fn field_list(ticket: &Ticket, definition: &Definition, viewer: Viewer, shown: (&Names, &Cards, Tz)) -> Vec<Value> {
    let base = base_values(ticket, shown);
    let custom: BTreeMap<String, Value> =
        workflow::field_values(ticket, definition).into_iter().map(|(key, _, value)| (key, value)).collect();
    let form = workflow::form(ticket, definition, viewer);
    form.iter()
        .map(|field| {
            let values = if matches!(field.source, FormSource::Base(_)) { &base } else { &custom };
            form_field(field, values.get(field.source.key()).unwrap_or(&Value::Null))
        })
        .collect()
}

/// One element of `field_list`, of a detail or of `init_state`.
pub fn form_field(field: &FormField<'_>, value: &Value) -> Value {
    let (attribute, order) = (field.access.code(), field.source.order_id());
    match field.source {
        FormSource::Base(base) => json!({
            "field_key": base.key, "field_name": base.name, "field_value": value, "order_id": order,
            "field_type_id": FieldKind::String.code(), "field_attribute": attribute, "default_value": null,
            "description": base.description, "field_template": "", "boolean_field_display": {}, "field_choice": {}, "label": {},
        }),
        FormSource::Custom(custom) => json!({
            "field_key": custom.key, "field_name": custom.name, "field_value": value, "order_id": order,
            "field_type_id": custom.kind.code(), "field_attribute": attribute, "default_value": custom.default_value,
            "description": custom.description, "field_template": custom.template,
            "boolean_field_display": custom.boolean_display, "field_choice": custom.choices, "label": custom.label,
        }),
    }
}

/// One element of `init_state`'s form; the title has the document's spellings as well.
pub fn start_form_field(field: &FormField<'_>) -> Value {
    let mut shown = form_field(field, &Value::Null);
    if let (FormSource::Base(base), Value::Object(shown)) = (field.source, &mut shown) {
        shown.insert("name".into(), base.name.into());
        shown.insert("value".into(), Value::Null);
    }
    shown
}

/// What the base fields hold, by key.
pub fn base_values(ticket: &Ticket, (names, cards, zone): (&Names, &Cards, Tz)) -> BTreeMap<String, Value> {
    let mut values: BTreeMap<String, Value> = workflow::columns(ticket, zone).into_iter().collect();
    let mut participant = participant_info(ticket, cards);
    let state = names.state.as_deref().unwrap_or("未知状态");
    values.insert("participant_info.participant_name".into(), participant["participant_name"].take());
    values.insert("participant_info.participant_alias".into(), participant["participant_alias"].take());
    values.insert("state.state_name".into(), state.into());
    values.insert("workflow.workflow_name".into(), names.workflow.clone().into());
    values
}

/// One item of the transitions list, with both spellings of the alert.
pub fn transition_choice(transition: &Transition) -> Value {
    json!({
        "transition_id": transition.id,
        "transition_name": transition.name,
        "field_require_check": transition.field_check == FieldCheck::Required,
        "is_accept": false,
        "in_add_node": false,
        "alert_enable": transition.alert_enable,
        "enable_alert": transition.alert_enable,
        "alert_text": transition.alert_text,
        "attribute_type_id": transition.attribute.code(),
    })
}

/// The whole state as later versions serve it; a hook's configuration is masked (D-25).
pub fn state_info(state: &State) -> Value {
    let access: Map<String, Value> =
        state.field_access.iter().map(|(key, access)| (key.clone(), access.code().into())).collect();
    let hidden = state.participant.kind == ParticipantKind::Hook;
    json!({
        "id": state.id,
        "name": state.name,
        "sub_workflow_id": state.sub_workflow_id,
        "is_hidden": state.is_hidden,
        "order_id": state.order_id,
        "type_id": state.kind.code(),
        "participant_type_id": state.participant.kind.code(),
        "participant": if hidden { "hook" } else { &state.participant.text },
        "distribute_type_id": state.distribution.code(),
        "remember_last_man_enable": state.remember_last_handler,
        "state_field_str": access,
        "label": state.label,
    })
}
