//! Where requests may go: a scheme, a host and a port, a suffix of hosts, or whatever a setting of the plugin names.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An origin that a plugin asks for, in canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Origin {
    /// `https://host`, `https://host:port`; `http://` only when written so.
    Exact(String),
    /// `https://*.suffix`: every host below it, not the suffix itself.
    Below {
        /// With the dot: `.example.com`.
        suffix: String,
        /// 443 unless written.
        port: u16,
    },
    /// `setting:KEY`: the origin of the URL that an administrator typed there.
    Setting(String),
}

/// Why a text is no origin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no origin: {reason}")]
pub struct OriginError {
    text: String,
    reason: &'static str,
}

impl Origin {
    /// Whether a request to this URL is covered. `setting` looks a setting's value up.
    pub fn covers(&self, url: &str, setting: impl FnOnce(&str) -> Option<String>) -> bool {
        let Ok(asked) = origin_of(url) else { return false };
        match self {
            Origin::Exact(origin) => *origin == asked,
            Origin::Below { suffix, port } => {
                let Some(host) = asked.strip_prefix("https://") else { return false };
                let (host, asked_port) = split_port(host).unwrap_or((host, 443));
                asked_port == *port && host.len() > suffix.len() && host.ends_with(suffix.as_str())
            }
            Origin::Setting(key) => setting(key).is_some_and(|url| origin_of(&url).as_ref() == Ok(&asked)),
        }
    }

    /// For people.
    pub(crate) fn in_words(&self) -> String {
        match self {
            Origin::Setting(key) => format!("the server of its setting {key}"),
            other => other.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Exact(origin) => f.write_str(origin),
            Origin::Below { suffix, port: 443 } => write!(f, "https://*{suffix}"),
            Origin::Below { suffix, port } => write!(f, "https://*{suffix}:{port}"),
            Origin::Setting(key) => write!(f, "setting:{key}"),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> String {
        origin.to_string()
    }
}

impl TryFrom<String> for Origin {
    type Error = OriginError;

    fn try_from(text: String) -> Result<Origin, OriginError> {
        if let Some(key) = text.strip_prefix("setting:") {
            return Ok(Origin::Setting(key.to_owned()));
        }
        let fail = |reason| Err(OriginError { text: text.clone(), reason });
        if let Some(below) = text.strip_prefix("https://*.") {
            let canonical = origin_of(&format!("https://{below}"))?;
            let host = canonical.trim_start_matches("https://");
            let (suffix, port) = split_port(host).unwrap_or((host, 443));
            if !suffix.contains('.') {
                return fail("a suffix needs two names at least, as in *.example.com");
            }
            return Ok(Origin::Below { suffix: format!(".{suffix}"), port });
        }
        let canonical = origin_of(&text)?;
        if text.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#'])) {
            Ok(Origin::Exact(canonical))
        } else {
            fail("leave path and query out")
        }
    }
}

/// The canonical origin of an URL: lower case, without the scheme's own port, a final dot of the host or anything after it.
/// Refuses user names, which hide the host from people, and hosts that are spelled as nothing but numbers other than an IPv4 address.
pub fn origin_of(url: &str) -> Result<String, OriginError> {
    let fail = |reason| Err(OriginError { text: url.to_owned(), reason });
    let Some((scheme, rest)) = url.split_once("://") else { return fail("it must start with https:// or http://") };
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => 443,
        "http" => 80,
        _ => return fail("it must start with https:// or http://"),
    };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    if authority.contains('@') {
        return fail("a user name or password in it is not allowed");
    }
    let (host, port) = if let Some((address, after)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']'))
    {
        let Ok(address) = address.parse::<std::net::Ipv6Addr>() else { return fail("the IPv6 address is none") };
        (format!("[{address}]"), after)
    } else {
        let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        if let Some(reason) = wrong_with(&host) {
            return fail(reason);
        }
        (host, port)
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => default_port,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse::<u16>() {
            Ok(port) if port > 0 => port,
            _ => return fail("the port is none"),
        },
        _ => return fail("the port is none"),
    };
    Ok(if port == default_port { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") })
}

fn wrong_with(host: &str) -> Option<&'static str> {
    let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_';
    let label = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(letters);
    if host.len() > 253 || !host.split('.').all(label) {
        return Some("the host is none (write international names in their xn-- form)");
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    let number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    (number && host.parse::<std::net::Ipv4Addr>().is_err()).then_some("write an IPv4 address as four numbers")
}

fn split_port(host: &str) -> Option<(&str, u16)> {
    let (host, port) = host.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}
