//! A request as a curl command line that sends it as it is.

use std::fmt::Write;

use crate::command::Failed;
use crate::request::Request;

/// The command line. Headers that curl would add itself and the request does not have are
/// taken away.
pub(super) fn written(request: &Request, is_secure: bool) -> Result<Vec<u8>, Failed> {
    let host = request.header("host").unwrap_or_default().trim_ascii();
    let scheme: &[u8] = if is_secure { b"https://" } else { b"http://" };
    let url = [scheme, host, &request.target].concat();
    let mut words = vec![b"curl --path-as-is --globoff".to_vec(), method(request)];
    words.push(quoted(&url)?);
    for (name, value) in &request.headers {
        if !name.eq_ignore_ascii_case("host") {
            words.push(header(name, value.trim_ascii())?);
        }
    }
    for name in ["Accept", "Content-Type"] {
        let is_added = name == "Accept" || !request.body.is_empty();
        if is_added && request.header(name).is_none() {
            words.push(format!("-H '{name}:'").into_bytes());
        }
    }
    if !request.body.is_empty() {
        words.push([b"--data-raw ", quoted(&request.body)?.as_slice()].concat());
    }
    words.retain(|word| !word.is_empty());
    Ok([words.join(&b" \\\n  "[..]).as_slice(), b"\n"].concat())
}

/// The method, where curl would take another one.
fn method(request: &Request) -> Vec<u8> {
    match (request.method.as_str(), request.body.is_empty()) {
        ("GET", true) | ("POST", false) => Vec::new(),
        ("HEAD", true) => b"--head".to_vec(),
        (method, _) => format!("-X '{}'", method.replace('\'', r"'\''")).into_bytes(),
    }
}

fn header(name: &str, value: &[u8]) -> Result<Vec<u8>, Failed> {
    if value.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
        return Err(Failed::new(format_args!(
            "the header {name} has several lines, which curl does not send: write it on one"
        )));
    }
    let text = match value {
        [] => [name.as_bytes(), b";"].concat(),
        _ => [name.as_bytes(), b": ", value].concat(),
    };
    Ok([b"-H ", quoted(&text)?.as_slice()].concat())
}

/// One word for a shell. What is not plain is written in escapes, which no terminal and no
/// mail changes.
fn quoted(text: &[u8]) -> Result<Vec<u8>, Failed> {
    if text.contains(&0) {
        return Err(Failed::new(
            "a command line cannot hold a zero byte, as the request does: take --output http",
        ));
    }
    if text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        let text = String::from_utf8_lossy(text).replace('\'', r"'\''");
        return Ok(format!("'{text}'").into_bytes());
    }
    let mut word = String::from("$'");
    for &byte in text {
        match byte {
            b'\n' => word.push_str(r"\n"),
            b'\\' => word.push_str(r"\\"),
            b'\'' => word.push_str(r"\'"),
            b' '..=b'~' => word.push(char::from(byte)),
            // Writing to a text does not fail.
            _ => drop(write!(word, r"\x{byte:02x}")),
        }
    }
    word.push('\'');
    Ok(word.into_bytes())
}
