//! Where an HTTP grant points: scheme, host or `*.suffix`, port. One parser makes both sides canonical, the list and the request, so
//! that no other spelling of an address fits a name.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The two schemes; `http` only where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    Http,
    Https,
}

impl Scheme {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }
    }

    fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// `https://host[:port]`, `https://*.suffix[:port]` or the same with `http`; canonical, whatever was typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin {
    scheme: Scheme,
    host: Pattern,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Pattern {
    /// A name in lower case, or an address as the parser writes it.
    Exact(String),
    /// What follows `*.`: any name with at least one more label.
    Below(String),
}

/// The text is no origin; `Display` says what one looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no origin: {why} (wanted: https://host[:port] or https://*.suffix, nothing behind it)")]
pub struct NotAnOrigin {
    text: String,
    why: &'static str,
}

/// Where one request goes, in the same canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) scheme: Scheme,
    /// A name, or an address without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Destination {
    /// None for what no grant can name: userinfo, an empty host, another scheme, text that is no authority.
    pub(crate) fn of(uri: &http::Uri) -> Option<Destination> {
        let scheme = match uri.scheme_str()? {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let (host, port) = canonical(scheme, uri.authority()?.as_str()).ok()?;
        Some(Destination { scheme, host, port })
    }

    /// The address, if the host is written as one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// What belongs into the `Host` header.
    pub(crate) fn authority(&self) -> String {
        let host = bracketed(&self.host);
        if self.port == self.scheme.port() { host } else { format!("{host}:{}", self.port) }
    }
}

/// Host (without brackets, without a trailing dot, in lower case) and port of an authority.
fn canonical(scheme: Scheme, authority: &str) -> Result<(String, u16), &'static str> {
    if authority.contains(['@', '/', '\\', '?', '#', ' ', '\t', '\r', '\n', '%']) {
        return Err("it has more than a host and a port");
    }
    let url =
        Url::parse(&format!("{}://{authority}/", scheme.name())).map_err(|_| "the host is no name and no address")?;
    let host = match url.host() {
        Some(Host::Domain(name)) => name.strip_suffix('.').unwrap_or(name).to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        None => return Err("it has no host"),
    };
    if host.is_empty() || host.ends_with('.') {
        return Err("it has no host");
    }
    Ok((host, url.port_or_known_default().unwrap_or(scheme.port())))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

impl Origin {
    /// Whether the host is written out, not `*.suffix`: what the reach `Private` asks for.
    pub fn is_exact(&self) -> bool {
        matches!(self.host, Pattern::Exact(_))
    }

    pub(crate) fn covers(&self, to: &Destination) -> bool {
        let host = match &self.host {
            Pattern::Exact(host) => *host == to.host,
            Pattern::Below(suffix) => {
                to.address().is_none()
                    && to
                        .host
                        .strip_suffix(suffix.as_str())
                        .is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
            }
        };
        host && self.scheme == to.scheme && self.port == to.port
    }
}

impl FromStr for Origin {
    type Err = NotAnOrigin;

    fn from_str(text: &str) -> Result<Origin, NotAnOrigin> {
        let fault = |why| NotAnOrigin { text: text.chars().take(200).collect(), why };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| fault("it has no scheme"))?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(fault("the scheme is neither https nor http")),
        };
        let (below, authority) = rest.strip_prefix("*.").map_or((false, rest), |suffix| (true, suffix));
        let (host, port) = canonical(scheme, authority).map_err(fault)?;
        if host.contains('*') {
            return Err(fault("a * may only be the first label"));
        }
        let host = if !below {
            Pattern::Exact(host)
        } else if host.parse::<IpAddr>().is_ok() || !host.contains('.') {
            return Err(fault("a suffix needs two labels at least"));
        } else {
            Pattern::Below(host)
        };
        Ok(Origin { scheme, host, port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.name();
        match &self.host {
            Pattern::Exact(host) => write!(f, "{scheme}://{}", bracketed(host))?,
            Pattern::Below(suffix) => write!(f, "{scheme}://*.{suffix}")?,
        }
        if self.port == self.scheme.port() { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

impl TryFrom<String> for Origin {
    type Error = NotAnOrigin;

    fn try_from(text: String) -> Result<Origin, NotAnOrigin> {
        text.parse()
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> String {
        origin.to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn covers(origin: &str, uri: &str) -> bool {
        let to = uri.parse::<http::Uri>().ok().and_then(|uri| Destination::of(&uri));
        to.is_some_and(|to| origin.parse::<Origin>().unwrap().covers(&to))
    }

    #[test]
    fn what_is_typed_is_kept_in_canonical_form() {
        for (typed, kept) in [
            ("https://API.Example.com.", "https://api.example.com"),
            ("https://example.com:443", "https://example.com"),
            ("http://example.com:8080", "http://example.com:8080"),
            ("HTTPS://*.Example.com", "https://*.example.com"),
            ("http://2130706433", "http://127.0.0.1"),
            ("http://0x7f.1:80", "http://127.0.0.1"),
            ("http://[0:0::1]:9000", "http://[::1]:9000"),
        ] {
            let origin: Origin = typed.parse().unwrap();
            assert_eq!(origin.to_string(), kept);
            assert_eq!(kept.parse::<Origin>().unwrap(), origin);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for bad in [
            "",
            "example.com",
            "https://",
            "ftp://example.com",
            "file:///etc/passwd",
            "https://user@example.com",
            "https://example.com/path",
            "https://example.com?x",
            "https://*.com",
            "https://*",
            "https://*.10.0.0.1",
            "https://a.*.example.com",
            "https://example.com:99999",
            "https://exa mple.com",
            "https://*.*.example.com",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }

    #[test]
    fn r23_a_request_fits_scheme_host_and_port_or_not_at_all() {
        assert!(covers("https://api.example.com", "https://api.example.com/x?y"));
        assert!(covers("https://api.example.com", "https://API.EXAMPLE.COM.:443/"));
        for other in [
            "http://api.example.com/",
            "https://api.example.com:444/",
            "https://example.com/",
            "https://api.example.com.evil.net/",
            "https://xapi.example.com/",
            "https://api.example.com@evil.net/",
            "https://evil.net@api.example.com/",
            "https://api.example.com../",
            "https://api%2eexample.com/",
        ] {
            assert!(!covers("https://api.example.com", other), "{other}");
        }
    }

    #[test]
    fn r23_no_number_fits_a_list_of_names() {
        for number in
            ["http://2130706433/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://127.0.0.1/", "http://[::1]/"]
        {
            assert!(!covers("http://localhost", number), "{number}");
            assert!(!covers("http://*.example.com", number), "{number}");
        }
        assert!(
            covers("http://127.0.0.1", "http://2130706433/"),
            "an address that is listed fits each of its spellings"
        );
    }

    #[test]
    fn a_suffix_covers_what_is_below_it_and_not_itself() {
        assert!(covers("https://*.example.com", "https://a.example.com/"));
        assert!(covers("https://*.example.com", "https://a.b.example.com/"));
        for other in
            ["https://example.com/", "https://badexample.com/", "https://.example.com/", "https://a.example.com.net/"]
        {
            assert!(!covers("https://*.example.com", other), "{other}");
        }
    }
}
