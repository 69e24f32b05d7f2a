//! The names of resources, checked as AWS checks them.

use crate::policy::check::require;
use crate::policy::malformed::Malformed;
use crate::policy::written::WrittenStatement;

/// The partitions of AWS.
const PARTITIONS: [&str; 9] = [
    "*",
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
    "aws-eusc",
];

/// What the resources of IAM begin with. AWS's sentence does not name templates of
/// roles yet; its own policies do.
const IAM_KINDS: [&str; 14] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "role-template/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

/// Refuses a statement without resources.
pub(super) fn are_there(statement: &WrittenStatement) -> Result<(), Malformed> {
    require(resources(statement).next().is_some(), Malformed::NoResources)
}

/// Refuses each resource that AWS refuses.
pub(super) fn check(statement: &WrittenStatement) -> Result<(), Malformed> {
    resources(statement).filter(|resource| *resource != "*").try_for_each(|resource| one(resource))
}

fn resources(statement: &WrittenStatement) -> impl Iterator<Item = &String> {
    statement.resources.iter().flat_map(|resources| &resources.members)
}

/// Whether AWS's older parser takes all resources for names. It is not asked where
/// another fault of theirs is to be told.
pub(super) fn are_well_formed(statement: &WrittenStatement) -> bool {
    check(statement).is_err() || resources(statement).all(|resource| is_well_formed(resource))
}

fn one(resource: &str) -> Result<(), Malformed> {
    let (_, rest) =
        resource.split_once(':').ok_or_else(|| Malformed::NoArn(resource.to_owned()))?;
    let (partition, rest) = match rest.split_once(':') {
        Some((partition, rest)) => (partition, Some(rest)),
        None => (rest, None),
    };
    if !PARTITIONS.contains(&partition) {
        let whole = normalized(partition, rest);
        return Err(Malformed::Partition(partition.to_owned(), whole));
    }
    let rest = rest.filter(|rest| !rest.is_empty()).ok_or(Malformed::ResourceVendor)?;
    let mut parts = rest.splitn(4, ':');
    let vendor = parts.next().unwrap_or_default();
    require(!vendor.contains(['*', '?']), Malformed::ResourceVendor)?;
    let mut next = || parts.next().unwrap_or_default();
    let (region, account, path) = (next(), next(), next());
    match vendor {
        "iam" => iam(resource, region, path),
        // What belongs to an account is no bucket: an access point is somewhere.
        "s3" => {
            let may_be_somewhere = region.is_empty() || !account.is_empty();
            require(may_be_somewhere, Malformed::Region(resource.to_owned()))
        }
        _ => Ok(()),
    }
}

fn iam(resource: &str, region: &str, path: &str) -> Result<(), Malformed> {
    require(region.is_empty(), Malformed::IamRegion(resource.to_owned()))?;
    let is_known =
        matches!(path, "*" | "root") || IAM_KINDS.iter().any(|kind| path.starts_with(kind));
    require(is_known, Malformed::IamPath)
}

/// The name as AWS repeats it: what is left off is anything.
fn normalized(partition: &str, rest: Option<&str>) -> String {
    let mut parts = rest.map(|rest| rest.splitn(4, ':')).into_iter().flatten();
    let mut next = || parts.next().unwrap_or("*");
    format!("arn:{partition}:{}:{}:{}:{}", next(), next(), next(), next())
}

fn is_well_formed(resource: &str) -> bool {
    let mut parts = resource.split(':');
    let service = parts.nth(2);
    let is_whole = resource.matches(':').count() >= 5 || !resource.contains("::");
    resource == "*" || is_whole && service.is_some_and(|service| !service.is_empty())
}
