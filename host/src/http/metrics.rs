//! `/metrics` in Prometheus' text form, and the count of requests by route. Routes are told as they are spelt in the route table, so
//! that no id, name or query becomes a label. On the API's listener, or on one of its own (`--metrics-listen`).

use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics::{counter, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::{error::Failure, layers::Unremarkable, routes::Routes};
use crate::app::App;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Of everything that is measured in seconds: a plugin's call takes microseconds, a Python plugin's compilation minutes.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];
/// Of what is not: by the end of a metric's name. The last is the limit of the design (plugin-runtime §6).
const HEIGHTS: [(&str, &[f64]); 6] = [
    ("_memory_bytes", &[65_536.0, 262_144.0, 1_048_576.0, 4_194_304.0, 16_777_216.0, 67_108_864.0]),
    ("_table_elements", &[64.0, 256.0, 1_024.0, 4_096.0, 20_000.0]),
    ("_transfer_bytes", &[1_024.0, 4_096.0, 16_384.0, 65_536.0, 262_144.0, 1_048_576.0]),
    ("_resources", &[4.0, 16.0, 64.0, 256.0]),
    ("_http_at_once", &[1.0, 2.0, 3.0, 4.0]),
    ("_kv_value_bytes", &[64.0, 1_024.0, 4_096.0, 16_384.0, 65_536.0]),
];
/// How often samples are sorted into their buckets; without it they would pile up until somebody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// One a process; the first call installs it.
pub fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let recorder = builder().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::error!("another recorder of metrics is installed; /metrics stays empty");
        }
        handle
    })
}

fn builder() -> PrometheusBuilder {
    let seconds = [("_seconds", BUCKETS.as_slice())];
    seconds.into_iter().chain(HEIGHTS).fold(PrometheusBuilder::new(), |builder, (suffix, buckets)| {
        builder.set_buckets_for_metric(Matcher::Suffix(suffix.to_owned()), buckets).expect("there are buckets")
    })
}

/// For ever.
pub async fn upkeep() {
    loop {
        tokio::time::sleep(UPKEEP).await;
        recorder().run_upkeep();
    }
}

pub(super) fn routes() -> Routes {
    Routes::new().route("/metrics", get(at_the_api))
}

/// For a listener of its own.
pub fn router(app: &Arc<App>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(Arc::clone(app))
}

async fn at_the_api(State(app): State<Arc<App>>) -> Response {
    if app.metrics_elsewhere { Failure::not_found().into_response() } else { show(State(app)).await }
}

async fn show(State(app): State<Arc<App>>) -> Response {
    app.read_figures().await;
    (Extension(Unremarkable), [(header::CONTENT_TYPE, TEXT)], recorder().render()).into_response()
}

/// Outside of everything else, so that refusals are counted too.
pub(super) async fn count(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = method(request.method());
    let route =
        request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let response = next.run(request).await;
    histogram!("gavia_http_request_seconds", "method" => method, "route" => route.clone())
        .record(begun.elapsed().as_secs_f64());
    let status = response.status().as_u16().to_string();
    counter!("gavia_http_requests_total", "method" => method, "route" => route, "status" => status).increment(1);
    response
}

/// A caller's own words are no label.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt as _;
    use serde_json::json;

    use crate::http::testing::{As, Server, server};

    async fn scraped(server: &Server) -> String {
        let response = server.response(Request::get("/metrics").body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), 200);
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    /// The sum of the samples whose line begins so; other tests of the process count too, so it is compared with itself.
    fn sum(text: &str, start: &str) -> f64 {
        let lines = text.lines().filter(|line| line.starts_with(start));
        lines.map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()).sum()
    }

    #[test]
    fn what_has_a_height_is_told_in_buckets_up_to_its_limit() {
        let recorder = super::builder().build_recorder();
        metrics::with_local_recorder(&recorder, || {
            for name in ["call_seconds", "memory_bytes", "table_elements", "transfer_bytes"] {
                metrics::histogram!(format!("gavia_plugin_{name}")).record(300.0);
            }
            for name in ["resources", "http_at_once", "kv_value_bytes"] {
                metrics::histogram!(format!("gavia_plugin_{name}")).record(3.0);
            }
        });
        let text = recorder.handle().render();
        for (below, from) in [
            ("call_seconds_bucket{le=\"60\"} 0", "call_seconds_bucket{le=\"+Inf\"} 1"),
            ("memory_bytes_count 1", "memory_bytes_bucket{le=\"67108864\"} 1"),
            ("table_elements_bucket{le=\"256\"} 0", "table_elements_bucket{le=\"20000\"} 1"),
            ("transfer_bytes_count 1", "transfer_bytes_bucket{le=\"1048576\"} 1"),
            ("resources_count 1", "resources_bucket{le=\"256\"} 1"),
            ("http_at_once_bucket{le=\"2\"} 0", "http_at_once_bucket{le=\"4\"} 1"),
            ("kv_value_bytes_count 1", "kv_value_bytes_bucket{le=\"65536\"} 1"),
        ] {
            for line in [below, from] {
                assert!(text.lines().any(|told| told == format!("gavia_plugin_{line}")), "{line}: {text}");
            }
        }
    }

    #[tokio::test]
    async fn requests_jobs_and_plugin_calls_are_told_without_names_of_people() {
        super::recorder();
        let server = server().await;
        let (flow, token) = server.flow().await;
        let conditions = json!([{ "expression": "{days} > 3", "target_state_id": flow.end }]).to_string();
        let transition = format!("/workflows/{}/transitions/{}", flow.id, flow.submit);
        server.admin(axum::http::Method::PATCH, &transition, json!({ "condition_expression": conditions })).await;
        let before = scraped(&server).await;
        let id = server.ticket(flow, &token).await;
        server
            .call(&As::App("oa", &token, "lisi"), axum::http::Method::GET, &format!("/tickets/{id}"), &json!(null))
            .await;
        server.response(Request::get("/secret-looking-path").body(Body::empty()).unwrap()).await;
        let after = scraped(&server).await;
        for start in [
            "gavia_http_requests_total{method=\"GET\",route=\"/api/v1.0/tickets/{id}\",status=\"200\"}",
            "gavia_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"}",
            "gavia_http_request_seconds_count{method=\"GET\",route=\"/api/v1.0/tickets/{id}\"}",
            "gavia_plugin_calls_total{plugin=\"built-in\",kind=\"condition\",outcome=\"ok\"}",
            "gavia_plugin_call_seconds_count{kind=\"condition\"}",
            "gavia_plugin_queue_seconds_count{kind=\"condition\"}",
            "gavia_plugin_cpu_seconds_count{kind=\"condition\"}",
            "gavia_plugin_memory_bytes_count{kind=\"condition\"}",
            "gavia_plugin_table_elements_count{kind=\"condition\"}",
            "gavia_plugin_transfer_bytes_count{kind=\"condition\"}",
            "gavia_plugin_resources_count{kind=\"condition\"}",
        ] {
            assert!(sum(&after, start) > sum(&before, start), "{start}: {after}");
        }
        for start in [
            "gavia_plugin_slots ",
            "gavia_plugin_slots_in_use ",
            "gavia_jobs{kind=\"script\",state=\"dead\"}",
            "gavia_database_connections{state=\"open\"}",
        ] {
            assert!(after.lines().any(|line| line.starts_with(start)), "{start}: {after}");
        }
        for secret in ["lisi", "zhangsan", "secret-looking", &token] {
            assert!(!after.contains(secret), "{secret}");
        }
    }
}
