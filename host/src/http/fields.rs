//! Custom fields of a workflow: the list (behaviour §3.5); `parts` edits them. Failures carry data `""`.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::{
    auth::Caller,
    error::Failure,
    extract::{Ids, Query},
    wire::{self, Code as _, Envelope, Paging},
    workflows::granted,
};
use crate::{
    app::App,
    store::{fields, fields::FieldRow},
    workflow::WorkflowId,
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
