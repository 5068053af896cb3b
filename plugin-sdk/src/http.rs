//! Requests to other servers: built here, sent by the engine, which judges each by the plugin's grants.
//!
//! Blocking and small on purpose: a run may send ten requests, each with its answer within five seconds. No redirects are followed
//! and no connection is kept. What a plugin builds here is a plain value, so tests see exactly what would go out.

use std::fmt::{self, Write as _};

use serde::{Serialize, de::DeserializeOwned};

use crate::{Error, ErrorKind, engine::Engine};

/// What [`ReadHost::http`](crate::ReadHost::http) gives.
pub struct Http<'a> {
    engine: &'a Engine,
}

/// How a request is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the protocol's")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Options => "OPTIONS",
        })
    }
}

/// A request in the making. What cannot be built (a value that is no JSON) comes out as an error of [`Request::send`].
#[must_use = "a request does nothing until it is sent"]
pub struct Request<'a> {
    engine: &'a Engine,
    parts: RequestParts,
    broken: Option<Error>,
}

/// What goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestParts {
    /// How it is meant.
    pub method: Method,
    /// With scheme, host, path and query.
    pub url: String,
    /// As they were given.
    pub headers: Vec<(String, String)>,
    /// Empty for none.
    pub body: Vec<u8>,
}

/// An answer, read whole; at most 1 MiB.
#[derive(Clone, Debug)]
pub struct Response {
    /// Where from, without the path, which may hold a token.
    pub(crate) origin: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl<'a> Http<'a> {
    pub(crate) fn new(engine: &'a Engine) -> Http<'a> {
        Http { engine }
    }

    /// A request of any method.
    pub fn request(&self, method: Method, url: impl Into<String>) -> Request<'a> {
        let parts = RequestParts { method, url: url.into(), headers: Vec::new(), body: Vec::new() };
        Request { engine: self.engine, parts, broken: None }
    }

    /// A GET request.
    pub fn get(&self, url: impl Into<String>) -> Request<'a> {
        self.request(Method::Get, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl Into<String>) -> Request<'a> {
        self.request(Method::Post, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl Into<String>) -> Request<'a> {
        self.request(Method::Put, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl Into<String>) -> Request<'a> {
        self.request(Method::Delete, url)
    }
}

impl Request<'_> {
    /// Adds a header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parts.headers.push((name.into(), value.into()));
        self
    }

    /// Adds a parameter to the URL's query, encoded.
    pub fn query(mut self, name: &str, value: impl fmt::Display) -> Self {
        let url = &mut self.parts.url;
        url.push(if url.contains('?') { '&' } else { '?' });
        encode(url, name);
        url.push('=');
        encode(url, &value.to_string());
        self
    }

    /// Sets the body to a value as JSON, and the content type.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.parts.body = json,
            Err(error) => self.broken = Some(Error::permanent(format!("the request's body cannot be JSON: {error}"))),
        }
        self.header("content-type", "application/json")
    }

    /// Sets the body to a form, and the content type. A name may come more than once.
    pub fn form<'f>(mut self, pairs: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let mut body = String::new();
        for (name, value) in pairs {
            if !body.is_empty() {
                body.push('&');
            }
            encode(&mut body, name);
            body.push('=');
            encode(&mut body, value);
        }
        self.parts.body = body.into_bytes();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Sets the body to bytes; say what they are with [`Request::header`].
    pub fn body(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.parts.body = bytes.into();
        self
    }

    /// Sends and waits for the whole answer. An error of kind `Denied` when no grant covers origin and method, `Exhausted` past ten
    /// requests, `Retryable` when the other side could not be reached; an answer of any status is no error, see [`Response::ok`].
    pub fn send(self) -> Result<Response, Error> {
        match self.broken {
            Some(error) => Err(error),
            None => self.engine.send(&self.parts),
        }
    }
}

impl RequestParts {
    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body's JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        Ok(serde_json::from_slice(&self.body)?)
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        let start = self.url.find("://").map_or(0, |at| at + 3);
        let length = self.url[start..].find(['/', '?', '#']);
        length.map_or(self.url.as_str(), |length| &self.url[..start + length])
    }

    /// Path and query, without the fragment.
    pub(crate) fn path(&self) -> String {
        let rest = &self.url[self.origin().len()..];
        let rest = rest.split('#').next().unwrap_or_default();
        if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") }
    }
}

impl Response {
    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first header of this name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// The body.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text; what is not UTF-8 is replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body's JSON as `T`. An error of kind `Permanent` that names the server, not what it said.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let read = serde_json::from_slice(&self.body);
        read.map_err(|error| Error::permanent(format!("{} answered what is not expected: {error}", self.origin)))
    }

    /// Itself, if the status is one of success. Else an error: `Retryable` for 408, 429 and 5xx, `Permanent` for the others.
    pub fn ok(self) -> Result<Response, Error> {
        let kind = match self.status {
            200..=299 => return Ok(self),
            408 | 429 | 500..=599 => ErrorKind::Retryable,
            _ => ErrorKind::Permanent,
        };
        Err(Error::new(kind, format!("{} answered with status {}", self.origin, self.status)))
    }
}

fn find<'h>(headers: &'h [(String, String)], name: &str) -> Option<&'h str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Percent-encodes all but the characters that need it nowhere.
fn encode(into: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            into.push(char::from(byte));
        } else {
            write!(into, "%{byte:02X}").expect("a String takes everything");
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    fn parts(url: &str) -> RequestParts {
        RequestParts { method: Method::Get, url: url.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    #[test]
    fn an_url_is_split_where_its_path_begins() {
        for (url, origin, path) in [
            ("https://a.b:8/c?d=e#f", "https://a.b:8", "/c?d=e"),
            ("https://a.b", "https://a.b", "/"),
            ("https://a.b?d=/e", "https://a.b", "/?d=/e"),
            ("nonsense", "nonsense", "/"),
        ] {
            let parts = parts(url);
            assert_eq!((parts.origin(), parts.path().as_str()), (origin, path));
        }
    }

    #[test]
    fn encoding_leaves_no_character_that_means_something() {
        let mut text = String::new();
        encode(&mut text, "a b&c=d+e/中~");
        assert_eq!(text, "a%20b%26c%3Dd%2Be%2F%E4%B8%AD~");
    }

    #[test]
    fn a_status_says_whether_trying_again_makes_sense() {
        let answer = |status| Response { origin: "https://a.b".to_owned(), status, headers: vec![], body: vec![] }.ok();
        assert!(answer(204).is_ok());
        for (status, retryable) in [(302, false), (404, false), (408, true), (429, true), (503, true)] {
            assert!(answer(status).is_err_and(|error| error.is_retryable() == retryable), "{status}");
        }
    }
}
