//! A good value for every parameter, for tests that call whatever is served.

use countersign::action::Route;

use crate::saml_provider::metadata;
use crate::signer::encoded;

/// A key that stands for one of bob's.
pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// A policy that allows everything.
const DOCUMENT: &str = "PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%2\
     2%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";

/// By the parameter's name, as a form has it.
const VALUES: &[(&str, &str)] = &[
    ("AWSServiceName", "AWSServiceName=autoscaling.amazonaws.com"),
    ("AccessKeyId", "AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
    ("AccountAlias", "AccountAlias=acme"),
    ("ActionNames", "ActionNames.member.1=iam:GetUser"),
    (
        "AddPrivateKey",
        "AddPrivateKey=-----BEGIN%20PRIVATE%20KEY-----%0AMII=%0A-----END%20PRIVATE%20KEY-----",
    ),
    ("AssertionEncryptionMode", "AssertionEncryptionMode=Allowed"),
    ("AssignmentStatus", "AssignmentStatus=Assigned"),
    (
        "AssumeRolePolicyDocument",
        "AssumeRolePolicyDocument=%7B%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Principal%22:%22*%22,%22Action%22:%22sts:AssumeRole%22%7D%7D",
    ),
    ("Audience", "Audience.member.1=app"),
    ("AuthenticationCode1", "AuthenticationCode1=123456"),
    ("AuthenticationCode2", "AuthenticationCode2=654321"),
    ("CallerArn", "CallerArn=arn:aws:iam::123456789012:user/bob"),
    ("ClientID", "ClientID=sts.amazonaws.com"),
    ("ClientIDList", "ClientIDList.member.1=sts.amazonaws.com"),
    (
        "ContextEntries",
        "ContextEntries.member.1.ContextKeyName=aws:username&ContextEntries.member.1.ContextKeyValues.member.1=bob&ContextEntries.member.1.ContextKeyType=string",
    ),
    ("CustomSuffix", "CustomSuffix=one"),
    (
        "DeletionTaskId",
        "DeletionTaskId=task/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling/1",
    ),
    ("Description", "Description=d"),
    ("DurationSeconds", "DurationSeconds=900"),
    ("EncodedMessage", "EncodedMessage=m"),
    ("EntityFilter", "EntityFilter=User"),
    ("ExternalId", "ExternalId=agreed"),
    ("Filter", "Filter.member.1=User"),
    ("GlobalEndpointTokenVersion", "GlobalEndpointTokenVersion=v2Token"),
    ("GroupName", "GroupName=staff"),
    ("InstanceProfileName", "InstanceProfileName=web"),
    ("Marker", "Marker=m"),
    ("MaxItems", "MaxItems=1"),
    ("MaxSessionDuration", "MaxSessionDuration=3600"),
    ("MinimumSessionTokenSize", "MinimumSessionTokenSize=0"),
    ("Name", "Name=Acme"),
    ("NewGroupName", "NewGroupName=crew"),
    ("NewPath", "NewPath=/dev/"),
    ("NewUserName", "NewUserName=rob"),
    ("OnlyAttached", "OnlyAttached=true"),
    (
        "OpenIDConnectProviderArn",
        "OpenIDConnectProviderArn=arn:aws:iam::123456789012:oidc-provider/id.example.com",
    ),
    ("OrderedOrganizationPolicyInputList", "OrderedOrganizationPolicyInputList="),
    ("Path", "Path=/dev/"),
    ("PathPrefix", "PathPrefix=/dev/"),
    ("PermissionsBoundary", "PermissionsBoundary=arn:aws:iam::aws:policy/AdministratorAccess"),
    ("PermissionsBoundaryPolicyInputList", "PermissionsBoundaryPolicyInputList="),
    (
        "Policy",
        "Policy=%7B%22Version%22:%222012-10-17%22,%22Statement%22:%7B%22Effect%22:%22Allow%22,%22Action%22:%22*%22,%22Resource%22:%22*%22%7D%7D",
    ),
    ("PolicyArn", "PolicyArn=arn:aws:iam::123456789012:policy/dev/work"),
    ("PolicyArns", "PolicyArns.member.1.arn=arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ("PolicyDocument", DOCUMENT),
    ("PolicyExclusionList", "PolicyExclusionList="),
    ("PolicyInputList", "PolicyInputList="),
    ("PolicyName", "PolicyName=work"),
    ("PolicySourceArn", "PolicySourceArn=arn:aws:iam::123456789012:user/bob"),
    ("PolicyUsageFilter", "PolicyUsageFilter=PermissionsPolicy"),
    ("PrincipalArn", "PrincipalArn=arn:aws:iam::123456789012:saml-provider/corp"),
    (
        "ProvidedContexts",
        "ProvidedContexts.member.1.ProviderArn=arn:aws:iam::aws:contextProvider/IdentityCenter",
    ),
    ("ProviderId", "ProviderId=www.amazon.com"),
    ("RemovePrivateKey", "RemovePrivateKey=SAMLPKAAAAAAAAAAAAAAAA"),
    ("ResourceArns", "ResourceArns.member.1=*"),
    ("ResourceHandlingOption", "ResourceHandlingOption=EC2-Instance"),
    ("ResourceOwner", "ResourceOwner=123456789012"),
    ("ResourcePolicy", "ResourcePolicy={}"),
    ("RoleArn", "RoleArn=arn:aws:iam::123456789012:role/deploy"),
    ("RoleName", "RoleName=deploy"),
    ("RoleSessionName", "RoleSessionName=session"),
    ("SAMLAssertion", "SAMLAssertion=PGE%2BPC9hPg%3D%3D"),
    ("SAMLProviderArn", "SAMLProviderArn=arn:aws:iam::123456789012:saml-provider/Acme"),
    ("Scope", "Scope=Local"),
    ("SerialNumber", "SerialNumber=arn:aws:iam::123456789012:mfa/dev/phone"),
    ("SetAsDefault", "SetAsDefault=true"),
    ("SigningAlgorithm", "SigningAlgorithm=ES384"),
    ("SourceIdentity", "SourceIdentity=bob"),
    ("Status", "Status=Active"),
    ("TagKeys", "TagKeys.member.1=cost"),
    ("Tags", "Tags.member.1.Key=cost&Tags.member.1.Value=high"),
    ("TargetPrincipal", "TargetPrincipal=arn:aws:iam::123456789012:root"),
    (
        "TaskPolicyArn",
        "TaskPolicyArn.arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
    ),
    ("ThumbprintList", "ThumbprintList.member.1=0123456789abcdef0123456789abcdef01234567"),
    ("TokenCode", "TokenCode=123456"),
    ("TradeInToken", "TradeInToken=t"),
    ("TransitiveTagKeys", "TransitiveTagKeys.member.1=cost"),
    ("Url", "Url=https://id.example.com"),
    ("UserName", "UserName=bob"),
    ("VersionId", "VersionId=v1"),
    ("VirtualMFADeviceName", "VirtualMFADeviceName=phone"),
    ("WebIdentityToken", "WebIdentityToken=a.b.c"),
];

/// The parameters that an action must have, as a form has them.
pub(crate) fn required(route: &Route) -> String {
    form(route, |required| required)
}

/// All that an action may be given.
pub(crate) fn whole(route: &Route) -> String {
    form(route, |_| true)
}

fn form(route: &Route, has: impl Fn(bool) -> bool) -> String {
    let fields = route.fields.iter().filter(|field| has(field.required));
    fields.map(|field| value(field.name)).collect::<Vec<_>>().join("&")
}

fn value(name: &str) -> String {
    // Too long to stand in the list.
    if name == "SAMLMetadataDocument" {
        return format!("{name}={}", encoded(metadata("").as_bytes(), false));
    }
    let found = VALUES.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("{name} needs a good value")).1.to_owned()
}
