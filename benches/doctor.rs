//! What the doctor costs where it finds nothing, which is the dearest: every way to sign a request
//! that it knows is tried.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::hint::black_box;
use std::sync::Arc;

use countersign::clock::Time;
use countersign::doctor::{Budget, Case, Proof, examine};
use countersign::request::Request;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Presented, Rules, Verifier};
use criterion::{Criterion, criterion_group, criterion_main};

const NOW: Time = Time::from_unix(1_440_938_160);
const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Requests with a signature that nobody made.
const REQUESTS: [(&str, &str, &str); 5] = [
    (
        "a form, three signed headers, as boto3 sends it",
        "POST / HTTP/1.1\nHost: localhost:7448\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n\
         User-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.0 os/linux lang/python#3.11.7\nAmz-Sdk-Request: attempt=1\n",
        "content-type;host;x-amz-date",
    ),
    (
        "a form, nine signed headers, as the JavaScript SDK sends it",
        "POST / HTTP/1.1\nHost: localhost:7448\nContent-Type: application/x-www-form-urlencoded\n\
         Accept-Encoding: gzip, deflate, br\nAmz-Sdk-Invocation-Id: 16fc956c-311e-4199-bee1-1680236e9698\n\
         Amz-Sdk-Request: attempt=1; max=3\nContent-Length: 43\nUser-Agent: aws-sdk-js/3.600.0 ua/2.0\n\
         X-Amz-User-Agent: aws-sdk-js/3.600.0\n",
        "accept-encoding;amz-sdk-invocation-id;amz-sdk-request;content-length;content-type;host;user-agent;x-amz-date;x-amz-user-agent",
    ),
    (
        "a GET with a long path and query",
        "GET /a/b%20c/d+e/../f/g(h)/%C3%A9?Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa+b%2F&Marker=&x=1&x=2 HTTP/1.1\n\
         Host: gateway.internal.example.com:8443\nX-Forwarded-For: 10.0.0.1\nX-Forwarded-Host: api.example.com\n",
        "host;x-amz-date",
    ),
    (
        "a form with tabs in a signed value, which is read in two ways",
        "POST / HTTP/1.1\nHost: localhost:7448\nContent-Type: application/x-www-form-urlencoded\n\
         Accept-Encoding: gzip, deflate, br\nX-Note: a\t\tb\nUser-Agent: aws-sdk-js/3.600.0 ua/2.0\n",
        "accept-encoding;content-type;host;user-agent;x-amz-date;x-note",
    ),
    (
        "a body of 16 KiB of JSON",
        "PUT /orders HTTP/1.1\nHost: localhost\nContent-Type: application/json\n",
        "content-type;host;x-amz-date",
    ),
];

fn text(head: &str, signed: &str, body: &[u8]) -> Vec<u8> {
    let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    let head = format!(
        "{head}X-Amz-Date: 20150830T123600Z\nAuthorization: AWS4-HMAC-SHA256 \
         Credential={KEY_ID}/20150830/us-east-1/iam/aws4_request, SignedHeaders={signed}, Signature={signature}\n\n"
    );
    [head.as_bytes(), body].concat()
}

fn doctor(criterion: &mut Criterion) {
    let rules = Rules::rest("iam");
    let key = Key::new(KEY_ID, 1, Secret::new(SECRET.to_owned()));
    let sibling = Key::new("AKIAIOSFODNN7SIBLING", 1, Secret::new(SECRET.to_lowercase()));
    let siblings = [Arc::new(sibling)];
    let json =
        format!("{{\"orders\": [{}]}}", vec!["{\"id\": 1, \"name\": \"é\"}"; 620].join(", "));
    for (name, head, signed) in REQUESTS {
        let form = b"Action=GetCallerIdentity&Version=2011-06-15".as_slice();
        let body = if head.starts_with("PUT") { json.as_bytes() } else { form };
        let body = if head.starts_with("GET") { b"" } else { body };
        let request = Request::read(&text(head, signed, body)).unwrap();
        let headers = request.raw_headers();
        let presented = Presented::read(request.head(&headers), &rules, NOW).unwrap();
        let case = Case {
            presented: &presented,
            rules: &rules,
            body,
            key: &key,
            siblings: &siblings,
            port: Some(7448),
        };
        let found = examine(&case, Budget::SERVER);
        assert_eq!(found.proof, Proof::NotProven);
        println!("{name}: {} signatures", found.tried);
        criterion.bench_function(&format!("not proven/{name}"), |bencher| {
            bencher.iter(|| black_box(examine(black_box(&case), Budget::SERVER)));
        });
        let (scoped, verifier) = (presented.in_scope(&rules).unwrap(), Verifier::default());
        criterion.bench_function(&format!("refused without a doctor/{name}"), |bencher| {
            bencher
                .iter(|| black_box(verifier.verify(black_box(&scoped), body, Some(&key)).is_err()));
        });
    }
}

criterion_group!(benches, doctor);
criterion_main!(benches);
