//! Headers that every answer carries, whatever it is: what browsers may not do with it (threat-model §9).

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// What a browser must not do with any answer: run what is not ours, show it inside another site, guess what it is, tell others where
/// it came from, keep it (threat-model §9). Styles may be inline, since the console's components make theirs as they are shown; nothing
/// can be loaded or run by a style here.
pub(super) async fn defended(request: Request, next: Next) -> Response {
    const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
                          connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt as _;

    use super::super::layers::around;
    use super::*;

    async fn panics() {
        panic!("as a bug would");
    }

    #[tokio::test]
    async fn every_answer_tells_browsers_what_they_may_not_do_with_it() {
        let server = around(Router::new().route("/", get(|| async { "text" })).route("/panic", get(panics)), 1 << 20);
        for path in ["/", "/panic", "/nothing", "/a/../b"] {
            let answer = server.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
            let header = |name: &str| answer.headers()[name].to_str().unwrap();
            let policy = header("content-security-policy");
            assert!(policy.contains("script-src 'self';") && policy.contains("frame-ancestors 'none'"), "{policy}");
            assert!(policy.contains("object-src 'none'; base-uri 'none'") && policy.starts_with("default-src 'self';"));
            assert_eq!((header("x-content-type-options"), header("referrer-policy")), ("nosniff", "no-referrer"));
            assert_eq!(header("cache-control"), "no-store");
        }
    }
}
