//! Approve or refuse a version, activate one, go back, retire one, change grants, delete a plugin. The answer is the plugin as it is
//! then.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};

use super::{
    super::{AccountAdministrator, definitions::Given, problem::Explained},
    number, plugin_id, shown,
};
use crate::app::{App, registry::Approval};

const REASON_CHARACTERS: usize = 500;

/// Body `{"grants": {capability: scope or null, …}}`, or `{"grants": "requested"}` for all that the version asks for.
pub(super) async fn approve(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, version)): Path<(String, String)>,
    Given(body): Given,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    let approval = match body.get("grants") {
        Some(Value::Object(grants)) => Approval::These(grants),
        Some(Value::String(text)) if text == "requested" => Approval::AsRequested,
        _ => {
            let detail = "\"grants\" is an object of capability to scope, or \"requested\"";
            return Err(Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
        }
    };
    let withheld = app.approve_version(id, number(&version)?, approval, &admin.username).await?;
    let mut answer = shown::detail(&app, id).await?;
    answer["withheld"] = json!(withheld);
    Ok(Json(answer))
}

/// Body `{"reason": "…"}`.
pub(super) async fn refuse(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, version)): Path<(String, String)>,
    Given(body): Given,
) -> Result<Json<Value>, Explained> {
    let reason = body.get("reason").and_then(Value::as_str).unwrap_or_default();
    if reason.chars().count() > REASON_CHARACTERS || reason.contains('\0') {
        let detail = format!("the reason has {REASON_CHARACTERS} characters at most");
        return Err(Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail));
    }
    let id = plugin_id(&id)?;
    app.refuse_version(id, number(&version)?, reason, &admin.username).await?;
    Ok(Json(shown::detail(&app, id).await?))
}

pub(super) async fn activate(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    app.activate_version(id, number(&version)?, &admin.username).await?;
    Ok(Json(shown::detail(&app, id).await?))
}

pub(super) async fn retire(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, version)): Path<(String, String)>,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    app.retire_version(id, number(&version)?, &admin.username).await?;
    Ok(Json(shown::detail(&app, id).await?))
}

pub(super) async fn roll_back(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    app.roll_back(id, &admin.username).await?;
    Ok(Json(shown::detail(&app, id).await?))
}

/// Ends a suspension on every node.
pub(super) async fn reset(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    app.reset_breaker(id, &admin.username).await?;
    Ok(Json(shown::detail(&app, id).await?))
}

/// All grants anew: body `{capability: scope, …}`.
pub(super) async fn set_grants(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path(id): Path<String>,
    Given(grants): Given,
) -> Result<Json<Map<String, Value>>, Explained> {
    let id = plugin_id(&id)?;
    app.set_grants(id, &grants, &admin.username).await?;
    Ok(Json(shown::row(&app, id).await?.granted))
}

/// Refused while a state, notice or workflow uses it.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path(id): Path<String>,
) -> Result<StatusCode, Explained> {
    app.delete_plugin(plugin_id(&id)?, &admin.username).await?;
    Ok(StatusCode::NO_CONTENT)
}
