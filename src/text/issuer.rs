//! The gateway as an issuer of web identity tokens: where it is, whom it speaks for, and
//! what its tokens say.

use std::fmt::{self, Display};

use super::{Breach, Issuer, Text, check};

/// Schemes that an issuer's address may have.
const SCHEMES: [&str; 2] = ["https://", "http://"];

/// The longest address: with what follows it, it is to be a provider's name.
const LONGEST_BASE: usize = 200;

text!(
    /// What an account is called by the tokens that are issued in its name: a UUID.
    IssuerId, 36..=36, r"[0-9a-f-]+",
    |raw| raw.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
);

text!(
    /// Whom a web identity token is for.
    TokenAudience, 1..=1000
);

number!(
    /// For how many seconds a web identity token counts: five minutes where nothing is said.
    TokenDuration(u32 as i64), 60..=3600, 300
);

/// How a web identity token is signed (RFC 7518 section 3.1). AWS's model knows no more of
/// the word than its length.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TokenAlgorithm {
    /// RSA, PKCS #1 version 1.5, with SHA-256.
    Rs256,
    /// ECDSA on P-384, with SHA-384.
    Es384,
}

impl Text for TokenAlgorithm {
    const CONSTRAINTS: &'static [Breach] = &[Breach::TooLong(5), Breach::TooShort(5)];

    fn parse(raw: &str) -> Result<Self, Vec<Breach>> {
        check(raw, Self::CONSTRAINTS, |_| true)?;
        match raw {
            "RS256" => Ok(Self::Rs256),
            "ES384" => Ok(Self::Es384),
            _ => Err(vec![Breach::UnknownWord]),
        }
    }
}

impl Display for TokenAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rs256 => "RS256",
            Self::Es384 => "ES384",
        })
    }
}

/// The address below which every account that issues tokens has its own: scheme, host,
/// perhaps a port and a path; no slash at its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct IssuerBase(String);

impl IssuerBase {
    /// Reads an address as it is configured.
    pub fn parse(url: &str) -> Option<Self> {
        let scheme = SCHEMES.into_iter().find(|scheme| url.starts_with(scheme))?;
        let rest = url.strip_prefix(scheme)?.trim_end_matches('/');
        let host = rest.split('/').next().filter(|host| is_host(host))?;
        let path = rest.strip_prefix(host)?;
        let base = [scheme, &host.to_ascii_lowercase(), path].concat();
        (base.len() <= LONGEST_BASE && path.chars().all(is_of_path)).then_some(Self(base))
    }

    /// The address itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the id of an issuer in the path of its address.
    pub fn path(&self) -> &str {
        let rest = self.rest();
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default()
    }

    /// The address of one issuer.
    pub fn of(&self, id: &IssuerId) -> String {
        format!("{}/{id}", self.0)
    }

    /// The issuer at an address, if it is one of this gateway's.
    pub fn id_in(&self, url: &str) -> Option<IssuerId> {
        let id = url.strip_prefix(self.as_str())?.strip_prefix('/')?;
        IssuerId::parse(id).ok()
    }

    /// What the provider is called whose address is one of this gateway's own, whatever
    /// its scheme and its port are.
    pub fn provider(&self, url: &str) -> Option<Issuer> {
        let id = self.id_in(url)?;
        Issuer::parse(&format!("{}/{id}", self.rest())).ok()
    }

    fn rest(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, rest)| rest)
    }
}

/// Where the gateway is that nobody configured.
impl Default for IssuerBase {
    fn default() -> Self {
        Self("http://127.0.0.1:7448".to_owned())
    }
}

impl Display for IssuerBase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name or a number, and perhaps a port; no user (RFC 3986 section 3.2).
fn is_host(host: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !host.is_empty() && host.chars().all(is_letter)
}

/// What paths are written in, without what would have to be decoded.
fn is_of_path(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.' | '_' | '~')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "a1faa616-d595-447d-bdfd-64b774ab199c";

    #[test]
    fn an_address_is_a_scheme_a_host_and_perhaps_a_path() {
        for (url, base, path) in [
            ("http://127.0.0.1:7448", "http://127.0.0.1:7448", ""),
            ("https://Tokens.Example.com/", "https://tokens.example.com", ""),
            ("https://example.com/iam/Tokens/", "https://example.com/iam/Tokens", "/iam/Tokens"),
            ("http://[::1]:80", "http://[::1]:80", ""),
        ] {
            let read = IssuerBase::parse(url).unwrap();
            assert_eq!((read.as_str(), read.path()), (base, path));
        }
        for bad in ["", "example.com", "ftp://a", "https://", "https:///a", "https://a@b"] {
            assert_eq!(IssuerBase::parse(bad), None, "{bad}");
        }
        for bad in ["https://a?b", "https://a/b#c", "https://a b", "https://a/%62"] {
            assert_eq!(IssuerBase::parse(bad), None, "{bad}");
        }
        assert_eq!(IssuerBase::parse(&format!("https://{}", "a".repeat(200))), None);
    }

    #[test]
    fn two_algorithms_are_known_and_words_of_another_length_are_told_so() {
        assert_eq!(TokenAlgorithm::parse("ES384").unwrap().to_string(), "ES384");
        assert_eq!(TokenAlgorithm::parse("HS256"), Err(vec![Breach::UnknownWord]));
        assert_eq!(TokenAlgorithm::parse("none"), Err(vec![Breach::TooShort(5)]));
    }

    #[test]
    fn the_providers_of_an_address_are_those_right_below_it() {
        let base = IssuerBase::default();
        let url = base.of(&IssuerId::parse(ID).unwrap());
        let name = base.provider(&url).unwrap();
        assert_eq!(name.as_str(), format!("127.0.0.1:7448/{ID}"));
        for other in [
            format!("https://127.0.0.1:7448/{ID}"),
            format!("http://127.0.0.1:74480/{ID}"),
            format!("http://127.0.0.1:7448/{ID}/"),
            format!("http://127.0.0.1:7448//{ID}"),
            "http://127.0.0.1:7448/".to_owned(),
            "http://127.0.0.1:7448".to_owned(),
        ] {
            assert_eq!(base.provider(&other), None, "{other}");
        }
    }
}
