//! What holds for any request, whatever becomes of it on its way.

use countersign::clock::Time;
use countersign::doctor::Proof;
use countersign::request::Request;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::client::{Client, Door, derived, hmac};
use super::examined::{ID, SECRET, in_library};

const NOW: Time = Time::from_unix(1_800_007_200);

/// What proxies and clients do to requests that are signed.
type Way = fn(&mut Request);

const WAYS: &[Way] = &[
    |_| {},
    |request| request.set("Host", "127.0.0.1"),
    |request| request.set("Host", "LOCALHOST:7448"),
    |request| request.set("Accept-Encoding", "gzip"),
    |request| request.remove("Accept-Encoding"),
    |request| request.set("Content-Type", "application/json; charset=utf-8"),
    |request| request.set("X-Note", "another"),
    |request| request.remove("X-Note"),
    |request| request.target.extend(b"/"),
    |request| request.target.extend(b"&utm_source=mail"),
    |request| request.target.insert(0, b'/'),
    |request| request.target.splice(..0, *b"/prod").for_each(drop),
    |request| request.body.push(b'\n'),
    |request| request.body.clear(),
    |request| request.body.retain(|byte| *byte != b' '),
    |request| request.method.make_ascii_lowercase(),
    |request| "PUT".clone_into(&mut request.method),
    |request| replace(request, b'+', b"%20"),
    |request| replace(request, b'~', b"%7E"),
    |request| replace(request, b'&', b"&amp;"),
    |request| request.set("X-Amz-Date", "20270115T100002Z"),
    |request| request.headers.reverse(),
];

fn replace(request: &mut Request, old: u8, new: &[u8]) {
    let pieces = request.target.split(|byte| *byte == old).collect::<Vec<_>>();
    request.target = pieces.join(new);
}

prop_compose! {
    fn client()(
        (method, door) in (select(vec!["GET", "POST", "PUT", "DELETE"]), select(vec![Door::Rest, Door::S3])),
        path in vec("[a-zA-Z0-9._~!$'()*,;:@+=-]{0,5}|%[2-7][0-9A-F]", 0..4),
        query in vec("[a-z~]{1,3}(=[a-zA-Z0-9+~*!:]{0,4}(%[2-7][0-9A-F])?)?", 0..4),
        (note, encoding) in ("[!-~][ -~]{0,8}[!-~]", select(vec!["identity", "gzip, br", "x"])),
        (body, is_presigned) in ("[a-z{}\": ,0-9\\[\\]\n]{0,24}", any::<bool>()),
    ) -> Client {
        let path = path.join("/").replace("..", "._");
        let target = format!("/{path}?{}", query.join("&"));
        let client = Client::new(door, ID, SECRET, NOW).asks(method, &target, body);
        let client = client.header("Accept-Encoding", encoding).header("X-Note", note);
        let client = client.header("Content-Type", "application/json");
        if is_presigned { client.presigned() } else { client }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        cases: 96,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_proven_makes_the_signature_that_was_sent(
        (client, ways) in (client(), vec(select(WAYS), 0..3)),
    ) {
        let request = client.send();
        let sent = signature(&request);
        let arrived = ways.iter().fold(request, |mut request, way| {
            way(&mut request);
            request
        });
        let Some(found) = in_library(&arrived, client.door, NOW) else { return Ok(()) };
        if let (Proof::Proven, Some(theirs)) = (found.proof, &found.theirs) {
            let made = hmac(&derived(SECRET.as_bytes(), &client.scope), &theirs.string_to_sign);
            let text = String::from_utf8_lossy(&theirs.string_to_sign).into_owned();
            prop_assert_eq!(hex::encode(made), sent, "{}: {}", found.cause.id, text);
            let hash = super::client::hash(&theirs.canonical_request);
            prop_assert!(text.ends_with(&hash) || found.cause.id.starts_with("canonical"), "{}", found.cause.id);
        }
    }
}

/// The signature as it is sent.
fn signature(request: &Request) -> String {
    let authorization = request.header("authorization").unwrap_or(&request.target);
    let text = String::from_utf8_lossy(authorization).into_owned();
    text.rsplit("Signature=").next().unwrap().to_owned()
}
