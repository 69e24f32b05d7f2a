//! Patterns with variables in them: `home/${aws:username}/*`.
//!
//! What a variable stands for is text: a `*` or a `${` in it means nothing. It is
//! put in once (IAM User Guide, "Policy variables").

use std::borrow::Cow;

use crate::policy::facts::{Fact, Facts};
use crate::policy::glob::{Glob, Part, parts};

/// A pattern, ready to be compared as far as it can be without a request.
#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// Without variables.
    Fixed(Glob),
    /// With variables: they are filled in request by request.
    Open(Box<[Piece]>),
}

/// A piece of a pattern with variables.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Just this.
    Text(Box<str>),
    /// `?`
    One,
    /// `*`
    Run,
    /// `${key}`, or `${key, 'default'}`
    Variable(Variable),
}

/// A key whose value is put into a pattern.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    /// The key as it is written.
    pub(super) name: Box<str>,
    /// The key as facts know it.
    key: Box<str>,
    /// What stands for it where it has no value.
    default: Option<Box<str>>,
}

/// How a pattern is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Syntax {
    /// Whether `*` and `?` are wild.
    pub(super) wild: bool,
    /// Whether `${…}` is a variable: in version 2012-10-17.
    pub(super) variables: bool,
    /// Whether case does not matter.
    pub(super) folds: bool,
}

impl Syntax {
    /// Whether `found` is as `pattern` says.
    pub(super) fn is_met(self, pattern: &Pattern, found: &str, facts: &dyn Facts) -> bool {
        let found = if self.folds { Cow::Owned(folded(found)) } else { found.into() };
        pattern.matches(&found, facts, self.folds)
    }

    /// The pattern that `text` is.
    pub(super) fn read(self, text: &str) -> Pattern {
        let text = if self.folds { Cow::Owned(folded(text)) } else { text.into() };
        let pieces = self.pieces(&text);
        if pieces.iter().any(|piece| matches!(piece, Piece::Variable(_))) {
            Pattern::Open(pieces.into())
        } else {
            Pattern::Fixed(Glob::of(pieces.iter().filter_map(Piece::part)))
        }
    }

    fn pieces(self, mut text: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while let Some((before, inside, after)) = self.next_variable(text) {
            self.plain(before, &mut pieces);
            pieces.push(match inside {
                "*" | "?" | "$" => Piece::Text(inside.into()),
                _ => Piece::Variable(Variable::read(inside)),
            });
            text = after;
        }
        self.plain(text, &mut pieces);
        pieces
    }

    /// What stands before, in, and behind the next `${…}`.
    fn next_variable(self, text: &str) -> Option<(&str, &str, &str)> {
        let (before, rest) = text.split_once("${").filter(|_| self.variables)?;
        let (inside, after) = rest.split_once('}')?;
        Some((before, inside, after))
    }

    fn plain(self, text: &str, pieces: &mut Vec<Piece>) {
        if self.wild {
            pieces.extend(parts(text).map(|part| match part {
                Part::Text(text) => Piece::Text(text.into()),
                Part::One => Piece::One,
                Part::Run => Piece::Run,
            }));
        } else if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
    }
}

/// The text without its case. Each letter stands for itself: what the neighbours are
/// does not matter.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

impl Pattern {
    /// Whether `found` is as the pattern says; it is not, where a variable has no
    /// value.
    pub(super) fn matches(&self, found: &str, facts: &dyn Facts, folds: bool) -> bool {
        match self {
            Self::Fixed(glob) => glob.matches(found),
            Self::Open(pieces) => is_met(pieces, found, (facts, folds)).unwrap_or(false),
        }
    }

    /// The variables in it.
    pub(super) fn variables(&self) -> impl Iterator<Item = &Variable> {
        let pieces = match self {
            Self::Fixed(_) => &[][..],
            Self::Open(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            Piece::Text(_) | Piece::One | Piece::Run => None,
        })
    }

    /// What stands for the whole, where the whole is one variable.
    pub(super) fn lone_value<'f>(&'f self, facts: &'f dyn Facts) -> Option<Cow<'f, str>> {
        match self {
            Self::Open(pieces) => match &**pieces {
                [Piece::Variable(variable)] => variable.value(facts),
                _ => None,
            },
            Self::Fixed(_) => None,
        }
    }
}

/// Whether `found` is as `pieces` say; nothing where a variable has no value. What
/// stands before the first `*` or `?` is compared in its place, and most patterns are
/// done then.
fn is_met(pieces: &[Piece], mut found: &str, (facts, folds): (&dyn Facts, bool)) -> Option<bool> {
    let mut rest = pieces;
    loop {
        let (wanted, after) = match rest {
            [] => return Some(found.is_empty()),
            [Piece::Run] => return Some(true),
            [Piece::One | Piece::Run, ..] => {
                return filled(rest, facts, (folds, found.len())).map(|glob| glob.matches(found));
            }
            [Piece::Text(text), after @ ..] => (Cow::Borrowed(&**text), after),
            [Piece::Variable(variable), after @ ..] if folds => {
                (folded(&variable.value(facts)?).into(), after)
            }
            [Piece::Variable(variable), after @ ..] => (variable.value(facts)?, after),
        };
        found = found.strip_prefix(&*wanted)?;
        rest = after;
    }
}

/// The pattern, with values for its variables; nothing, where one has none, or where
/// no text of `most` bytes can be so long: a few letters name a value of any length.
fn filled(pieces: &[Piece], facts: &dyn Facts, (folds, most): (bool, usize)) -> Option<Glob> {
    let mut texts = Vec::new();
    let mut room = most;
    for piece in pieces {
        let text = match piece {
            Piece::Variable(variable) if folds => folded(&variable.value(facts)?).into(),
            Piece::Variable(variable) => variable.value(facts)?,
            Piece::Text(text) => Cow::Borrowed(&**text),
            Piece::One | Piece::Run => Cow::Borrowed(""),
        };
        room = room.checked_sub(text.len())?;
        texts.push(text);
    }
    let parts =
        pieces.iter().zip(&texts).map(|(piece, text)| piece.part().unwrap_or(Part::Text(text)));
    Some(Glob::of(parts))
}

impl Piece {
    /// What it is, unless that depends on the request.
    fn part(&self) -> Option<Part<'_>> {
        match self {
            Self::Text(text) => Some(Part::Text(text)),
            Self::One => Some(Part::One),
            Self::Run => Some(Part::Run),
            Self::Variable(_) => None,
        }
    }
}

impl Variable {
    fn read(inside: &str) -> Self {
        let (name, default) = match inside.split_once(',') {
            Some((name, rest)) => (name, quoted(rest.trim())),
            None => (inside, None),
        };
        let name = name.trim();
        Self {
            name: name.into(),
            key: name.to_lowercase().into(),
            default: default.map(Into::into),
        }
    }

    /// A key with several values cannot be put into a pattern.
    fn value<'f>(&'f self, facts: &'f dyn Facts) -> Option<Cow<'f, str>> {
        match facts.get(&self.key) {
            Some(Fact::One(value)) => Some(value),
            Some(Fact::Many(_)) => None,
            None => self.default.as_deref().map(Cow::Borrowed),
        }
    }
}

fn quoted(text: &str) -> Option<&str> {
    text.strip_prefix('\'')?.strip_suffix('\'')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WILD: Syntax = Syntax { wild: true, variables: true, folds: false };

    struct Ann(&'static str);

    impl Facts for Ann {
        fn get(&self, key: &str) -> Option<Fact<'_>> {
            match key {
                "aws:username" => Some(Fact::one(self.0)),
                "aws:tagkeys" => Some(Fact::Many(vec!["a".into()])),
                _ => None,
            }
        }
    }

    fn matches(pattern: &str, name: &'static str, text: &str) -> bool {
        WILD.is_met(&WILD.read(pattern), text, &Ann(name))
    }

    #[test]
    fn a_variable_is_what_the_request_says_and_nothing_more() {
        assert!(matches("home/${aws:UserName}/*", "ann", "home/ann/x"));
        assert!(!matches("home/${aws:username}/*", "*", "home/ann/x"));
        assert!(matches("home/${aws:username}", "${aws:username}", "home/${aws:username}"));
        assert!(matches("${ aws:username }", "日本", "日本"));
    }

    #[test]
    fn a_variable_without_a_value_matches_nothing_unless_it_has_a_default() {
        assert!(!matches("*${aws:none}", "ann", "x"));
        assert!(!matches("${aws:tagkeys}", "ann", "a"));
        assert!(matches("${aws:none, 'a b'}", "ann", "a b"));
        assert!(!matches("${aws:username, 'a b'}", "ann", "a b"));
        assert!(matches("${aws:none,''}", "ann", ""));
    }

    #[test]
    fn a_sign_in_braces_is_that_sign() {
        assert!(matches("${*}${?}${$}{", "ann", "*?${"));
        assert!(!matches("${*}", "ann", "x"));
        assert!(matches("a${", "ann", "a${"));
    }

    #[test]
    fn what_is_no_variable_in_the_old_version_is_text() {
        let old = Syntax { variables: false, ..WILD };
        assert!(old.is_met(&old.read("${aws:username}"), "${aws:username}", &Ann("ann")));
    }

    #[test]
    fn where_case_does_not_matter_it_does_not_for_values_either() {
        let folds = Syntax { folds: true, ..WILD };
        assert!(folds.is_met(&folds.read("X${aws:username}"), "xaNN", &Ann("Ann")));
    }
}
