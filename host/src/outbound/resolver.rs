//! Names become addresses here, at the moment of the call: every address of a name is judged, and the client connects to none that was
//! not. A name that changes between two look-ups is judged twice (threat-model §7).

use std::{net::SocketAddr, sync::Arc};

use gavia_sandbox::Lookup;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::AddressRule;

pub(super) struct VettedResolver {
    rule: Arc<AddressRule>,
    lookup: Arc<dyn Lookup>,
}

impl VettedResolver {
    pub(super) fn new(rule: Arc<AddressRule>, lookup: Arc<dyn Lookup>) -> Self {
        Self { rule, lookup }
    }
}

impl Resolve for VettedResolver {
    /// One private address among public ones spoils the name: whoever controls it decides which of them is taken.
    fn resolve(&self, name: Name) -> Resolving {
        let (rule, host) = (Arc::clone(&self.rule), name.as_str().to_owned());
        let found = self.lookup.lookup(host.clone());
        Box::pin(async move {
            let addresses = found.await?;
            for address in &addresses {
                rule.check(&host, *address)?;
            }
            let addresses: Vec<SocketAddr> = addresses.into_iter().map(|address| SocketAddr::new(address, 0)).collect();
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
