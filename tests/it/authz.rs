//! Holds what each action asks leave for against AWS's Service Authorization
//! Reference: the kinds of resources, and the condition keys.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex};

use countersign::action::{ActionName, Call, Case, Decide, Leave, Proves, Route, Served};
use countersign::arn::Arn;
use countersign::clock::Time;
use countersign::error::{Code, Error};
use countersign::federation::Vouched;
use countersign::federation::saml::Asserted;
use countersign::ids::RandomIds;
use countersign::store::account::Account;
use countersign::store::draft::{Draft, Limits};
use countersign::store::owner::{Caller, Owner, Proof};
use countersign::store::session::Delegated;
use countersign::text::{AccountId, EntityId, Text, UserName};
use countersign::wire::answer::Format;
use countersign::wire::form::Form;
use countersign::{iam, sts};
use serde_json::Value;

use crate::values::{self, KEY};
use crate::world::ACCOUNT;

static REFERENCE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../vectors/iam/authz.json")).unwrap());

/// Actions that are served and that the reference does not know, with the reason.
const NOT_IN_REFERENCE: &[(&str, &str)] = &[];

/// What exists in the account before each action is called.
const BEFORE: &[&str] = &[
    "CreateUser&UserName=bob",
    "CreateAccessKey&UserName=bob",
    "CreateRole&RoleName=deploy&AssumeRolePolicyDocument=\
     {\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\"}}",
    "PutUserPermissionsBoundary&UserName=bob&PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess",
    "PutRolePermissionsBoundary&RoleName=deploy&PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess",
];

/// Where leave is asked for a resource, or states a condition key, that the reference
/// does not list for the action: what is asked, and the reason.
const BESIDE_REFERENCE: &[(&str, &str, &str)] = &[
    ("iam:ListGroups", "arn:aws:iam::123456789012:group/", A_LIST),
    ("iam:ListGroups", "arn:aws:iam::123456789012:group/dev/", A_LIST),
    ("iam:ListInstanceProfiles", "arn:aws:iam::123456789012:instance-profile/", A_LIST),
    ("iam:ListInstanceProfiles", "arn:aws:iam::123456789012:instance-profile/dev/", A_LIST),
    ("iam:ListRoles", "arn:aws:iam::123456789012:role/", A_LIST),
    ("iam:ListRoles", "arn:aws:iam::123456789012:role/dev/", A_LIST),
    ("iam:ListUsers", "arn:aws:iam::123456789012:user/", A_LIST),
    ("iam:ListUsers", "arn:aws:iam::123456789012:user/dev/", A_LIST),
    ("sts:SetSourceIdentity", "aws:RequestTag/cost", ONE_REQUEST),
    ("sts:SetSourceIdentity", "aws:TagKeys", ONE_REQUEST),
    ("sts:SetSourceIdentity", "sts:ExternalId", ONE_REQUEST),
    ("sts:SetSourceIdentity", "sts:RoleSessionName", ONE_REQUEST),
    ("sts:SetSourceIdentity", "sts:TransitiveTagKeys", ONE_REQUEST),
    (
        "sts:TagSession",
        "arn:aws:sts::123456789012:federated-user/Acme",
        "IAM User Guide, session tags: GetFederationToken asks for it too",
    ),
    ("sts:TagSession", "sts:ExternalId", ONE_REQUEST),
    ("sts:TagSession", "sts:RoleSessionName", ONE_REQUEST),
    ("sts:TagSession", "sts:SourceIdentity", ONE_REQUEST),
];

/// Why what comes with a role is told all that the request says of itself.
const ONE_REQUEST: &str = "one statement of a trust policy may allow all of it, by one condition";

/// Why a list asks leave on more than `*`.
const A_LIST: &str = "AWS's refusals name the path that is listed";

/// Condition keys that the reference lists for an action and that no call of it
/// states, with the reason.
const NOT_STATED: &[(&str, &str, &str)] = &[
    ("iam:AttachRolePolicy", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("iam:CreateRole", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("iam:EnableMFADevice", "iam:FIDO-FIPS-140-2-certification", NO_SECURITY_KEYS),
    ("iam:EnableMFADevice", "iam:FIDO-FIPS-140-3-certification", NO_SECURITY_KEYS),
    ("iam:EnableMFADevice", "iam:FIDO-certification", NO_SECURITY_KEYS),
    ("iam:EnableMFADevice", "iam:RegisterSecurityKey", NO_SECURITY_KEYS),
    ("iam:GetRole", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("iam:PutRolePermissionsBoundary", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("iam:PutRolePolicy", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("iam:TagRole", "iam:RoleTemplateARN", NO_TEMPLATES),
    ("sts:AssumeRole", "iam:ResourceTag/${TagKey}", "of the role: found by its ARN"),
    ("sts:AssumeRoleWithWebIdentity", "sts:RoleAuthorizedByIdp", "no provider says so"),
];

/// Why no device is one that is held to a reader.
const NO_SECURITY_KEYS: &str = "requests register no security keys, only AWS's console does";

/// Why no role is of a template.
const NO_TEMPLATES: &str = "there are no templates of roles";

#[test]
fn every_action_stands_in_the_reference_or_has_a_reason_not_to() {
    let absent = routes().map(|route| route.action).filter(|action| reference(action).is_null());
    let absent: BTreeSet<_> = absent.map(|action| action.to_string()).collect();
    assert_eq!(absent, NOT_IN_REFERENCE.iter().map(|(action, _)| (*action).to_owned()).collect());
}

#[test]
fn leave_is_asked_for_what_the_reference_lists() {
    let beside = leaves().into_iter().flat_map(|Asked { action, leave, .. }| {
        let strange = strange(&action, &leave).into_iter();
        strange.map(move |what| (action.clone(), what))
    });
    let known = BESIDE_REFERENCE.iter().map(|(action, what, _)| owned(action, what));
    assert_eq!(beside.collect::<BTreeSet<_>>(), known.collect());
}

#[test]
fn every_condition_key_that_the_reference_lists_is_stated() {
    let leaves = leaves();
    let is_stated = |action: &str, key: &str| {
        let mut asked = leaves.iter().filter(|asked| asked.action == action);
        asked.any(|asked| asked.leave.keys.iter().any(|(name, _)| fits(key, name)))
    };
    let listed = routes().flat_map(|route| {
        let action = route.action.to_string();
        let keys = strings(&reference(&route.action)["keys"]).filter(|key| !is_said(key));
        keys.map(move |key| (action.clone(), key.to_owned()))
    });
    let missing = listed.filter(|(action, key)| !is_stated(action, key));
    let known = NOT_STATED.iter().map(|(action, key, _)| owned(action, key));
    assert_eq!(missing.collect::<BTreeSet<_>>(), known.collect());
}

#[test]
fn the_boundary_that_is_stated_is_the_one_held_or_where_one_is_put_that_one() {
    let stated = |action: &str, key: &str| {
        let asked = leaves().into_iter().find(|asked| asked.action == action).unwrap();
        let (_, value) = asked.leave.keys.into_iter().find(|(name, _)| name == key).unwrap();
        value
    };
    let held = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    for action in ["iam:AttachUserPolicy", "iam:PutRolePolicy", "iam:DeleteUserPermissionsBoundary"]
    {
        assert_eq!(stated(action, "iam:PermissionsBoundary"), held, "{action}");
    }
    let put = stated("iam:PutUserPermissionsBoundary", "iam:PermissionsBoundary");
    assert_eq!(put, "arn:aws:iam::aws:policy/AdministratorAccess");
    let attached = stated("iam:AttachGroupPolicy", "iam:PolicyARN");
    assert_eq!(attached, "arn:aws:iam::123456789012:policy/dev/work");
}

#[test]
fn every_further_action_that_the_reference_lists_is_asked_for_too() {
    let leaves = leaves();
    for route in routes() {
        let (by, action) = (route.action.to_string(), reference(&route.action));
        let kinds = action["resources"].as_object().into_iter().flat_map(|kinds| kinds.values());
        let further = kinds.chain([action]).flat_map(|of| strings(&of["also"]));
        for further in further.filter(|action| !reference_of(action).is_null()) {
            let is_asked = leaves.iter().any(|asked| asked.by == by && asked.action == further);
            assert!(is_asked, "{by} does not ask for {further}");
        }
    }
}

#[test]
fn a_pattern_of_the_reference_fits_names_of_its_kind_alone() {
    let user = "arn:${Partition}:iam::${Account}:user/${UserNameWithPath}";
    assert!(fits(user, "arn:aws:iam::123456789012:user/dev/ann"));
    for other in ["user/", "role/ann", "root", "user"] {
        assert!(!fits(user, &format!("arn:aws:iam::123456789012:{other}")), "{other}");
    }
    assert!(!fits(user, "*"));
    assert!(fits("aws:RequestTag/${TagKey}", "aws:RequestTag/a/b"));
    assert!(fits("aws:TagKeys", "aws:TagKeys") && !fits("aws:TagKeys", "aws:TagKeysToo"));
}

/// Whether it is what an identity provider says of somebody: no action states that, it is
/// found in the proof, or in the session that came of it.
fn is_said(key: &str) -> bool {
    !["aws:", "iam:", "sts:"].iter().any(|ours| key.starts_with(ours))
}

fn owned(action: &str, what: &str) -> (String, String) {
    (action.to_owned(), what.to_owned())
}

fn routes() -> impl Iterator<Item = &'static Route> {
    iam::routes().chain(sts::routes())
}

/// What the reference says of an action.
fn reference(action: &ActionName) -> &'static Value {
    &REFERENCE[action.service.prefix]["actions"][action.name]
}

/// The same by the name that policies use: `iam:CreateUser`.
fn reference_of(action: &str) -> &'static Value {
    let (service, name) = action.split_once(':').unwrap();
    &REFERENCE[service]["actions"][name]
}

fn strings(list: &'static Value) -> impl Iterator<Item = &'static str> {
    list.as_array().into_iter().flatten().map(|text| text.as_str().unwrap())
}

/// What of a leave the reference does not list: the resource, or condition keys.
fn strange(action: &str, leave: &Leave) -> Vec<String> {
    let (service, _) = action.split_once(':').unwrap();
    let action = reference_of(action);
    let kinds = action["resources"].as_object().into_iter().flatten();
    let kinds: Vec<_> =
        kinds.map(|(kind, of)| (of, &REFERENCE[service]["resources"][kind])).collect();
    let mut arns = kinds.iter().map(|(_, resource)| resource["arn"].as_str().unwrap());
    let resource = leave.resource.as_str();
    let is_listed =
        if kinds.is_empty() { resource == "*" } else { arns.any(|arn| fits(arn, resource)) };
    let of_kinds = kinds.iter().flat_map(|(of, resource)| [&of["keys"], &resource["keys"]]);
    let keys: Vec<_> = of_kinds.chain([&action["keys"]]).flat_map(strings).collect();
    let strange = leave.keys.iter().filter(|(name, _)| !keys.iter().any(|key| fits(key, name)));
    let resource = (!is_listed).then(|| resource.to_owned());
    resource.into_iter().chain(strange.map(|(name, _)| name.to_string())).collect()
}

/// Whether `text` is what `pattern` describes, in which each `${Word}` stands for one
/// character or more.
fn fits(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split("${");
    let first = pieces.next().unwrap_or_default();
    let mut rest = text.strip_prefix(first);
    for piece in pieces {
        let (_, literal) = piece.split_once('}').unwrap();
        rest = rest.and_then(|rest| after(rest, literal));
    }
    rest.is_some_and(str::is_empty)
}

/// What is left of `text` behind one character or more, and `literal`.
fn after<'t>(text: &'t str, literal: &str) -> Option<&'t str> {
    let mut letters = text.chars();
    letters.next()?;
    if literal.is_empty() {
        Some("")
    } else {
        letters.as_str().split_once(literal).map(|(_, rest)| rest)
    }
}

/// A leave that a call asked for.
struct Asked {
    /// The action that was called.
    by: String,
    /// The action that the leave is for.
    action: String,
    leave: Leave,
}

/// Every condition key that some action states.
pub(crate) fn stated_keys() -> BTreeSet<String> {
    let keys = leaves().into_iter().flat_map(|asked| asked.leave.keys);
    keys.map(|(name, _)| name.into_owned()).collect()
}

/// The leaves that each action asks for: called once with what it must be given, and
/// once with all that it may be.
fn leaves() -> Vec<Asked> {
    let office = Office::open();
    let mut leaves = Vec::new();
    for route in routes() {
        for parameters in [values::required(route), values::whole(route)] {
            let recorder = Recorder::default();
            let call = format!("{}&{parameters}", route.action.name).replace(KEY, &office.key);
            let refusal = office.asks(&call, &Owner::User(bob()), &recorder).unwrap_err();
            assert_eq!(refusal, denied(), "{call}");
            let by = route.action.to_string();
            let asked = recorder.0.into_inner().unwrap().into_iter();
            leaves.extend(asked.map(|(action, leave)| Asked { by: by.clone(), action, leave }));
        }
    }
    leaves
}

/// An account in which all of [`BEFORE`] is done.
struct Office {
    account: Arc<Account>,
    /// The id of bob's key.
    key: String,
}

impl Office {
    fn open() -> Self {
        let account = Account::new(AccountId::parse(ACCOUNT).unwrap());
        let mut office = Self { account: Arc::new(account), key: String::new() };
        for call in BEFORE {
            let served = office.asks(call, &Owner::Root, &Anything).unwrap();
            office.account = Arc::new(served.draft.account().clone());
            if let Some((_, rest)) = served.answer.split_once("<AccessKeyId>") {
                rest.split_once('<').unwrap().0.clone_into(&mut office.key);
            }
        }
        office
    }

    /// Who asks, with what the action takes as a proof.
    fn caller(&self, who: &Owner, proves: Proves) -> Caller {
        let signed = || Caller::of(&self.account, who).unwrap();
        let stranger = || Caller::stranger(&self.account);
        let provider: Arc<str> = "arn:aws:iam::123456789012:oidc-provider/id.acme.com".into();
        match proves {
            Proves::Nothing => signed(),
            Proves::SecondFactor => signed().proving(Some(Proof::SecondFactor)),
            Proves::Delegation => {
                let member = |text: &str| EntityId::parse(text).unwrap();
                let delegated = Delegated::of(
                    AccountId::parse(ACCOUNT).unwrap(),
                    member("AIDAQNZGKIQY56JQ7WMLA"),
                );
                signed().proving(Some(Proof::Delegated {
                    delegated: Arc::new(delegated),
                    user: Arn::any(),
                }))
            }
            Proves::Management => signed().proving(Some(Proof::Management)),
            Proves::WebIdentity => {
                stranger().proving(Some(Proof::Web { provider, said: Arc::new(vouched()) }))
            }
            Proves::Saml => {
                stranger().proving(Some(Proof::Saml { provider, said: Arc::new(asserted()) }))
            }
        }
    }

    /// What becomes of a call, `Action&Name=value`.
    fn asks(&self, call: &str, who: &Owner, policy: &dyn Decide) -> Result<Served, Error> {
        let (action, parameters) = call.split_once('&').unwrap();
        let route = routes().find(|route| route.action.name == action).unwrap();
        let form = Form::read(std::iter::empty(), parameters.as_bytes()).unwrap();
        let caller = self.caller(who, route.proves);
        let (caller, format) = (&caller, Format::Xml);
        let call = Call {
            form: &form,
            caller,
            home: None,
            request_id: "",
            format,
            policy,
            request: &(),
            witness: None,
        };
        (route.serve)(&call, draft(&self.account))
    }
}

/// What a provider says who says all that it can.
fn vouched() -> Vouched {
    let tag = ("cost".to_owned(), "high".to_owned());
    Vouched {
        tags: vec![tag],
        transitive: vec!["cost".to_owned()],
        source_identity: Some("bob".to_owned()),
        ..Vouched::default()
    }
}

fn asserted() -> Asserted {
    Asserted {
        vouched: vouched(),
        assertion_id: "a".to_owned(),
        not_on_or_after: Time::from_unix(i64::MAX),
        subject_type: "persistent".to_owned(),
        name_qualifier: "q".to_owned(),
        session_name: "session".to_owned(),
        session_seconds: None,
        session_not_on_or_after: None,
        roles: Vec::new(),
    }
}

fn draft(account: &Arc<Account>) -> Draft {
    let now = Time::from_unix(1_800_000_000);
    let draft = Draft::of(Arc::clone(account), now, Limits::default(), Box::new(RandomIds));
    draft.knowing(Arc::default())
}

fn bob() -> UserName {
    UserName::parse("bob").unwrap()
}

/// Allows what the tests need beforehand.
#[derive(Debug)]
struct Anything;

impl Decide for Anything {
    fn decide(&self, _: &Case<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// Remembers what leave is asked for, and gives none.
#[derive(Debug, Default)]
struct Recorder(Mutex<Vec<(String, Leave)>>);

impl Decide for Recorder {
    fn decide(&self, case: &Case<'_>) -> Result<(), Error> {
        for leave in case.needs.leaves()? {
            let action = leave.name(case.action).into_owned();
            self.0.lock().unwrap().push((action, leave.clone()));
        }
        Err(denied())
    }
}

fn denied() -> Error {
    Error::without_message(Code::AccessDenied)
}
