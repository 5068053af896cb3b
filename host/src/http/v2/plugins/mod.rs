//! `/api/v2/plugins`: uploads, versions and what becomes of them, grants, settings, secrets, and what calls came to. For administrators
//! alone: whoever decides about a plugin decides what code in the engine may do. Every change leaves an audit row.

mod calls;
mod decisions;
mod settings;
mod shown;
#[cfg(test)]
mod tests;
mod upload;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post, put},
};
use serde_json::{Value, json};

use super::{
    super::{error::Failure, extract::Query},
    AccountAdministrator,
    definitions::Explained,
};
use crate::{
    app::{App, registry::RegistryError, scripts::UploadError},
    plugins::PluginId,
    store::{self, plugins},
};

/// Rows of one page.
const PAGE_MAX: i64 = 100;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/plugins", get(list).post(upload::upload))
        .route("/plugins/{id}", get(detail).delete(decisions::delete))
        .route("/plugins/{id}/versions/{number}/approve", post(decisions::approve))
        .route("/plugins/{id}/versions/{number}/refuse", post(decisions::refuse))
        .route("/plugins/{id}/versions/{number}/activate", post(decisions::activate))
        .route("/plugins/{id}/versions/{number}/retire", post(decisions::retire))
        .route("/plugins/{id}/roll_back", post(decisions::roll_back))
        .route("/plugins/{id}/grants", put(decisions::set_grants))
        .route("/plugins/{id}/config", get(settings::config).put(settings::set_config))
        .route("/plugins/{id}/secrets", get(settings::secrets))
        .route("/plugins/{id}/secrets/{name}", put(settings::set_secret).delete(settings::delete_secret))
        .route("/plugins/{id}/calls", get(calls::list))
        .route("/plugins/{id}/calls/{call}", get(calls::detail))
        .route("/plugins/{id}/audit", get(calls::audit))
        .route("/custom_notices/{id}/deliveries", get(calls::deliveries))
}

/// One number of a path; what is none names nothing.
fn number<T: std::str::FromStr>(text: &str) -> Result<T, Explained> {
    text.parse().map_err(|_| Explained::new(StatusCode::NOT_FOUND, "there is no such resource"))
}

fn plugin_id(text: &str) -> Result<PluginId, Explained> {
    number(text).map(PluginId)
}

/// `before` or `after`, and how many rows.
fn page(query: &Query, cursor: &str) -> Result<(Option<i64>, i64), Explained> {
    let read = |key: &str| match query.text(key) {
        "" => Ok(None),
        text => {
            let unfit = || Explained::new(StatusCode::BAD_REQUEST, format!("{key} is a number"));
            text.parse::<i64>().map(Some).map_err(|_| unfit())
        }
    };
    let limit = read("limit")?.unwrap_or(50);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Explained::new(StatusCode::BAD_REQUEST, format!("limit is 1 to {PAGE_MAX}")));
    }
    Ok((read(cursor)?, limit))
}

/// The cursor of the next page, if there may be one.
fn next(ids: impl DoubleEndedIterator<Item = i64> + ExactSizeIterator, limit: i64) -> Option<i64> {
    let full = i64::try_from(ids.len()).is_ok_and(|count| count == limit);
    ids.last().filter(|_| full)
}

async fn list(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    query: Query,
) -> Result<Json<Value>, Explained> {
    let (after, limit) = page(&query, "after")?;
    let rows = match query.text("name") {
        "" => plugins::list(&app.db, after.unwrap_or(0), limit).await?,
        name => plugins::named(&app.db, name).await?.into_iter().collect(),
    };
    let mut db = app.db.acquire().await?;
    let mut shown = Vec::with_capacity(rows.len());
    for row in &rows {
        let versions = plugins::versions::list(&mut *db, row.id, shown::VERSIONS).await?;
        shown.push(shown::card(row, &versions));
    }
    Ok(Json(json!({ "plugins": shown, "next": next(rows.iter().map(|row| row.id.0), limit) })))
}

async fn detail(
    State(app): State<Arc<App>>,
    _: AccountAdministrator,
    Path(id): Path<String>,
) -> Result<Json<Value>, Explained> {
    Ok(Json(shown::detail(&app, plugin_id(&id)?).await?))
}

impl From<RegistryError> for Explained {
    fn from(error: RegistryError) -> Self {
        let text = error.to_string();
        match error {
            RegistryError::PluginMissing | RegistryError::VersionMissing => Self::new(StatusCode::NOT_FOUND, text),
            RegistryError::Unfit(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, text),
            RegistryError::Conflict(_) => Self::new(StatusCode::CONFLICT, text),
            RegistryError::InUse(uses) => {
                Self::new(StatusCode::CONFLICT, "the plugin is in use").with("used_by", shown::uses(&uses))
            }
            RegistryError::Upload(UploadError::App(error)) | RegistryError::App(error) => error.into(),
            RegistryError::Upload(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, text),
        }
    }
}

impl From<crate::app::Error> for Explained {
    fn from(error: crate::app::Error) -> Self {
        match error {
            crate::app::Error::Store(error) => store::Error::into(error),
            error => super::Problem::from(Failure::from(error)).into(),
        }
    }
}

impl From<Failure> for Explained {
    fn from(failure: Failure) -> Self {
        super::Problem::from(failure).into()
    }
}
