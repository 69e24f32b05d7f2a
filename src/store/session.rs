//! Temporary credentials: all that is known of a session stands in its token, sealed,
//! and nowhere else.

mod claims;
mod delegation;
mod message;
mod opened;
mod token;
mod token_keys;

use std::collections::BTreeSet;

use crate::arn::Arn;
use crate::clock::Time;
use crate::policy::Policy;
use crate::secret::Secret;
use crate::store::entity::{Case, Tags};
use crate::text::{
    AccessKeyId, AccountId, EntityId, FederatedName, Folded, SessionName, SourceIdentity,
};

pub use delegation::{Delegated, Delegation, TRADED};
pub(super) use opened::Opened;
pub use token::{Found, LONGEST, TooLarge, Unissued, utilization};
pub(super) use token_keys::TokenKeys;

/// What the ids of temporary keys begin with.
pub const PREFIX: &str = "ASIA";

/// Someone's rights for a while.
#[derive(Clone, Debug)]
pub struct Session {
    /// The account that it acts in.
    pub account: AccountId,
    /// As whom it acts.
    pub whose: Whose,
    /// When it was made.
    pub issued: Time,
    /// When it ends.
    pub expires: Time,
    /// What limits it.
    pub limits: Limits,
    /// What it is labelled with, beyond what its role or user is.
    pub tags: Tags,
    /// Which of the tags the sessions inherit that are made with it.
    pub transitive: BTreeSet<Folded>,
    /// Who stands behind it.
    pub source_identity: Option<SourceIdentity>,
    /// When a second factor was shown, where one was.
    pub mfa: Option<Time>,
    /// Who vouched for its holder: the identity provider's name.
    pub provider: Option<Box<str>>,
    /// What the provider said, by the names that conditions ask for.
    pub facts: Vec<(String, Vec<String>)>,
}

impl Session {
    /// A session from one moment to another, which nothing limits or labels.
    pub fn new(account: AccountId, whose: Whose, (issued, expires): (Time, Time)) -> Self {
        Self {
            account,
            whose,
            issued,
            expires,
            limits: Limits::default(),
            tags: Tags::new(Case::Ignored),
            transitive: BTreeSet::new(),
            source_identity: None,
            mfa: None,
            provider: None,
            facts: Vec::new(),
        }
    }
}

/// As whom a session acts. Who is meant is named by id: whoever else bears the name
/// later is not the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whose {
    /// As a role.
    Role {
        /// The role's id.
        role: EntityId,
        /// What the session is called.
        name: SessionName,
    },
    /// As the user of that id.
    User(EntityId),
    /// As the account's root.
    Root,
    /// For somebody to whom a user, or root where none is named, hands rights on.
    Guest {
        /// The user's id.
        of: Option<EntityId>,
        /// What the guest is called.
        name: FederatedName,
    },
    /// As the account's root, for one task.
    Task,
    /// As the user of that id, who let another account have their rights.
    Delegate(EntityId),
}

/// The policies that limit a session; together they must allow what it does.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    /// The one that was sent along.
    pub inline: Option<Policy>,
    /// Managed ones.
    pub managed: Vec<Arn>,
}

impl Session {
    /// Whether anything was packed that callers choose: policies, or tags.
    pub fn is_packed(&self) -> bool {
        !self.limits.is_empty() || !self.tags.is_empty()
    }
}

impl Limits {
    /// Whether there is none: then nothing is limited.
    pub fn is_empty(&self) -> bool {
        self.inline.is_none() && self.managed.is_empty()
    }
}

/// A session, and what signs in it.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The id of its key.
    pub id: AccessKeyId,
    /// What its key signs with.
    pub secret: Secret,
    /// What every request brings along.
    pub token: Secret,
    /// When it ends.
    pub expires: Time,
    /// How much of the room for policies and tags is taken, in hundredths.
    pub packed: usize,
}
