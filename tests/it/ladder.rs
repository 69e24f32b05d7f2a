//! The order of the checks: what is wrong first is told first, whatever else is.

use countersign::clock::Time;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Rules, Session};
use http::Request;

use crate::listening::House;
use crate::plain::{RawRequest, put_down, with_head};
use crate::signer::Signer;

const TOKEN: &str = "FwoGZXIvYXdzEBYaD";

/// A rung: the reason that is told, and what is done to a request to bring it about.
type Rung = (&'static str, fn(&mut RawRequest));

const HEADER_FORM: &[Rung] = &[
    ("target_too_long", |request| request.target = format!("/?{}", "a".repeat(65_536)).into()),
    ("bad_path", |request| request.target = b"/%zz?Action=%zz&X-Amz-Algorithm=x".to_vec()),
    ("no_call", |request| "PUT".clone_into(&mut request.method)),
    ("content_type", |request| {
        "POST".clone_into(&mut request.method);
        request.set("Content-Type", "text/plain");
    }),
    ("bad_query", |request| request.target = b"/?Action=%zz&X-Amz-Algorithm=x".to_vec()),
    ("both_forms", |request| request.target = b"/?Action=a&X-Amz-Algorithm=x".to_vec()),
    ("twice", |request| request.headers.push(("authorization".to_owned(), b"AWS x".to_vec()))),
    ("algorithm", |request| edit(request, "AWS4-HMAC-SHA256", "AWS5")),
    ("no_pair", |request| edit(request, "ASIDEX", "ASID EX")),
    ("header_lacks", |request| edit(request, "Credential", "credential")),
    ("host_not_signed", |request| edit(request, "host;", "")),
    ("header_not_signed", |request| request.set("x-amz-target", "x")),
    ("bad_date", |request| request.set("X-Amz-Date", "yesterday")),
    ("expired", |request| request.set("X-Amz-Date", "20150829T123600Z")),
    ("not_yet_current", |request| request.set("X-Amz-Date", "20150831T123600Z")),
    ("bad_credential", |request| edit(request, "us-east-1/", "")),
    ("out_of_scope", |request| edit(request, "/iam/", "/s3/")),
    ("wrong_token", |request| request.set("X-Amz-Security-Token", "other")),
    ("session_expired", |_| {}),
];

const QUERY_FORM: &[Rung] = &[
    ("bad_path", |request| request.target.insert(1, b'%')),
    ("no_call", |request| replace(request, "Action=", "Faction=")),
    ("bad_query", |request| request.target.extend(b"&%")),
    ("twice", |request| request.target.extend(b"&X-Amz-Date=x")),
    ("query_algorithm", |request| replace(request, "AWS4-HMAC-SHA256", "AWS5")),
    ("query_lacks", |request| replace(request, "X-Amz-Credential", "X-Amz-Credentials")),
    ("host_not_signed", |request| replace(request, "SignedHeaders=host", "SignedHeaders=h")),
    ("header_not_signed", |request| request.set("x-amz-target", "x")),
    ("bad_date", |request| replace(request, "T123600Z", "T123660Z")),
    ("expired", |request| replace(request, "Date=20150830", "Date=20150829")),
    ("bad_credential", |request| replace(request, "us-east-1%2F", "")),
    ("out_of_scope", |request| replace(request, "%2Fiam", "%2Fs3")),
    ("wrong_token", |request| replace(request, TOKEN, "other")),
    ("session_expired", |_| {}),
];

#[test]
fn the_first_fault_of_a_signed_header_is_the_one_that_is_told() {
    climb(HEADER_FORM, Signer::sign);
}

#[test]
fn the_first_fault_of_a_presigned_request_is_the_one_that_is_told() {
    climb(QUERY_FORM, Signer::presign);
}

#[test]
fn behind_the_session_come_the_key_and_then_the_signature() {
    let house = house();
    let told = |key: Option<Key>| {
        let house = House { key: key.map(Into::into), ..house.clone() };
        house.verify(&signer("wrong").sign(request())).unwrap_err().reason()
    };
    assert_eq!(told(None), "unknown_key");
    let later =
        Session { token: Secret::new(TOKEN.to_owned()), expires: Time::from_unix(i64::MAX) };
    let key = Key::new("ASIDEXAMPLE", 1, Secret::new("hers".to_owned())).in_session(later);
    assert_eq!(told(Some(key.clone().active(false))), "inactive_key");
    assert_eq!(told(Some(key)), "signature");
}

/// All faults at once, then one less from the top at a time.
fn climb(rungs: &[Rung], sign: impl Fn(&Signer, Request<bytes::Bytes>) -> Request<bytes::Bytes>) {
    for (at, (reason, _)) in rungs.iter().enumerate() {
        let mut request = put_down(&sign(&signer("wrong"), request()));
        // The topmost is done last, so that the others cannot undo it.
        for (_, fault) in rungs[at..].iter().rev() {
            fault(&mut request);
        }
        let told = with_head(&request, |head| house().verify_head(&head, &request.body));
        assert_eq!(told.unwrap_err().reason(), *reason);
    }
}

/// It knows a key whose session is over.
fn house() -> House {
    let house = House::new(Rules::query("iam"), "", "");
    let session = Session { token: Secret::new(TOKEN.to_owned()), expires: house.now };
    let key = Key::new("ASIDEXAMPLE", 1, Secret::new("hers".to_owned())).in_session(session);
    House { key: Some(key.into()), ..house }
}

fn signer(secret: &str) -> Signer {
    Signer::new("ASIDEXAMPLE", secret).token(TOKEN)
}

fn request() -> Request<bytes::Bytes> {
    Request::get("http://localhost/?Action=ListUsers").body(bytes::Bytes::new()).unwrap()
}

fn edit(request: &mut RawRequest, from: &str, to: &str) {
    for (name, value) in &mut request.headers {
        if name.eq_ignore_ascii_case("authorization") {
            *value = String::from_utf8(value.clone()).unwrap().replace(from, to).into_bytes();
        }
    }
}

fn replace(request: &mut RawRequest, from: &str, to: &str) {
    let target = String::from_utf8(request.target.clone()).unwrap();
    request.target = target.replace(from, to).into_bytes();
}
