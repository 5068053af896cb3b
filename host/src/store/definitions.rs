//! A workflow's definition read whole: one statement, so that it is one moment's truth and can be cached by its revision.
//! Nothing is judged here: what is broken becomes a value that the rules answer for.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use sqlx::{PgExecutor, types::Json};

use super::{Error, names::Named as _};
use crate::workflow::{
    Condition, Conditions, Definition, Distribution, FieldAccess, FieldCheck, FieldDef, FieldId, FieldKind, Notice,
    NoticeId, ParticipantKind, ParticipantRule, State, StateId, StateKind, Transition, TransitionAttribute,
    TransitionId, TransitionKind, ViewCheck, WorkflowId,
};

/// The workflow with all its live parts; None when there is none. One that was deleted is read too: its tickets are (F-39).
pub async fn load(db: impl PgExecutor<'_>, id: WorkflowId) -> Result<Option<Definition>, Error> {
    let row = sqlx::query!(
        r#"SELECT w.revision, w.name, w.description, w.view_permission_check, w.limit_expression, w.display_form, w.condition_plugin,
                  COALESCE((SELECT jsonb_agg(to_jsonb(s) ORDER BY s.order_id, s.id)
                              FROM states s WHERE s.workflow_id = w.id AND s.deleted_at IS NULL), '[]')
                    AS "states!: Json<Vec<StateRow>>",
                  COALESCE((SELECT jsonb_agg(to_jsonb(t) || jsonb_build_object('source', source.id, 'destination', destination.id) ORDER BY t.id)
                              FROM transitions t
                              LEFT JOIN states source ON source.id = t.source_state_id AND source.deleted_at IS NULL
                              LEFT JOIN states destination ON destination.id = t.destination_state_id AND destination.deleted_at IS NULL
                             WHERE t.workflow_id = w.id AND t.deleted_at IS NULL), '[]')
                    AS "transitions!: Json<Vec<TransitionRow>>",
                  COALESCE((SELECT jsonb_agg(to_jsonb(f) ORDER BY f.id)
                              FROM fields f WHERE f.workflow_id = w.id AND f.deleted_at IS NULL), '[]')
                    AS "fields!: Json<Vec<FieldRow>>",
                  COALESCE((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'title', c.title_template, 'content', c.content_template) ORDER BY n.place)
                              FROM unnest(string_to_array(w.notices, ',')) WITH ORDINALITY AS n (id, place)
                              JOIN custom_notices c ON c.id::text = btrim(n.id) AND c.deleted_at IS NULL), '[]')
                    AS "notices!: Json<Vec<NoticeRow>>"
             FROM workflows w
            WHERE w.id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Definition {
        id,
        revision: row.revision,
        name: row.name,
        description: row.description,
        view_check: view_check(row.view_permission_check),
        limit_expression: row.limit_expression,
        notices: all(row.notices, |row| {
            Ok(Notice { id: NoticeId(row.id), title_template: row.title, content_template: row.content })
        })?,
        display_form: serde_json::from_str(&row.display_form).unwrap_or_default(),
        condition_plugin: row.condition_plugin,
        states: all(row.states, StateRow::into_state)?,
        transitions: all(row.transitions, TransitionRow::into_transition)?,
        fields: all(row.fields, FieldRow::into_field)?,
    }))
}

fn all<R, T>(rows: Json<Vec<R>>, part: impl Fn(R) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    rows.0.into_iter().map(part).collect()
}

pub fn view_check(on: bool) -> ViewCheck {
    if on { ViewCheck::Related } else { ViewCheck::Everybody }
}

#[derive(Debug, Deserialize)]
struct NoticeRow {
    id: i64,
    title: String,
    content: String,
}

#[derive(Debug, Deserialize)]
struct StateRow {
    id: i64,
    name: String,
    kind: String,
    order_id: i32,
    is_hidden: bool,
    sub_workflow_id: i64,
    remember_last_handler: bool,
    participant_kind: String,
    participant: String,
    distribution: String,
    field_access: BTreeMap<String, String>,
    label: Value,
    plugin_args: String,
}

impl StateRow {
    fn into_state(self) -> Result<State, Error> {
        Ok(State {
            id: StateId(self.id),
            name: self.name,
            kind: StateKind::from_name(&self.kind)?,
            order_id: self.order_id,
            is_hidden: self.is_hidden,
            sub_workflow_id: self.sub_workflow_id,
            remember_last_handler: self.remember_last_handler,
            participant: ParticipantRule {
                kind: ParticipantKind::from_name(&self.participant_kind)?,
                text: self.participant,
            },
            distribution: Distribution::from_name(&self.distribution)?,
            field_access: field_access(self.field_access)?,
            label: self.label,
            plugin_args: self.plugin_args,
        })
    }
}

/// Field key → access, from the names that the column `field_access` holds.
pub fn field_access(names: BTreeMap<String, String>) -> Result<BTreeMap<String, FieldAccess>, Error> {
    names.into_iter().map(|(key, name)| Ok((key, FieldAccess::from_name(&name)?))).collect()
}

#[derive(Debug, Deserialize)]
struct TransitionRow {
    id: i64,
    name: String,
    kind: String,
    timer_seconds: i32,
    source: Option<i64>,
    destination: Option<i64>,
    condition_expression: String,
    attribute: String,
    field_require_check: bool,
    alert_enable: bool,
    alert_text: String,
}

impl TransitionRow {
    fn into_transition(self) -> Result<Transition, Error> {
        Ok(Transition {
            id: TransitionId(self.id),
            name: self.name,
            kind: TransitionKind::from_name(&self.kind)?,
            timer_seconds: self.timer_seconds,
            source: self.source.map(StateId),
            destination: self.destination.map(StateId),
            conditions: conditions(&self.condition_expression),
            attribute: TransitionAttribute::from_name(&self.attribute)?,
            field_check: field_check(self.field_require_check),
            alert_enable: self.alert_enable,
            alert_text: self.alert_text,
        })
    }
}

pub fn field_check(required: bool) -> FieldCheck {
    if required { FieldCheck::Required } else { FieldCheck::Skipped }
}

/// The wire's `condition_expression`: a JSON list of `{"expression", "target_state_id"}`; ids may be text (T-07).
pub fn conditions(text: &str) -> Conditions {
    #[derive(Debug, Deserialize)]
    struct Listed {
        expression: String,
        target_state_id: Value,
    }
    if text.trim().is_empty() {
        return Conditions::Listed(Vec::new());
    }
    let listed: Vec<Listed> = match serde_json::from_str(text) {
        Ok(listed) => listed,
        Err(error) => return Conditions::Broken(error.to_string()),
    };
    let parsed = listed.into_iter().map(|one| {
        let target = match &one.target_state_id {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_i64(),
        };
        Some(Condition { expression: one.expression, target: StateId(target?) })
    });
    match parsed.collect::<Option<Vec<_>>>() {
        Some(conditions) => Conditions::Listed(conditions),
        None => Conditions::Broken("target_state_id is no integer".into()),
    }
}

#[derive(Debug, Deserialize)]
struct FieldRow {
    id: i64,
    field_key: String,
    name: String,
    kind: String,
    order_id: i32,
    default_value: Option<String>,
    description: String,
    template: String,
    boolean_display: Value,
    choices: Value,
    label: Value,
}

impl FieldRow {
    fn into_field(self) -> Result<FieldDef, Error> {
        Ok(FieldDef {
            id: FieldId(self.id),
            key: self.field_key,
            name: self.name,
            kind: FieldKind::from_name(&self.kind)?,
            order_id: self.order_id,
            default_value: self.default_value,
            description: self.description,
            template: self.template,
            boolean_display: self.boolean_display,
            choices: self.choices,
            label: self.label,
        })
    }
}

/// Whether the app may use a workflow, and the revision that names its present definition. None: there is no such workflow.
/// `app_token` None is an administrator's session, which may use every one.
pub async fn access(db: impl PgExecutor<'_>, id: WorkflowId, app_token: Option<i64>) -> Result<Option<Access>, Error> {
    let row = sqlx::query_as!(
        Access,
        r#"SELECT w.revision,
                  ($2::bigint IS NULL OR EXISTS (SELECT FROM app_workflows a WHERE a.app_token_id = $2 AND a.workflow_id = w.id)) AS "granted!"
             FROM workflows w
            WHERE w.id = $1 AND w.deleted_at IS NULL"#,
        id.0,
        app_token
    )
    .fetch_optional(db)
    .await?;
    Ok(row)
}

/// What `access` tells of a workflow that exists.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    pub revision: i64,
    pub granted: bool,
}
