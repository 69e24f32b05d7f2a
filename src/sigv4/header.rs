//! Headers, as they are signed.

use std::borrow::Cow;

use super::head::Head;
use super::refusal::{Bound, Refusal};

/// The pseudo-header that HTTP/2 has instead of `Host`.
const AUTHORITY: &str = ":authority";

/// The names of the headers that are signed, as the client lists them.
#[derive(Clone, Debug)]
pub struct SignedHeaders<'r> {
    text: Cow<'r, str>,
    is_canonical: bool,
    has_host: bool,
}

/// Which white space makes one space out of many. Signers do not agree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Folding {
    /// Spaces only.
    Spaces,
    /// Tabs and line ends too.
    WhiteSpace,
}

impl<'r> SignedHeaders<'r> {
    pub(super) fn parse(text: Cow<'r, str>) -> Result<Self, Refusal> {
        let (mut count, mut is_canonical, mut has_host) = (0_usize, true, false);
        let mut previous: &[u8] = b"";
        for name in text.as_bytes().split(|byte| *byte == b';') {
            count = count.saturating_add(1);
            // The empty name is no greater than the one that is before the first.
            is_canonical &= name > previous && !has_upper(name);
            has_host |=
                ["host", AUTHORITY].iter().any(|host| name.eq_ignore_ascii_case(host.as_bytes()));
            previous = name;
        }
        Bound::SignedHeaders.check(count)?;
        Ok(Self { text, is_canonical, has_host })
    }

    /// The list as it was sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names, as they were sent.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.text.split(';')
    }

    /// Whether `name` is listed, in whatever case.
    pub fn has(&self, name: &str) -> bool {
        self.names().any(|other| other.eq_ignore_ascii_case(name))
    }

    /// Whether the host is listed, by either of its names.
    pub fn has_host(&self) -> bool {
        self.has_host
    }

    /// Whether the list is what it must be: names in lower case, none of them
    /// empty, sorted, each once.
    pub fn is_canonical(&self) -> bool {
        self.is_canonical
    }
}

/// Writes the line of the header `name`, and tells whether there is one.
pub(super) fn write_line(out: &mut Vec<u8>, head: &Head<'_>, name: &str, folding: Folding) -> bool {
    out.extend_from_slice(name.as_bytes());
    out.push(b':');
    let is_there = write_value(out, head, name, folding);
    out.push(b'\n');
    is_there
}

/// Writes the value of the header `name`, and tells whether there is one.
pub(super) fn write_value(
    out: &mut Vec<u8>,
    head: &Head<'_>,
    name: &str,
    folding: Folding,
) -> bool {
    match name {
        AUTHORITY | "host" => write_values(out, head.host().into_iter(), folding),
        _ => match head.noted.get(name) {
            Some(once) if !once.is_twice() => write_values(out, once.first().into_iter(), folding),
            _ => write_values(out, head.values(name), folding),
        },
    }
}

fn write_values<'v>(
    out: &mut Vec<u8>,
    values: impl Iterator<Item = &'v [u8]>,
    folding: Folding,
) -> bool {
    let mut is_there = false;
    for value in values {
        if is_there {
            out.push(b',');
        }
        write_folded(out, value.trim_ascii(), folding);
        is_there = true;
    }
    is_there
}

fn write_folded(out: &mut Vec<u8>, value: &[u8], folding: Folding) {
    let is_white = |byte: u8| byte == b' ' || folding == Folding::WhiteSpace && is_odd(byte);
    if !has_run(value) && (folding == Folding::Spaces || !has_odd_space(value)) {
        return out.extend_from_slice(value);
    }
    let words = value.split(|byte| is_white(*byte)).filter(|word| !word.is_empty());
    for (nth, word) in words.enumerate() {
        if nth > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(word);
    }
}

/// Whether a letter is in upper case; like the next two it looks at all there is,
/// so that the machine can look at many bytes at once.
pub(super) fn has_upper(text: &[u8]) -> bool {
    text.iter().fold(false, |found, byte| found | byte.is_ascii_uppercase())
}

/// Whether two spaces follow each other.
fn has_run(value: &[u8]) -> bool {
    let next = value.get(1..).unwrap_or_default();
    value
        .iter()
        .zip(next)
        .fold(0, |found, (a, b)| found | (u8::from(*a == b' ') & u8::from(*b == b' ')))
        != 0
}

/// Whether the value holds white space that only some signers fold.
pub(super) fn has_odd_space(value: &[u8]) -> bool {
    value.iter().fold(false, |found, byte| found | is_odd(*byte))
}

const fn is_odd(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r')
}

/// A header's name as people write it: `X-Amz-Target`.
pub(super) fn titled(name: &str) -> String {
    let mut titled = String::with_capacity(name.len());
    let mut is_first = true;
    for c in name.chars() {
        titled.push(if is_first { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() });
        is_first = c == '-';
    }
    titled
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[&[u8]], folding: Folding) -> String {
        let headers: Vec<_> = values.iter().map(|value| ("My-Header", *value)).collect();
        let mut out = Vec::new();
        write_line(&mut out, &Head::raw("GET", b"/", &headers), "my-header", folding);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_are_trimmed_folded_and_joined_in_their_order() {
        let values: &[&[u8]] = &[b"  b   \"c   d\" ", b"a", b""];
        assert_eq!(line(values, Folding::Spaces), "my-header:b \"c d\",a,\n");
    }

    #[test]
    fn white_space_other_than_spaces_folds_in_one_reading_only() {
        assert_eq!(line(&[b"a\t b\n  c"], Folding::Spaces), "my-header:a\t b\n c\n");
        assert_eq!(line(&[b"a\t b\n  c"], Folding::WhiteSpace), "my-header:a b c\n");
    }

    #[test]
    fn a_list_is_canonical_when_it_is_sorted_lower_case_and_has_no_gap() {
        let is_canonical =
            |text: &'static str| SignedHeaders::parse(text.into()).unwrap().is_canonical();
        assert!(is_canonical("host"));
        assert!(is_canonical(":authority;a;b-c"));
        for text in ["", ";", "b;a", "a;a", "Host", "a;", ";a", "a;;b"] {
            assert!(!is_canonical(text), "{text}");
        }
    }

    #[test]
    fn a_name_beyond_the_limit_is_refused() {
        let limit = Bound::SignedHeaders.limit();
        assert!(SignedHeaders::parse("a;".repeat(limit - 1).into()).is_ok());
        let refused = SignedHeaders::parse("a;".repeat(limit).into()).unwrap_err();
        assert_eq!(refused, Refusal::TooMuch(Bound::SignedHeaders));
    }

    #[test]
    fn a_name_is_titled_as_people_write_it() {
        assert_eq!(titled("x-amz-TARGET"), "X-Amz-Target");
    }
}
