//! Inline policies, as the details tell of them.

use crate::iam::document::Encoded;
use crate::store::entity::Rights;
use crate::text::PolicyName;
use crate::wire::answer::output;

output! {
    /// An inline policy.
    pub(super) struct Inline {
        name: PolicyName = "PolicyName",
        document: Encoded = "PolicyDocument",
    }
}

/// The inline policies, by name.
pub(super) fn inline(rights: &Rights) -> Vec<Inline> {
    let policies = rights.policies();
    policies
        .map(|(name, policy)| Inline { name: name.clone(), document: Encoded::of(policy.text()) })
        .collect()
}
