//! A proxy that changes what it passes on, in ways that nginx does not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;

use countersign::clock::{Clock, SystemClock, Time};

use crate::plain::RawRequest;
use crate::raw::connect;
use crate::signer::sha256;

/// What a fault is called, and what it does to a request.
pub(super) type Fault = (&'static str, fn(&mut RawRequest));

/// Listens for as long as the tests run; gives the address.
pub(super) fn start(fault: fn(&mut RawRequest), gateway: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let gateway = gateway.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            pass_on(&mut stream.unwrap(), fault, &gateway);
        }
    });
    address
}

/// One request to a connection. A client that goes away before it has asked is no matter.
fn pass_on(client: &mut TcpStream, fault: fn(&mut RawRequest), gateway: &str) {
    let Some(mut request) = read(client) else { return };
    fault(&mut request);
    request.set("Connection", "close");
    let mut server = connect(gateway);
    server.write_all(&on_the_wire(&request)).unwrap();
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).unwrap();
    client.write_all(&answer).ok();
}

/// A head, and as much of a body as it tells of.
fn read(client: &mut TcpStream) -> Option<RawRequest> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = client.read(&mut piece).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let request = RawRequest::read(&bytes).unwrap();
        let declared = request.header("content-length").map(|digits| number(digits.trim_ascii()));
        let body = &bytes[end + 4..];
        if body.len() >= declared.unwrap_or_default() {
            return Some(RawRequest { body: body.to_vec(), ..request });
        }
    }
}

fn number(digits: &[u8]) -> usize {
    std::str::from_utf8(digits).unwrap().parse().unwrap()
}

/// Every line as it stands, and no more of them.
fn on_the_wire(request: &RawRequest) -> Vec<u8> {
    let mut wire = [request.method.as_bytes(), b" ", &request.target, b" HTTP/1.1\r\n"].concat();
    for (name, value) in &request.headers {
        wire.extend([name.as_bytes(), b": ", value.trim_ascii(), b"\r\n"].concat());
    }
    [&wire, &b"\r\n"[..], &request.body].concat()
}

/// As it should be.
pub(super) fn nothing(_: &mut RawRequest) {}

/// Header names are no different for it.
pub(super) fn capitals(request: &mut RawRequest) {
    for (name, _) in &mut request.headers {
        name.make_ascii_uppercase();
    }
}

/// The form is parsed and written by someone who writes spaces in the other of the two ways.
pub(super) fn form_written_anew(request: &mut RawRequest) {
    let text = String::from_utf8(request.body.clone()).unwrap();
    let is_plus = text.contains('+');
    let other = if is_plus { text.replace('+', "%20") } else { text.replace("%20", "+") };
    of_body(request, other.into_bytes());
}

/// Compressed by the program of that name.
pub(super) fn gzipped(request: &mut RawRequest) {
    let mut gzip = Command::new("gzip")
        .args(["--stdout", "--no-name"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    gzip.stdin.take().unwrap().write_all(&request.body).unwrap();
    let packed = gzip.wait_with_output().unwrap().stdout;
    request.set("Content-Encoding", "gzip");
    of_body(request, packed);
}

/// In chunks of HTTP's, so that no length is known before.
pub(super) fn chunked(request: &mut RawRequest) {
    let length = format!("{:x}\r\n", request.body.len());
    request.body = [length.as_bytes(), &request.body, b"\r\n0\r\n\r\n"].concat();
    request.remove("Content-Length");
    request.set("Transfer-Encoding", "chunked");
}

/// The chunks of an upload to S3, in the body itself.
pub(super) fn framed(request: &mut RawRequest) {
    let head = format!("{:x};chunk-signature={}\r\n", request.body.len(), sha256(b""));
    let body = [head.as_bytes(), &request.body, b"\r\n0\r\n\r\n"].concat();
    of_body(request, body);
}

/// Without its last letter, which is no part of an escape.
pub(super) fn cut_short(request: &mut RawRequest) {
    let body = request.body[..request.body.len() - 1].to_vec();
    of_body(request, body);
}

/// Sent once more by who does not sign.
pub(super) fn tried_again(request: &mut RawRequest) {
    let sent = request.header("amz-sdk-request").map(|sent| String::from_utf8_lossy(sent));
    if let Some(next) = sent.map(|sent| sent.trim().replace("attempt=1", "attempt=2")) {
        request.set("amz-sdk-request", &next);
    }
}

/// Two seconds later than it was signed.
pub(super) fn date_set_anew(request: &mut RawRequest) {
    let signed = Time::from_basic(request.header("x-amz-date").unwrap().trim_ascii());
    let later = signed.unwrap_or_else(|| SystemClock::start().now()).plus(2).basic();
    request.set("X-Amz-Date", &later);
}

/// Joined as RFC 9110 section 5.3 allows it, with a space behind the comma.
pub(super) fn duplicates_joined(request: &mut RawRequest) {
    let values = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("x-note"));
    let values: Vec<_> = values.map(|(_, value)| value.trim_ascii().to_vec()).collect();
    let joined = String::from_utf8(values.join(&b", "[..])).unwrap();
    request.set("X-Note", &joined);
}

/// Another body, with its own length.
fn of_body(request: &mut RawRequest, body: Vec<u8>) {
    request.set("Content-Length", &body.len().to_string());
    request.body = body;
}
