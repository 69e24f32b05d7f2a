//! Hosts that are signed in one way and sent in another.

use super::{Fault, fault};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, get, post, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = ports(cast);
    faults.extend(proxies(cast));
    faults.extend(names(cast));
    faults.extend(spellings(cast));
    faults
}

/// A host that is signed, and the one that arrives.
fn host(causes: &'static str, client: Client, signed: &str, sent: &str) -> Fault {
    let how = format!("{signed:?} signed, {sent:?} sent");
    let signed = signed.to_owned();
    fault(causes, how, client.host(sent).canonical(move |c| c.set("host", &signed)))
}

fn ports(cast: &Cast) -> Vec<Fault> {
    let mut faults = Vec::new();
    for port in ["7448", "80", "443", "8080", "4566", "9000", "8443", "3000", "12345"] {
        for name in ["127.0.0.1", "iam.example.com", "[::1]"] {
            faults.push(host("host-port-dropped", get(cast), name, &format!("{name}:{port}")));
        }
    }
    for port in ["7448", "80", "443", "8080", "8443"] {
        faults.push(host(
            "host-port-added",
            post(cast),
            &format!("iam.example.com:{port}"),
            "iam.example.com",
        ));
    }
    faults.push(host("host-port-added", presigned(cast), "iam.example.com:443", "iam.example.com"));
    faults.push(host(
        "host-port-dropped | host-port-added",
        get(cast),
        "iam.example.com:443",
        "iam.example.com:7448",
    ));
    faults.push(host(
        "host-port-dropped | host-port-added",
        get(cast),
        "127.0.0.1:80",
        "127.0.0.1:7448",
    ));
    faults
}

fn proxies(cast: &Cast) -> Vec<Fault> {
    let told = |client: Client, name: &'static str, value: &str| {
        let how = format!("iam.example.com rewritten, and kept in {name}: {value}");
        let value = value.to_owned();
        fault(
            "host-rewritten-by-proxy",
            how,
            client.host("iam.example.com").then(move |request| {
                request.set("Host", "upstream:7448");
                request.set(name, &value);
            }),
        )
    };
    vec![
        told(get(cast), "X-Forwarded-Host", "iam.example.com"),
        told(post(cast), "X-Forwarded-Host", "iam.example.com"),
        told(presigned(cast), "X-Forwarded-Host", "iam.example.com"),
        told(get(cast), "X-Forwarded-Host", "iam.example.com, inner.example.com"),
        told(get(cast), "X-Forwarded-Host", "outer.example.com, iam.example.com"),
        told(get(cast), "X-Original-Host", "iam.example.com"),
        told(get(cast), "X-Forwarded-Server", "iam.example.com"),
        told(get(cast), "Forwarded", "for=203.0.113.9;host=iam.example.com;proto=https"),
        told(get(cast), "Forwarded", "host=\"iam.example.com\""),
        told(get(cast), "Forwarded", "for=a, for=b; Host=iam.example.com"),
        told(get(cast), "X-Host", "iam.example.com"),
        told(get(cast), "X-Real-Host", "iam.example.com"),
        told(get(cast), "X-Envoy-Original-Host", "iam.example.com"),
        told(get(cast), "X-Original-URL", "https://iam.example.com/"),
        fault(
            "host-rewritten-by-proxy",
            "with a port in X-Forwarded-Port",
            get(cast).host("iam.example.com:8443").then(|request| {
                request.set("Host", "upstream");
                request.set("X-Forwarded-Host", "iam.example.com");
                request.set("X-Forwarded-Port", "8443");
            }),
        ),
        fault(
            "host-rewritten-by-proxy",
            "with a port in X-Forwarded-Host",
            get(cast).host("iam.example.com:8443").then(|request| {
                request.set("Host", "upstream");
                request.set("X-Forwarded-Host", "iam.example.com:8443");
            }),
        ),
        fault(
            "host-rewritten-by-proxy",
            "with a port that the proxy forgets",
            get(cast).host("iam.example.com:7448").then(|request| {
                request.set("Host", "upstream");
                request.set("X-Forwarded-Host", "iam.example.com");
            }),
        ),
        fault(
            "host-rewritten-by-proxy",
            "without the port that the proxy adds",
            get(cast).host("iam.example.com").then(|request| {
                request.set("Host", "upstream");
                request.set("X-Forwarded-Host", "iam.example.com:443");
            }),
        ),
    ]
}

fn names(cast: &Cast) -> Vec<Fault> {
    let aws = [
        "iam.amazonaws.com",
        "iam.us-east-1.amazonaws.com",
        "sts.amazonaws.com",
        "sts.us-east-1.amazonaws.com",
        "iam.amazonaws.com:443",
        "iam.us-gov.amazonaws.com",
        "iam.cn-north-1.amazonaws.com.cn",
        "iam-fips.amazonaws.com",
        "iam.global.api.aws",
    ];
    let mut faults: Vec<_> =
        aws.map(|name| host("host-of-aws", get(cast), name, "127.0.0.1:7448")).into();
    faults.push(host(
        "host-of-aws",
        post(cast).service("sts").with_body("Action=GetCallerIdentity&Version=2011-06-15"),
        "sts.amazonaws.com",
        "127.0.0.1:7448",
    ));
    faults.push(host(
        "host-of-aws",
        post(cast)
            .service("sts")
            .region("eu-west-1")
            .with_body("Action=GetCallerIdentity&Version=2011-06-15"),
        "sts.eu-west-1.amazonaws.com",
        "localhost:7448",
    ));
    faults.push(host("host-of-aws", s3(cast, "/b/k"), "s3.amazonaws.com", "localhost:9000"));
    faults.push(host(
        "host-of-aws",
        s3(cast, "/b/k"),
        "s3.us-east-1.amazonaws.com",
        "localhost:9000",
    ));
    faults.push(host(
        "host-of-aws",
        rest(cast, "/v1"),
        "orders.us-east-1.amazonaws.com",
        "localhost:9000",
    ));
    let local = [
        ("localhost:7448", "127.0.0.1:7448"),
        ("127.0.0.1:7448", "localhost:7448"),
        ("localhost", "127.0.0.1:7448"),
        ("host.docker.internal:7448", "localhost:7448"),
        ("localhost:7448", "host.docker.internal:7448"),
        ("[::1]:7448", "localhost:7448"),
        ("0.0.0.0:7448", "127.0.0.1:7448"),
        ("countersign:7448", "localhost:7448"),
        ("localhost:7448", "countersign:7448"),
        ("127.0.0.1", "localhost"),
        ("localhost:4566", "127.0.0.1:7448"),
        ("localstack:4566", "localhost:4566"),
        ("gateway.docker.internal:7448", "localhost:7448"),
        ("host.containers.internal:7448", "localhost:7448"),
        ("127.0.0.1:7448", "[::1]:7448"),
    ];
    faults
        .extend(local.map(|(signed, sent)| host("host-other-local-name", get(cast), signed, sent)));
    faults
}

fn spellings(cast: &Cast) -> Vec<Fault> {
    let plain = |causes, signed: &str, sent: &str| host(causes, get(cast), signed, sent);
    vec![
        plain("host-in-other-case", "IAM.Example.com", "iam.example.com"),
        plain("host-in-other-case", "iam.example.com", "IAM.Example.com"),
        plain("host-in-other-case", "IAM.EXAMPLE.COM:7448", "iam.example.com:7448"),
        plain("host-in-other-case", "LOCALHOST", "localhost"),
        plain("host-in-other-case", "iam.example.com", "Iam.Example.Com"),
        plain("host-trailing-dot", "iam.example.com.", "iam.example.com"),
        plain("host-trailing-dot", "iam.example.com", "iam.example.com."),
        plain("host-trailing-dot", "iam.example.com.:7448", "iam.example.com:7448"),
        plain("host-trailing-dot", "iam.example.com:7448", "iam.example.com.:7448"),
        plain("host-ipv6-brackets", "::1", "[::1]"),
        plain("host-ipv6-brackets", "::1:7448", "[::1]:7448"),
        plain("host-ipv6-brackets", "2001:db8::7", "[2001:db8::7]"),
        plain("host-ipv6-brackets | host-port-dropped", "::1", "[::1]:7448"),
        plain("host-with-scheme", "http://127.0.0.1:7448", "127.0.0.1:7448"),
        plain("host-with-scheme", "https://127.0.0.1:7448", "127.0.0.1:7448"),
        plain("host-with-scheme", "http://127.0.0.1:7448/", "127.0.0.1:7448"),
        plain("host-with-scheme", "127.0.0.1:7448/", "127.0.0.1:7448"),
        plain("host-with-scheme", "https://iam.example.com", "iam.example.com"),
        plain("host-with-scheme", "//iam.example.com", "iam.example.com"),
        plain(
            "host-with-scheme",
            "iam.example.com/?Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F",
            "iam.example.com",
        ),
        plain("host-empty", "", "127.0.0.1:7448"),
        host("host-empty", presigned(cast), "", "127.0.0.1:7448"),
        fault(
            "host-empty | header-line-left-out",
            "the line of the host left out",
            get(cast).canonical(|c| c.without("host")),
        ),
        bucket(
            cast,
            ["photos.s3.amazonaws.com", "/cat%20one.jpg"],
            ["s3.amazonaws.com", "/photos/cat%20one.jpg"],
        ),
        bucket(cast, ["photos.localhost:9000", "/cat.jpg"], ["localhost:9000", "/photos/cat.jpg"]),
        bucket(cast, ["photos.example.com", "/"], ["example.com", "/photos/"]),
        bucket(cast, ["photos.example.com", "/"], ["example.com", "/photos"]),
        bucket(cast, ["example.com", "/photos/cat.jpg"], ["photos.example.com", "/cat.jpg"]),
        bucket(
            cast,
            ["localhost:9000", "/my.photos/cat.jpg"],
            ["my.photos.localhost:9000", "/cat.jpg"],
        ),
    ]
}

fn bucket(
    cast: &Cast,
    [host, path]: [&'static str; 2],
    [sent, arrives]: [&'static str; 2],
) -> Fault {
    let client = s3(cast, path).host(host).then_target(path, "").then_header("Host", sent);
    let client = client.then(move |request| arrives.as_bytes().clone_into(&mut request.target));
    fault("host-bucket-style", format!("{host}{path} signed, {sent} asked"), client)
}
