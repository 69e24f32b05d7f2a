//! Networks: addresses that begin alike.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use thiserror::Error;

/// Addresses that begin alike: `10.0.0.0/8` (RFC 4632), `2001:db8::/32`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Network {
    address: IpAddr,
    /// How many bits they share.
    prefix: u32,
}

/// It is neither a network nor an address.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("neither an address nor a network as 10.0.0.0/8")]
pub struct NoNetwork;

impl Network {
    /// Whether `address` is one of them. One of IPv4 that is dressed as IPv6 is the
    /// one that it is.
    pub fn contains(self, address: IpAddr) -> bool {
        let shared = match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(found)) => {
                (ours.to_bits() ^ found.to_bits()).leading_zeros()
            }
            (IpAddr::V6(ours), IpAddr::V6(found)) => {
                (ours.to_bits() ^ found.to_bits()).leading_zeros()
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        shared >= self.prefix
    }
}

/// An address is a network of one.
impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().map_err(|_| NoNetwork)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        if prefix <= bits { Ok(Self { address, prefix }) } else { Err(NoNetwork) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_what_begins_like_it() {
        let holds = |network: &str, address: &str| {
            network.parse::<Network>().unwrap().contains(address.parse().unwrap())
        };
        assert!(holds("10.0.0.0/8", "10.255.0.1") && !holds("10.0.0.0/8", "11.0.0.0"));
        assert!(holds("1.2.3.4", "::ffff:1.2.3.4") && !holds("::/0", "1.2.3.4"));
        assert!(
            holds("2001:db8::/33", "2001:db8:7fff::1")
                && !holds("2001:db8::/33", "2001:db8:8000::")
        );
        for wrong in ["10.0.0.0/33", "::/129", "10.0.0/8", "", "/", "10.0.0.0/-1"] {
            assert_eq!(wrong.parse::<Network>(), Err(NoNetwork), "{wrong}");
        }
    }
}
