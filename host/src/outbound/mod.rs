//! Calls to addresses that users configured: hooks and notices by webhook. One client, signed requests, and the rule that keeps them
//! out of the networks behind this machine (threat-model §7). What an answer means is decided by whoever asked.

mod address;
mod resolver;

use std::{error::Error as _, sync::Arc, time::Duration};

use gavia_sandbox::{Lookup, SystemLookup};
use reqwest::{Client, Url, header::CONTENT_TYPE, redirect};
use serde_json::Value;
use uuid::Uuid;

pub use address::AddressRule;
use address::Forbidden;
use resolver::VettedResolver;

use crate::{ambient, signature};

const CONNECT: Duration = Duration::from_secs(3);
/// From the first byte sent to the last byte read.
const TOTAL: Duration = Duration::from_secs(10);
/// Largest answer that is read.
const ANSWER_BYTES: usize = 256 << 10;

#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    rule: Arc<AddressRule>,
}

/// A JSON body for one receiver.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    pub url: &'a str,
    /// Shared with the receiver; signs the request in both ways of docs/signature.md.
    pub token: &'a str,
    /// The same on every attempt, so that the receiver can drop doubles.
    pub key: Uuid,
    pub body: &'a Value,
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    #[error("{0} is no http or https address")]
    BadUrl(String),
    /// The rule said no; trying again changes nothing until somebody changes the configuration.
    #[error("{0}")]
    Forbidden(String),
    #[error("no answer within {} s", TOTAL.as_secs())]
    Timeout,
    #[error("the connection failed: {0}")]
    Connection(String),
    #[error("the answer is larger than {ANSWER_BYTES} bytes")]
    TooLarge,
}

impl SendError {
    /// Whether the same request may succeed later.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Timeout | Self::Connection(_))
    }
}

impl Outbound {
    pub fn new(rule: AddressRule) -> Self {
        Self::with(rule, &(Arc::new(SystemLookup) as Arc<dyn Lookup>))
    }

    fn with(rule: AddressRule, lookup: &Arc<dyn Lookup>) -> Self {
        let rule = Arc::new(rule);
        let builder = || {
            let resolver = VettedResolver::new(Arc::clone(&rule), Arc::clone(lookup));
            Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .connect_timeout(CONNECT)
                .timeout(TOTAL)
                .dns_resolver(Arc::new(resolver))
        };
        // a second installation by other code of the process is no fault: the provider is the same
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = builder().build().or_else(|error| {
            tracing::warn!(%error, "the system's certificates cannot be read; calls to https addresses will fail");
            builder().tls_certs_only([]).build()
        });
        Self { client: client.expect("a client without certificates and proxies can be built"), rule }
    }

    /// Sends and reads the whole answer, whatever its status.
    pub async fn post(&self, post: Post<'_>) -> Result<Reply, SendError> {
        let url: Url = post.url.parse().map_err(|_| SendError::BadUrl(post.url.to_owned()))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(SendError::BadUrl(post.url.to_owned()));
        }
        self.rule.check_literal(&url).map_err(|forbidden| SendError::Forbidden(forbidden.to_string()))?;
        let body = post.body.to_string();
        let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
        let signed = signature::outbound_headers(&signature::Outbound {
            token: post.token,
            method: "POST",
            target: &target,
            body: body.as_bytes(),
            timestamp: ambient::now().timestamp(),
            nonce: &ambient::uuid().simple().to_string(),
        });
        let request = self.client.post(url).header(CONTENT_TYPE, "application/json");
        let request = signed.iter().fold(request, |request, (name, value)| request.header(*name, value));
        let request = request.header("Idempotency-Key", post.key.to_string()).body(body);
        let mut answer = request.send().await.map_err(|error| failure(&error))?;
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                return Err(SendError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, body })
    }
}

/// What the client found, without the address that it frames it with: that may hold a secret.
fn failure(error: &reqwest::Error) -> SendError {
    let mut cause = error.source();
    let mut last = None;
    while let Some(found) = cause {
        if let Some(forbidden) = found.downcast_ref::<Forbidden>() {
            return SendError::Forbidden(forbidden.to_string());
        }
        last = Some(found.to_string());
        cause = found.source();
    }
    if error.is_timeout() {
        return SendError::Timeout;
    }
    SendError::Connection(last.unwrap_or_else(|| "no reason given".to_owned()))
}

#[cfg(test)]
mod tests;
