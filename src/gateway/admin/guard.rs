//! Who may come in by the operator's door.

use std::net::IpAddr;

use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Request};
use thiserror::Error;

use crate::secret::Secret;

/// Where a browser says that a request is from (W3C Fetch Metadata).
const SITE: &str = "sec-fetch-site";

/// Why someone may not.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub(super) enum NotForYou {
    /// A web page asks, through its reader's browser.
    #[error("web pages may not use the admin listener")]
    Page,
    /// A name that may lead elsewhere tomorrow, as in DNS rebinding.
    #[error("the Host header must be an address or localhost")]
    Host,
    /// No token, or a wrong one.
    #[error(
        "this needs the header Authorization: Bearer and the token, which is in admin-token in \
         the data directory, or in COUNTERSIGN_ADMIN_TOKEN"
    )]
    Token,
}

#[derive(Debug)]
pub(super) struct Guard {
    token: Option<Secret>,
    is_remote_allowed: bool,
}

impl Guard {
    pub(super) fn new(token: Option<Secret>, is_remote_allowed: bool) -> Self {
        Self { token, is_remote_allowed }
    }

    /// Whether the request may look at what is open to all.
    pub(super) fn admits<B>(&self, request: &Request<B>) -> Result<(), NotForYou> {
        let headers = request.headers();
        if headers.contains_key(ORIGIN) || headers.contains_key(SITE) {
            return Err(NotForYou::Page);
        }
        self.is_meant(request)
    }

    /// Whether the request may look at the inspector: from the page itself, and from no
    /// other; who looks at what it `tells` of requests shows the token where other
    /// machines are let in.
    pub(super) fn admits_page<B>(
        &self,
        request: &Request<B>,
        tells: bool,
    ) -> Result<(), NotForYou> {
        let headers = request.headers();
        let is_own = |site: &HeaderValue| site == "same-origin" || site == "none";
        let is_here = |origin: &HeaderValue| is_origin(origin, request);
        if !headers.get_all(SITE).iter().all(is_own) || !headers.get_all(ORIGIN).iter().all(is_here)
        {
            return Err(NotForYou::Page);
        }
        self.is_meant(request)?;
        if tells && self.is_remote_allowed { self.knows(headers) } else { Ok(()) }
    }

    /// Whether the request names this machine, as nobody can who was led here by a name.
    fn is_meant<B>(&self, request: &Request<B>) -> Result<(), NotForYou> {
        let headers = request.headers();
        // HTTP/2 names the host in the target, and a target may in HTTP/1.1.
        let mut hosts = headers.get_all(HOST).iter().map(HeaderValue::to_str);
        let authority = request.uri().authority().map(Authority::as_str);
        let names_address =
            hosts.all(|host| host.is_ok_and(is_address)) && authority.is_none_or(is_address);
        if self.is_remote_allowed || names_address { Ok(()) } else { Err(NotForYou::Host) }
    }

    /// Whether the request has the token.
    pub(super) fn knows(&self, headers: &HeaderMap) -> Result<(), NotForYou> {
        let shown = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
        match (&self.token, shown) {
            (Some(token), Some(shown)) if *token == Secret::new(shown.to_owned()) => Ok(()),
            _ => Err(NotForYou::Token),
        }
    }
}

/// Whether an Origin header names what the request is sent to.
fn is_origin<B>(origin: &HeaderValue, request: &Request<B>) -> bool {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, named)| host == Some(named))
}

/// Whether a Host header names an address itself, with or without a port.
fn is_address(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_that_cannot_be_rebound_is_let_in() {
        for good in ["localhost", "LocalHost:7449", "127.0.0.1:7449", "[::1]:7449", "[::1]"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["evil.example", "evil.example:7449", "localhost.evil.example", "", "1"] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
