//! Managed policies of an account, and their versions.

use crate::clock::Time;
use crate::policy::document::Policy;
use crate::store::entity::{Tags, entity, tagged};
use crate::text::{EntityId, Path, PolicyDescription, PolicyName};

/// A policy that stands for itself, and is attached to others.
#[derive(Clone, Debug)]
pub struct ManagedPolicy {
    /// The name, in the case in which it was given.
    pub name: PolicyName,
    /// Where the policy stands.
    pub path: Path,
    /// What no other policy has, not even one of the same name.
    pub id: EntityId,
    /// When the policy was made.
    pub created: Time,
    /// When it got its latest version.
    pub updated: Time,
    /// What it is for, where that is said.
    pub description: Option<PolicyDescription>,
    /// The versions, oldest first.
    pub versions: Vec<Version>,
    /// The number of the version that counts.
    pub default: u32,
    /// The latest number that was given: none is given twice.
    pub latest: u32,
    /// The labels.
    pub tags: Tags,
}

/// What a managed policy says, or once said.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number.
    pub number: u32,
    /// When it was made.
    pub created: Time,
    /// What it says.
    pub document: Policy,
}

impl ManagedPolicy {
    /// The version of that number.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// What counts.
    // INVARIANT: the version that counts is never removed.
    pub fn document(&self) -> Option<&Policy> {
        self.version(self.default).map(|version| &version.document)
    }

    /// Adds a version and returns its number; it does not count yet.
    pub fn add_version(&mut self, document: Policy, now: Time) -> u32 {
        self.latest = self.latest.saturating_add(1);
        self.versions.push(Version { number: self.latest, created: now, document });
        self.updated = now;
        self.latest
    }
}

entity! {
    ManagedPolicy: PolicyName = "policy", "ANPA", policies, Policy;
}

tagged!(ManagedPolicy, Counts);
