//! Custom notices (behaviour §3.5): the old calls, with a WebAssembly plugin as the uploaded file, and two keys of our own that make a
//! notice a webhook: `type_id` 2 with `hook_url` and `hook_token` (design.md §7). Instead of a file, `plugin` names a notice plugin that
//! is there already. Their delivery log is in `/api/v2`.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Value, json};

use super::{
    auth::Configurer,
    error::Failure,
    extract::{Ids, Query},
    upload::{Upload, taken},
    wire::{self, Code as _, Envelope, Paging},
};
use crate::{
    app::App,
    store::custom_notices::{self, NoticeDraft, NoticeKind, NoticeRow},
    workflow::NoticeId,
};

const MISSING: &str = "the record is not exist or has been deleted";

/// D-07: for those who may configure; no other app sees the notices and where they go.
pub async fn list(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    query: Query,
) -> Result<Envelope, Failure> {
    caller.user(|| Failure::text("请提供username"))?;
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = custom_notices::count(&app.db, search).await?;
    let rows = custom_notices::list(&app.db, search, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|row| shown(row, &app)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

/// The token of a webhook is never shown.
fn shown(row: &NoticeRow, app: &App) -> Value {
    json!({
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "creator": row.creator,
        "script": row.saved_name,
        "title_template": row.title_template,
        "content_template": row.content_template,
        "gmt_created": wire::local_time(row.created_at, app.zone),
        "type_id": row.kind.code(),
        "hook_url": row.hook_url,
    })
}

pub async fn create(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    mut upload: Upload,
) -> Result<Envelope, Failure> {
    let present = NoticeDraft {
        name: String::new(),
        description: String::new(),
        kind: if upload.text("hook_url").is_some() { NoticeKind::Webhook } else { NoticeKind::Plugin },
        title_template: String::new(),
        content_template: String::new(),
        hook_url: String::new(),
        sealed_token: None,
    };
    let draft = draft(&app, &upload, present)?;
    let program = upload.program();
    Ok(taken(app.create_notice(&draft, program, caller.username.as_deref().unwrap_or_default()).await?))
}

/// Absent parts stay as they are, the file too (F-46).
pub async fn update(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([id]): Ids<1>,
    mut upload: Upload,
) -> Result<Envelope, Failure> {
    let program = upload.program();
    let by = caller.username.as_deref().unwrap_or_default();
    let written = app.update_notice((NoticeId(id), by), program, |present| draft(&app, &upload, present)).await?;
    written.map(taken).ok_or_else(|| Failure::object(MISSING))
}

fn draft(app: &App, upload: &Upload, present: NoticeDraft) -> Result<NoticeDraft, Failure> {
    let kind = match upload.text("type_id").map(str::trim) {
        None | Some("") => present.kind,
        Some(text) => NoticeKind::from_code(wire::loose_int("type_id", &text.into())?)
            .ok_or_else(|| Failure::object("type_id须为1(插件)或2(webhook)"))?,
    };
    let hook_url = upload.text_or("hook_url", present.hook_url);
    if kind == NoticeKind::Webhook && !(hook_url.starts_with("http://") || hook_url.starts_with("https://")) {
        return Err(Failure::object("hook_url须为http或https地址"));
    }
    let token = upload.text("hook_token");
    Ok(NoticeDraft {
        name: upload.text_or("notice_name", present.name),
        description: upload.text_or("notice_desc", present.description),
        kind,
        title_template: upload.text_or("title_template", present.title_template),
        content_template: upload.text_or("content_template", present.content_template),
        hook_url,
        sealed_token: token.map(|token| app.key.seal(token.as_bytes())),
    })
}

/// Refused while a workflow names it, unless forced (D-24).
pub async fn delete(
    State(app): State<Arc<App>>,
    Configurer(caller): Configurer,
    Ids([id]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    if query.text("force") != "1" {
        let workflows = custom_notices::used_by(&app.db, NoticeId(id)).await?;
        if !workflows.is_empty() {
            return Err(Failure::object(format!("通知正在被工作流使用，不能删除: {}", workflows.join(","))));
        }
    }
    let by = caller.username.as_deref().unwrap_or_default();
    if app.delete_notice(NoticeId(id), by).await? { Ok(Envelope::of(json!({}))) } else { Err(Failure::object(MISSING)) }
}
