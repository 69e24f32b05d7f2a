//! A good value for every parameter, for tests that call whatever is served.

use countersign::action::Route;

/// A key that stands for one of bob's.
pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// By the parameter's name, as a form has it.
const VALUES: &[(&str, &str)] = &[
    ("AccessKeyId", "AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
    ("ActionNames", "ActionNames.member.1=iam:GetUser"),
    ("CallerArn", "CallerArn=arn:aws:iam::123456789012:user/bob"),
    (
        "ContextEntries",
        "ContextEntries.member.1.ContextKeyName=aws:username&ContextEntries.member.1.ContextKeyValues.member.1=bob&ContextEntries.member.1.ContextKeyType=string",
    ),
    ("GroupName", "GroupName=staff"),
    ("Marker", "Marker=m"),
    ("MaxItems", "MaxItems=1"),
    ("NewGroupName", "NewGroupName=crew"),
    ("NewPath", "NewPath=/dev/"),
    ("NewUserName", "NewUserName=rob"),
    ("OrderedOrganizationPolicyInputList", "OrderedOrganizationPolicyInputList="),
    ("Path", "Path=/dev/"),
    ("PathPrefix", "PathPrefix=/dev/"),
    ("PermissionsBoundary", "PermissionsBoundary=arn:aws:iam::aws:policy/AdministratorAccess"),
    ("PermissionsBoundaryPolicyInputList", "PermissionsBoundaryPolicyInputList="),
    ("PolicyExclusionList", "PolicyExclusionList="),
    ("PolicyInputList", "PolicyInputList="),
    ("PolicySourceArn", "PolicySourceArn=arn:aws:iam::123456789012:user/bob"),
    ("ResourceArns", "ResourceArns.member.1=*"),
    ("ResourceHandlingOption", "ResourceHandlingOption=EC2-Instance"),
    ("ResourceOwner", "ResourceOwner=123456789012"),
    ("ResourcePolicy", "ResourcePolicy={}"),
    ("Status", "Status=Active"),
    ("TagKeys", "TagKeys.member.1=cost"),
    ("Tags", "Tags.member.1.Key=cost&Tags.member.1.Value=high"),
    ("UserName", "UserName=bob"),
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

fn value(name: &str) -> &'static str {
    let found = VALUES.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("{name} needs a good value")).1
}
