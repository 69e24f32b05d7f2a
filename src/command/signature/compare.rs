//! A difference, pointed at.

use std::io::Write;

use serde_json::{Value, json};

use super::stages::{Difference, STRING_TO_SIGN};
use super::visible::{Shown, Veil};
use crate::command::Failed;

/// What stands before both lines, so that the pointer knows how far to go.
const MARGIN: usize = 10;

/// Prints both lines, one below the other, and points at the first byte that differs.
pub(super) fn print(
    difference: &Difference,
    veil: &Veil,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let Difference { stage, line, at, .. } = difference;
    let label = difference.label.map_or_else(String::new, |label| format!(" ({label})"));
    let (line, byte) = (line.saturating_add(1), at.saturating_add(1));
    writeln!(out, "\nthe {stage} differs first in line {line}{label}, at byte {byte}:")?;
    let ours = shown(difference.ours.as_deref(), veil);
    let theirs = shown(difference.theirs.as_deref(), veil);
    writeln!(out, "  ours    {}", told(ours.as_ref()))?;
    writeln!(out, "  theirs  {}", told(theirs.as_ref()))?;
    let both = [&ours, &theirs].map(|shown| shown.as_ref().and_then(|shown| shown.column(*at)));
    match both {
        [None, None] => writeln!(out, "  in a value that is not shown")?,
        [Some(column), _] | [None, Some(column)] => {
            writeln!(out, "{}^", " ".repeat(MARGIN.saturating_add(column)))?;
        }
    }
    if is_hash(difference) {
        writeln!(
            out,
            "  this is the hash of the canonical request: give theirs by --canonical-request to see \
             where that one differs"
        )?;
    }
    Ok(())
}

/// The same for machines; lines and bytes are counted from one.
pub(super) fn as_json(difference: &Difference, veil: &Veil) -> Value {
    let text = |line: Option<&[u8]>| shown(line, veil).map(|shown| shown.text);
    json!({
        "stage": difference.stage,
        "line": difference.line.saturating_add(1),
        "is": difference.label,
        "byte": difference.at.saturating_add(1),
        "ours": text(difference.ours.as_deref()),
        "theirs": text(difference.theirs.as_deref()),
    })
}

fn shown(line: Option<&[u8]>, veil: &Veil) -> Option<Shown> {
    line.map(|line| Shown::of(line, veil))
}

fn told(shown: Option<&Shown>) -> &str {
    match shown {
        Some(shown) if shown.text.is_empty() => "(an empty line)",
        Some(shown) => &shown.text,
        None => "(no such line)",
    }
}

fn is_hash(difference: &Difference) -> bool {
    difference.stage == STRING_TO_SIGN && difference.line == 3 && difference.theirs.is_some()
}
