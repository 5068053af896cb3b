//! The console's files, built from host/ui and embedded. Every path that no route has is its: a file, or for a browser that follows a
//! link or reloads, the page, which finds its screen by the path. Decides nothing about who may see it: the page holds no data.

use std::borrow::Cow;

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{Embed, EmbeddedFile};
use tower_http::compression::CompressionLayer;

use super::error::Failure;

const PAGE: &str = "index.html";
/// Where the build puts files whose names change with their content.
const HASHED: &str = "assets/";
/// Paths that are the API's, whatever a browser would take: a wrong one is no screen of the console.
const NOT_SCREENS: [&str; 6] = ["api", "docs", "openapi.json", "healthz", "readyz", "metrics"];

/// From the binary; a debug build reads the folder anew each time, so that the console can be rebuilt beside a running server.
#[derive(Embed)]
#[folder = "ui/dist"]
struct Files;

/// Answers what no route answers.
pub(super) fn files() -> Router {
    Router::new().fallback(answer).layer(CompressionLayer::new())
}

async fn answer(request: Request) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let path = request.uri().path().trim_start_matches('/');
    let first = path.split('/').next().unwrap_or_default();
    if !reads || NOT_SCREENS.contains(&first) {
        return Failure::not_found().into_response();
    }
    if let Some(file) = Files::get(path).filter(|_| path != PAGE) {
        let keep = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
        return sent(&request, path, file, keep);
    }
    match Files::get(PAGE) {
        Some(page) if path.is_empty() || takes_pages(request.headers()) => sent(&request, PAGE, page, "no-store"),
        _ => Failure::not_found().into_response(),
    }
}

/// What follows a link asks for a page; what asks for a picture or for JSON gets none.
fn takes_pages(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|kind| kind.trim().starts_with("text/html"))
}

fn sent(request: &Request, path: &str, file: EmbeddedFile, keep: &'static str) -> Response {
    let digest = hex::encode(file.metadata.sha256_hash());
    // weak: compressed on its way, the same file is other bytes
    let tag = HeaderValue::from_str(&format!("W/\"{digest}\"")).expect("hex digits and quotes are a header value");
    let known = request.headers().get_all(header::IF_NONE_MATCH).iter();
    let is_known = known.filter_map(|value| value.to_str().ok()).any(|tags| tags.contains(&digest));
    let head = [(header::ETAG, tag), (header::CACHE_CONTROL, HeaderValue::from_static(keep))];
    if is_known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let body = match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    (head, [(header::CONTENT_TYPE, content_type(kind.as_ref()))], body).into_response()
}

fn content_type(kind: &str) -> String {
    let is_text = kind.starts_with("text/") || kind == "application/javascript" || kind == "application/json";
    if is_text { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tower::ServiceExt as _;

    use super::*;

    async fn get(path: &str, headers: &[(&str, &str)]) -> Response {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        files().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

    #[tokio::test]
    async fn a_browser_gets_the_page_at_every_path_that_is_not_the_apis() {
        for path in ["/", "/console/workflows/7", "/manage", "/login?next=%2F"] {
            let answer = get(path, &[BROWSER]).await;
            assert_eq!(answer.status(), 200, "{path}");
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
            assert_eq!(answer.headers()["cache-control"], "no-store", "the page names its files, which change");
        }
        for path in ["/api", "/api/v3/tickets", "/docs/none", "/metrics", "/healthz/x"] {
            assert_eq!(get(path, &[BROWSER]).await.status(), 404, "{path}");
        }
        assert_eq!(get("/picture.png", &[("accept", "image/*")]).await.status(), 404, "no page in a picture's place");
        let post = Request::post("/console").header(BROWSER.0, BROWSER.1).body(Body::empty()).unwrap();
        assert_eq!(files().oneshot(post).await.unwrap().status(), 404);
    }

    #[tokio::test]
    async fn what_a_browser_has_is_not_sent_again_and_what_is_long_is_compressed() {
        let first = get("/", &[BROWSER]).await;
        let tag = first.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(get("/", &[BROWSER, ("if-none-match", &tag)]).await.status(), 304);
        assert_eq!(get("/", &[BROWSER, ("if-none-match", "W/\"another\"")]).await.status(), 200);
        let packed = get("/", &[BROWSER, ("accept-encoding", "gzip")]).await;
        assert_eq!(packed.headers()["content-encoding"], "gzip");
    }

    #[tokio::test]
    async fn every_embedded_file_has_a_kind_and_hashed_ones_alone_are_kept_for_ever() {
        let names: Vec<_> = Files::iter().collect();
        assert!(names.iter().any(|name| name == PAGE), "host/ui/dist has its page: {names:?}");
        let mut kept = 0;
        for name in names.iter().filter(|name| *name != PAGE) {
            let kind = mime_guess::from_path(name.as_ref()).first();
            assert!(kind.is_some(), "browsers are told never to guess, and {name} has no kind");
            let answer = get(&format!("/{name}"), &[]).await;
            let is_kept = answer.headers()["cache-control"].to_str().unwrap().contains("immutable");
            assert_eq!(is_kept, name.starts_with("assets/"), "{name}");
            kept += usize::from(is_kept);
        }
        assert!(kept > 0);
    }
}
