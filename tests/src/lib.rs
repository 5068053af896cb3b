//! What end to end tests and benchmarks are written with: a server on a database of its own, clients that call it as real ones do,
//! and the demo world. No assertions about features live here.

pub mod client;
pub mod guests;
pub mod invariants;
pub mod proxy;
pub mod receiver;
pub mod server;
pub mod world;

use std::sync::Once;

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
