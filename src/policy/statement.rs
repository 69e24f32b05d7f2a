//! A statement, ready to be asked.

use std::ops::Range;

use crate::policy::actions::Actions;
use crate::policy::condition::Condition;
use crate::policy::evaluate::Asking;
use crate::policy::facts::Facts;
use crate::policy::name::{NamePattern, Named};
use crate::policy::principal::{Directness, Principals};
use crate::policy::template::Variable;
use crate::policy::written::{Listed, Version, WrittenStatement};

/// What a statement does where it applies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever else allows.
    Deny,
}

/// A statement.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    pub(super) effect: Effect,
    /// Where it stands in the document, in bytes.
    pub(super) range: Range<usize>,
    actions: Actions,
    /// Nothing in a trust policy, which is about its role.
    resources: Option<Matcher<NamePattern>>,
    /// Nothing in a policy of an identity, which is for that one.
    principals: Option<Principals>,
    conditions: Box<[Condition]>,
}

/// One of these, or none of these.
#[derive(Clone, Debug)]
struct Matcher<T> {
    is_negated: bool,
    patterns: Box<[T]>,
}

impl<T> Matcher<T> {
    fn of(written: &Listed<String>, read: impl Fn(&str) -> T) -> Self {
        let patterns = written.members.iter().map(|member| read(member)).collect();
        Self { is_negated: written.is_negated, patterns }
    }

    fn accepts(&self, is_met: impl Fn(&T) -> bool) -> bool {
        self.patterns.iter().any(is_met) != self.is_negated
    }
}

impl Statement {
    /// The statement that is written so; nothing, where it is about nothing.
    pub(super) fn of(written: &WrittenStatement, version: Version) -> Option<Self> {
        let variables = version == Version::New;
        let condition = |written: &crate::policy::written::WrittenCondition| {
            Condition::read(&written.operator, &written.key, &written.values, variables)
        };
        let principals = match &written.principals {
            Some(listed) => Some(Principals::of(listed)?),
            None => None,
        };
        Some(Self {
            effect: if written.effect == "Allow" { Effect::Allow } else { Effect::Deny },
            range: written.range.clone(),
            actions: Actions::of(written.actions.as_ref()?),
            resources: written
                .resources
                .as_ref()
                .map(|listed| Matcher::of(listed, |r| NamePattern::of_resource(r, variables))),
            principals,
            conditions: written.conditions.iter().map(condition).collect::<Option<_>>()?,
        })
    }

    /// How directly it names the caller, where it applies to what is asked;
    /// nothing, where it does not apply.
    pub(super) fn applies(&self, asking: &Asking<'_>) -> Option<Directness> {
        let is_about_it =
            self.actions.include(&asking.action) && self.is_about(&asking.resource, asking.facts);
        if !is_about_it {
            return None;
        }
        let directness = match &self.principals {
            Some(principals) => principals.include(asking.principal, asking.is_bounded)?,
            None => Directness::Itself,
        };
        let holds = self.conditions.iter().all(|condition| condition.holds(asking.facts));
        holds.then(|| self.as_direct_as(directness))
    }

    /// A statement that names nothing is about all where it says for whom it is, as in
    /// a trust policy. Elsewhere nobody can have sent it: it allows nothing then.
    fn is_about(&self, resource: &Named<'_>, facts: &dyn Facts) -> bool {
        let names = |pattern: &NamePattern| pattern.names(resource, facts);
        match &self.resources {
            Some(resources) => resources.accepts(names),
            None => self.principals.is_some() || self.effect == Effect::Deny,
        }
    }

    /// Everyone, on condition of an ARN, is that one as if it were named.
    fn as_direct_as(&self, directness: Directness) -> Directness {
        let asks_for_arn = || self.conditions.iter().any(|c| c.demands("aws:principalarn"));
        let names_everyone = self.principals.as_ref().is_some_and(Principals::names_everyone);
        if names_everyone && asks_for_arn() { Directness::Itself } else { directness }
    }

    /// Every key that it looks at, as it is written.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let resources = self.resources.iter().flat_map(|resources| &*resources.patterns);
        let variables = resources.flat_map(NamePattern::variables);
        let in_conditions = self.conditions.iter().flat_map(Condition::keys);
        variables.map(|Variable { name, .. }| &**name).chain(in_conditions)
    }
}
