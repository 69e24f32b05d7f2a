//! What conditions can ask about: the request, its caller, and what it acts on
//! (IAM User Guide, "AWS global condition context keys").

use std::borrow::Cow;

use crate::action::{Case, Leave};
use crate::arn::Arn;
use crate::policy::{Fact, Facts};
use crate::store::entity::{Role, Tags, User};
use crate::store::owner::{Actor, Caller, Owner, Proof};
use crate::store::session::Whose;
use crate::text::{Text, folds_to};

/// Keys that may have several values.
const MANY: [&str; 3] = ["aws:tagkeys", "sts:identitytokenaudience", "sts:transitivetagkeys"];

/// What is known where leave is asked for.
#[derive(Debug)]
pub(super) struct Known<'c> {
    pub(super) case: &'c Case<'c>,
    pub(super) leave: &'c Leave,
}

impl Facts for Known<'_> {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        let of_caller =
            || self.caller(key).or_else(|| self.resource(key)).or_else(|| self.time(key));
        self.stated(key).or_else(of_caller).or_else(|| self.case.request.get(key))
    }
}

/// Who acts: of a session of a role the role.
fn principal(caller: &Caller) -> &Arn {
    match caller.actor() {
        Actor::Role { arn, .. } => arn,
        Actor::Owner(_) | Actor::Guest { .. } | Actor::Stranger => caller.arn(),
    }
}

fn kind(caller: &Caller) -> &'static str {
    match caller.actor() {
        Actor::Owner(Owner::Root) => "Account",
        Actor::Owner(Owner::User(_)) => "User",
        Actor::Role { .. } => "AssumedRole",
        Actor::Guest { .. } => "FederatedUser",
        Actor::Stranger => "Anonymous",
    }
}

fn is_factor(proof: &Proof) -> bool {
    matches!(proof, Proof::SecondFactor)
}

/// What an identity provider said.
fn said<'f>(facts: &'f [(String, Vec<String>)], key: &str) -> Option<Fact<'f>> {
    let (_, values) = facts.iter().find(|(name, _)| folds_to(name, key))?;
    match &values[..] {
        [only] => Some(Fact::one(only.as_str())),
        all => Some(Fact::Many(all.iter().map(|value| Cow::Borrowed(value.as_str())).collect())),
    }
}

impl Known<'_> {
    /// What the action states of itself. Of tags whose keys differ in nothing but case
    /// the first by its key counts, whatever their order in the request: so it is among
    /// those of a resource, and nobody can show a condition another one than they put.
    fn stated(&self, key: &str) -> Option<Fact<'_>> {
        let values = self.leave.keys.iter().filter(|(name, _)| folds_to(name, key));
        if MANY.contains(&key) {
            let values: Vec<_> = values.map(|(_, value)| Cow::Borrowed(value.as_str())).collect();
            return (!values.is_empty()).then_some(Fact::Many(values));
        }
        let first = values.min_by(|(one, _), (other, _)| one.cmp(other));
        first.map(|(_, value)| Fact::one(value.as_str()))
    }

    fn caller(&self, key: &str) -> Option<Fact<'_>> {
        let caller = self.case.caller;
        let is_known = *caller.actor() != Actor::Stranger;
        Some(match key {
            "aws:principalarn" if is_known => Fact::one(principal(caller).as_str()),
            "aws:principalaccount" if is_known => Fact::one(caller.account().as_str()),
            "aws:principaltype" => Fact::one(kind(caller)),
            "aws:userid" => Fact::one(&**caller.id()),
            "aws:username" => match caller.actor() {
                Actor::Owner(Owner::User(name)) => Fact::one(name.as_str()),
                Actor::Owner(Owner::Root)
                | Actor::Role { .. }
                | Actor::Guest { .. }
                | Actor::Stranger => return None,
            },
            "aws:principalisawsservice" | "aws:viaawsservice" => Fact::one("false"),
            _ => return self.label(key).or_else(|| self.session(key)).or_else(|| self.proof(key)),
        })
    }

    /// A label of the caller: one of the session counts before one of the role or user.
    fn label(&self, key: &str) -> Option<Fact<'_>> {
        let label = key.strip_prefix("aws:principaltag/")?;
        let home = self.case.home;
        let own = match self.case.caller.actor() {
            Actor::Owner(Owner::User(name)) | Actor::Guest { of: Owner::User(name), .. } => {
                home.get::<User>(name).map(|user| &user.tags)
            }
            Actor::Role { name, .. } => home.get::<Role>(name).map(|role| &role.tags),
            Actor::Owner(Owner::Root) | Actor::Guest { .. } | Actor::Stranger => None,
        };
        let of_session = self.case.caller.session().map(|session| &session.tags);
        let mut both = of_session.into_iter().chain(own).flat_map(Tags::iter);
        both.find(|(held, _)| folds_to(&held.text(), label))
            .map(|(_, value)| Fact::One(value.text()))
    }

    /// What temporary credentials say of themselves.
    fn session(&self, key: &str) -> Option<Fact<'_>> {
        let session = self.case.caller.session()?;
        Some(match key {
            "aws:tokenissuetime" => Fact::one(session.issued.to_string()),
            "aws:multifactorauthpresent" => Fact::one((self.factor_age().is_some()).to_string()),
            "aws:multifactorauthage" => Fact::one(self.factor_age()?.to_string()),
            "aws:sourceidentity" => Fact::One(session.source_identity.as_ref()?.text()),
            "aws:federatedprovider" => Fact::one(&**session.provider.as_ref()?),
            "aws:assumedroot" if session.whose == Whose::Task => Fact::one("true"),
            _ => return said(&session.facts, key),
        })
    }

    /// For how many seconds a second factor is proven already.
    fn factor_age(&self) -> Option<i64> {
        if self.case.caller.proof().is_some_and(is_factor) {
            return Some(0);
        }
        Some(self.case.now.since(self.case.caller.session()?.mfa?))
    }

    /// What the request proves beside its signature.
    fn proof(&self, key: &str) -> Option<Fact<'_>> {
        let proof = self.case.caller.proof()?;
        match (proof.vouched(), key) {
            (Some((provider, _)), "aws:federatedprovider") => Some(Fact::one(provider)),
            (Some((_, vouched)), _) => said(&vouched.facts, key),
            (None, "aws:multifactorauthpresent") if is_factor(proof) => Some(Fact::one("true")),
            (None, "aws:multifactorauthage") if is_factor(proof) => Some(Fact::one("0")),
            (None, _) => None,
        }
    }

    fn resource(&self, key: &str) -> Option<Fact<'_>> {
        if key == "aws:resourceaccount" {
            return Some(Fact::one(self.case.account.id().as_str()));
        }
        let label = key.strip_prefix("aws:resourcetag/");
        let label = label.or_else(|| key.strip_prefix("iam:resourcetag/"))?;
        let value = self.case.account.label_of(self.leave.resource.as_str(), label)?;
        Some(Fact::One(value.text()))
    }

    fn time(&self, key: &str) -> Option<Fact<'_>> {
        match key {
            "aws:currenttime" => Some(Fact::one(self.case.now.to_string())),
            "aws:epochtime" => Some(Fact::one(self.case.now.unix().to_string())),
            _ => None,
        }
    }
}
