//! What is wrong with a document, in AWS's words.

use thiserror::Error;

use crate::policy::document::Position;

/// What is wrong with a document, and where; it prints in AWS's words, which do not
/// tell where.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("{malformed}")]
pub struct Fault {
    /// What is wrong.
    pub malformed: Malformed,
    /// Where: at the value that cannot be read, or at the statement that is refused.
    pub at: Position,
}

/// What is wrong with a document; it prints in AWS's words.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Malformed {
    /// It is no JSON, or no policy.
    #[error("Syntax errors in policy.")]
    Syntax,
    /// A trust policy is no JSON.
    #[error("This policy contains invalid Json")]
    Json,
    /// A managed policy is written in the old version.
    #[error("Policy document must be version 2012-10-17 or greater.")]
    Version,
    /// Two statements have one id.
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    SidTwice,
    /// The id of a statement has a sign in it.
    #[error(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular \
         expression [0-9A-Za-z]*"
    )]
    SidSigns,
    /// A statement is about nothing.
    #[error("Policy statement must contain actions.")]
    NoActions,
    /// A statement is about nothing in particular.
    #[error("Policy statement must contain resources.")]
    NoResources,
    /// `GetObject` for `s3:GetObject`.
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    NoVendor,
    /// `s3:s3:GetObject`
    #[error("Actions/Condition can contain only one colon.")]
    Colons,
    /// `s 3:GetObject`
    #[error("Vendor {0} is not valid")]
    Vendor(String),
    /// A resource without a colon.
    #[error("Resource {0} must be in ARN format or \"*\".")]
    NoArn(String),
    /// A partition that AWS has not: it, and the name in full.
    #[error("Partition \"{0}\" is not valid for resource \"{1}\".")]
    Partition(String, String),
    /// A resource of no service, or of any.
    #[error("Resource vendor must be fully qualified and cannot contain regexes.")]
    ResourceVendor,
    /// A resource of IAM of no kind that IAM has.
    #[error(
        "IAM resource path must either be \"*\", root, or start with user/, federated-user/, role/, \
         group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, \
         oidc-provider/, report/, access-report/."
    )]
    IamPath,
    /// A resource of IAM in a region.
    #[error("IAM resource {0} cannot contain region information.")]
    IamRegion(String),
    /// A resource of another service without regions, in a region.
    #[error("Resource {0} can not contain region information.")]
    Region(String),
    /// What the older of AWS's two parsers does not read.
    #[error("The policy failed legacy parsing")]
    Legacy,
    /// Something stands there that has no place in such a policy.
    #[error("Has prohibited field {0}")]
    Prohibited(&'static str),
    /// Something is not there that must be.
    #[error("Missing required field {0}")]
    Required(&'static str),
    /// A trust policy about something else than assuming a role.
    #[error("AssumeRole policy may only specify STS AssumeRole actions.")]
    NotAssumeRole,
    /// Someone who does not exist, or cannot be named so: kind and name.
    #[error("Invalid principal in policy: \"{0}\":\"{1}\"")]
    Principal(String, String),
    /// A policy of an identity that names whom it is for.
    #[error("Policy document should not specify a principal.")]
    HasPrincipal,
}
