//! What a user, group or role is granted.

use imbl::{OrdMap, OrdSet};

use crate::arn::Arn;
use crate::policy::document::Policy;
use crate::store::entity::Mentions;
use crate::text::{Folded, PolicyName};

/// What a user, group or role is granted, and what limits that.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    inline: OrdMap<Place, Policy>,
    /// The managed policies that are attached.
    pub attached: OrdSet<Arn>,
    /// The managed policy that limits what is granted.
    pub boundary: Option<Arn>,
}

/// A name of an inline policy: sorted without regard to case, but told apart by it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Place(Folded, PolicyName);

impl Place {
    fn of(name: &PolicyName) -> Self {
        Self(Folded::of(name), name.clone())
    }
}

impl Rights {
    /// The inline policies, by name.
    pub fn policies(&self) -> impl ExactSizeIterator<Item = (&PolicyName, &Policy)> {
        self.inline.iter().map(|(place, policy)| (&place.1, policy))
    }

    /// The inline policy of exactly that name.
    pub fn policy(&self, name: &PolicyName) -> Option<&Policy> {
        self.inline.get(&Place::of(name))
    }

    /// Puts an inline policy, and returns the one whose place it takes.
    pub fn put_policy(&mut self, name: &PolicyName, policy: Policy) -> Option<Policy> {
        self.inline.insert(Place::of(name), policy)
    }

    /// Removes the inline policy of exactly that name, and returns it.
    pub fn remove_policy(&mut self, name: &PolicyName) -> Option<Policy> {
        self.inline.remove(&Place::of(name))
    }

    /// How many characters the inline policies have together; white space does not
    /// count.
    pub fn inline_size(&self) -> usize {
        self.inline.values().map(Policy::size).fold(0, usize::saturating_add)
    }

    pub(super) fn mentions(&self) -> Mentions {
        Mentions {
            attached: self.attached.clone(),
            boundary: self.boundary.clone(),
            ..Mentions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn inline_policies_are_told_apart_by_case_but_sorted_without() {
        let mut rights = Rights::default();
        for name in ["b", "B", "a", "C"] {
            let name = PolicyName::parse(name).unwrap();
            assert!(rights.put_policy(&name, Policy::kept("{}")).is_none());
        }
        let names: Vec<_> = rights.policies().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "B", "b", "C"]);
        assert_eq!(rights.inline_size(), 8);
    }
}
