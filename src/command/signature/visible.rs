//! Lines as they can be shown: what cannot be seen is written in escapes, and what only its
//! owner may read is left out.

use std::ops::Range;

use crate::wire::percent;

/// Names whose values open doors, as headers and as parameters have them.
const HIDDEN: &[&str] = &[
    "x-amz-security-token",
    "x-amz-s3session-token",
    "x-amz-server-side-encryption-customer-key",
    "x-amz-copy-source-server-side-encryption-customer-key",
    "authorization",
];

/// What stands where something is left out.
const LEFT_OUT: char = '…';

/// Values that are left out wherever they stand.
#[derive(Default)]
pub(super) struct Veil(Vec<Vec<u8>>);

impl Veil {
    /// Hides a session token, as it is and as queries have it.
    pub(super) fn over(token: Option<&str>) -> Self {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Self::default() };
        let mut coded = Vec::new();
        percent::encode_into(&mut coded, token.as_bytes());
        Self(vec![token.as_bytes().to_vec(), coded])
    }

    /// Where in `line` something is to be left out, in order.
    fn hidden(&self, line: &[u8]) -> Vec<Range<usize>> {
        let mut hidden: Vec<_> = header(line).into_iter().chain(parameters(line)).collect();
        for value in &self.0 {
            let found = line.windows(value.len()).position(|part| part == value.as_slice());
            hidden.extend(found.map(|start| start..start.saturating_add(value.len())));
        }
        hidden.sort_by_key(|range| range.start);
        hidden
    }
}

fn is_hidden(name: &[u8]) -> bool {
    let name = name.trim_ascii();
    HIDDEN.iter().any(|other| name.eq_ignore_ascii_case(other.as_bytes()))
}

/// The value of a header that is hidden.
fn header(line: &[u8]) -> Option<Range<usize>> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, _) = line.split_at_checked(colon)?;
    is_hidden(name).then(|| colon.saturating_add(1)..line.len())
}

/// The values of parameters that are hidden.
fn parameters(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0_usize;
    line.split(|byte| matches!(byte, b'&' | b'?')).filter_map(move |piece| {
        let end = start.saturating_add(piece.len());
        let begin = std::mem::replace(&mut start, end.saturating_add(1));
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        let (name, _) = piece.split_at_checked(equals)?;
        is_hidden(name).then(|| begin.saturating_add(equals).saturating_add(1)..end)
    })
}

/// A line as it can be shown.
pub(super) struct Shown {
    pub(super) text: String,
    /// The column of each byte, and of the end; none where it is left out.
    columns: Vec<Option<usize>>,
}

impl Shown {
    pub(super) fn of(line: &[u8], veil: &Veil) -> Self {
        let hidden = veil.hidden(line);
        let trailing = line.len().saturating_sub(spaces_at_end(line));
        let (mut text, mut columns) = (String::new(), Vec::new());
        let mut column = 0_usize;
        for (at, &byte) in line.iter().enumerate() {
            let is_left_out = hidden.iter().any(|range| range.contains(&at));
            columns.push((!is_left_out).then_some(column));
            let escape = match byte {
                _ if is_left_out && text.ends_with(LEFT_OUT) => String::new(),
                _ if is_left_out => LEFT_OUT.to_string(),
                b' ' if at >= trailing => r"\x20".to_owned(),
                _ => byte.escape_ascii().to_string().replace(r"\'", "'").replace("\\\"", "\""),
            };
            column = column.saturating_add(escape.chars().count());
            text.push_str(&escape);
        }
        columns.push(Some(column));
        Self { text, columns }
    }

    /// In which column the byte stands; none where it is left out.
    pub(super) fn column(&self, at: usize) -> Option<usize> {
        self.columns.get(at).copied().flatten()
    }
}

fn spaces_at_end(line: &[u8]) -> usize {
    line.iter().rev().take_while(|byte| **byte == b' ').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        Shown::of(line.as_bytes(), &Veil::over(Some("to/ken"))).text
    }

    #[test]
    fn what_cannot_be_seen_is_written_in_escapes() {
        assert_eq!(shown("a b\tc\r "), r"a b\tc\r\x20");
        assert_eq!(shown("é\\'\"  "), r#"\xc3\xa9\\'"\x20\x20"#);
    }

    #[test]
    fn a_token_is_left_out_wherever_it_stands() {
        assert_eq!(shown("x-amz-security-token:other"), "x-amz-security-token:…");
        assert_eq!(shown("X-Amz-Security-Token : other"), "X-Amz-Security-Token :…");
        assert_eq!(shown("a=b&X-Amz-Security-Token=other&c=d"), "a=b&X-Amz-Security-Token=…&c=d");
        assert_eq!(shown("a:to/kenb"), "a:…b");
        assert_eq!(shown("/?a=to%2Fken"), "/?a=…");
    }

    #[test]
    fn a_byte_is_pointed_at_where_it_is_shown_and_not_where_it_is_left_out() {
        let shown = Shown::of(b"\tto/kenb", &Veil::over(Some("to/ken")));
        assert_eq!(shown.text, r"\t…b");
        assert_eq!([0, 1, 7, 8].map(|at| shown.column(at)), [Some(0), None, Some(3), Some(4)]);
        assert_eq!(shown.column(9), None);
    }
}
