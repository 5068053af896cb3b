//! Run scripts (behaviour §3.5): the old calls, with a WebAssembly component or core module as the uploaded file (T-25). Instead of a
//! file, `plugin` names an action plugin that is there already.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::{
    auth::Configurer,
    error::Failure,
    extract::{Ids, Query},
    parts::Force,
    upload::{Upload, taken},
    wire::{self, Envelope, Paging},
};
use crate::{
    app::App,
    store::{
        run_scripts,
        run_scripts::{RunScriptDraft, RunScriptRow},
    },
    workflow::ScriptId,
};

const MISSING: &str = "the record is not exist or has been deleted";

/// D-07: for those who may configure; no other app sees the scripts.
pub async fn list(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    query: Query,
) -> Result<Envelope, Failure> {
    caller.user(|| Failure::text("请提供username"))?;
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = run_scripts::count(&app.db, search).await?;
    let rows = run_scripts::list(&app.db, search, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

fn shown(row: &RunScriptRow, app: &App) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "saved_name": row.saved_name,
        "is_active": row.is_active,
        "creator": row.creator,
        "gmt_created": wire::local_time(row.created_at, app.zone),
    })
}

pub async fn create(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    mut upload: Upload,
) -> Result<Envelope, Failure> {
    let program = upload.program().ok_or_else(|| Failure::object("请上传脚本文件(file)"))?;
    let draft = draft(&upload, RunScriptDraft::default())?;
    Ok(taken(app.create_script(&draft, program, caller.username.as_deref().unwrap_or_default()).await?))
}

/// Absent parts stay as they are, the file too.
pub async fn update(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([id]): Ids<1>,
    mut upload: Upload,
) -> Result<Envelope, Failure> {
    let program = upload.program();
    let by = caller.username.as_deref().unwrap_or_default();
    let written = app.update_script((ScriptId(id), by), program, |present| draft(&upload, present)).await?;
    written.map(taken).ok_or_else(|| Failure::object(MISSING))
}

fn draft(upload: &Upload, present: RunScriptDraft) -> Result<RunScriptDraft, Failure> {
    Ok(RunScriptDraft {
        name: upload.text_or("script_name", present.name),
        description: upload.text_or("script_desc", present.description),
        is_active: upload.flag("is_active")?.unwrap_or(present.is_active),
    })
}

pub async fn delete(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([id]): Ids<1>,
    Force(removal): Force,
) -> Result<Envelope, Failure> {
    app.delete_script(ScriptId(id), removal, caller.username.as_deref().unwrap_or_default()).await?;
    Ok(Envelope::of(json!({})))
}
