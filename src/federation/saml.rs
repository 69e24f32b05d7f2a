//! Proofs of SAML identity providers (SAML V2.0 Core; Profiles, section 4.1): a response in,
//! what its assertion says of someone out.
//!
//! Only what a signature covers is read: the canonical bytes that were verified are parsed
//! once more, and nothing else is. All of it is hostile until then.

mod assertion;
mod attribute;
mod certificate;
mod refusal;
mod replay;
mod signature;
mod tree;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::BASE64;

use self::attribute::Attributes;
use self::signature::{ASSERTION, Verified};
use self::tree::Element;
use super::Vouched;
use super::metadata::Metadata;
use crate::clock::Time;
use crate::text::AccountId;

pub use refusal::Refusal;
pub use replay::Replays;

/// How long a response may be, in Base64: what STS takes.
const LONGEST: usize = 100_000;

/// The audiences that assertions for AWS name, one or the other.
pub const AUDIENCES: &[&str] = &["urn:amazon:webservices", "https://signin.aws.amazon.com/saml"];

/// Where assertions for AWS are shown, at large or in a region.
pub const RECIPIENTS: &[&str] =
    &["https://signin.aws.amazon.com/saml", "https://*.signin.aws.amazon.com/saml"];

/// What an assertion has to fit.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'e> {
    /// The account of the provider.
    pub account: &'e AccountId,
    /// What the provider is called there.
    pub provider: &'e str,
    /// The audiences that are here; [`AUDIENCES`], or others as well.
    pub audiences: &'e [&'e str],
    /// The recipients that are here; [`RECIPIENTS`], or others as well. A star stands for
    /// one label of a host's name.
    pub recipients: &'e [&'e str],
    /// The time of day.
    pub now: Time,
}

impl Expected<'_> {
    fn is_recipient(&self, url: &str) -> bool {
        self.recipients.iter().any(|known| match known.split_once('*') {
            None => *known == url,
            Some((before, after)) => {
                let label = url.strip_prefix(before).and_then(|url| url.strip_suffix(after));
                label.is_some_and(is_label)
            }
        })
    }
}

fn is_label(text: &str) -> bool {
    let is_of_names = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(is_of_names)
}

/// What a SAML provider says of someone, here and now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asserted {
    /// What is vouched for. Its audience is the recipient, as AWS has it.
    pub vouched: Vouched,
    /// The identifier of the assertion, which is shown once: see [`Replays::first`].
    pub assertion_id: String,
    /// When the assertion is refused from then on, whether it ends or gets old.
    pub not_on_or_after: Time,
    /// The format of the subject's name: `persistent`, `transient`, or a whole URI.
    pub subject_type: String,
    /// Whose name the subject's is: a digest of issuer, account and provider.
    pub name_qualifier: String,
    /// What the session is called.
    pub session_name: String,
    /// How long the session may be, in seconds, if the provider says so.
    pub session_seconds: Option<u32>,
    /// When the session ends, if the provider says so.
    pub session_not_on_or_after: Option<Time>,
    /// The ARNs of roles that are offered, each with the ARN of the provider that offers it.
    pub roles: Vec<(String, String)>,
}

impl Asserted {
    /// Reads a response in Base64, as `AssumeRoleWithSAML` takes it, that a provider with
    /// this metadata has signed, as a whole or its assertion.
    ///
    /// Whether it was shown before, and whether a role is offered, is asked afterwards.
    pub fn read(
        response: &str,
        metadata: &Metadata,
        expected: &Expected<'_>,
    ) -> Result<Self, Refusal> {
        if let Some(end) = metadata.valid_until.filter(|end| *end <= expected.now) {
            return Err(Refusal::Metadata(end));
        }
        let text = decoded(response)?;
        refuse_early(&Element::read(&text)?, &metadata.entity)?;
        let Verified { response, assertion } = Verified::of(&text, &metadata.certificates)?;
        if let Some(response) = response {
            assertion::expect_success(&response)?;
            assertion::expect_issuer(&response, &metadata.entity)?;
            assertion::expect_destination(&response, expected)?;
        }
        assertion::expect_issuer(&assertion, &metadata.entity)?;
        Self::of(&assertion, expected)
    }

    /// Whether the provider offers the role.
    pub fn expect_role(&self, role: &str, provider: &str) -> Result<(), Refusal> {
        let is_offered =
            self.roles.iter().any(|one| (one.0.as_str(), one.1.as_str()) == (role, provider));
        if is_offered { Ok(()) } else { Err(Refusal::Role) }
    }

    fn of(assertion: &Element, expected: &Expected<'_>) -> Result<Self, Refusal> {
        let assertion_id = assertion::id(assertion)?.to_owned();
        let bearer = assertion::bearer(assertion, expected)?;
        let (subject, subject_type) = assertion::subject(assertion)?;
        let issuer = assertion.only(ASSERTION, "Issuer").ok_or(Refusal::Issuer)?.text();
        let attributes = Attributes::of(assertion);
        let mut asserted = Self {
            vouched: Vouched {
                issuer: issuer.trim().to_owned(),
                subject,
                audience: bearer.recipient,
                facts: Vec::new(),
                tags: attributes.tags()?,
                transitive: attributes.transitive(),
                source_identity: attributes.source_identity()?,
            },
            assertion_id,
            not_on_or_after: bearer.end,
            subject_type,
            name_qualifier: name_qualifier(issuer.trim(), expected),
            session_name: attributes.session_name()?,
            session_seconds: attributes.session_seconds()?,
            session_not_on_or_after: assertion::session_end(assertion, expected.now)?,
            roles: attributes.roles(),
        };
        asserted.vouched.facts = asserted.facts(expected);
        asserted.vouched.facts.extend(attributes.facts());
        Ok(asserted)
    }

    /// What conditions may ask of the assertion itself (IAM User Guide, “Available keys for
    /// SAML-based AWS STS federation”).
    fn facts(&self, expected: &Expected<'_>) -> Vec<(String, Vec<String>)> {
        let document = format!("{}/{}", expected.account, expected.provider);
        let facts = [
            ("saml:aud", &self.vouched.audience),
            ("saml:doc", &document),
            ("saml:iss", &self.vouched.issuer),
            ("saml:namequalifier", &self.name_qualifier),
            ("saml:sub", &self.vouched.subject),
            ("saml:sub_type", &self.subject_type),
        ];
        facts.map(|(key, value)| (key.to_owned(), vec![value.clone()])).to_vec()
    }
}

/// A response's text. White space in its Base64 does not count.
fn decoded(response: &str) -> Result<String, Refusal> {
    if response.len() > LONGEST {
        return Err(Refusal::NotBase64);
    }
    let letters: String = response.split_ascii_whitespace().collect();
    let bytes = BASE64.decode(letters.as_bytes()).map_err(|_| Refusal::NotBase64)?;
    String::from_utf8(bytes).map_err(|_| Refusal::NotBase64)
}

/// Tells what is plainly not the provider's, so that it is told as that and not as a wrong
/// signature. Nothing is verified yet, and nothing is believed.
fn refuse_early(response: &Element, entity: &str) -> Result<(), Refusal> {
    if !response.is(signature::PROTOCOL, "Response") {
        return Err(Refusal::NotAResponse);
    }
    assertion::expect_success(response)?;
    assertion::expect_issuer(response, entity)?;
    response
        .all(ASSERTION, "Assertion")
        .try_for_each(|assertion| assertion::expect_issuer(assertion, entity))
}

/// Whose name a subject's is (STS API Reference, `AssumeRoleWithSAML`, `NameQualifier`).
fn name_qualifier(issuer: &str, expected: &Expected<'_>) -> String {
    let whole = format!("{issuer}{}/{}", expected.account, expected.provider);
    // An identifier that AWS's answers show, not a protection.
    BASE64.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, whole.as_bytes()).as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text as _;

    fn expected(account: &AccountId) -> Expected<'_> {
        Expected {
            account,
            provider: "MySAMLIdP",
            audiences: AUDIENCES,
            recipients: RECIPIENTS,
            now: Time::from_unix(0),
        }
    }

    #[test]
    fn a_name_s_qualifier_is_as_aws_documents_it() {
        // BASE64(SHA1("https://example.com/saml" + "123456789012" + "/MySAMLIdP"))
        let account = AccountId::parse("123456789012").unwrap();
        let qualifier = name_qualifier("https://example.com/saml", &expected(&account));
        assert_eq!(qualifier, "1uAJanUnBc2XeUkHURMht+xam2c=");
    }

    #[test]
    fn a_star_stands_for_one_label() {
        let account = AccountId::parse("123456789012").unwrap();
        for (url, is_one) in [
            ("https://signin.aws.amazon.com/saml", true),
            ("https://eu-central-1.signin.aws.amazon.com/saml", true),
            ("https://evil.example.com/.signin.aws.amazon.com/saml", false),
            ("https://.signin.aws.amazon.com/saml", false),
            ("https://a.b.signin.aws.amazon.com/saml", false),
            ("https://signin.aws.amazon.com/saml/", false),
            ("http://signin.aws.amazon.com/saml", false),
        ] {
            assert_eq!(expected(&account).is_recipient(url), is_one, "{url}");
        }
    }
}
