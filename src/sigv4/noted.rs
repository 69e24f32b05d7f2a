//! The headers that decide about a signature, found in one pass over all of them.

use super::refusal::{Bound, Refusal};

/// What one pass over the headers of a request finds.
#[derive(Clone, Copy, Default)]
pub(super) struct Noted<'r> {
    pub(super) host: Once<'r>,
    pub(super) authorization: Once<'r>,
    pub(super) date: Once<'r>,
    pub(super) amz_date: Once<'r>,
    pub(super) token: Once<'r>,
    pub(super) content_sha256: Once<'r>,
    pub(super) content_type: Once<'r>,
    /// Whether there are headers of AWS's besides these.
    pub(super) has_other_amz: bool,
    count: usize,
    bytes: usize,
}

/// A header that may be there once.
#[derive(Clone, Copy, Default)]
pub(super) struct Once<'r> {
    first: Option<&'r [u8]>,
    is_twice: bool,
}

impl<'r> Noted<'r> {
    pub(super) fn of(headers: impl Iterator<Item = (&'r str, &'r [u8])>) -> Self {
        let mut noted = Self::default();
        for (name, value) in headers {
            noted.count = noted.count.saturating_add(1);
            noted.bytes = noted.bytes.saturating_add(name.len()).saturating_add(value.len());
            match noted.place(name) {
                // HTTP's own white space around a value is none of it.
                Some(place) => place.add(value.trim_ascii()),
                None => noted.has_other_amz |= is_amz(name),
            }
        }
        noted
    }

    pub(super) fn check_bounds(&self) -> Result<(), Refusal> {
        Bound::Headers.check(self.count)?;
        Bound::HeaderBytes.check(self.bytes)
    }

    /// The header called `name`, if it is one of these.
    pub(super) fn get(&self, name: &str) -> Option<Once<'r>> {
        let mut noted = *self;
        noted.place(name).copied()
    }

    fn place(&mut self, name: &str) -> Option<&mut Once<'r>> {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        match name.len() {
            4 if is("host") => Some(&mut self.host),
            4 if is("date") => Some(&mut self.date),
            10 if is("x-amz-date") => Some(&mut self.amz_date),
            12 if is("content-type") => Some(&mut self.content_type),
            13 if is("authorization") => Some(&mut self.authorization),
            20 if is("x-amz-security-token") => Some(&mut self.token),
            20 if is("x-amz-content-sha256") => Some(&mut self.content_sha256),
            _ => None,
        }
    }
}

impl<'r> Once<'r> {
    fn add(&mut self, value: &'r [u8]) {
        self.is_twice = self.first.is_some();
        self.first = self.first.or(Some(value));
    }

    /// The value that came first.
    pub(super) fn first(self) -> Option<&'r [u8]> {
        self.first
    }

    /// Whether there are two of them.
    pub(super) fn is_twice(self) -> bool {
        self.is_twice
    }

    /// The one value, of the header that people call `titled`.
    pub(super) fn one(self, titled: &'static str) -> Result<Option<&'r [u8]>, Refusal> {
        if self.is_twice { Err(Refusal::Twice(titled)) } else { Ok(self.first) }
    }
}

/// Whether a name has the prefix of the headers that AWS gives a meaning.
pub(super) fn is_amz(name: &str) -> bool {
    name.as_bytes().get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"x-amz-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_noted_in_whatever_case_and_with_its_second() {
        let headers: [(&str, &[u8]); 4] =
            [("Host", b" h"), ("X-Amz-Date", b"1"), ("x-amz-date", b"2"), ("X-Amz-Acl", b"p")];
        let noted = Noted::of(headers.into_iter());
        assert_eq!(noted.host.one("Host"), Ok(Some(&b"h"[..])));
        assert_eq!(noted.amz_date.one("X-Amz-Date"), Err(Refusal::Twice("X-Amz-Date")));
        assert_eq!(noted.amz_date.first(), Some(&b"1"[..]));
        assert_eq!(noted.date.first(), None);
        assert!(noted.has_other_amz);
    }

    #[test]
    fn headers_beyond_the_limits_are_refused() {
        let many = std::iter::repeat_n(("a", &b""[..]), Bound::Headers.limit());
        assert_eq!(Noted::of(many.clone()).check_bounds(), Ok(()));
        let one_more = many.chain([("a", &b""[..])]);
        assert_eq!(Noted::of(one_more).check_bounds(), Err(Refusal::TooMuch(Bound::Headers)));
        let long = vec![b'x'; Bound::HeaderBytes.limit()];
        let long = Noted::of([("a", long.as_slice())].into_iter()).check_bounds();
        assert_eq!(long, Err(Refusal::TooMuch(Bound::HeaderBytes)));
    }
}
