//! Whom a statement of a resource's policy means, and how strong its leave is to them.

use serde_json::Value;

use super::strings;

/// Who asks, as a case has it.
pub(super) struct Caller<'a> {
    pub(super) described: &'a Value,
    /// Whether a permissions boundary is attached to it.
    pub(super) has_boundary: bool,
}

/// What a resource's policy gives within one account, weakest first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Grant {
    None,
    /// To the account: its own policies must allow too.
    Delegated,
    /// To everyone, to the role, or to the user behind a federated session: boundary and session policy limit it.
    Limited,
    /// To the caller itself: nothing limits it.
    Full,
}

/// The operators by which a condition can say who someone is.
const NAMING: [&str; 5] =
    ["ArnEquals", "ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"];

impl Caller<'_> {
    pub(super) fn kind(&self) -> &str {
        self.field("type")
    }

    pub(super) fn account(&self) -> &str {
        self.field("account")
    }

    fn field(&self, name: &str) -> &str {
        self.described[name].as_str().unwrap_or_default()
    }

    /// Whether a statement means this caller; one without principals means everyone.
    pub(super) fn is_meant(&self, statement: &Value) -> bool {
        let names_nobody =
            statement.get("Principal").is_none() && statement.get("NotPrincipal").is_none();
        names_nobody || self.grant(statement) > Grant::None
    }

    /// What the statement's principals give.
    pub(super) fn grant(&self, statement: &Value) -> Grant {
        if let Some(excepted) = statement.get("NotPrincipal") {
            return if self.is_excepted(excepted) { Grant::None } else { Grant::Full };
        }
        let everyone =
            if names_by_condition(&statement["Condition"]) { Grant::Full } else { Grant::Limited };
        let principals = named(&statement["Principal"]);
        let granted = principals.into_iter().map(|(kind, name)| match (kind, name) {
            ("AWS", "*") => everyone,
            _ => self.named_by(kind, name),
        });
        granted.max().unwrap_or(Grant::None)
    }

    fn named_by(&self, kind: &str, name: &str) -> Grant {
        match kind {
            "Service" if self.kind() == "Service" && name == self.field("service") => Grant::Full,
            "AWS" => self.named_as(name),
            _ => Grant::None,
        }
    }

    fn named_as(&self, name: &str) -> Grant {
        let is = |field: &str| !name.is_empty() && name == field;
        match self.kind() {
            "Account" if self.is_account(name) => Grant::Full,
            "User" if is(self.field("arn")) || is(self.field("id")) => Grant::Full,
            "AssumedRole" | "FederatedUser" if is(self.field("arn")) => Grant::Full,
            "AssumedRole" if is(self.field("role")) || is(self.role_id()) => Grant::Limited,
            "FederatedUser" if is(self.field("user")) => Grant::Limited,
            "User" | "AssumedRole" | "FederatedUser" if self.is_account(name) => Grant::Delegated,
            _ => Grant::None,
        }
    }

    fn role_id(&self) -> &str {
        self.field("id").split(':').next().unwrap()
    }

    fn is_account(&self, name: &str) -> bool {
        let account = self.account();
        name == account || name == format!("arn:aws:iam::{account}:root")
    }

    /// Whether `NotPrincipal` leaves the caller out: it must name everything that the caller is, from its account down.
    fn is_excepted(&self, excepted: &Value) -> bool {
        let names: Vec<(&str, &str)> = named(excepted);
        let has = |wanted: &dyn Fn(&str) -> bool| {
            names.iter().any(|(kind, name)| *kind == "AWS" && wanted(name))
        };
        let account = has(&|name| self.is_account(name));
        let itself = has(&|name| name == self.field("arn") || name == self.field("id"));
        let role = has(&|name| name == self.field("role") || name == self.role_id());
        let everyone = names.iter().any(|(_, name)| *name == "*");
        match self.kind() {
            _ if everyone => true,
            // Whatever it names: IAM User Guide, NotPrincipal, "Key points".
            _ if self.has_boundary => false,
            "Account" => account,
            "User" | "FederatedUser" => account && itself,
            "AssumedRole" => account && role && itself,
            "Service" => names.contains(&("Service", self.field("service"))),
            _ => false,
        }
    }
}

/// Whether a condition, met, says by its ARN who asks: everyone is then that one alone.
fn names_by_condition(condition: &Value) -> bool {
    let operators = condition.as_object().into_iter().flatten();
    let names = |operator: &str| {
        NAMING.contains(&operator.strip_prefix("ForAnyValue:").unwrap_or(operator))
    };
    operators.filter(|(operator, _)| names(operator)).any(|(_, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.into_iter().any(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"))
    })
}

/// Each principal of an element, with its kind.
fn named(element: &Value) -> Vec<(&str, &str)> {
    if element == "*" {
        return vec![("AWS", "*")];
    }
    let kinds = element.as_object().into_iter().flatten();
    kinds.flat_map(|(kind, names)| strings(names).map(move |name| (kind.as_str(), name))).collect()
}
