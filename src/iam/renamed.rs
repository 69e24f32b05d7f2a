//! Other names and paths, for users and groups: what has an id keeps all that it holds
//! and belongs to.

use crate::action::Needs;
use crate::arn::Arn;
use crate::error::Result;
use crate::iam::conflict::refuse_taken;
use crate::iam::holder::Named;
use crate::iam::{on, told};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Group, User};
use crate::text::{Folded, Path};

/// A kind of thing that may be given another name, or another path.
pub(super) trait Renamed: Named {
    /// The action that gives it.
    const UPDATE: &'static str;

    /// The thing under that name, at that place.
    fn renamed(self, name: Self::Name, path: Path) -> Self;
}

impl Renamed for Group {
    const UPDATE: &'static str = "iam:UpdateGroup";

    fn renamed(self, name: Self::Name, path: Path) -> Self {
        Self { name, path, ..self }
    }
}

impl Renamed for User {
    const UPDATE: &'static str = "iam:UpdateUser";

    fn renamed(self, name: Self::Name, path: Path) -> Self {
        Self { name, path, ..self }
    }
}

/// What a thing is to be called, and where it is to stand, where that changes.
pub(super) type To<E> = (Option<E>, Option<Path>);

/// Leave on both, the thing as it is and as it will be.
pub(super) fn on_both<R: Renamed>(
    held: &R::Name,
    (name, path): To<R::Name>,
    account: &Account,
) -> Needs {
    let path = path.or_else(|| account.get::<R>(held).map(|found| found.path().clone()));
    let (path, name) = (path.unwrap_or_default(), name.unwrap_or_else(|| held.clone()));
    let to = Arn::iam(account.id(), R::KIND, format_args!("{path}{name}"));
    on::<R>(held, account).and(R::UPDATE, to).told_as(told::<R>(&name))
}

/// Calls and places a thing as it is to be.
pub(super) fn rename<R: Renamed>(
    held: &R::Name,
    (name, path): To<R::Name>,
    draft: &mut Draft,
) -> Result<()> {
    let found = draft.find::<R>(held)?.clone();
    let name = name.unwrap_or_else(|| found.name().clone());
    let path = path.unwrap_or_else(|| found.path().clone());
    let is_same = Folded::of(&name) == Folded::of(held);
    if !is_same {
        refuse_taken::<R>(&name, draft)?;
    }
    // INVARIANT: what is renamed is put under its new name before it leaves the old one.
    draft.put(found.renamed(name, path));
    if !is_same {
        draft.remove::<R>(held);
    }
    Ok(())
}
