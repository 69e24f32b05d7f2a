//! Whose an id is.

use crate::arn::Arn;
use crate::store::entity::{Entity, Group, ManagedPolicy, Profile, Role, User};
use crate::text::AccountId;

/// What is called by an id.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the entities tell what they are")]
pub enum Who<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Policy(&'a ManagedPolicy),
    Profile(&'a Profile),
}

impl<'a> Who<'a> {
    /// What it is called in ARNs and in sentences.
    pub fn kind(self) -> &'static str {
        match self {
            Self::User(_) => User::KIND,
            Self::Group(_) => Group::KIND,
            Self::Role(_) => Role::KIND,
            Self::Policy(_) => ManagedPolicy::KIND,
            Self::Profile(_) => Profile::KIND,
        }
    }

    /// Its name, in the case in which it was given.
    pub fn name(self) -> &'a str {
        match self {
            Self::User(user) => user.name.as_str(),
            Self::Group(group) => group.name.as_str(),
            Self::Role(role) => role.name.as_str(),
            Self::Policy(policy) => policy.name.as_str(),
            Self::Profile(profile) => profile.name.as_str(),
        }
    }

    /// Its full name.
    pub fn arn(self, account: &AccountId) -> Arn {
        match self {
            Self::User(user) => user.arn(account),
            Self::Group(group) => group.arn(account),
            Self::Role(role) => role.arn(account),
            Self::Policy(policy) => policy.arn(account),
            Self::Profile(profile) => profile.arn(account),
        }
    }

    /// The user, if it is one.
    pub fn user(self) -> Option<&'a User> {
        if let Self::User(user) = self { Some(user) } else { None }
    }

    /// The group, if it is one.
    pub fn group(self) -> Option<&'a Group> {
        if let Self::Group(group) = self { Some(group) } else { None }
    }

    /// The role, if it is one.
    pub fn role(self) -> Option<&'a Role> {
        if let Self::Role(role) = self { Some(role) } else { None }
    }
}
