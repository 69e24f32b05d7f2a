//! Requests as text, the way vectors hold them: line feeds for line ends, and no
//! HTTP stack that would refuse what is odd.

use bytes::Bytes;
use countersign::sigv4::{Head, RawHeader};
use http::{HeaderName, HeaderValue, Request};

/// A request as it goes over the wire.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct RawRequest {
    pub(crate) method: String,
    pub(crate) target: Vec<u8>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Bytes,
}

impl RawRequest {
    /// Reads a request line, headers with their folded lines, and a body.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let (head, body) = split_head(text);
        let mut lines = head.split(|byte| *byte == b'\n');
        let line = lines.next().unwrap();
        let line = line.strip_suffix(b" HTTP/1.1").unwrap_or(line);
        let space = line.iter().position(|byte| *byte == b' ').unwrap();
        let mut request = Self {
            method: String::from_utf8(line[..space].to_vec()).unwrap(),
            target: line[space + 1..].to_vec(),
            ..Self::default()
        };
        for line in lines {
            request.add_line(line);
        }
        // Where no length is given, the newline at the end of the file is no body.
        let has_length = request.header("content-length").is_some();
        let body = if has_length { body } else { body.strip_suffix(b"\n").unwrap_or(body) };
        Self { body: Bytes::copy_from_slice(body), ..request }
    }

    /// The same request, put down in full.
    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            (name.to_string(), value.as_bytes().to_vec())
        };
        let target = request.uri().path_and_query().unwrap().as_str();
        Self {
            method: request.method().to_string(),
            target: target.as_bytes().to_vec(),
            headers: request.headers().iter().map(header).collect(),
            body: request.body().clone(),
        }
    }

    /// Calls `look` with the head of this request.
    pub(crate) fn with_head<T>(&self, look: impl FnOnce(Head<'_>) -> T) -> T {
        let headers: Vec<RawHeader<'_>> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        look(Head::raw(&self.method, &self.target, &headers))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }

    /// Puts `value` in the place of every header called `name`.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    /// What goes over the wire. The connection ends with the answer.
    pub(crate) fn to_wire(&self) -> Vec<u8> {
        let mut wire = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        for (name, value) in &self.headers {
            wire.extend([name.as_bytes(), b":", &crlf(value), b"\r\n"].concat());
        }
        if self.header("content-length").is_none() && !self.body.is_empty() {
            wire.extend(format!("Content-Length: {}\r\n", self.body.len()).into_bytes());
        }
        wire.extend(b"Connection: close\r\n\r\n");
        wire.extend_from_slice(&self.body);
        wire
    }

    fn add_line(&mut self, line: &[u8]) {
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            let (_, value) = self.headers.last_mut().unwrap();
            value.push(b'\n');
            value.extend_from_slice(line);
        } else if !line.is_empty() {
            // `:authority` begins with the sign that ends other names.
            let colon = line.iter().skip(1).position(|byte| *byte == b':').unwrap() + 1;
            let name = String::from_utf8(line[..colon].to_vec()).unwrap();
            self.headers.push((name, line[colon + 1..].to_vec()));
        }
    }
}

fn split_head(text: &[u8]) -> (&[u8], &[u8]) {
    match text.windows(2).position(|two| two == b"\n\n") {
        Some(end) => (&text[..end], &text[end + 2..]),
        None => (text, &[]),
    }
}

fn crlf(value: &[u8]) -> Vec<u8> {
    value
        .iter()
        .flat_map(|byte| if *byte == b'\n' { b"\r\n".to_vec() } else { vec![*byte] })
        .collect()
}
