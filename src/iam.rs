//! IAM: users and groups, keys and tags. A file a noun.

mod access_key;
mod boundary;
mod conflict;
mod document;
mod group;
mod listed;
mod membership;
mod simulate;
mod tag;
mod user;

use crate::action::{Needs, Route, Service};
use crate::store::account::Account;
use crate::store::owner::{Caller, Owner};
use crate::text::UserName;
use crate::wire::faults::Echo;

/// What IAM's actions share (IAM API Reference, 2010-05-08).
pub static IAM: Service = Service {
    prefix: "iam",
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    echo: Echo::Nothing,
    tells_why: true,
};

/// Every action of the service.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    let nouns = [
        access_key::ROUTES,
        group::ROUTES,
        membership::ROUTES,
        simulate::ROUTES,
        tag::ROUTES,
        user::ROUTES,
    ];
    nouns.into_iter().flatten()
}

/// Who is meant: the user that is named, else the caller.
fn named_or_caller(named: Option<&UserName>, caller: &Caller) -> Owner {
    named.map_or_else(|| caller.owner().clone(), |name| Owner::User(name.clone()))
}

/// Leave to act on someone. A user need not exist: who may not ask does not learn
/// that from the answer.
fn on_owner(owner: &Owner, account: &Account) -> Needs {
    let needs = Needs::on(account.arn_of(owner));
    match owner {
        Owner::Root => needs,
        Owner::User(name) => needs.told_as(format!("user {name}")),
    }
}
