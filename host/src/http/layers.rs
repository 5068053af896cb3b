//! What stands around every route, outermost first: request id, log span, the catcher of panics, the refusal of bad framing, the
//! deadline and the pace of the body (threat-model §5, framing and slow). Nothing here knows a resource; authentication is `auth`.

use std::{
    any::Any,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, OriginalUri, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::runtime::Handle;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    trace::TraceLayer,
};
use tracing::{Instrument as _, Span};

use super::{
    defence,
    error::Failure,
    metrics,
    pace::{Pace, Paced},
    v2,
};
use crate::ambient;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const URL_BYTES_MAX: usize = 16 << 10;
const HEADERS_BYTES_MAX: usize = 32 << 10;
const HEADERS_MAX: usize = 200;
/// A component of 64 MiB and the form around it; a directory, which may be as large.
const UPLOAD_BYTES_MAX: usize = (64 << 20) + (64 << 10);
const _: () = assert!(crate::directory::BYTES_MAX <= UPLOAD_BYTES_MAX);

/// What a request may cost.
#[derive(Clone, Copy, Debug)]
struct Limits {
    body_bytes_max: usize,
    deadline: Duration,
    upload_deadline: Duration,
    pace: Pace,
}

impl Limits {
    fn new(body_bytes_max: usize) -> Self {
        Self {
            body_bytes_max,
            deadline: Duration::from_secs(30),
            upload_deadline: Duration::from_mins(5),
            pace: Pace { bytes: 10 << 10, window: Duration::from_secs(10) },
        }
    }
}

/// What the listener saw of a request's framing; it alone sees the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Clear,
    /// Two readers could disagree about where the body ends.
    Ambiguous,
}

/// The routes with everything around them.
pub(crate) fn around(routes: Router, body_bytes_max: usize) -> Router {
    within(routes, Limits::new(body_bytes_max))
}

/// The same with a tenth of the patience with slow bodies: what is measured is whether there is a limit, not how one waits for it.
pub(crate) fn around_briefly(routes: Router, body_bytes_max: usize) -> Router {
    let usual = Limits::new(body_bytes_max);
    let pace = Pace { bytes: usual.pace.bytes / 10, window: usual.pace.window / 10 };
    within(routes, Limits { pace, ..usual })
}

fn within(routes: Router, limits: Limits) -> Router {
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(metrics::count))
        .layer(middleware::from_fn(drop_odd_request_id))
        .layer(SetRequestIdLayer::new(REQUEST_ID, Fresh))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(log).on_failure(()))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(middleware::from_fn(defence::defended))
        .layer(middleware::from_fn(v2::problems_for_v2))
        .layer(CatchPanicLayer::custom(caught))
        .layer(middleware::from_fn_with_state(limits, bounded))
        .layer(middleware::from_fn(to_its_end));
    routes.layer(layers)
}

#[derive(Clone, Copy)]
struct Fresh;

impl MakeRequestId for Fresh {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = HeaderValue::from_str(&ambient::uuid().to_string()).expect("a uuid is a header value");
        Some(RequestId::new(id))
    }
}

/// A caller's own id is kept when it is short and plain; anything else would be a way into our log.
async fn drop_odd_request_id(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        let bytes = id.as_bytes();
        (1..=128).contains(&bytes.len()) && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(b))
    };
    let mut ids = request.headers().get_all(&REQUEST_ID).iter();
    let kept = ids.next().is_some_and(plain) && ids.next().is_none();
    if !kept {
        request.headers_mut().remove(&REQUEST_ID);
    }
    next.run(request).await
}

/// Neither query nor body: both hold field values.
fn span(request: &Request) -> Span {
    let id = request.headers().get(&REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default();
    let path: String = request.uri().path().chars().take(200).collect();
    tracing::info_span!("request", request.id = id, http.method = %request.method(), http.path = path)
}

fn log<B>(response: &axum::http::Response<B>, took: Duration, _: &Span) {
    let (status, ms) = (response.status().as_u16(), (took.as_secs_f64() * 1e6).round() / 1e3);
    if response.extensions().get::<Unremarkable>().is_some() {
        tracing::debug!(http.status = status, duration_ms = ms, "answered {status}");
    } else {
        tracing::info!(http.status = status, duration_ms = ms, "answered {status}");
    }
}

/// Put on answers that come every few seconds and say nothing new.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unremarkable;

async fn to_its_end(request: Request, next: Next) -> Response {
    ToItsEnd { work: Some(Box::pin(next.run(request))), span: Span::current() }.await
}

/// Once begun, a request is carried out, although its caller hung up or its deadline answered: dropped half-way, a BEGIN that the
/// driver has sent and not yet counted would stay open on a connection that the next request writes on (I5). What is dropped goes on
/// in a task of its own; a request that nobody drops costs none. Every statement has a limit of its own; what waits past `LONGEST`
/// waits on a wire that is dead.
struct ToItsEnd {
    /// None once it ended, and while it runs: what panicked does not go on.
    work: Option<Pin<Box<dyn Future<Output = Response> + Send>>>,
    span: Span,
}

const LONGEST: Duration = Duration::from_mins(6);

impl Future for ToItsEnd {
    type Output = Response;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Response> {
        let mut work = self.work.take().expect("a future is not polled after its end");
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

impl Drop for ToItsEnd {
    fn drop(&mut self) {
        // without a runtime the process ends, and its connections with it
        if let (Some(work), Ok(runtime)) = (self.work.take(), Handle::try_current()) {
            let rest = async {
                if tokio::time::timeout(LONGEST, work).await.is_err() {
                    tracing::error!("what a request began did not end in {} s", LONGEST.as_secs());
                }
            };
            runtime.spawn(rest.instrument(self.span.clone()));
        }
    }
}

fn unavailable() -> Response {
    Failure::with_status(StatusCode::SERVICE_UNAVAILABLE, "服务暂时不可用，请稍后重试").into_response()
}

/// The panic itself was logged where it happened; the caller gets a sentence.
fn caught(_: Box<dyn Any + Send>) -> Response {
    ::metrics::counter!("gavia_panics_total").increment(1);
    Failure::with_status(StatusCode::INTERNAL_SERVER_ERROR, "服务内部错误").into_response()
}

/// Refuses what no handler should see, and gives the rest a size, a pace and a deadline.
async fn bounded(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let upload = is_upload(&request);
    let largest = if upload { UPLOAD_BYTES_MAX } else { limits.body_bytes_max };
    if let Err(failure) = well_framed(&request, largest) {
        // its body was not read, so nothing that follows on this connection can be trusted to be a request
        return ([(header::CONNECTION, "close")], failure).into_response();
    }
    let too_slow = Arc::new(AtomicBool::new(false));
    let mut request = request.map(|body| Body::new(Paced::new(body, limits.pace, Arc::clone(&too_slow))));
    DefaultBodyLimit::max(largest).apply(&mut request);
    let deadline = if upload { limits.upload_deadline } else { limits.deadline };
    if let Ok(response) = tokio::time::timeout(deadline, next.run(request)).await {
        if too_slow.load(Ordering::Relaxed) {
            // whatever the handler made of a body that broke off; the rest of it is not waited for
            let failure = Failure::with_status(StatusCode::REQUEST_TIMEOUT, "请求体过慢");
            return ([(header::CONNECTION, "close")], failure).into_response();
        }
        return response;
    }
    tracing::warn!("a request did not end in {} s", deadline.as_secs());
    unavailable()
}

/// Asked outside and inside of a nested router, where the request's own path is cut short.
pub(super) fn is_upload(request: &Request) -> bool {
    const FOLDERS: [&str; 2] = ["/api/v1.0/workflows/run_scripts", "/api/v1.0/workflows/custom_notices"];
    let path = request.extensions().get::<OriginalUri>().map_or_else(|| request.uri().path(), |uri| uri.path());
    (request.method() == Method::POST && FOLDERS.iter().any(|folder| path.starts_with(folder)))
        || (request.method() == Method::PUT && path == "/api/v2/directory")
        || (request.method() == Method::POST && path == "/api/v2/plugins")
}

fn well_framed(request: &Request, body_bytes_max: usize) -> Result<(), Failure> {
    let refuse = |status, msg: &str| Err(Failure::with_status(status, msg));
    let uri = request.uri();
    let headers = request.headers();
    if request.extensions().get() == Some(&Framing::Ambiguous) {
        return refuse(StatusCode::BAD_REQUEST, "请求体长度不明确");
    }
    if uri.path_and_query().map_or(0, |text| text.as_str().len()) > URL_BYTES_MAX {
        return refuse(StatusCode::URI_TOO_LONG, "网址过长");
    }
    if headers.len() > HEADERS_MAX || block_bytes(headers) > HEADERS_BYTES_MAX {
        return refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "请求头过大");
    }
    if !is_plain_path(uri.path()) {
        return Err(Failure::not_found());
    }
    let encoded = |value: &HeaderValue| !value.as_bytes().eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().any(encoded) {
        return refuse(StatusCode::BAD_REQUEST, "不支持压缩的请求体");
    }
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > body_bytes_max as u64) {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "请求体过大");
    }
    Ok(())
}

/// Bytes of the header block as it was sent, near enough: a name, a value, a colon, a space, an end of line.
fn block_bytes(headers: &HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum()
}

/// One spelling a path: no empty or dotted segment, no slash or dot in disguise (threat-model §3).
fn is_plain_path(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let disguised = ["%2f", "%5c", "%2e", "%00", "\\"].iter().any(|text| lower.contains(text));
    let odd = path.split('/').skip(1).any(|segment| segment == "." || segment == "..") || path.contains("//");
    !disguised && !odd
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{
        body::Bytes,
        routing::{get, post},
    };
    use http_body_util::BodyExt as _;
    use tokio::time::Instant;
    use tower::ServiceExt as _;

    use super::*;

    async fn panics() {
        panic!("as a bug would");
    }

    /// As in service, with a tenth of a second where ten would be waited.
    fn limits() -> Limits {
        Limits {
            deadline: Duration::from_secs(1),
            pace: Pace { bytes: 100, window: Duration::from_millis(100) },
            ..Limits::new(2 << 20)
        }
    }

    fn server() -> Router {
        let echo = post(|body: Bytes| async move { body.len().to_string() });
        let stuck = get(std::future::pending::<()>);
        within(Router::new().route("/echo", echo).route("/panic", get(panics)).route("/stuck", stuck), limits())
    }

    async fn answer(request: axum::http::request::Builder, body: impl Into<Body>) -> Response {
        server().oneshot(request.body(body.into()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_answer_carries_a_request_id_and_a_plain_one_comes_back() {
        let fresh = answer(Request::post("/echo"), "").await;
        assert_eq!(fresh.headers()[REQUEST_ID].len(), 36);
        let kept = answer(Request::post("/echo").header(REQUEST_ID, "front-7"), "").await;
        assert_eq!(kept.headers()[REQUEST_ID], "front-7");
        for odd in ["a b", "x\"}", &"x".repeat(200)] {
            let answer = answer(Request::post("/echo").header(REQUEST_ID, odd), "").await;
            assert_eq!(answer.headers()[REQUEST_ID].len(), 36, "{odd}");
        }
    }

    #[tokio::test]
    async fn i05_a_request_whose_caller_hung_up_is_carried_out_to_its_end() {
        let (done, mut told) = tokio::sync::mpsc::channel(1);
        let slow = get(move || async move {
            tokio::time::sleep(Duration::from_millis(100)).await;
            done.send(()).await.unwrap();
        });
        let server = within(Router::new().route("/slow", slow), limits());
        let call = server.oneshot(Request::get("/slow").body(Body::empty()).unwrap());
        assert!(tokio::time::timeout(Duration::from_millis(20), call).await.is_err(), "the caller hung up");
        assert_eq!(told.recv().await, Some(()));
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_with_the_envelope_and_no_detail() {
        let response = answer(Request::get("/panic"), "").await;
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key(REQUEST_ID));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, serde_json::json!({"code": -1, "data": {}, "msg": "服务内部错误"}));
    }

    #[tokio::test]
    async fn bad_framing_is_refused_before_any_handler() {
        let many = (0..201).fold(Request::post("/echo"), |request, n| request.header(format!("x-{n}"), "1"));
        let cases = [
            (Request::post(format!("/echo?{}", "a".repeat(17 << 10))), 414),
            (Request::post("/echo").header("x-large", "a".repeat(33 << 10)), 431),
            (many, 431),
            (Request::post("/echo").header("content-encoding", "gzip"), 400),
            (Request::post("/echo").header("content-length", "2097153"), 413),
            (Request::post("/a/../echo"), 404),
            (Request::post("//echo"), 404),
            (Request::post("/x%2Fecho"), 404),
            (Request::post("/%2e%2e/echo"), 404),
            (Request::post("/echo").header("content-encoding", "identity"), 200),
        ];
        for (request, status) in cases {
            let response = answer(request, "").await;
            assert_eq!(response.status(), status);
        }
    }

    #[tokio::test]
    async fn a_body_without_a_length_is_cut_at_the_limit() {
        let piece = || Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 1 << 20]));
        let whole = Body::from_stream(futures::stream::iter((0..2).map(move |_| piece())));
        assert_eq!(answer(Request::post("/echo"), whole).await.status(), 200);
        let long = Body::from_stream(futures::stream::iter((0..3).map(move |_| piece())));
        assert_eq!(answer(Request::post("/echo"), long).await.status(), 413);
    }

    #[tokio::test]
    async fn a_body_that_trickles_is_given_up_and_a_steady_one_is_not() {
        let every_ten_ms = |bytes: usize, count: usize| {
            Body::from_stream(futures::stream::unfold(0, move |n| async move {
                tokio::time::sleep(Duration::from_millis(10)).await;
                (n < count).then(|| (Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; bytes])), n + 1))
            }))
        };
        let begun = Instant::now();
        assert_eq!(answer(Request::post("/echo"), every_ten_ms(1, 1000)).await.status(), 408);
        assert!(begun.elapsed() < limits().deadline);
        assert_eq!(answer(Request::post("/echo"), every_ten_ms(1 << 10, 25)).await.status(), 200);
    }

    #[tokio::test]
    async fn a_request_that_never_ends_is_answered() {
        assert_eq!(answer(Request::get("/stuck"), "").await.status(), 503);
    }
}
