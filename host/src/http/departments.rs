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
    let draft = changed(DepartmentDraft::default(), &body.or_missing("post参数为空")?)?;
    let id = app.create_department(&draft, &admin.username).await?;
    Ok(Envelope::of(json!({ "id": id, "dept_id": id })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("post参数为空")?;
    app.change_department((id, &admin.username), |stored| changed(stored, &body)).await?;
    Ok(Envelope::of(json!({ "id": id, "dept_id": id })))
}

pub async fn delete(
    State(app): State<Arc<App>>,
    SessionAdmin(admin): SessionAdmin,
    Ids([id]): Ids<1>,
) -> Result<Envelope, Failure> {
    app.delete_department(id, &admin.username).await?;
    Ok(Envelope::of(json!({})))
}

/// The draft with what the body changes (D-12).
fn changed(mut draft: DepartmentDraft, body: &Map<String, Value>) -> Result<DepartmentDraft, Failure> {
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
    Ok(draft)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::json;

    use crate::http::testing::server;

    #[tokio::test]
    async fn f62_d24_departments_form_a_tree_and_stay_while_they_are_needed() {
        let server = server().await;
        let made = async |name: &str, parent: i64| {
            let body = json!({ "name": name, "parent_dept_id": parent, "leader": "admin", "approver": "admin, ghost" });
            server.admin(Method::POST, "/accounts/depts", body).await["id"].as_i64().unwrap()
        };
        let top = made("总部", 0).await;
        let below = made("技术部", top).await;
        let lowest = made("运维部", below).await;
        for parent in [top, below, lowest] {
            server.refused(Method::PATCH, &format!("/accounts/depts/{top}"), json!({ "parent_dept_id": parent })).await;
        }
        server.refused(Method::PATCH, &format!("/accounts/depts/{top}"), json!({ "parent_dept_id": 999 })).await;
        server.refused(Method::DELETE, &format!("/accounts/depts/{below}"), json!(null)).await;
        let mut shown =
            server.admin(Method::GET, "/accounts/depts?search_value=技术", json!(null)).await["value"][0].take();
        for key in ["gmt_created", "gmt_modified"] {
            assert!(shown.as_object_mut().unwrap().remove(key).unwrap().is_string());
        }
        assert_eq!(
            shown,
            json!({
                "id": below, "name": "技术部", "parent_dept_id": top, "leader": "admin", "approver": "admin,ghost", "label": "",
                "creator": "admin", "is_deleted": false,
                "creator_info": { "creator_id": 1, "creator_alias": "", "creator_username": "admin" },
                "parent_dept_info": { "parent_dept_id": top, "parent_dept_name": "总部" },
                "leader_info": { "leader_username": "admin", "leader_alias": "" },
                "approver_info": [
                    { "approver_name": "admin", "approver_alias": "" },
                    { "approver_name": "ghost", "approver_alias": "未知" },
                ],
            })
        );
        server.admin(Method::DELETE, &format!("/accounts/depts/{lowest}"), json!(null)).await;
        server.admin(Method::DELETE, &format!("/accounts/depts/{below}"), json!(null)).await;
        server.refused(Method::DELETE, &format!("/accounts/depts/{below}"), json!(null)).await;
    }

    #[tokio::test]
    async fn f62_of_two_moves_that_close_a_loop_one_is_refused() {
        let server = server().await;
        let made = async |name: &str| {
            server.admin(Method::POST, "/accounts/depts", json!({ "name": name })).await["id"].as_i64().unwrap()
        };
        let (a, b) = (made("a").await, made("b").await);
        let under = async |id: i64, parent: i64| {
            let path = format!("/accounts/depts/{id}");
            let (_, answer) = server
                .call(&crate::http::testing::As::Admin, Method::PATCH, &path, &json!({ "parent_dept_id": parent }))
                .await;
            answer["code"].as_i64().unwrap()
        };
        let (one, other) = tokio::join!(under(a, b), under(b, a));
        assert_eq!(one + other, -1, "{one} {other}");
    }
}
