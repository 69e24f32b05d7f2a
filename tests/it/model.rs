//! Holds every declared action against AWS's own models of the services.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use countersign::action::Route;
use countersign::text::Breach;
use countersign::wire::answer::Shape;
use countersign::{iam, sts};
use serde_json::Value;

static IAM: LazyLock<Value> = LazyLock::new(|| read(include_str!("../../vectors/iam/model.json")));
static STS: LazyLock<Value> = LazyLock::new(|| read(include_str!("../../vectors/sts/model.json")));

/// Codes that every action may answer with (IAM API Reference, Common Errors).
const COMMON: &[&str] = &["AccessDenied", "InternalFailure", "Throttling", "ValidationError"];

/// What AWS answers with although the model does not say so, each with where it
/// is seen.
const UNMODELLED: &[(&str, &str, &str)] = &[
    (
        "CreateRole",
        "NoSuchEntity",
        "recorded of the boundaries of users and roles: a policy that is not there",
    ),
    ("AssumeRole", "InvalidParameterValue", TAGS),
    ("AssumeRoleWithSAML", "InvalidParameterValue", TAGS),
    ("AssumeRoleWithWebIdentity", "InvalidParameterValue", TAGS),
    ("GetFederationToken", "InvalidParameterValue", TAGS),
];

/// Why actions of STS answer with a code that their model lacks.
const TAGS: &str = "recorded of session tags that are at fault";

/// Actions that are modelled and not served, family by family, with the reason.
pub(crate) const NOT_YET: &[(&str, &[&str])] = &[
    ("not yet: which services were used", SERVICES_USED),
    ("not yet: passwords, and signing in by them", PASSWORDS),
    ("not yet: other credentials than access keys", CREDENTIALS),
    ("not yet: the report on credentials", REPORT),
    ("not yet: organizations and delegation", ORGANIZATIONS),
];

const SERVICES_USED: &[&str] = &[
    "GenerateServiceLastAccessedDetails",
    "GetServiceLastAccessedDetails",
    "GetServiceLastAccessedDetailsWithEntities",
    "ListPoliciesGrantingServiceAccess",
];

const PASSWORDS: &[&str] = &[
    "ChangePassword",
    "CreateLoginProfile",
    "DeleteAccountPasswordPolicy",
    "DeleteLoginProfile",
    "GetAccountPasswordPolicy",
    "GetLoginProfile",
    "UpdateAccountPasswordPolicy",
    "UpdateLoginProfile",
];

const CREDENTIALS: &[&str] = &[
    "CreateServiceSpecificCredential",
    "DeleteSSHPublicKey",
    "DeleteServerCertificate",
    "DeleteServiceSpecificCredential",
    "DeleteSigningCertificate",
    "GetSSHPublicKey",
    "GetServerCertificate",
    "ListSSHPublicKeys",
    "ListServerCertificateTags",
    "ListServerCertificates",
    "ListServiceSpecificCredentials",
    "ListSigningCertificates",
    "ResetServiceSpecificCredential",
    "TagServerCertificate",
    "UntagServerCertificate",
    "UpdateSSHPublicKey",
    "UpdateServerCertificate",
    "UpdateServiceSpecificCredential",
    "UpdateSigningCertificate",
    "UploadSSHPublicKey",
    "UploadServerCertificate",
    "UploadSigningCertificate",
];

const REPORT: &[&str] = &["GenerateCredentialReport", "GetCredentialReport"];

const ORGANIZATIONS: &[&str] = &[
    "AcceptDelegationRequest",
    "AcquireRole",
    "AssociateDelegationRequest",
    "CreateDelegationRequest",
    "DisableOrganizationsRootCredentialsManagement",
    "DisableOrganizationsRootSessions",
    "EnableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions",
    "GenerateOrganizationsAccessReport",
    "GetAccountProperties",
    "GetDelegationRequest",
    "GetHumanReadableSummary",
    "GetOrganizationsAccessReport",
    "GetRoleTemplateVersion",
    "ListDelegationRequests",
    "ListOrganizationsFeatures",
    "PutAccountProperties",
    "RejectDelegationRequest",
    "SendDelegationToken",
    "UpdateDelegationRequest",
];

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn routes() -> impl Iterator<Item = (&'static Value, &'static Route)> {
    let iam = iam::routes().map(|route| (&*IAM, route));
    iam.chain(sts::routes().map(|route| (&*STS, route)))
}

/// The names of all actions that the model of a service has.
pub(crate) fn modelled(service: &str) -> impl Iterator<Item = &'static str> {
    let model = if STS["service"] == service { &*STS } else { &*IAM };
    model["operations"].as_object().unwrap().keys().map(String::as_str)
}

/// Whether an action is one of STS's.
pub(crate) fn is_sts(action: &str) -> bool {
    STS["operations"].get(action).is_some()
}

/// Fails unless the model says that the action may answer with `code`.
#[track_caller]
pub(crate) fn may_answer(action: &str, code: &str) {
    let model = if is_sts(action) { &*STS } else { &*IAM };
    let Some(operation) = model["operations"].get(action) else { return };
    let errors = operation["errors"].as_array().unwrap();
    let modelled = errors.iter().map(|name| modelled_code(model, name.as_str().unwrap()));
    let known = modelled.chain(COMMON.iter().map(|code| (*code).to_owned()));
    let is_known = known.into_iter().any(|known| known == code)
        || UNMODELLED.iter().any(|(a, c, _)| *a == action && *c == code)
        || is_of_the_door(code);
    assert!(is_known, "{action} may not answer {code}");
}

/// Codes of a request that reaches no action.
fn is_of_the_door(code: &str) -> bool {
    matches!(
        code,
        "SignatureDoesNotMatch"
            | "InvalidClientTokenId"
            | "ExpiredToken"
            | "IncompleteSignature"
            | "InvalidAction"
            | "MissingAuthenticationToken"
            | "MalformedQueryString"
            | "ServiceFailure"
    )
}

fn modelled_code(model: &Value, shape: &str) -> String {
    model["shapes"][shape]["error"]["code"].as_str().unwrap_or(shape).to_owned()
}

#[test]
fn every_action_takes_what_the_model_says() {
    for (model, route) in routes() {
        let modelled = input_of(model, route.action.name);
        let names: Vec<_> = route.fields.iter().map(|f| (f.name, f.required)).collect();
        let known: BTreeSet<_> = modelled.iter().map(|(n, required, _)| (*n, *required)).collect();
        assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), known, "{}", route.action);
        for field in route.fields {
            let (_, _, shape) = modelled.iter().find(|(n, ..)| *n == field.name).unwrap();
            assert_constraints(
                model,
                shape,
                field.constraints,
                &format!("{}.{}", route.action, field.name),
            );
        }
    }
}

#[test]
fn every_answer_has_elements_of_the_model_in_its_order() {
    for (model, route) in routes() {
        let operation = &model["operations"][route.action.name];
        match (operation["output"].as_str(), route.output) {
            (None, Shape::Empty) => {}
            (Some(output), shape) => assert_output(model, output, shape, &route.action.to_string()),
            (None, _) => panic!("{} answers nothing", route.action),
        }
    }
}

#[test]
fn every_modelled_action_is_served_or_awaited() {
    for (model, routes) in
        [(&*IAM, iam::routes().collect::<Vec<_>>()), (&*STS, sts::routes().collect())]
    {
        for action in model["operations"].as_object().unwrap().keys() {
            let is_served = routes.iter().any(|route| route.action.name == action);
            let reasons = NOT_YET.iter().filter(|(_, actions)| actions.contains(&action.as_str()));
            assert_eq!(reasons.count(), usize::from(!is_served), "{action}");
        }
    }
}

#[test]
fn no_two_actions_of_a_service_share_a_name() {
    for routes in [iam::routes().collect::<Vec<_>>(), sts::routes().collect()] {
        let names: BTreeSet<_> = routes.iter().map(|route| route.action.name).collect();
        assert_eq!(names.len(), routes.len());
    }
}

#[test]
fn the_services_are_called_as_the_model_says() {
    for (model, service) in [(&*IAM, &iam::IAM), (&*STS, &sts::STS)] {
        assert_eq!(model["version"], service.version);
        assert_eq!(model["namespace"], service.namespace);
        assert_eq!(model["service"], service.prefix);
    }
}

/// The parameters of an action: name, whether it is required, shape.
fn input_of<'m>(model: &'m Value, action: &str) -> Vec<(&'m str, bool, &'m str)> {
    let Some(input) = model["operations"][action]["input"].as_str() else { return Vec::new() };
    let shape = &model["shapes"][input];
    let required: Vec<_> = shape["required"].as_array().into_iter().flatten().collect();
    let members = shape["members"].as_object().into_iter().flatten();
    let is_required = |name: &String| required.iter().any(|required| *required == name);
    members.map(|(n, m)| (n.as_str(), is_required(n), m["shape"].as_str().unwrap())).collect()
}

fn assert_constraints(model: &Value, shape: &str, ours: &[Breach], place: &str) {
    let shape = &model["shapes"][shape];
    let most = |breach: &Breach| match breach {
        Breach::TooLong(most) => Some(*most as u64),
        Breach::TooLarge(most) => Some(u64::from(*most)),
        _ => None,
    };
    let least = |breach: &Breach| match breach {
        Breach::TooShort(least) => Some(*least as u64),
        Breach::TooSmall(least) => Some(u64::from(*least)),
        _ => None,
    };
    let pattern = |breach: &Breach| match breach {
        Breach::OffPattern(pattern) if *pattern != ".*" => Some(*pattern),
        _ => None,
    };
    assert_eq!(ours.iter().find_map(most), shape["max"].as_u64(), "{place}");
    assert_eq!(ours.iter().find_map(least), shape["min"].as_u64(), "{place}");
    assert_eq!(ours.iter().find_map(pattern), shape["pattern"].as_str(), "{place}");
    let is_word = ours.contains(&Breach::UnknownWord);
    assert_eq!(is_word, shape["enum"].is_array(), "{place}");
}

fn assert_output(model: &Value, shape: &str, ours: Shape, place: &str) {
    let shape = &model["shapes"][shape];
    match (ours, shape["type"].as_str().unwrap()) {
        (Shape::Fields(fields), "structure") => {
            let members = shape["members"].as_object().unwrap();
            let names: Vec<_> = members.keys().map(String::as_str).collect();
            let places = fields.iter().map(|(name, _)| names.iter().position(|n| n == name));
            let places: Vec<_> = places.map(|p| p.unwrap_or_else(|| panic!("{place}"))).collect();
            assert!(places.is_sorted(), "{place}: {names:?}");
            for required in shape["required"].as_array().into_iter().flatten() {
                assert!(
                    fields.iter().any(|(name, _)| required == name),
                    "{place} has no {required}"
                );
            }
            for (name, inner) in fields {
                let inner_shape = members[*name]["shape"].as_str().unwrap();
                assert_output(model, inner_shape, **inner, &format!("{place}.{name}"));
            }
        }
        (Shape::List(inner), "list") => {
            let member = shape["member"]["shape"].as_str().unwrap();
            assert_output(model, member, *inner, &format!("{place}.member"));
        }
        (Shape::Map(inner), "map") => {
            let value = shape["value"]["shape"].as_str().unwrap();
            assert_output(model, value, *inner, &format!("{place}.value"));
        }
        (Shape::Value, kind) => assert!(!["structure", "list", "map"].contains(&kind), "{place}"),
        (ours, kind) => panic!("{place} is a {kind}, not {ours:?}"),
    }
}
