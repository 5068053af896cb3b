//! From names to addresses: asked once for each request, by the host, never by a guest (threat-model §7).

use std::{io, net::IpAddr};

use crate::services::BoxFuture;

/// Most addresses that one name may have.
const ADDRESSES: usize = 64;

/// Looks a name up; tests have one of their own.
pub trait Lookup: Send + Sync {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// The system's resolver.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host.as_str(), 0)).await?;
            Ok(found.take(ADDRESSES).map(|address| address.ip()).collect())
        })
    }
}
