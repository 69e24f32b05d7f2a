//! What the doctor says, printed.

use std::io::Write;

use serde_json::{Value, json};

use super::compare;
use super::stages::{Difference, Stage};
use super::visible::{Shown, Veil};
use crate::command::Failed;
use crate::doctor::{Diagnosis, Proof, Stages};

/// Prints it for people; where their stages are known, beside ours.
pub(super) fn print(
    diagnosis: &Diagnosis,
    veil: &Veil,
    out: &mut impl Write,
) -> Result<(), Failed> {
    writeln!(out, "because: {}", diagnosis.sentence)?;
    writeln!(out, "what to do: {}", diagnosis.fix)?;
    writeln!(out, "how it is known: {}", diagnosis.because)?;
    let tried = match diagnosis.tried {
        0 => String::new(),
        tried => format!(", {tried} ways to sign it tried"),
    };
    writeln!(out, "cause: {}, {}{tried}", causes(diagnosis), proof(diagnosis.proof))?;
    for sign in &diagnosis.signs {
        writeln!(out, "also seen: {} ({})", sign.sentence, sign.cause.id)?;
    }
    if let (Some(ours), Some(theirs)) = (&diagnosis.ours, &diagnosis.theirs) {
        print_stages(ours, theirs, veil, out)?;
    }
    Ok(())
}

/// One cause, or both of the two that it takes.
fn causes(diagnosis: &Diagnosis) -> String {
    let both = [Some(diagnosis.cause), diagnosis.and].into_iter().flatten();
    both.map(|cause| cause.id).collect::<Vec<_>>().join(" and ")
}

fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Proven => "proven",
        Proof::Seen => "seen in the request",
        Proof::NotProven => "not proven",
    }
}

fn print_stages(
    ours: &Stages,
    theirs: &Stages,
    veil: &Veil,
    out: &mut impl Write,
) -> Result<(), Failed> {
    let pairs = [
        (Stage::canonical_request(&ours.canonical_request), &theirs.canonical_request),
        (Stage::string_to_sign(&ours.string_to_sign), &theirs.string_to_sign),
    ];
    for (ours, theirs) in &pairs {
        writeln!(out, "\n  the {} that was signed, where it differs from ours:", ours.title)?;
        print_marked(ours, theirs, veil, out)?;
        if let Some(difference) = Difference::first(ours, theirs) {
            compare::print(&difference, veil, out)?;
        }
    }
    Ok(())
}

/// Their lines, with a mark at those that are not ours.
fn print_marked(
    ours: &Stage,
    theirs: &[u8],
    veil: &Veil,
    out: &mut impl Write,
) -> Result<(), Failed> {
    for (nth, line) in theirs.split(|byte| *byte == b'\n').enumerate() {
        let is_ours = ours.lines.get(nth).is_some_and(|ours| ours.text == line);
        let mark = if is_ours { ' ' } else { '>' };
        writeln!(out, "  {mark} {}", Shown::of(line, veil).text)?;
    }
    Ok(())
}

/// The same for machines.
pub(super) fn as_json(diagnosis: &Diagnosis, veil: &Veil) -> Value {
    let signs = diagnosis.signs.iter();
    let signs: Vec<_> =
        signs.map(|sign| json!({ "cause": sign.cause.id, "sentence": sign.sentence })).collect();
    json!({
        "cause": diagnosis.cause.id,
        "and": diagnosis.and.map(|cause| cause.id),
        "proof": proof(diagnosis.proof),
        "sentence": diagnosis.sentence,
        "because": diagnosis.because,
        "fix": diagnosis.fix,
        "tried": diagnosis.tried,
        "signs": signs,
        "ours": diagnosis.ours.as_ref().map(|stages| stages_json(stages, veil)),
        "theirs": diagnosis.theirs.as_ref().map(|stages| stages_json(stages, veil)),
    })
}

fn stages_json(stages: &Stages, veil: &Veil) -> Value {
    let lines = |text: &[u8]| -> Vec<String> {
        let lines = text.split(|byte| *byte == b'\n');
        lines.map(|line| Shown::of(line, veil).text).collect()
    };
    json!({
        "canonical_request": lines(&stages.canonical_request),
        "string_to_sign": lines(&stages.string_to_sign),
    })
}
