//! Roles: list and editing (behaviour §3.6, §8.1). Only for an administrator's session.

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
    app::App,
    store::{roles, roles::RoleDraft},
};

const TEXT_CHARACTERS: usize = 1000;

pub async fn list(State(app): State<Arc<App>>, _: SessionAdmin, query: Query) -> Result<Envelope, Failure> {
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = roles::count(&app.db, search, None).await?;
    let rows = roles::list(&app.db, search, None, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|role| wire::role_object(role, app.zone)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn create(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    body: Body,
) -> Result<Envelope, Failure> {
    let blank = RoleDraft { label: "{}".into(), ..RoleDraft::default() };
    let draft = changed(blank, &body.or_missing("post参数为空")?)?;
    let id = app.create_role(&draft, &admin.username).await?;
    Ok(Envelope::of(json!({ "id": id, "role_id": id })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    app.change_role((id, &admin.username), |stored| changed(stored, &body)).await?;
    Ok(Envelope::of(json!({ "id": id, "role_id": id })))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
) -> Result<Envelope, Failure> {
    app.delete_role(id, &admin.username).await?;
    Ok(Envelope::of(json!({})))
}

fn changed(mut draft: RoleDraft, body: &Map<String, Value>) -> Result<RoleDraft, Failure> {
    for (key, slot) in [("name", &mut draft.name), ("description", &mut draft.description), ("label", &mut draft.label)]
    {
        if let Some(text) = wire::text(key, body.get(key))? {
            *slot = text;
        }
        if slot.chars().count() > TEXT_CHARACTERS {
            return Err(Failure::object(format!("{key}不能超过{TEXT_CHARACTERS}个字符")));
        }
    }
    if draft.name.trim().is_empty() { Err(Failure::object("请提供name")) } else { Ok(draft) }
}
