//! Managed policies, as the details tell of them.

use crate::arn::Arn;
use crate::clock::Time;
use crate::iam::managed::Managed;
use crate::iam::policy_version::VersionDetail;
use crate::store::account::Account;
use crate::text::{PolicyDescription, VersionId};
use crate::wire::answer::output;

output! {
    /// A managed policy, with its versions.
    pub(super) struct PolicyDetail {
        name: String = "PolicyName",
        id: String = "PolicyId",
        arn: Arn = "Arn",
        path: String = "Path",
        default: VersionId = "DefaultVersionId",
        attachments: usize = "AttachmentCount",
        boundaries: usize = "PermissionsBoundaryUsageCount",
        is_attachable: bool = "IsAttachable",
        description: Option<PolicyDescription> = "Description",
        created: Time = "CreateDate",
        updated: Time = "UpdateDate",
        versions: Vec<VersionDetail> = "PolicyVersionList",
    }
}

impl PolicyDetail {
    pub(super) fn of(policy: Managed<'_>, account: &Account) -> Self {
        let (arn, default) = (policy.arn(account.id()), policy.default_version());
        let versions = policy.versions().into_iter();
        Self {
            name: policy.name().to_owned(),
            id: policy.id(),
            path: policy.path().to_owned(),
            attachments: account.attachments(&arn),
            boundaries: account.boundaries(&arn),
            is_attachable: true,
            description: policy.description().cloned(),
            created: policy.created(),
            updated: policy.updated(),
            versions: versions.map(|version| VersionDetail::whole(version, &default)).collect(),
            arn,
            default,
        }
    }
}
