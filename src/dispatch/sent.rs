//! What is known of a request before its signature: where it is from, and what sent it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::header::{HeaderName, REFERER, USER_AGENT};
use http::{HeaderMap, Request};

use crate::layer::Peer;
use crate::policy::{Fact, Facts};
use crate::text::Network;

/// Where proxies say whom they speak for, and how they were spoken to.
const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// A request without its parameters.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    headers: HeaderMap,
    peer: Option<Peer>,
    proxies: Arc<[Network]>,
}

impl Sent {
    /// What is known of `request`, which keeps no headers. Who is of `proxies` is
    /// believed whom it speaks for; nobody else is.
    pub(super) fn of<B>(request: &mut Request<B>, proxies: Arc<[Network]>) -> Self {
        let headers = std::mem::take(request.headers_mut());
        let peer = request.extensions().get().cloned();
        Self { headers, peer, proxies }
    }

    /// Its headers.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What stands in a header, even where it is no text throughout.
    fn header(&self, name: &HeaderName) -> Option<Fact<'_>> {
        let value = self.headers.get(name)?;
        Some(Fact::One(String::from_utf8_lossy(value.as_bytes())))
    }

    /// The members of the list that a header is, over all its lines, the last one
    /// first: it is what the nearest peer has added.
    fn listed(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        let lines = self.headers.get_all(name).into_iter().rev();
        let members = lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        members.map(<[u8]>::trim_ascii).filter(|member| !member.is_empty())
    }

    /// The address of the caller: of the last one on the way whom nobody vouches for.
    /// It is not known where a peer that is believed names one that cannot be read:
    /// what comes before, anyone may have written.
    fn source(&self) -> Option<IpAddr> {
        let mut source = self.peer.as_ref()?.ip();
        let mut hops = self.listed(FORWARDED_FOR);
        while self.is_proxy(source) {
            let Some(hop) = hops.next() else { break };
            source = address(hop)?;
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
        let mut forwarded = self.listed(FORWARDED_PROTO).filter(|_| self.is_proxy(peer.ip()));
        Some(forwarded.next().map_or_else(|| peer.is_secure(), is_https))
    }
}

fn is_https(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"https")
}

/// An address, which some proxies write with its port.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?;
    let with_port = || hop.parse().map(|address: SocketAddr| address.ip());
    hop.parse().or_else(|_| with_port()).ok()
}

impl Facts for Sent {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        match key {
            "aws:sourceip" => Some(Fact::one(self.source()?.to_canonical().to_string())),
            "aws:securetransport" => Some(Fact::one(self.is_secure()?.to_string())),
            "aws:useragent" => self.header(&USER_AGENT),
            "aws:referer" => self.header(&REFERER),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sent(peer: &str, headers: &[(&'static str, &str)]) -> Sent {
        let mut request = Request::new(());
        for (name, value) in headers {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            request.headers_mut().append(*name, value);
        }
        request.extensions_mut().insert(Peer::new(format!("{peer}:1").parse().unwrap()));
        let proxies = ["10.0.0.0/8".parse().unwrap()].into();
        Sent::of(&mut request, proxies)
    }

    fn source(peer: &str, forwarded: &[&str]) -> Option<String> {
        let headers: Vec<_> = forwarded.iter().map(|line| ("x-forwarded-for", *line)).collect();
        sent(peer, &headers).source().map(|address| address.to_string())
    }

    #[test]
    fn only_a_known_proxy_is_believed_whom_it_speaks_for() {
        for (peer, forwarded, from) in [
            ("1.2.3.4", &["5.6.7.8"][..], "1.2.3.4"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["", " , "], "10.0.0.1"),
            ("10.0.0.1", &["5.6.7.8"], "5.6.7.8"),
            ("10.0.0.1", &["5.6.7.8:4321"], "5.6.7.8"),
            ("10.0.0.1", &["[2001:db8::1]:4321"], "2001:db8::1"),
            ("10.0.0.1", &["9.9.9.9, 5.6.7.8, 10.0.0.2"], "5.6.7.8"),
            ("10.0.0.1", &["9.9.9.9", "5.6.7.8"], "5.6.7.8"),
            ("10.0.0.1", &["10.0.0.9, é, 5.6.7.8"], "5.6.7.8"),
            ("[::ffff:10.0.0.1]", &["5.6.7.8"], "5.6.7.8"),
        ] {
            assert_eq!(source(peer, forwarded).as_deref(), Some(from), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn whom_a_proxy_names_unreadably_is_not_taken_for_the_proxy() {
        for forwarded in ["unknown", "9.9.9.9, unknown", "é", "5.6.7.8, fe80::1%eth0"] {
            assert_eq!(source("10.0.0.1", &[forwarded]), None, "{forwarded}");
            let sent = sent("10.0.0.1", &[("x-forwarded-for", forwarded)]);
            assert_eq!(sent.get("aws:sourceip"), None);
        }
    }

    #[test]
    fn a_connection_is_as_secure_as_it_is_known_to_be() {
        let is_secure = |peer, lines: &[&'static str]| {
            let lines: Vec<_> = lines.iter().map(|line| ("x-forwarded-proto", *line)).collect();
            sent(peer, &lines).is_secure().unwrap()
        };
        assert!(!is_secure("1.2.3.4", &["https"]));
        assert!(is_secure("10.0.0.1", &["https"]));
        assert!(!is_secure("10.0.0.1", &[]));
        // What the proxy adds stands behind what it was sent.
        assert!(!is_secure("10.0.0.1", &["https", "http"]));
        assert!(!is_secure("10.0.0.1", &["https, http"]));
    }

    #[test]
    fn what_sends_a_request_is_known_whatever_its_letters() {
        let sent = sent("1.2.3.4", &[("user-agent", "né")]);
        assert_eq!(sent.get("aws:useragent"), Some(Fact::one("né")));
    }
}
