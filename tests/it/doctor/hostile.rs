//! Requests that are made to stop the doctor, or to keep it busy.

use countersign::doctor::{Budget, Diagnosis, Proof};
use countersign::request::Request;

use super::client::{Client, Door};
use super::examined::{
    Cast, ID, SECRET, get, in_library, json, key, post, presigned, rest, rules, s3, with_key,
};
use super::faults::bodies::gzipped;

const MIB: usize = 1024 * 1024;

/// Changes a request that is signed with another secret.
fn wrong(client: Client) -> Client {
    client.secret("of nobody at all")
}

fn long_targets(cast: &Cast) -> Vec<Client> {
    let pieces = |piece: &str, count| piece.repeat(count);
    [
        format!("/{}", pieces("a", 60_000)),
        format!("/{}", pieces("%41", 20_000)),
        format!("/{}", pieces("%2F", 20_000)),
        format!("/{}", pieces("a/", 30_000)),
        format!("/{}", pieces("!'()*", 12_000)),
        format!("/v1?{}", pieces("a=1&", 15_000)),
        format!("/v1?{}", pieces("a&", 30_000)),
        format!("/v1?{}", pieces("%41=+&", 10_000)),
        format!("/v1?{}", pieces("=&", 30_000)),
        format!("/{}?{}", pieces("caf%C3%A9/", 3000), pieces("%C3%A9=~*&", 3000)),
    ]
    .iter()
    .flat_map(|target| [wrong(rest(cast, target)), wrong(s3(cast, target))])
    .collect()
}

fn many_headers(cast: &Cast) -> Vec<Client> {
    let numbered = (0..240).fold(rest(cast, "/v1"), |c, nth| c.header(&format!("X-{nth}"), "a  b"));
    let doubled = (0..240).fold(rest(cast, "/v1"), |c, nth| c.header("X-Note", format!("{nth}")));
    let cookies = (0..240).fold(rest(cast, "/v1"), |c, _| c.header("Cookie", "a=b"));
    let hosts = (0..100).fold(rest(cast, "/v1"), |c, nth| {
        c.header("X-Forwarded-Host", format!("h{nth}, {}", "x,".repeat(50)))
    });
    let wide = rest(cast, "/v1").header("X-Note", "a  ".repeat(3000));
    let folded = rest(cast, "/v1").header("X-Note", "a\n \t b\n\tc");
    let attempts = rest(cast, "/v1")
        .header("amz-sdk-request", "attempt=18446744073709551615; max=99999999999");
    let port = rest(cast, "/v1").host("[::1]:99999999999999");
    let host = rest(cast, "/v1").host(&".".repeat(2000));
    let length = rest(cast, "/v1").header("Content-Length", "99999999999999999999999999");
    [numbered, doubled, cookies, hosts, wide, folded, attempts, port, host, length]
        .map(wrong)
        .into()
}

fn bodies(cast: &Cast) -> Vec<Client> {
    let bytes: Vec<u8> = (0..MIB).map(|nth| u8::try_from(nth % 251).unwrap()).collect();
    let sent = |body: Vec<u8>| wrong(json(cast, "{}")).then_body(body);
    let deep = |open: &str, count| sent(open.repeat(count).into_bytes());
    vec![
        sent(vec![b'a'; MIB]),
        sent(vec![0; MIB]),
        sent(bytes),
        sent(vec![b'\n'; MIB]),
        sent(b"\xff\xfe\xfd".repeat(1000)),
        deep("[", 500_000),
        deep("{\"a\":", 100_000),
        deep("[[]", 100_000),
        deep("\"\\u00e9", 10_000),
        sent(format!("{}1{}", "[".repeat(5000), "]".repeat(5000)).into_bytes()),
        sent(format!("{{{}\"z\":1}}", "\"a\":1e999,".repeat(20_000)).into_bytes()),
        sent("a=%".repeat(100_000).into_bytes()),
        sent("a=+%2b&".repeat(100_000).into_bytes()),
        sent("fffffffffffffff;chunk-signature=\r\n".repeat(1000).into_bytes()),
        sent(b"ffffffffffffffff\r\n".to_vec()),
        sent(b"--\r\n".repeat(1000)),
        // A bomb: sixteen MiB in sixteen KiB, and one that is cut.
        sent(gzipped(&vec![0; 16 * MIB])),
        sent(gzipped(&vec![0; 16 * MIB])[..900].to_vec()),
        sent(gzipped(b"")[..10].to_vec()),
        wrong(json(cast, "{}").header("Content-Encoding", "gzip, deflate, br"))
            .then_body(gzipped(b"{}")),
        wrong(json(cast, "{}").header("Content-Type", "multipart/form-data; boundary="))
            .then_body("--"),
        wrong(post(cast)).then_body("&".repeat(100_000)),
    ]
}

fn control_characters(cast: &Cast) -> Vec<Client> {
    let put = |change: fn(&mut Request)| wrong(get(cast)).then(change);
    vec![
        put(|request| request.set("X-Note", "a\0b\u{1b}[31m\u{7f}")),
        put(|request| request.target.extend(b"&a=\0\x01\x7f")),
        put(|request| request.target.extend(b"&a=\xff\xfe")),
        put(|request| request.target = b"/\0\0?\xc3\x28".to_vec()),
        put(|request| "GE\u{e9}T".clone_into(&mut request.method)),
        put(|request| request.method = String::new()),
        put(|request| request.target.clear()),
        put(|request| request.headers.push((String::new(), Vec::new()))),
        put(|request| request.headers.push(("\u{0}".to_owned(), b"\0".to_vec()))),
        put(|request| request.set("Host", "\u{0}\u{202e}\u{feff}")),
        put(|request| request.set("User-Agent", "\u{202e}\r\nx-evil: 1")),
        put(|request| request.headers.push(("X-Forwarded-Host".to_owned(), b"\xff\0".to_vec()))),
        put(|request| request.body = (0..=255).collect()),
        wrong(get(cast)).key_id("AKIA\u{0}\u{202e}<script>"),
        wrong(presigned(cast)).key_id("AKIA\u{0}\r\n<script>"),
        wrong(presigned(cast)).parameter("X-Amz-Security-Token", "\u{0}\u{fffe}"),
        get(cast).region("\u{0}<b>&amp;"),
        get(cast).service("<script>\u{7}"),
        get(cast).stamp("\u{0}\u{1b}"),
    ]
}

fn all(cast: &Cast) -> Vec<Client> {
    let mut all = long_targets(cast);
    all.extend(many_headers(cast));
    all.extend(bodies(cast));
    all.extend(control_characters(cast));
    all
}

/// What was spent is within what there was, and nothing was proven by chance.
fn is_within(found: &Diagnosis, budget: Budget) {
    assert!(found.tried <= budget.trials, "{} of {}", found.tried, budget.trials);
    assert!(found.proof != Proof::Proven, "{}", found.cause.id);
    let told = [&found.sentence, &found.because, &found.fix];
    let is_control = |c: char| c.is_control() && c != '\n';
    assert!(!told.iter().any(|text| text.contains(is_control)), "{told:?}");
    assert!(told.iter().all(|text| text.len() < 2000));
}

#[tokio::test]
async fn hostile_requests_stop_nothing_and_cost_no_more_than_the_budget() {
    let cast = Cast::open().await;
    for client in all(&cast) {
        let request = client.send();
        if let Some(found) = in_library(&request, client.door, cast.now) {
            is_within(&found, Budget::SERVER);
        }
    }
}

#[tokio::test]
async fn a_budget_that_is_small_is_kept_as_well() {
    let cast = Cast::open().await;
    for (trials, bytes) in [(0, 0), (0, MIB), (1, 100), (7, MIB), (100, 10_000), (5000, 0)] {
        let budget = Budget { trials, bytes };
        let clients = [
            wrong(get(&cast)),
            wrong(post(&cast)),
            wrong(json(&cast, "{\"a\": 1}")),
            wrong(s3(&cast, "/b/k")),
        ];
        for client in clients {
            let rules = rules(client.door);
            let found =
                with_key(&client.send(), (&rules, budget), cast.now, &key(ID, SECRET)).unwrap();
            is_within(&found, budget);
            // No text that is signed is shorter.
            assert!(found.tried <= bytes / 64 + 200, "{} for {bytes} bytes", found.tried);
        }
    }
}

#[tokio::test]
async fn hostile_requests_are_answered_in_well_formed_xml() {
    let cast = Cast::open().await;
    let awkward = "\u{e9}\u{202e}&<>\"'\u{fffe}\u{ffff}]]>";
    let clients = [
        wrong(get(&cast)).header("X-Note", awkward),
        wrong(get(&cast)).header("User-Agent", b"\xff\xfe<b>"),
        wrong(get(&cast)).host("a<b>&c"),
        wrong(get(&cast)).region("<b>&amp;"),
        wrong(get(&cast)).service("\"'<>"),
        wrong(get(&cast)).key_id("<script>&"),
        wrong(get(&cast)).asks(
            "GET",
            &format!("/?Action=ListUsers&{}", "a=%00%FF&".repeat(5000)),
            "",
        ),
        wrong(get(&cast)).asks("GET", "/?Action=ListUsers&Version=2010-05-08&x=--%3E", ""),
        wrong(post(&cast))
            .then_body(format!("Action=ListUsers&Version=2010-05-08&x={}", "a".repeat(1_000_000))),
        wrong(post(&cast)).then_body("Action=ListUsers&Version=2010-05-08&x=%00%FF"),
    ];
    for client in clients {
        // Reading it stops at what is not well-formed.
        let found = cast.asks(&client.send()).await.unwrap();
        assert!(found.document.starts_with('<') && !found.code.is_empty(), "{}", found.document);
        assert!(found.document.len() < 128 * 1024, "{}", found.document.len());
        let is_known = found.diagnosis.is_none_or(|found| found.tried <= Budget::SERVER.trials);
        assert!(is_known);
    }
    assert!(Door::Gateway == get(&cast).door);
}
