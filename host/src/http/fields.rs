//! Custom fields of a workflow: list and editing (behaviour §3.5). Failures carry data `""`.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::{
    auth::{Caller, Configurer},
    config_body,
    error::Failure,
    extract::{Body, Ids, Query},
    wire::{self, Code as _, Envelope, Paging},
    workflows::{as_text, granted},
};
use crate::{
    app::App,
    store::{fields, fields::FieldRow},
    workflow::{FieldId, WorkflowId},
};

pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    caller.user(|| Failure::text("请提供username"))?;
    granted(&app, &caller, id).await?;
    let paging = Paging::from_query(&query)?;
    let rows = fields::list(&app.db, WorkflowId(id), query.text("search_value"), paging.stored()).await?;
    let shown: Vec<Value> = rows.rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(rows.total, shown)))
}

fn shown(row: &FieldRow, app: &App) -> Value {
    json!({
        "id": row.id,
        "field_type_id": row.set.kind.code(),
        "field_key": row.set.key,
        "field_name": row.set.name,
        "order_id": row.set.order_id,
        "default_value": row.set.default_value,
        "description": row.set.description,
        "field_template": row.set.template,
        "boolean_field_display": row.set.boolean_display,
        "field_choice": row.set.choices,
        "label": row.set.label,
        "creator": row.creator,
        "gmt_created": wire::local_time(row.created_at, app.zone),
    })
}

pub async fn create(
    State(app): State<Arc<App>>,
    configurer: Configurer,
    Ids([workflow]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    save(&app, &configurer, (workflow, None), body).await
}

pub async fn update(
    State(app): State<Arc<App>>,
    configurer: Configurer,
    Ids([workflow, id]): Ids<2>,
    body: Body,
) -> Result<Envelope, Failure> {
    save(&app, &configurer, (workflow, Some(FieldId(id))), body).await
}

async fn save(
    app: &App,
    Configurer(caller): &Configurer,
    (workflow, id): (i64, Option<FieldId>),
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    granted(app, caller, workflow).await?;
    let patch = config_body::field(&body)?;
    if id.is_none() && (patch.key.is_none() || patch.kind.is_none()) {
        return Err(Failure::text("请提供field_key和field_type_id"));
    }
    let creator = caller.username.as_deref().unwrap_or_default();
    let saved = app.save_field(WorkflowId(workflow), id, patch, creator).await;
    Ok(Envelope::value(json!({ "custom_field_id": saved.map_err(as_text)? })))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([workflow, id]): Ids<2>,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, workflow).await?;
    app.delete_field(WorkflowId(workflow), FieldId(id)).await.map_err(as_text)?;
    Ok(Envelope::value(json!({ "custom_field_id": id })))
}
