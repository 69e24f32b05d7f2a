//! What an account holds of a kind, a page at a time.

use std::ops::Bound;

use crate::page::{Page, Paged};
use crate::store::account::Account;
use crate::store::entity::Entity;
use crate::text::Folded;

/// The entities of a kind that stand below a path, by name.
pub(super) fn below<'a, E: Entity>(
    prefix: &str,
    page: &Page,
    account: &'a Account,
) -> Paged<&'a E> {
    let from = page.after().map_or(Bound::Unbounded, |after| Bound::Excluded(Folded::of(&after)));
    let later = E::all(account).range((from, Bound::Unbounded));
    let below = later.filter(|(_, entity)| entity.path().as_str().starts_with(prefix));
    let Paged { items, marker } = page.cut(below, |(name, _)| name.as_str());
    Paged { items: items.into_iter().map(|(_, entity)| &**entity).collect(), marker }
}
