//! A request as text: what people save, paste and send, read once and written again.

pub mod curl;
mod pasted;
mod url;

use std::fmt;

use thiserror::Error;

pub use self::pasted::{NotRead, Pasted};
use crate::sigv4::{Bound, Head, RawHeader};

/// What ends the request line, where it names a version.
const VERSIONS: &[&[u8]] =
    &[b" HTTP/1.1", b" HTTP/1.0", b" HTTP/2", b" HTTP/2.0", b" HTTP/3", b" HTTP/3.0"];

/// One request: its line, its headers and its body, none of them decoded.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Request {
    /// The method, in its own case.
    pub method: String,
    /// The target as it stands in the request line.
    pub target: Vec<u8>,
    /// The headers in their order: names in any case, values untrimmed. A value in
    /// several lines keeps its line feeds.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why a text is no request. Lines are counted from one.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Unreadable {
    /// There is nothing but white space.
    #[error("it is empty")]
    Empty,
    /// The first line is not a method, a space and a target.
    #[error("line {0} is no request line, as GET / HTTP/1.1 is")]
    NoRequestLine(usize),
    /// A line of the head has no colon, or no name before it.
    #[error("line {0} is no header, as Host: example.com is")]
    NoHeader(usize),
    /// There are more headers than anyone takes.
    #[error("there are more than {} headers", Bound::Headers.limit())]
    TooManyHeaders,
}

impl Request {
    /// Reads a request line, headers with their folded lines, and a body behind an
    /// empty line. Lines end in LF or CRLF, spaces in the target are part of it, and
    /// the version may be missing.
    ///
    /// The line end with which a file ends is no part of a body, unless the length
    /// that is declared says so.
    pub fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let mut lines = Lines { rest: text, number: 0 };
        let first = lines.find(|line| !line.is_empty()).ok_or(Unreadable::Empty)?;
        let mut request = Self::of_line(first).ok_or(Unreadable::NoRequestLine(lines.number))?;
        while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
            request.add_line(line).ok_or(Unreadable::NoHeader(lines.number))?;
            if request.headers.len() > Bound::Headers.limit() {
                return Err(Unreadable::TooManyHeaders);
            }
        }
        request.body = request.body_of(lines.rest).to_vec();
        Ok(request)
    }

    fn of_line(line: &[u8]) -> Option<Self> {
        let version = VERSIONS.iter().find_map(|version| line.strip_suffix(*version));
        let line = version.unwrap_or(line);
        let space = line.iter().position(|byte| *byte == b' ')?;
        let (method, target) = line.split_at_checked(space)?;
        let method = std::str::from_utf8(method).ok().filter(|method| is_token(method))?;
        let target = target.get(1..).filter(|target| !target.is_empty())?;
        Some(Self { method: method.to_owned(), target: target.to_vec(), ..Self::default() })
    }

    fn add_line(&mut self, line: &[u8]) -> Option<()> {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let (_, value) = self.headers.last_mut()?;
            value.push(b'\n');
            value.extend_from_slice(line);
            return Some(());
        }
        // `:authority` begins with the sign that ends other names.
        let colon = line.iter().skip(1).position(|byte| *byte == b':')?.checked_add(1)?;
        let (name, value) = line.split_at_checked(colon)?;
        let name = std::str::from_utf8(name).ok()?;
        let is_name = is_token(name.strip_prefix(':').unwrap_or(name));
        is_name.then(|| self.headers.push((name.to_owned(), value.get(1..).unwrap_or(&[]).into())))
    }

    fn body_of<'t>(&self, rest: &'t [u8]) -> &'t [u8] {
        let length = self.header("content-length").map(<[u8]>::trim_ascii);
        let length =
            length.and_then(|digits| std::str::from_utf8(digits).ok()?.parse::<usize>().ok());
        let without = rest.strip_suffix(b"\n").unwrap_or(rest);
        let shortest = without.strip_suffix(b"\r").unwrap_or(without);
        let Some(length) = length else { return without };
        let whole = [rest, without, shortest];
        whole.into_iter().find(|body| body.len() == length).unwrap_or(rest)
    }

    /// The first value of the header called `name`, in whatever case.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// Puts `value` in the place of every header called `name`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    /// Takes every header called `name` away.
    pub fn remove(&mut self, name: &str) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// The headers, as [`Request::head`] borrows them.
    pub fn raw_headers(&self) -> Vec<RawHeader<'_>> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }

    /// The head, given its own [`Request::raw_headers`].
    ///
    /// ```
    /// use countersign::request::Request;
    ///
    /// let request = Request::read(b"GET /a?b HTTP/1.1\nHost: example.com\n").unwrap();
    /// let headers = request.raw_headers();
    /// let head = request.head(&headers);
    /// assert_eq!(head.host(), Some(&b"example.com"[..]));
    /// ```
    pub fn head<'r>(&'r self, headers: &'r [RawHeader<'r>]) -> Head<'r> {
        Head::raw(&self.method, &self.target, headers)
    }

    /// What goes over the wire, every value as it stands; with the length of a body,
    /// where none is declared.
    pub fn to_wire(&self) -> Vec<u8> {
        let mut wire = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        for (name, value) in &self.headers {
            let lines: Vec<_> = value.split(|byte| *byte == b'\n').collect();
            wire.extend([name.as_bytes(), b":", &lines.join(&b"\r\n"[..]), b"\r\n"].concat());
        }
        if self.header("content-length").is_none() && !self.body.is_empty() {
            wire.extend(format!("Content-Length: {}\r\n", self.body.len()).into_bytes());
        }
        wire.extend(b"\r\n");
        wire.extend_from_slice(&self.body);
        wire
    }

    /// What people read, and [`Request::read`] reads back: lines end in LF, one
    /// space stands before a value, and a line end behind the body.
    pub fn to_text(&self) -> Vec<u8> {
        let mut text = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\n"].concat();
        for (name, value) in &self.headers {
            text.extend([name.as_bytes(), b": ", value.trim_ascii(), b"\n"].concat());
        }
        text.push(b'\n');
        if !self.body.is_empty() {
            text.extend_from_slice(&self.body);
            text.push(b'\n');
        }
        text
    }
}

/// Targets, headers and bodies hold signatures, tokens and passwords, so none prints.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// The lines of a text, without their ends.
struct Lines<'t> {
    rest: &'t [u8],
    number: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let mut parts = self.rest.splitn(2, |byte| *byte == b'\n');
        let line = parts.next().unwrap_or_default();
        self.rest = parts.next().unwrap_or_default();
        self.number = self.number.saturating_add(1);
        Some(without_returns(line))
    }
}

/// A line without the carriage returns at its end, however many there are: one that stayed would be
/// taken for part of a line end when it is read again (RFC 9112 section 2.2).
fn without_returns(mut line: &[u8]) -> &[u8] {
    while let Some(shorter) = line.strip_suffix(b"\r") {
        line = shorter;
    }
    line
}

/// Whether `text` is a token (RFC 9110 section 5.6.2), as methods and names are.
fn is_token(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Request {
        Request::read(text.as_bytes()).unwrap()
    }

    #[test]
    fn lines_end_in_either_way_and_a_value_begins_with_a_space_or_not() {
        for text in [
            "GET /a b HTTP/1.1\nHost:h\nX: y\n\nbody\n",
            "GET /a b\r\nHost:h\r\nX: y\r\n\r\nbody\n",
        ] {
            let request = read(text);
            assert_eq!((request.method.as_str(), &*request.target), ("GET", &b"/a b"[..]));
            assert_eq!(request.header("host"), Some(&b"h"[..]));
            assert_eq!(request.header("x"), Some(&b" y"[..]));
            assert_eq!(request.body, b"body");
        }
    }

    #[test]
    fn a_folded_value_keeps_its_lines_in_a_text_and_on_the_wire() {
        let request = read("GET / HTTP/1.1\nA:b\n  c\n\td\n");
        assert_eq!(request.header("a"), Some(&b"b\n  c\n\td"[..]));
        assert_eq!(request.to_wire(), b"GET / HTTP/1.1\r\nA:b\r\n  c\r\n\td\r\n\r\n");
        assert_eq!(Request::read(&request.to_wire()).unwrap(), request);
    }

    #[test]
    fn carriage_returns_at_the_end_of_a_line_are_no_part_of_it() {
        let request = read("GET /a\r\r\nA:b\r\r\n c\r\r\r\n\r\r\nbody\r\n");
        assert_eq!((&*request.target, request.header("a")), (&b"/a"[..], Some(&b"b\n c"[..])));
        assert_eq!(request.body, b"body\r");
        assert_eq!(
            Request::read(&request.to_text()).unwrap().headers,
            [("A".to_owned(), b" b\n c".to_vec())]
        );
    }

    #[test]
    fn the_last_line_end_is_body_only_where_the_length_says_so() {
        assert_eq!(read("POST / HTTP/1.1\n\na\n\n").body, b"a\n");
        assert_eq!(read("POST / HTTP/1.1\nContent-Length: 2\n\na\n").body, b"a\n");
        assert_eq!(read("POST / HTTP/1.1\nContent-Length: 1\n\na\n").body, b"a");
        assert_eq!(read("POST / HTTP/1.1\nContent-Length: 1\r\n\r\na\r\n").body, b"a");
        assert_eq!(read("POST / HTTP/1.1\nContent-Length: 9\n\na\n").body, b"a\n");
    }

    #[test]
    fn what_is_no_request_is_told_with_its_line() {
        for (text, why) in [
            ("", Unreadable::Empty),
            ("\n\r\n", Unreadable::Empty),
            ("GET", Unreadable::NoRequestLine(1)),
            ("GET ", Unreadable::NoRequestLine(1)),
            ("\nG(T /", Unreadable::NoRequestLine(2)),
            ("GET /\nHost: h\nno colon\n", Unreadable::NoHeader(3)),
            ("GET /\n folded\n", Unreadable::NoHeader(2)),
            ("GET /\nA name: v\n", Unreadable::NoHeader(2)),
        ] {
            assert_eq!(Request::read(text.as_bytes()), Err(why), "{text:?}");
        }
        let many = "GET /\n".to_owned() + &"A: b\n".repeat(257);
        assert_eq!(Request::read(many.as_bytes()), Err(Unreadable::TooManyHeaders));
    }

    #[test]
    fn a_text_reads_back_as_it_was() {
        for body in ["", "a", "a\n", "\n"] {
            let mut request = read("PUT /x?y HTTP/1.1\nHost: h\n");
            request.body = body.as_bytes().to_vec();
            let again = Request::read(&request.to_text()).unwrap();
            assert_eq!((&again.target, &again.body), (&request.target, &request.body), "{body:?}");
        }
    }

    #[test]
    fn a_request_does_not_print_what_it_says() {
        let request = read("GET /?X-Amz-Signature=hush HTTP/1.1\nAuthorization: hush\n\nhush");
        assert!(!format!("{request:?}").contains("hush"));
    }
}
