//! Whoever watches a decision being made, and what they are told of it.

use std::fmt;

/// Watches how a request is decided about. Nothing depends on it.
pub trait Witness: fmt::Debug + Send + Sync {
    /// Whether to tell of what is allowed too; of what is refused it is always told.
    fn sees_all(&self) -> bool;

    /// It is decided, in the place of what was decided before: a change is decided
    /// about again as the account is when its turn comes.
    fn ruled(&self, rulings: Vec<Ruling>);
}

/// How one leave was decided about, and why. Nothing in it is for the caller.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ruling {
    /// The action: `iam:CreateUser`.
    pub action: String,
    /// What it acts on.
    pub resource: String,
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// What decided, in a few words.
    pub because: String,
    /// The statements that applied.
    pub statements: Vec<Applied>,
    /// The condition keys that policies look at and the request does not have.
    pub missing: Vec<String>,
}

/// A statement that applied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Applied {
    /// Whether it allows; else it denies.
    pub allows: bool,
    /// What kind of policy it is of.
    pub kind: &'static str,
    /// What the policy is called.
    pub policy: String,
    /// The line and the column at which it begins; nothing, where the policy cannot be
    /// read.
    pub place: Option<(usize, usize)>,
}
