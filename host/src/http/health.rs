//! For operators and load balancers: is the process alive, may it be sent requests. No secrets, no names, no authentication.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::{layers::Unremarkable, routes::Routes};
use crate::{app::App, store};

/// Less than what the request path would wait: a slow database means "not ready" before it means failures.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) fn routes() -> Routes {
    Routes::new().route("/healthz", get(alive)).route("/readyz", get(ready))
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::{config::Config, embedded::testing::database, seal::SealingKey, serve};

    async fn get(app: &Arc<App>, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = crate::http::router(app).oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn ready_means_that_the_database_answers_and_no_stop_has_begun() {
        let (database, folder) = (database().await, tempfile::tempdir().unwrap());
        let (data_dir, key) = (folder.path().to_str().unwrap(), SealingKey::generate());
        let config = Config::from_flags(&[
            "--listen=127.0.0.1:0",
            "--force-unsafe-database",
            &format!("--database-url={}", database.url),
            &format!("--data-dir={data_dir}"),
            &format!("--key={key}"),
        ]);
        let app = Arc::clone(&serve::prepare(config).await.unwrap().app);
        assert_eq!(get(&app, "/readyz").await.0, 200);

        app.db.close().await;
        let (status, body) = get(&app, "/readyz").await;
        assert!(status == 503 && body.contains("database") && !body.contains("pool"), "{body}");
        assert_eq!(get(&app, "/healthz").await.0, 200);
        app.stopping.cancel();
        let (status, body) = get(&app, "/readyz").await;
        assert!(status == 503 && body.contains("stopping"), "{body}");
    }
}
