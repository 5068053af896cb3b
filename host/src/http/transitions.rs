//! Transitions of a workflow: list and editing (behaviour §3.5). Failures carry data `""`.

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
    store::{transitions, transitions::TransitionRow},
    workflow::{StateId, TransitionId, WorkflowId},
};

pub async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, id).await?;
    let paging = Paging::from_query(&query)?;
    let rows = transitions::list(&app.db, WorkflowId(id), query.text("search_value"), paging.stored()).await?;
    let shown: Vec<Value> = rows.rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(rows.total, shown)))
}

fn shown(row: &TransitionRow, app: &App) -> Value {
    let state = |id: Option<StateId>, name: &Option<String>| match (id, name) {
        (Some(id), Some(name)) => json!({ "name": name, "id": id }),
        _ => json!({}),
    };
    json!({
        "id": row.id,
        "name": row.set.name,
        "creator": row.creator,
        "source_state_id": row.set.source.map_or(0, |id| id.0),
        "source_state_info": state(row.set.source, &row.source_name),
        "destination_state_id": row.set.destination.map_or(0, |id| id.0),
        "destination_state_info": state(row.set.destination, &row.destination_name),
        "transition_type_id": row.set.kind.code(),
        "timer": row.set.timer_seconds,
        "condition_expression": row.set.condition_expression,
        "attribute_type_id": row.set.attribute.code(),
        "field_require_check": row.set.field_require_check,
        "alert_enable": row.set.alert_enable,
        "alert_text": row.set.alert_text,
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
    save(&app, &configurer, (workflow, Some(TransitionId(id))), body).await
}

async fn save(
    app: &App,
    Configurer(caller): &Configurer,
    (workflow, id): (i64, Option<TransitionId>),
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    granted(app, caller, workflow).await?;
    let creator = caller.username.as_deref().unwrap_or_default();
    let saved = app.save_transition(WorkflowId(workflow), id, config_body::transition(&body)?, creator).await;
    Ok(Envelope::value(json!({ "transition_id": saved.map_err(as_text)? })))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([workflow, id]): Ids<2>,
) -> Result<Envelope, Failure> {
    granted(&app, &caller, workflow).await?;
    app.delete_transition(WorkflowId(workflow), TransitionId(id)).await.map_err(as_text)?;
    Ok(Envelope::value(json!({ "transition_id": id })))
}
