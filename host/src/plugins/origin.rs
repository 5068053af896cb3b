//! Addresses that a plugin may call: one origin, or all names below a suffix. What the host does with them when a guest asks is the
//! sandbox's; here they are read, put into one spelling, and compared.

use std::collections::BTreeSet;

use reqwest::Url;
use serde::{Deserialize, Serialize};

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/// Headers that are set for an origin.
const HEADERS_MAX: usize = 8;
const TEXT_MAX: usize = 200;

/// What stands before the key of a setting that names a server.
const SETTING: &str = "setting:";

/// Where a plugin may call, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// `https://host[:port]`, `https://*.suffix`; `http://…` only if it is written so; `setting:KEY` is the server that an administrator
    /// typed there.
    pub origin: String,
    /// Upper case; none named are all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub methods: BTreeSet<String>,
    /// Whether this exact host may have an address of a private network. An administrator's to say, never a plugin's.
    #[serde(default, skip_serializing_if = "is_false")]
    pub private: bool,
    /// Headers that the host sets from secrets, so that the plugin never holds them. An administrator's to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Injection>,
}

/// A header whose value is `prefix` and a secret of the plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Injection {
    /// Lower case.
    pub name: String,
    /// The secret's name.
    pub secret: String,
    /// What stands before the secret, `Bearer ` for example.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    #[error(
        "{0:?} is no origin: write https://host, https://host:port or https://*.suffix, without a path, or setting:KEY"
    )]
    NotAnOrigin(String),
    #[error("{0:?} is no HTTP method that a plugin may use")]
    Method(String),
    #[error("{0:?} covers many hosts, and private networks are opened for one host only")]
    PrivateSuffix(String),
    #[error("{0:?} cannot be set as a header for {1}")]
    Header(String, String),
    #[error("{0}: more than {HEADERS_MAX} headers")]
    TooManyHeaders(String),
}

impl Origin {
    /// The same in one spelling: lower case, default ports left out, numbers as the addresses they are.
    pub(super) fn normalised(self) -> Result<Self, OriginError> {
        let origin = Pattern::read(&self.origin).ok_or_else(|| OriginError::NotAnOrigin(self.origin.clone()))?;
        let mut methods = BTreeSet::new();
        for method in self.methods {
            let upper = method.to_ascii_uppercase();
            if !METHODS.contains(&upper.as_str()) {
                return Err(OriginError::Method(method));
            }
            methods.insert(upper);
        }
        if self.private && origin.is_suffix() {
            return Err(OriginError::PrivateSuffix(self.origin));
        }
        if self.headers.len() > HEADERS_MAX {
            return Err(OriginError::TooManyHeaders(self.origin));
        }
        let headers =
            self.headers.into_iter().map(|header| header.normalised(&self.origin)).collect::<Result<_, _>>()?;
        Ok(Self { origin: origin.to_string(), methods, private: self.private, headers })
    }

    /// What is left of a request for `self` under a grant: the narrower address, the methods of both, the rest as granted.
    pub(super) fn granted_by(&self, grant: &Self) -> Option<Self> {
        let (asked, given) = (Pattern::read(&self.origin)?, Pattern::read(&grant.origin)?);
        let narrower = match (given.covers(&asked), asked.covers(&given)) {
            (true, _) => &asked,
            (_, true) => &given,
            _ => return None,
        };
        let methods = match (self.methods.is_empty(), grant.methods.is_empty()) {
            (true, _) => grant.methods.clone(),
            (_, true) => self.methods.clone(),
            _ => {
                let both: BTreeSet<String> = self.methods.intersection(&grant.methods).cloned().collect();
                if both.is_empty() {
                    return None;
                }
                both
            }
        };
        // a private network is opened for the host that the grant names, and for no other that it covers
        let private = grant.private && !given.is_suffix();
        Some(Self { origin: narrower.to_string(), methods, private, headers: grant.headers.clone() })
    }

    /// Whether everything that `self` allows lies in `other`; headers and private networks are no part of what is asked for.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        let (inner, outer) = (Pattern::read(&self.origin), Pattern::read(&other.origin));
        let address = inner.zip(outer).is_some_and(|(inner, outer)| outer.covers(&inner));
        let methods = other.methods.is_empty() || (!self.methods.is_empty() && self.methods.is_subset(&other.methods));
        address && methods
    }

    /// The server in the place of the setting that names it; None while nothing fit is typed there.
    pub(super) fn resolved(&self, setting: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let Some(key) = self.origin.strip_prefix(SETTING) else { return Some(self.clone()) };
        let url = Url::parse(&setting(key)?).ok()?;
        let server = Pattern::read(&url.origin().ascii_serialization())?;
        Some(Self { origin: server.to_string(), ..self.clone() })
    }
}

impl Injection {
    fn normalised(self, origin: &str) -> Result<Self, OriginError> {
        let name = self.name.to_ascii_lowercase();
        let refused = ["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"];
        let bad = http::HeaderName::from_bytes(name.as_bytes()).is_err()
            || refused.contains(&name.as_str())
            || http::HeaderValue::from_str(&self.prefix).is_err()
            || self.secret.is_empty()
            || [&name, &self.secret, &self.prefix].iter().any(|text| text.len() > TEXT_MAX);
        if bad { Err(OriginError::Header(self.name, origin.to_owned())) } else { Ok(Self { name, ..self }) }
    }
}

/// An address as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Setting(String),
    Server {
        scheme: String,
        /// Without the `*.`.
        host: String,
        port: u16,
        /// All names below `host`, not `host` itself.
        below: bool,
    },
}

impl Pattern {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > TEXT_MAX || text.contains(char::is_control) {
            return None;
        }
        if let Some(key) = text.strip_prefix(SETTING) {
            return (!key.is_empty()).then(|| Self::Setting(key.to_owned()));
        }
        let (scheme, rest) = text.split_once("://")?;
        let (below, rest) = rest.strip_prefix("*.").map_or((false, rest), |rest| (true, rest));
        if rest.contains('*') {
            return None;
        }
        let url = Url::parse(&format!("{scheme}://{rest}")).ok()?;
        let plain = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        let host = url.host_str()?;
        let host = host.strip_suffix('.').unwrap_or(host);
        let is_name = url.domain().is_some();
        // all of one top level is no suffix
        if !plain || host.is_empty() || (below && (!is_name || !host.contains('.'))) {
            return None;
        }
        let port = url.port_or_known_default()?;
        Some(Self::Server { scheme: url.scheme().to_owned(), host: host.to_owned(), port, below })
    }

    fn is_suffix(&self) -> bool {
        matches!(self, Self::Server { below: true, .. })
    }

    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Server { scheme, host, port, below: true },
                Self::Server { scheme: other_scheme, host: other_host, port: other_port, below },
            ) => {
                let under = other_host.strip_suffix(host.as_str()).is_some_and(|rest| rest.ends_with('.'));
                (under || (*below && other_host == host)) && scheme == other_scheme && port == other_port
            }
            (one, two) => one == two,
        }
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Setting(key) => write!(f, "{SETTING}{key}"),
            Self::Server { scheme, host, port, below } => {
                let star = if *below { "*." } else { "" };
                write!(f, "{scheme}://{star}{host}")?;
                let default = if scheme == "https" { 443 } else { 80 };
                if *port == default { Ok(()) } else { write!(f, ":{port}") }
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn origin(text: &str, methods: &[&str]) -> Origin {
        let methods = methods.iter().map(|method| (*method).to_owned()).collect();
        Origin { origin: text.into(), methods, private: false, headers: Vec::new() }
    }

    fn spelt(text: &str) -> Option<String> {
        origin(text, &[]).normalised().ok().map(|origin| origin.origin)
    }

    #[test]
    fn an_origin_has_one_spelling() {
        for (text, wanted) in [
            ("https://Jira.Example.com:443/", "https://jira.example.com"),
            ("http://host.:8080", "http://host:8080"),
            ("https://*.Example.com", "https://*.example.com"),
            ("http://2130706433", "http://127.0.0.1"),
            ("http://0x7f.1:81", "http://127.0.0.1:81"),
            ("https://[::FFFF:127.0.0.1]", "https://[::ffff:7f00:1]"),
        ] {
            assert_eq!(spelt(text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "example.com",
            "ftp://a.b",
            "https://a.b/path",
            "https://u@a.b",
            "https://a.b?q",
            "https://*.com",
            "https://*.1.2.3.4",
            "https://a.*.b",
            "https://*",
            "https://",
            "file:///etc/passwd",
            "https://a.b#f",
        ] {
            assert_eq!(spelt(text), None, "{text}");
        }
    }

    #[test]
    fn a_suffix_covers_the_names_below_it_and_not_its_own() {
        let suffix = origin("https://*.example.com", &[]);
        let granted = |asked: &str| origin(asked, &[]).granted_by(&suffix).map(|origin| origin.origin);
        assert_eq!(granted("https://a.example.com").as_deref(), Some("https://a.example.com"));
        assert_eq!(granted("https://*.b.example.com").as_deref(), Some("https://*.b.example.com"));
        for other in
            ["https://example.com", "https://badexample.com", "http://a.example.com", "https://a.example.com:444"]
        {
            assert_eq!(granted(other), None, "{other}");
        }
        let asked_wide =
            origin("https://*.example.com", &[]).granted_by(&origin("https://a.example.com", &[])).unwrap();
        assert_eq!(asked_wide.origin, "https://a.example.com", "the grant is the narrower one");
    }

    #[test]
    fn a_setting_is_the_server_that_was_typed_there() {
        let asked = origin("setting:url", &["POST"]);
        assert_eq!(asked.granted_by(&origin("setting:url", &[])).unwrap().methods.len(), 1);
        assert_eq!(asked.granted_by(&origin("setting:other", &[])), None);
        assert!(!asked.is_within(&origin("https://a.b", &[])));
        let typed = |text: &'static str| {
            asked.resolved(|key| (key == "url").then(|| text.to_owned())).map(|origin| origin.origin)
        };
        assert_eq!(typed("http://10.0.0.1:8080/path?x=1").as_deref(), Some("http://10.0.0.1:8080"));
        for text in ["", "nowhere", "file:///etc/passwd", "setting:url"] {
            assert_eq!(typed(text), None, "{text}");
        }
        assert_eq!(asked.resolved(|_| None), None);
    }

    #[test]
    fn methods_are_those_of_both_and_the_rest_is_the_grants() {
        let mut grant = origin("https://a.b", &["GET", "POST"]);
        grant.private = true;
        grant.headers = vec![Injection { name: "authorization".into(), secret: "T".into(), prefix: "Bearer ".into() }];
        let asked = origin("https://a.b", &["POST", "PUT"]).granted_by(&grant).unwrap();
        assert_eq!((asked.methods, asked.private, asked.headers.len()), (["POST".to_owned()].into(), true, 1));
        assert_eq!(origin("https://a.b", &["PUT"]).granted_by(&grant), None);
        assert_eq!(origin("https://a.b", &[]).granted_by(&grant).unwrap().methods.len(), 2);
        assert!(!origin("https://a.b", &[]).is_within(&grant), "all methods are more than two");
    }

    #[test]
    fn a_private_network_is_opened_for_one_host_and_headers_are_checked() {
        let private = Origin { private: true, ..origin("https://*.a.b", &[]) };
        assert_eq!(private.normalised(), Err(OriginError::PrivateSuffix("https://*.a.b".into())));
        assert!(origin("https://a.b", &["TRACE"]).normalised().is_err());
        for (name, prefix) in [("Host", ""), ("a b", ""), ("x", "\r\n"), ("", "")] {
            let header = Injection { name: name.into(), secret: "s".into(), prefix: prefix.into() };
            let origin = Origin { headers: vec![header], ..origin("https://a.b", &[]) };
            assert!(origin.normalised().is_err(), "{name:?} {prefix:?}");
        }
    }
}
