//! People: the list of loonflow 0.3 and the editing endpoints of 1.0 (behaviour §3.6, §8.1). Only for an administrator's session.

use std::sync::Arc;

use axum::extract::State;
use serde_json::{Map, Value, json};

use super::{
    auth::{Caller, SessionAdmin},
    error::Failure,
    extract::{Body, Ids, Query},
    wire::{self, Envelope, Paging},
};
use crate::{
    app::App,
    store::{self, departments, roles, users, users::UserDraft},
    workflow::{ROBOT, UserId},
};

const MISSING: &str = "record is not exist or has been deleted";
const TEXT_CHARACTERS: usize = 255;
const MOST_DEPARTMENTS: usize = 100;

pub async fn list(State(app): State<Arc<App>>, _: SessionAdmin, query: Query) -> Result<Envelope, Failure> {
    page(&app, &query, None).await
}

/// Members of a role; apps may ask too, so that they can show who is meant.
pub async fn members(
    State(app): State<Arc<App>>,
    _: Caller,
    Ids([role]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    page(&app, &query, Some(role)).await
}

async fn page(app: &App, query: &Query, role: Option<i64>) -> Result<Envelope, Failure> {
    let (paging, search) = (Paging::from_query(query)?, query.text("search_value"));
    let total = users::count(&app.db, search, role).await?;
    let rows = users::list(&app.db, search, role, (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|user| wire::user_object(user, app.zone)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn roles(
    State(app): State<Arc<App>>,
    _: Caller,
    Ids([user]): Ids<1>,
    query: Query,
) -> Result<Envelope, Failure> {
    let (paging, search) = (Paging::from_query(&query)?, query.text("search_value"));
    let total = roles::count(&app.db, search, Some(user)).await?;
    let rows = roles::list(&app.db, search, Some(user), (paging.limit(), paging.offset(total))).await?;
    let rows: Vec<Value> = rows.iter().map(|role| wire::role_of_user(role, app.zone)).collect();
    Ok(Envelope::of(paging.answer(total, rows)))
}

pub async fn create(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let blank = UserDraft { is_active: true, ..UserDraft::default() };
    let draft = changed(&app, blank, &body).await?;
    let mut tx = app.db.begin().await.map_err(store::Error::from)?;
    let id = users::insert(&mut tx, &draft, &admin.username).await.map_err(|error| taken(error, &draft))?;
    tx.commit().await.map_err(store::Error::from)?;
    Ok(Envelope::of(json!({ "id": id, "user_id": id })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    _: SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let stored = users::draft(&app.db, UserId(id)).await?.ok_or_else(|| Failure::object(MISSING))?;
    let draft = changed(&app, stored, &body).await?;
    let mut tx = app.db.begin().await.map_err(store::Error::from)?;
    users::update(&mut tx, UserId(id), &draft).await.map_err(|error| taken(error, &draft))?;
    tx.commit().await.map_err(store::Error::from)?;
    Ok(Envelope::of(json!({ "id": id, "user_id": id })))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
) -> Result<Envelope, Failure> {
    if admin.user == UserId(id) {
        return Err(Failure::object("不能删除自己"));
    }
    if users::retire(&app.db, UserId(id)).await? { Ok(Envelope::of(json!({}))) } else { Err(Failure::object(MISSING)) }
}

/// The draft with what the body changes; absent keys stay (D-12).
async fn changed(app: &App, mut draft: UserDraft, body: &Map<String, Value>) -> Result<UserDraft, Failure> {
    for (key, slot) in [
        ("username", &mut draft.username),
        ("alias", &mut draft.alias),
        ("email", &mut draft.email),
        ("phone", &mut draft.phone),
    ] {
        if let Some(text) = wire::text(key, body.get(key))? {
            *slot = text;
        }
        if slot.chars().count() > TEXT_CHARACTERS {
            return Err(Failure::object(format!("{key}不能超过{TEXT_CHARACTERS}个字符")));
        }
    }
    let name = &draft.username;
    let fit = (1..=100).contains(&name.chars().count()) && !name.chars().any(|c| c.is_control() || c == ',');
    if !fit || name == ROBOT || name == "hook" || name.starts_with("script:") {
        return Err(Failure::object("username不合法"));
    }
    for (key, slot) in [
        ("is_active", &mut draft.is_active),
        ("is_admin", &mut draft.is_admin),
        ("is_workflow_admin", &mut draft.is_workflow_admin),
    ] {
        if let Some(value) = body.get(key) {
            *slot = wire::loose_flag(key, value)?;
        }
    }
    if let Some(departments) = department_ids(body)? {
        draft.departments = departments;
        if !departments::exist(&app.db, &draft.departments).await? {
            return Err(Failure::object("部门不存在"));
        }
    }
    if let Some(password) = wire::text("password", body.get("password"))?.filter(|password| !password.is_empty()) {
        draft.password_hash =
            Some(app.hash_password(password).await.map_err(|error| Failure::object(error.to_string()))?);
    }
    Ok(draft)
}

/// `dept_ids` as an array or comma list, or the one `dept_id`; 0 is none.
fn department_ids(body: &Map<String, Value>) -> Result<Option<Vec<i64>>, Failure> {
    let mut ids = match (body.get("dept_ids"), body.get("dept_id")) {
        (Some(Value::Array(list)), _) => {
            list.iter().map(|id| wire::loose_int("dept_ids", id)).collect::<Result<_, _>>()?
        }
        (Some(Value::String(text)), _) => wire::id_list("dept_ids", text)?,
        (Some(_), _) => return Err(Failure::object("dept_ids须为列表")),
        (None, Some(id)) => vec![wire::loose_int("dept_id", id)?],
        (None, None) => return Ok(None),
    };
    ids.retain(|id| *id != 0);
    let mut seen = std::collections::BTreeSet::new();
    ids.retain(|id| seen.insert(*id));
    if ids.len() > MOST_DEPARTMENTS {
        return Err(Failure::object(format!("最多{MOST_DEPARTMENTS}个部门")));
    }
    Ok(Some(ids))
}

fn taken(error: store::Error, draft: &UserDraft) -> Failure {
    match error.constraint() {
        Some("users_username_key") => Failure::object(format!("用户名已存在: {}", draft.username)),
        _ => error.into(),
    }
}

/// Membership of a role; being added twice is once.
pub async fn add_member(
    State(app): State<Arc<App>>,
    _: SessionAdmin,
    Ids([role]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let user = body.get("user_id").map_or(Ok(0), |id| wire::loose_int("user_id", id))?;
    if roles::add_member(&app.db, role, user).await? {
        Ok(Envelope::of(json!({})))
    } else {
        Err(Failure::object(MISSING))
    }
}

pub async fn remove_member(
    State(app): State<Arc<App>>,
    _: SessionAdmin,
    Ids([role, user]): Ids<2>,
) -> Result<Envelope, Failure> {
    if roles::remove_member(&app.db, role, user).await? {
        Ok(Envelope::of(json!({})))
    } else {
        Err(Failure::object(MISSING))
    }
}
