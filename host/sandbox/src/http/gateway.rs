//! From a destination that a grant covers to a connection: one look-up, every address judged, TLS with the name (threat-model §7).
//!
//! One forbidden address among public ones spoils a name: whoever controls the name decides which of them is taken.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::OnceCell,
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, ClientConfig,
        pki_types::{CertificateDer, ServerName},
    },
};
use wasmtime_wasi_http::Error;

use crate::{
    address::{is_metadata, is_public},
    grants::Reach,
    lookup::{Lookup, SystemLookup},
    origin::{Destination, Scheme},
};

/// Addresses of one name that are tried.
const TRIES: usize = 4;

/// The engine's own addresses that are kept.
const MAX_CLOSED: usize = 64;

/// How plugins' requests leave this machine.
pub struct Gateway {
    lookup: Arc<dyn Lookup>,
    extra_roots: Vec<Vec<u8>>,
    tls: OnceCell<TlsConnector>,
    /// The engine's own: the listener, the database.
    closed: RwLock<Vec<SocketAddr>>,
    stage: Option<Stage>,
}

/// Where a rehearsal's requests go instead: to one server, as plain HTTP, whatever name and scheme was granted and asked for. Nothing else
/// can be reached, nor is any name looked up. Clones share the address.
#[derive(Clone, Default)]
pub struct Stage(Arc<RwLock<Option<SocketAddr>>>);

impl Stage {
    /// From now on; `None` is nobody.
    pub fn set(&self, server: Option<SocketAddr>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = server;
    }

    async fn connect(&self) -> Result<Box<dyn Connection>, Error> {
        let server = *self.0.read().unwrap_or_else(PoisonError::into_inner);
        let server = server.ok_or(Error::ConnectionRefused)?;
        let stream = TcpStream::connect(server).await.map_err(|_| Error::ConnectionRefused)?;
        Ok(Box::new(stream))
    }
}

impl Default for Gateway {
    fn default() -> Gateway {
        Gateway::new(Arc::new(SystemLookup), Vec::new())
    }
}

impl Gateway {
    /// A gateway that looks names up so, and trusts these certificates (DER) beside the system's.
    pub fn new(lookup: Arc<dyn Lookup>, extra_roots: Vec<Vec<u8>>) -> Gateway {
        Gateway { lookup, extra_roots, tls: OnceCell::new(), closed: RwLock::default(), stage: None }
    }

    /// A gateway for trying plugins out where there is no network.
    pub fn rehearsing(stage: Stage) -> Gateway {
        Gateway { stage: Some(stage), ..Gateway::default() }
    }

    /// See [`crate::Sandbox::never_call`].
    pub(crate) fn close(&self, addresses: &[SocketAddr]) {
        let mut closed = self.closed.write().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            if !closed.contains(address) && closed.len() < MAX_CLOSED {
                closed.push(*address);
            }
        }
    }

    /// Whether this is the engine itself. An engine that listens on every address is met on any address of this machine, which shows
    /// only in the connection's own end (`local`).
    fn is_own(&self, peer: SocketAddr, local: Option<IpAddr>) -> bool {
        let here = peer.ip().is_loopback() || local == Some(peer.ip());
        let closed = self.closed.read().unwrap_or_else(PoisonError::into_inner);
        closed.iter().any(|own| {
            own.port() == peer.port() && (own.ip().to_canonical() == peer.ip() || (here && own.ip().is_unspecified()))
        })
    }

    async fn addresses(&self, to: &Destination, reach: Reach) -> Result<Vec<SocketAddr>, Error> {
        let unknown = || Error::DnsError { rcode: Some("address not available".to_owned()), info_code: None };
        let found = match to.address() {
            Some(address) => vec![address],
            None => self.lookup.lookup(to.host.clone()).await.map_err(|_| unknown())?,
        };
        if found.is_empty() {
            return Err(unknown());
        }
        let addresses: Vec<SocketAddr> =
            found.into_iter().map(|address| SocketAddr::new(address.to_canonical(), to.port)).collect();
        for address in &addresses {
            // "no address" is this machine to the system that dials it, and a grant for this machine names it
            let private = reach == Reach::Private && !is_metadata(address.ip()) && !address.ip().is_unspecified();
            if !(is_public(address.ip()) || private) || self.is_own(*address, None) {
                return Err(Error::DestinationIpProhibited);
            }
        }
        Ok(addresses)
    }

    /// A connection to one of the destination's addresses, all of which were judged.
    pub(super) async fn connect(&self, to: &Destination, reach: Reach) -> Result<Box<dyn Connection>, Error> {
        if let Some(stage) = &self.stage {
            return stage.connect().await;
        }
        let addresses = self.addresses(to, reach).await?;
        let mut failure = Error::DestinationUnavailable;
        for address in addresses.iter().take(TRIES) {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // judged by where the connection ended up, whatever was dialled
                    let ends = stream.peer_addr().and_then(|peer| Ok((peer, stream.local_addr()?.ip().to_canonical())));
                    let Ok((peer, local)) = ends else { continue };
                    let peer = SocketAddr::new(peer.ip().to_canonical(), peer.port());
                    if self.is_own(peer, Some(local)) {
                        return Err(Error::DestinationIpProhibited);
                    }
                    return self.secured(to, stream).await;
                }
                Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                    failure = Error::ConnectionRefused;
                }
                Err(_) => failure = Error::DestinationUnavailable,
            }
        }
        Err(failure)
    }

    async fn secured(&self, to: &Destination, stream: TcpStream) -> Result<Box<dyn Connection>, Error> {
        if to.scheme == Scheme::Http {
            return Ok(Box::new(stream));
        }
        let tls = self.tls.get_or_try_init(|| tls(self.extra_roots.clone())).await.map_err(|error| {
            tracing::warn!(%error, "the system's certificates cannot be read; plugins cannot call https addresses");
            Error::ConfigurationError
        })?;
        let name = ServerName::try_from(to.host.clone()).map_err(|_| Error::HttpRequestUriInvalid)?;
        let secured = tls.connect(name, stream).await.map_err(|error| {
            let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
            match cause {
                Some(rustls::Error::InvalidCertificate(_)) => Error::TlsCertificateError,
                _ => Error::TlsProtocolError,
            }
        })?;
        Ok(Box::new(secured))
    }
}

/// Reads the system's certificates, which takes milliseconds of file reading, once.
async fn tls(extra_roots: Vec<Vec<u8>>) -> Result<TlsConnector, rustls::Error> {
    let read = move || {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots = extra_roots.into_iter().map(CertificateDer::from);
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider.clone())?;
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous() // what the library calls every verifier that is not its own
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsConnector::from(Arc::new(config)))
    };
    let task = tokio::task::spawn_blocking(read);
    task.await.unwrap_or_else(|failure| Err(rustls::Error::General(failure.to_string())))
}

/// Plain or secured.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}
