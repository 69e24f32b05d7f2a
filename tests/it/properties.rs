//! What holds for every request, whatever is in it.

use bytes::Bytes;
use countersign::sigv4::{Head, Payload, RawHeader, Rules};
use http::Request;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::listening::House;
use crate::plain::{RawRequest, put_down, with_head};
use crate::signer::Signer;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_is_verified((request, service) in (request(), service())) {
        let signed = [signer(service).sign(request.clone()), signer(service).presign(request)];
        for request in signed {
            let signer = house(service).verify(&request);
            prop_assert!(signer.is_ok(), "{signer:?}: {request:?}");
        }
    }

    #[test]
    fn a_change_of_one_byte_of_what_is_signed_is_refused(
        (request, service) in (request(), service()),
        (place, other, is_presigned) in (any::<Index>(), any::<Index>(), any::<bool>()),
    ) {
        let signer = signer(service);
        let signed = if is_presigned { signer.presign(request) } else { signer.sign(request) };
        let request = put_down(&signed);
        let changed = change(&request, place, other);
        let house = house(service);
        let before = with_head(&request, |head| house.verify_head(&head, &request.body));
        prop_assert!(before.is_ok(), "{before:?}: {}", shown(&request));
        let after = with_head(&changed, |head| house.verify_head(&head, &changed.body));
        prop_assert!(after.is_err(), "{} became {}", shown(&request), shown(&changed));
    }

    #[test]
    fn no_bytes_stop_the_reader(
        (method, target) in (any::<String>(), vec(any::<u8>(), 0..100)),
        headers in vec((name(), vec(any::<u8>(), 0..100)), 0..8),
        (body, service) in (vec(any::<u8>(), 0..20), service()),
    ) {
        let headers: Vec<RawHeader<'_>> = headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let _ = house(service).verify_head(&Head::raw(&method, &target, &headers), &body);
    }

    #[test]
    fn no_words_stop_the_reader(
        (words, date) in (vec(word(), 0..12), word()),
        (target, service) in (vec(word(), 0..6), service()),
    ) {
        let authorization = format!("AWS4-HMAC-SHA256 {}", words.concat());
        let target = format!("/{}", target.concat());
        let headers: &[RawHeader<'_>] = &[
            ("host", b"h"), ("x-amz-date", date.as_bytes()), ("authorization", authorization.as_bytes()),
        ];
        let _ = house(service).verify_head(&Head::raw("GET", target.as_bytes(), headers), b"");
        let _ = house(service).verify_head(&Head::raw("GET", target.as_bytes(), &headers[..2]), b"");
    }
}

pub(crate) fn house(service: &str) -> House {
    let rules = match service {
        "s3" => Rules::s3("s3").payload(Payload::Declared),
        _ => Rules::rest(service),
    };
    House::new(rules, "AKIAANN", "hers")
}

pub(crate) fn signer(service: &str) -> Signer {
    Signer::new("AKIAANN", "hers").service(service).expires("60")
}

pub(crate) fn service() -> impl Strategy<Value = &'static str> {
    select(vec!["orders", "s3"])
}

/// Any request that stays below its root.
pub(crate) fn request() -> impl Strategy<Value = Request<Bytes>> {
    let segment = prop_oneof![
        "[a-zA-Z0-9._~!$'()*,;:@+=-]{0,6}",
        "(%[0-9A-Fa-f]{2}){1,3}",
        Just(".".to_owned())
    ];
    let piece = "[a-zA-Z0-9._~!$'()*,;:@/?-]{0,4}(%[0-9A-Fa-f]{2}|[+=]){0,3}[a-z0-9]{0,2}";
    let header = ("x-[a-z]{1,3}", "[!-~]{0,4}[ -~]{0,8}");
    let method = select(vec!["GET", "POST", "PUT", "DELETE", "PATCH"]);
    (method, vec(segment, 0..6), vec(piece, 0..6), vec(header, 0..5), vec(any::<u8>(), 0..40))
        .prop_map(|(method, path, query, headers, body)| {
            let path = path.join("/").replace("..", "._");
            let uri = format!("http://localhost:7448/{path}?{}", query.join("&"));
            let mut request = Request::builder().method(method).uri(uri);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            // S3 wants its payload declared; elsewhere it may be.
            let hash = crate::signer::sha256(&body);
            request.header("x-amz-content-sha256", hash).body(Bytes::from(body)).unwrap()
        })
}

fn name() -> impl Strategy<Value = &'static str> {
    select(vec![
        "Authorization",
        "X-Amz-Date",
        "host",
        "Host",
        "x-amz-content-sha256",
        "",
        ":authority",
        "Date",
    ])
}

/// Words that signatures are made of, and what stands between them.
fn word() -> impl Strategy<Value = String> {
    let known = select(vec![
        "Credential=",
        "SignedHeaders=",
        "Signature=",
        "AKIAANN",
        "20150830",
        "us-east-1",
        "orders",
        "aws4_request",
        "/",
        ",",
        " ",
        ";",
        "=",
        "host",
        "x-amz-date",
        "20150830T123600Z",
        "X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "X-Amz-Credential=",
        "X-Amz-Date=",
        "X-Amz-SignedHeaders=",
        "X-Amz-Signature=",
        "X-Amz-Expires=",
        "&",
        "?",
        "%2F",
        "%",
        "..",
        "\u{e9}",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ]);
    prop_oneof![4 => known.prop_map(ToOwned::to_owned), 1 => ".{0,3}"]
}

/// The request with one letter or digit, or one byte of its body, made another.
/// Signs are left alone: some of them mean the same.
fn change(request: &RawRequest, place: Index, other: Index) -> RawRequest {
    let mut changed = request.clone();
    let mut body = changed.body.clone();
    let mut method = changed.method.clone().into_bytes();
    let mut places: Vec<&mut u8> = Vec::new();
    places.extend(plain_letters(&mut method));
    places.extend(plain_letters(&mut changed.target));
    for (_, value) in &mut changed.headers {
        places.extend(plain_letters(value));
    }
    places.extend(&mut body);
    let chosen = place.index(places.len());
    let byte = &mut *places[chosen];
    let others: Vec<u8> = (b'0'..=b'9')
        .chain(b'A'..=b'Z')
        .chain(b'a'..=b'z')
        .filter(|letter| letter != byte)
        .collect();
    *byte = others[other.index(others.len())];
    RawRequest { method: String::from_utf8(method).unwrap(), body, ..changed }
}

/// The whole of it, which does not print of itself.
fn shown(request: &RawRequest) -> String {
    String::from_utf8_lossy(&request.to_wire()).into_owned()
}

/// Letters and digits that are not part of an escape, whose case may not count.
fn plain_letters(text: &mut [u8]) -> impl Iterator<Item = &mut u8> {
    let mut digits_left = 0;
    text.iter_mut().filter(move |byte| {
        let is_digit_of_escape = digits_left > 0;
        digits_left = if **byte == b'%' { 2_usize } else { digits_left.saturating_sub(1) };
        byte.is_ascii_alphanumeric() && !is_digit_of_escape
    })
}
