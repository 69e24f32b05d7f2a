//! A policy document: the text as it was sent, and what it says.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::policy::check::check;
use crate::policy::json::Node;
use crate::policy::statement::Statement;
use crate::policy::written::Written;

pub use crate::policy::malformed::{Fault, Malformed};

/// What a document is for: each purpose has rules of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Purpose {
    /// A managed policy, which is attached to identities.
    Managed,
    /// A policy inside a user, group or role.
    Inline,
    /// Who may assume a role.
    Trust,
    /// What limits a session.
    Session,
    /// What stands at a resource.
    Resource,
    /// What limits the accounts of an organization.
    Organization,
}

/// A policy document. A clone is the same document.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Box<str>,
    /// Nothing, where the text cannot be read: it denies everything then.
    statements: Option<Box<[Statement]>>,
    named: Box<[Naming]>,
    /// Where each statement begins and ends, once somebody has asked.
    places: OnceLock<Box<[(Position, Position)]>>,
}

/// Where a document names someone, in bytes, its quotes included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Naming {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`.
    pub kind: String,
    /// Who is named.
    pub value: String,
    range: Range<usize>,
}

/// A place between two characters of a document, both counted from 1.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in it.
    pub column: usize,
}

impl Policy {
    /// Reads a document that a caller sends.
    pub fn read(text: &str, purpose: Purpose) -> Result<Self, Fault> {
        let whole = Node::of(text).map_err(|error| no_json(&error, purpose))?;
        let fault = |(malformed, at)| Fault { malformed, at: Walk::of(text).to(at) };
        let syntax = |at| fault((Malformed::Syntax, at));
        let written = Written::read(whole).map_err(syntax)?;
        check(&written, purpose).map_err(fault)?;
        let statements = statements(&written).ok_or_else(|| syntax(0))?;
        Ok(Self::of(text, Some(statements), naming(&written)))
    }

    /// A document that was kept. If it cannot be read any more, it denies
    /// everything to whomever it is for.
    pub fn kept(text: &str) -> Self {
        let written = Node::of(text).ok().and_then(|whole| Written::read(whole).ok());
        let statements = written.as_ref().and_then(statements);
        Self::of(text, statements, written.as_ref().map_or_else(Vec::new, naming))
    }

    fn of(text: &str, statements: Option<Vec<Statement>>, named: Vec<Naming>) -> Self {
        let statements = statements.map(Into::into);
        let (text, named, places) = (text.into(), named.into(), OnceLock::new());
        Self(Arc::new(Inner { text, statements, named, places }))
    }

    /// The text as it was sent.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// How many characters it has; white space does not count.
    pub fn size(&self) -> usize {
        self.text().chars().filter(|c| !c.is_ascii_whitespace()).count()
    }

    /// Whom it names, in order.
    pub fn named(&self) -> &[Naming] {
        &self.0.named
    }

    /// The text, in which everyone for whom `rename` has another name bears it.
    pub fn with_names(&self, rename: impl Fn(&Naming) -> Option<String>) -> String {
        let (mut text, mut from) = (String::with_capacity(self.text().len()), 0);
        for naming in self.named() {
            let Some(name) = rename(naming) else { continue };
            text.push_str(self.text().get(from..naming.range.start).unwrap_or_default());
            text.push_str(&serde_json::Value::from(name).to_string());
            from = naming.range.end;
        }
        text.push_str(self.text().get(from..).unwrap_or_default());
        text
    }

    /// Every key that its conditions and variables look at, as it is written.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.statements.iter().flatten().flat_map(Statement::keys)
    }

    /// Its statements; nothing, where it cannot be read.
    pub(super) fn statements(&self) -> Option<&[Statement]> {
        self.0.statements.as_deref()
    }

    /// Where the statement at `range` begins and ends, as AWS counts: the white space
    /// before it is its own. The text is walked once, not once a statement.
    pub(super) fn place(&self, range: &Range<usize>) -> Option<(Position, Position)> {
        let statements = self.statements()?;
        let number = statements.binary_search_by_key(&range.start, |one| one.range.start).ok()?;
        let places = self.0.places.get_or_init(|| places(self.text(), statements));
        places.get(number).copied()
    }
}

fn places(text: &str, statements: &[Statement]) -> Box<[(Position, Position)]> {
    let mut walk = Walk::of(text);
    let places = statements.iter().map(|Statement { range, .. }| {
        let before = text.get(..range.start).unwrap_or_default();
        (walk.to(before.trim_end().len()), walk.to(range.end))
    });
    places.collect()
}

/// A place in a text, counted from the one before.
struct Walk<'t> {
    text: &'t str,
    /// How far it has come, in bytes.
    at: usize,
    position: Position,
}

impl<'t> Walk<'t> {
    fn of(text: &'t str) -> Self {
        Self { text, at: 0, position: Position { line: 1, column: 1 } }
    }

    fn to(&mut self, at: usize) -> Position {
        let passed = self.text.get(self.at..at).unwrap_or_default();
        let (from, ahead) = match passed.rsplit_once('\n') {
            Some((_, last)) => (1, last),
            None => (self.position.column, passed),
        };
        let line = self.position.line.saturating_add(passed.matches('\n').count());
        let column = from.saturating_add(ahead.chars().count());
        self.at = at;
        self.position = Position { line, column };
        self.position
    }
}

/// Of a trust policy AWS says so, of others that they are no policies.
fn no_json(error: &serde_json::Error, purpose: Purpose) -> Fault {
    let malformed = if purpose == Purpose::Trust { Malformed::Json } else { Malformed::Syntax };
    Fault { malformed, at: Position { line: error.line(), column: error.column() } }
}

fn statements(written: &Written) -> Option<Vec<Statement>> {
    let Written { version, statements } = written;
    statements.iter().map(|statement| Statement::of(statement, *version)).collect()
}

fn naming(written: &Written) -> Vec<Naming> {
    let principals =
        written.statements.iter().filter_map(|statement| statement.principals.as_ref());
    let mut all: Vec<_> = principals
        .flat_map(|listed| &listed.members)
        .map(|one| Naming {
            kind: one.kind.clone(),
            value: one.value.clone(),
            range: one.range.clone(),
        })
        .collect();
    all.sort_by_key(|naming| naming.range.start);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wrong, and at which line and column.
    fn fault(statement: &str) -> (Malformed, usize, usize) {
        let text = format!("{{\"Version\": \"2012-10-17\", \"Statement\":\n  [{statement}]}}");
        let Fault { malformed, at } = Policy::read(&text, Purpose::Managed).unwrap_err();
        (malformed, at.line, at.column)
    }

    #[test]
    fn a_fault_is_told_where_it_stands() {
        assert_eq!(fault("{\"Effect\": \"Allow\", \"Acton\": \"*\"}"), (Malformed::Syntax, 2, 33));
        assert_eq!(fault("{\"Effect\":\n1}"), (Malformed::Syntax, 3, 1));
        assert_eq!(fault("{\"Effect\": \"Allow\"}, {"), (Malformed::Syntax, 2, 26));
        assert_eq!(
            fault(
                "{\"Effect\": \"Deny\", \"NotAction\": \"*\", \"Resource\": \"*\"}, {\"Effect\": \"Deny\"}"
            ),
            (Malformed::NoActions, 2, 59)
        );
    }
}
