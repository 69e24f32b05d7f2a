//! What a user, group or role is granted, as the details tell it.

use crate::arn::Arn;
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

output! {
    /// A managed policy that is attached.
    pub(super) struct Attached {
        name: String = "PolicyName",
        arn: Arn = "PolicyArn",
    }
}

/// The inline policies, by name.
pub(super) fn inline(rights: &Rights) -> Vec<Inline> {
    let policies = rights.policies();
    policies
        .map(|(name, policy)| Inline { name: name.clone(), document: Encoded::of(policy.text()) })
        .collect()
}

/// The managed policies, by full name.
pub(super) fn attached(rights: &Rights) -> Vec<Attached> {
    rights.attached.iter().map(|arn| Attached { name: name_in(arn), arn: arn.clone() }).collect()
}

/// A policy's name is the last part of its full one.
fn name_in(arn: &Arn) -> String {
    arn.as_str().rsplit('/').next().unwrap_or_default().to_owned()
}
