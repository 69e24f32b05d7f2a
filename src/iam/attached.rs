//! Managed policies on users, groups and roles: nine actions that differ in their noun
//! only.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::catalog;
use crate::error::{Code, Error, Result};
use crate::iam::holder::{Named, on_rights, to_change};
use crate::iam::managed::{self, Managed};
use crate::iam::{IAM, on};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::{Draft, Limits};
use crate::store::entity::{Group, Rights, Role, User};
use crate::store::owner::Caller;
use crate::text::{ArnText, MarkerText, MaxItems, PolicyPath};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<Attach<Group>>(),
    Route::to::<Attach<Role>>(),
    Route::to::<Attach<User>>(),
    Route::to::<Detach<Group>>(),
    Route::to::<Detach<Role>>(),
    Route::to::<Detach<User>>(),
    Route::to::<ListAttached<Group>>(),
    Route::to::<ListAttached<Role>>(),
    Route::to::<ListAttached<User>>(),
];

/// A kind of holder to which managed policies are attached.
trait Attached: Named {
    /// The action that attaches one.
    const ATTACH: &'static str;

    /// The action that detaches one.
    const DETACH: &'static str;

    /// The action that lists them.
    const LIST: &'static str;

    /// How many it may have.
    fn most(limits: &Limits) -> usize;
}

impl Attached for Group {
    const ATTACH: &'static str = "AttachGroupPolicy";
    const DETACH: &'static str = "DetachGroupPolicy";
    const LIST: &'static str = "ListAttachedGroupPolicies";

    fn most(limits: &Limits) -> usize {
        limits.attached_per_group
    }
}

impl Attached for Role {
    const ATTACH: &'static str = "AttachRolePolicy";
    const DETACH: &'static str = "DetachRolePolicy";
    const LIST: &'static str = "ListAttachedRolePolicies";

    fn most(limits: &Limits) -> usize {
        limits.attached_per_role
    }
}

impl Attached for User {
    const ATTACH: &'static str = "AttachUserPolicy";
    const DETACH: &'static str = "DetachUserPolicy";
    const LIST: &'static str = "ListAttachedUserPolicies";

    fn most(limits: &Limits) -> usize {
        limits.attached_per_user
    }
}

input! {
    /// Attaches a managed policy; once more changes nothing (IAM API Reference,
    /// `AttachGroupPolicy`, `AttachRolePolicy`, `AttachUserPolicy`).
    struct Attach<H: Attached> {
        holder: H::Asked = H::FIELD,
        policy: ArnText = "PolicyArn",
    }
}

impl<H: Attached> Action for Attach<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::ATTACH;
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let needs = on_rights::<H>(&self.holder.clone().into(), account);
        needs.with("iam:PolicyARN", self.policy.as_str())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { holder, policy } = input.into_inner();
        let arn = managed::name_of(&policy)?;
        let mut holder = to_change::<H>(&holder.into(), draft)?;
        check_attachable(&arn, draft.account(), H::WORD)?;
        let (attached, most) = (&mut holder.rights_mut().attached, H::most(&draft.limits()));
        if attached.contains(&arn) {
            return Ok(());
        }
        if attached.len() >= most {
            return Err(Error::over_quota(&format!("PoliciesPer{}", H::WORD), most));
        }
        attached.insert(arn);
        draft.put(holder);
        Ok(())
    }
}

fn check_attachable(arn: &Arn, account: &Account, word: &str) -> Result<()> {
    let policy = Managed::find(arn, account).ok_or_else(|| managed::not_attachable(arn))?;
    if policy.is_of_services() {
        let message = format!("Cannot attach a Service Role Policy to a Customer {word}.");
        return Err(Error::new(Code::PolicyNotAttachable, message));
    }
    Ok(())
}

input! {
    /// Detaches a managed policy (IAM API Reference, `DetachGroupPolicy`,
    /// `DetachRolePolicy`, `DetachUserPolicy`).
    struct Detach<H: Attached> {
        holder: H::Asked = H::FIELD,
        policy: ArnText = "PolicyArn",
    }
}

impl<H: Attached> Action for Detach<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::DETACH;
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let needs = on_rights::<H>(&self.holder.clone().into(), account);
        needs.with("iam:PolicyARN", self.policy.as_str())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { holder, policy } = input.into_inner();
        let arn = managed::name_of(&policy)?;
        let mut holder = to_change::<H>(&holder.into(), draft)?;
        if holder.rights_mut().attached.remove(&arn).is_none() {
            return Err(managed::not_found(&arn));
        }
        draft.put(holder);
        Ok(())
    }
}

input! {
    /// Lists the managed policies that are attached, below a path (IAM API Reference,
    /// `ListAttachedGroupPolicies`, `ListAttachedRolePolicies`,
    /// `ListAttachedUserPolicies`).
    struct ListAttached<H: Attached> {
        holder: H::Asked = H::FIELD,
        prefix: Option<PolicyPath> = "PathPrefix",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of managed policies, by name.
    struct ListAttachedResult {
        policies: Vec<AttachedPolicy> = "AttachedPolicies",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

output! {
    /// A managed policy that is attached.
    pub(super) struct AttachedPolicy {
        name: String = "PolicyName",
        arn: Arn = "PolicyArn",
    }
}

impl<H: Attached> Action for ListAttached<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::LIST;
    type Output = ListAttachedResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<H>(&self.holder.clone().into(), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { holder, prefix, marker, most } = input.into_inner();
        let holder = draft.find::<H>(&holder.into())?;
        let prefix = prefix.as_ref().map_or("/", PolicyPath::as_str);
        let list = format!("{} {} {prefix}", H::LIST, holder.id());
        let page = Page::asked(list, marker.as_ref(), most)?;
        let paged = page.cut(below(prefix, holder.rights()).into_iter(), |(place, _)| place);
        Ok(ListAttachedResult {
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
            policies: paged.items.into_iter().map(|(_, policy)| policy).collect(),
        })
    }
}

/// The managed policies that are attached, by name.
pub(super) fn attached(rights: &Rights) -> Vec<AttachedPolicy> {
    below("/", rights).into_iter().map(|(_, policy)| policy).collect()
}

/// The ones that stand below `prefix`, each with its place in the list.
fn below(prefix: &str, rights: &Rights) -> Vec<(String, AttachedPolicy)> {
    let attached = rights.attached.iter();
    let mut listed: Vec<_> = attached.filter_map(|arn| placed(arn, prefix)).collect();
    listed.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    listed
}

/// A policy and its place in the list, if it stands below `prefix`. What is told of it
/// stands in its full name, so it is told even where AWS has it no more.
fn placed(arn: &Arn, prefix: &str) -> Option<(String, AttachedPolicy)> {
    let (_, place) = arn.as_str().split_once(":policy")?;
    let (_, name) = place.rsplit_once('/')?;
    let is_below = place.strip_suffix(name)?.starts_with(prefix);
    let is_of_aws = arn.as_str().starts_with(catalog::PREFIX);
    let policy = AttachedPolicy { name: name.to_owned(), arn: arn.clone() };
    is_below.then(|| (managed::place(name, is_of_aws), policy))
}
