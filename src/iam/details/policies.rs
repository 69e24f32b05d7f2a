//! Managed policies, as the details tell of them.

use crate::arn::Arn;
use crate::catalog::AwsPolicy;
use crate::clock::Time;
use crate::iam::document::Encoded;
use crate::store::account::Account;
use crate::store::entity::{Entity, ManagedPolicy, Version};
use crate::text::{PolicyDescription, VersionId};
use crate::wire::answer::output;

/// Where AWS keeps the policies that only its own services may attach.
const OF_SERVICES: &str = "/aws-service-role/";

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

output! {
    /// What a policy says, or once said.
    struct VersionDetail {
        document: Encoded = "Document",
        id: VersionId = "VersionId",
        is_default: bool = "IsDefaultVersion",
        created: Time = "CreateDate",
    }
}

impl PolicyDetail {
    /// One of the account's own, newest version first.
    pub(super) fn own(policy: &ManagedPolicy, account: &Account) -> Self {
        let arn = policy.arn(account.id());
        let versions = policy.versions.iter().rev();
        Self {
            name: policy.name.to_string(),
            id: policy.id.to_string(),
            path: policy.path.to_string(),
            default: VersionId::of(policy.default),
            attachments: account.attachments(&arn),
            boundaries: account.boundaries(&arn),
            is_attachable: true,
            description: policy.description.clone(),
            created: policy.created,
            updated: policy.updated,
            versions: versions.map(|version| VersionDetail::of(version, policy)).collect(),
            arn,
        }
    }

    /// One of AWS's, of which the default version is known.
    pub(super) fn aws(arn: &Arn, policy: &AwsPolicy, account: &Account) -> Self {
        let default = VersionId::of(policy.version);
        let version = VersionDetail {
            document: Encoded::of(policy.document),
            id: default.clone(),
            is_default: true,
            created: policy.updated,
        };
        Self {
            name: policy.name.to_owned(),
            id: policy.id(),
            arn: arn.clone(),
            path: policy.path.to_owned(),
            default,
            attachments: account.attachments(arn),
            boundaries: account.boundaries(arn),
            is_attachable: !policy.path.starts_with(OF_SERVICES),
            description: None,
            created: policy.created,
            updated: policy.updated,
            versions: vec![version],
        }
    }
}

impl VersionDetail {
    fn of(version: &Version, policy: &ManagedPolicy) -> Self {
        Self {
            document: Encoded::of(version.document.text()),
            id: VersionId::of(version.number),
            is_default: version.number == policy.default,
            created: version.created,
        }
    }
}
