//! From keys to ids: a document as the rules' `Definition`, whose ids count its parts from 1, so that a finding's place leads back to
//! the document; and the texts in which the store keeps what a document has as JSON.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::{
    problems::Problem,
    shape::{Document, Participant, State, Transition},
};
use crate::{
    app::hook_tokens,
    store::{
        definitions::{self, field_check, view_check},
        drafts::{FieldDraft, StateDraft, TransitionDraft, WorkflowDraft},
    },
    workflow::{
        self, Conditions, Definition, FieldDef, FieldId, ParticipantKind, ParticipantRule, StateId, TransitionId,
        WorkflowId,
    },
};

/// The id that a definition has for the part at this place of its list.
fn counted(index: usize) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX - 1) + 1
}

impl Document {
    /// For `check`; and the keys that name no state.
    pub(super) fn definition(&self, id: WorkflowId) -> (Definition, Vec<Problem>) {
        let states: HashMap<&str, StateId> = self
            .states
            .iter()
            .enumerate()
            .map(|(index, state)| (state.key.as_str(), StateId(counted(index))))
            .collect();
        let mut unknown = Vec::new();
        let transitions = self.transitions.iter().enumerate().map(|(index, transition)| {
            let mut state = |code: &'static str, key: &Option<String>| {
                let key = key.as_deref()?;
                let found = states.get(key).copied();
                if found.is_none() {
                    let message = format!("there is no state with the key \"{key}\"");
                    unknown.push(Problem::error(code, self.transition_place(index), message));
                }
                found
            };
            let draft = transition.draft(|code, key| state(code, key));
            workflow::Transition {
                id: TransitionId(counted(index)),
                name: draft.name,
                kind: draft.kind,
                timer_seconds: draft.timer_seconds,
                source: draft.source,
                destination: draft.destination,
                conditions: match &transition.broken_conditions {
                    Some(_) => Conditions::Broken("it is no list of conditions".into()),
                    None => definitions::conditions(&draft.condition_expression),
                },
                attribute: draft.attribute,
                field_check: field_check(draft.field_require_check),
                alert_enable: draft.alert_enable,
                alert_text: draft.alert_text,
            }
        });
        let transitions = transitions.collect();
        let definition = Definition {
            id,
            revision: 0,
            name: self.settings.name.clone(),
            description: self.settings.description.clone(),
            view_check: view_check(self.settings.view_permission_check),
            notices: Vec::new(), // no rule of the check is about them
            limit_expression: json!(self.settings.limit_expression).to_string(),
            display_form: self.settings.display_form.clone(),
            condition_plugin: self.settings.condition_plugin.clone(),
            states: self.states.iter().enumerate().map(|(index, state)| state.defined(index)).collect(),
            transitions,
            fields: self.fields.iter().enumerate().map(|(index, field)| defined(field.draft(), index)).collect(),
        };
        (definition, unknown)
    }
}

fn defined(draft: FieldDraft, index: usize) -> FieldDef {
    FieldDef {
        id: FieldId(counted(index)),
        key: draft.key,
        name: draft.name,
        kind: draft.kind,
        order_id: draft.order_id,
        default_value: draft.default_value,
        description: draft.description,
        template: draft.template,
        boolean_display: draft.boolean_display,
        choices: draft.choices,
        label: draft.label,
    }
}

impl super::shape::Settings {
    pub(super) fn draft(&self) -> WorkflowDraft {
        WorkflowDraft {
            name: self.name.clone(),
            description: self.description.clone(),
            notices: self.notices.clone(),
            view_permission_check: self.view_permission_check,
            limit_expression: json!(self.limit_expression).to_string(),
            display_form: json!(self.display_form).to_string(),
            condition_plugin: self.condition_plugin.clone(),
        }
    }

    pub(super) fn of(draft: &WorkflowDraft) -> Self {
        Self {
            name: draft.name.clone(),
            description: draft.description.clone(),
            notices: draft.notices.clone(),
            view_permission_check: draft.view_permission_check,
            limit_expression: serde_json::from_str(&draft.limit_expression).unwrap_or_default(),
            display_form: serde_json::from_str(&draft.display_form).unwrap_or_default(),
            condition_plugin: draft.condition_plugin.clone(),
        }
    }
}

impl State {
    pub(super) fn draft(&self) -> StateDraft {
        StateDraft {
            name: self.name.clone(),
            sub_workflow_id: self.sub_workflow_id,
            is_hidden: self.is_hidden,
            order_id: self.order_id,
            kind: self.kind,
            remember_last_handler: self.remember_last_handler,
            participant_kind: self.participant.kind,
            participant: self.participant.text(),
            distribution: self.distribution,
            field_access: self.field_access.clone(),
            label: json!(self.label),
            plugin_args: self.plugin_args.to_string(),
            position: self.position,
        }
    }

    pub(super) fn of(draft: &StateDraft, key: String) -> Self {
        Self {
            key,
            name: draft.name.clone(),
            kind: draft.kind,
            order_id: draft.order_id,
            is_hidden: draft.is_hidden,
            sub_workflow_id: draft.sub_workflow_id,
            remember_last_handler: draft.remember_last_handler,
            participant: Participant::of(draft.participant_kind, &draft.participant),
            distribution: draft.distribution,
            field_access: draft.field_access.clone(),
            label: draft.label.as_object().cloned().unwrap_or_default(),
            plugin_args: serde_json::from_str(&draft.plugin_args)
                .unwrap_or_else(|_| Value::String(draft.plugin_args.clone())),
            position: draft.position,
        }
    }

    fn defined(&self, index: usize) -> workflow::State {
        let draft = self.draft();
        workflow::State {
            id: StateId(counted(index)),
            name: draft.name,
            kind: draft.kind,
            order_id: draft.order_id,
            is_hidden: draft.is_hidden,
            sub_workflow_id: draft.sub_workflow_id,
            remember_last_handler: draft.remember_last_handler,
            participant: ParticipantRule { kind: draft.participant_kind, text: draft.participant },
            distribution: draft.distribution,
            field_access: draft.field_access,
            label: draft.label,
            plugin_args: draft.plugin_args,
        }
    }
}

impl Participant {
    fn of(kind: ParticipantKind, text: &str) -> Self {
        let hook = || serde_json::from_str(text).ok().filter(Value::is_object);
        let value = match kind {
            ParticipantKind::Hook => hook().unwrap_or_else(|| text.into()),
            _ => text.into(),
        };
        Self { kind, value }
    }

    pub(super) fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    /// A hook without its token (D-25): documents go into files and version control.
    pub(super) fn masked(&self) -> Self {
        match self.kind {
            ParticipantKind::Hook => Self::of(self.kind, &hook_tokens::shown(&self.text())),
            _ => self.clone(),
        }
    }

    pub(super) fn is_masked(&self) -> bool {
        let shown = self.value.get("hook_token").unwrap_or(&self.value);
        self.kind == ParticipantKind::Hook && shown == hook_tokens::MASK
    }

    /// A masked hook with the token of the one that is stored, if that has one.
    pub(super) fn restored(&self, stored: Option<&Self>) -> Self {
        let stored = stored.filter(|stored| self.is_masked() && stored.kind == ParticipantKind::Hook);
        match (stored, self.value.is_object()) {
            (Some(stored), true) => {
                Self::of(self.kind, &hook_tokens::restored(&self.text(), hook_tokens::token(&stored.text())))
            }
            (Some(stored), false) => stored.clone(),
            (None, _) => self.clone(),
        }
    }
}

impl Transition {
    /// `state` is asked for the state of a key, and told the finding that it is if there is none.
    pub(super) fn draft(
        &self,
        mut state: impl FnMut(&'static str, &Option<String>) -> Option<StateId>,
    ) -> TransitionDraft {
        let conditions: Vec<Value> = self
            .conditions
            .iter()
            .map(|condition| {
                let target = state("condition_target", &condition.target).map_or(0, |id| id.0);
                json!({ "expression": condition.expression, "target_state_id": target })
            })
            .collect();
        TransitionDraft {
            name: self.name.clone(),
            kind: self.kind,
            timer_seconds: self.timer_seconds,
            source: state("transition_source", &self.source),
            destination: state("transition_destination", &self.destination),
            condition_expression: self.broken_conditions.clone().unwrap_or_else(|| Value::from(conditions).to_string()),
            attribute: self.attribute,
            field_require_check: self.field_require_check,
            alert_enable: self.alert_enable,
            alert_text: self.alert_text.clone(),
        }
    }

    /// `states` are the keys of the workflow's live states.
    pub(super) fn of(draft: &TransitionDraft, key: String, states: &BTreeMap<StateId, String>) -> Self {
        let named = |id: StateId| states.get(&id).cloned();
        let (conditions, broken_conditions) = match definitions::conditions(&draft.condition_expression) {
            Conditions::Broken(_) => (Vec::new(), Some(draft.condition_expression.clone())),
            Conditions::Listed(listed) => {
                let condition = |one: workflow::Condition| super::shape::Condition {
                    expression: one.expression,
                    target: named(one.target),
                };
                (listed.into_iter().map(condition).collect(), None)
            }
        };
        Self {
            key,
            name: draft.name.clone(),
            kind: draft.kind,
            timer_seconds: draft.timer_seconds,
            source: draft.source.and_then(named),
            destination: draft.destination.and_then(named),
            conditions,
            broken_conditions,
            attribute: draft.attribute,
            field_require_check: draft.field_require_check,
            alert_enable: draft.alert_enable,
            alert_text: draft.alert_text.clone(),
        }
    }
}

impl super::shape::Field {
    pub(super) fn draft(&self) -> FieldDraft {
        FieldDraft {
            kind: self.kind,
            key: self.key.clone(),
            name: self.name.clone(),
            order_id: self.order_id,
            default_value: self.default_value.clone(),
            description: self.description.clone(),
            template: self.template.clone(),
            boolean_display: json!(self.boolean_display),
            choices: json!(self.choices),
            label: json!(self.label),
        }
    }

    pub(super) fn of(draft: &FieldDraft) -> Self {
        let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
        Self {
            key: draft.key.clone(),
            name: draft.name.clone(),
            kind: draft.kind,
            order_id: draft.order_id,
            default_value: draft.default_value.clone(),
            description: draft.description.clone(),
            template: draft.template.clone(),
            boolean_display: map(&draft.boolean_display),
            choices: map(&draft.choices),
            label: map(&draft.label),
        }
    }
}
