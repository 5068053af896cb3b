//! `GET /api/v2/audit`: who changed what, newest first, about anything that is noted. Never a secret's value.

use std::sync::Arc;

use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    super::{error::Failure, extract::Query, wire},
    AccountAdministrator,
    pages::{Listed, Page, bad, readable},
    problem::Explained,
};
use crate::{
    app::App,
    store::audit::{self, Filter, FoundRow},
};

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    pub id: i64,
    pub at: DateTime<Utc>,
    pub actor: String,
    /// Where the act came from, as far as the network can tell.
    #[schema(required)]
    pub address: Option<String>,
    /// Such as `plugin.activate`.
    pub action: String,
    /// What it was done to, such as `plugin`, with its id.
    pub subject: String,
    pub subject_id: i64,
    pub before: Value,
    pub after: Value,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<AuditView>>, Explained> {
    let query = readable(query)?;
    let page = Page::of(&query, "audit", |key| ["actor", "action", "subject", "subject_id"].contains(&key))?;
    let text = |key: &str| Some(query.text(key)).filter(|text| !text.is_empty());
    let id = |text: &str| wire::positive(text).ok_or_else(|| bad("subject_id is an id"));
    let filter = Filter {
        actor: text("actor"),
        action: text("action"),
        subject: text("subject"),
        subject_id: text("subject_id").map(id).transpose()?,
    };
    let rows = audit::search(&app.db, filter, page.after.map(|(_, id)| id), page.rows()).await?;
    Ok(Json(page.listed(rows, |row| (0, row.id), shown)))
}

fn shown(row: &FoundRow) -> AuditView {
    AuditView {
        id: row.id,
        at: row.at,
        actor: row.actor.clone(),
        address: row.address.clone(),
        action: row.action.clone(),
        subject: row.subject.clone(),
        subject_id: row.subject_id,
        before: row.before.clone().unwrap_or_default(),
        after: row.after.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{
        body::Body,
        http::{Method, Request},
    };
    use serde_json::{Value, json};

    use crate::http::testing::{Server, server};

    const NOTHING: Value = Value::Null;

    async fn noted(server: &Server, query: &str) -> Vec<(String, Value, Value)> {
        let answer = server.v2(Method::GET, &format!("/audit?{query}"), None, &NOTHING).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let rows = answer.body["items"].as_array().unwrap().iter();
        rows.map(|row| (row["action"].as_str().unwrap().to_owned(), row["before"].clone(), row["after"].clone()))
            .collect()
    }

    fn actions(rows: &[(String, Value, Value)]) -> Vec<&str> {
        rows.iter().map(|row| row.0.as_str()).collect()
    }

    #[tokio::test]
    async fn every_change_of_an_account_is_noted_with_what_was_before_and_no_password() {
        let server = server().await;
        let made = async |path: &str, body: Value| server.admin(Method::POST, path, body).await["id"].as_i64().unwrap();
        let user = made("/accounts/users", json!({ "username": "lisi" })).await;
        let change = json!({ "alias": "L", "password": "Right-pass-2020" });
        server.admin(Method::PATCH, &format!("/accounts/users/{user}"), change).await;
        server.refused(Method::PATCH, &format!("/accounts/users/{user}"), json!({ "dept_id": 99 })).await;
        let role = made("/accounts/roles", json!({ "name": "r" })).await;
        server.admin(Method::PATCH, &format!("/accounts/roles/{role}"), json!({ "name": "s" })).await;
        let members = format!("/accounts/roles/{role}/users");
        server.admin(Method::POST, &members, json!({ "user_id": user })).await;
        server.admin(Method::DELETE, &format!("{members}/{user}"), NOTHING).await;
        server.admin(Method::DELETE, &format!("/accounts/roles/{role}"), NOTHING).await;
        let department = made("/accounts/depts", json!({ "name": "d" })).await;
        server.admin(Method::PATCH, &format!("/accounts/depts/{department}"), json!({ "leader": "lisi" })).await;
        server.admin(Method::DELETE, &format!("/accounts/depts/{department}"), NOTHING).await;
        server.admin(Method::DELETE, &format!("/accounts/users/{user}"), NOTHING).await;

        let rows = noted(&server, &format!("subject=user&subject_id={user}")).await;
        assert_eq!(actions(&rows), ["user.delete", "user.update", "user.create"], "a refused change is none");
        assert_eq!(
            (&rows[1].1["alias"], &rows[1].2["alias"], &rows[1].2["password"]),
            (&json!(""), &json!("L"), &json!("new"))
        );
        assert!(rows.iter().all(|row| !format!("{row:?}").contains("argon2")));
        let rows = noted(&server, &format!("subject=role&subject_id={role}")).await;
        let wanted = ["role.delete", "role.remove_member", "role.add_member", "role.update", "role.create"];
        assert_eq!(actions(&rows), wanted);
        let rows = noted(&server, "subject=department").await;
        assert_eq!(actions(&rows), ["department.delete", "department.update", "department.create"]);
        assert_eq!(noted(&server, "actor=nobody").await, []);
        for query in ["subject_id=x", "nix=1", "cursor=x"] {
            assert_eq!(server.v2(Method::GET, &format!("/audit?{query}"), None, &NOTHING).await.status, 400, "{query}");
        }
    }

    #[tokio::test]
    async fn who_looked_at_tokens_changed_notices_or_dropped_jobs_is_noted_too() {
        let server = server().await;
        let (flow, token) = server.flow().await;
        server.admin(Method::GET, "/accounts/app_token", NOTHING).await;
        let rows = noted(&server, "subject=app_token").await;
        assert_eq!((rows[0].0.as_str(), &rows[0].2["app_names"][0]), ("app_token.show", &json!("oa")));

        let form = async |path: &str, body: &'static str| {
            let request =
                Request::post(format!("/api/v1.0/workflows/{path}")).header("cookie", "sessionid=0123456789abcdef");
            let request =
                request.header("x-requested-with", "test").header("content-type", "application/x-www-form-urlencoded");
            let (_, answer) = server.send(request.body(Body::from(body)).unwrap()).await;
            assert_eq!(answer["code"], 0, "{answer}");
        };
        form("custom_notices", "notice_name=tell&hook_url=https://example.com&hook_token=s3cret").await;
        form("custom_notices/1", "notice_name=tell+all").await;
        server.admin(Method::DELETE, "/workflows/custom_notices/1", NOTHING).await;
        let rows = noted(&server, "subject=custom_notice").await;
        assert_eq!(actions(&rows), ["custom_notice.delete", "custom_notice.update", "custom_notice.create"]);
        assert_eq!((&rows[1].1["name"], &rows[1].2["name"]), (&json!("tell"), &json!("tell all")));
        assert_eq!(rows[2].2["hook_token"], "new");
        assert!(!format!("{rows:?}").contains("s3cret"));

        let ticket = crate::workflow::TicketId(server.ticket(flow, &token).await);
        crate::store::testing::one_timer_job(&server.app.db, ticket, crate::workflow::TransitionId(flow.done)).await;
        let jobs = server.v2(Method::GET, "/jobs", None, &NOTHING).await.body;
        let path = format!("/jobs/{}", jobs["items"][0]["id"]);
        assert_eq!(server.v2(Method::DELETE, &path, None, &NOTHING).await.status, 200);
        let rows = noted(&server, "subject=job").await;
        assert_eq!((actions(&rows), &rows[0].1["kind"]), (vec!["job.drop"], &json!("timer")));
    }

    #[tokio::test]
    async fn so_is_every_change_of_an_app_and_of_a_workflow() {
        let server = server().await;
        let (flow, token) = server.flow().await;
        let oa =
            server.admin(Method::GET, "/accounts/app_token?search_value=oa", NOTHING).await["value"][0]["id"].clone();
        let path = format!("/accounts/app_token/{oa}");
        server.admin(Method::PATCH, &path, json!({ "trusted": true })).await;
        let fresh = server.admin(Method::PATCH, &path, json!({ "rotate": true })).await["token"].clone();
        server.admin(Method::DELETE, &path, NOTHING).await;
        let rows = noted(&server, &format!("subject=app_token&subject_id={oa}")).await;
        let wanted = ["app_token.delete", "app_token.rotate", "app_token.update", "app_token.show", "app_token.create"];
        assert_eq!(actions(&rows), wanted);
        assert_eq!((&rows[2].1["trusted"], &rows[2].2["trusted"]), (&json!(false), &json!(true)));
        let text = format!("{rows:?}");
        assert!(!text.contains(&token) && !text.contains(fresh.as_str().unwrap()));

        let path = format!("/workflows/{}", flow.id);
        server.admin(Method::PATCH, &path, json!({ "name": "v" })).await;
        let document = server.v2(Method::GET, &format!("{path}/definition"), None, &NOTHING).await.body;
        let mut changed = document.clone();
        changed["states"][1]["name"] = json!("another");
        for document in [document, changed] {
            // the first changes nothing
            let put = server.v2(Method::PUT, &format!("{path}/definition"), Some("*"), &document).await;
            assert_eq!(put.status, 200, "{put:?}");
        }
        server.admin(Method::DELETE, &format!("{path}/custom_fields/{}", flow.field), NOTHING).await;
        server.admin(Method::DELETE, &path, NOTHING).await;
        let rows = noted(&server, &format!("subject=workflow&subject_id={}", flow.id)).await;
        let told = actions(&rows);
        assert_eq!(told[..4], ["workflow.delete", "workflow.delete_part", "workflow.define", "workflow.update"]);
        assert_eq!(
            (told.last(), told.iter().filter(|action| **action == "workflow.add_part").count()),
            (Some(&"workflow.create"), 6)
        );
        assert_eq!(rows[2].2["changes"][0]["part"], "state");
        assert_eq!((&rows[3].1["name"], &rows[3].2["name"]), (&json!("w"), &json!("v")));
    }
}
