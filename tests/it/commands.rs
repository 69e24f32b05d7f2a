//! The commands on a single request, as a shell sees them.

mod curl;
mod explain;
mod sign;
mod vectors;
mod verify;

use crate::program::{Ended, run_on, run_unread};
use crate::support::in_repository;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "to/ken+of==a_session";
const TIME: &str = "20150830T123600Z";
const KEY: &[(&str, &str)] = &[("AWS_ACCESS_KEY_ID", ID), ("AWS_SECRET_ACCESS_KEY", SECRET)];

/// A request of AWS's documentation.
const LIST_USERS: &str = "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\n\
    Host: iam.amazonaws.com\n\
    Content-Type: application/x-www-form-urlencoded; charset=utf-8\n";

/// Its signature, from there.
const SIGNATURE: &str = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";

/// What the command says of `input` to whoever has the key.
fn said(command: &str, input: &str) -> Ended {
    run_on(input.as_bytes(), &command.split(' ').collect::<Vec<_>>(), KEY)
}

/// The same to whoever has a session's token as well.
fn said_in_session(command: &str, input: &str) -> Ended {
    let variables = [KEY, &[("AWS_SESSION_TOKEN", TOKEN)]].concat();
    run_on(input.as_bytes(), &command.split(' ').collect::<Vec<_>>(), &variables)
}

/// What it printed, where it went well.
fn printed(command: &str, input: &str) -> String {
    let Ended { code, out, err } = said(command, input);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{command}: {out}");
    out
}

/// The request of AWS's documentation, signed when it was.
fn signed() -> String {
    printed(&format!("sign --time {TIME}"), LIST_USERS)
}

/// `countersign explain request.txt | head -1` is no reason to complain.
#[test]
fn an_output_that_nobody_reads_ends_a_command_without_a_word() {
    let vectors = in_repository("vectors/sigv4");
    let vectors = vectors.to_str().unwrap();
    for command in ["sign", "presign", "verify", "explain", "explain --output json", "vectors run"]
    {
        let mut args: Vec<_> = command.split(' ').collect();
        args.extend(command.starts_with("vectors").then_some(vectors));
        let input = if command.contains("sign") { LIST_USERS.to_owned() } else { signed() };
        let ended = run_unread(input.as_bytes(), &args, KEY);
        assert_eq!((ended.code, ended.err.as_str()), (Some(141), ""), "{command}");
    }
}
