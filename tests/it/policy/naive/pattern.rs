//! Patterns with `*`, `?` and variables, matched by trying everything.

use super::condition::Context;

/// One sign of a pattern.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Sign {
    Is(char),
    One,
    Any,
}

/// Whether the wildcards of a pattern mean anything.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wild {
    Literal,
    Cards,
}

/// An action: prefix and name, whatever their case.
pub(super) fn action(pattern: &str, action: &str) -> bool {
    let pattern = signs(&pattern.to_ascii_lowercase(), Wild::Cards, None).unwrap();
    matches(&pattern, &action.to_ascii_lowercase())
}

/// A resource: everything, or an ARN part by part, with variables in the last; parts that are left off are stars.
pub(super) fn resource(pattern: &str, resource: &str, context: Option<&Context<'_>>) -> bool {
    if pattern == "*" {
        return true;
    }
    let parts: Vec<&str> = pattern.splitn(6, ':').chain(["*"; 5]).take(6).collect();
    let given: Vec<&str> = resource.splitn(6, ':').collect();
    given.len() == 6
        && parts.iter().zip(given).enumerate().all(|(place, (part, given))| {
            let context = if place == 5 { context } else { None };
            signs(part, Wild::Cards, context).is_some_and(|part| matches(&part, given))
        })
}

/// The signs of a text, or nothing where a variable has no value. Without a context there are no variables.
pub(super) fn signs(text: &str, wild: Wild, context: Option<&Context<'_>>) -> Option<Vec<Sign>> {
    let mut signs = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let variable = context.and_then(|context| Some((context, inside(rest)?)));
        if let Some((context, name)) = variable {
            signs.extend(substituted(name, context)?.chars().map(Sign::Is));
            rest = &rest[name.len() + 3..];
        } else {
            signs.push(match next {
                '*' if wild == Wild::Cards => Sign::Any,
                '?' if wild == Wild::Cards => Sign::One,
                other => Sign::Is(other),
            });
            rest = &rest[next.len_utf8()..];
        }
    }
    Some(signs)
}

/// What stands between `${` and `}` at the beginning of the text.
fn inside(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("${")?;
    rest.find('}').map(|end| &rest[..end])
}

fn substituted<'a>(name: &'a str, context: &Context<'a>) -> Option<&'a str> {
    if matches!(name, "*" | "?" | "$") {
        return Some(name);
    }
    let (key, default) = match name.split_once(',') {
        Some((key, default)) => (key.trim(), Some(default.trim())),
        None => (name, None),
    };
    let default = default.and_then(|quoted| quoted.strip_prefix('\'')?.strip_suffix('\''));
    context.single(key).or(default)
}

/// Whether the pattern is the whole text.
pub(super) fn matches(pattern: &[Sign], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut known = vec![vec![None; text.len() + 1]; pattern.len() + 1];
    matches_from(pattern, &text, &mut known)
}

/// What is known of the ends of both stands under their lengths.
fn matches_from(pattern: &[Sign], text: &[char], known: &mut [Vec<Option<bool>>]) -> bool {
    if let Some(answer) = known[pattern.len()][text.len()] {
        return answer;
    }
    let answer = match pattern.split_first() {
        None => text.is_empty(),
        Some((Sign::Any, rest)) => {
            matches_from(rest, text, known)
                || (!text.is_empty() && matches_from(pattern, &text[1..], known))
        }
        Some((sign, rest)) => text.split_first().is_some_and(|(first, others)| {
            (*sign == Sign::One || *sign == Sign::Is(*first)) && matches_from(rest, others, known)
        }),
    };
    known[pattern.len()][text.len()] = Some(answer);
    answer
}
