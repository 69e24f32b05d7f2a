//! Bodies that are read and written anew on their way, or moved elsewhere.

use super::bodies::sent;
use super::{Fault, fault};
use crate::doctor::client::hash;
use crate::doctor::examined::{Cast, get, json, post, rest};

const JSON: &str =
    r#"{"name": "Zoë", "id": 7, "of": [1, 2.50, null], "at": {"b": true, "a": "x/y"}}"#;

pub(super) fn faults(cast: &Cast) -> Vec<Fault> {
    let mut faults = rewritten(cast);
    faults.extend(recoded(cast));
    faults.extend(moved(cast));
    faults
}

fn rewritten(cast: &Cast) -> Vec<Fault> {
    let compact = r#"{"name":"Zoë","id":7,"of":[1,2.50,null],"at":{"b":true,"a":"x/y"}}"#;
    let sorted = r#"{"at":{"a":"x/y","b":true},"id":7,"name":"Zoë","of":[1,2.50,null]}"#;
    let sorted_spaced =
        r#"{"at": {"a": "x/y", "b": true}, "id": 7, "name": "Zoë", "of": [1, 2.50, null]}"#;
    let escaped =
        r#"{"name": "Zo\u00eb", "id": 7, "of": [1, 2.50, null], "at": {"b": true, "a": "x/y"}}"#;
    let escaped_compact =
        r#"{"name":"Zo\u00eb","id":7,"of":[1,2.50,null],"at":{"b":true,"a":"x/y"}}"#;
    let slashes = r#"{"name":"Zoë","id":7,"of":[1,2.50,null],"at":{"b":true,"a":"x\/y"}}"#;
    let php = r#"{"name":"Zo\u00eb","id":7,"of":[1,2.50,null],"at":{"b":true,"a":"x\/y"}}"#;
    let two = "{\n  \"name\": \"Zoë\",\n  \"id\": 7,\n  \"of\": [\n    1,\n    2.50,\n    null\n  ],\n  \"at\": {\n    \"b\": true,\n    \"a\": \"x/y\"\n  }\n}";
    let four = two.replace("  ", "    ");
    let tabs = two.replace("  ", "\t");
    let forms = [
        ("with spaces", JSON),
        ("compact", compact),
        ("sorted and compact", sorted),
        ("sorted with spaces", sorted_spaced),
        ("in ASCII with spaces", escaped),
        ("in ASCII, compact", escaped_compact),
        ("with escaped slashes", slashes),
        ("as PHP has it", php),
        ("by two spaces", two),
        ("by four spaces", &four),
        ("by tabs", &tabs),
    ];
    let mut faults = Vec::new();
    for (signed, text) in forms {
        for (arrived, other) in forms {
            // What arrives is written in two ways, of which neither is in another order.
            let is_usual = matches!(arrived, "with spaces" | "compact");
            if text != other && is_usual {
                faults.push(sent(
                    "body-json-rewritten",
                    &format!("{signed} became {arrived}"),
                    json(cast, text),
                    other,
                ));
            }
        }
    }
    faults.push(sent(
        "body-json-rewritten",
        "1.0 became 1",
        json(cast, "{\"a\": 1.0}"),
        "{\"a\":1}",
    ));
    faults.push(sent(
        "body-json-rewritten",
        "signed with < escaped",
        json(cast, r#"{"a":"\u003cb\u003e"}"#),
        r#"{"a":"<b>"}"#,
    ));
    faults.push(sent(
        "body-json-rewritten",
        "signed as Gson has it",
        json(cast, r#"{"a": "\u003cb\u003d\u0027c\u0027\u003e\u0026"}"#),
        r#"{"a":"<b='c'>&"}"#,
    ));
    faults.push(sent(
        "body-json-rewritten",
        "signed as it is, sent as Go has it",
        json(cast, r#"{"a":"<b>&"}"#),
        r#"{"a":"\u003cb\u003e\u0026"}"#,
    ));
    faults.push(sent("body-json-rewritten", "an array", json(cast, "[1, 2, 3]"), "[1,2,3]"));
    faults
}

fn recoded(cast: &Cast) -> Vec<Fault> {
    let form = |signed: &str| post(cast).with_body(signed);
    let with = |prefix: &str| {
        format!("Action=ListUsers&Version=2010-05-08&PathPrefix={prefix}&MaxItems=7")
    };
    let pairs = [
        ("%2Fa%20b%2F", "%2Fa+b%2F"),
        ("%2Fa+b%2F", "%2Fa%20b%2F"),
        ("%2Fa~%2F", "%2Fa%7E%2F"),
        ("%2Fa%7E%2F", "%2Fa~%2F"),
        ("%2Fa*%2F", "%2Fa%2A%2F"),
        ("%2Fa%2A%2F", "%2Fa*%2F"),
        ("%2Fa%2F", "%2fa%2f"),
        ("%2fa%2f", "%2Fa%2F"),
        ("/a/", "%2Fa%2F"),
        ("%2Fa%2F", "/a/"),
        ("%2Fa%20b~%2F", "%2Fa+b%7E%2F"),
        ("%2Fa!'()%2F", "%2Fa%21%27%28%29%2F"),
        ("%2Fa%21%27%28%29%2F", "%2Fa!'()%2F"),
        ("/a b/", "%2Fa%20b%2F"),
        ("/a b/", "%2Fa+b%2F"),
        ("%2Fa@b:c,d%2F", "%2Fa%40b%3Ac%2Cd%2F"),
    ];
    let mut faults: Vec<_> = pairs
        .iter()
        .map(|(signed, arrived)| {
            sent(
                "body-form-recoded",
                &format!("{signed} became {arrived}"),
                form(&with(signed)),
                with(arrived),
            )
        })
        .collect();
    let sorted = "Action=ListUsers&MaxItems=7&PathPrefix=%2Fa%2F&Version=2010-05-08";
    let other = "Version=2010-05-08&Action=ListUsers&PathPrefix=%2Fa%2F&MaxItems=7";
    faults.push(sent("body-form-recoded", "signed sorted, sent unsorted", form(sorted), other));
    faults.push(sent(
        "body-form-recoded",
        "signed sorted, sent unsorted and with +",
        form("Action=ListUsers&MaxItems=7&PathPrefix=%2Fa%20b%2F&Version=2010-05-08"),
        "Version=2010-05-08&Action=ListUsers&PathPrefix=%2Fa+b%2F&MaxItems=7",
    ));
    faults.push(sent(
        "body-form-recoded",
        "decoded before it is signed",
        form("Action=ListUsers&Version=2010-05-08&PathPrefix=/a b/"),
        "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%20b%2F",
    ));
    faults
}

fn moved(cast: &Cast) -> Vec<Fault> {
    let sorted = "Action=ListUsers&MaxItems=7&PathPrefix=%2Fa%20b~%2F&Version=2010-05-08";
    let query = "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F";
    vec![
        fault(
            "form-signed-as-query",
            "with the hash of nothing",
            post(cast).canonical(move |c| {
                sorted.clone_into(&mut c.query);
                c.hash = hash(b"");
            }),
        ),
        fault(
            "form-signed-as-query",
            "with the body's hash besides",
            post(cast).canonical(move |c| sorted.clone_into(&mut c.query)),
        ),
        fault(
            "query-signed-as-form",
            "all of it",
            get(cast).canonical(move |c| {
                c.query.clear();
                c.hash = hash(query.as_bytes());
            }),
        ),
        fault("body-null-signed", "null", rest(cast, "/v1").canonical(|c| c.hash = hash(b"null"))),
        fault(
            "body-null-signed",
            "\"null\"",
            rest(cast, "/v1").canonical(|c| c.hash = hash(b"\"null\"")),
        ),
        fault("body-null-signed", "{}", get(cast).canonical(|c| c.hash = hash(b"{}"))),
        fault("body-null-signed", "\"\"", get(cast).canonical(|c| c.hash = hash(b"\"\""))),
        fault("body-null-signed", "[]", get(cast).canonical(|c| c.hash = hash(b"[]"))),
        fault(
            "body-null-signed",
            "undefined",
            get(cast).canonical(|c| c.hash = hash(b"undefined")),
        ),
        fault("body-null-signed", "a line end", get(cast).canonical(|c| c.hash = hash(b"\n"))),
        fault("body-cut-short", "to the length that is said", {
            json(cast, "{\"a\": 1}")
                .header("Content-Length", "8")
                .not_signing("content-length")
                .then_body("{\"a\": 1}garbage")
        }),
        fault(
            "body-cut-short | body-line-end-changed",
            "signed with more than the length that is said",
            {
                json(cast, "{\"a\":\"é\"}")
                    .header("Content-Length", "9")
                    .not_signing("content-length")
                    .then_body(&"{\"a\":\"é\"}".as_bytes()[..9])
            },
        ),
    ]
}
