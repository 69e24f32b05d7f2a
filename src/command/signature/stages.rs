//! The stages of a signature, line by line, each with what it is.

/// What a stage is called.
pub(super) const CANONICAL_REQUEST: &str = "canonical request";
pub(super) const STRING_TO_SIGN: &str = "string to sign";

/// A text that a signature is made of.
pub(super) struct Stage {
    pub(super) title: &'static str,
    pub(super) lines: Vec<Line>,
}

/// A line of it.
pub(super) struct Line {
    /// What it is: `path`, `header`.
    pub(super) label: &'static str,
    pub(super) text: Vec<u8>,
}

impl Stage {
    /// The stage that the verifier wrote.
    pub(super) fn canonical_request(text: &[u8]) -> Self {
        let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
        let behind = lines.len().saturating_sub(3);
        let label = |nth: usize| match nth {
            0 => "method",
            1 => "path",
            2 => "query",
            _ if nth < behind => "header",
            _ if nth == behind => "end of headers",
            _ if nth == behind.saturating_add(1) => "signed headers",
            _ => "payload hash",
        };
        Self::of(CANONICAL_REQUEST, &lines, label)
    }

    /// The same of the string to sign.
    pub(super) fn string_to_sign(text: &[u8]) -> Self {
        let lines: Vec<_> = text.split(|byte| *byte == b'\n').collect();
        let label = |nth: usize| match nth {
            0 => "algorithm",
            1 => "time",
            2 => "scope",
            _ => "hash of 1",
        };
        Self::of(STRING_TO_SIGN, &lines, label)
    }

    fn of(title: &'static str, lines: &[&[u8]], label: impl Fn(usize) -> &'static str) -> Self {
        let line = |(nth, text): (usize, &&[u8])| Line { label: label(nth), text: text.to_vec() };
        Self { title, lines: lines.iter().enumerate().map(line).collect() }
    }
}

/// Where a client's own stage first differs from ours.
pub(super) struct Difference {
    pub(super) stage: &'static str,
    /// Counted from nought.
    pub(super) line: usize,
    /// What our line is; nothing where we have none.
    pub(super) label: Option<&'static str>,
    pub(super) ours: Option<Vec<u8>>,
    pub(super) theirs: Option<Vec<u8>>,
    /// The first byte of the line that differs, counted from nought.
    pub(super) at: usize,
}

impl Difference {
    /// The first one, if there is any.
    pub(super) fn first(ours: &Stage, theirs: &[u8]) -> Option<Self> {
        let theirs: Vec<_> = theirs.split(|byte| *byte == b'\n').collect();
        let length = ours.lines.len().max(theirs.len());
        let line = (0..length).find(|nth| {
            ours.lines.get(*nth).map(|line| line.text.as_slice()) != theirs.get(*nth).copied()
        })?;
        let mine = ours.lines.get(line);
        let (a, b) = (mine.map(|line| line.text.as_slice()), theirs.get(line).copied());
        let pairs = a.unwrap_or_default().iter().zip(b.unwrap_or_default());
        Some(Self {
            stage: ours.title,
            line,
            label: mine.map(|line| line.label),
            at: pairs.take_while(|(a, b)| a == b).count(),
            ours: a.map(<[u8]>::to_vec),
            theirs: b.map(<[u8]>::to_vec),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &[u8] = b"GET\n/\na=b\nhost:h\nx-amz-date:d\n\nhost;x-amz-date\ne3b0";

    #[test]
    fn every_line_is_named() {
        let stage = Stage::canonical_request(CANONICAL);
        let labels: Vec<_> = stage.lines.iter().map(|line| line.label).collect();
        assert_eq!(
            labels,
            [
                "method",
                "path",
                "query",
                "header",
                "header",
                "end of headers",
                "signed headers",
                "payload hash"
            ]
        );
    }

    fn first(theirs: &[u8]) -> Option<(usize, usize, Option<&'static str>)> {
        let stage = Stage::canonical_request(CANONICAL);
        Difference::first(&stage, theirs).map(|d| (d.line, d.at, d.label))
    }

    #[test]
    fn the_first_difference_is_told_to_the_byte() {
        assert_eq!(first(CANONICAL), None);
        let other = String::from_utf8(CANONICAL.to_vec()).unwrap().replace("host:h", "host:h:1");
        assert_eq!(first(other.as_bytes()), Some((3, 6, Some("header"))));
        assert_eq!(first(&[CANONICAL, b"\n"].concat()), Some((8, 0, None)));
        assert_eq!(first(b""), Some((0, 0, Some("method"))));
        assert_eq!(first(b"GET"), Some((1, 0, Some("path"))));
    }
}
