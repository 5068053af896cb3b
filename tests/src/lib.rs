//! What end to end tests and benchmarks are written with: a server on a database of its own, clients that call it as real ones do,
//! and the demo world. No assertions about features live here.

pub mod client;
pub mod guests;
pub mod invariants;
pub mod proxy;
pub mod receiver;
pub mod server;
pub mod world;

use std::{fmt::Debug, sync::Once, time::Duration};

/// A client that follows no redirect and knows no proxy.
pub fn http_client() -> reqwest::Client {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // a second installation by other code of the process is no fault: the provider is the same
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client without options that could fail")
}

/// Asks until the answer is as wanted; the last answer stands in the message of the panic that ends a test's `patience`.
pub async fn until<T: Debug>(patience: Duration, ask: impl AsyncFn() -> T, wanted: impl Fn(&T) -> bool) -> T {
    let end = tokio::time::Instant::now() + patience;
    loop {
        let answer = ask().await;
        if wanted(&answer) {
            return answer;
        }
        assert!(tokio::time::Instant::now() < end, "it stays as it is: {answer:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
