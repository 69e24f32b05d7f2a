//! Makes up cases: of few callers, actions, resources, keys and values, so that they often meet.

mod condition;
mod dice;
mod wild;

use serde_json::{Map, Value, json};

pub(crate) use dice::Dice;

/// Which documents a statement is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Identity, boundary, session and service control: for whom is plain.
    Identity,
    /// The resource's: each statement names principals.
    Resource,
    /// Resource control: for everyone.
    Control,
}

const HOME: &str = "123456789012";
const ABROAD: &str = "210987654321";

const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:GetUser"];
const ACTION_PATTERNS: &[&str] = &[
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:?utObject",
    "s3:*Object",
    "iam:*",
    "s3:ListBucket",
    "s3:PutObject",
];

const RESOURCES: &[&str] = &[
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/red",
    "arn:aws:s3:::b/ann/x",
    "arn:aws:s3:::b/*/x",
    "arn:aws:iam::123456789012:user/ann",
];
const RESOURCE_PATTERNS: &[&str] = &[
    "*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/?e?",
    "arn:aws:s3:::B/*",
    "arn:aws:s3:::b/*/x",
    "arn:aws:s3:::b/${*}/x",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}",
    "arn:aws:s3:::b/${AWS:principaltag/TEAM, 'red'}",
    "arn:aws:s3:::b/${aws:TagKeys}",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::123456789012:*",
    "arn:aws:iam::1*2:user/*",
    "arn:aws:iam",
];

/// A case in the format of `vectors/policy`, without its verdict.
pub(crate) fn case(dice: &mut Dice) -> Value {
    let caller = caller(dice);
    let action = *dice.pick(ACTIONS);
    let resource =
        if dice.goes_wild() { wild::resource(dice) } else { (*dice.pick(RESOURCES)).to_owned() };
    json!({
        "policies": policies(dice, &caller),
        "caller": caller,
        "request": {
            "action": action,
            "resource": resource,
            "resource_account": HOME,
            "context": condition::context(dice),
        },
    })
}

/// A case that one condition decides.
pub(crate) fn condition(dice: &mut Dice) -> Value {
    let (condition, context) = condition::one(dice);
    json!({
        "policies": { "identity": [{
            "Version": "2012-10-17",
            "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition },
        }] },
        "caller": { "type": "User", "arn": "arn:aws:iam::123456789012:user/ann", "account": HOME, "id": "AIDA" },
        "request": {
            "action": "s3:GetObject",
            "resource": "arn:aws:s3:::b/red",
            "resource_account": HOME,
            "context": context,
        },
    })
}

/// A case that one resource decides.
pub(crate) fn resource(dice: &mut Dice) -> Value {
    let mut case = condition(dice);
    case["request"]["resource"] = wild::resource(dice).into();
    let statement = &mut case["policies"]["identity"][0]["Statement"];
    statement.as_object_mut().unwrap().remove("Condition");
    statement["Resource"] = wild::resource_pattern(dice).into();
    case
}

/// The policies of an identity, or of a session.
pub(crate) fn granted(dice: &mut Dice) -> Value {
    documents(dice, Place::Identity, 2)
}

/// What is asked: the action, what it acts on, and what is known of it.
pub(crate) fn asked(dice: &mut Dice) -> (&'static str, &'static str, Value) {
    (*dice.pick(ACTIONS), *dice.pick(RESOURCES), condition::context(dice))
}

fn policies(dice: &mut Dice, caller: &Value) -> Value {
    let mut policies = Map::new();
    let kind = caller["type"].as_str().unwrap();
    let has_identity = !matches!(kind, "Service" | "Anonymous");
    let is_session = matches!(kind, "AssumedRole" | "FederatedUser");
    let mut give = |kind: &str, policy: Value| policies.insert(kind.to_owned(), policy);
    if has_identity && kind != "Account" {
        give("identity", documents(dice, Place::Identity, 2));
        if dice.percent(30) {
            give("boundary", document(dice, Place::Identity));
        }
        if is_session && dice.percent(50) {
            give("session", documents(dice, Place::Identity, 1));
        }
    }
    if dice.percent(60) {
        give("resource", document(dice, Place::Resource));
    }
    if has_identity && dice.percent(15) {
        give("scp", levels(dice, Place::Identity));
    }
    if dice.percent(15) {
        give("rcp", levels(dice, Place::Control));
    }
    if dice.percent(5) {
        give("must_resource_allow", true.into());
    }
    Value::Object(policies)
}

fn levels(dice: &mut Dice, place: Place) -> Value {
    (0..=dice.below(2)).map(|_| documents(dice, place, 2)).collect()
}

fn documents(dice: &mut Dice, place: Place, most: usize) -> Value {
    (0..=dice.below(most)).map(|_| document(dice, place)).collect()
}

fn document(dice: &mut Dice, place: Place) -> Value {
    let mut document = Map::new();
    let version = *dice.pick(&["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", ""]);
    if !version.is_empty() {
        document.insert("Version".to_owned(), version.into());
    }
    let statements: Vec<Value> = (0..=dice.below(3)).map(|_| statement(dice, place)).collect();
    let statements = match <[Value; 1]>::try_from(statements) {
        Ok([one]) if dice.percent(30) => one,
        Ok(one) => Value::from(one.to_vec()),
        Err(several) => several.into(),
    };
    document.insert("Statement".to_owned(), statements);
    Value::Object(document)
}

/// A statement that denies.
pub(crate) fn deny(dice: &mut Dice, is_of_resource: bool) -> Value {
    let place = if is_of_resource { Place::Resource } else { Place::Identity };
    let mut statement = statement(dice, place);
    statement["Effect"] = "Deny".into();
    statement
}

fn statement(dice: &mut Dice, place: Place) -> Value {
    let mut statement = Map::new();
    let mut say = |element: &str, value: Value| statement.insert(element.to_owned(), value);
    let denies = dice.percent(12);
    say("Effect", if denies { "Deny" } else { "Allow" }.into());
    match place {
        Place::Identity => None,
        Place::Control => say("Principal", "*".into()),
        Place::Resource if denies && dice.percent(15) => say("NotPrincipal", principals(dice, 4)),
        Place::Resource => say("Principal", principal(dice)),
    };
    let action = if dice.percent(15) { "NotAction" } else { "Action" };
    say(action, some(dice, ACTION_PATTERNS));
    let resource = if dice.percent(15) { "NotResource" } else { "Resource" };
    let wild = dice.goes_wild().then(|| wild::resource_pattern(dice).into());
    say(resource, wild.unwrap_or_else(|| some(dice, RESOURCE_PATTERNS)));
    if dice.percent(35) {
        say("Condition", condition::conditions(dice));
    }
    Value::Object(statement)
}

/// One, or a list of a few.
fn some(dice: &mut Dice, all: &[&str]) -> Value {
    if dice.percent(50) {
        return (*dice.pick(all)).into();
    }
    (0..=dice.below(2)).map(|_| *dice.pick(all)).collect()
}

fn principal(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 => "*".into(),
        1 => json!({ "AWS": "*" }),
        2 => json!({ "Service": "ec2.amazonaws.com" }),
        _ => principals(dice, 2),
    }
}

fn principals(dice: &mut Dice, most: usize) -> Value {
    let names: Vec<Value> =
        (0..=dice.below(most)).map(|_| (*dice.pick(PRINCIPALS)).into()).collect();
    json!({ "AWS": names })
}

const PRINCIPALS: &[&str] = &[
    HOME,
    "arn:aws:iam::123456789012:root",
    "arn:aws:iam::123456789012:user/ann",
    "arn:aws:iam::123456789012:user/bob",
    "arn:aws:iam::123456789012:role/ci/Build",
    "arn:aws:sts::123456789012:assumed-role/Build/run-7",
    "arn:aws:sts::123456789012:federated-user/guest",
    ABROAD,
    "arn:aws:iam::210987654321:user/zoe",
    "AIDAQAAAAAAANNANNANNA",
    "AROAQAAAAAAROLEROLERO",
];

fn caller(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 => json!({ "type": "Account", "arn": "arn:aws:iam::123456789012:root",
            "account": HOME, "id": HOME }),
        1 => json!({ "type": "Account", "arn": "arn:aws:iam::210987654321:root",
            "account": ABROAD, "id": ABROAD }),
        2 => json!({ "type": "User", "arn": "arn:aws:iam::210987654321:user/zoe",
            "account": ABROAD, "id": "AIDAQBBBBBBZOEZOEZOEZ" }),
        3 => json!({ "type": "Service", "service": "ec2.amazonaws.com" }),
        4 => json!({ "type": "Anonymous" }),
        5 | 6 => json!({ "type": "FederatedUser", "account": HOME, "id": "123456789012:guest",
            "arn": "arn:aws:sts::123456789012:federated-user/guest",
            "user": "arn:aws:iam::123456789012:user/ann" }),
        7..=9 => json!({ "type": "AssumedRole", "account": HOME,
            "arn": "arn:aws:sts::123456789012:assumed-role/Build/run-7",
            "id": "AROAQAAAAAAROLEROLERO:run-7",
            "role": "arn:aws:iam::123456789012:role/ci/Build" }),
        _ => json!({ "type": "User", "arn": "arn:aws:iam::123456789012:user/ann",
            "account": HOME, "id": "AIDAQAAAAAAANNANNANNA" }),
    }
}
