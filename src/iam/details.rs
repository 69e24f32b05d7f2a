//! All that an account holds that says who may do what, in one list.

mod holders;
mod inline;
mod policies;
mod roles;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::catalog;
use crate::error::Result;
use crate::iam::IAM;
use crate::iam::details::holders::{GroupDetail, UserDetail};
use crate::iam::details::policies::PolicyDetail;
use crate::iam::details::roles::RoleDetail;
use crate::iam::managed::Managed;
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Entity, Group, Rights, Role, User};
use crate::store::owner::Caller;
use crate::text::{EntityType, MarkerText, MaxItems};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[Route::to::<GetAccountAuthorizationDetails>()];

/// The kinds that are told of, in the order in which they are listed.
const KINDS: [EntityType; 5] = [
    EntityType::User,
    EntityType::Group,
    EntityType::Role,
    EntityType::LocalManagedPolicy,
    EntityType::AWSManagedPolicy,
];

input! {
    /// Tells of users, groups, roles and policies, and how they belong together (IAM
    /// API Reference, `GetAccountAuthorizationDetails`).
    struct GetAccountAuthorizationDetails {
        filter: Option<List<EntityType>> = "Filter",
        most: Option<MaxItems> = "MaxItems",
        marker: Option<MarkerText> = "Marker",
    }
}

output! {
    /// A page of all that is asked for: users, then groups, then roles, then
    /// policies, each by name.
    struct GetAccountAuthorizationDetailsResult {
        users: Vec<UserDetail> = "UserDetailList",
        groups: Vec<GroupDetail> = "GroupDetailList",
        roles: Vec<RoleDetail> = "RoleDetailList",
        policies: Vec<PolicyDetail> = "Policies",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl GetAccountAuthorizationDetails {
    /// The kinds that are asked for: all, where none is named.
    fn kinds(&self) -> Vec<EntityType> {
        let named = self.filter.as_ref().map_or(&[][..], |filter| &filter.0);
        KINDS.into_iter().filter(|kind| named.is_empty() || named.contains(kind)).collect()
    }
}

impl Action for GetAccountAuthorizationDetails {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetAccountAuthorizationDetails";
    type Output = GetAccountAuthorizationDetailsResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let (account, kinds) = (draft.account(), input.kinds());
        let list = format!("GetAccountAuthorizationDetails {} {kinds:?}", account.id());
        let page = Page::asked(list, input.marker.as_ref(), input.most)?;
        let all = kinds.iter().enumerate().flat_map(|(place, kind)| {
            let named = of_kind(*kind, account).into_iter();
            named.map(move |(name, item)| (format!("{place} {name}"), item))
        });
        let paged = page.cut_by_size(all, Item::size);
        let mut told = GetAccountAuthorizationDetailsResult {
            users: Vec::new(),
            groups: Vec::new(),
            roles: Vec::new(),
            policies: Vec::new(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        };
        for (_, item) in paged.items {
            told.add(&item, account);
        }
        Ok(told)
    }
}

/// One of what is listed.
enum Item<'a> {
    User(&'a User),
    Group(&'a Group),
    Role(&'a Role),
    Policy(Managed<'a>),
}

impl Item<'_> {
    /// How many bytes its documents have.
    fn size(&self) -> usize {
        let inline = |rights: &Rights| -> usize {
            rights.policies().map(|(_, policy)| policy.text().len()).sum()
        };
        match self {
            Self::User(user) => inline(&user.rights),
            Self::Group(group) => inline(&group.rights),
            Self::Role(role) => inline(&role.rights).saturating_add(role.trust.policy.text().len()),
            Self::Policy(policy) => {
                policy.versions().iter().map(|version| version.text.len()).sum()
            }
        }
    }
}

impl GetAccountAuthorizationDetailsResult {
    fn add(&mut self, item: &Item<'_>, account: &Account) {
        match item {
            Item::User(user) => self.users.push(UserDetail::of(user, account)),
            Item::Group(group) => self.groups.push(GroupDetail::of(group, account)),
            Item::Role(role) => self.roles.push(RoleDetail::of(role, account)),
            Item::Policy(policy) => self.policies.push(PolicyDetail::of(*policy, account)),
        }
    }
}

/// All of one kind, sorted by what they are sorted by.
fn of_kind(kind: EntityType, account: &Account) -> Vec<(String, Item<'_>)> {
    match kind {
        EntityType::User => all(Item::User, account),
        EntityType::Group => all(Item::Group, account),
        EntityType::Role => all(Item::Role, account),
        EntityType::LocalManagedPolicy => all(|policy| Item::Policy(Managed::Own(policy)), account),
        EntityType::AWSManagedPolicy => aws_policies(account),
    }
}

fn all<'a, E: Entity>(
    item: impl Fn(&'a E) -> Item<'a>,
    account: &'a Account,
) -> Vec<(String, Item<'a>)> {
    let all = E::all(account).iter();
    all.map(|(name, entity)| (name.as_str().to_owned(), item(&**entity))).collect()
}

/// Of AWS's policies those that somebody has, attached or as a boundary.
fn aws_policies(account: &Account) -> Vec<(String, Item<'_>)> {
    let used = account.policies_in_use().filter_map(|arn| catalog::find(arn.as_str()));
    let named = used.map(Managed::Aws).map(|policy| (policy.place(), Item::Policy(policy)));
    let mut named: Vec<_> = named.collect();
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    named
}
