//! Signatures that are written otherwise, and lists of names that are none.

use data_encoding::{BASE64, BASE64URL_NOPAD};

use super::{Fault, fault};
use crate::doctor::client::Client;
use crate::doctor::examined::{Cast, STRANGERS_SECRET, get, json, post, presigned};

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = signatures(cast);
    faults.extend(unknown(cast));
    faults
}

fn signatures(cast: &Cast) -> Vec<Fault> {
    let written = |causes, how: &str, write: fn([u8; 32]) -> String| {
        fault(causes, how, get(cast).written(write))
    };
    vec![
        written("signature-in-upper-case", "upper case", hex::encode_upper),
        written("signature-in-base64", "Base64", |bytes| BASE64.encode(&bytes)),
        written("signature-in-base64", "Base64 for URLs", |bytes| BASE64URL_NOPAD.encode(&bytes)),
        written("signature-in-base64", "Base64 of the digits", |bytes| {
            BASE64.encode(hex::encode(bytes).as_bytes())
        }),
        fault(
            "signature-in-base64",
            "Base64, presigned",
            presigned(cast).written(|bytes| BASE64.encode(&bytes)),
        ),
        fault(
            "signature-in-upper-case",
            "upper case, presigned",
            presigned(cast).written(hex::encode_upper),
        ),
        fault(
            "signature-in-upper-case",
            "upper case, JSON",
            json(cast, "{}").written(hex::encode_upper),
        ),
        written("signature-malformed", "cut", |bytes| hex::encode(bytes)[..62].to_owned()),
        written("signature-malformed", "no digits", |_| "z".repeat(64)),
        written("signature-malformed", "with 0x", |bytes| format!("0x{}", hex::encode(bytes))),
        written("signature-malformed", "empty", |_| String::new()),
        written("signature-of-sha-1", "40 digits", |bytes| hex::encode(&bytes[..20])),
        written("signature-of-sha-1 | signature-malformed", "SHA-1 in Base64", |bytes| {
            BASE64.encode(&bytes[..20])
        }),
        fault(
            "signed-headers-malformed",
            "unsorted",
            names(get(cast), "host;x-amz-date", "x-amz-date;host"),
        ),
        fault(
            "signed-headers-malformed",
            "upper case",
            names(get(cast), "host;x-amz-date", "Host;X-Amz-Date"),
        ),
        fault(
            "signed-headers-malformed",
            "a semicolon behind",
            names(get(cast), "host;x-amz-date", "host;x-amz-date;"),
        ),
        fault(
            "signed-headers-malformed",
            "twice",
            names(get(cast), "host;x-amz-date", "host;host;x-amz-date"),
        ),
    ]
}

fn names(client: Client, old: &'static str, new: &'static str) -> Client {
    client.canonical(move |c| c.signed = c.signed.replace(old, new)).then(move |request| {
        let value = String::from_utf8(request.header("Authorization").unwrap().to_vec()).unwrap();
        request.set("Authorization", &value.replace(old, new));
    })
}

fn unknown(cast: &Cast) -> Vec<Fault> {
    vec![
        fault(
            "not-proven",
            "a secret of nobody",
            get(cast).secret("of nobody at all, and long enough for one"),
        ),
        fault("not-proven", "a secret of another account", get(cast).secret(STRANGERS_SECRET)),
        fault("not-proven", "a secret of another user", get(cast).secret(&cast.ann.secret)),
        fault("not-proven", "a form", post(cast).secret("of nobody at all")),
    ]
}
