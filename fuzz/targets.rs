//! What each target does with its bytes. The tests include this file as well, and
//! replay the corpora: a target is a function here, a row in `ALL`, a file in
//! `fuzz_targets`, and a `[[bin]]`.

#[path = "targets/doctor.rs"]
mod diagnosed;

use std::sync::Arc;

use countersign::action::{Call, Case, Decide};
use countersign::clock::Time;
use countersign::error::{Code, Error};
use countersign::federation::metadata::Metadata;
use countersign::federation::saml::{AUDIENCES, Asserted, Expected, RECIPIENTS};
use countersign::federation::web::{Claimed, KeySet, Provider, discovery};
use countersign::ids::RandomIds;
use countersign::policy::{
    Bearing, Decision, Fact, Facts, Kind, Policy, Principal, Purpose, Question, Source, decide,
};
use countersign::request::{Pasted, Request};
use countersign::secret::Secret;
use countersign::sigv4::{
    EcdsaSignature, Head, PayloadLine, Presented, PublicKey, RawHeader, Reading, Rules, Verifier,
};
use countersign::store::account::Account;
use countersign::store::draft::{Draft, Limits};
use countersign::store::entity::{
    Group, KeyPair, ManagedPolicy, MfaDevice, OidcProvider, Profile, Role, SamlProvider, User,
};
use countersign::store::owner::{Caller, Owner};
use countersign::store::record::{self, Kept, Records};
use countersign::store::seal::{Seal, SealKey};
use countersign::text::{AccountId, Text};
use countersign::wire::answer::Format;
use countersign::wire::form::Form;
use countersign::{iam, sts};

pub(crate) use diagnosed::doctor;

/// What is done with the bytes of one input.
pub(crate) type Target = fn(&[u8]);

/// The targets by the names of their corpora.
pub(crate) const ALL: &[(&str, Target)] = &[
    ("authorization", authorization),
    ("canonical", canonical),
    ("curl", curl),
    ("doctor", doctor),
    ("document", document),
    ("form", form),
    ("metadata", metadata),
    ("pattern", pattern),
    ("record", record),
    ("saml", saml),
    ("signature", signature),
    ("token", token),
    ("variable", variable),
];

const NOW: Time = Time::from_unix(1_440_938_160);

/// A signature, as a header and as a query: it may be anything, and lets nobody in.
pub(crate) fn authorization(bytes: &[u8]) {
    let headers: &[RawHeader<'_>] =
        &[("host", b"h"), ("x-amz-date", b"20150830T123600Z"), ("authorization", bytes)];
    let target = [b"/?Action=a&", bytes].concat();
    let in_regions: Vec<_> = headers.iter().copied().chain([("x-amz-region-set", bytes)]).collect();
    refuse(&Head::raw("POST", b"/", headers));
    refuse(&Head::raw("POST", b"/", &in_regions));
    refuse(&Head::raw("GET", &target, headers.get(..1).unwrap_or_default()));
}

fn refuse(head: &Head<'_>) {
    let rules = Rules::query("iam").taking_sigv4a();
    let Ok(presented) = Presented::read(*head, &rules, NOW) else { return };
    let Ok(scoped) = presented.in_scope(&rules) else { return };
    assert!(Verifier::keeping(1).verify(&scoped, b"", None).is_err());
}

/// A target, the names of its signed headers, and its headers, a line each: every
/// reading of it can be written.
pub(crate) fn canonical(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let (target, signed) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let credential = b"AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/iam/aws4_request,Signature=00,SignedHeaders=";
    let authorization = [credential, signed].concat();
    let mut headers: Vec<RawHeader<'_>> =
        vec![("x-amz-date", b"20150830T123600Z"), ("authorization", &authorization)];
    headers.extend(lines.filter_map(header));
    for rules in [Rules::rest("iam"), Rules::s3("iam")] {
        let Ok(presented) = Presented::read(Head::raw("GET", target, &headers), &rules, NOW) else {
            continue;
        };
        for reading in Reading::ALL {
            let (canonical, _) =
                presented.canonical_request(&rules, &PayloadLine::of(b""), reading);
            assert!(canonical.starts_with(b"GET\n/"));
            assert!(
                presented
                    .string_to_sign(&canonical)
                    .starts_with(b"AWS4-HMAC-SHA256\n20150830T123600Z\n")
            );
        }
    }
}

/// What somebody pasted: what is read as a request can be written down as one, and is the
/// same when it is read back.
pub(crate) fn curl(bytes: &[u8]) {
    let Ok(pasted) = Pasted::read(bytes) else { return };
    let Pasted { request, .. } = &pasted;
    let again = Request::read(&request.to_text()).unwrap();
    assert_eq!((&again.method, &again.target), (&request.method, &request.target));
    let trimmed = |request: &Request| -> Vec<_> {
        let headers = request.headers.iter();
        headers.map(|(name, value)| (name.clone(), value.trim_ascii().to_vec())).collect()
    };
    assert_eq!(trimmed(&again), trimmed(request));
}

/// A signature in DER: what is read is the one encoding of its two numbers, and is
/// nobody's.
pub(crate) fn signature(bytes: &[u8]) {
    let Some(signature) = EcdsaSignature::read(bytes) else { return };
    let [0x30, length, 0x02, first, numbers @ ..] = bytes else { panic!("no two numbers") };
    assert_eq!(usize::from(*length), bytes.len() - 2);
    let (r, rest) = numbers.split_at(usize::from(*first));
    let [0x02, second, s @ ..] = rest else { panic!("no second number") };
    assert_eq!(usize::from(*second), s.len());
    for number in [r, s] {
        assert!(number[0] < 0x80 && number != [0] && number.len() <= 33);
        assert!(number[0] != 0 || number[1] >= 0x80);
    }
    let key = PublicKey::derive(&Secret::new("secret".to_owned()), "AKIA").unwrap();
    assert!(!key.made(&signature, b"text"));
}

fn header(line: &[u8]) -> Option<RawHeader<'_>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at(colon);
    Some((std::str::from_utf8(name).ok()?, value.get(1..)?))
}

/// A body: it is read as a form or not, and as the input of any action or not; where
/// nothing is allowed, nothing is answered.
pub(crate) fn form(bytes: &[u8]) {
    let Ok(form) = Form::read(std::iter::empty(), bytes) else { return };
    let Ok(number) = AccountId::parse("123456789012") else { return };
    let account = Arc::new(Account::new(number));
    let Some(caller) = Caller::of(&account, &Owner::Root) else { return };
    for route in iam::routes().chain(sts::routes()) {
        let call = Call {
            form: &form,
            home: None,
            caller: &caller,
            request_id: "",
            format: Format::Xml,
            policy: &Never,
            request: &(),
            witness: None,
        };
        let draft = Draft::of(Arc::clone(&account), NOW, Limits::default(), Box::new(RandomIds));
        assert!((route.serve)(&call, draft).is_err());
    }
}

/// Allows nothing.
#[derive(Debug)]
struct Never;

impl Decide for Never {
    fn decide(&self, _: &Case<'_>) -> Result<(), Error> {
        Err(Error::without_message(Code::AccessDenied))
    }
}

/// A web identity token, which no key bears out; the keys of a provider; and what it
/// says of itself, which is of one issuer at most.
pub(crate) fn token(bytes: &[u8]) {
    let keys = KeySet::read(bytes).unwrap_or_default();
    let of = ["", "https://id.example.com"].map(|issuer| discovery::keys_address(bytes, issuer));
    assert!(of.iter().any(Result::is_err));
    let Ok(claimed) = std::str::from_utf8(bytes).map_err(drop).and_then(read) else { return };
    let provider = Provider { url: claimed.issuer(), client_ids: &["app".to_owned()] };
    assert!(claimed.verify(&provider, &keys, NOW).is_err());
}

fn read(token: &str) -> Result<Claimed, ()> {
    Claimed::read(token).map_err(drop)
}

/// What a SAML provider says of itself: what can be read names somebody who signs, and
/// declares no document type.
pub(crate) fn metadata(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let Ok(metadata) = Metadata::read(text) else { return };
    assert!(!metadata.entity.is_empty() && !metadata.certificates.is_empty());
    assert!(metadata.certificates.iter().all(|der| der.first() == Some(&0x30)));
}

/// A stored record, whichever it is taken for: what can be read is written so that
/// it reads the same. What is sealed in the corpus is sealed with this key.
pub(crate) fn record(bytes: &[u8]) {
    let key = SealKey::parse(&"0".repeat(64)).unwrap();
    let account = AccountId::parse("123456789012").unwrap();
    let records = Records { account: &account, seal: &Seal::new(&key).unwrap() };
    if let Some((user, again)) = reread::<User>(records, bytes) {
        assert_eq!(secrets(&user.keys), secrets(&again.keys));
    }
    reread::<Group>(records, bytes);
    reread::<Role>(records, bytes);
    reread::<ManagedPolicy>(records, bytes);
    reread::<Profile>(records, bytes);
    reread::<OidcProvider>(records, bytes);
    if let Some((saml, again)) = reread::<SamlProvider>(records, bytes) {
        let keys = [&saml, &again].map(|saml| saml.keys.iter().map(|key| key.pem.expose()));
        let [keys, again] = keys.map(Iterator::collect::<Vec<_>>);
        assert_eq!(keys, again);
    }
    if let Some((device, again)) = reread::<MfaDevice>(records, bytes) {
        assert_eq!(device.seed, again.seed);
    }
    if let Ok(settings) = record::read_settings(bytes) {
        let again = record::read_settings(&record::write_settings(&settings).unwrap()).unwrap();
        assert_eq!(format!("{settings:?}"), format!("{again:?}"));
    }
    if let Ok(root) = records.read_root(bytes) {
        let again = records.read_root(&records.write_root(&root).unwrap()).unwrap();
        assert_eq!(format!("{root:?}"), format!("{again:?}"));
        assert_eq!(secrets(&root.keys), secrets(&again.keys));
    }
    if let Some(used) = record::read_use(bytes).ok().and_then(|used| used.get()) {
        assert_eq!(record::read_use(&record::write_use(&used).unwrap()).unwrap().get(), Some(used));
    }
}

/// What is read, and what is read of what is written of it: the same.
fn reread<E: Kept>(records: Records<'_>, bytes: &[u8]) -> Option<(E, E)> {
    let read: E = records.read(bytes).ok()?;
    let again: E = records.read(&records.write(&read).unwrap()).unwrap();
    assert_eq!(format!("{read:?}"), format!("{again:?}"));
    Some((read, again))
}

fn secrets(keys: &[KeyPair]) -> Vec<&str> {
    keys.iter().map(|key| key.secret.expose()).collect()
}

/// A document, whatever it is meant for: what is read decides the same when it is read
/// back.
pub(crate) fn document(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let kept = Policy::kept(text);
    for purpose in [
        Purpose::Managed,
        Purpose::Inline,
        Purpose::Trust,
        Purpose::Session,
        Purpose::Resource,
        Purpose::Organization,
    ] {
        if let Ok(read) = Policy::read(text, purpose) {
            assert_eq!(decided(&read, &()), decided(&kept, &()));
            assert_eq!(read.with_names(|_| None), text);
            assert_eq!(read.keys().count(), kept.keys().count());
        }
    }
}

fn decided(policy: &Policy, facts: &dyn Facts) -> Decision {
    let principal = Principal {
        kind: Kind::User,
        account: "123456789012",
        arn: "arn:aws:iam::123456789012:user/ann",
        id: "AIDAEXAMPLEEXAMPLEEXA",
    };
    let question = Question {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::bucket/ann/key",
        owner: "123456789012",
        principal,
        facts,
    };
    let identity = [Source { name: "p".into(), arn: None, policy: policy.clone() }];
    decide(&question, &Bearing { identity: &identity, ..Bearing::default() })
}

/// A response: whatever is believed of it is what the provider has signed.
pub(crate) fn saml(bytes: &[u8]) {
    let metadata = Metadata::read(include_str!("../vectors/saml/metadata.xml")).unwrap();
    let account = AccountId::parse("123456789012").unwrap();
    let expected = Expected {
        account: &account,
        provider: "Example",
        audiences: AUDIENCES,
        recipients: RECIPIENTS,
        now: NOW,
    };
    if let Ok(asserted) = Asserted::read(&base64(bytes), &metadata, &expected) {
        assert_eq!(asserted.vouched.subject, "ann");
        assert_eq!(asserted.session_name, "ann@example.com");
        assert!(asserted.roles.iter().all(|(role, _)| !role.ends_with("Admin")));
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0, |bits, byte| (bits << 8) | usize::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at)) & 63];
            text.push(if at <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

/// A pattern and a text, a line each: they match as a matcher says that tries all.
pub(crate) fn pattern(bytes: &[u8]) {
    let Some((pattern, found)) = two_lines(bytes) else { return };
    let is_met = is_like(pattern, found);
    // What tries all takes its time, and for each star as many times more as there are letters.
    let is_short = pattern.len() < 16 && found.len() < 32 && pattern.matches('*').count() <= 4;
    if is_short && !pattern.contains("${") {
        let (pattern, found): (Vec<_>, Vec<_>) =
            (pattern.chars().collect(), found.chars().collect());
        assert_eq!(is_met, tries_all(&pattern, &found));
    }
}

fn tries_all(pattern: &[char], found: &[char]) -> bool {
    match (pattern, found) {
        ([], _) => found.is_empty(),
        (['*', rest @ ..], _) => (0..=found.len()).any(|taken| tries_all(rest, &found[taken..])),
        (['?', rest @ ..], [_, after @ ..]) => tries_all(rest, after),
        ([wanted, rest @ ..], [first, after @ ..]) => wanted == first && tries_all(rest, after),
        (_, []) => false,
    }
}

/// A value and a text, a line each: a variable is its value, whatever signs are in it,
/// and nothing else.
pub(crate) fn variable(bytes: &[u8]) {
    let Some((value, found)) = two_lines(bytes) else { return };
    let facts = Named { value, found };
    let policy = like("a${my:value}");
    let is_met = decided(&policy, &facts) == Decision::Allowed;
    assert_eq!(is_met, found.strip_prefix('a') == Some(value));
    let _ = decided(&like(value), &facts);
}

fn two_lines(bytes: &[u8]) -> Option<(&str, &str)> {
    str::from_utf8(bytes).ok()?.split_once('\n')
}

fn is_like(pattern: &str, found: &str) -> bool {
    decided(&like(pattern), &Named { value: "", found }) == Decision::Allowed
}

/// A policy that allows what is like a pattern.
fn like(pattern: &str) -> Policy {
    let quoted: String = pattern.chars().map(quoted).collect();
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*",
            "Condition":{{"StringLike":{{"my:found":"{quoted}"}}}}}}}}"#
    );
    Policy::kept(&text)
}

/// A character in a string of JSON.
fn quoted(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    }
}

/// A request of which two things are known.
struct Named<'n> {
    value: &'n str,
    found: &'n str,
}

impl Facts for Named<'_> {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        match key {
            "my:value" => Some(Fact::one(self.value)),
            "my:found" => Some(Fact::one(self.found)),
            _ => None,
        }
    }
}
