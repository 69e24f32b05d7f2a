//! A good value for every parameter, for tests that call whatever is served.

use countersign::action::Route;

/// A key that stands for one of bob's.
pub(crate) const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// A policy that allows everything.
const DOCUMENT: &str = "PolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%2\
     2%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%2C%22Resource%22%3A%22%2A%22%7D%5D%7D";

/// By the parameter's name, as a form has it.
const VALUES: &[(&str, &str)] = &[
    ("AccessKeyId", "AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
    ("Description", "Description=d"),
    ("EntityFilter", "EntityFilter=User"),
    ("GroupName", "GroupName=staff"),
    ("Marker", "Marker=m"),
    ("MaxItems", "MaxItems=1"),
    ("NewPath", "NewPath=/dev/"),
    ("NewUserName", "NewUserName=rob"),
    ("OnlyAttached", "OnlyAttached=true"),
    ("Path", "Path=/dev/"),
    ("PathPrefix", "PathPrefix=/dev/"),
    ("PermissionsBoundary", "PermissionsBoundary=arn:aws:iam::aws:policy/AdministratorAccess"),
    ("PolicyArn", "PolicyArn=arn:aws:iam::123456789012:policy/dev/work"),
    ("PolicyDocument", DOCUMENT),
    ("PolicyName", "PolicyName=work"),
    ("PolicyUsageFilter", "PolicyUsageFilter=PermissionsPolicy"),
    ("RoleName", "RoleName=deploy"),
    ("Scope", "Scope=Local"),
    ("SetAsDefault", "SetAsDefault=true"),
    ("Status", "Status=Active"),
    ("TagKeys", "TagKeys.member.1=cost"),
    ("Tags", "Tags.member.1.Key=cost&Tags.member.1.Value=high"),
    ("UserName", "UserName=bob"),
    ("VersionId", "VersionId=v1"),
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
