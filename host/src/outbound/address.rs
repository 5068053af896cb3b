//! Which addresses may be called: those of the public internet, and the private ones that an administrator named. An address is judged
//! in its canonical form, so that no other spelling of a private one passes.

use std::{net::IpAddr, sync::LazyLock};

use reqwest::Url;

use crate::config::Network;

/// Networks that are not the public internet: this machine, private and shared ones, link-local with the cloud's metadata address,
/// multicast, documentation, benchmarks, and the ways into IPv4 that IPv6 has.
static CLOSED: LazyLock<Vec<Network>> = LazyLock::new(|| {
    let networks =
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
        192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
        2001::/23 2001:db8::/32 2002::/16 3fff::/20";
    networks.split_whitespace().map(|network| network.parse().expect("a network")).collect()
});

/// The only part of IPv6 that is assigned to the public internet; everything else is closed.
static GLOBAL_V6: LazyLock<Network> = LazyLock::new(|| "2000::/3".parse().expect("a network"));

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

fn is_public(address: IpAddr) -> bool {
    let assigned = address.is_ipv4() || GLOBAL_V6.contains(address);
    assigned && !CLOSED.iter().any(|network| network.contains(address))
}
