//! A policy document: the text as it was sent, and what it says.

use std::sync::Arc;

use thiserror::Error;

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

/// What is wrong with a document; it prints in AWS's words.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// It is no JSON, or no policy.
    #[error("Syntax errors in policy.")]
    Syntax,
}

/// A policy document. A clone is the same document.
#[derive(Clone, Debug)]
pub struct Policy(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    text: Box<str>,
}

impl Policy {
    /// Reads a document that a caller sends.
    pub fn read(text: &str, _: Purpose) -> Result<Self, Malformed> {
        let value: Result<serde::de::IgnoredAny, _> = serde_json::from_str(text);
        value.map_err(|_| Malformed::Syntax)?;
        Ok(Self(Arc::new(Inner { text: text.into() })))
    }

    /// A document that was kept. If it cannot be read any more, it denies
    /// everything to whomever it is for.
    pub fn kept(text: &str, _: Purpose) -> Self {
        Self(Arc::new(Inner { text: text.into() }))
    }

    /// The text as it was sent.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// How many characters it has; white space does not count.
    pub fn size(&self) -> usize {
        self.text().chars().filter(|c| !c.is_whitespace()).count()
    }
}
