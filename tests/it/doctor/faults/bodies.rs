//! Bodies that are signed otherwise, or changed on their way.

use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use super::{Fault, fault};
use crate::doctor::client::{Client, hash};
use crate::doctor::examined::{Cast, get, json, post, rest, s3};

const FORM: &str = "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%20b~%2F&MaxItems=7";
const JSON: &str =
    r#"{"name": "Zoë", "id": 7, "of": [1, 2.50, null], "at": {"b": true, "a": "x/y"}}"#;

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = declared(cast);
    faults.extend(hashes(cast));
    faults.extend(texts(cast));
    faults.extend(framed(cast));
    faults
}

/// With the hash of its body in a header.
fn declaring(client: Client) -> Client {
    let hash = hash(&client.request.body);
    client.header("x-amz-content-sha256", hash)
}

fn declared(cast: &Cast) -> Vec<Fault> {
    let line = |hash: &'static str| {
        move |c: &mut crate::doctor::canonical::Canonical| hash.clone_into(&mut c.hash)
    };
    vec![
        fault(
            "body-altered",
            "another form",
            declaring(post(cast)).then_body("Action=ListUsers&Version=2010-05-08&MaxItems=8"),
        ),
        fault(
            "body-altered",
            "another JSON",
            declaring(json(cast, "{\"a\": 1}")).then_body("{\"a\": 2}"),
        ),
        fault("body-altered", "another object", declaring(s3(cast, "/o")).then_body("something")),
        fault(
            "body-altered | body-null-signed",
            "no body any more",
            declaring(json(cast, "{\"a\": 1}")).then_body(""),
        ),
        fault(
            "body-declared-otherwise",
            "a hash in upper case declared",
            post(cast).header("x-amz-content-sha256", hash(FORM.as_bytes()).to_uppercase()),
        ),
        fault(
            "body-declared-otherwise | body-not-signed",
            "the hash of nothing declared, the body signed",
            {
                let own = hash(JSON.as_bytes());
                json(cast, JSON)
                    .header("x-amz-content-sha256", hash(b""))
                    .canonical(move |c| c.hash.clone_from(&own))
            },
        ),
        fault(
            "body-and-signature-differ",
            "nothing right",
            declaring(json(cast, "{\"a\": 1}")).then_body("{\"a\": 2}").secret("of nobody at all"),
        ),
        fault("body-not-signed", "a form", post(cast).canonical(|c| c.hash = hash(b""))),
        fault("body-not-signed", "JSON", json(cast, JSON).canonical(|c| c.hash = hash(b""))),
        fault(
            "body-declared-unsigned",
            "UNSIGNED-PAYLOAD",
            json(cast, JSON).canonical(line("UNSIGNED-PAYLOAD")),
        ),
        fault(
            "body-declared-unsigned",
            "UNSIGNED-PAYLOAD of a form",
            post(cast).canonical(line("UNSIGNED-PAYLOAD")),
        ),
        fault(
            "body-declared-unsigned",
            "UNSIGNED-PAYLOAD, declared too",
            json(cast, JSON).header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ),
        fault(
            "body-declared-unsigned",
            "UNSIGNED-PAYLOAD of a form, declared too",
            post(cast)
                .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
                .canonical(line("UNSIGNED-PAYLOAD")),
        ),
        fault(
            "body-declared-unsigned",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            json(cast, JSON).canonical(line("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")),
        ),
        fault(
            "body-declared-unsigned",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            json(cast, JSON).canonical(line("STREAMING-UNSIGNED-PAYLOAD-TRAILER")),
        ),
        fault(
            "body-declared-unsigned",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            json(cast, JSON).canonical(line("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")),
        ),
        fault("body-hash-missing", "an empty last line", get(cast).canonical(line(""))),
        fault("body-hash-missing", "an empty last line of a form", post(cast).canonical(line(""))),
        fault(
            "payload-line-missing | body-hash-missing",
            "no last line",
            get(cast).text(|text| text.rsplit_once('\n').unwrap().0.to_owned()),
        ),
    ]
}

fn hashes(cast: &Cast) -> Vec<Fault> {
    let body = FORM.as_bytes();
    let line = |causes, how: &str, line: String| {
        fault(causes, how, post(cast).canonical(move |c| c.hash.clone_from(&line)))
    };
    vec![
        line("body-hash-in-upper-case", "upper case", hash(body).to_uppercase()),
        fault(
            "body-hash-in-upper-case",
            "upper case, no body",
            get(cast).canonical(|c| c.hash.make_ascii_uppercase()),
        ),
        line("body-hash-in-base64", "Base64", BASE64.encode(&Sha256::digest(body))),
        fault(
            "body-hash-in-base64",
            "Base64, JSON",
            json(cast, JSON).canonical(|c| c.hash = BASE64.encode(&Sha256::digest(JSON))),
        ),
        line("body-hashed-twice", "the digits hashed", hash(hash(body).as_bytes())),
        line("body-hashed-twice", "the bytes hashed", hash(&Sha256::digest(body))),
        line("body-in-place-of-hash", "a form", FORM.to_owned()),
        fault(
            "body-in-place-of-hash",
            "JSON",
            json(cast, "{}").canonical(|c| "{}".clone_into(&mut c.hash)),
        ),
    ]
}

/// A request whose body is another when it arrives.
pub(super) fn sent(
    causes: &'static str,
    how: &str,
    client: Client,
    arrives: impl AsRef<[u8]>,
) -> Fault {
    fault(causes, how, client.then_body(arrives))
}

fn texts(cast: &Cast) -> Vec<Fault> {
    let latin: Vec<u8> =
        "Zoë Ångström".chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let lines = "{\n  \"a\": 1,\n  \"b\": 2\n}";
    vec![
        sent("body-line-end-changed", "LF added", json(cast, "{}"), "{}\n"),
        sent("body-line-end-changed", "LF added to a form", post(cast), format!("{FORM}\n")),
        sent("body-line-end-changed", "CRLF added", json(cast, "{}"), "{}\r\n"),
        sent("body-line-end-changed", "LF lost", json(cast, "{}\n"), "{}"),
        sent("body-line-end-changed", "CRLF lost", json(cast, "{}\r\n"), "{}"),
        sent(
            "body-line-end-changed | body-line-ends-changed",
            "LF became CRLF",
            json(cast, "{}\n"),
            "{}\r\n",
        ),
        sent(
            "body-line-ends-changed",
            "LF became CRLF, each",
            json(cast, lines),
            lines.replace('\n', "\r\n"),
        ),
        sent(
            "body-line-ends-changed",
            "CRLF became LF, each",
            json(cast, &lines.replace('\n', "\r\n")),
            lines,
        ),
        sent(
            "body-line-ends-changed | body-json-rewritten",
            "all lines made one, as curl -d @file does",
            json(cast, lines),
            lines.replace('\n', ""),
        ),
        sent(
            "body-byte-order-mark",
            "not sent",
            json(cast, "\u{feff}{\"a\":\"é\"}"),
            "{\"a\":\"é\"}",
        ),
        sent(
            "body-byte-order-mark",
            "not signed",
            json(cast, "{\"a\":\"é\"}"),
            "\u{feff}{\"a\":\"é\"}",
        ),
        fault(
            "body-in-other-charset",
            "signed in Latin-1, sent in UTF-8",
            json(cast, "Zoë Ångström").canonical({
                let latin = latin.clone();
                move |c| c.hash = hash(&latin)
            }),
        ),
        sent(
            "body-in-other-charset",
            "signed in UTF-8, sent in Latin-1",
            json(cast, "Zoë Ångström"),
            latin,
        ),
        fault(
            "body-in-other-charset",
            "signed in UTF-16",
            json(cast, "Zoë").canonical(move |c| c.hash = hash(&utf_16("Zoë"))),
        ),
        fault(
            "body-in-other-charset",
            "signed in UTF-16, big end first",
            json(cast, "Zoë").canonical(|c| {
                c.hash = hash(&"Zoë".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>());
            }),
        ),
        sent(
            "body-in-other-charset",
            "UTF-8 taken for Latin-1",
            json(cast, "{\"a\":\"é\"}"),
            "{\"a\":\"Ã©\"}",
        ),
        sent(
            "body-in-other-charset",
            "question marks",
            json(cast, "{\"a\":\"é\"}"),
            "{\"a\":\"?\"}",
        ),
    ]
}

fn framed(cast: &Cast) -> Vec<Fault> {
    let chunk = format!(
        "4;chunk-signature={}\r\nbody\r\n0;chunk-signature={}\r\n\r\n",
        "a".repeat(64),
        "b".repeat(64)
    );
    let boundary = |mark: &str| {
        format!("--{mark}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--{mark}--\r\n")
    };
    let multipart = |mark: &str| rest(cast, "/v1").asks("POST", "/v1", boundary(mark));
    let other = "multipart/form-data; boundary=arrived0987654321";
    vec![
        sent(
            "body-compressed",
            "gzip",
            json(cast, JSON).header("Content-Encoding", "gzip").not_signing("content-encoding"),
            gzipped(JSON.as_bytes()),
        ),
        sent(
            "body-compressed",
            "gzip without a header",
            json(cast, JSON),
            gzipped(JSON.as_bytes()),
        ),
        sent(
            "body-compressed",
            "deflate",
            json(cast, JSON).header("Content-Encoding", "deflate").not_signing("content-encoding"),
            zlib(JSON.as_bytes()),
        ),
        fault(
            "body-compressed",
            "gzip added on the way",
            json(cast, JSON).then(|request| {
                request.set("Content-Encoding", "gzip");
                request.body = gzipped(JSON.as_bytes());
            }),
        ),
        sent("body-in-aws-chunks", "with signatures", json(cast, "body"), chunk),
        sent(
            "body-in-aws-chunks",
            "without signatures",
            json(cast, "body"),
            "4\r\nbody\r\n0\r\n\r\n",
        ),
        sent(
            "body-in-aws-chunks",
            "with a trailer",
            json(cast, "body"),
            "4\r\nbody\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
        ),
        fault(
            "body-boundary-changed",
            "Content-Type signed with the old one",
            multipart("signed1234567890")
                .header("Content-Type", "multipart/form-data; boundary=signed1234567890")
                .then(move |request| {
                    request.body = boundary("arrived0987654321").into_bytes();
                    request.set("Content-Type", other);
                }),
        ),
        fault(
            "body-boundary-changed",
            "Content-Type not signed, and old",
            multipart("signed1234567890")
                .header("Content-Type", "multipart/form-data; boundary=signed1234567890")
                .not_signing("content-type")
                .then_body(boundary("arrived0987654321")),
        ),
    ]
}

/// In gzip's frame, as RFC 1951 and RFC 1952 have it.
pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend(miniz_oxide::deflate::compress_to_vec(bytes, 6));
    out.extend(crc32(bytes).to_le_bytes());
    out.extend(u32::try_from(bytes.len()).unwrap().to_le_bytes());
    out
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
}

fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), shift))
}
