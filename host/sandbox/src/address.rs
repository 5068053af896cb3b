//! Which addresses are the public internet, and which are never called: the one rule for plugins' HTTP and for the host's own hooks
//! (threat-model §7). An address is judged in its canonical form, so that no other spelling of a private one passes.

use std::{fmt, net::IpAddr, str::FromStr, sync::LazyLock};

/// A network in CIDR form; an address alone is a network of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    pub address: IpAddr,
    pub prefix: u8,
}

impl Network {
    /// Whether an address lies in it. An IPv4 address in IPv6 clothing is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        let prefix = u32::from(self.prefix);
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= prefix
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let differ = own.to_bits() ^ other.to_bits();
                differ.leading_zeros() >= prefix
            }
            _ => false,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("{text:?} is not a network such as 10.0.0.0/8 or fd00::/8");
        let (address, prefix) = text.trim().split_once('/').map_or((text.trim(), None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address.parse().map_err(|_| fault())?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.map_or(Ok(longest), str::parse).map_err(|_| fault())?;
        if prefix > longest {
            return Err(fault());
        }
        Ok(Self { address, prefix })
    }
}

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

/// Where clouds hand out credentials to whoever asks from the machine itself; some look public.
static METADATA: LazyLock<Vec<IpAddr>> = LazyLock::new(|| {
    let addresses = "169.254.169.254 169.254.170.2 169.254.170.23 100.100.100.200 168.63.129.16 192.0.0.192
        fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fe80::a9fe:a9fe";
    addresses.split_whitespace().map(|address| address.parse().expect("an address")).collect()
});

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let assigned = address.is_ipv4() || GLOBAL_V6.contains(address);
    assigned && !CLOSED.iter().any(|network| network.contains(address)) && !is_metadata(address)
}

/// Whether an address is a cloud's metadata service, which no grant opens.
pub fn is_metadata(address: IpAddr) -> bool {
    METADATA.contains(&address.to_canonical())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_an_address_and_a_length_that_fits_it() {
        let network: Network = "10.0.0.0/8".parse().unwrap();
        assert_eq!((network.address, network.prefix), ("10.0.0.0".parse().unwrap(), 8));
        assert_eq!("::1".parse::<Network>().unwrap().prefix, 128);
        assert!(network.contains("10.255.0.1".parse().unwrap()) && !network.contains("11.0.0.1".parse().unwrap()));
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!(!network.contains("::a00:1".parse().unwrap()), "families do not mix");
        for bad in ["", "10.0.0.0/33", "10/8", "::/129", "example.com", "10.0.0.0/", "10.0.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_network_contains_the_addresses_that_begin_as_it_does() {
        let contains = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            assert_eq!(network.to_string().parse(), Ok(network));
            network.contains(address.parse().unwrap())
        };
        for (network, inside, outside) in [
            ("10.1.2.3/8", "10.255.0.0", "11.0.0.0"),
            ("192.168.1.128/25", "192.168.1.255", "192.168.1.127"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
            ("fd00::/8", "fdff::1", "fe00::1"),
            ("::1", "::1", "::2"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("::/0", "2001:db8::1", "0.0.0.0"),
        ] {
            assert!(contains(network, inside), "{network} {inside}");
            assert!(!contains(network, outside), "{network} {outside}");
        }
    }

    #[test]
    fn metadata_services_are_known_in_every_form() {
        for address in ["169.254.169.254", "::ffff:169.254.169.254", "168.63.129.16", "fd00:ec2::254"] {
            let address: IpAddr = address.parse().unwrap();
            assert!(is_metadata(address) && !is_public(address), "{address}");
        }
        assert!(!is_metadata("10.0.0.1".parse().unwrap()));
        assert!(is_public("1.1.1.1".parse().unwrap()) && !is_public("::ffff:10.0.0.1".parse().unwrap()));
    }
}
