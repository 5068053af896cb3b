//! Departments: list and editing (behaviour §3.6, §8.1). Only for an administrator's session. Leaders and approvers are names: they
//! may be people of a later call, or of none.

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
    store::{departments, departments::DepartmentDraft},
};

const MISSING: &str = "record is not exist or has been deleted";
const TEXT_CHARACTERS: usize = 1000;
const MOST_APPROVERS: usize = 100;

pub async fn list(State(app): State<Arc<App>>, _: SessionAdmin, query: Query) -> Result<Envelope, Failure> {
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = departments::count(&app.db, search).await?;
    let rows = departments::list(&app.db, search, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|department| wire::department_object(department, app.zone)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn create(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    body: Body,
) -> Result<Envelope, Failure> {
    let draft = changed(&app, (DepartmentDraft::default(), None), &body.or_missing("post参数为空")?).await?;
    let id = departments::insert(&app.db, &draft, &admin.username).await?;
    Ok(Envelope::of(json!({ "id": id, "dept_id": id })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    _: SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let stored = departments::draft(&app.db, id).await?.ok_or_else(|| Failure::object(MISSING))?;
    departments::update(&app.db, id, &changed(&app, (stored, Some(id)), &body).await?).await?;
    Ok(Envelope::of(json!({ "id": id, "dept_id": id })))
}

pub async fn delete(State(app): State<Arc<App>>, _: SessionAdmin, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    if departments::is_in_use(&app.db, id).await? {
        return Err(Failure::object("部门下有用户、子部门或工单，不能删除"));
    }
    if departments::retire(&app.db, id).await? { Ok(Envelope::of(json!({}))) } else { Err(Failure::object(MISSING)) }
}

/// The draft with what the body changes; `own` is the department's id when it exists already.
async fn changed(
    app: &App,
    (mut draft, own): (DepartmentDraft, Option<i64>),
    body: &Map<String, Value>,
) -> Result<DepartmentDraft, Failure> {
    for (key, slot) in [("name", &mut draft.name), ("leader", &mut draft.leader), ("label", &mut draft.label)] {
        if let Some(text) = wire::text(key, body.get(key))? {
            *slot = text;
        }
        if slot.chars().count() > TEXT_CHARACTERS {
            return Err(Failure::object(format!("{key}不能超过{TEXT_CHARACTERS}个字符")));
        }
    }
    if draft.name.trim().is_empty() {
        return Err(Failure::object("请提供name"));
    }
    if let Some(text) = wire::text("approver", body.get("approver"))? {
        draft.approvers = text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        if draft.approvers.len() > MOST_APPROVERS {
            return Err(Failure::object(format!("approver最多{MOST_APPROVERS}个")));
        }
    }
    if let Some(parent) = body.get("parent_dept_id") {
        draft.parent = Some(wire::loose_int("parent_dept_id", parent)?).filter(|id| *id != 0);
    }
    if let Some(parent) = draft.parent {
        if !departments::exist(&app.db, &[parent]).await? {
            return Err(Failure::object("上级部门不存在"));
        }
        if let Some(own) = own
            && departments::is_below(&app.db, parent, own).await?
        {
            return Err(Failure::object("上级部门不能是自己或自己的下级部门"));
        }
    }
    Ok(draft)
}
