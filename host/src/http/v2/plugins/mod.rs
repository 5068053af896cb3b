//! `/api/v2/plugins`: uploads, versions and what becomes of them, grants, settings, secrets, and what calls came to. For administrators
//! alone: whoever decides about a plugin decides what code in the engine may do. Every change leaves an audit row.

mod calls;
mod decisions;
#[cfg(test)]
mod later_tests;
mod limits;
#[cfg(test)]
mod retention_tests;
mod settings;
mod shown;
#[cfg(test)]
mod tests;
mod trials;
mod upload;
#[cfg(test)]
mod view_tests;

pub(in crate::http) use upload::uploaded;

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post, put},
};
use serde_json::Value;

use super::{
    super::{error::Failure, extract::Query, routes::Routes},
    AccountAdministrator,
    body::escaped,
    pages::{Page, readable},
    problem::Explained,
};
use crate::{
    app::{App, registry::RegistryError, scripts::UploadError},
    plugins::PluginId,
    store::plugins::{self, Sought},
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/plugins", get(list).post(upload::upload))
        .route("/plugins/{id}", get(detail).delete(decisions::delete))
        .route("/plugins/{id}/versions/{number}", get(version))
        .route("/plugins/{id}/versions/{number}/approve", post(decisions::approve))
        .route("/plugins/{id}/versions/{number}/refuse", post(decisions::refuse))
        .route("/plugins/{id}/versions/{number}/activate", post(decisions::activate))
        .route("/plugins/{id}/versions/{number}/try", post(trials::run))
        .route("/plugins/{id}/versions/{number}/retire", post(decisions::retire))
        .route("/plugins/{id}/roll_back", post(decisions::roll_back))
        .route("/plugins/{id}/reset", post(decisions::reset))
        .route("/plugins/{id}/grants", put(decisions::set_grants))
        .route("/plugins/{id}/limits", get(limits::shown).put(limits::set))
        .route("/plugins/{id}/config", get(settings::config).put(settings::set_config))
        .route("/plugins/{id}/secrets", get(settings::secrets))
        .route("/plugins/{id}/secrets/{name}", put(settings::set_secret).delete(settings::delete_secret))
        .route("/plugins/{id}/calls", get(calls::list))
        .route("/plugins/{id}/calls/{call}", get(calls::detail))
        .route("/plugins/{id}/audit", get(calls::audit))
}

/// One number of a path; what is none names nothing.
fn number<T: std::str::FromStr>(text: &str) -> Result<T, Explained> {
    text.parse().map_err(|_| Explained::new(StatusCode::NOT_FOUND, "there is no such resource"))
}

fn plugin_id(text: &str) -> Result<PluginId, Explained> {
    number(text).map(PluginId)
}

/// By id; `name` narrows to the plugin of that name, `search` to those that have it in their name or description.
async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    query: Result<Query, Failure>,
) -> Result<Json<Value>, Explained> {
    let query = readable(query)?;
    let page = Page::of(&query, "plugins", |key| ["name", "search"].contains(&key))?;
    let after = page.after.map_or(0, |(_, id)| id);
    let sought = Sought { name: query.text("name"), part: query.text("search") };
    let rows = plugins::list(&app.db, sought, (after, page.rows())).await?;
    let ids: Vec<PluginId> = rows.iter().map(|row| row.id).collect();
    let numbers = plugins::versions::numbers(&app.db, &ids, shown::VERSIONS).await?;
    Ok(Json(page.answer(rows, |row| (0, row.id.0), |row| shown::card(row, numbers.get(&row.id)))))
}

async fn detail(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Explained> {
    Ok(Json(shown::detail(&app, plugin_id(&id)?).await?))
}

/// One version: where an upload that is being compiled is looked at.
async fn version(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path((id, asked)): Path<(String, String)>,
) -> Result<Json<Value>, Explained> {
    Ok(Json(shown::one(&app, plugin_id(&id)?, number(&asked)?).await?))
}

impl From<RegistryError> for Explained {
    fn from(error: RegistryError) -> Self {
        let text = error.to_string();
        match error {
            RegistryError::PluginMissing | RegistryError::VersionMissing => Self::new(StatusCode::NOT_FOUND, text),
            RegistryError::Conflict(_) => Self::new(StatusCode::CONFLICT, text),
            RegistryError::InUse(uses) => {
                Self::new(StatusCode::CONFLICT, "the plugin is in use").with("used_by", shown::uses(&uses))
            }
            RegistryError::Upload(UploadError::App(error)) | RegistryError::App(error) => error.into(),
            RegistryError::UnfitPart { path, .. } => {
                let path: Vec<String> = path.iter().map(|key| escaped(key)).collect();
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, text).at(format!("/{}", path.join("/")))
            }
            RegistryError::Unfit(_) | RegistryError::Upload(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, text),
        }
    }
}

impl From<Failure> for Explained {
    fn from(failure: Failure) -> Self {
        super::Problem::from(failure).into()
    }
}
