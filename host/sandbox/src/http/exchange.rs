//! One request and its answer: headers that the host sets, a connection of its own, one deadline over everything.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Uri,
    header::{CONNECTION, HOST},
};
use http_body_util::BodyExt as _;
use hyper::client::conn::http1;
use tokio::time::{Instant, timeout, timeout_at};
use wasmtime_wasi_http::{Error, WasiBody, io::TokioIo};

use super::{
    Answer, Done, Patience,
    body::{Meter, Outgoing, Received, Terms},
    gateway::Gateway,
    turn::Turn,
};
use crate::{
    grants::{HttpGrant, Reach},
    limits::Limits,
    log::Logbook,
    origin::Destination,
    services::{ServiceError, Services},
};

/// Fields of an answer's head, and its bytes.
const HEADERS: usize = 64;
const HEAD_BYTES: u32 = 64 << 10;

/// How long a connection outlives the deadline of its request at most.
const AFTER: Duration = Duration::from_secs(1);

/// A request that was judged and is ready to go.
pub(super) struct Exchange {
    pub(super) to: Destination,
    pub(super) grant: HttpGrant,
    pub(super) turn: Turn,
    pub(super) host: Arc<dyn Services>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) log: Logbook,
    pub(super) denied: Arc<AtomicU32>,
    pub(super) sent: Arc<Meter>,
    pub(super) received: Arc<Meter>,
    pub(super) limits: Limits,
    pub(super) patience: Patience,
}

impl Exchange {
    pub(super) async fn run(self, request: Request<WasiBody>) -> Answer {
        let deadline = Instant::now() + self.limits.http_time;
        timeout_at(deadline, self.within(request, deadline)).await.unwrap_or(Err(Error::HttpResponseTimeout))
    }

    async fn within(self, request: Request<WasiBody>, deadline: Instant) -> Answer {
        let (mut head, body) = request.into_parts();
        let body = Outgoing::new(body, &head.headers, self.limits.http_sent_bytes, self.sent.clone())?;
        self.inject(&mut head.headers).await?;
        let path = head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        head.uri = path.parse::<Uri>().map_err(|_| Error::HttpRequestUriInvalid)?;

        let stream = timeout(self.patience.connect, self.gateway.connect(&self.to, self.reach()))
            .await
            .map_err(|_| Error::ConnectionTimeout)?
            .inspect_err(|error| {
                if matches!(error, Error::DestinationIpProhibited) {
                    self.denied.fetch_add(1, Ordering::Relaxed);
                    self.log
                        .remark(&format!("denied: {} leads to an address that is not allowed", self.to.authority()));
                }
            })?;
        let (mut sender, connection) = http1::Builder::new()
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES as usize)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| failure(&error))?;
        // Ends with the answer's body: what is dropped is aborted. Its own end comes after the deadline, so that what the guest is told then
        // is that, and not that the connection went away.
        let driven = wasmtime_wasi::runtime::spawn(async move {
            if let Ok(Err(error)) = timeout_at(deadline + AFTER, connection).await {
                tracing::debug!(%error, "a plugin's connection ended");
            }
        });
        let response = timeout(self.patience.first_byte, sender.send_request(Request::from_parts(head, body)))
            .await
            .map_err(|_| Error::ConnectionReadTimeout)?
            .map_err(|error| failure(&error))?;
        let terms = Terms {
            max: self.limits.http_received_bytes,
            meter: self.received,
            deadline,
            pause: self.patience.between_bytes,
            turn: self.turn,
        };
        let (head, body) = response.into_parts();
        let body = Received::new(body, terms)?.boxed_unsync();
        let done: Done = Box::new(async move {
            driven.await;
            Ok(())
        });
        Ok((http::Response::from_parts(head, body), done))
    }

    fn reach(&self) -> Reach {
        if self.grant.origin.is_exact() { self.grant.reach } else { Reach::Public }
    }

    /// Sets what the host sets: where the request goes, and the headers of the grant, whose secrets the guest never sees.
    async fn inject(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        headers.insert(HOST, HeaderValue::from_str(&self.to.authority()).map_err(|_| Error::HttpRequestUriInvalid)?);
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        for injection in &self.grant.inject {
            let wrong = |why: &str| {
                let (secret, header, origin) = (&injection.secret, &injection.header, &self.grant.origin);
                tracing::warn!(%origin, header, secret, "the secret of a header {why}");
                // Whoever reads the call's log set the grant, and can mend it; the guest learns no names.
                self.log.remark(&format!("the secret {secret} for the header {header} of {origin} {why}"));
                Error::ConfigurationError
            };
            let secret = self.host.secret(&injection.secret).await.map_err(|problem| match problem {
                ServiceError::NotFound => wrong("does not exist"),
                ServiceError::Exhausted(reason) | ServiceError::Failed(reason) => {
                    tracing::warn!(reason, "a header's secret could not be read");
                    Error::InternalError(Some("the engine could not read a secret now".to_owned()))
                }
            })?;
            // The answer may repeat it, and the guest may log the answer.
            self.log.mask(&secret);
            let name: HeaderName =
                injection.header.parse().map_err(|_| wrong("cannot be set: no header has such a name"))?;
            let mut value = HeaderValue::from_str(&format!("{}{}", injection.prefix, secret.reveal().trim()))
                .map_err(|_| wrong("cannot stand in a header"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(())
    }
}

/// What hyper reports, as the guest sees it.
pub(super) fn failure(error: &hyper::Error) -> Error {
    let mut cause = std::error::Error::source(error);
    while let Some(found) = cause {
        if let Some(Error::HttpRequestBodySize(max)) = found.downcast_ref::<Error>() {
            return Error::HttpRequestBodySize(*max);
        }
        cause = found.source();
    }
    if error.is_parse_too_large() {
        Error::HttpResponseHeaderSectionSize(Some(HEAD_BYTES))
    } else if error.is_incomplete_message() {
        Error::HttpResponseIncomplete
    } else if error.is_closed() || error.is_canceled() {
        Error::ConnectionTerminated
    } else {
        Error::HttpProtocolError
    }
}
