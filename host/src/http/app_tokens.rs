//! App tokens (behaviour §3.6): made, changed and shown in full to an administrator's session and to nobody else (F-59). The secret
//! is ours: 128 random bits in the form of a UUID, sealed in the database.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::{
    auth::SessionAdmin,
    error::Failure,
    extract::{Body, Ids, Query},
    wire::{self, Envelope, Paging},
};
use crate::{
    ambient,
    app::App,
    store::{
        self, app_tokens,
        app_tokens::{AppTokenDraft, AppTokenRow, Sealed},
    },
};

const MISSING: &str = "record is not exist or has been deleted";
const NAME_CHARACTERS: usize = 100;

pub async fn list(State(app): State<Arc<App>>, _: SessionAdmin, query: Query) -> Result<Envelope, Failure> {
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = app_tokens::count(&app.db, search).await?;
    let rows = app_tokens::list(&app.db, search, None, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|row| shown(&app, row)).collect::<Result<_, _>>()?;
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn get(State(app): State<Arc<App>>, _: SessionAdmin, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    let rows = app_tokens::list(&app.db, "", Some(id), (1, 0)).await?;
    let row = rows.first().ok_or_else(|| Failure::object(MISSING))?;
    Ok(Envelope::of(shown(&app, row)?))
}

fn shown(app: &App, row: &AppTokenRow) -> Result<Value, Failure> {
    let broken = |what: &str| Failure::from(store::Error::Inconsistent(format!("app token {}: {what}", row.id)));
    let token = app.key.open(&row.sealed_token).map_err(|error| broken(&error.to_string()))?;
    let token = String::from_utf8(token).map_err(|_| broken("not text"))?;
    Ok(wire::token_object(row, &token, app.zone))
}

pub async fn create(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    body: Body,
) -> Result<Envelope, Failure> {
    let draft = changed(AppTokenDraft::default(), &body.or_missing("post参数为空")?)?;
    let token = ambient::uuid().to_string();
    let sealed = app.key.seal(token.as_bytes());
    let sealed = Sealed { token: &sealed, key_id: app.key.id() };
    let mut tx = app.db.begin().await.map_err(store::Error::from)?;
    let id =
        app_tokens::insert(&mut tx, &draft, &sealed, &admin.username).await.map_err(|error| refused(error, &draft))?;
    tx.commit().await.map_err(store::Error::from)?;
    Ok(Envelope::of(json!({ "id": id, "token": token })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    _: SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("patch参数为空")?;
    let rows = app_tokens::list(&app.db, "", Some(id), (1, 0)).await?;
    let stored = rows.into_iter().next().ok_or_else(|| Failure::object(MISSING))?;
    let draft = changed(stored.into(), &body)?;
    let mut tx = app.db.begin().await.map_err(store::Error::from)?;
    app_tokens::update(&mut tx, id, &draft).await.map_err(|error| refused(error, &draft))?;
    tx.commit().await.map_err(store::Error::from)?;
    Ok(Envelope::of(json!({})))
}

pub async fn delete(State(app): State<Arc<App>>, _: SessionAdmin, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    if app_tokens::retire(&app.db, id).await? { Ok(Envelope::of(json!({}))) } else { Err(Failure::object(MISSING)) }
}

impl From<AppTokenRow> for AppTokenDraft {
    fn from(row: AppTokenRow) -> Self {
        Self {
            app_name: row.app_name,
            ticket_sn_prefix: row.ticket_sn_prefix,
            workflows: row.workflow_ids,
            trusted: row.trusted,
            may_configure: row.may_configure,
            may_admin: row.may_admin,
        }
    }
}

fn changed(mut draft: AppTokenDraft, body: &Map<String, Value>) -> Result<AppTokenDraft, Failure> {
    for (key, slot) in [("app_name", &mut draft.app_name), ("ticket_sn_prefix", &mut draft.ticket_sn_prefix)] {
        if let Some(text) = wire::text(key, body.get(key))? {
            *slot = text;
        }
        if slot.chars().count() > NAME_CHARACTERS || slot.chars().any(char::is_control) {
            return Err(Failure::object(format!("{key}不合法")));
        }
    }
    if draft.app_name.is_empty() || draft.app_name == "loonflow" {
        return Err(Failure::object("app_name不合法"));
    }
    if let Some(text) = wire::text("workflow_ids", body.get("workflow_ids"))? {
        draft.workflows = wire::id_list("workflow_ids", &text)?;
    }
    for (key, slot) in [
        ("trusted", &mut draft.trusted),
        ("may_configure", &mut draft.may_configure),
        ("may_admin", &mut draft.may_admin),
    ] {
        if let Some(value) = body.get(key) {
            *slot = wire::loose_flag(key, value)?;
        }
    }
    Ok(draft)
}

fn refused(error: store::Error, draft: &AppTokenDraft) -> Failure {
    match error.constraint() {
        Some("app_tokens_app_name_key") => Failure::object(format!("app_name已存在: {}", draft.app_name)),
        Some("app_workflows_workflow_fkey") => Failure::object("workflow_ids中有不存在的工作流"),
        _ => error.into(),
    }
}
