//! What each target does with its bytes. The tests include this file as well, and
//! replay the corpora: a target is a function here, a row in `ALL`, a file in
//! `fuzz_targets`, and a `[[bin]]`.

use countersign::clock::Time;
use countersign::sigv4::{Head, PayloadLine, Presented, RawHeader, Reading, Rules, Verifier};
use countersign::store::record::{self, Records};
use countersign::store::seal::{Seal, SealKey};
use countersign::text::{AccountId, Text};
use countersign::wire::form::Form;

/// The targets by the names of their corpora.
pub(crate) const ALL: &[(&str, fn(&[u8]))] = &[
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
    refuse(Head::raw("POST", b"/", headers));
    refuse(Head::raw("GET", &target, headers.get(..1).unwrap_or_default()));
}

fn refuse(head: Head<'_>) {
    let rules = Rules::query("iam");
    let Ok(presented) = Presented::read(head, &rules, NOW) else { return };
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

/// A body: it is read as a form, or it is not.
pub(crate) fn form(bytes: &[u8]) {
    if let Ok(form) = Form::read(std::iter::empty(), bytes) {
        let _ = (form.get("Action"), form.get("Tags.member.1.Key"));
    }
}

/// A stored record: whichever it is taken for, it is read, or it is not.
pub(crate) fn record(bytes: &[u8]) {
    let Ok(key) = SealKey::parse(&"5a".repeat(32)) else { return };
    let (Ok(seal), Ok(account)) = (Seal::new(&key), AccountId::parse("123456789012")) else {
        return;
    };
    let records = Records { account: &account, seal: &seal };
    let _ = (records.read_root(bytes).is_ok(), records.read_user(bytes).is_ok());
    let _ = record::read_use(bytes).is_ok();
}
