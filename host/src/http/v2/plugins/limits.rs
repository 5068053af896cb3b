//! A plugin's limits, kind by kind: the server's, what the plugin wishes, what an administrator set, what counts.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Map, Value, json};

use super::{
    super::{AccountAdministrator, definitions::Given, problem::Explained},
    plugin_id,
};
use crate::{app::App, plugins::PluginId};

pub(super) async fn shown(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Explained> {
    Ok(Json(answer(&app, plugin_id(&id)?).await?))
}

/// All of an administrator's numbers anew: body `{kind: {limit: number, …}, …}`, such as `{"action": {"cpu_ms": 200}}`.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    AccountAdministrator(admin): AccountAdministrator,
    Path(id): Path<String>,
    Given(limits): Given,
) -> Result<Json<Value>, Explained> {
    let id = plugin_id(&id)?;
    app.set_plugin_limits(id, limits, &admin.username).await?;
    Ok(Json(answer(&app, id).await?))
}

async fn answer(app: &App, id: PluginId) -> Result<Value, Explained> {
    let limits = app.plugin_limits(id).await?.into_iter().map(|one| {
        let shown = json!({ "cap": one.cap, "wish": one.wish, "set": one.set, "effective": one.effective });
        (one.kind.to_string(), shown)
    });
    Ok(json!({ "limits": limits.collect::<Map<String, Value>>() }))
}
