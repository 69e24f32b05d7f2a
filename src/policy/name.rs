//! Patterns of ARNs: each of the first five parts is compared on its own.

use crate::policy::facts::Facts;
use crate::policy::template::{Pattern, Syntax, Variable};

/// How many parts an ARN has: `arn:partition:service:region:account:resource`.
const PARTS: usize = 6;

/// The part that names the resource, colons and all.
const LAST: usize = PARTS - 1;

/// An ARN, or whatever else a request acts on, cut into its parts once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'n> {
    whole: &'n str,
    parts: Option<[&'n str; PARTS]>,
}

impl<'n> Named<'n> {
    pub(super) fn of(whole: &'n str) -> Self {
        let mut parts = whole.splitn(PARTS, ':');
        let mut next = || parts.next();
        let cut = (|| Some([next()?, next()?, next()?, next()?, next()?, next()?]))();
        Self { whole, parts: cut }
    }
}

/// A pattern of ARNs.
#[derive(Clone, Debug)]
pub(super) enum NamePattern {
    /// `*`: all there is.
    Any,
    /// The parts, one by one.
    Parts(Box<[Pattern; PARTS]>),
    /// One variable: what it stands for is the whole name.
    Lone(Box<Pattern>),
    /// It has too few parts to be an ARN.
    Never,
}

impl NamePattern {
    /// A member of `Resource` or `NotResource`. Variables stand in its last part
    /// only; parts that it leaves off may be anything.
    pub(super) fn of_resource(text: &str, variables: bool) -> Self {
        if text == "*" {
            return Self::Any;
        }
        let mut parts = text.splitn(PARTS, ':');
        let parts: [Pattern; PARTS] = std::array::from_fn(|place| {
            let variables = variables && place == LAST;
            let syntax = Syntax { wild: true, variables, folds: false };
            syntax.read(parts.next().unwrap_or("*"))
        });
        Self::Parts(Box::new(parts))
    }

    /// A value of `ArnLike`, which is the same operator as `ArnEquals`.
    pub(super) fn of_condition(text: &str, variables: bool) -> Self {
        if text == "*" {
            return Self::Any;
        }
        let syntax = Syntax { wild: true, variables, folds: false };
        let parts: Vec<_> = cut(text).into_iter().map(|part| syntax.read(part)).collect();
        match <[Pattern; PARTS]>::try_from(parts) {
            Ok(parts) => Self::Parts(Box::new(parts)),
            Err(parts) => match <[Pattern; 1]>::try_from(parts) {
                Ok([lone]) => Self::Lone(Box::new(lone)),
                Err(_) => Self::Never,
            },
        }
    }

    /// Whether that is what the pattern names.
    pub(super) fn names(&self, found: &Named<'_>, facts: &dyn Facts) -> bool {
        match self {
            Self::Any => true,
            Self::Parts(parts) => found.parts.is_some_and(|found| {
                let mut pairs = parts.iter().zip(found);
                pairs.all(|(part, found)| part.matches(found, facts, false))
            }),
            Self::Lone(lone) => lone.lone_value(facts).is_some_and(|value| value == found.whole),
            Self::Never => false,
        }
    }

    /// The variables in it.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let patterns = match self {
            Self::Parts(parts) => &parts[..],
            Self::Lone(lone) => std::slice::from_ref(&**lone),
            Self::Any | Self::Never => &[],
        };
        patterns.iter().flat_map(Pattern::variables)
    }
}

/// The parts of a pattern; a colon in a variable's name divides nothing.
fn cut(text: &str) -> Vec<&str> {
    let (mut parts, mut rest, mut from) = (Vec::new(), text, 0);
    while let Some(at) = rest.get(from..).and_then(|ahead| ahead.find([':', '$'])) {
        let at = at.saturating_add(from);
        let ahead = rest.get(at..).unwrap_or_default();
        let is_cut = ahead.starts_with(':') && parts.len() < LAST;
        if is_cut {
            let (part, after) = rest.split_at(at);
            parts.push(part);
            (rest, from) = (after.strip_prefix(':').unwrap_or_default(), 0);
        } else {
            let inside = ahead.strip_prefix("${").and_then(|inside| inside.find('}'));
            from = at.saturating_add(inside.map_or(1, |length| length.saturating_add(3)));
        }
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_outside_of_variables() {
        assert_eq!(cut("a:${b:c}d:e"), ["a", "${b:c}d", "e"]);
        assert_eq!(cut("a:b:c:d:e:f:g"), ["a", "b", "c", "d", "e", "f:g"]);
        assert_eq!(cut("${a:b"), ["${a", "b"]);
        assert_eq!(cut("${é:b}"), ["${é:b}"]);
        assert_eq!(cut(""), [""]);
    }

    #[test]
    fn a_run_stays_in_its_part() {
        let names =
            |pattern, name| NamePattern::of_resource(pattern, true).names(&Named::of(name), &());
        assert!(names("arn:aws:s3:::*", "arn:aws:s3:::a/b:c"));
        assert!(names("arn:aws:iam", "arn:aws:iam::1:user/a"));
        assert!(!names("arn:aws:iam:*:user/a", "arn:aws:iam::1:user/a"));
        assert!(!names("arn:*", "*"));
        assert!(names("*", "*"));
    }
}
