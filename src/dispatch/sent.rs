//! What is known of a request by itself: where it is from, and what sent it.

use std::net::IpAddr;
use std::sync::Arc;

use http::header::{HeaderName, REFERER, USER_AGENT};
use http::{HeaderMap, Request};

use crate::layer::Peer;
use crate::policy::{Fact, Facts};
use crate::text::Network;

/// Where proxies say whom they speak for, and how they were spoken to.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// A request without its parameters.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    headers: HeaderMap,
    peer: Option<Peer>,
    /// The region that was signed for.
    region: Arc<str>,
    proxies: Arc<[Network]>,
}

impl Sent {
    /// What is known of `request`, which keeps no headers. Who is of `proxies` is
    /// believed whom it speaks for; nobody else is.
    pub(super) fn of<B>(
        request: &mut Request<B>,
        region: Arc<str>,
        proxies: Arc<[Network]>,
    ) -> Self {
        let headers = std::mem::take(request.headers_mut());
        let peer = request.extensions().get().cloned();
        Self { headers, peer, region, proxies }
    }

    /// Its headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    fn header(&self, name: &HeaderName) -> Option<Fact<'_>> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(Fact::one)
    }

    /// The address of the caller: of the last one on the way whom nobody vouches for.
    fn source(&self) -> Option<IpAddr> {
        let peer = self.peer.as_ref()?.ip();
        if !self.is_proxy(peer) {
            return Some(peer);
        }
        let lines = self.headers.get_all(FORWARDED_FOR).into_iter();
        let hops: Vec<_> = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','))
            .map(|hop| hop.trim().parse::<IpAddr>().ok())
            .collect();
        // What cannot be read, and all before it, anyone may have written.
        let known = hops.into_iter().rev().map_while(|hop| hop);
        let mut source = peer;
        for hop in known {
            source = hop;
            if !self.is_proxy(hop) {
                break;
            }
        }
        Some(source)
    }

    fn is_proxy(&self, address: IpAddr) -> bool {
        self.proxies.iter().any(|network| network.contains(address))
    }

    /// Whether nobody could read along: on the connection, and as far as its other
    /// end is believed, before it.
    fn is_secure(&self) -> Option<bool> {
        let peer = self.peer.as_ref()?;
        let forwarded = self.headers.get(FORWARDED_PROTO).filter(|_| self.is_proxy(peer.ip()));
        Some(forwarded.map_or_else(|| peer.is_secure(), |proto| proto == "https"))
    }
}

impl Facts for Sent {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        match key {
            "aws:sourceip" => Some(Fact::one(self.source()?.to_canonical().to_string())),
            "aws:securetransport" => Some(Fact::one(self.is_secure()?.to_string())),
            "aws:useragent" => self.header(&USER_AGENT),
            "aws:referer" => self.header(&REFERER),
            "aws:requestedregion" => Some(Fact::one(&*self.region)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(peer: &str, headers: &[(&'static str, &str)]) -> Sent {
        let mut request = Request::new(());
        for (name, value) in headers {
            request.headers_mut().append(*name, value.parse().unwrap());
        }
        request.extensions_mut().insert(Peer::new(format!("{peer}:1").parse().unwrap()));
        let proxies = ["10.0.0.0/8".parse().unwrap()].into();
        Sent::of(&mut request, "us-east-1".into(), proxies)
    }

    fn source(peer: &str, forwarded: &[&str]) -> String {
        let headers: Vec<_> = forwarded.iter().map(|line| ("x-forwarded-for", *line)).collect();
        sent(peer, &headers).source().unwrap().to_string()
    }

    #[test]
    fn only_a_known_proxy_is_believed_whom_it_speaks_for() {
        assert_eq!(source("1.2.3.4", &["5.6.7.8"]), "1.2.3.4");
        assert_eq!(source("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(source("10.0.0.1", &["5.6.7.8"]), "5.6.7.8");
        assert_eq!(source("10.0.0.1", &["9.9.9.9, 5.6.7.8, 10.0.0.2"]), "5.6.7.8");
        assert_eq!(source("10.0.0.1", &["9.9.9.9", "5.6.7.8"]), "5.6.7.8");
        assert_eq!(source("10.0.0.1", &["9.9.9.9, unknown"]), "10.0.0.1");
    }

    #[test]
    fn a_connection_is_as_secure_as_it_is_known_to_be() {
        let proto = [("x-forwarded-proto", "https")];
        assert_eq!(sent("1.2.3.4", &proto).is_secure(), Some(false));
        assert_eq!(sent("10.0.0.1", &proto).is_secure(), Some(true));
        assert_eq!(sent("10.0.0.1", &[]).is_secure(), Some(false));
    }
}
