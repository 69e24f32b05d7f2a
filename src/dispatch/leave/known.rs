//! What conditions can ask about: the request, its caller, and what it acts on
//! (IAM User Guide, "AWS global condition context keys").

use std::borrow::Cow;

use crate::action::{Case, Leave};
use crate::policy::{Fact, Facts};
use crate::store::entity::User;
use crate::store::owner::Owner;
use crate::text::{Text, folds_to};

/// Keys that may have several values.
const MANY: [&str; 2] = ["aws:tagkeys", "sts:transitivetagkeys"];

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
        let user = match caller.owner() {
            Owner::Root => None,
            Owner::User(name) => Some(name),
        };
        Some(match key {
            "aws:principalarn" => Fact::one(caller.arn().as_str()),
            "aws:principalaccount" => Fact::one(caller.account().as_str()),
            "aws:principaltype" => Fact::one(if user.is_some() { "User" } else { "Account" }),
            "aws:userid" => Fact::one(&**caller.id()),
            "aws:username" => Fact::one(user?.as_str()),
            "aws:principalisawsservice" | "aws:viaawsservice" => Fact::one("false"),
            _ => {
                let label = key.strip_prefix("aws:principaltag/")?;
                let tags = &self.case.account.get::<User>(user?)?.tags;
                let (_, value) = tags.iter().find(|(held, _)| folds_to(&held.text(), label))?;
                Fact::One(value.text())
            }
        })
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
