//! For operators and load balancers: is the process alive, may it be sent requests. No secrets, no names, no authentication.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::layers::Unremarkable;
use crate::{app::App, store};

/// Less than what the request path would wait: a slow database means "not ready" before it means failures.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready))
}

/// Always 200: who reads this answer reads that the process lives.
async fn alive() -> Response {
    (Extension(Unremarkable), Json(json!({ "status": "alive" }))).into_response()
}

/// 200 when a request sent now would be served: the database answers and no stop has begun. The schema is up to date by then,
/// since the server listens only after its migrations.
async fn ready(State(app): State<Arc<App>>) -> Response {
    if app.stopping.is_cancelled() {
        return not_ready("stopping");
    }
    match tokio::time::timeout(PATIENCE, store::health::ping(&app.db)).await {
        Ok(Ok(())) => (Extension(Unremarkable), Json(json!({ "status": "ready" }))).into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            not_ready("database")
        }
        Err(_) => not_ready("database"),
    }
}

fn not_ready(because: &str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready", "because": because }))).into_response()
}
