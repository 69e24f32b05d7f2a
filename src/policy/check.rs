//! The checks of a document, in AWS's order: the first that fails answers.

mod resource;

use std::collections::BTreeSet;

use crate::clock::Moment;
use crate::policy::document::Purpose;
use crate::policy::malformed::Malformed;
use crate::policy::principal::Named;
use crate::policy::written::{Listed, Version, Written, WrittenStatement};

/// What is wrong, and where in the text, in bytes.
pub(super) type Wrong = (Malformed, usize);

/// Refuses what AWS refuses for that purpose.
pub(super) fn check(written: &Written, purpose: Purpose) -> Result<(), Wrong> {
    let statements = &written.statements;
    match purpose {
        Purpose::Trust => each(statements, trust)?,
        Purpose::Managed if written.version == Version::Old => return Err((Malformed::Version, 0)),
        Purpose::Managed | Purpose::Inline | Purpose::Session => each(statements, identity)?,
        Purpose::Resource => each(statements, named)?,
        Purpose::Organization => {}
    }
    each(statements, legacy)?;
    sids(statements)?;
    each(statements, has_actions)?;
    each(statements, resource::check)?;
    each(statements, vendors)?;
    if purpose != Purpose::Trust {
        each(statements, resource::are_there)?;
    }
    Ok(())
}

fn each(
    statements: &[WrittenStatement],
    check: impl Fn(&WrittenStatement) -> Result<(), Malformed>,
) -> Result<(), Wrong> {
    statements.iter().try_for_each(|one| check(one).map_err(|wrong| (wrong, one.range.start)))
}

fn require(is_so: bool, or: Malformed) -> Result<(), Malformed> {
    if is_so { Ok(()) } else { Err(or) }
}

fn identity(statement: &WrittenStatement) -> Result<(), Malformed> {
    require(statement.principals.is_none(), Malformed::HasPrincipal)
}

/// Who may assume a role: principals, and no resource, which is the role.
fn trust(statement: &WrittenStatement) -> Result<(), Malformed> {
    require(statement.resources.is_none(), Malformed::Prohibited("Resource"))?;
    let is_turned = statement.principals.as_ref().is_some_and(|listed| listed.is_negated);
    require(!is_turned, Malformed::Prohibited("NotPrincipal"))?;
    named(statement)?;
    let assumes = |action: &String| assumes_role(&action.to_lowercase());
    let are_assuming = |actions: &Listed<String>| actions.members.iter().all(assumes);
    let is_turned = statement.actions.as_ref().is_some_and(|listed| listed.is_negated);
    let is_right = statement.actions.as_ref().is_none_or(are_assuming) && !is_turned;
    require(is_right, Malformed::NotAssumeRole)
}

/// What a trust policy may be about, in lower case.
const ASSUMING: [&str; 6] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    "sts:assumerolewithwebidentity",
    "sts:setcontext",
    "sts:setsourceidentity",
    "sts:tagsession",
];

fn assumes_role(action: &str) -> bool {
    let pattern = crate::policy::glob::Glob::wild(action);
    action.starts_with("sts:") && ASSUMING.iter().any(|known| pattern.matches(known))
}

/// Whom a policy is for that stands at a resource.
fn named(statement: &WrittenStatement) -> Result<(), Malformed> {
    let listed = statement.principals.as_ref().ok_or(Malformed::Required("Principal"))?;
    for principal in &listed.members {
        let is_known = Named::read(&principal.kind, &principal.value).is_some();
        let (kind, value) = (principal.kind.clone(), principal.value.clone());
        require(is_known, Malformed::Principal(kind, value))?;
    }
    // An Allow for all but a few would be for the whole world.
    let admits_all = listed.is_negated && statement.effect.eq_ignore_ascii_case("allow");
    require(!admits_all, Malformed::Prohibited("NotPrincipal"))
}

fn sids(statements: &[WrittenStatement]) -> Result<(), Wrong> {
    let has_sid =
        |statement: &&WrittenStatement| statement.sid.as_ref().is_some_and(|s| !s.is_empty());
    let (mut seen, named) = (BTreeSet::new(), statements.iter().filter(has_sid));
    let twice = named.clone().find(|statement| !seen.insert(&statement.sid));
    let is_plain = |sid: &String| sid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let odd = named.clone().find(|statement| !statement.sid.as_ref().is_some_and(is_plain));
    let at = |statement: &WrittenStatement| statement.range.start;
    match (twice, odd) {
        (Some(twice), _) => Err((Malformed::SidTwice, at(twice))),
        (None, Some(odd)) => Err((Malformed::SidSigns, at(odd))),
        (None, None) => Ok(()),
    }
}

fn has_actions(statement: &WrittenStatement) -> Result<(), Malformed> {
    let has_some = statement.actions.as_ref().is_some_and(|actions| !actions.members.is_empty());
    require(has_some, Malformed::NoActions)
}

fn vendors(statement: &WrittenStatement) -> Result<(), Malformed> {
    let actions = statement.actions.iter().flat_map(|actions| &actions.members);
    actions.filter(|action| *action != "*").try_for_each(|action| vendor(action))
}

fn vendor(action: &str) -> Result<(), Malformed> {
    let (vendor, name) = action.split_once(':').ok_or(Malformed::NoVendor)?;
    require(!name.contains(':'), Malformed::Colons)?;
    let is_plain = vendor.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    require(is_plain || vendor == "*", Malformed::Vendor(vendor.to_owned()))
}

/// What AWS's older parser reads as well.
fn legacy(statement: &WrittenStatement) -> Result<(), Malformed> {
    let is_spelt = matches!(&*statement.effect, "Allow" | "Deny");
    let dates = statement.conditions.iter().filter(|condition| {
        let operator = condition.operator.rsplit(':').next().unwrap_or_default();
        operator.starts_with("Date")
    });
    let are_dates =
        dates.flat_map(|condition| &condition.values).all(|v| Moment::parse(v).is_some());
    let are_names = resource::are_well_formed(statement);
    require(is_spelt && are_names && are_dates, Malformed::Legacy)
}
