//! Who asks, and whom a statement is for (IAM User Guide, "IAM JSON policy
//! elements: Principal").

use crate::policy::written::{Listed, WrittenPrincipal};

/// Who asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Principal<'c> {
    /// What kind of caller it is.
    pub kind: Kind<'c>,
    /// The account it belongs to; empty where it belongs to none.
    pub account: &'c str,
    /// Its ARN: of a session, the session's own.
    pub arn: &'c str,
    /// What stays where its name changes: `AIDA…`, `AROA…:session`.
    pub id: &'c str,
}

/// What kind of caller someone is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind<'c> {
    /// The root of an account.
    Root,
    /// A user.
    User,
    /// A session of the role of that ARN.
    Role(&'c str),
    /// A session that the user of that ARN made for someone else.
    Federated(&'c str),
    /// A service of AWS, by name: `ec2.amazonaws.com`.
    Service(&'c str),
    /// Someone whom an identity provider vouches for: the provider's name.
    External(&'c str),
    /// Nobody known.
    Anonymous,
}

/// How directly a statement names the one who asks: what is named more directly
/// is limited by less (IAM User Guide, "Policy evaluation logic").
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Directness {
    /// Only the account: its own policies decide.
    Account,
    /// A role, or everyone: boundary and session policies still limit it.
    Limited,
    /// The caller itself.
    Itself,
}

/// Whom a statement is for, or for whom it is not.
#[derive(Clone, Debug)]
pub(super) struct Principals {
    is_negated: bool,
    named: Box<[Named]>,
}

/// Someone whom a statement names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Named {
    Everyone,
    /// An account, by number or by the ARN of its root.
    Account(Box<str>),
    /// A user, a role, or a session, by ARN.
    Arn(Box<str>),
    /// The same by what stays where the name changes.
    Id(Box<str>),
    Service(Box<str>),
    External(Box<str>),
    /// An account by the name that S3 has for it: nobody here has one.
    Canonical,
}

impl Named {
    /// Whom `"kind": "value"` names; nobody, if that is no way to name anyone.
    pub(super) fn read(kind: &str, value: &str) -> Option<Self> {
        Some(match kind {
            "AWS" => return Self::aws(value),
            "Service" if is_service(value) => Self::Service(value.into()),
            "Federated" if !value.is_empty() => Self::External(value.into()),
            "CanonicalUser" if !value.is_empty() => Self::Canonical,
            _ => return None,
        })
    }

    fn aws(value: &str) -> Option<Self> {
        if value == "*" {
            return Some(Self::Everyone);
        }
        if is_account(value) {
            return Some(Self::Account(value.into()));
        }
        if is_unique_id(value) {
            return Some(Self::Id(value.into()));
        }
        let [account, resource] = owned(value)?;
        match resource {
            "root" => Some(Self::Account(account.into())),
            _ => is_someone(value, resource).then(|| Self::Arn(value.into())),
        }
    }
}

/// Account and resource of an ARN of IAM or STS.
fn owned(arn: &str) -> Option<[&str; 2]> {
    let parts: Vec<_> = arn.splitn(6, ':').collect();
    let ["arn", partition, service, "", account, resource] = *parts else { return None };
    let is_known = partition.starts_with("aws") && matches!(service, "iam" | "sts");
    (is_known && is_account(account)).then_some([account, resource])
}

/// Users, roles and sessions can be named, each by its whole name: groups cannot.
fn is_someone(arn: &str, resource: &str) -> bool {
    let service = arn.split(':').nth(2).unwrap_or_default();
    let Some((kind, name)) = resource.split_once('/') else { return false };
    let is_kind = match service {
        "iam" => matches!(kind, "user" | "role"),
        _ => matches!(kind, "assumed-role" | "federated-user"),
    };
    is_kind && !name.is_empty() && !name.ends_with('/') && !name.contains(['*', '?'])
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `AIDA…` and `AROA…`, a session of a role with its name behind a colon.
fn is_unique_id(text: &str) -> bool {
    let id = text.split(':').next().unwrap_or_default();
    let is_kind = ["AIDA", "AROA"].iter().any(|prefix| id.starts_with(prefix));
    is_kind && id.len() >= 16 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_service(name: &str) -> bool {
    let is_plain =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
    is_plain
        && (name.ends_with(".amazonaws.com")
            || name.ends_with(".amazonaws.com.cn")
            || name.ends_with(".amazon.com")
            || name.ends_with(".aws.internal"))
}

impl Principals {
    pub(super) fn of(written: &Listed<WrittenPrincipal>) -> Option<Self> {
        let named = written.members.iter().map(|one| Named::read(&one.kind, &one.value));
        Some(Self { is_negated: written.is_negated, named: named.collect::<Option<_>>()? })
    }

    /// Whether it is for everyone.
    pub(super) fn names_everyone(&self) -> bool {
        !self.is_negated && self.named.contains(&Named::Everyone)
    }

    /// How directly the statement names `who`; nothing, if it is not for them. Who has
    /// a permissions boundary is never excepted (IAM User Guide, "IAM JSON policy
    /// elements: `NotPrincipal`").
    pub(super) fn include(&self, who: &Principal<'_>, is_bounded: bool) -> Option<Directness> {
        if self.is_negated {
            return (is_bounded || !self.excepts(who)).then_some(Directness::Limited);
        }
        self.named.iter().filter_map(|named| named.is(who)).max()
    }

    /// Whether a list of those for whom the statement is not names `who`: the
    /// account must be named as well, and of a session the role, for else all of
    /// the account is meant.
    fn excepts(&self, who: &Principal<'_>) -> bool {
        let names = |directness| self.named.iter().any(|named| named.is(who) == Some(directness));
        if self.named.contains(&Named::Everyone) {
            return true;
        }
        match who.kind {
            Kind::Root => names(Directness::Account),
            Kind::User | Kind::Federated(_) => {
                names(Directness::Account) && names(Directness::Itself)
            }
            Kind::Role(_) => {
                names(Directness::Account)
                    && names(Directness::Limited)
                    && names(Directness::Itself)
            }
            Kind::Service(_) | Kind::External(_) | Kind::Anonymous => names(Directness::Itself),
        }
    }
}

impl Named {
    fn is(&self, who: &Principal<'_>) -> Option<Directness> {
        let (is_so, directness) = match self {
            Self::Everyone => (true, Directness::Limited),
            Self::Account(account) => (**account == *who.account, Directness::Account),
            Self::Arn(arn) if **arn == *who.arn => (true, Directness::Itself),
            Self::Arn(arn) => (who.stands_for(arn), Directness::Limited),
            Self::Id(id) if **id == *who.id => (true, Directness::Itself),
            Self::Id(id) => (who.role_id() == Some(&**id), Directness::Limited),
            Self::Service(name) => (who.kind == Kind::Service(name), Directness::Itself),
            Self::External(name) => (who.kind == Kind::External(name), Directness::Itself),
            Self::Canonical => (false, Directness::Itself),
        };
        is_so.then_some(directness)
    }
}

impl Principal<'_> {
    /// Nobody known.
    pub const ANONYMOUS: Self =
        Self { kind: Kind::Anonymous, account: "", arn: "", id: "anonymous" };

    /// Whether it is a session of the role, or for the user, of that ARN.
    fn stands_for(&self, arn: &str) -> bool {
        match self.kind {
            Kind::Role(of) | Kind::Federated(of) => of == arn,
            Kind::Root | Kind::User | Kind::Service(_) | Kind::External(_) | Kind::Anonymous => {
                false
            }
        }
    }

    fn role_id(&self) -> Option<&str> {
        let (id, _) = self.id.split_once(':')?;
        matches!(self.kind, Kind::Role(_)).then_some(id)
    }
}
