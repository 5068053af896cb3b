//! Which addresses may be called: those of the public internet (the sandbox's rule, which plugins' requests follow too), and the private
//! ones that an administrator named. An address is judged in its canonical form, so that no other spelling of a private one passes.

use std::net::IpAddr;

use gavia_sandbox::is_public;
use reqwest::Url;

use crate::config::Network;

/// Private networks and hosts that may be called nevertheless.
#[derive(Clone, Debug, Default)]
pub struct AddressRule {
    allowed_networks: Vec<Network>,
    /// In lower case.
    allowed_hosts: Vec<String>,
}

/// The rule said no.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "calls to {host} are not allowed: {address} is no public address. An administrator may allow it with --hook-allow-cidrs or --hook-allow-hosts"
)]
pub(super) struct Forbidden {
    pub(super) host: String,
    pub(super) address: IpAddr,
}

impl AddressRule {
    pub fn new(allowed_networks: &[Network], allowed_hosts: &[String]) -> Self {
        let allowed_hosts = allowed_hosts.iter().map(|host| host.trim().to_ascii_lowercase()).collect();
        Self { allowed_networks: allowed_networks.to_vec(), allowed_hosts }
    }

    /// An address written in the URL is never looked up, so it is judged here; decimal, hexadecimal and octal forms were made
    /// canonical by the URL parser.
    pub(super) fn check_literal(&self, url: &Url) -> Result<(), Forbidden> {
        let host = url.host_str().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(address) => self.check(host, address),
            Err(_) => Ok(()),
        }
    }

    /// Whether `address`, which `host` stands for, may be called.
    pub(super) fn check(&self, host: &str, address: IpAddr) -> Result<(), Forbidden> {
        let canonical = address.to_canonical();
        let named = self.allowed_hosts.iter().any(|allowed| allowed == &host.to_ascii_lowercase())
            || self.allowed_networks.iter().any(|network| network.contains(canonical));
        if named || is_public(canonical) {
            Ok(())
        } else {
            Err(Forbidden { host: host.to_owned(), address: canonical })
        }
    }
}
