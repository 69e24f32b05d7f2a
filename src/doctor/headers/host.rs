//! What goes wrong with the host: the one header that is always signed, and that proxies change most.

use std::iter;

use super::super::Case;
use super::super::diagnosis::causes;
use super::super::trial::{Baseline, Edit, Hypothesis, Line};

causes! { Headers:
    HOST_WITHOUT_PORT, "host-port-dropped",
        "The host is signed without the port that it is sent with.",
        "for the host {}, without a port",
        "Sign the Host header as it is sent, the port included; only :80 and :443 are left out, in both.";
    HOST_WITH_PORT, "host-port-added",
        "The host is signed with a port that it is not sent with.",
        "for the host {}",
        "Sign the Host header as it is sent: clients leave :80 and :443 out, and a proxy may cut the port off (nginx: use $http_host, not $host).";
    HOST_FORWARDED, "host-rewritten-by-proxy",
        "A proxy rewrites the Host header: the client signed another, which the proxy tells in a header.",
        "for the host {}, which a proxy tells of",
        "Let the proxy pass the Host header on (nginx: proxy_set_header Host $http_host; Apache: ProxyPreserveHost On).";
    HOST_OF_AWS, "host-of-aws",
        "The request is signed for AWS's own host, but sent here.",
        "for AWS's host {}",
        "Give the client this endpoint before it signs (--endpoint-url, AWS_ENDPOINT_URL), instead of sending what was signed for AWS elsewhere.";
    HOST_LOCAL, "host-other-local-name",
        "The request is signed for another name of this machine than it is sent to.",
        "for the host {}",
        "Use one name for the endpoint, when signing and when sending: localhost, 127.0.0.1 and a container's name are different hosts.";
    HOST_IN_OTHER_CASE, "host-in-other-case",
        "The host is signed in other letters than it is sent in.",
        "for the host {}",
        "Write the host in lower case, in the URL as well.";
    HOST_DOT, "host-trailing-dot",
        "The host is signed with a dot at its end, or sent with one.",
        "for the host {}",
        "Write the host without a dot at its end, in the URL as well.";
    HOST_BUCKET, "host-bucket-style",
        "The bucket stands in the host that is signed and in the path that is sent, or the other way round.",
        "for the host {} and the path without the bucket, or the other way round",
        "Choose path style or virtual-host style for both signing and sending.";
    HOST_BRACKETS, "host-ipv6-brackets",
        "The brackets around the IPv6 address are signed otherwise than they are sent.",
        "for the host {}",
        "Write an IPv6 address in brackets, in the Host header and in what is signed.";
    HOST_WITH_SCHEME, "host-with-scheme",
        "The host is signed with more than its name: with the scheme, a slash or all of the URL.",
        "for the host '{}'",
        "Sign the host alone, with its port, as the Host header has it.";
    HOST_EMPTY, "host-empty",
        "The host is signed as an empty value.",
        "with an empty host",
        "Set the Host header before signing; some clients add it only when they send.";
}

/// Where proxies tell which host they were asked for.
const TELLERS: &[&str] = &[
    "x-forwarded-host",
    "x-original-host",
    "x-host",
    "x-forwarded-server",
    "x-amz-forwarded-host",
    "x-envoy-original-host",
    "x-real-host",
];

/// Where they tell the whole URL.
const URL_TELLERS: &[&str] = &["x-original-url", "x-original-uri", "x-rewrite-url"];

/// Where they tell which port that was.
const PORT_TELLERS: &[&str] = &["x-forwarded-port", "x-original-port"];

/// As many hosts and ports are believed from each.
const MOST_TOLD: usize = 16;

/// Names of a machine for itself, and of servers like this one in examples and containers.
const LOCAL: &[&str] = &[
    "localhost",
    "127.0.0.1",
    "[::1]",
    "host.docker.internal",
    "gateway.docker.internal",
    "host.containers.internal",
    "kubernetes.docker.internal",
    "0.0.0.0",
    "countersign",
    "aws",
    "iam",
    "sts",
    "gateway",
    "proxy",
    "nginx",
    "localstack",
    "moto",
    "backend",
    "upstream",
    "app",
    "server",
    "localhost.localdomain",
];

/// Ports that are named or left out.
const PORTS: &[u16] = &[80, 443, 8080, 8443, 4566, 5000, 7448];

/// What may go wrong with the host, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let own = case.presented.head().host().and_then(|host| std::str::from_utf8(host).ok());
    let (Some(nth), Some(own)) = (place(base), own) else { return Vec::new() };
    let names = Names::of(case, own);
    let mut found = Vec::new();
    for (cause, host) in names.all() {
        if host != own {
            let edit = Edit::Header(nth, Line::Value(host.clone().into_bytes()));
            found.push(Hypothesis::of(cause).edit(edit).told(host));
        }
    }
    found.extend(bucket(case, nth, own));
    found
}

/// The host that arrived, at every port there is: for who has the time.
pub(in crate::doctor) fn at_every_port(
    case: &Case<'_>,
    base: &Baseline,
) -> impl Iterator<Item = Hypothesis> {
    let own = case.presented.head().host().and_then(|host| std::str::from_utf8(host).ok());
    let host = place(base).zip(own.map(|own| split(own).0.to_owned()));
    (1..=u16::MAX).map_while(move |port| {
        let (nth, name) = host.as_ref()?;
        let host = format!("{name}:{port}");
        let edit = Edit::Header(*nth, Line::Value(host.clone().into_bytes()));
        Some(Hypothesis::of(HOST_WITH_PORT).edit(edit).told(host))
    })
}

/// Where the host's line is.
fn place(base: &Baseline) -> Option<usize> {
    let names = base.parts.headers.iter().map(|(name, _)| name.as_str());
    names.enumerate().find(|(_, name)| matches!(*name, "host" | ":authority")).map(|(nth, _)| nth)
}

/// The host that arrived, and what is known of others.
struct Names<'c> {
    own: &'c str,
    target: String,
    name: &'c str,
    port: Option<&'c str>,
    ports: Vec<u16>,
    told: Vec<String>,
    service: &'c str,
    region: &'c str,
}

type Named = (&'static super::super::Cause, String);

impl<'c> Names<'c> {
    fn of(case: &Case<'c>, own: &'c str) -> Self {
        let (name, port) = split(own);
        let head = case.presented.head();
        let text = |name: &&str| head.value(name).and_then(|value| std::str::from_utf8(value).ok());
        let listed = |value: &'c str| value.split(',').map(|host| host.trim().to_owned());
        let mut told: Vec<_> = TELLERS.iter().filter_map(text).flat_map(listed).collect();
        told.extend(forwarded(head.value("forwarded")));
        let urls = URL_TELLERS.iter().filter_map(text);
        told.extend(
            urls.filter_map(|url| Some(url.split_once("://")?.1.split('/').next()?.to_owned())),
        );
        told.truncate(MOST_TOLD);
        let port_of = |host: &String| split(host).1.and_then(|port| port.parse().ok());
        let ports = told.iter().filter_map(port_of).collect::<Vec<u16>>();
        let told_ports = PORT_TELLERS.iter().filter_map(text).flat_map(|value| value.split(','));
        let told_ports = told_ports.filter_map(|port| port.trim().parse().ok()).take(MOST_TOLD);
        let credential = case.presented.credential();
        let target = [head.path(), b"?", head.query()].concat();
        Self {
            own,
            target: String::from_utf8_lossy(&target).trim_end_matches('?').to_owned(),
            name,
            port,
            ports: told_ports.chain(ports).chain(case.port).chain(PORTS.iter().copied()).collect(),
            told,
            service: credential.service(),
            region: credential.region().unwrap_or_default(),
        }
    }

    fn all(&self) -> Vec<Named> {
        let mut found = Vec::new();
        found.extend(self.port.map(|_| (HOST_WITHOUT_PORT, self.name.to_owned())));
        found.extend(self.told.iter().flat_map(|host| self.with_ports(HOST_FORWARDED, host)));
        found.extend(
            self.ports.iter().map(|port| (HOST_WITH_PORT, format!("{}:{port}", self.name))),
        );
        found.extend(self.of_aws().into_iter().map(|host| (HOST_OF_AWS, host)));
        found.extend(LOCAL.iter().flat_map(|name| self.local(name)));
        found.extend(self.written());
        found
    }

    /// A name of this machine, alone and with the ports that it is likely to be reached at.
    fn local(&self, name: &str) -> Vec<Named> {
        // The two names that everybody uses go with every port.
        let is_usual = matches!(name, "localhost" | "127.0.0.1");
        let ports = self.port.map(str::to_owned).into_iter();
        let few = if is_usual { self.ports.len() } else { 1 };
        let ports = ports.chain(self.ports.iter().take(few).map(ToString::to_string));
        let with = ports.map(|port| (HOST_LOCAL, format!("{name}:{port}")));
        iter::once((HOST_LOCAL, name.to_owned())).chain(with).collect()
    }

    /// A name alone, with the port that arrived, and with the others.
    fn with_ports(&self, cause: &'static super::super::Cause, host: &str) -> Vec<Named> {
        let (name, _) = split(host);
        let ports = self.ports.iter().map(ToString::to_string);
        let ports = self.port.map(str::to_owned).into_iter().chain(ports);
        let with = ports.map(|port| (cause, format!("{name}:{port}")));
        [(cause, host.to_owned()), (cause, name.to_owned())].into_iter().chain(with).collect()
    }

    /// Endpoints of AWS for the scope of the credential.
    fn of_aws(&self) -> Vec<String> {
        let Self { service, region, .. } = self;
        let mut found = vec![
            format!("{service}.amazonaws.com"),
            format!("{service}.{region}.amazonaws.com"),
            format!("{service}-{region}.amazonaws.com"),
            format!("{service}.{region}.api.aws"),
            format!("{service}-fips.{region}.amazonaws.com"),
            format!("{service}.{region}.amazonaws.com.cn"),
            format!("{service}.us-east-1.amazonaws.com"),
            format!("{service}.global.api.aws"),
            "sts.amazonaws.com".to_owned(),
            "iam.amazonaws.com".to_owned(),
            format!("sts.{region}.amazonaws.com"),
            "iam.us-gov.amazonaws.com".to_owned(),
            "iam.cn-north-1.amazonaws.com.cn".to_owned(),
            "iam-fips.amazonaws.com".to_owned(),
        ];
        found.extend(found.clone().iter().map(|host| format!("{host}:443")));
        found
    }

    /// The same host, written otherwise.
    fn written(&self) -> Vec<Named> {
        let (own, name) = (self.own, self.name);
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        let mut found = vec![
            (HOST_IN_OTHER_CASE, own.to_lowercase()),
            (HOST_IN_OTHER_CASE, own.to_uppercase()),
            (HOST_IN_OTHER_CASE, title(own)),
            (HOST_IN_OTHER_CASE, own.split('.').map(title).collect::<Vec<_>>().join(".")),
            (HOST_IN_OTHER_CASE, first_in_capitals(own)),
            (HOST_WITH_SCHEME, format!("//{own}")),
            (HOST_DOT, format!("{name}.{port}")),
            (HOST_DOT, format!("{}{port}", name.trim_end_matches('.'))),
            (HOST_EMPTY, String::new()),
        ];
        if bare.contains(':') {
            found.push((HOST_BRACKETS, format!("{bare}{port}")));
            found.push((HOST_BRACKETS, format!("[{bare}]{port}")));
            found.push((HOST_BRACKETS, bare.to_owned()));
        }
        for around in
            [("http://", ""), ("https://", ""), ("http://", "/"), ("https://", "/"), ("", "/")]
        {
            found.push((HOST_WITH_SCHEME, format!("{}{own}{}", around.0, around.1)));
        }
        if self.target != "/" {
            let of = |scheme| (HOST_WITH_SCHEME, format!("{scheme}{own}{}", self.target));
            found.extend(["", "http://", "https://"].map(of));
        }
        found
    }
}

fn title(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// As `IAM.Example.com`.
fn first_in_capitals(host: &str) -> String {
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    let (second, rest) = rest.split_once('.').unwrap_or((rest, ""));
    format!("{}.{}.{rest}", first.to_uppercase(), title(second))
}

/// A host's name, and its port.
fn split(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port))
            if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (name, Some(port))
        }
        _ => (host, None),
    }
}

/// The hosts in a `Forwarded` header (RFC 7239 section 5.3).
fn forwarded(value: Option<&[u8]>) -> Vec<String> {
    let value = value.and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default();
    let pairs = value.split([',', ';']).filter_map(|pair| pair.trim().split_once('='));
    let hosts = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("host"));
    hosts.map(|(_, host)| host.trim_matches('"').to_owned()).collect()
}

/// The bucket in the host and not in the path, and the other way round (S3).
fn bucket(case: &Case<'_>, nth: usize, own: &str) -> Vec<Hypothesis> {
    let path = String::from_utf8_lossy(case.presented.head().path()).into_owned();
    let paths = case.rules.how_paths_are_read();
    let mut found = Vec::new();
    let mut of = |host: String, path: String| {
        let mut signed = Vec::new();
        paths.write(&mut signed, path.as_bytes());
        let host_edit = Edit::Header(nth, Line::Value(host.clone().into_bytes()));
        found.push(Hypothesis::of(HOST_BUCKET).edit(host_edit).edit(Edit::Path(signed)).told(host));
    };
    if let Some(rest) = path.strip_prefix('/') {
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if !bucket.is_empty() {
            of(format!("{bucket}.{own}"), format!("/{key}"));
        }
    }
    // The name of a bucket may have dots.
    for (at, _) in own.match_indices('.').take(4) {
        if let Some((bucket, host)) = own.split_at_checked(at) {
            of(host.trim_start_matches('.').to_owned(), format!("/{bucket}{path}"));
        }
    }
    found
}
