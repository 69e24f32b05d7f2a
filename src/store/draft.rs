//! What one request makes of an account.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clock::Time;
use crate::error::{Error, Result};
use crate::ids::Ids;
use crate::secret::Secret;
use crate::store::abroad::Abroad;
use crate::store::account::{Account, Change};
use crate::store::entity::{Entity, KeyPair, Placed, Root, Settings, User};
use crate::store::owner::Owner;
use crate::store::session::{Issued, Session, TokenKeys, Unissued};
use crate::store::signing::Signing;
use crate::store::spent::Spent;
use crate::text::{AccessKeyId, EntityId, IssuerBase, Status, TokenAlgorithm};

pub use crate::store::limits::Limits;

/// An account as one request will leave it: a clone that notes each change.
///
/// Only when the changes are committed does the account take the place of the
/// one that it was made from. A draft that is dropped never was.
#[derive(Debug)]
pub struct Draft {
    account: Arc<Account>,
    changes: Vec<Change>,
    /// Keys that the changes made, took away, or gave to another.
    touched: BTreeSet<AccessKeyId>,
    now: Time,
    limits: Limits,
    ids: Box<dyn Ids>,
    token_keys: Arc<TokenKeys>,
    signing: Arc<Signing>,
    /// Where it was asked for, where that is told.
    region: Option<Box<str>>,
    /// Whom a policy in the request names of other accounts, where that was looked up.
    abroad: Option<Arc<Abroad>>,
    /// One-time codes that were used; none is taken where they are not known.
    pub(super) spent: Option<Arc<Spent>>,
}

impl Draft {
    /// A draft in which nothing is changed yet.
    pub fn of(account: Arc<Account>, now: Time, limits: Limits, ids: Box<dyn Ids>) -> Self {
        let (changes, touched) = (Vec::new(), BTreeSet::new());
        let (token_keys, signing) = (Arc::default(), Arc::default());
        Self {
            account,
            changes,
            touched,
            now,
            limits,
            ids,
            token_keys,
            signing,
            region: None,
            abroad: None,
            spent: None,
        }
    }

    /// The same, in which credentials can be made whose tokens these keys seal, and web
    /// identity tokens that are signed by others.
    pub(super) fn issuing(self, token_keys: Arc<TokenKeys>, signing: Arc<Signing>) -> Self {
        Self { token_keys, signing, ..self }
    }

    /// The same, asked for in a region.
    #[must_use]
    pub fn asked_in(self, region: Option<&str>) -> Self {
        Self { region: region.map(Box::from), ..self }
    }

    /// The same, in which a policy may name these of other accounts.
    #[must_use]
    pub fn knowing(self, abroad: Arc<Abroad>) -> Self {
        Self { abroad: Some(abroad), ..self }
    }

    /// Whom a policy in the request names of other accounts.
    pub fn abroad(&self) -> Option<&Abroad> {
        self.abroad.as_deref()
    }

    /// The account as it stands in this draft.
    pub fn account(&self) -> &Account {
        &self.account
    }

    /// When the request came.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How much the account may hold.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// What stands under `name`, or the error to answer.
    pub fn find<E: Entity>(&self, name: &E::Name) -> Result<&E> {
        self.account.get(name).ok_or_else(|| E::missing(name))
    }

    /// Puts `entity` under its name, in the place of what stood there.
    pub fn put<E: Entity>(&mut self, entity: E) {
        self.change(E::change(E::place_of(entity.name()), Some(Arc::new(entity))));
    }

    /// Removes what stands under `name`.
    pub fn remove<E: Entity>(&mut self, name: &E::Name) {
        self.change(E::change(E::place_of(name), None));
    }

    /// The keys of someone, oldest first, or the error to answer.
    pub fn keys_of(&self, owner: &Owner) -> Result<&[KeyPair]> {
        match owner {
            Owner::Root => Ok(&self.account.root().keys),
            Owner::User(name) => Ok(&self.find::<User>(name)?.keys),
        }
    }

    /// Gives someone other keys.
    pub fn put_keys(&mut self, owner: &Owner, keys: Vec<KeyPair>) -> Result<()> {
        match owner {
            Owner::Root => {
                let created = self.account.root().created;
                self.change(Change::Root(Arc::new(Root { created, keys })));
            }
            Owner::User(name) => {
                let user = self.find::<User>(name)?.clone();
                self.put(User { keys, ..user });
            }
        }
        Ok(())
    }

    /// Puts the account's root in the place of the one before.
    pub fn put_root(&mut self, root: Root) {
        self.change(Change::Root(Arc::new(root)));
    }

    /// Puts what the account says of itself in the place of what it said before.
    pub fn put_settings(&mut self, settings: Settings) {
        self.change(Change::Settings(Arc::new(settings)));
    }

    /// An id that nothing ever had.
    pub fn new_id<E: Placed>(&mut self) -> Result<EntityId> {
        let id = self.ids.entity_id(E::PREFIX, self.account.id());
        id.ok_or_else(Error::internal_failure)
    }

    /// A key pair that nobody ever had.
    pub fn new_key(&mut self) -> Result<KeyPair> {
        let id = self.ids.access_key_id(self.account.id()).ok_or_else(Error::internal_failure)?;
        let (secret, created) = (self.ids.secret(), self.now);
        Ok(KeyPair { id, secret, status: Status::Active, created, used: Arc::default() })
    }

    /// Temporary credentials, whose token has `least` characters or more.
    pub fn issue(&mut self, session: &Session, least: usize) -> Result<Issued, Unissued> {
        self.token_keys.issue(session, least, &mut *self.ids)
    }

    /// The address below which this gateway's own issuers are.
    pub fn issuer_base(&self) -> &IssuerBase {
        self.signing.base()
    }

    /// A web identity token that says `claims`, an object of JSON.
    pub fn sign(&self, algorithm: TokenAlgorithm, claims: &[u8]) -> Result<Secret> {
        let token = self.signing.sign(algorithm, claims, self.now);
        token.map(Secret::new).ok_or_else(Error::internal_failure)
    }

    /// Where it was asked for, where that is told.
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Why somebody of this account was refused, as a message tells it; nothing where it is
    /// no message of ours, or one for others.
    pub fn decode(&self, message: &str) -> Option<String> {
        self.token_keys.decode(message, self.account.id())
    }

    /// A source of new ids.
    pub fn ids(&mut self) -> &mut dyn Ids {
        &mut *self.ids
    }

    /// Whether there is nothing to commit.
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty()
    }

    /// What is to be committed, and then published.
    pub fn into_parts(self) -> Drafted {
        Drafted { account: self.account, changes: self.changes, touched: self.touched }
    }

    fn change(&mut self, change: Change) {
        self.touch(&change);
        Arc::make_mut(&mut self.account).apply(&change);
        self.touch(&change);
        self.changes.push(change);
    }

    fn touch(&mut self, change: &Change) {
        let keys = match change {
            Change::Root(_) => &self.account.root.keys[..],
            Change::User(name, _) => {
                self.account.users.get(name).map_or(&[][..], |user| &user.keys)
            }
            Change::Settings(_)
            | Change::Group(..)
            | Change::Role(..)
            | Change::Policy(..)
            | Change::Profile(..)
            | Change::Oidc(..)
            | Change::Saml(..)
            | Change::Mfa(..) => &[],
        };
        self.touched.extend(keys.iter().map(|key| key.id.clone()));
    }
}

/// What a draft has come to.
#[derive(Debug)]
pub struct Drafted {
    /// The account with all changes made.
    pub account: Arc<Account>,
    /// The changes, in the order in which they were made.
    pub changes: Vec<Change>,
    /// Keys that the changes made, took away, or gave to another.
    pub touched: BTreeSet<AccessKeyId>,
}
