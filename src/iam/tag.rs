//! Tags: the labels that users carry and conditions look at.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::error::{Code, Error, Result};
use crate::iam::{IAM, on_owner};
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Tags, User};
use crate::store::owner::{Caller, Owner};
use crate::text::{Folded, MarkerText, MaxItems, TagKey, TagValue, UserName};
use crate::wire::answer::output;
use crate::wire::answer::{Answer, Element, Shape};
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] =
    &[Route::to::<ListUserTags>(), Route::to::<TagUser>(), Route::to::<UntagUser>()];

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

/// Tags as answers list them.
pub(super) fn tagged(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// `held` and `new` together: a new tag takes the place of one whose key differs
/// in nothing but case.
pub(super) fn check_tags(mut held: Tags, new: Vec<Tag>, draft: &Draft) -> Result<Tags> {
    let mut seen = Tags::new(held.case());
    for Tag { key, value } in new {
        if Folded::of(&key).as_str().starts_with(RESERVED) {
            let message = "Tag keys that begin with aws: are reserved for system use.";
            return Err(Error::new(Code::InvalidInput, message));
        }
        if seen.insert(key, value).is_some() {
            let message =
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
            return Err(Error::new(Code::InvalidInput, message));
        }
    }
    held.extend(seen);
    if held.len() > draft.limits().tags_per_entity {
        let message = "The number of tags has reached the maximum limit.";
        return Err(Error::new(Code::LimitExceeded, message));
    }
    Ok(held)
}

input! {
    /// Puts tags on a user (IAM API Reference, `TagUser`).
    struct TagUser {
        user: UserName = "UserName",
        tags: List<Tag, 50> = "Tags",
    }
}

impl Action for TagUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "TagUser";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let needs = on_owner(&Owner::User(self.user.clone()), account);
        self.tags.0.iter().fold(needs, Tag::add_keys)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, tags } = input.into_inner();
        let user = draft.find::<User>(&user)?.clone();
        let tags = check_tags(user.tags, tags.0, draft)?;
        draft.put(User { tags, ..user });
        Ok(())
    }
}

input! {
    /// Removes tags from a user; keys that it does not carry do not matter (IAM
    /// API Reference, `UntagUser`).
    struct UntagUser {
        user: UserName = "UserName",
        keys: List<TagKey, 50> = "TagKeys",
    }
}

impl Action for UntagUser {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UntagUser";
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        let needs = on_owner(&Owner::User(self.user.clone()), account);
        self.keys.0.iter().fold(needs, |needs, key| needs.with("aws:TagKeys", key.to_string()))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, keys } = input.into_inner();
        let mut user = draft.find::<User>(&user)?.clone();
        for key in &keys.0 {
            user.tags.remove(key);
        }
        draft.put(user);
        Ok(())
    }
}

input! {
    /// Lists the tags of a user (IAM API Reference, `ListUserTags`).
    struct ListUserTags {
        user: UserName = "UserName",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of tags, by key.
    struct ListUserTagsResult {
        tags: Vec<Tag> = "Tags",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListUserTags {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListUserTags";
    type Output = ListUserTagsResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_owner(&Owner::User(self.user.clone()), account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { user, marker, most } = input.into_inner();
        let user = draft.find::<User>(&user)?;
        let page = Page::asked(format!("ListUserTags {}", user.id), marker.as_ref(), most)?;
        // A key of 128 characters of any script is too long for a marker, so
        // tags are counted.
        let tags = tagged(&user.tags).into_iter().enumerate();
        let paged = page.cut(tags.map(|(at, tag)| (format!("{at:04}"), tag)), |(at, _)| at);
        Ok(ListUserTagsResult {
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
            tags: paged.items.into_iter().map(|(_, tag)| tag).collect(),
        })
    }
}
