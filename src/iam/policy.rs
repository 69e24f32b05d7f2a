//! Managed policies: those of the account are made and removed, those of AWS are told of.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::catalog;
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::managed::{self, Managed};
use crate::iam::tag::{self, Tag, tagged};
use crate::iam::{IAM, document};
use crate::page::Page;
use crate::policy::{Policy, Purpose};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, ManagedPolicy};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, Claim, MarkerText, MaxItems, PolicyDescription, PolicyName, PolicyPath, PolicyScope,
    PolicyText, PolicyUsage, VersionId,
};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreatePolicy>(),
    Route::to::<DeletePolicy>(),
    Route::to::<GetPolicy>(),
    Route::to::<ListPolicies>(),
];

output! {
    /// A managed policy, as answers tell of one.
    struct PolicyDetail {
        name: String = "PolicyName",
        id: String = "PolicyId",
        arn: Arn = "Arn",
        path: String = "Path",
        default: VersionId = "DefaultVersionId",
        attachments: usize = "AttachmentCount",
        boundaries: usize = "PermissionsBoundaryUsageCount",
        is_attachable: bool = "IsAttachable",
        description: Option<PolicyDescription> = "Description",
        created: Time = "CreateDate",
        updated: Time = "UpdateDate",
        tags: Option<Vec<Tag>> = "Tags",
    }
}

impl PolicyDetail {
    /// What a list tells: neither what the policy is for nor its tags.
    fn listed(policy: Managed<'_>, account: &Account) -> Self {
        let arn = policy.arn(account.id());
        Self {
            name: policy.name().to_owned(),
            id: policy.id(),
            path: policy.path().to_owned(),
            default: policy.default_version(),
            attachments: account.attachments(&arn),
            boundaries: account.boundaries(&arn),
            arn,
            is_attachable: true,
            description: None,
            created: policy.created(),
            updated: policy.updated(),
            tags: None,
        }
    }

    /// What is told of a policy that was made now: its tags, if it has any.
    fn new(policy: &ManagedPolicy, account: &Account) -> Self {
        let tags = (!policy.tags.is_empty()).then(|| tagged(&policy.tags));
        Self { tags, ..Self::listed(Managed::Own(policy), account) }
    }

    fn whole(policy: Managed<'_>, account: &Account) -> Self {
        let tags = match policy {
            Managed::Own(policy) => tagged(&policy.tags),
            Managed::Aws(_) => Vec::new(),
        };
        let description = policy.description().cloned();
        Self { description, tags: Some(tags), ..Self::listed(policy, account) }
    }
}

input! {
    /// Makes a managed policy, whose first version is its default (IAM API Reference,
    /// `CreatePolicy`).
    struct CreatePolicy {
        name: PolicyName = "PolicyName",
        path: Option<PolicyPath> = "Path",
        document: PolicyText = "PolicyDocument",
        description: Option<PolicyDescription> = "Description",
        tags: Option<List<Tag, 50>> = "Tags",
    }
}

output! {
    /// Holds the new policy.
    struct CreatePolicyResult {
        policy: PolicyDetail = "Policy",
    }
}

impl Action for CreatePolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreatePolicy";
    type Output = CreatePolicyResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let path = self.path.as_ref().map_or("/", PolicyPath::as_str);
        let place = format_args!("{path}{}", self.name);
        let arn = Arn::iam(account.id(), ManagedPolicy::KIND, place);
        let told = format!("policy {}", self.name);
        let needs = Needs::on(arn.clone()).told_as(&*told);
        tag::at_birth(needs, self.tags.as_ref(), "iam:TagPolicy", arn).told_as(told)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { name, path, document, description, tags } = input.into_inner();
        let document = read(&document, draft)?;
        let tags = tag::first::<ManagedPolicy>(tags, draft)?;
        refuse_taken(&name, draft)?;
        let mut policy = ManagedPolicy {
            name,
            path: path.map(Into::into).unwrap_or_default(),
            id: draft.new_id::<ManagedPolicy>()?,
            created: draft.now(),
            updated: draft.now(),
            description,
            versions: Vec::new(),
            default: 0,
            latest: 0,
            tags,
        };
        policy.default = policy.add_version(document, draft.now());
        draft.put(policy.clone());
        Ok(CreatePolicyResult { policy: PolicyDetail::new(&policy, draft.account()) })
    }
}

/// The document of a managed policy, if it is one, and not too long.
pub(super) fn read(text: &PolicyText, draft: &Draft) -> Result<Policy> {
    let policy = document::read(text, Purpose::Managed)?;
    let most = draft.limits().policy_size;
    if policy.size() > most { Err(Error::over_quota("PolicySize", most)) } else { Ok(policy) }
}

/// Names are taken whatever the path.
fn refuse_taken(name: &PolicyName, draft: &Draft) -> Result<()> {
    if draft.account().get::<ManagedPolicy>(name).is_some() {
        let message =
            format!("A policy called {name} already exists. Duplicate names are not allowed.");
        return Err(Error::new(Code::EntityAlreadyExists, message));
    }
    let most = draft.limits().policies_per_account;
    if ManagedPolicy::all(draft.account()).len() >= most {
        return Err(Error::over_quota("PoliciesPerAccount", most));
    }
    Ok(())
}

input! {
    /// Tells of a managed policy (IAM API Reference, `GetPolicy`).
    struct GetPolicy {
        arn: ArnText = "PolicyArn",
    }
}

output! {
    /// Holds the policy.
    struct GetPolicyResult {
        policy: PolicyDetail = "Policy",
    }
}

impl Action for GetPolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetPolicy";
    type Output = GetPolicyResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let arn = managed::name_of(&input.into_inner().arn)?;
        let account = draft.account();
        let policy = PolicyDetail::whole(managed::find(&arn, account)?, account);
        Ok(GetPolicyResult { policy })
    }
}

input! {
    /// Lists managed policies (IAM API Reference, `ListPolicies`).
    struct ListPolicies {
        scope: Option<PolicyScope> = "Scope",
        only_attached: Option<Claim> = "OnlyAttached",
        prefix: Option<PolicyPath> = "PathPrefix",
        usage: Option<PolicyUsage> = "PolicyUsageFilter",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of managed policies, by name.
    struct ListPoliciesResult {
        policies: Vec<PolicyDetail> = "Policies",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl ListPolicies {
    fn prefix(&self) -> &str {
        self.prefix.as_ref().map_or("/", PolicyPath::as_str)
    }

    fn scope(&self) -> PolicyScope {
        self.scope.unwrap_or(PolicyScope::All)
    }

    /// How a policy must be used to be listed; nothing, where it need not be.
    fn usage(&self) -> Option<PolicyUsage> {
        let is_narrowed = self.only_attached.unwrap_or_default().holds();
        self.usage.or(is_narrowed.then_some(PolicyUsage::PermissionsPolicy))
    }

    /// What there is of the kind that is asked for, by name.
    fn listed<'a>(&self, account: &'a Account) -> Vec<(String, Managed<'a>)> {
        let is_in_scope = |policy: &Managed<'_>| match self.scope() {
            PolicyScope::All => true,
            PolicyScope::AWS => matches!(policy, Managed::Aws(_)),
            PolicyScope::Local => matches!(policy, Managed::Own(_)),
        };
        let all = candidates(self.usage(), account);
        let all = all.into_iter().filter(is_in_scope);
        let below = all.filter(|policy| policy.path().starts_with(self.prefix()));
        let mut listed: Vec<_> = below.map(|policy| (policy.place(), policy)).collect();
        listed.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        listed
    }
}

/// Every managed policy there is, or every one that is used so.
fn candidates(usage: Option<PolicyUsage>, account: &Account) -> Vec<Managed<'_>> {
    let Some(usage) = usage else {
        let own = ManagedPolicy::all(account).values().map(|policy| Managed::Own(policy));
        return own.chain(catalog::all().map(Managed::Aws)).collect();
    };
    let is_used = |arn: &&Arn| match usage {
        PolicyUsage::PermissionsPolicy => account.attachments(arn) > 0,
        PolicyUsage::PermissionsBoundary => account.boundaries(arn) > 0,
    };
    let used = account.policies_in_use().filter(is_used);
    used.filter_map(|arn| Managed::find(arn, account)).collect()
}

impl Action for ListPolicies {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListPolicies";
    type Output = ListPoliciesResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any()).told_as(format!("policy path {}", self.prefix()))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let account = draft.account();
        let (scope, usage) = (input.scope(), input.usage());
        let list = format!("ListPolicies {} {scope} {usage:?} {}", account.id(), input.prefix());
        let page = Page::asked(list, input.marker.as_ref(), input.most)?;
        let paged = page.cut(input.listed(account).into_iter(), |(place, _)| place);
        let detail = |(_, policy): &(String, Managed<'_>)| PolicyDetail::listed(*policy, account);
        Ok(ListPoliciesResult {
            policies: paged.items.iter().map(detail).collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

input! {
    /// Removes a managed policy that nobody uses, and its default version with it (IAM
    /// API Reference, `DeletePolicy`).
    struct DeletePolicy {
        arn: ArnText = "PolicyArn",
    }
}

impl Action for DeletePolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeletePolicy";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        managed::on_policy(&self.arn)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let arn = managed::name_of(&input.into_inner().arn)?;
        let outside = "Cannot delete policies outside your own account.";
        let policy = managed::find_own(&arn, outside, draft)?;
        let conflict = |message: &'static str| Err(Error::new(Code::DeleteConflict, message));
        if draft.account().attachments(&arn) > 0 || draft.account().boundaries(&arn) > 0 {
            return conflict("Cannot delete a policy attached to entities.");
        }
        if policy.versions.len() > 1 {
            return conflict(
                "This policy has more than one version. Before you delete a policy, you must \
                 delete the policy's versions. The default version is deleted with the policy.",
            );
        }
        draft.remove::<ManagedPolicy>(&policy.name);
        Ok(())
    }
}
