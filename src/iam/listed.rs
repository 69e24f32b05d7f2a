//! Entities below a path, a page at a time.

use std::ops::Bound;

use crate::page::{Page, Paged};
use crate::store::account::Account;
use crate::store::entity::{Entity, Placed};
use crate::text::{Folded, PathPrefix};

/// What a list begins with that is not asked to be narrower.
const EVERYWHERE: &str = "/";

/// The beginning of the paths that are asked for.
pub(super) fn prefix(asked: Option<&PathPrefix>) -> &str {
    asked.map_or(EVERYWHERE, PathPrefix::as_str)
}

/// The page of all whose path begins with `prefix`, by name.
pub(super) fn below<'a, E: Placed>(
    prefix: &str,
    page: &Page,
    account: &'a Account,
) -> Paged<&'a E> {
    let from = page.after().map_or(Bound::Unbounded, |after| Bound::Excluded(Folded::of(&after)));
    let all = E::all(account).range((from, Bound::Unbounded));
    let is_below = |entity: &E| entity.path().as_str().starts_with(prefix);
    let below = all.filter(|(_, entity)| is_below(entity));
    let Paged { items, marker } = page.cut(below, |(name, _)| name.as_str());
    Paged { items: items.into_iter().map(|(_, entity)| &**entity).collect(), marker }
}

/// The page of `all`, which are sorted by name.
pub(super) fn page_of<'a, E: Entity>(
    all: impl IntoIterator<Item = &'a E>,
    page: &Page,
) -> Paged<&'a E> {
    let named = all.into_iter().map(|entity| (Folded::of(entity.name()), entity));
    let Paged { items, marker } = page.cut(named, |(name, _)| name.as_str());
    Paged { items: items.into_iter().map(|(_, entity)| entity).collect(), marker }
}
