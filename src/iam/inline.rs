//! Policies inside users, groups and roles: twelve actions that differ in their noun
//! only.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::error::{Code, Error, Result};
use crate::iam::document::{self, Encoded};
use crate::iam::holder::{Named, on_rights, to_change};
use crate::iam::{IAM, on};
use crate::page::Page;
use crate::policy::Purpose;
use crate::store::account::Account;
use crate::store::draft::{Draft, Limits};
use crate::store::entity::{Group, Role, User};
use crate::store::owner::Caller;
use crate::text::{Folded, MarkerText, MaxItems, PolicyName, PolicyText};
use crate::wire::answer::{Answer, Element, Shape, output};
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<Delete<Group>>(),
    Route::to::<Delete<Role>>(),
    Route::to::<Delete<User>>(),
    Route::to::<Get<Group>>(),
    Route::to::<Get<Role>>(),
    Route::to::<Get<User>>(),
    Route::to::<List<Group>>(),
    Route::to::<List<Role>>(),
    Route::to::<List<User>>(),
    Route::to::<Put<Group>>(),
    Route::to::<Put<Role>>(),
    Route::to::<Put<User>>(),
];

/// A kind of holder that has policies inside.
trait Inline: Named {
    /// The action that puts one.
    const PUT: &'static str;

    /// The action that tells one.
    const GET: &'static str;

    /// The action that removes one.
    const DELETE: &'static str;

    /// The action that lists them.
    const LIST: &'static str;

    /// How many characters they may have together.
    fn most(limits: &Limits) -> usize;
}

impl Inline for Group {
    const PUT: &'static str = "PutGroupPolicy";
    const GET: &'static str = "GetGroupPolicy";
    const DELETE: &'static str = "DeleteGroupPolicy";
    const LIST: &'static str = "ListGroupPolicies";

    fn most(limits: &Limits) -> usize {
        limits.group_policy_size
    }
}

impl Inline for Role {
    const PUT: &'static str = "PutRolePolicy";
    const GET: &'static str = "GetRolePolicy";
    const DELETE: &'static str = "DeleteRolePolicy";
    const LIST: &'static str = "ListRolePolicies";

    fn most(limits: &Limits) -> usize {
        limits.role_policy_size
    }
}

impl Inline for User {
    const PUT: &'static str = "PutUserPolicy";
    const GET: &'static str = "GetUserPolicy";
    const DELETE: &'static str = "DeleteUserPolicy";
    const LIST: &'static str = "ListUserPolicies";

    fn most(limits: &Limits) -> usize {
        limits.user_policy_size
    }
}

input! {
    /// Puts a policy inside, in the place of one of that name (IAM API Reference,
    /// `PutGroupPolicy`, `PutRolePolicy`, `PutUserPolicy`).
    struct Put<H: Inline> {
        holder: H::Name = H::FIELD,
        policy: PolicyName = "PolicyName",
        document: PolicyText = "PolicyDocument",
    }
}

impl<H: Inline> Action for Put<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::PUT;
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<H>(&self.holder, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { holder, policy, document } = input.into_inner();
        let mut holder = to_change::<H>(&holder, draft)?;
        holder.rights_mut().put_policy(&policy, document::read(&document, Purpose::Inline)?);
        let most = H::most(&draft.limits());
        if holder.rights().inline_size() > most {
            let (kind, name) = (H::KIND, holder.name());
            let message = format!("Maximum policy size of {most} bytes exceeded for {kind} {name}");
            return Err(Error::new(Code::LimitExceeded, message));
        }
        draft.put(holder);
        Ok(())
    }
}

input! {
    /// Tells a policy that is inside (IAM API Reference, `GetGroupPolicy`,
    /// `GetRolePolicy`, `GetUserPolicy`).
    struct Get<H: Inline> {
        holder: H::Name = H::FIELD,
        policy: PolicyName = "PolicyName",
    }
}

/// A policy, and whose it is.
#[derive(Clone, Debug)]
struct GetResult<H: Inline> {
    holder: H::Name,
    policy: PolicyName,
    document: Encoded,
}

impl<H: Inline> Element for GetResult<H> {
    const SHAPE: Shape = Shape::Fields(&[
        (H::FIELD, &Shape::Value),
        ("PolicyName", &Shape::Value),
        ("PolicyDocument", &Shape::Value),
    ]);

    fn write(&self, name: &str, answer: &mut Answer) {
        answer.object(name, |answer| {
            self.holder.write(H::FIELD, answer);
            self.policy.write("PolicyName", answer);
            self.document.write("PolicyDocument", answer);
        });
    }
}

impl<H: Inline> Action for Get<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::GET;
    type Output = GetResult<H>;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<H>(&self.holder, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { holder, policy } = input.into_inner();
        let holder = draft.find::<H>(&holder)?;
        let held = holder.rights().policy(&policy).ok_or_else(|| missing::<H>(&policy))?;
        let document = Encoded::of(held.text());
        Ok(GetResult { holder: holder.name().clone(), policy, document })
    }
}

fn missing<H: Inline>(policy: &PolicyName) -> Error {
    Error::no_such(&format!("{} policy", H::KIND), policy)
}

input! {
    /// Removes a policy that is inside (IAM API Reference, `DeleteGroupPolicy`,
    /// `DeleteRolePolicy`, `DeleteUserPolicy`).
    struct Delete<H: Inline> {
        holder: H::Name = H::FIELD,
        policy: PolicyName = "PolicyName",
    }
}

impl<H: Inline> Action for Delete<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::DELETE;
    type Output = ();

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on_rights::<H>(&self.holder, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { holder, policy } = input.into_inner();
        let mut holder = to_change::<H>(&holder, draft)?;
        let removed = holder.rights_mut().remove_policy(&policy);
        removed.ok_or_else(|| missing::<H>(&policy))?;
        draft.put(holder);
        Ok(())
    }
}

input! {
    /// Lists the policies that are inside (IAM API Reference, `ListGroupPolicies`,
    /// `ListRolePolicies`, `ListUserPolicies`).
    struct List<H: Inline> {
        holder: H::Name = H::FIELD,
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of names.
    struct ListResult {
        names: Vec<PolicyName> = "PolicyNames",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl<H: Inline> Action for List<H> {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = H::LIST;
    type Output = ListResult;

    fn needs(&self, _: &Caller, account: &Account) -> Needs {
        on::<H>(&self.holder, account)
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { holder, marker, most } = input.into_inner();
        let holder = draft.find::<H>(&holder)?;
        let list = format!("{} {}", H::LIST, holder.id());
        let page = Page::asked(list, marker.as_ref(), most)?;
        let names = holder.rights().policies().map(|(name, _)| (place(name), name));
        let paged = page.cut(names, |(place, _)| place);
        Ok(ListResult {
            names: paged.items.iter().map(|(_, name)| (*name).clone()).collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

/// Where a name stands in the list: names are told apart by their case, but not sorted by
/// it. A marker has no room for the name twice, so case follows as a bit a letter.
fn place(name: &PolicyName) -> String {
    let bit = |bits: u32, letter: &u8| bits << 1 | u32::from(letter.is_ascii_lowercase());
    let digit = |four: &[u8]| char::from_digit(four.iter().fold(0, bit), 16);
    let case: String = name.as_str().as_bytes().chunks(4).filter_map(digit).collect();
    format!("{} {case}", Folded::of(name).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn names_stand_in_the_order_in_which_they_are_held() {
        let names = ["a", "A-", "A-b", "aB", "ab", "aBCDE", "abcdE", "abcde", "b"];
        let places = names.map(|name| place(&PolicyName::parse(name).unwrap()));
        assert!(places.is_sorted_by(|one, next| one < next), "{places:?}");
    }

    #[test]
    fn the_place_of_the_longest_name_fits_into_a_marker() {
        let place = place(&PolicyName::parse(&"a".repeat(128)).unwrap());
        assert_eq!(place.len(), 161);
    }
}
