//! What is looked at before any signature: bounds, path, method, content type.

use super::head::{Head, split_at};
use super::path;
use super::refusal::{Bound, Refusal};
use super::rules::{Front, Rules};

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// Refuses what no signature could make good.
pub(super) fn check(head: &Head<'_>, rules: &Rules) -> Result<(), Refusal> {
    check_bounds(head)?;
    if !path::is_sound(head.path(), rules.paths) {
        return Err(Refusal::BadPath);
    }
    if rules.front == Front::Query && !is_call(head) {
        return Err(Refusal::NoCall);
    }
    if rules.front == Front::Query && !is_form(head) {
        return Err(Refusal::ContentType);
    }
    Ok(())
}

fn check_bounds(head: &Head<'_>) -> Result<(), Refusal> {
    let target = head.path().len().saturating_add(head.query().len());
    Bound::Target.check(target)?;
    head.noted.check_bounds()
}

/// A browser that finds the address by chance asks for `/`, and for no action.
fn is_call(head: &Head<'_>) -> bool {
    let names_action = || {
        head.query().split(|byte| *byte == b'&').any(|piece| split_at(piece, b'=').0 == b"Action")
    };
    match head.method() {
        "POST" => true,
        "GET" => !matches!(head.path(), b"" | b"/") || names_action(),
        _ => false,
    }
}

/// A GET brings its parameters in its query, and clients name any type with it.
fn is_form(head: &Head<'_>) -> bool {
    let content_type = head.noted.content_type;
    let is_form = |value: &[u8]| split_at(value, b';').0.trim_ascii().eq_ignore_ascii_case(FORM);
    head.method() == "GET" || content_type.first().is_none_or(is_form) && !content_type.is_twice()
}
