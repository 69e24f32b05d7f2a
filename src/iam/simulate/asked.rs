//! What a simulation is given: policies, a caller, and what is known of the request.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::policy::{Bearing, Fact, Facts, Fault, Kind, Policy, Principal, Purpose, Source};
use crate::store::account::{Account, Granted};
use crate::text::{
    ActionText, ArnText, AttachmentName, AttachmentType, ContextKeyName, ContextKeyType,
    ContextValue, ExcludedKind, PolicyName, PolicyText, ResourceText,
};
use crate::wire::form::{List, input};

input! {
    /// What is known under a key.
    pub(super) struct ContextEntry {
        key: Option<ContextKeyName> = "ContextKeyName",
        values: Option<List<ContextValue>> = "ContextKeyValues",
        kind: Option<ContextKeyType> = "ContextKeyType",
    }
}

input! {
    /// A policy that is left out.
    pub(super) struct Exclusion {
        kind: Option<ExcludedKind> = "PolicyType",
        arn: Option<ArnText> = "PolicyArn",
        inline: Option<InlineName> = "InlinePolicyIdentifier",
    }
}

input! {
    /// An inline policy, by whose it is and its name.
    pub(super) struct InlineName {
        name: PolicyName = "PolicyName",
        holder_kind: AttachmentType = "AttachmentType",
        holder: AttachmentName = "AttachmentName",
    }
}

input! {
    /// The policies of one level of an organization.
    pub(super) struct Level {
        policies: Option<List<PolicyText>> = "ServiceControlPolicyInputList",
    }
}

/// The requests that are tried: every action on every resource.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) actions: &'a [ActionText],
    pub(super) resources: Option<&'a List<ResourceText>>,
    pub(super) owner: Option<&'a ResourceText>,
    pub(super) caller: Option<&'a ResourceText>,
    pub(super) context: Option<&'a List<ContextEntry>>,
}

/// The policies that are tried, and whose they are.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    pub(super) account: &'a Account,
    granted: Granted,
    organization: Vec<Vec<Source>>,
    resource: Option<Vec<Source>>,
    /// Whose policies they are, where they are someone's.
    pub(super) who: Option<Whose>,
}

/// Someone whose policies are tried.
#[derive(Clone, Debug)]
pub(super) struct Whose {
    pub(super) arn: Arn,
    pub(super) id: String,
    /// The name of a user; groups and roles sign nothing by themselves.
    pub(super) user: Option<String>,
    /// Labels, their keys in lower case.
    pub(super) tags: BTreeMap<String, String>,
}

impl<'a> Stage<'a> {
    /// Without any policy.
    pub(super) fn empty(account: &'a Account) -> Self {
        Self::of(account, Granted::default(), None)
    }

    /// With what someone is granted.
    pub(super) fn of(account: &'a Account, granted: Granted, who: Option<Whose>) -> Self {
        Self { account, granted, organization: Vec::new(), resource: None, who }
    }

    pub(super) fn add_policies(&mut self, texts: &[PolicyText]) -> Result<()> {
        self.granted.identity.extend(read_all("PolicyInputList", texts, Purpose::Inline)?);
        Ok(())
    }

    /// A boundary that is sent takes the place of the one that is there; an empty list
    /// is none.
    pub(super) fn set_boundary(&mut self, texts: Option<&List<PolicyText>>) -> Result<()> {
        if let Some(List(texts)) = texts.filter(|List(texts)| !texts.is_empty()) {
            let list = "PermissionsBoundaryPolicyInputList";
            self.granted.boundary = Some(read_all(list, texts, Purpose::Inline)?);
        }
        Ok(())
    }

    pub(super) fn set_organization(&mut self, levels: Option<&List<Level, 7>>) -> Result<()> {
        for level in levels.iter().flat_map(|List(levels)| levels) {
            let texts = level.policies.as_ref().map_or(&[][..], |List(texts)| texts);
            let list = "ServiceControlPolicyInputList";
            self.organization.push(read_all(list, texts, Purpose::Organization)?);
        }
        Ok(())
    }

    pub(super) fn set_resource_policy(&mut self, text: Option<&PolicyText>) -> Result<()> {
        self.resource = match text {
            Some(text) => Some(vec![read("ResourcePolicy".to_owned(), text, Purpose::Resource)?]),
            None => None,
        };
        Ok(())
    }

    /// Leaves out what is not to be tried.
    pub(super) fn exclude(&mut self, exclusions: Option<&List<Exclusion, 256>>) {
        for exclusion in exclusions.iter().flat_map(|List(exclusions)| exclusions) {
            self.granted.identity.retain(|source| !exclusion.is_of_identity(source));
            let is_out = |source: &Source| exclusion.is_boundary(source);
            if self.granted.boundary.as_ref().is_some_and(|sources| sources.iter().any(is_out)) {
                self.granted.boundary = None;
            }
        }
    }

    /// Every key that its policies look at, each once, as it is written.
    pub(super) fn keys(&self) -> Vec<String> {
        let keys = self.sources().flat_map(|source| source.policy.keys());
        let unique: BTreeMap<_, _> = keys.map(|key| (key.to_lowercase(), key.to_owned())).collect();
        unique.into_values().collect()
    }

    /// How many bytes its policies have together.
    pub(super) fn size(&self) -> usize {
        self.sources().map(|source| source.policy.text().len()).sum()
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        let Bearing { identity, boundary, resource, service_control, .. } = self.bearing();
        let limits =
            boundary.into_iter().chain(resource).chain(service_control.iter().map(|l| &**l));
        identity.iter().chain(limits.flatten())
    }

    /// What bears on a request.
    pub(super) fn bearing(&self) -> Bearing<'_> {
        Bearing {
            identity: &self.granted.identity,
            boundary: self.granted.boundary.as_deref(),
            resource: self.resource.as_deref(),
            service_control: &self.organization,
            ..Bearing::default()
        }
    }
}

fn read_all(list: &str, texts: &[PolicyText], purpose: Purpose) -> Result<Vec<Source>> {
    let numbered = texts.iter().zip(1_usize..);
    numbered.map(|(text, number)| read(format!("{list}.{number}"), text, purpose)).collect()
}

fn read(name: String, text: &PolicyText, purpose: Purpose) -> Result<Source> {
    match Policy::read(text.as_str(), purpose) {
        Ok(policy) => Ok(Source { name: name.into(), arn: None, policy }),
        Err(Fault { malformed, at }) => {
            let (line, column) = (at.line, at.column);
            let place = format!("line {line}, column {column}");
            let message = format!("The policy {name} is invalid at {place}: {malformed}");
            Err(Error::new(Code::InvalidInput, message))
        }
    }
}

impl Exclusion {
    fn is_of_identity(&self, source: &Source) -> bool {
        let is_aws = |arn: &str| arn.starts_with(crate::catalog::PREFIX);
        let is_of_kind = match self.kind {
            None => true,
            Some(ExcludedKind::Inline) => source.arn.is_none(),
            Some(ExcludedKind::AwsManaged) => source.arn.as_deref().is_some_and(is_aws),
            Some(ExcludedKind::UserManaged) => source.arn.as_deref().is_some_and(|a| !is_aws(a)),
            Some(ExcludedKind::Boundary | ExcludedKind::Scp | ExcludedKind::Rcp) => false,
        };
        is_of_kind && self.is_named(source)
    }

    fn is_boundary(&self, source: &Source) -> bool {
        self.kind == Some(ExcludedKind::Boundary) && self.is_named(source)
    }

    /// Whether it is the policy that is named; where none is, each is meant.
    fn is_named(&self, source: &Source) -> bool {
        let is_arn =
            self.arn.as_ref().is_none_or(|arn| source.arn.as_deref() == Some(arn.as_str()));
        let is_inline = self.inline.as_ref().is_none_or(|inline| {
            let name = format!("{}_{}_{}", inline.holder_kind, inline.holder, inline.name);
            source.arn.is_none() && *source.name == *name
        });
        is_arn && is_inline
    }
}

/// What is known of a request that is tried.
#[derive(Debug)]
pub(super) struct Told<'a> {
    entries: BTreeMap<String, &'a ContextEntry>,
    who: Option<&'a Whose>,
    account: &'a Account,
}

impl<'a> Told<'a> {
    pub(super) fn of(stage: &'a Stage<'_>, scene: &Scene<'a>) -> Self {
        let entries = scene.context.iter().flat_map(|List(entries)| entries);
        let named = entries.filter_map(|entry| {
            let key = entry.key.as_ref()?;
            Some((key.as_str().to_lowercase(), entry))
        });
        Self { entries: named.collect(), who: stage.who.as_ref(), account: stage.account }
    }

    fn of_caller(&self, key: &str) -> Option<Fact<'_>> {
        let who = self.who?;
        let user = who.user.as_deref();
        Some(match key {
            "aws:principalarn" => Fact::one(who.arn.as_str()),
            "aws:principalaccount" => Fact::one(self.account.id().as_str()),
            "aws:userid" if user.is_some() => Fact::one(&*who.id),
            "aws:username" => Fact::one(user?),
            "aws:principaltype" => Fact::one(if user.is_some() { "User" } else { "AssumedRole" }),
            _ => Fact::one(&**who.tags.get(key.strip_prefix("aws:principaltag/")?)?),
        })
    }
}

impl Facts for Told<'_> {
    fn get(&self, key: &str) -> Option<Fact<'_>> {
        let entry = self.entries.get(key).and_then(|entry| entry.fact());
        entry.or_else(|| self.of_caller(key))
    }
}

impl ContextEntry {
    fn fact(&self) -> Option<Fact<'_>> {
        let values = self.values.as_ref().map_or(&[][..], |List(values)| values);
        let mut values = values.iter().map(|value| Cow::Borrowed(value.as_str()));
        if self.kind.is_some_and(ContextKeyType::is_list) {
            return Some(Fact::Many(values.collect()));
        }
        values.next().map(Fact::One)
    }
}

/// Who asks, as far as that is said.
pub(super) fn principal<'a>(
    stage: &'a Stage<'_>,
    caller: Option<&'a ResourceText>,
) -> Principal<'a> {
    let own = stage.account.id().as_str();
    let who = stage.who.as_ref();
    let arn = caller.map(ResourceText::as_str).or_else(|| who.map(|who| who.arn.as_str()));
    let arn = arn.unwrap_or_default();
    let account = arn.split(':').nth(4).filter(|account| !account.is_empty()).unwrap_or(own);
    let is_root = arn.ends_with(":root");
    let kind = match arn.split(':').nth(5).and_then(|resource| resource.split('/').next()) {
        _ if is_root => Kind::Root,
        Some("role") => Kind::Role(arn),
        _ => Kind::User,
    };
    Principal { kind, account, arn, id: who.map_or("", |who| &who.id) }
}
