//! Where a request comes from: the connection's address, or what a trusted proxy says of its client. And how many requests one
//! address may make (threat-model §3, source and rate); logins are slowed down in `app::logins`.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, OriginalUri, Request, State},
    http::{Extensions, HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    error::{self, Failure},
    v2::Problem,
};
use crate::{
    app::{App, caller, door::Place},
    config::Network,
};

/// Proxies that a request passed at most, as far as we look.
const HOPS: usize = 32;

/// Who is at the other end, as far as the network can tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// None when it cannot be told: there is no socket, or a trusted proxy names none.
    pub address: Option<IpAddr>,
    /// A trusted proxy says that the client came by TLS.
    pub secure: bool,
}

impl Client {
    fn of(extensions: &Extensions, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        let Some(proxy) = peer.filter(|peer| trusted(*peer)) else {
            return Self { address: peer, secure: false };
        };
        let secure =
            headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"));
        // Each proxy appends whom it heard from, so the list is believed from its end, as far as the trusted ones go.
        let mut client = Some(proxy);
        for hop in forwarded(headers) {
            client = hop;
            if !hop.is_some_and(trusted) {
                break;
            }
        }
        Self { address: client, secure }
    }
}

/// The addresses of X-Forwarded-For, last first; None for what is no address.
fn forwarded(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    let texts = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
    texts.take(HOPS).map(|text| {
        let text = text.trim();
        let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
        text.parse().ok().or_else(with_port)
    })
}

/// The layer: tells every handler who the client is, and refuses a client that comes too often.
pub async fn meet(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions(), request.headers(), &app.door.settings.trusted_proxies);
    if let Err(wait) = app.door.enter(Place::of(client.address)) {
        let is_v2 = request.extensions().get().is_some_and(|OriginalUri(uri)| uri.path().starts_with("/api/v2"));
        let failure = Failure::too_many("请求过于频繁，请稍后再试", wait);
        if !is_v2 {
            return failure.into_response();
        }
        return ([(header::RETRY_AFTER, error::retry_after(wait))], Problem::from(failure)).into_response();
    }
    request.extensions_mut().insert(client);
    caller::at(client.address, next.run(request)).await
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&'static str, &'static str)]) -> Client {
        let proxies: Vec<Network> = ["10.0.0.0/8", "fd00::/8"].map(|text| text.parse().unwrap()).into();
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Client::of(&extensions, &map, &proxies)
    }

    fn address(peer: &str, forwarded: &'static str) -> String {
        let found = client(peer, &[("x-forwarded-for", forwarded)]).address;
        found.map_or_else(|| "none".to_owned(), |address| address.to_string())
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_about_its_client() {
        for (peer, forwarded, found) in [
            ("203.0.113.1", "198.51.100.1", "203.0.113.1"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"),
            ("10.0.0.1", "10.1.1.1,fd00::1", "10.1.1.1"),
            ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
            ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
            ("10.0.0.1", "198.51.100.1, unknown", "none"),
            ("10.0.0.1", "", "none"),
        ] {
            assert_eq!(address(peer, forwarded), found, "{peer} {forwarded}");
        }
        let direct = client("10.0.0.1", &[]);
        assert_eq!(direct, Client { address: Some("10.0.0.1".parse().unwrap()), secure: false });
        let twice = client("10.0.0.1", &[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "198.51.100.1")]);
        assert_eq!(twice.address, Some("198.51.100.1".parse().unwrap()), "the last of two lines is the last hop's");
    }

    #[test]
    fn tls_is_what_a_trusted_proxy_says() {
        let secure = |peer: &str, proto| client(peer, &[("x-forwarded-proto", proto)]).secure;
        assert!(secure("10.0.0.1", "https") && !secure("10.0.0.1", "http") && !secure("203.0.113.1", "https"));
    }
}
