//! `*` and `?`, in time that grows with the length of pattern and text, not with
//! their product.

use std::collections::BTreeMap;

/// What a pattern is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part<'p> {
    /// Just this.
    Text(&'p str),
    /// `?`: any one character.
    One,
    /// `*`: any run of characters, none included.
    Run,
}

/// A pattern.
#[derive(Clone, Debug)]
pub(super) enum Glob {
    /// `*` alone.
    Any,
    /// Without `*` and `?`.
    Exact(Box<str>),
    /// What stands between its `*`s, in order.
    Segments(Box<[Segment]>),
}

/// What has no `*` in it.
#[derive(Clone, Debug)]
pub(super) enum Segment {
    /// Nor a `?`.
    Plain(Box<str>),
    /// Any character where there is none.
    Wild(Box<[Option<char>]>),
}

impl Glob {
    /// The pattern that is made of `parts`.
    pub(super) fn of<'p>(parts: impl IntoIterator<Item = Part<'p>>) -> Self {
        let (mut segments, mut chars) = (Vec::new(), Vec::new());
        for part in parts {
            match part {
                Part::Text(text) => chars.extend(text.chars().map(Some)),
                Part::One => chars.push(None),
                // Of several in a row the others add nothing.
                Part::Run if chars.is_empty() && segments.len() > 1 => {}
                Part::Run => segments.push(Segment::of(&std::mem::take(&mut chars))),
            }
        }
        segments.push(Segment::of(&chars));
        match &*segments {
            [Segment::Plain(exact)] => Self::Exact(exact.clone()),
            [Segment::Plain(before), Segment::Plain(after)]
                if before.is_empty() && after.is_empty() =>
            {
                Self::Any
            }
            _ => Self::Segments(segments.into()),
        }
    }

    /// A text in which `*` and `?` mean what they do in shells, and nothing else
    /// means anything.
    pub(super) fn wild(text: &str) -> Self {
        Self::of(parts(text))
    }

    /// Whether all of `text` is as the pattern says.
    pub(super) fn matches(&self, text: &str) -> bool {
        let segments = match self {
            Self::Any => return true,
            Self::Exact(exact) => return **exact == *text,
            Self::Segments(segments) => segments,
        };
        match &**segments {
            [] => false,
            [only] => only.begins(text).is_some_and(str::is_empty),
            [first, middle @ .., last] => first
                .begins(text)
                .and_then(|rest| last.ends(rest))
                .and_then(|rest| middle.iter().try_fold(rest, |rest, next| next.find(rest)))
                .is_some(),
        }
    }
}

/// What a text is made of in which `*` and `?` are wild.
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    text.split_inclusive(['*', '?']).flat_map(|piece| {
        let (plain, wild) = match piece.char_indices().next_back() {
            Some((at, '*')) => (piece.get(..at), Some(Part::Run)),
            Some((at, '?')) => (piece.get(..at), Some(Part::One)),
            _ => (Some(piece), None),
        };
        [plain.filter(|plain| !plain.is_empty()).map(Part::Text), wild].into_iter().flatten()
    })
}

impl Segment {
    fn of(chars: &[Option<char>]) -> Self {
        match chars.iter().copied().collect::<Option<String>>() {
            Some(plain) => Self::Plain(plain.into()),
            None => Self::Wild(chars.into()),
        }
    }

    /// What follows, where `text` begins with this.
    fn begins<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Plain(plain) => text.strip_prefix(&**plain),
            Self::Wild(chars) => {
                let mut rest = text.chars();
                let is_met = chars.iter().all(|wanted| rest.next().is_some_and(|c| is(*wanted, c)));
                is_met.then_some(rest.as_str())
            }
        }
    }

    /// What comes before, where `text` ends with this.
    fn ends<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Plain(plain) => text.strip_suffix(&**plain),
            Self::Wild(chars) => {
                let mut rest = text.chars();
                let mut wanted = chars.iter().rev();
                let is_met = wanted.all(|wanted| rest.next_back().is_some_and(|c| is(*wanted, c)));
                is_met.then_some(rest.as_str())
            }
        }
    }

    /// What follows the first place where this stands in `text`.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Plain(plain) => {
                let at = text.find(&**plain)?;
                text.get(at.saturating_add(plain.len())..)
            }
            Self::Wild(chars) if chars.len() > text.len() => None,
            Self::Wild(chars) => Places::of(chars).find(text),
        }
    }
}

fn is(wanted: Option<char>, found: char) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

/// Bits in a word.
const BITS: usize = 64;

/// Where in a segment each character may stand, a bit a place: a text is searched
/// with one step a character, 64 places at a time (Baeza-Yates and Gonnet, "A new
/// approach to text searching", 1992).
struct Places {
    of: BTreeMap<char, Vec<u64>>,
    /// Where any character may stand.
    any: Vec<u64>,
    length: usize,
}

impl Places {
    fn of(segment: &[Option<char>]) -> Self {
        let length = segment.len();
        let mut any = vec![0; length.div_ceil(BITS)];
        for (place, _) in segment.iter().enumerate().filter(|(_, wanted)| wanted.is_none()) {
            set(&mut any, place);
        }
        let mut of = BTreeMap::new();
        for (place, wanted) in segment.iter().enumerate() {
            if let Some(wanted) = wanted {
                set(of.entry(*wanted).or_insert_with(|| any.clone()), place);
            }
        }
        Self { of, any, length }
    }

    /// What follows the first place where the segment stands in `text`.
    fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut begun = vec![0_u64; self.any.len()];
        let mut rest = text.chars();
        while let Some(found) = rest.next() {
            let may = self.of.get(&found).unwrap_or(&self.any);
            let mut carried = 1;
            for (begun, may) in begun.iter_mut().zip(may) {
                let next = *begun >> (BITS - 1);
                *begun = (*begun << 1 | carried) & may;
                carried = next;
            }
            if has(&begun, self.length.saturating_sub(1)) {
                return Some(rest.as_str());
            }
        }
        None
    }
}

fn set(bits: &mut [u64], place: usize) {
    if let Some(word) = bits.get_mut(place / BITS) {
        *word |= 1 << (place % BITS);
    }
}

fn has(bits: &[u64], place: usize) -> bool {
    bits.get(place / BITS).is_some_and(|word| word >> (place % BITS) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Glob::wild(pattern).matches(text)
    }

    #[test]
    fn a_run_is_of_any_length_and_a_question_mark_is_one_character() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("**", "x"),
            ("a*", "a"),
            ("*a", "ba"),
            ("a*a", "aa"),
            ("a*b*c", "axxbyyc"),
            ("*ab*", "aab"),
            ("?", "é"),
            ("*?b?*", "xaxbx"),
            ("a?c", "a*c"),
            ("*a?c*d?", "aabcabcdx"),
            ("***?", "x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "x"),
            ("a", "A"),
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("?", ""),
            ("?", "ab"),
            ("*?b?*", "ab"),
            ("a.c", "abc"),
            ("*ab", "aba"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_long_segment_crosses_words() {
        let long = format!("*{}?z*", "ab".repeat(100));
        assert!(matches(&long, &format!("xx{}{}!zyy", "ab".repeat(7), "ab".repeat(100))));
        assert!(!matches(&long, &format!("xx{}!yyy", "ab".repeat(107))));
    }
}
