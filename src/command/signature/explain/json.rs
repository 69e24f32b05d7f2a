//! An explanation for machines.

use serde_json::{Value, json};

use super::super::compare;
use super::super::diagnosis;
use super::super::stages::Stage;
use super::super::subject::Subject;
use super::super::verify;
use super::super::visible::{Shown, Veil};
use super::Explained;
use crate::doctor::recognize;
use crate::sigv4::{Form, Refusal};

pub(super) fn whole(explained: &Explained<'_>) -> Value {
    let Explained { presented, subject, veil, .. } = explained;
    let is_signed = subject.claimed.is_signed;
    let form = match presented.form() {
        _ if !is_signed => "unsigned",
        Form::Header => "header",
        Form::Presigned => "query",
    };
    let [canonical, to_sign] = &explained.stages;
    let differences = explained.differences.iter();
    let findings = explained.findings.iter();
    json!({
        "form": form,
        "algorithm": presented.algorithm().as_str(),
        "key_id": is_signed.then(|| presented.key_id()),
        "scope": presented.credential().scope(),
        "time": presented.stamp().as_str(),
        "seconds_before_now": subject.now.since(presented.stamp().time()),
        "signed_headers": presented.signed_headers().names().collect::<Vec<_>>(),
        "unsigned_headers": explained.unsigned,
        "body_signed": explained.is_body_signed,
        "canonical_request": stage(canonical, veil),
        "string_to_sign": stage(to_sign, veil),
        "differences": differences.map(|one| compare::as_json(one, veil)).collect::<Vec<_>>(),
        "findings": findings
            .map(|(is_good, sentence)| json!({ "good": is_good, "sentence": sentence }))
            .collect::<Vec<_>>(),
        "verification": explained.verdict.as_ref().map(|verdict| verify::as_json(verdict, veil)),
    })
}

fn stage(stage: &Stage, veil: &Veil) -> Value {
    let lines = stage.lines.iter();
    lines
        .map(|line| json!({ "is": line.label, "text": Shown::of(&line.text, veil).text }))
        .collect()
}

pub(super) fn refused(subject: &Subject<'_>, refusal: &Refusal) -> Value {
    let headers = subject.request().raw_headers();
    let found = recognize(refusal, &subject.request().head(&headers));
    let veil = Veil::over(subject.token().as_deref());
    json!({
        "refusal": verify::refusal_json(refusal),
        "diagnosis": diagnosis::as_json(&found, &veil),
    })
}
