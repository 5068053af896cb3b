//! The page at `/docs`: Swagger UI from the binary, on a page of our own whose paths do not depend on a slash at its end.

use std::sync::Arc;

use axum::{
    extract::Path,
    http::header,
    response::{Html, IntoResponse, Response},
};
use utoipa_swagger_ui::Config;

use super::super::error::Failure;

const PAGE: &str = r#"<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>gavia: the API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
    <link rel="stylesheet" href="/docs/index.css">
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/swagger-ui-standalone-preset.js"></script>
    <script src="/docs/swagger-initializer.js"></script>
  </body>
</html>
"#;

/// What the page needs of what the library holds.
const FILES: [&str; 6] = [
    "swagger-ui.css",
    "index.css",
    "favicon-32x32.png",
    "swagger-ui-bundle.js",
    "swagger-ui-standalone-preset.js",
    "swagger-initializer.js",
];

pub(super) async fn page() -> Html<&'static str> {
    Html(PAGE)
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    // no validator: it would send the document elsewhere; and a page of documentation changes nothing
    let config =
        Config::from("/openapi.json").validator_url("none").supported_submit_methods(["get"]).deep_linking(true);
    let known = FILES.contains(&name.as_str());
    match utoipa_swagger_ui::serve(&name, Arc::new(config)) {
        Ok(Some(file)) if known => {
            let head = [(header::CONTENT_TYPE, file.content_type), (header::CACHE_CONTROL, "max-age=3600".into())];
            (head, file.bytes.into_owned()).into_response()
        }
        Ok(_) => Failure::not_found().into_response(),
        Err(error) => {
            tracing::error!(%error, "a file of the API's page cannot be made");
            Failure::not_found().into_response()
        }
    }
}
