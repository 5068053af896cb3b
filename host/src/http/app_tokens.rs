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
    app::App,
    store::{
        self, app_tokens,
        app_tokens::{AppTokenDraft, AppTokenRow},
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
    let made = app.create_app_token(&draft, &admin.username).await?;
    Ok(Envelope::of(json!({ "id": made.id, "token": made.token })))
}

pub async fn update(
    State(app): State<Arc<App>>,
    _: SessionAdmin,
    Ids([id]): Ids<1>,
    body: Body,
) -> Result<Envelope, Failure> {
    let body = body.or_missing("patch参数为空")?;
    app.change_app_token(id, |stored| changed(stored, &body)).await?;
    Ok(Envelope::of(json!({})))
}

pub async fn delete(State(app): State<Arc<App>>, _: SessionAdmin, Ids([id]): Ids<1>) -> Result<Envelope, Failure> {
    if app_tokens::retire(&app.db, id).await? { Ok(Envelope::of(json!({}))) } else { Err(Failure::object(MISSING)) }
}

fn changed(mut draft: AppTokenDraft, body: &Map<String, Value>) -> Result<AppTokenDraft, Failure> {
    for (key, slot) in [("app_name", &mut draft.app_name), ("ticket_sn_prefix", &mut draft.ticket_sn_prefix)] {
        if let Some(text) = wire::text(key, body.get(key))? {
            *slot = text;
        }
        if slot.chars().count() > NAME_CHARACTERS || slot.chars().any(char::is_control) || slot.trim() != slot {
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::http::testing::{As, done, server};

    #[tokio::test]
    async fn d12_f51_f59_a_token_is_made_changed_and_shown_whole_to_the_session() {
        let server = server().await;
        let workflow = server.workflow().await;
        let body = json!({ "app_name": "oa", "ticket_sn_prefix": "oa", "workflow_ids": workflow.to_string(), "may_admin": "1" });
        let made = server.admin(Method::POST, "/accounts/app_token", body).await;
        let path = format!("/accounts/app_token/{}", made["id"]);
        server.admin(Method::PATCH, &path, json!({ "ticket_sn_prefix": "tk" })).await;
        let mut shown = server.admin(Method::GET, &path, json!(null)).await;
        for key in ["gmt_created", "gmt_modified"] {
            assert!(shown.as_object_mut().unwrap().remove(key).unwrap().is_string());
        }
        assert_eq!(
            shown,
            json!({
                "id": made["id"], "creator": "admin", "is_deleted": false, "app_name": "oa", "token": made["token"],
                "workflow_ids": workflow.to_string(), "ticket_sn_prefix": "tk", "trusted": false, "may_configure": false,
                "may_admin": true, "creator_info": { "creator_id": 1, "creator_alias": "", "creator_username": "admin" },
            })
        );
        let token = made["token"].as_str().unwrap();
        let app = As::App("oa", token, "lisi");
        assert_eq!(done(server.call(&app, Method::GET, "/workflows", &json!(null)).await)["total"], 1);
        server.admin(Method::PATCH, &path, json!({ "workflow_ids": "" })).await;
        assert_eq!(done(server.call(&app, Method::GET, "/workflows", &json!(null)).await)["total"], 0);
        server.admin(Method::DELETE, &path, json!(null)).await;
        let (_, answer) = server.call(&app, Method::GET, "/workflows", &json!(null)).await;
        assert_eq!((&answer["code"], &answer["data"]), (&json!(-1), &json!([])));
    }

    #[tokio::test]
    async fn f55_a_token_for_nothing_that_is_there_is_refused() {
        let server = server().await;
        for body in [
            json!({}),
            json!({ "app_name": "loonflow" }),
            json!({ "app_name": " a" }),
            json!({ "app_name": "a\nb" }),
            json!({ "app_name": "a", "workflow_ids": "1,,2" }),
            json!({ "app_name": "a", "workflow_ids": "abc" }),
            json!({ "app_name": "a", "workflow_ids": "9".repeat(40) }),
            json!({ "app_name": "a", "workflow_ids": "999" }),
            json!({ "app_name": "a", "trusted": "perhaps" }),
        ] {
            server.refused(Method::POST, "/accounts/app_token", body).await;
        }
        let rows = server.admin(Method::GET, "/accounts/app_token", json!(null)).await;
        assert_eq!(rows["value"], Value::Array(Vec::new()));
        for (method, empty) in [(Method::POST, ""), (Method::PATCH, "/1")] {
            let text = server.refused(method.clone(), &format!("/accounts/app_token{empty}"), json!(null)).await;
            assert_eq!(text, format!("{}参数为空", method.as_str().to_lowercase()));
        }
    }
}
