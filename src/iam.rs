//! IAM: users, groups, roles and instance profiles, their keys and tags, and policies.
//! A file a noun.

mod access_key;
mod alias;
mod attached;
mod boundary;
mod conflict;
mod details;
mod document;
mod group;
mod holder;
mod inline;
mod instance_profile;
mod listed;
mod managed;
mod membership;
mod mfa;
mod oidc;
mod outbound;
mod policy;
mod policy_entities;
mod policy_version;
mod renamed;
mod role;
mod saml;
mod service_role;
mod simulate;
mod summary;
mod tag;
mod token_version;
mod trust;
mod user;
mod virtual_mfa;

use crate::action::{Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::entity::Entity;
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
        alias::ROUTES,
        attached::ROUTES,
        boundary::ROUTES,
        details::ROUTES,
        group::ROUTES,
        inline::ROUTES,
        instance_profile::ROUTES,
        membership::ROUTES,
        mfa::ROUTES,
        oidc::ROUTES,
        outbound::ROUTES,
        policy::ROUTES,
        policy_entities::ROUTES,
        policy_version::ROUTES,
        role::ROUTES,
        saml::ROUTES,
        service_role::ROUTES,
        simulate::ROUTES,
        summary::ROUTES,
        tag::ROUTES,
        token_version::ROUTES,
        user::ROUTES,
        virtual_mfa::ROUTES,
    ];
    nouns.into_iter().flatten()
}

/// Who is meant: the user that is named, else the caller, who must be a user then, or root.
fn named_or_caller(named: Option<&UserName>, caller: &Caller) -> Result<Owner> {
    let named = named.map(|name| Owner::User(name.clone()));
    named.or_else(|| caller.owner().cloned()).ok_or_else(|| {
        let message = "Must specify userName when calling with non-User credentials";
        Error::new(Code::ValidationError, message)
    })
}

/// Leave to act on the user that is named, else on the caller.
fn on_named_or_caller(named: Option<&UserName>, caller: &Caller, account: &Account) -> Needs {
    match named_or_caller(named, caller) {
        Ok(owner) => on_owner(&owner, account),
        Err(error) => Needs::never(error),
    }
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

/// Leave to act on what is named. It need not exist: who may not ask does not learn
/// that from the answer.
fn on<E: Entity>(name: &E::Name, account: &Account) -> Needs {
    Needs::on(arn_of::<E>(name, account)).told_as(told::<E>(name))
}

/// The full name of what is named, as far as the account knows it.
fn arn_of<E: Entity>(name: &E::Name, account: &Account) -> Arn {
    match account.get::<E>(name) {
        Some(entity) => entity.arn(account.id()),
        None => Arn::iam(account.id(), E::KIND, format_args!("/{name}")),
    }
}

/// What is named, as a refusal names it: `instance profile web`.
fn told<E: Entity>(name: &E::Name) -> String {
    format!("{} {name}", E::KIND.replace('-', " "))
}
