//! Requests of a guest beside the corpus (rows 23 to 28): methods, numbers, patience, TLS.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use gavia_sandbox::{GuestErrorKind, Injection, Methods};
use tokio::net::TcpListener;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    bench::Ask,
    probe::{Probe as _, Receiver, Reply, ok, private, prober, public, serve, steps},
};

/// One request's line, and the call's usage.
async fn one(ask: Ask) -> (String, gavia_sandbox::Usage) {
    let outcome = ask.probe().await;
    (outcome.result.unwrap().message, outcome.usage)
}

#[tokio::test]
async fn methods_go_as_far_as_the_grant() {
    let receiver = Receiver::start(ok(""));
    let url = format!("http://here.test:{}/", receiver.port);
    let mut grant = private(url.trim_end_matches('/'));
    grant.methods = Methods::Listed(vec!["GET".to_owned()]);
    let lines = steps(&[&["http", "GET", &url], &["http", "POST", &url], &["http", "get", &url]])
        .http(vec![grant.clone()])
        .lines()
        .await;
    assert_eq!(lines, ["200 ", "HttpRequestDenied", "HttpRequestDenied"]);
    grant.methods = Methods::Any;
    let lines = steps(&[&["http", "CONNECT", &url], &["http", "TRACE", &url], &["http", "PURGE", &url]])
        .http(vec![grant])
        .lines()
        .await;
    assert_eq!(lines, ["HttpRequestDenied", "HttpRequestDenied", "200 "]);
}

#[tokio::test]
async fn a_listed_name_that_stands_for_a_private_address_is_prohibited() {
    let receiver = Receiver::start(ok("inside"));
    let at = |name: &str| format!("http://{name}:{}", receiver.port);
    for name in ["here.test", "mapped.test", "mixed.test", "metadata.test"] {
        let (line, usage) = one(steps(&[&["http", "GET", &at(name)]]).http(vec![public(&at(name))])).await;
        assert_eq!((line.as_str(), usage.denied), ("DestinationIpProhibited", 1), "{name}");
    }
    let (line, _) =
        one(steps(&[&["http", "GET", &at("metadata.test")]]).http(vec![private(&at("metadata.test"))])).await;
    assert_eq!(line, "DestinationIpProhibited", "no grant opens a metadata address");
    let below = private(&at("*.below.test"));
    let (line, _) = one(steps(&[&["http", "GET", &at("a.below.test")]]).http(vec![below])).await;
    assert_eq!(line, "DestinationIpProhibited", "private counts for an exact host alone");
    let (line, _) = one(steps(&[&["http", "GET", &at("empty.test")]]).http(vec![public(&at("empty.test"))])).await;
    assert!(line.starts_with("DnsError"), "{line}");
    let (line, usage) =
        one(steps(&[&["http", "GET", &at("unknown.test")]]).http(vec![public(&at("unknown.test"))])).await;
    assert!(line.starts_with("DnsError") && usage.denied == 0, "no address is no refusal: {line}");
    assert!(receiver.heads().is_empty());
    let (line, usage) =
        one(steps(&[&["http", "GET", &at("mapped.test")]]).http(vec![private(&at("mapped.test"))])).await;
    assert_eq!((line.as_str(), usage.denied), ("200 inside", 0));
}

#[tokio::test]
async fn the_engines_own_addresses_are_closed_to_everybody() {
    let receiver = Receiver::start(ok("the engine"));
    let (sandbox, _) = prober().await;
    let own: std::net::SocketAddr = format!("0.0.0.0:{}", receiver.port).parse().unwrap();
    let url = format!("http://here.test:{}", receiver.port);
    let ask = steps(&[&["http", "GET", &url]]).http(vec![private(&url)]);
    assert_eq!(ask.lines().await, ["200 the engine"]);
    sandbox.never_call(&[own]);
    let (line, usage) = one(ask).await;
    assert_eq!((line.as_str(), usage.denied), ("DestinationIpProhibited", 1));
}

#[tokio::test]
async fn a_try_tells_of_its_requests_and_sends_none() {
    let receiver = Receiver::start(ok("sent"));
    let url = format!("http://here.test:{}", receiver.port);
    let mut ask = steps(&[&["http", "POST", &format!("{url}/secret-path")], &["http", "GET", "http://other.test"]])
        .http(vec![private(&url)]);
    ask.grants.http_is_told_only = true;
    let outcome = ask.probe().await;
    let lines: Vec<&str> = outcome.logs.iter().map(|line| line.message.as_str()).collect();
    let told = format!("not sent: POST {url}");
    assert_eq!(lines, [told.as_str(), "denied: no grant http covers GET http://other.test with these headers"]);
    assert!(outcome.result.unwrap().message.starts_with("InternalError"));
    assert!(receiver.heads().is_empty());
}

#[tokio::test]
async fn a_request_has_a_cap_too() {
    let receiver = Receiver::start(ok("thanks"));
    let url = format!("http://here.test:{}", receiver.port);
    let (line, usage) = one(steps(&[&["http", "POST", &url, "body=1048576"]]).http(vec![private(&url)])).await;
    assert_eq!((line.as_str(), usage.http_sent_bytes), ("200 thanks", 1 << 20));
    let (line, _) =
        one(steps(&[&["http", "POST", &url, "body=2097152", "length=2097152"]]).http(vec![private(&url)])).await;
    assert_eq!(line, "HttpRequestBodySize(Some(1048576))", "said beforehand");

    let silent = Receiver::start(Reply::Silence);
    let url = format!("http://here.test:{}", silent.port);
    let (line, _) = one(steps(&[&["http", "POST", &url, "body=2097152"]]).http(vec![private(&url)])).await;
    assert!(line.contains("HttpRequestBodySize(Some(1048576))"), "found on the way: {line}");
}

#[tokio::test]
async fn a_guest_may_be_less_patient_than_the_engine() {
    let receiver = Receiver::start(Reply::Silence);
    let url = format!("http://here.test:{}", receiver.port);
    prober().await; // built before the clock starts
    let start = Instant::now();
    let (line, _) = one(steps(&[&["http", "GET", &url, "wait=100"]]).http(vec![private(&url)])).await;
    assert_eq!(line, "ConnectionReadTimeout");
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn requests_have_a_number_a_call_and_a_number_at_once() {
    let receiver = Receiver::start(ok("x"));
    let url = format!("http://here.test:{}", receiver.port);
    let request: &[&str] = &["http", "GET", &url];
    let outcome = steps(&[request; 12]).http(vec![private(&url)]).probe().await;
    assert_eq!(outcome.usage.http_requests, 12);
    let message = outcome.result.unwrap().message;
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(
        (&lines[9..], receiver.heads().len()),
        (&["200 x", "ConnectionLimitReached", "ConnectionLimitReached"][..], 10)
    );

    let held: &[&str] = &["http", "GET", &url, "hold"];
    let lines = steps(&[held, held, held, held, request]).http(vec![private(&url)]).lines().await;
    assert_eq!(lines, ["200 held", "200 held", "200 held", "200 held", "ConnectionLimitReached"]);
}

/// "Set `Authorization` from this secret."
fn injection(secret: &str) -> Injection {
    Injection { header: "Authorization".to_owned(), secret: secret.to_owned(), prefix: "Bearer ".to_owned() }
}

#[tokio::test]
async fn a_header_that_the_host_sets_is_the_hosts() {
    let echo = "HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\nBearer tok-12345";
    let receiver = Receiver::start(Reply::Text(echo.to_owned()));
    let url = format!("http://here.test:{}", receiver.port);
    let mut grant = private(&url);
    grant.inject = vec![injection("token")];
    let ask = |words: &[&str]| steps(&[words]).http(vec![grant.clone()]);

    let (line, _) = one(ask(&["http", "GET", &url])).await;
    assert_eq!(line, "200 Bearer •••", "what a server repeats, the guest sees, and nobody after it");
    assert!(receiver.heads()[0].contains("authorization: Bearer tok-12345\r\n"), "{}", receiver.heads()[0]);

    let (line, usage) = one(ask(&["http", "GET", &url, "AUTHORIZATION: mine"])).await;
    assert_eq!((line.as_str(), usage.denied), ("HttpRequestDenied", 1));
    assert_eq!(receiver.heads().len(), 1);

    let logged = steps(&[&["http", "GET", &url], &["say", "it is tok-12345"]]).http(vec![grant.clone()]).probe().await;
    assert_eq!(logged.logs[0].message, "it is •••", "a secret in a header is masked in the log");

    let (line, _) = one(steps(&[&["secret", "token"]]).http(vec![grant.clone()])).await;
    assert!(
        line.starts_with(&format!("{:?}", GuestErrorKind::Denied)),
        "the header's secret is not the guest's: {line}"
    );
}

#[tokio::test]
async fn a_call_whose_header_has_no_fit_secret_says_so_in_its_own_log() {
    let receiver = Receiver::start(ok("in"));
    let url = format!("http://here.test:{}", receiver.port);
    for (unusable, why) in [("absent", "does not exist"), ("torn", "cannot stand in a header")] {
        let mut grant = private(&url);
        grant.inject = vec![injection(unusable)];
        let outcome = steps(&[&["http", "GET", &url]]).http(vec![grant]).probe().await;
        assert_eq!(outcome.result.unwrap().message, "ConfigurationError", "{unusable}");
        let lines: Vec<&str> = outcome.logs.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(lines, [format!("the secret {unusable} for the header Authorization of {url} {why}")]);
    }
    assert!(receiver.heads().is_empty());
}

/// A receiver that speaks TLS with the certificate of `secure.test`; its port.
async fn secured() -> u16 {
    let certificate = CertificateDer::from(include_bytes!("tls/server.der").as_slice());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(include_bytes!("tls/server.key.der").as_slice()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let name = stream.get_ref().1.server_name().unwrap_or("nobody").to_owned();
                serve(stream, ok(&name), Arc::default()).await;
            });
        }
    });
    port
}

#[tokio::test]
async fn https_asks_for_the_name_and_believes_only_its_certificate() {
    let port = secured().await;
    let at = |name: &str| format!("https://{name}:{port}");
    let fetch = async |name: &str| one(steps(&[&["http", "GET", &at(name)]]).http(vec![private(&at(name))])).await.0;
    assert_eq!(fetch("secure.test").await, "200 secure.test");
    assert_eq!(fetch("wrong.test").await, "TlsCertificateError");
    let plain = Receiver::start(ok("plain"));
    let url = format!("https://secure.test:{}", plain.port);
    let mut ask = steps(&[&["http", "GET", &url]]).http(vec![private(&url)]);
    ask.limits.http_time = Duration::from_millis(500);
    let line = one(ask).await.0;
    assert!(["TlsProtocolError", "ConnectionTimeout", "HttpResponseTimeout"].contains(&line.as_str()), "{line}");
}
