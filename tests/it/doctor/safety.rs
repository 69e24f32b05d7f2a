//! What the doctor never does: prove what is not so, tell what is secret, let anybody in, or work
//! without bound.

use countersign::doctor::{Budget, Proof};
use countersign::layer::authenticate::Practice;
use countersign::request::Request;
use countersign::secret::Secret;
use countersign::sigv4::Session;
use data_encoding::BASE64;

use super::client::{Client, Door, derived, hash, hmac};
use super::examined::{
    Cast, ID, SECRET, SIBLING, STRANGERS_SECRET, get, in_library, in_session, json, key, post,
    presigned, rest, rules, s3, with_key,
};
use super::faults;
use super::heard::{heard, listen};
use super::table::{MISMATCH, honest};

/// How many random signatures are looked into, unless a variable says otherwise.
const CASES: usize = 200;

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how long")]
fn cases() -> usize {
    let told = std::env::var("COUNTERSIGN_DOCTOR_CASES").ok();
    told.map_or(CASES, |cases| cases.parse().unwrap())
}

/// Requests of every kind, with that in the place of their signature.
fn signed_as(cast: &Cast, nth: usize, signature: String) -> (Request, Door) {
    let client = match nth % 6 {
        0 => get(cast).header("Accept-Encoding", "gzip"),
        1 => post(cast).header("User-Agent", "aws-cli/2.15.0"),
        2 => presigned(cast),
        3 => json(cast, "{\"a\": [1, 2]}").header("Content-Length", "13"),
        4 => rest(cast, "/v1/a%20b//c?z=1&a=x+y&a="),
        _ => s3(cast, "/bucket/key%2B"),
    };
    (client.written(move |_| signature.clone()).send(), client_door(nth))
}

fn client_door(nth: usize) -> Door {
    [Door::Gateway, Door::Gateway, Door::Gateway, Door::Rest, Door::Rest, Door::S3][nth % 6]
}

#[tokio::test]
async fn a_random_signature_is_never_proven() {
    let cast = Cast::open().await;
    for nth in 0..cases() {
        let (request, door) = signed_as(&cast, nth, hash(format!("by chance {nth}").as_bytes()));
        let found = in_library(&request, door, cast.now).unwrap();
        assert!(found.proof != Proof::Proven, "{nth}: {}", found.cause.id);
    }
}

#[tokio::test]
async fn the_secret_of_another_user_or_account_is_never_proven() {
    let cast = Cast::open().await;
    let of_ann = format!("{}\n", cast.ann.secret);
    let of_strangers = format!("{STRANGERS_SECRET}\n");
    for secret in
        [&cast.ann.secret, &cast.inactive.secret, &of_ann, STRANGERS_SECRET, &of_strangers]
    {
        for client in [get(&cast), post(&cast), presigned(&cast)] {
            let found = cast.asks(&client.secret(secret).send()).await.unwrap();
            assert_eq!((found.causes.as_str(), found.proof), ("not-proven", Proof::NotProven));
        }
    }
    // Nor that of the root for a user of the same account, nor of a session for its user.
    let person = &cast.ann;
    let as_ann = get(&cast).key_id(&person.id).secret(SECRET);
    assert_eq!(cast.asks(&as_ann.send()).await.unwrap().causes, "not-proven");
    let of_session = get(&cast).secret(&cast.session.secret);
    assert_eq!(cast.asks(&of_session.send()).await.unwrap().causes, "not-proven");
}

#[tokio::test]
async fn a_signature_that_is_right_is_not_told_as_a_mistake_of_signing() {
    let cast = Cast::open().await;
    let dropped =
        |name: &'static str| get(&cast).header(name, "").then(move |request| request.remove(name));
    // There are two ways to read these, and the client has the second.
    let tabs = |client: Client| client.header("X-Tabs", "a\t\tb");
    for (client, causes) in [
        (dropped("User-Agent"), ["signed-header-absent", "user-agent-changed"]),
        (dropped("X-Note"), ["signed-header-absent", "header-signed-empty"]),
        (post(&cast).with_body("Action=ListUsers&a=%zz"), ["form-unreadable"; 2]),
        (tabs(post(&cast).with_body("Action=ListUsers&a=%zz")), ["form-unreadable"; 2]),
        (tabs(get(&cast)).written(hex::encode_upper), ["signature-in-upper-case"; 2]),
    ] {
        let found = cast.asks(&client.send()).await.unwrap();
        assert!(causes.contains(&found.causes.as_str()), "told {}", found.causes);
    }
}

/// Some services take a session token that is put into a presigned URL later: then there are two
/// ways to read it, and the mistake is found in the second.
#[tokio::test]
async fn a_token_that_is_put_in_later_does_not_hide_a_mistake() {
    let cast = Cast::open().await;
    let (id, rules) = ("ASIAPATIENTPATIENT22", rules(Door::Rest).taking_late_tokens());
    let token = Secret::new("put/in/later".to_owned());
    let session = Session { token, expires: cast.now.plus(3600) };
    let key = key(id, SECRET).in_session(session);
    let asked = |secret: &str| {
        let client = rest(&cast, "/v1").presigned().key_id(id).secret(secret);
        let client =
            client.then(|request| request.target.extend(b"&X-Amz-Security-Token=put%2Fin%2Flater"));
        with_key(&client.send(), (&rules, Budget::SERVER), cast.now, &key)
    };
    assert!(asked(SECRET).is_none());
    let found = asked(&format!("{SECRET}\n")).unwrap();
    assert_eq!((found.cause.id, found.and), ("secret-ends-in-newline", None));
}

#[tokio::test]
async fn no_part_of_a_secret_is_proven() {
    let cast = Cast::open().await;
    let mut parts: Vec<&str> = (1..SECRET.len() - 1).map(|end| &SECRET[..end]).collect();
    parts.extend((2..SECRET.len()).map(|start| &SECRET[start..]));
    parts.extend(SECRET.split(['/', '+']));
    parts.extend([&SECRET[1..39], &SECRET[4..36]]);
    for part in parts {
        let found = in_library(&get(&cast).secret(part).send(), Door::Gateway, cast.now).unwrap();
        assert!(found.proof != Proof::Proven, "{part}: {}", found.cause.id);
    }
}

#[tokio::test]
async fn a_short_secret_is_not_looked_for_without_a_character() {
    let cast = Cast::open().await;
    let rules = rules(Door::Gateway);
    for length in [2, 8, 16, 20, 31, 32] {
        let whole = &SECRET[..length];
        for part in [&whole[1..], &whole[..length - 1]] {
            let request = get(&cast).secret(part).send();
            let key = key(ID, whole);
            let found = with_key(&request, (&rules, Budget::SERVER), cast.now, &key).unwrap();
            assert!(found.proof != Proof::Proven, "{part} of {whole}: {}", found.cause.id);
        }
    }
}

#[tokio::test]
async fn what_is_told_and_logged_holds_nothing_secret() {
    listen();
    let mut cast = Cast::open().await;
    let count = faults::all(&cast).len();
    for at in (0..count).step_by(90) {
        cast = Cast::open().await;
        heard();
        for fault in faults::all(&cast).into_iter().skip(at).step_by(9).take(10) {
            if fault.client.door == Door::Gateway && fault.client.served_at.is_none() {
                holds_nothing_secret(&cast, &fault.client, &fault.how).await;
            }
        }
    }
}

async fn holds_nothing_secret(cast: &Cast, client: &Client, how: &str) {
    let request = client.send();
    let Some(found) = cast.asks(&request).await else { return };
    let log = heard();
    assert!(log.contains("countersign::doctor"), "{how}: {log}");
    let headers: String = found.headers.values().cloned().collect();
    let told = [found.document.as_str(), &headers, &log].join("\n");
    let is_sent = |secret: &str| String::from_utf8_lossy(&request.to_wire()).contains(secret);
    let secrets = [SECRET, SIBLING, STRANGERS_SECRET, &cast.session.secret, &cast.ann.secret];
    for secret in secrets.into_iter().filter(|secret| !is_sent(secret)) {
        assert!(!told.contains(secret), "{how}: {told}");
        assert!(!told.contains(&secret[..12]) && !told.contains(&secret[28..]), "{how}: {told}");
    }
    for hushed in expected(client) {
        // An Authorization header that cannot be read comes back in AWS's own words.
        assert!(is_sent(&hushed) || !told.contains(&hushed), "{how}: {hushed} in {told}");
        assert!(!log.contains(&hushed), "{how}: {hushed} in {log}");
    }
    let sent =
        request.header("authorization").map(|value| String::from_utf8_lossy(value).into_owned());
    let sent = sent.unwrap_or_else(|| String::from_utf8_lossy(&request.target).into_owned());
    let signature = sent.split("Signature=").last().unwrap();
    assert!(signature.len() < 30 || !log.contains(signature), "{how}: {log}");
    if let Some(token) = &cast.session.token {
        assert!(!log.contains(token.as_str()), "{how}: {log}");
    }
}

/// The signature that would have been right, and the key that makes it, as they may be written.
fn expected(client: &Client) -> Vec<String> {
    let texts = [Some(client.canonical_text()), honest(client)].into_iter().flatten();
    let scope = format!("{}/aws4_request", client.scope.join("/"));
    let key = derived(SECRET.as_bytes(), &client.scope);
    let mut hushed = vec![hex::encode(&key), BASE64.encode(&key)];
    for text in texts {
        let string =
            format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", client.stamp, hash(text.as_bytes()));
        let right = hmac(&key, string.as_bytes());
        hushed.extend([hex::encode(right), hex::encode_upper(right), BASE64.encode(&right)]);
    }
    hushed
}

#[tokio::test]
async fn what_is_odd_beside_an_unproven_signature_is_told_as_a_sign() {
    let cast = Cast::open().await;
    let proxied = |name: &str, value: &str| get(&cast).secret("of nobody").header(name, value);
    for (client, sign) in [
        (proxied("Via", "1.1 proxy"), "proxy-in-path"),
        (proxied("X-Forwarded-For", "203.0.113.9"), "proxy-in-path"),
        (proxied("CF-Ray", "8c1d-FRA"), "proxy-in-path"),
        (
            json(&cast, "{}").secret("of nobody").header("Content-Encoding", "gzip"),
            "content-encoded",
        ),
    ] {
        let found = in_library(&client.send(), client.door, cast.now).unwrap();
        assert_eq!(found.cause.id, "not-proven");
        assert!(found.signs.iter().any(|other| other.cause.id == sign), "no {sign}");
    }
}

#[tokio::test]
async fn a_mistake_that_is_found_lets_nobody_in_and_changes_nothing() {
    let cast = Cast::open().await;
    let create = || post(&cast).with_body("Action=CreateUser&Version=2010-05-08&UserName=mallory");
    let faulty = [
        create().secret(format!("{SECRET}\n")),
        create().secret(SIBLING),
        create().secret(""),
        create().written(hex::encode_upper),
        create().written(|bytes| BASE64.encode(&bytes)),
        create().canonical(|c| c.set("host", "127.0.0.1")),
        create().canonical(|c| c.hash = hash(b"")),
        create().canonical(|c| "UNSIGNED-PAYLOAD".clone_into(&mut c.hash)),
        create().text(|text| format!("{text}\n")),
    ];
    for client in faulty {
        let found = cast.asks(&client.send()).await.expect("a faulty request was let in");
        assert_eq!((found.status, found.code.as_str()), (403, "SignatureDoesNotMatch"));
    }
    cast.world.passes(60);
    let asked = cast.world.root("GetUser UserName=mallory").await;
    assert_eq!(asked.code(), "NoSuchEntity");
}

#[tokio::test]
async fn one_key_that_fails_over_and_over_is_looked_into_so_often_and_no_more() {
    let cast = Cast::open().await;
    let request = get(&cast).secret("of nobody at all").send();
    let mut examined = 0;
    for _ in 0..100 {
        let found = cast.asks(&request).await.unwrap();
        assert_eq!((found.status, found.code.as_str()), (403, "SignatureDoesNotMatch"));
        match found.causes.as_str() {
            "not-examined" => assert_eq!(found.message, MISMATCH),
            causes => {
                assert_eq!(causes, "not-proven");
                examined += 1;
            }
        }
    }
    assert!((1..=20).contains(&examined), "{examined} of 100 in one second");
    cast.world.passes(1);
    let mut later = 0;
    for _ in 0..20 {
        later += usize::from(cast.asks(&request).await.unwrap().causes == "not-proven");
    }
    assert!((1..=5).contains(&later), "{later} in the next second");
}

#[tokio::test]
async fn many_keys_together_are_looked_into_so_often_and_no_more() {
    let cast = Cast::open().await;
    let root = crate::world::Person::new("AKIAROOTROOTROOTROOT", SIBLING);
    let mut people = vec![root, cast.ann.clone()];
    for name in ["bob", "cy", "dan", "eve"] {
        people.push(cast.world.user(name).await);
    }
    let mut examined = 0;
    for person in people {
        for _ in 0..20 {
            let request = get(&cast).key_id(&person.id).secret("of nobody at all").send();
            examined += usize::from(cast.asks(&request).await.unwrap().causes == "not-proven");
        }
    }
    assert!((1..=60).contains(&examined), "{examined} of 120 in one second");
}

#[tokio::test]
async fn a_key_that_nobody_has_and_one_that_is_off_are_not_looked_into() {
    let cast = Cast::open().await;
    let unknown = get(&cast).key_id("AKIANOBODYNOBODY2345").secret(format!("{SECRET}\n"));
    let off = get(&cast).key_id(&cast.inactive.id).secret(format!("{}\n", cast.inactive.secret));
    for client in [unknown, off, in_session(&cast, get(&cast)).key_id("ASIANOBODYNOBODY2345")] {
        let found = cast.asks(&client.send()).await.unwrap();
        let diagnosis = found.diagnosis.unwrap();
        assert_eq!((diagnosis.tried, diagnosis.proof), (0, Proof::Seen), "{}", found.causes);
        assert!(diagnosis.ours.is_none() && diagnosis.theirs.is_none());
        assert!(!found.message.contains("Canonical"), "{}", found.message);
    }
}

#[tokio::test]
async fn who_is_not_told_gets_awss_words_alone_and_the_log_the_cause() {
    listen();
    let cast = Cast::examined_by(Practice::default()).await;
    heard();
    let line_end = get(&cast).secret(format!("{SECRET}\n"));
    let no_port = post(&cast).canonical(|c| c.set("host", "127.0.0.1"));
    let body = post(&cast).canonical(|c| c.hash = hash(b""));
    for (client, cause) in [
        (line_end, "secret-ends-in-newline"),
        (no_port, "host-port-dropped"),
        (body, "body-not-signed"),
        (get(&cast).secret("of nobody"), "not-proven"),
    ] {
        let found = cast.asks(&client.send()).await.unwrap();
        assert_eq!((found.message.as_str(), found.causes.as_str()), (MISMATCH, ""));
        assert!(!found.headers.keys().any(|name| name.starts_with("x-countersign")));
        let log = heard();
        assert!(log.contains(&format!("cause={cause}\n")), "{log}");
        assert!(!found.document.contains(cause));
    }
    let skewed = cast.asks(&get(&cast).at(cast.now.plus(3600)).send()).await.unwrap();
    assert!(!skewed.headers.keys().any(|name| name.starts_with("x-countersign")));
    assert!(heard().contains("cause=clock-local-time\n"));
}
