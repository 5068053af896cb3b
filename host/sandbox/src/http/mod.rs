//! `wasi:http/outgoing-handler` behind the allow-list: counts, judges and sends a guest's requests (plugin-runtime §4 and §6).
//!
//! In order: quota, destination, grant, method, headers, number at once; only then names are looked up (`gateway`) and the request goes
//! out (`exchange`). Redirects come back to the guest, whose next request is judged anew; there is no proxy and no reuse of connections.

mod body;
mod exchange;
mod gateway;
mod turn;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use http::{HeaderName, Method, Request, Response};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use self::body::Meter;
pub use self::gateway::{Gateway, Stage};
use self::turn::Turns;
use crate::{
    grants::{Grants, HttpGrant, Methods},
    limits::Limits,
    log::Logbook,
    origin::Destination,
    services::Services,
};

/// One write into a request's body holds at most this much in the host, and a guest may have many bodies open.
const CHUNK_BYTES: usize = 64 << 10;

/// What a request's header fields may take, names and bookkeeping included.
pub(crate) const FIELD_BYTES: usize = 32 << 10;

/// The requests of one call.
pub(crate) struct Http {
    grants: Arc<Grants>,
    host: Arc<dyn Services>,
    gateway: Arc<Gateway>,
    log: Logbook,
    limits: Limits,
    pub(crate) turns: Turns,
    sent: Arc<Meter>,
    received: Arc<Meter>,
    pub(crate) requests: u32,
    /// Shared with the requests under way: what a name leads to is found out there.
    denied: Arc<AtomicU32>,
}

type Done = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = Result<(Response<WasiBody>, Done), Error>;

impl Http {
    pub(crate) fn new(
        grants: Arc<Grants>,
        host: Arc<dyn Services>,
        gateway: Arc<Gateway>,
        log: Logbook,
        limits: &Limits,
    ) -> Http {
        Http {
            grants,
            host,
            gateway,
            log,
            limits: *limits,
            turns: Turns::new(limits.http_at_once),
            sent: Arc::default(),
            received: Arc::default(),
            requests: 0,
            denied: Arc::default(),
        }
    }

    /// Requests that no grant covered, or whose address nobody may call.
    pub(crate) fn denied(&self) -> u32 {
        self.denied.load(Ordering::Relaxed)
    }

    /// Bytes of bodies, sent and received.
    pub(crate) fn bytes(&self) -> (u64, u64) {
        (self.sent.0.load(Ordering::Relaxed), self.received.0.load(Ordering::Relaxed))
    }

    /// Everything that is known before a name is looked up.
    fn judge(&mut self, request: &Request<WasiBody>) -> Result<(Destination, HttpGrant), Error> {
        self.requests = self.requests.saturating_add(1);
        if self.requests > self.limits.http_requests {
            return Err(Error::ConnectionLimitReached);
        }
        let to = Destination::of(request.uri());
        let granted = to.and_then(|to| {
            let fits = |grant: &&HttpGrant| grant.origin.covers(&to) && allows(&grant.methods, request.method());
            let grant = self.grants.http.iter().find(fits)?.clone();
            let injected = |name: &HeaderName| {
                grant.inject.iter().any(|injection| injection.header.eq_ignore_ascii_case(name.as_str()))
            };
            (!request.headers().keys().any(injected)).then_some((to, grant))
        });
        granted.ok_or_else(|| {
            self.denied.fetch_add(1, Ordering::Relaxed);
            let uri = request.uri();
            let (scheme, authority) =
                (uri.scheme_str().unwrap_or("no scheme"), uri.authority().map_or("", |to| to.as_str()));
            self.log.remark(&format!(
                "denied: no grant http covers {} {scheme}://{authority} with these headers",
                request.method()
            ));
            Error::HttpRequestDenied
        })
    }
}

fn allows(methods: &Methods, method: &Method) -> bool {
    if [Method::CONNECT, Method::TRACE].contains(method) {
        return false;
    }
    match methods {
        Methods::Any => true,
        Methods::Listed(listed) => listed.iter().any(|listed| listed == method.as_str()),
    }
}

impl WasiHttpHooks for Http {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _done: Done,
    ) -> Box<dyn Future<Output = Answer> + Send> {
        let judged = self.judge(&request).and_then(|(to, grant)| {
            if self.grants.http_is_told_only {
                // where alone: paths of webhooks are secrets
                let (method, scheme, to) = (request.method(), to.scheme.name(), to.authority());
                self.log.remark(&format!("not sent: {method} {scheme}://{to}"));
                return Err(Error::InternalError(Some("a try sends no requests".to_owned())));
            }
            let turn = self.turns.take().ok_or(Error::ConnectionLimitReached)?;
            Ok(exchange::Exchange {
                to,
                grant,
                turn,
                host: self.host.clone(),
                gateway: self.gateway.clone(),
                log: self.log.clone(),
                denied: self.denied.clone(),
                sent: self.sent.clone(),
                received: self.received.clone(),
                limits: self.limits,
                patience: Patience::of(options.unwrap_or_default(), &self.limits),
            })
        });
        match judged {
            Ok(exchange) => Box::new(exchange.run(request)),
            Err(error) => Box::new(std::future::ready(Err(error))),
        }
    }

    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        CHUNK_BYTES
    }
}

/// How long each part may take if the guest has a wish; without one the whole request's deadline counts alone.
#[derive(Clone, Copy)]
struct Patience {
    connect: Duration,
    first_byte: Duration,
    between_bytes: Duration,
}

impl Patience {
    fn of(wishes: RequestOptions, limits: &Limits) -> Patience {
        let beyond = limits.http_time.saturating_mul(2);
        let within = |wish: Option<Duration>| wish.map_or(beyond, |wish| wish.min(beyond));
        Patience {
            connect: within(wishes.connect_timeout),
            first_byte: within(wishes.first_byte_timeout),
            between_bytes: within(wishes.between_bytes_timeout),
        }
    }
}
