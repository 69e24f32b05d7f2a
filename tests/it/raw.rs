//! HTTP/1.1 by hand, so that a test can be slow, rude, or wrong.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use bytes::Bytes;
use countersign::clock::{Clock, SystemClock};
use http::Request;

use crate::program::PATIENCE;
use crate::signer::Signer;

/// An answer, as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A connection; nothing is waited for longer than patience lasts.
pub(crate) fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends a whole request, which must ask to close the connection, and reads all
/// that comes.
pub(crate) fn exchange(address: &str, request: &str) -> Answer {
    let mut stream = connect(address);
    stream.write_all(request.as_bytes()).unwrap();
    answer(&mut stream)
}

/// A request without a body.
pub(crate) fn get(address: &str, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    exchange(address, &request)
}

/// Reads an answer and the end of the connection.
pub(crate) fn answer(stream: &mut TcpStream) -> Answer {
    let text = to_the_end(stream);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}

/// All that comes until the other side has had enough. A connection that is reset
/// has ended too.
pub(crate) fn to_the_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection stays open: {error}"),
    }
    String::from_utf8(bytes).unwrap()
}

/// A signed POST of `body`, ready to be sent.
pub(crate) fn signed(address: &str, signer: Signer, body: &str) -> String {
    let signer = signer.at(SystemClock::start().now());
    let request = Request::post(format!("http://{address}/"))
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap();
    let request = signer.sign(request);
    let lines = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\r\n", value.to_str().unwrap()));
    let head: String = lines.collect();
    format!("POST / HTTP/1.1\r\n{head}Content-Length: {}\r\n\r\n{body}", body.len())
}
