//! The form of refusals under `/api/v2`, whoever refuses: what is turned away before any route is reached (framing, size, pace, a panic, a
//! method that is not there) knows v1.0's envelope or none, and is told as a problem here (RFC 9457).

use axum::{
    extract::Request,
    http::{
        HeaderName, StatusCode,
        header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};

use super::Problem;

/// What says how to go on, kept as it was.
const KEPT: [HeaderName; 3] = [ALLOW, CONNECTION, RETRY_AFTER];

pub(in crate::http) async fn problems_for_v2(request: Request, next: Next) -> Response {
    let is_v2 = request.uri().path().starts_with("/api/v2/");
    let answer = next.run(request).await;
    if !is_v2 || answer.status().as_u16() < 400 || is_problem(&answer) {
        return answer;
    }
    let (told, _) = answer.into_parts();
    let mut problem = Problem(told.status, sentence(told.status)).into_response();
    for name in KEPT {
        if let Some(value) = told.headers.get(&name) {
            problem.headers_mut().insert(name, value.clone());
        }
    }
    problem
}

fn is_problem(answer: &Response) -> bool {
    answer.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
}

fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "there is no such resource",
        StatusCode::METHOD_NOT_ALLOWED => "the resource is there, and does not do this",
        StatusCode::REQUEST_TIMEOUT => "the body came too slowly",
        StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
        StatusCode::URI_TOO_LONG => "the address is too long",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => "the headers are too large",
        StatusCode::SERVICE_UNAVAILABLE => "not at the moment, try again later",
        StatusCode::INTERNAL_SERVER_ERROR => "something failed inside",
        _ => "the request is not acceptable",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{Router, body::Body, http::Method, routing::post};
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::super::super::layers::around;
    use super::*;

    async fn panics() {
        panic!("as a bug would");
    }

    #[tokio::test]
    async fn whatever_turns_a_call_of_v2_away_tells_a_problem() {
        let routes = Router::new().route("/api/v2/x", post(|body: String| async { body }));
        let server = around(routes.route("/api/v2/panic", post(panics)).route("/api/v1.0/x", post(panics)), 1 << 10);
        let long = format!("/api/v2/x?{}", "a".repeat(20_000));
        let large = Body::from("a".repeat(2 << 10));
        let cases = [
            (Method::POST, "/api/v2/x", large, 413, "the body is too large"),
            (Method::POST, long.as_str(), Body::empty(), 414, "the address is too long"),
            (Method::GET, "/api/v2/x", Body::empty(), 405, "the resource is there, and does not do this"),
            (Method::POST, "/api/v2/y", Body::empty(), 404, "there is no such resource"),
            (Method::POST, "/api/v2/panic", Body::empty(), 500, "something failed inside"),
        ];
        for (method, path, body, status, detail) in cases {
            let request = Request::builder().method(method).uri(path).body(body).unwrap();
            let answer = server.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
            assert_eq!(answer.headers().contains_key(ALLOW), status == 405);
            let told: Value = serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap();
            let title = StatusCode::from_u16(status).unwrap().canonical_reason();
            assert_eq!(told, json!({ "type": "about:blank", "title": title, "status": status, "detail": detail }));
        }
        let other = server.oneshot(Request::post("/api/v1.0/x").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(other.headers()[CONTENT_TYPE], "application/json", "v1.0 keeps its envelope");
    }
}
