//! A plugin's settings, and its secrets: set, listed by name, deleted, never shown.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde_json::{Map, Value, json};

use super::{
    super::{AccountAdministrator, definitions::Given, problem::Explained},
    plugin_id, shown,
};
use crate::{app::App, store::plugins::settings};

pub(super) async fn config(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<BTreeMap<String, String>>, Explained> {
    let row = shown::row(&app, plugin_id(&id)?).await?;
    Ok(Json(settings::config(&app.db, row.id).await?))
}

/// All settings anew: an object of texts.
pub(super) async fn set_config(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path(id): Path<String>,
    Given(body): Given,
) -> Result<Json<BTreeMap<String, String>>, Explained> {
    let config = texts(body)?;
    app.set_plugin_config(plugin_id(&id)?, &config, &admin.username).await?;
    Ok(Json(config))
}

pub(super) fn texts(body: Map<String, Value>) -> Result<BTreeMap<String, String>, Explained> {
    let text = |(key, value): (String, Value)| {
        if let Value::String(text) = value {
            Ok((key, text))
        } else {
            let detail = format!("the setting {key:?} is no text; plugins read settings as text");
            Err(Explained::new(StatusCode::UNPROCESSABLE_ENTITY, detail))
        }
    };
    body.into_iter().map(text).collect()
}

pub(super) async fn secrets(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Explained> {
    let row = shown::row(&app, plugin_id(&id)?).await?;
    let rows = settings::secrets(&app.db, row.id).await?;
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| json!({ "name": row.name, "set_by": row.set_by, "set_at": row.set_at.to_rfc3339() }))
        .collect();
    Ok(Json(json!({ "secrets": rows })))
}

/// Body `{"value": "…"}`.
pub(super) async fn set_secret(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, name)): Path<(String, String)>,
    Given(body): Given,
) -> Result<StatusCode, Explained> {
    let Some(value) = body.get("value").and_then(Value::as_str) else {
        return Err(Explained::new(StatusCode::UNPROCESSABLE_ENTITY, "the secret's \"value\" is a text"));
    };
    app.set_plugin_secret(plugin_id(&id)?, (&name, value), &admin.username).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete_secret(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path((id, name)): Path<(String, String)>,
) -> Result<StatusCode, Explained> {
    if app.delete_plugin_secret(plugin_id(&id)?, &name, &admin.username).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Explained::new(StatusCode::NOT_FOUND, "the plugin has no such secret"))
    }
}
