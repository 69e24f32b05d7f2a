//! Tags: the labels that things carry and conditions look at.

use std::fmt::Debug;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::iam::policy_version::NOT_OURS;
use crate::iam::{IAM, managed, oidc, on, saml, virtual_mfa};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{
    Case, ManagedPolicy, MfaDevice, OidcProvider, Profile, Role, SamlProvider, Tagged, Tags, User,
};
use crate::store::owner::Caller;
use crate::text::{
    ArnText, Folded, MarkerText, MaxItems, ProfileName, RoleName, SerialNumber, TagKey, TagValue,
    Text, UserName,
};
use crate::wire::answer::output;
use crate::wire::answer::{Answer, Element, Shape};
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<Listed<ManagedPolicy>>(),
    Route::to::<Listed<MfaDevice>>(),
    Route::to::<Listed<OidcProvider>>(),
    Route::to::<Listed<Profile>>(),
    Route::to::<Listed<Role>>(),
    Route::to::<Listed<SamlProvider>>(),
    Route::to::<Listed<User>>(),
    Route::to::<Put<ManagedPolicy>>(),
    Route::to::<Put<MfaDevice>>(),
    Route::to::<Put<OidcProvider>>(),
    Route::to::<Put<Profile>>(),
    Route::to::<Put<Role>>(),
    Route::to::<Put<SamlProvider>>(),
    Route::to::<Put<User>>(),
    Route::to::<Removed<ManagedPolicy>>(),
    Route::to::<Removed<MfaDevice>>(),
    Route::to::<Removed<OidcProvider>>(),
    Route::to::<Removed<Profile>>(),
    Route::to::<Removed<Role>>(),
    Route::to::<Removed<SamlProvider>>(),
    Route::to::<Removed<User>>(),
];

/// What AWS keeps for itself: no caller may put such a tag.
const RESERVED: &str = "aws:";

input! {
    /// One label.
    #[derive(Clone)]
    pub(super) struct Tag {
        key: TagKey = "Key",
        value: TagValue = "Value",
    }
}

impl Element for Tag {
    const SHAPE: Shape = Shape::Fields(&[("Key", &Shape::Value), ("Value", &Shape::Value)]);

    fn write(&self, name: &str, answer: &mut Answer) {
        answer.object(name, |answer| {
            self.key.write("Key", answer);
            self.value.write("Value", answer);
        });
    }
}

impl Tag {
    /// What the request says of itself where it puts this tag on something.
    pub(super) fn add_keys(needs: Needs, tag: &Self) -> Needs {
        let name = format!("aws:RequestTag/{}", tag.key);
        needs.with("aws:TagKeys", tag.key.to_string()).with(name, tag.value.to_string())
    }
}

/// What tags ask for that a thing is made with. They are told to both actions, the
/// one that makes it and `action`, which tags it: either may be allowed by them.
pub(super) fn at_birth(
    needs: Needs,
    tags: Option<&List<Tag, 50>>,
    action: &'static str,
    made: Arn,
) -> Needs {
    let Some(tags) = tags.filter(|tags| !tags.0.is_empty()) else { return needs };
    let needs = tags.0.iter().fold(needs, Tag::add_keys).and(action, made);
    tags.0.iter().fold(needs, Tag::add_keys)
}

/// The tags that a thing is made with.
pub(super) fn first<N: Tagged>(tags: Option<List<Tag, 50>>, draft: &Draft) -> Result<Tags> {
    check_tags(Tags::new(N::CASE), tags.map_or_else(Vec::new, |tags| tags.0), draft)
}

/// Tags as answers list them.
pub(super) fn tagged(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// `held` and `new` together: a new tag takes the place of one of the same key.
fn check_tags(mut held: Tags, new: Vec<Tag>, draft: &Draft) -> Result<Tags> {
    let mut seen = Tags::new(held.case());
    for Tag { key, value } in new {
        if Folded::of(&key).as_str().starts_with(RESERVED) {
            let message = "Tag keys that begin with aws: are reserved for system use.";
            return Err(Error::new(Code::InvalidInput, message));
        }
        if seen.insert(key, value).is_some() {
            return Err(Error::new(Code::InvalidInput, twice(held.case())));
        }
    }
    held.extend(seen);
    if held.len() > draft.limits().tags_per_entity {
        let message = "The number of tags has reached the maximum limit.";
        return Err(Error::new(Code::LimitExceeded, message));
    }
    Ok(held)
}

fn twice(case: Case) -> &'static str {
    match case {
        Case::Ignored => {
            "Duplicate tag keys found. Please note that Tag keys are case insensitive."
        }
        Case::Counts => "Duplicate tag keys found.",
    }
}

/// A kind of thing whose tags callers see to.
trait Taggable: Tagged {
    /// The actions that put, remove and list them.
    const ACTIONS: [&'static str; 3];

    /// The parameter that names the thing.
    const FIELD: &'static str;

    /// What stands in that parameter.
    type Named: Text;

    /// Leave to act on what is named.
    fn leave(named: &Self::Named, account: &Account) -> Needs;

    /// What is named, to be changed.
    fn to_change(named: &Self::Named, draft: &Draft) -> Result<Self>;

    /// The tags of what is named.
    fn tags_of(named: &Self::Named, draft: &Draft) -> Result<Tags> {
        Self::to_change(named, draft).map(|entity| entity.tags().clone())
    }
}

/// Kinds of things that requests name by their names.
macro_rules! taggable {
    ($($kind:ty: $name:ty = $field:literal, [$put:literal, $remove:literal, $list:literal],)*) => {$(
        impl Taggable for $kind {
            const ACTIONS: [&'static str; 3] = [$put, $remove, $list];
            const FIELD: &'static str = $field;
            type Named = $name;

            fn leave(named: &$name, account: &Account) -> Needs {
                on::<Self>(named, account)
            }

            fn to_change(named: &$name, draft: &Draft) -> Result<Self> {
                draft.find::<Self>(named).cloned()
            }
        }
    )*};
}

taggable! {
    User: UserName = "UserName", ["TagUser", "UntagUser", "ListUserTags"],
    Role: RoleName = "RoleName", ["TagRole", "UntagRole", "ListRoleTags"],
    Profile: ProfileName = "InstanceProfileName",
        ["TagInstanceProfile", "UntagInstanceProfile", "ListInstanceProfileTags"],
}

/// Kinds of things that requests name by their full names.
macro_rules! taggable_by_arn {
    ($($kind:ty: $room:ident, $field:literal, [$put:literal, $remove:literal, $list:literal],)*) => {$(
        impl Taggable for $kind {
            const ACTIONS: [&'static str; 3] = [$put, $remove, $list];
            const FIELD: &'static str = $field;
            type Named = ArnText;

            fn leave(named: &ArnText, _: &Account) -> Needs {
                Needs::on(named.into())
            }

            fn to_change(named: &ArnText, draft: &Draft) -> Result<Self> {
                $room::find(named, draft).cloned()
            }
        }
    )*};
}

taggable_by_arn! {
    OidcProvider: oidc, "OpenIDConnectProviderArn",
        ["TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "ListOpenIDConnectProviderTags"],
    SamlProvider: saml, "SAMLProviderArn",
        ["TagSAMLProvider", "UntagSAMLProvider", "ListSAMLProviderTags"],
}

impl Taggable for ManagedPolicy {
    const ACTIONS: [&'static str; 3] = ["TagPolicy", "UntagPolicy", "ListPolicyTags"];
    const FIELD: &'static str = "PolicyArn";
    type Named = ArnText;

    fn leave(named: &ArnText, _: &Account) -> Needs {
        managed::on_policy(named)
    }

    /// AWS's own policies are nobody's to tag. What AWS says of that is not known; this
    /// is what it says of other changes to them, and a code that every action has.
    fn to_change(named: &ArnText, draft: &Draft) -> Result<Self> {
        managed::find_own(&managed::name_of(named)?, NOT_OURS, draft)
    }

    /// AWS's own policies carry no tags.
    fn tags_of(named: &ArnText, draft: &Draft) -> Result<Tags> {
        let policy = managed::find(&managed::name_of(named)?, draft.account())?;
        Ok(policy.own().map_or_else(|| Tags::new(Self::CASE), |policy| policy.tags.clone()))
    }
}

impl Taggable for MfaDevice {
    const ACTIONS: [&'static str; 3] = ["TagMFADevice", "UntagMFADevice", "ListMFADeviceTags"];
    const FIELD: &'static str = "SerialNumber";
    type Named = SerialNumber;

    fn leave(named: &SerialNumber, account: &Account) -> Needs {
        virtual_mfa::on_device(named, account)
    }

    fn to_change(named: &SerialNumber, draft: &Draft) -> Result<Self> {
        virtual_mfa::find(named, draft.account()).cloned()
    }
}

input! {
    /// Puts tags on something (IAM API Reference, `TagUser` and the like).
    struct Put<N: Taggable> {
        named: N::Named = N::FIELD,
        tags: List<Tag, 50> = "Tags",
    }
}

impl<N: Taggable> Action for Put<N> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = {
        let [put, _, _] = N::ACTIONS;
        put
    };
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        self.tags.0.iter().fold(N::leave(&self.named, account), Tag::add_keys)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { named, tags } = input.into_inner();
        let mut entity = N::to_change(&named, draft)?;
        *entity.tags_mut() = check_tags(entity.tags().clone(), tags.0, draft)?;
        draft.put(entity);
        Ok(())
    }
}

input! {
    /// Removes tags from something; keys that it does not carry do not matter (IAM
    /// API Reference, `UntagUser` and the like).
    struct Removed<N: Taggable> {
        named: N::Named = N::FIELD,
        keys: List<TagKey, 50> = "TagKeys",
    }
}

impl<N: Taggable> Action for Removed<N> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = {
        let [_, remove, _] = N::ACTIONS;
        remove
    };
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let needs = N::leave(&self.named, account);
        self.keys.0.iter().fold(needs, |needs, key| needs.with("aws:TagKeys", key.to_string()))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { named, keys } = input.into_inner();
        let mut entity = N::to_change(&named, draft)?;
        for key in &keys.0 {
            entity.tags_mut().remove(key);
        }
        draft.put(entity);
        Ok(())
    }
}

input! {
    /// Lists the tags of something (IAM API Reference, `ListUserTags` and the like).
    struct Listed<N: Taggable> {
        named: N::Named = N::FIELD,
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of tags, by key.
    struct ListedResult {
        tags: Vec<Tag> = "Tags",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl<N: Taggable> Action for Listed<N> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = {
        let [_, _, list] = N::ACTIONS;
        list
    };
    type Output = ListedResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        N::leave(&self.named, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { named, marker, most } = input.into_inner();
        let tags = N::tags_of(&named, draft)?;
        let list =
            format!("{} {} {}", Self::NAME, draft.account().id(), Folded::of(&named).as_str());
        let page = Page::asked(list, marker.as_ref(), most)?;
        // A key of 128 characters of any script is too long for a marker, so
        // tags are counted.
        let tags = tagged(&tags).into_iter().enumerate();
        let paged = page.cut(tags.map(|(at, tag)| (format!("{at:04}"), tag)), |(at, _)| at);
        Ok(ListedResult {
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
            tags: paged.items.into_iter().map(|(_, tag)| tag).collect(),
        })
    }
}
