//! What each target does with its bytes. The tests include this file as well, and
//! replay the corpora: a target is a function here, a row in `ALL`, a file in
//! `fuzz_targets`, and a `[[bin]]`.

use std::sync::Arc;

use countersign::action::{Call, Case, Decide};
use countersign::clock::Time;
use countersign::error::{Code, Error};
use countersign::ids::RandomIds;
use countersign::sigv4::{Head, PayloadLine, Presented, RawHeader, Reading, Rules, Verifier};
use countersign::store::account::Account;
use countersign::store::draft::{Draft, Limits};
use countersign::store::entity::{Group, KeyPair, ManagedPolicy, Profile, Role, User};
use countersign::store::owner::{Caller, Owner};
use countersign::store::record::{self, Kept, Records};
use countersign::store::seal::{Seal, SealKey};
use countersign::text::{AccountId, Text};
use countersign::wire::answer::Format;
use countersign::wire::form::Form;
use countersign::{iam, sts};

/// What is done with the bytes of one input.
pub(crate) type Target = fn(&[u8]);

/// The targets by the names of their corpora.
pub(crate) const ALL: &[(&str, Target)] = &[
    ("authorization", authorization),
    ("canonical", canonical),
    ("form", form),
    ("record", record),
];

const NOW: Time = Time::from_unix(1_440_938_160);

/// A signature, as a header and as a query: it may be anything, and lets nobody in.
pub(crate) fn authorization(bytes: &[u8]) {
    let headers: &[RawHeader<'_>] =
        &[("host", b"h"), ("x-amz-date", b"20150830T123600Z"), ("authorization", bytes)];
    let target = [b"/?Action=a&", bytes].concat();
    refuse(&Head::raw("POST", b"/", headers));
    refuse(&Head::raw("GET", &target, headers.get(..1).unwrap_or_default()));
}

fn refuse(head: &Head<'_>) {
    let rules = Rules::query("iam");
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
            caller: &caller,
            request_id: "",
            format: Format::Xml,
            policy: &Never,
            request: &(),
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
