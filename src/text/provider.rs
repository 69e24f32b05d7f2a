//! Identity providers: who vouches for people of elsewhere.

use std::borrow::Cow;
use std::fmt::{self, Display};

use super::{Breach, Text, check, is_word};

text!(
    /// The URL of an OIDC provider as a caller writes it, not yet looked into.
    ProviderUrl, 1..=255
);

text!(
    /// What an application is called at an OIDC provider: the `aud` of its tokens.
    ClientId, 1..=255
);

text!(
    /// A digest of a provider's certificate: SHA-1, in 40 hexadecimal digits.
    Thumbprint, 40..=40
);

text!(
    /// The name of a SAML provider.
    SamlProviderName, 1..=128, r"[\w._-]+",
    |raw| !raw.is_empty() && raw.chars().all(|c| is_word(c) || matches!(c, '.' | '-'))
);

text!(
    /// What a SAML provider says of itself, not yet looked into.
    MetadataText, 1000..=10_000_000
);

text!(
    /// A private key in PEM, not yet looked into.
    PrivateKeyText, 1..=16384, r"[\u0009\u000A\u000D\u0020-\u00FF]+",
    |raw| raw.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FF}'))
);

text!(
    /// What a SAML provider, or a private key of one, is called that is never given twice.
    SamlId, 22..=64, r"[A-Z0-9]+",
    |raw| raw.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
);

words!(
    /// Whether assertions of a SAML provider come encrypted.
    EncryptionMode {
        /// All do.
        Required,
        /// They may.
        Allowed,
    }
);

/// The name of an OIDC provider: its URL without `https://`. The case of its path counts;
/// its host is in lower case.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Issuer(String);

impl Issuer {
    /// What the provider at a URL is called, whether it is one that may be registered or
    /// not; none where the URL is not one of `https`.
    pub fn of_url(url: &str) -> Option<Self> {
        Self::parse(url.strip_prefix("https://")?).ok()
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Text for Issuer {
    const CONSTRAINTS: &'static [Breach] =
        &[Breach::TooLong(255), Breach::TooShort(1), Breach::OffPattern(r"[\u0021-\u007E]+")];

    fn parse(raw: &str) -> Result<Self, Vec<Breach>> {
        check(raw, Self::CONSTRAINTS, |raw| raw.bytes().all(|b| b.is_ascii_graphic()))?;
        let host = raw.split('/').next().unwrap_or_default();
        let path = raw.strip_prefix(host).unwrap_or_default();
        Ok(Self([&host.to_ascii_lowercase(), path].concat()))
    }

    fn text(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

impl Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_a_url_without_its_scheme_whose_host_is_in_lower_case() {
        let issuer = |url: &str| Issuer::of_url(url).map(|issuer| issuer.to_string());
        assert_eq!(issuer("https://ID.Example.com/A/b/").as_deref(), Some("id.example.com/A/b/"));
        assert_eq!(issuer("https://ID.example.com").as_deref(), Some("id.example.com"));
        for other in ["http://id.example.com", "id.example.com", "https://", "https://a b"] {
            assert_eq!(issuer(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_called_so_is_spelt_in_few_letters() {
        assert!(SamlProviderName::parse("Acme_1.2-x").is_ok());
        for bad in ["", "a b", "a@b", "é"] {
            assert!(SamlProviderName::parse(bad).is_err(), "{bad}");
        }
        assert!(SamlId::parse("SAMLSPABCDEFGHIJKLMNOP").is_ok());
        assert!(SamlId::parse("samlspabcdefghijklmnop").is_err());
        assert!(PrivateKeyText::parse("-----BEGIN\r\n\u{FF}").is_ok());
        assert!(PrivateKeyText::parse("\u{100}").is_err());
    }
}
