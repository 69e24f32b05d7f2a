//! The head of a request, borrowed as it came: nothing decoded, nothing copied.

use std::fmt;

use http::header::HeaderMap;
use http::request::Parts;
use http::{HeaderValue, Method, Uri};

use super::noted::Noted;

/// Method, target and headers of a request, before anyone has touched them.
///
/// Made from what the HTTP stack hands over, or from raw bytes where no stack
/// would let them pass (folded headers, spaces in the target).
#[derive(Clone, Copy)]
pub struct Head<'r> {
    method: &'r str,
    authority: Option<&'r [u8]>,
    path: &'r [u8],
    query: &'r [u8],
    headers: Headers<'r>,
    pub(super) noted: Noted<'r>,
}

/// A header as it came: its name in any case, and its value untrimmed.
pub type RawHeader<'r> = (&'r str, &'r [u8]);

#[derive(Clone, Copy)]
enum Headers<'r> {
    Map(&'r HeaderMap),
    List(&'r [RawHeader<'r>]),
}

impl<'r> Head<'r> {
    /// The head of a request that an HTTP stack has read.
    pub fn new(method: &'r Method, uri: &'r Uri, headers: &'r HeaderMap) -> Self {
        Self {
            method: method.as_str(),
            authority: uri.authority().map(|authority| authority.as_str().as_bytes()),
            path: uri.path().as_bytes(),
            query: uri.query().unwrap_or_default().as_bytes(),
            headers: Headers::Map(headers),
            noted: Noted::of(Headers::Map(headers).iter()),
        }
    }

    /// The same, where its parts are still together.
    pub fn of(parts: &'r Parts) -> Self {
        Self::new(&parts.method, &parts.uri, &parts.headers)
    }

    /// A head from the bytes of its request line and headers. Scheme and
    /// authority of a target in absolute form are cut off (RFC 9112 section 3.2.2).
    pub fn raw(method: &'r str, target: &'r [u8], headers: &'r [RawHeader<'r>]) -> Self {
        let (authority, target) = without_authority(target);
        let (path, query) = split_at(target, b'?');
        let headers = Headers::List(headers);
        Self { method, authority, path, query, headers, noted: Noted::of(headers.iter()) }
    }

    /// The method, in its own case.
    pub fn method(&self) -> &'r str {
        self.method
    }

    /// The path, not decoded.
    pub fn path(&self) -> &'r [u8] {
        self.path
    }

    /// The query without its question mark, not decoded; empty where there is none.
    pub fn query(&self) -> &'r [u8] {
        self.query
    }

    /// Who is asked: the `Host` header as received, else the authority of the
    /// target, which is all that HTTP/2 has.
    pub fn host(&self) -> Option<&'r [u8]> {
        self.noted.host.first().or(self.authority)
    }

    /// Whether all that names a host names the same one, and once.
    pub(super) fn has_one_host(&self) -> bool {
        let host = self.noted.host;
        let is_same = match (host.first(), self.authority) {
            (Some(host), Some(authority)) => host.eq_ignore_ascii_case(authority),
            _ => true,
        };
        is_same && !host.is_twice()
    }

    /// The values of the header called `name` (in lower case), in their order of
    /// arrival.
    pub fn values<'n>(&self, name: &'n str) -> impl Iterator<Item = &'r [u8]> + use<'r, 'n> {
        let (map, list) = match self.headers {
            Headers::Map(map) => (Some(map.get_all(name).iter()), None),
            Headers::List(list) => (None, Some(list.iter())),
        };
        let listed = list.into_iter().flatten();
        let listed = listed.filter(|(other, _)| other.eq_ignore_ascii_case(name));
        let mapped = map.into_iter().flatten().map(HeaderValue::as_bytes);
        mapped.chain(listed.map(|(_, value)| *value))
    }

    /// The first value of the header called `name`.
    pub fn value(&self, name: &str) -> Option<&'r [u8]> {
        self.values(name).next()
    }

    /// All headers. Those of one name stand in their order of arrival.
    pub fn headers(&self) -> impl Iterator<Item = RawHeader<'r>> + use<'r> {
        self.headers.iter()
    }
}

impl<'r> Headers<'r> {
    fn iter(self) -> impl Iterator<Item = RawHeader<'r>> + use<'r> {
        let (map, list) = match self {
            Self::Map(map) => (Some(map.iter()), None),
            Self::List(list) => (None, Some(list.iter().copied())),
        };
        let mapped =
            map.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_bytes()));
        mapped.chain(list.into_iter().flatten())
    }
}

/// Headers and query hold signatures and session tokens, so neither prints.
impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.escape_ascii().to_string();
        f.debug_struct("Head")
            .field("method", &self.method)
            .field("path", &path)
            .finish_non_exhaustive()
    }
}

fn without_authority(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let is_scheme = |scheme: &[u8]| {
        scheme.eq_ignore_ascii_case(b"http") || scheme.eq_ignore_ascii_case(b"https")
    };
    let (scheme, rest) = split_at(target, b':');
    match rest.strip_prefix(b"//") {
        Some(rest) if is_scheme(scheme) => {
            let end =
                rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
            let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            (Some(authority), target)
        }
        _ => (None, target),
    }
}

/// What stands before and after the first `byte`.
pub(super) fn split_at(text: &[u8], byte: u8) -> (&[u8], &[u8]) {
    let mut parts = text.splitn(2, |other| *other == byte);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absolute_target_loses_its_authority() {
        let head = Head::raw("GET", b"http://example.com:80/a?b", &[]);
        assert_eq!((head.path(), head.query()), (&b"/a"[..], &b"b"[..]));
        assert_eq!(head.host(), Some(&b"example.com:80"[..]));
        assert_eq!(Head::raw("GET", b"http://h?x=/", &[]).path(), b"");
        assert_eq!(Head::raw("GET", b"/http://h/?x=/", &[]).path(), b"/http://h/");
    }

    #[test]
    fn a_query_begins_at_the_first_question_mark() {
        assert_eq!(Head::raw("GET", b"/a?b?c", &[]).query(), b"b?c");
    }

    #[test]
    fn hosts_must_agree() {
        let one = |headers| Head::raw("GET", b"http://h/", headers).has_one_host();
        assert!(one(&[]));
        assert!(one(&[("Host", b"H")]));
        assert!(!one(&[("Host", b"x")]));
        assert!(!one(&[("Host", b"h"), ("host", b"h")]));
    }

    #[test]
    fn headers_do_not_print() {
        let headers: &[RawHeader<'_>] = &[("Authorization", b"hush")];
        let head = Head::raw("GET", b"/?X-Amz-Signature=hush", headers);
        assert!(!format!("{head:?}").contains("hush"));
    }
}
