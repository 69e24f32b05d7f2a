//! The difference of two texts, as a unified diff in which nothing is invisible.

use std::fmt::Write;

/// How many lines of context stand around what differs.
const AROUND: usize = 3;

/// How many pairs of lines are compared at most. Beyond that all that is not a common
/// beginning or end counts as replaced.
const MOST_PAIRS: usize = 1_000_000;

/// A line of either text or of both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Edit {
    Same,
    Removed,
    Added,
}

/// How to come from one text to another; both are named. Lines end in LF, control
/// characters, odd white space and spaces at a line's end are shown as escapes.
pub fn unified((from_name, from): (&str, &[u8]), (to_name, to): (&str, &[u8])) -> String {
    let [a, b] = [from, to].map(|text| text.split(|byte| *byte == b'\n').collect::<Vec<_>>());
    let edits = edits(&a, &b);
    let mut out = format!("--- {from_name}\n+++ {to_name}\n");
    for hunk in hunks(&edits) {
        write_hunk(&mut out, &hunk);
    }
    let ends = [(from_name, from), (to_name, to)].map(|(name, text)| (name, text.ends_with(b"\n")));
    if let [(name, true), (_, false)] | [(_, false), (name, true)] = ends {
        let _ = writeln!(out, "\\ Only {name} ends in a line end.");
    }
    out
}

fn edits<'t>(mut a: &[&'t [u8]], mut b: &[&'t [u8]]) -> Vec<(Edit, &'t [u8])> {
    let mut before = Vec::new();
    while let ([x, a_rest @ ..], [y, b_rest @ ..]) = (a, b) {
        if x != y {
            break;
        }
        before.push((Edit::Same, *x));
        (a, b) = (a_rest, b_rest);
    }
    let mut after = Vec::new();
    while let ([a_rest @ .., x], [b_rest @ .., y]) = (a, b) {
        if x != y {
            break;
        }
        after.push((Edit::Same, *x));
        (a, b) = (a_rest, b_rest);
    }
    let between = between(a, b);
    before.into_iter().chain(between).chain(after.into_iter().rev()).collect()
}

fn between<'t>(a: &[&'t [u8]], b: &[&'t [u8]]) -> Vec<(Edit, &'t [u8])> {
    let lengths =
        if a.len().saturating_mul(b.len()) <= MOST_PAIRS { common(a, b) } else { Vec::new() };
    let length =
        |a: usize, b: usize| lengths.get(a).and_then(|row| row.get(b)).copied().unwrap_or_default();
    let (mut a, mut b) = (a, b);
    let mut edits = Vec::with_capacity(a.len().saturating_add(b.len()));
    loop {
        (a, b) = match (a, b) {
            ([x, a @ ..], [y, b @ ..]) if x == y => {
                edits.push((Edit::Same, *x));
                (a, b)
            }
            ([x, rest @ ..], b) if is_removal(&length, rest, b) => {
                edits.push((Edit::Removed, *x));
                (rest, b)
            }
            (a, [y, rest @ ..]) => {
                edits.push((Edit::Added, *y));
                (a, rest)
            }
            _ => return edits,
        };
    }
}

/// Whether no more is lost by taking a line away than by adding the next one.
fn is_removal(length: &impl Fn(usize, usize) -> usize, a_rest: &[&[u8]], b: &[&[u8]]) -> bool {
    let Some(b_rest) = b.len().checked_sub(1) else { return true };
    length(a_rest.len(), b.len()) >= length(a_rest.len().saturating_add(1), b_rest)
}

/// The lengths of the longest common subsequences of the ends of both, by how many lines
/// the ends have.
fn common(a: &[&[u8]], b: &[&[u8]]) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; b.len().saturating_add(1)]];
    for x in a.iter().rev() {
        let shorter: &[usize] = rows.last().map_or(&[], Vec::as_slice);
        let mut row = Vec::with_capacity(shorter.len());
        let mut last = 0;
        row.push(last);
        for (y, pair) in b.iter().rev().zip(shorter.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            last = if x == y { diagonal.saturating_add(1) } else { above.max(last) };
            row.push(last);
        }
        rows.push(row);
    }
    rows
}

/// Lines that stand together, and where they begin in either text, counted from one.
#[derive(Debug, Default)]
struct Hunk<'t> {
    starts: [usize; 2],
    lines: Vec<(Edit, &'t [u8])>,
}

fn hunks<'t>(edits: &[(Edit, &'t [u8])]) -> Vec<Hunk<'t>> {
    let mut hunks: Vec<Hunk<'_>> = Vec::new();
    let mut at = [1_usize; 2];
    let mut is_open = false;
    for (edit, is_near) in edits.iter().zip(near(edits)) {
        if is_near && !is_open {
            hunks.push(Hunk { starts: at, lines: Vec::new() });
        }
        is_open = is_near;
        if let (true, Some(hunk)) = (is_near, hunks.last_mut()) {
            hunk.lines.push(*edit);
        }
        let steps = counts(edit.0);
        at = [at[0].saturating_add(steps[0]), at[1].saturating_add(steps[1])];
    }
    hunks
}

/// Of which lines something that differs is near.
fn near(edits: &[(Edit, &[u8])]) -> Vec<bool> {
    let mut away = usize::MAX;
    let mut step = |edit: &(Edit, &[u8])| {
        away = if edit.0 == Edit::Same { away.saturating_add(1) } else { 0 };
        away <= AROUND
    };
    let behind: Vec<_> = edits.iter().map(&mut step).collect();
    away = usize::MAX;
    let mut step = |edit: &(Edit, &[u8])| {
        away = if edit.0 == Edit::Same { away.saturating_add(1) } else { 0 };
        away <= AROUND
    };
    let mut before: Vec<_> = edits.iter().rev().map(&mut step).collect();
    before.reverse();
    behind.into_iter().zip(before).map(|(behind, before)| behind || before).collect()
}

/// In how many lines of either text an edit stands.
const fn counts(edit: Edit) -> [usize; 2] {
    match edit {
        Edit::Same => [1, 1],
        Edit::Removed => [1, 0],
        Edit::Added => [0, 1],
    }
}

fn write_hunk(out: &mut String, hunk: &Hunk<'_>) {
    let all = hunk.lines.iter().map(|(edit, _)| counts(*edit));
    let [from, to] =
        all.fold([0_usize; 2], |[a, b], [from, to]| [a.saturating_add(from), b.saturating_add(to)]);
    let [from_start, to_start] = hunk.starts;
    let _ = writeln!(out, "@@ -{from_start},{from} +{to_start},{to} @@");
    for (edit, line) in &hunk.lines {
        let sign = match edit {
            Edit::Same => ' ',
            Edit::Removed => '-',
            Edit::Added => '+',
        };
        let _ = writeln!(out, "{sign}{}", visible(line));
    }
}

/// A line in which nothing is invisible: what does not print, odd white space and spaces at
/// the end are escapes, and so is the backslash.
pub fn visible(line: &[u8]) -> String {
    let kept = line.iter().rposition(|byte| *byte != b' ').map_or(0, |at| at.saturating_add(1));
    let (text, spaces) = line.split_at_checked(kept).unwrap_or((line, &[]));
    let mut out = String::with_capacity(line.len());
    for chunk in text.utf8_chunks() {
        for c in chunk.valid().chars() {
            write_visible(&mut out, c);
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push_str(&"\\x20".repeat(spaces.len()));
    out
}

fn write_visible(out: &mut String, c: char) {
    match c {
        '"' | '\'' | ' ' => out.push(c),
        // The escapes of Rust: for what does not print, and for white space that is not a space.
        _ if c.is_whitespace() => out.extend(c.escape_default()),
        _ => out.extend(c.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(from: &str, to: &str) -> String {
        unified(("a", from.as_bytes()), ("b", to.as_bytes()))
    }

    #[test]
    fn a_line_that_differs_stands_among_its_neighbours() {
        assert_eq!(
            diff("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nfive\n6\n7\n8\n9"),
            "--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
    }

    #[test]
    fn what_lies_far_apart_stands_apart() {
        let lines: Vec<_> = (1..=20).map(|n| n.to_string()).collect();
        let from = lines.join("\n");
        let to = from.replace("2\n3\n", "3\n").replace("\n19\n", "\n19\nx\n");
        let diff = diff(&from, &to);
        assert!(diff.contains("@@ -1,5 +1,4 @@\n 1\n-2\n 3\n"), "{diff}");
        assert!(diff.contains("@@ -17,4 +16,5 @@\n 17\n 18\n 19\n+x\n 20\n"), "{diff}");
    }

    #[test]
    fn a_line_end_more_is_told() {
        let diff = diff("x", "x\n");
        assert_eq!(diff, "--- a\n+++ b\n@@ -1,1 +1,2 @@\n x\n+\n\\ Only b ends in a line end.\n");
    }

    #[test]
    fn nothing_is_invisible() {
        assert_eq!(visible(b"a  "), "a\\x20\\x20");
        assert_eq!(visible(b"a\t\r b"), "a\\t\\r b");
        assert_eq!(visible("é\u{a0}\u{200b}\\".as_bytes()), "é\\u{a0}\\u{200b}\\\\");
        assert_eq!(visible(b"\xff\x00\x1b[0m'\""), "\\xff\\0\\u{1b}[0m'\"");
    }

    #[test]
    fn the_common_lines_are_the_most_there_are() {
        let diff = diff("a\nb\nc\nd\ne", "b\nx\nc\ne\na");
        let removed = diff.lines().skip(2).filter(|line| line.starts_with('-')).count();
        assert_eq!(removed, 2, "{diff}");
    }

    #[test]
    fn texts_without_end_are_no_work_without_end() {
        let [from, to] = ["a\n", "b\n"].map(|line| line.repeat(50_000));
        assert_eq!(diff(&from, &to).lines().count(), 100_004);
    }
}
