//! Which URLs may be those of OIDC providers.

use crate::text::Issuer;

/// The longest part of a host's name (RFC 1035 section 2.3.4).
const LONGEST_LABEL: usize = 63;

/// What the provider at `url` is called, if it is a URL that may be registered: `https`,
/// a host, and a path, without a query or a fragment (IAM API Reference,
/// `CreateOpenIDConnectProvider`). AWS takes no port; here providers run on the machine of
/// who tries them, where the port of `https` is rarely theirs.
pub(super) fn accepted(url: &str) -> Option<Issuer> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split('/').next()?;
    let path = rest.strip_prefix(authority)?;
    (is_authority(authority) && path.chars().all(is_of_path)).then(|| Issuer::of_url(url)).flatten()
}

/// What the provider at a URL is called, whether it may be registered or not.
pub(super) fn named(url: &str) -> String {
    let bare = || url.split_once("://").map_or(url, |(_, bare)| bare).to_owned();
    accepted(url).map_or_else(bare, |name| name.to_string())
}

/// A host, and perhaps a port.
fn is_authority(authority: &str) -> bool {
    match authority.split_once(':') {
        None => is_host(authority),
        Some((host, port)) => {
            is_host(host) && !port.starts_with(['0', '+']) && port.parse::<u16>().is_ok()
        }
    }
}

/// Names of parts between dots. There is no place in one for a user.
fn is_host(host: &str) -> bool {
    host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// What paths are written in (RFC 3986 section 3.3).
fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/-._~!$&'()*+,;=:@%".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_at_a_host_and_perhaps_below_a_path() {
        for (url, name) in [
            ("https://token.actions.example.com", "token.actions.example.com"),
            ("https://ID.example.com/Realms/a%20b/", "id.example.com/Realms/a%20b/"),
            ("https://10.0.0.1/x:y@z", "10.0.0.1/x:y@z"),
            ("https://localhost", "localhost"),
            ("https://localhost:8443/realms/a", "localhost:8443/realms/a"),
        ] {
            assert_eq!(accepted(url).unwrap().as_str(), name);
        }
    }

    #[test]
    fn what_is_no_url_of_a_provider_is_refused() {
        for url in [
            "",
            "example.com",
            "http://example.com",
            "HTTPS://example.com",
            "https://",
            "https:///path",
            "https://example.com:",
            "https://example.com:0",
            "https://example.com:65536",
            "https://example.com:44:3",
            "https://example.com:+443",
            "https://user@example.com",
            "https://user:pass@example.com",
            "https://example.com?a=b",
            "https://example.com/?a=b",
            "https://example.com/#a",
            "https://exa_mple.com",
            "https://-a.example.com",
            "https://a-.example.com",
            "https://example..com",
            "https://example.com.",
            "https://[::1]/",
            "https://example.com/a b",
            "https://example.com/\u{e9}",
            "https://example.com/\\",
            "https://example.com/\n",
        ] {
            assert_eq!(accepted(url), None, "{url}");
        }
        assert_eq!(accepted(&format!("https://{}.com", "a".repeat(64))), None);
    }
}
