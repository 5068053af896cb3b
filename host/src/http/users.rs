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
    app::{self, App},
    password,
    store::{roles, users, users::UserDraft},
    username,
    workflow::UserId,
};

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
    let password_hash = password_hash(&app, &body).await?;
    let draft = changed(UserDraft { is_active: true, password_hash, ..UserDraft::default() }, &body)?;
    let id = app.create_user(&draft, &admin.username).await?;
    Ok(Envelope::of(json!({ "id": id, "user_id": id })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    // whoever finds an open session must not be able to take the account over
    if admin.user == UserId(id) && body.contains_key("password") {
        return Err(Failure::object("不能在此修改自己的password，请使用修改密码功能并提供当前密码"));
    }
    let password_hash = password_hash(&app, &body).await?;
    app.change_user((UserId(id), &admin.username), |stored| changed(UserDraft { password_hash, ..stored }, &body))
        .await?;
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
    app.delete_user(UserId(id), &admin.username).await?;
    Ok(Envelope::of(json!({})))
}

/// The draft with what the body changes; absent keys stay (D-12).
fn changed(mut draft: UserDraft, body: &Map<String, Value>) -> Result<UserDraft, Failure> {
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
    if !username::is_fit(&draft.username) {
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
    }
    Ok(draft)
}

/// What to keep of the body's password, hashed before any row is locked; none or an empty one changes nothing.
async fn password_hash(app: &App, body: &Map<String, Value>) -> Result<Option<String>, Failure> {
    let password = wire::text("password", body.get("password"))?.filter(|password| !password.is_empty());
    let Some(password) = password else { return Ok(None) };
    app.hash_password(password).await.map(Some).map_err(|error| match error {
        password::Error::TooShort => Failure::object(format!("密码至少{}个字符", password::LENGTH_MIN)),
        password::Error::TooLong => Failure::object("密码过长"),
        password::Error::Hash(_) => app::Error::Internal(error.to_string()).into(),
    })
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

/// Membership of a role; being added twice is once.
pub async fn add_member(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([role]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    let user = body.get("user_id").map_or(Ok(0), |id| wire::loose_int("user_id", id))?;
    app.add_member(role, user, &admin.username).await?;
    Ok(Envelope::of(json!({})))
}

pub async fn remove_member(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([role, user]): Ids<2>,
) -> Result<Envelope, Failure> {
    app.remove_member(role, user, &admin.username).await?;
    Ok(Envelope::of(json!({})))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::testing::{As, server};

    #[tokio::test]
    async fn d12_a_change_of_a_user_keeps_what_it_does_not_name() {
        let server = server().await;
        let dept = server.admin(Method::POST, "/accounts/depts", json!({ "name": "技术部" })).await["id"].clone();
        let body = json!({ "username": "lisi", "alias": "李四", "email": "l@x.com", "phone": "1", "dept_id": dept });
        let id = server.admin(Method::POST, "/accounts/users", body).await["id"].clone();
        server.admin(Method::PATCH, &format!("/accounts/users/{id}"), json!({ "phone": "2", "is_active": "0" })).await;
        let mut user =
            server.admin(Method::GET, "/accounts/users?search_value=lisi", json!(null)).await["value"][0].take();
        for key in ["gmt_created", "gmt_modified"] {
            assert!(user.as_object_mut().unwrap().remove(key).unwrap().is_string());
        }
        assert_eq!(
            user,
            json!({
                "id": id, "last_login": null, "username": "lisi", "alias": "李四", "email": "l@x.com", "phone": "2",
                "dept_info": { "dept_id": dept, "dept_name": "技术部" }, "dept_ids": [dept], "is_active": false, "is_admin": false,
                "is_workflow_admin": false, "is_deleted": false,
                "creator_info": { "creator_id": 1, "creator_alias": "", "creator_username": "admin" },
            })
        );
    }

    #[tokio::test]
    async fn a_user_who_could_never_act_or_belongs_nowhere_is_refused() {
        let server = server().await;
        for body in [
            json!({}),
            json!({ "username": "" }),
            json!({ "username": "loonrobot" }),
            json!({ "username": "a,b" }),
            json!({ "username": "e\u{301}" }),
            json!({ "username": "x".repeat(101) }),
            json!({ "username": "u", "dept_id": 999 }),
            json!({ "username": "u", "dept_ids": "1,,2" }),
            json!({ "username": "u", "is_admin": 2 }),
            json!({ "username": 7 }),
        ] {
            server.refused(Method::POST, "/accounts/users", body).await;
        }
        let short =
            server.refused(Method::POST, "/accounts/users", json!({ "username": "u", "password": "short" })).await;
        assert_eq!(short, "密码至少12个字符");
        let own = server.refused(Method::PATCH, "/accounts/users/1", json!({ "password": "Another-pass-2021" })).await;
        assert!(own.starts_with("不能在此修改自己的password"), "{own}");
        assert_eq!(
            server.refused(Method::PATCH, "/accounts/users/999", json!({ "alias": "x" })).await,
            "record is not exist or has been deleted"
        );
        assert_eq!(server.admin(Method::GET, "/accounts/users", json!(null)).await["total"], 1);
    }

    #[tokio::test]
    async fn two_changes_of_one_user_at_once_both_stay() {
        let server = server().await;
        let id = server.admin(Method::POST, "/accounts/users", json!({ "username": "u" })).await["id"].clone();
        let path = format!("/accounts/users/{id}");
        for round in 0..10 {
            let (phone, email) = (json!({ "phone": round.to_string() }), json!({ "email": round.to_string() }));
            tokio::join!(server.admin(Method::PATCH, &path, phone), server.admin(Method::PATCH, &path, email));
            let user =
                server.admin(Method::GET, "/accounts/users?search_value=u", json!(null)).await["value"][0].clone();
            assert_eq!((&user["phone"], &user["email"]), (&json!(round.to_string()), &json!(round.to_string())));
        }
    }

    #[tokio::test]
    async fn losing_the_right_ends_an_administrators_session() {
        let server = server().await;
        server.admin(Method::PATCH, "/accounts/users/1", json!({ "is_admin": false })).await;
        let (status, answer) = server.call(&As::Admin, Method::GET, "/accounts/users", &json!(null)).await;
        assert_eq!((status.as_u16(), &answer["code"]), (200, &json!(-1)));
    }
}
