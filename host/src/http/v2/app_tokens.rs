//! `/api/v2/app_tokens`: apps as the console lists them, their tokens left out. A token is shown when an administrator asks for it, and
//! that is noted. They are made and changed by the old calls, which show tokens as they ever did.

use std::sync::Arc;

use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{
        error::Failure,
        extract::{Ids, Query},
    },
    AccountAdministrator, PresentAdministrator,
    pages::{Listed, Page, readable},
    problem::Explained,
};
use crate::{
    app::App,
    store::app_tokens::{self, AppTokenRow, SecretForm},
};

#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a right or a rule of its own, as the wire names them")]
pub struct AppTokenView {
    pub id: i64,
    pub app_name: String,
    pub ticket_sn_prefix: String,
    pub workflow_ids: Vec<i64>,
    /// Its users may do what administrators may.
    pub trusted: bool,
    pub may_configure: bool,
    /// Administrators may act through it.
    pub may_admin: bool,
    pub allow_cidrs: Vec<String>,
    pub allow_users: Vec<String>,
    pub min_signature_version: i64,
    pub replay_check: bool,
    /// 0 is no limit.
    pub rate_per_minute: u32,
    /// The token can be revealed; of others only a key that is derived from it is kept.
    pub has_token: bool,
    /// Until when the token before the last rotation lives.
    #[schema(required)]
    pub former_token_expires_at: Option<DateTime<Utc>>,
    pub creator: String,
    pub created_at: DateTime<Utc>,
    pub modified_at: DateTime<Utc>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RevealedToken {
    pub id: i64,
    pub app_name: String,
    pub token: String,
}

/// By id; `search` is a part of the app's name.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    query: Result<Query, Failure>,
) -> Result<Json<Listed<AppTokenView>>, Explained> {
    let query = readable(query)?;
    let page = Page::of(&query, "app_tokens", |key| key == "search")?;
    let after = page.after.map_or(0, |(_, id)| id);
    let rows = app_tokens::list_after(&app.db, query.text("search"), after, page.rows()).await?;
    Ok(Json(page.listed(rows, |row| (0, row.id), shown)))
}

fn shown(row: &AppTokenRow) -> AppTokenView {
    AppTokenView {
        id: row.id,
        app_name: row.app_name.clone(),
        ticket_sn_prefix: row.ticket_sn_prefix.clone(),
        workflow_ids: row.workflow_ids.clone(),
        trusted: row.trusted,
        may_configure: row.may_configure,
        may_admin: row.may_admin,
        allow_cidrs: row.rules.networks.iter().map(ToString::to_string).collect(),
        allow_users: row.rules.users.iter().map(ToString::to_string).collect(),
        min_signature_version: row.rules.min_version.number().into(),
        replay_check: row.rules.replay_check,
        rate_per_minute: row.rules.rate_per_minute,
        has_token: row.secret.form == SecretForm::Token,
        former_token_expires_at: row.former_expires_at,
        creator: row.creator.clone(),
        created_at: row.created_at,
        modified_at: row.modified_at,
    }
}

/// HTTP 409 where only the key of the token is kept.
pub(super) async fn reveal(
    State(app): State<Arc<App>>,
    PresentAdministrator(admin): PresentAdministrator,
    ids: Result<Ids<1>, Failure>,
) -> Result<Json<RevealedToken>, Explained> {
    let missing = || Explained::new(StatusCode::NOT_FOUND, "there is no such app token");
    let Ids([id]) = ids.map_err(|_| missing())?;
    let (app_name, token) = app.reveal_app_token(id, &admin.username).await?.ok_or_else(missing)?;
    let only_key =
        || Explained::new(StatusCode::CONFLICT, "only the key of this app's token is kept; make a new token");
    Ok(Json(RevealedToken { id, app_name, token: token.ok_or_else(only_key)? }))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::http::Method;
    use serde_json::{Value, json};

    use crate::http::testing::server;

    #[tokio::test]
    async fn tokens_are_listed_without_their_text_and_each_reveal_is_noted() {
        let server = server().await;
        let make = async |name: &str, version: i64| {
            let body = json!({ "app_name": name, "min_signature_version": version, "allow_cidrs": "10.0.0.0/8" });
            server.admin(Method::POST, "/accounts/app_token", body).await
        };
        let (oa, erp) = (make("oa", 1).await, make("erp", 2).await);
        let listed = server.v2(Method::GET, "/app_tokens?search=o", None, &Value::Null).await;
        let rows = listed.body["items"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["id"], &rows[0]["has_token"]), (1, &oa["id"], &json!(true)));
        assert_eq!((&rows[0]["allow_cidrs"], &rows[0]["app_name"]), (&json!(["10.0.0.0/8"]), &json!("oa")));
        assert!(!listed.body.to_string().contains(oa["token"].as_str().unwrap()));

        let reveal =
            async |id: &Value| server.v2(Method::POST, &format!("/app_tokens/{id}/reveal"), None, &Value::Null).await;
        assert_eq!(reveal(&oa["id"]).await.body, json!({ "id": oa["id"], "app_name": "oa", "token": oa["token"] }));
        assert_eq!(reveal(&erp["id"]).await.status, 409, "only its v2 key is kept");
        assert_eq!(reveal(&json!(999)).await.status, 404);
        let noted =
            server.v2(Method::GET, "/audit?subject=app_token&action=app_token.reveal", None, &Value::Null).await;
        let noted = noted.body["items"].as_array().unwrap();
        assert_eq!((noted.len(), &noted[0]["actor"], &noted[0]["subject_id"]), (1, &json!("admin"), &oa["id"]));
    }
}
