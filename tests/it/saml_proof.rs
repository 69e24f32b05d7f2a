//! What a SAML provider of ordinary libraries signs is believed; what anybody else makes of
//! it is not. The samples in `vectors/saml` were made by `tests/clients/saml/provider.py`,
//! which also signs afresh where Python is.

mod altered;
mod live;
mod wrapped;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use countersign::clock::Time;
use countersign::error::{Code, Error};
use countersign::federation::metadata::Metadata;
use countersign::federation::saml::{AUDIENCES, Asserted, Expected, RECIPIENTS, Refusal, Replays};
use countersign::text::{AccountId, Text};
use data_encoding::BASE64;

/// When the samples were signed.
const NOW: Time = Time::from_unix(1_440_938_160);

/// A provider's metadata and responses: a folder as `provider.py` fills it.
struct Samples {
    metadata: Metadata,
    good: BTreeMap<String, String>,
    bad: BTreeMap<String, String>,
}

impl Samples {
    fn kept() -> Self {
        Self::of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/saml"))
    }

    fn of(folder: &Path) -> Self {
        let metadata = fs::read_to_string(folder.join("metadata.xml")).unwrap();
        Self {
            metadata: Metadata::read(&metadata).unwrap(),
            good: responses(&folder.join("good")),
            bad: responses(&folder.join("bad")),
        }
    }

    fn read(&self, response: &str) -> Result<Asserted, Refusal> {
        read(response, &self.metadata, NOW)
    }

    /// A good response, whose assertion is signed.
    fn signed(&self) -> &str {
        &self.good["assertion-signed"]
    }
}

fn responses(folder: &Path) -> BTreeMap<String, String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = paths.map(|path| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    });
    read.collect()
}

fn read(response: &str, metadata: &Metadata, now: Time) -> Result<Asserted, Refusal> {
    let account = AccountId::parse("123456789012").unwrap();
    let expected = Expected {
        account: &account,
        provider: "Example",
        audiences: AUDIENCES,
        recipients: RECIPIENTS,
        now,
    };
    Asserted::read(&BASE64.encode(response.as_bytes()), metadata, &expected)
}

fn pair(role: &str) -> (String, String) {
    let arn = |rest: &str| format!("arn:aws:iam::123456789012:{rest}");
    (arn(role), arn("saml-provider/Example"))
}

#[test]
fn what_a_provider_signs_is_believed_however_it_signs() {
    let samples = Samples::kept();
    assert!(samples.good.len() >= 16);
    for (name, response) in &samples.good {
        let asserted = samples.read(response).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(asserted.vouched.subject, "ann", "{name}");
        assert_eq!(asserted.session_name, "ann@example.com", "{name}");
    }
}

#[test]
fn an_assertion_tells_of_whom_it_speaks_and_what_the_session_may_be() {
    let samples = Samples::kept();
    let asserted = samples.read(samples.signed()).unwrap();
    assert_eq!(asserted.vouched.issuer, "https://idp.example.com/saml");
    assert_eq!(asserted.vouched.audience, "https://signin.aws.amazon.com/saml");
    assert_eq!(asserted.assertion_id, "_assertion");
    assert_eq!(asserted.not_on_or_after, NOW.plus(240));
    assert_eq!(asserted.subject_type, "persistent");
    assert_eq!(asserted.session_seconds, Some(1800));
    assert_eq!(asserted.session_not_on_or_after, Some(NOW.plus(7200)));
    assert_eq!(asserted.roles, [pair("role/Reader"), pair("role/team/Writer")]);
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(asserted.vouched.tags, [tag("Team", "Blue = Green"), tag("Site", "Zürich")]);
    assert_eq!(asserted.vouched.transitive, ["Team"]);
    assert_eq!(asserted.vouched.source_identity.as_deref(), Some("ann"));
}

#[test]
fn odd_characters_arrive_as_they_were_said() {
    let samples = Samples::kept();
    let asserted = samples.read(&samples.good["odd-characters"]).unwrap();
    let odd = "tab\t line\n return\r quotes\"' > \u{a0} \u{2028} \u{1F511} ]]";
    assert_eq!(asserted.vouched.tags.last().unwrap().1, odd);
    let fact = asserted.vouched.facts.last().unwrap();
    assert_eq!(fact.0, "saml:edupersonentitlement");
    assert_eq!(fact.1, [" ", "", "  two  "]);
}

#[test]
fn conditions_may_ask_for_what_aws_lets_them_ask() {
    let samples = Samples::kept();
    let asserted = samples.read(samples.signed()).unwrap();
    let facts: BTreeMap<_, _> = asserted.vouched.facts.iter().cloned().collect();
    assert_eq!(facts.len(), asserted.vouched.facts.len());
    for (key, values) in [
        ("saml:aud", &["https://signin.aws.amazon.com/saml"][..]),
        ("saml:doc", &["123456789012/Example"]),
        ("saml:edupersonaffiliation", &["staff", "Blue & <Green>"]),
        ("saml:iss", &["https://idp.example.com/saml"]),
        ("saml:mail", &["ann@example.com"]),
        // printf 'https://idp.example.com/saml123456789012/Example' | openssl sha1 -binary | base64
        ("saml:namequalifier", &["YzkNHeOzHciDzcUOvVWMPVJ7uwg="]),
        ("saml:sub", &["ann"]),
        ("saml:sub_type", &["persistent"]),
    ] {
        assert_eq!(facts[key], values, "{key}");
    }
    assert_eq!(facts.len(), 8);
}

#[test]
fn a_role_is_offered_together_with_its_provider() {
    let samples = Samples::kept();
    let asserted = samples.read(samples.signed()).unwrap();
    let (role, provider) = pair("role/Reader");
    assert_eq!(asserted.expect_role(&role, &provider), Ok(()));
    assert_eq!(asserted.expect_role(&pair("role/Admin").0, &provider), Err(Refusal::Role));
    assert_eq!(asserted.expect_role(&role, &format!("{provider}2")), Err(Refusal::Role));
}

#[test]
fn what_nobody_should_believe_is_refused_for_its_reason() {
    let reasons = BTreeMap::from([
        ("assertion-in-response-s-signature", Refusal::Form),
        ("bad-session-name", Refusal::SessionName),
        ("bad-source-identity", Refusal::SourceIdentity),
        ("digest-sha1", Refusal::Form),
        ("empty-reference", Refusal::Form),
        ("hmac-of-the-public-key", Refusal::Form),
        ("inclusive", Refusal::Form),
        ("long-session", Refusal::Lacks("SessionDuration")),
        ("no-name", Refusal::NoSubject),
        ("no-session-name", Refusal::NoSessionName),
        ("other-audience", Refusal::Audience),
        ("other-destination", Refusal::Recipient),
        ("other-issuer", Refusal::Issuer),
        ("other-key", Refusal::Signature),
        ("other-recipient", Refusal::Recipient),
        ("rsa-sha1", Refusal::Form),
        ("status", Refusal::Status),
        ("two-bearers", Refusal::Confirmation),
        ("two-references", Refusal::Form),
        ("unknown-condition", Refusal::Condition),
        ("unsigned", Refusal::Unsigned),
    ]);
    let samples = Samples::kept();
    assert!(samples.bad.keys().map(String::as_str).eq(reasons.keys().copied()));
    for (name, response) in &samples.bad {
        assert_eq!(samples.read(response), Err(reasons[name.as_str()]), "{name}");
    }
}

#[test]
fn an_assertion_holds_for_minutes() {
    let samples = Samples::kept();
    let at = |seconds| read(samples.signed(), &samples.metadata, NOW.plus(seconds)).map(|_| ());
    assert_eq!(at(-61), Err(Refusal::Early(NOW)));
    assert_eq!(at(-60), Ok(()));
    assert_eq!(at(239), Ok(()));
    let (end, now) = (NOW.plus(240), NOW.plus(240));
    assert_eq!(at(240), Err(Refusal::Expired { end, now }));
    assert_eq!(at(301), Err(Refusal::Stale(NOW)));
    assert_eq!(at(i64::MAX), Err(Refusal::Stale(NOW)));
}

#[test]
fn only_the_provider_s_keys_and_name_count_and_only_while_its_metadata_holds() {
    let samples = Samples::kept();
    let with = |change: &dyn Fn(&mut Metadata)| {
        let mut metadata = samples.metadata.clone();
        change(&mut metadata);
        read(samples.signed(), &metadata, NOW).map(|_| ())
    };
    assert_eq!(with(&|_| {}), Ok(()));
    // The key that signed is the last; the certificate in the signature counts for nothing.
    assert_eq!(with(&|one| drop(one.certificates.pop())), Err(Refusal::Signature));
    assert_eq!(with(&|one| one.certificates.clear()), Err(Refusal::Signature));
    assert_eq!(with(&|one| one.entity.push('2')), Err(Refusal::Issuer));
    assert_eq!(with(&|one| one.valid_until = Some(NOW)), Err(Refusal::Metadata(NOW)));
    assert_eq!(with(&|one| one.valid_until = Some(NOW.plus(1))), Ok(()));
}

#[test]
fn an_assertion_is_shown_once() {
    let samples = Samples::kept();
    let replays = Replays::default();
    let show = |name: &str| {
        let Asserted { vouched, assertion_id, not_on_or_after, .. } =
            samples.read(&samples.good[name]).unwrap();
        replays.first([&vouched.issuer, &assertion_id], not_on_or_after, NOW)
    };
    assert!(show("assertion-signed"));
    assert!(!show("assertion-signed"));
    // The same assertion in another envelope.
    assert!(!show("other-prefixes"));
}

#[test]
fn a_refusal_is_told_in_aws_s_words_and_codes() {
    let samples = Samples::kept();
    let told = |name: &str| {
        let error = Error::from(samples.read(&samples.bad[name]).unwrap_err());
        (error.code(), error.message().to_owned())
    };
    for (name, code, message) in [
        ("other-key", Code::InvalidIdentityToken, "Response signature invalid"),
        ("unsigned", Code::InvalidIdentityToken, "Response signature invalid"),
        ("other-issuer", Code::InvalidIdentityToken, "Issuer not present in specified provider"),
        (
            "no-session-name",
            Code::InvalidIdentityToken,
            "RoleSessionName is required in AuthnResponse",
        ),
        ("no-name", Code::AccessDenied, "Not authorized to perform sts:AssumeRoleWithSAML"),
        (
            "two-bearers",
            Code::InvalidIdentityToken,
            "Responses must contain SubjectConfirmatonData with a Recipient and NotOnOrAfter",
        ),
    ] {
        assert_eq!(told(name), (code, message.to_owned()), "{name}");
    }
    assert_eq!(told("status").0, Code::IDPRejectedClaim);
    let stale = read(samples.signed(), &samples.metadata, NOW.plus(301)).unwrap_err();
    let stale = Error::from(stale);
    assert_eq!(stale.code(), Code::ExpiredTokenException);
    assert_eq!(stale.message(), "Token must be redeemed within 5 minutes of issuance");
}
