//! Queries that are signed otherwise, or changed on their way.

use super::{Fault, fault};
use crate::doctor::canonical::{pairs, written};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, get, in_session, presigned, rest, s3};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = order(cast);
    faults.extend(encodings(cast));
    faults.extend(values(cast));
    faults.extend(pasted(cast));
    faults.extend(added(cast));
    faults
}

fn signed_as(client: Client, query: &str) -> Client {
    let query = query.to_owned();
    client.canonical(move |c| c.query.clone_from(&query))
}

/// A query that is signed as that.
fn query(cast: &Cast, causes: &'static str, sent: &str, signed: &str) -> Fault {
    let client = signed_as(rest(cast, &format!("/v1?{sent}")), signed);
    fault(causes, format!("{sent} signed as {signed}"), client)
}

fn order(cast: &Cast) -> Vec<Fault> {
    vec![
        query(cast, "query-unsorted", "b=2&a=1", "b=2&a=1"),
        query(cast, "query-unsorted", "b=2&a=1&c=%3a", "b=2&a=1&c=%3A"),
        query(cast, "query-unsorted", "Zed=1&action=2&Abc=3", "Zed=1&action=2&Abc=3"),
        fault(
            "query-unsorted",
            "of IAM",
            signed_as(get(cast), "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F"),
        ),
        fault("query-unsorted", "presigned, as sent", {
            presigned(cast).canonical(|c| {
                let mut all = pairs(&c.query);
                let is_ours = |name: &str| name.starts_with("X-Amz-");
                all.sort_by_key(|(name, _)| is_ours(name));
                let rank = [
                    "Action",
                    "Version",
                    "PathPrefix",
                    "X-Amz-Algorithm",
                    "X-Amz-Credential",
                    "X-Amz-Date",
                    "X-Amz-SignedHeaders",
                    "X-Amz-Expires",
                ];
                all.sort_by_key(|(name, _)| rank.iter().position(|other| other == name));
                c.query = written(&all);
            })
        }),
        query(cast, "query-sorted-otherwise", "a=1&a-b=2", "a-b=2&a=1"),
        query(cast, "query-sorted-otherwise | query-unsorted", "a=2&a=1&b=3", "a=2&a=1&b=3"),
        query(cast, "query-sorted-otherwise", "b=1&A=2&a=3&B=4", "A=2&a=3&b=1&B=4"),
        query(cast, "query-sorted-otherwise", "%C3%A9=1&z=2&%7E=3", "z=2&~=3&%C3%A9=1"),
        query(cast, "query-sorted-otherwise", "x=1&m=2&b=3&q=4", "x=1&q=4&m=2&b=3"),
        query(cast, "query-sorted-otherwise", "a=1&a%21=2&a-=3", "a%21=2&a-=3&a=1"),
        query(cast, "query-sorted-otherwise", "m.10=a&m.9=b&m.1=c", "m.1=c&m.9=b&m.10=a"),
        fault("query-not-signed", "of REST", signed_as(rest(cast, "/v1?a=1"), "")),
        fault("query-not-signed", "of IAM", signed_as(get(cast), "")),
        fault("query-not-signed", "of S3", signed_as(s3(cast, "/b?list-type=2&prefix=a%2F"), "")),
    ]
}

fn encodings(cast: &Cast) -> Vec<Fault> {
    vec![
        query(cast, "query-not-encoded", "a=/x:y&b=@", "a=/x:y&b=@"),
        query(cast, "query-not-encoded", "a=arn:aws:iam::1:role/x", "a=arn:aws:iam::1:role/x"),
        query(cast, "query-not-encoded", "a=%2Fx%3Ay", "a=/x:y"),
        query(cast, "query-not-encoded", "a=x%20y", "a=x y"),
        fault("query-not-encoded", "of S3", signed_as(s3(cast, "/b?prefix=a/b"), "prefix=a/b")),
        query(cast, "query-plus", "a=x+y", "a=x%2By"),
        query(cast, "query-plus | query-not-encoded", "a=x+y", "a=x+y"),
        query(cast, "query-plus | query-otherwise-encoded", "a=x%2By", "a=x%20y"),
        query(cast, "query-otherwise-encoded", "a=x%20y", "a=x+y"),
        query(cast, "query-otherwise-encoded", "a=%2Fx%3Ay", "a=%2fx%3ay"),
        query(cast, "query-otherwise-encoded", "a=~x", "a=%7Ex"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a=%7Ex", "a=%7Ex"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a=%2A", "a=*"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a=%21%27%28%29%2A", "a=!'()*"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a=(x)%20!", "a=(x)%20!"),
        query(cast, "query-otherwise-encoded", "a=%2Fx%2Fy", "a=%252Fx%252Fy"),
        query(cast, "query-otherwise-encoded", "a=%2Fx%3Ay", "a=/x%3Ay"),
        query(cast, "query-otherwise-encoded", "a=caf%C3%A9", "a=caf%E9"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a=%2Cb%3Bc", "a=,b;c"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a%5B%5D=1", "a[]=1"),
        query(cast, "query-otherwise-encoded | query-not-encoded", "a=%40x", "a=@x"),
        query(cast, "query-otherwise-encoded", "a=x%20y~", "a=x+y%7E"),
        query(cast, "query-otherwise-encoded", "A=1&B=2", "a=1&b=2"),
        fault(
            "query-otherwise-encoded | query-not-encoded",
            "a credential with slashes, presigned",
            presigned(cast)
                .canonical(|c| c.query = c.query.replace("%2Fiam%2F", "/iam/").replace("%2F", "/")),
        ),
        fault(
            "query-otherwise-encoded",
            "escapes in lower case, presigned",
            presigned(cast)
                .canonical(|c| c.query = c.query.replace("%2F", "%2f").replace("%3B", "%3b")),
        ),
    ]
}

fn values(cast: &Cast) -> Vec<Fault> {
    vec![
        query(cast, "query-empty-values", "acl", "acl"),
        query(cast, "query-empty-values", "a&b=1", "a&b=1"),
        query(cast, "query-empty-values", "a=&b=1", "a&b=1"),
        query(cast, "query-empty-values", "a=&b=1", "b=1"),
        query(cast, "query-empty-values", "a&b=1", "b=1"),
        fault("query-empty-values", "S3's uploads", signed_as(s3(cast, "/b/k?uploads"), "uploads")),
        query(cast, "query-duplicates-dropped", "a=1&a=2&b=3", "a=1&b=3"),
        query(cast, "query-duplicates-dropped", "a=1&a=2&b=3", "a=2&b=3"),
        query(cast, "query-duplicates-dropped", "a=2&a=1&b=3", "a=2&b=3"),
        query(cast, "query-duplicates-dropped", "a=1&a=2", "a=1%2C2"),
        fault(
            "query-with-signature",
            "empty",
            presigned(cast).canonical(|c| {
                let names = "X-Amz-SignedHeaders=host";
                c.query = c.query.replace(names, &format!("X-Amz-Signature=&{names}"));
            }),
        ),
        fault("query-without-token", "added behind", {
            let token = cast.session.token.clone().unwrap();
            presigned(cast).key_id(&cast.session.id).secret(&cast.session.secret).then(
                move |request| {
                    let token = crate::signer::encoded(token.as_bytes(), false);
                    request.target.extend(format!("&X-Amz-Security-Token={token}").into_bytes());
                },
            )
        }),
        fault("query-without-token", "left out of what is signed", {
            let token = cast.session.token.clone().unwrap();
            presigned(cast)
                .key_id(&cast.session.id)
                .secret(&cast.session.secret)
                .parameter("X-Amz-Security-Token", &token)
                .canonical(|c| {
                    let pairs = pairs(&c.query)
                        .into_iter()
                        .filter(|(name, _)| name != "X-Amz-Security-Token");
                    c.query = written(&pairs.collect::<Vec<_>>());
                })
        }),
        fault("header-not-signed", "a token added behind, in the header", {
            let token = cast.session.token.clone().unwrap();
            get(cast)
                .key_id(&cast.session.id)
                .secret(&cast.session.secret)
                .then_header("X-Amz-Security-Token", &token)
        }),
        fault("token-added-after-signing", "listed, but signed without it", {
            let token = cast.session.token.clone().unwrap();
            in_session(cast, get(cast))
                .canonical(|c| {
                    c.without("x-amz-security-token");
                    "host;x-amz-date".clone_into(&mut c.signed);
                })
                .then_header("X-Amz-Security-Token", &token)
        }),
        fault("token-added-after-signing", "listed, but its line left out", {
            in_session(cast, get(cast)).canonical(|c| c.without("x-amz-security-token"))
        }),
        fault("token-added-after-signing | not-proven", "another token was signed", {
            let token = cast.session.token.clone().unwrap();
            in_session(cast, get(cast))
                .canonical(|c| c.set("x-amz-security-token", "the one before"))
                .then_header("X-Amz-Security-Token", &token)
        }),
    ]
}

fn pasted(cast: &Cast) -> Vec<Fault> {
    let expires = |sent: &'static str, signed: &'static str| {
        let how = format!("{signed} signed, {sent} sent");
        let client = get(cast).presigned_for(sent).canonical(move |c| {
            let all = pairs(&c.query).into_iter().map(|(name, value)| {
                if name == "X-Amz-Expires" { (name, signed.to_owned()) } else { (name, value) }
            });
            c.query = written(&all.collect::<Vec<_>>());
        });
        fault("query-expires-rewritten", how, client)
    };
    vec![
        expires("900", "900.0"),
        expires("900", "0900"),
        expires("900", "%2B900"),
        expires("900", "900s"),
        expires("3600", "3.6e3"),
        expires("3600", "3600000"),
        fault(
            "query-html-escaped",
            "&amp;",
            rest(cast, "/v1?a=1&b=2&c=3").then_target("&", "&amp;"),
        ),
        fault(
            "query-html-escaped",
            "\\u0026",
            rest(cast, "/v1?a=1&b=2&c=3").then_target("&", "\\u0026"),
        ),
        fault(
            "query-html-escaped",
            "&#38;",
            rest(cast, "/v1?a=1&b=2&c=3").then_target("&", "&#38;"),
        ),
        fault("url-escaped", "&amp;, presigned", presigned(cast).then_target("&", "&amp;")),
        fault(
            "url-escaped",
            "&amp; behind the first, presigned",
            presigned(cast).then_target("&X-Amz", "&amp;X-Amz"),
        ),
        fault(
            "url-escaped",
            "\\u0026, presigned",
            rest(cast, "/v1").presigned().then_target("&", "\\u0026"),
        ),
        fault("url-escaped", "%26, presigned", presigned(cast).then_target("&X-Amz", "%26X-Amz")),
        fault(
            "url-cut-short",
            "behind the date",
            presigned(cast).then(|request| {
                let target = String::from_utf8(request.target.clone()).unwrap();
                request.target =
                    target.split_once("&X-Amz-SignedHeaders").unwrap().0.as_bytes().to_vec();
            }),
        ),
        fault(
            "url-cut-short",
            "within the signature",
            presigned(cast).then(|request| request.target.truncate(request.target.len() - 20)),
        ),
        fault(
            "url-cut-short",
            "before the signature",
            presigned(cast).then(|request| request.target.truncate(request.target.len() - 81)),
        ),
        fault(
            "url-cut-short",
            "at the first &, as a shell does",
            presigned(cast).then(|request| {
                let target = String::from_utf8(request.target.clone()).unwrap();
                request.target =
                    target.split_once("&X-Amz-Credential").unwrap().0.as_bytes().to_vec();
            }),
        ),
    ]
}

fn added(cast: &Cast) -> Vec<Fault> {
    const ADDED: &[&str] = &[
        "utm_source=mail",
        "utm_source=mail&utm_medium=x&utm_campaign=y",
        "fbclid=IwAR0abc",
        "gclid=abc",
        "_=1712345678901",
        "msclkid=1",
        "mc_eid=1",
        "cb=123",
        "t=1712345678",
        "nocache=1",
        "ts=1",
        "v=2",
        "ref=x",
        "cachebuster=9",
        "dclid=1",
        "igshid=1",
        "timestamp=1",
        "download=1",
    ];
    let add = |client: Client, added: &'static str| {
        client.then(move |request| request.target.extend(format!("&{added}").into_bytes()))
    };
    let mut faults: Vec<_> = ADDED
        .iter()
        .map(|added| fault("query-parameters-added", *added, add(presigned(cast), added)))
        .collect();
    faults.push(fault(
        "query-parameters-added",
        "_ to a request with a header",
        add(rest(cast, "/v1?a=1"), "_=1712345678901"),
    ));
    faults.push(fault(
        "query-parameters-added",
        "a parameter before the others",
        rest(cast, "/v1?a=1").then_target("?", "?api_key=x&"),
    ));
    faults.push(fault(
        "query-parameters-added",
        "any parameter at all",
        add(rest(cast, "/v1?a=1"), "tenant=blue"),
    ));
    faults.push(fault(
        "query-parameters-added",
        "a fragment",
        rest(cast, "/v1?a=1").then(|request| request.target.extend(b"#top")),
    ));
    faults
}
