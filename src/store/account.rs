//! One account, and how it changes.

mod devices;
mod granted;
mod named;
mod who;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use imbl::OrdMap;

use crate::arn::Arn;
use crate::store::account::named::Named;
use crate::store::entity::{
    Entity, Group, Holder, KeyPair, ManagedPolicy, MfaDevice, OidcProvider, Placed, Profile, Role,
    Root, SamlProvider, Settings, User,
};
use crate::store::owner::Owner;
use crate::text::{AccessKeyId, AccountId, EntityId, Folded, Text};

pub use granted::Granted;
pub use who::Who;

/// All that is in one account. A clone shares everything with the original and
/// costs the same whatever the size; whoever holds one keeps what they saw.
#[derive(Clone, Debug)]
pub struct Account {
    id: AccountId,
    /// How many commits it is made of.
    revision: u64,
    /// Which content it has.
    stamp: u64,
    pub(super) root: Arc<Root>,
    pub(super) settings: Arc<Settings>,
    pub(super) users: OrdMap<Folded, Arc<User>>,
    pub(super) groups: OrdMap<Folded, Arc<Group>>,
    pub(super) roles: OrdMap<Folded, Arc<Role>>,
    pub(super) policies: OrdMap<Folded, Arc<ManagedPolicy>>,
    pub(super) profiles: OrdMap<Folded, Arc<Profile>>,
    pub(super) oidc: OrdMap<Folded, Arc<OidcProvider>>,
    pub(super) saml: OrdMap<Folded, Arc<SamlProvider>>,
    pub(super) devices: OrdMap<Folded, Arc<MfaDevice>>,
    /// Whose each key is.
    keys: OrdMap<AccessKeyId, Owner>,
    /// Who names what.
    named: Named,
}

impl Account {
    /// An account in which nothing is yet.
    pub fn new(id: AccountId) -> Self {
        Self {
            id,
            revision: 0,
            stamp: new_stamp(),
            root: Arc::default(),
            settings: Arc::default(),
            users: OrdMap::new(),
            groups: OrdMap::new(),
            roles: OrdMap::new(),
            policies: OrdMap::new(),
            profiles: OrdMap::new(),
            oidc: OrdMap::new(),
            saml: OrdMap::new(),
            devices: OrdMap::new(),
            keys: OrdMap::new(),
            named: Named::default(),
        }
    }

    /// The id of the user or role of exactly that ARN, path and case included.
    pub fn bearer(&self, arn: &str) -> Option<&EntityId> {
        let name = Folded::of(&arn.rsplit('/').next()?);
        self.bearing::<User>(&name, arn).or_else(|| self.bearing::<Role>(&name, arn))
    }

    fn bearing<E: Placed>(&self, name: &Folded, arn: &str) -> Option<&EntityId> {
        let entity = E::all(self).get(name)?;
        (entity.arn(&self.id).as_str() == arn).then(|| entity.id())
    }

    /// The account of who names none.
    pub fn nowhere() -> Self {
        Self::new(AccountId::nobodys())
    }

    /// Its number.
    pub fn id(&self) -> &AccountId {
        &self.id
    }

    /// How many commits it is made of.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Which content it has: accounts of one stamp hold the same, in this process.
    pub fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Says how many commits it is made of, once they are all applied.
    pub(super) fn set_revision(&mut self, revision: u64) {
        self.revision = revision;
    }

    /// Whom it belongs to.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// What it says of itself.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// All users, by name.
    pub fn users(&self) -> &OrdMap<Folded, Arc<User>> {
        &self.users
    }

    /// What stands under `name`, in whatever case.
    pub fn get<E: Entity>(&self, name: &E::Name) -> Option<&E> {
        self.at(&E::place_of(name))
    }

    fn at<E: Entity>(&self, name: &Folded) -> Option<&E> {
        E::all(self).get(name).map(|entity| &**entity)
    }

    /// Whose id it is.
    pub fn by_id(&self, id: &EntityId) -> Option<Who<'_>> {
        let (kind, name) = self.named.by_id(id)?;
        match *kind {
            User::KIND => self.at(name).map(Who::User),
            Group::KIND => self.at(name).map(Who::Group),
            Role::KIND => self.at(name).map(Who::Role),
            ManagedPolicy::KIND => self.at(name).map(Who::Policy),
            Profile::KIND => self.at(name).map(Who::Profile),
            _ => None,
        }
    }

    /// The managed policy of exactly that full name, path and case included; none of
    /// another account, nor of AWS.
    pub fn policy_of(&self, arn: &Arn) -> Option<&ManagedPolicy> {
        let (_, name) = arn.as_str().rsplit_once('/')?;
        let policy = self.at::<ManagedPolicy>(&Folded::of(&name))?;
        (policy.arn(&self.id) == *arn).then_some(policy)
    }

    /// The thing of exactly that full name, of a kind that stands at no path.
    pub fn by_arn<E: Entity>(&self, arn: &str) -> Option<&E> {
        let resource = arn.splitn(6, ':').nth(5)?;
        let name = resource.strip_prefix(E::KIND)?.strip_prefix('/')?;
        let thing = self.get::<E>(&E::Name::parse(name).ok()?)?;
        (thing.arn(&self.id).as_str() == arn).then_some(thing)
    }

    /// The users in the group of that id, by name.
    pub fn members(&self, group: &EntityId) -> impl Iterator<Item = &User> {
        self.named.members.of(group, User::KIND).filter_map(|name| self.at(name))
    }

    /// The groups that a user is in, by name.
    pub fn groups_of(&self, user: &User) -> Vec<&Group> {
        let group = |id: &EntityId| self.by_id(id).and_then(Who::group);
        let mut groups: Vec<_> = user.groups.iter().filter_map(group).collect();
        groups.sort_by_cached_key(|group| Folded::of(&group.name));
        groups
    }

    /// The users, groups or roles that have a managed policy attached, by name.
    pub fn attached_to<H: Holder>(&self, policy: &Arn) -> impl Iterator<Item = &H> {
        self.named.attached.of(policy, H::KIND).filter_map(|name| self.at(name))
    }

    /// How many users, groups and roles have a managed policy attached.
    pub fn attachments(&self, policy: &Arn) -> usize {
        self.named.attached.count(policy)
    }

    /// The users or roles whose boundary a managed policy is, by name.
    pub fn bounded_by<H: Holder>(&self, policy: &Arn) -> impl Iterator<Item = &H> {
        self.named.bounding.of(policy, H::KIND).filter_map(|name| self.at(name))
    }

    /// How many users and roles have a managed policy as their boundary.
    pub fn boundaries(&self, policy: &Arn) -> usize {
        self.named.bounding.count(policy)
    }

    /// The instance profiles that hold the role of that id, by name.
    pub fn profiles_of(&self, role: &EntityId) -> impl Iterator<Item = &Profile> {
        self.named.profiles.of(role, Profile::KIND).filter_map(|name| self.at(name))
    }

    /// Every managed policy that is attached, or is a boundary: AWS's ones too.
    pub fn policies_in_use(&self) -> impl Iterator<Item = &Arn> {
        let bounding = self.named.bounding.all();
        let is_only_bounding = |arn: &&Arn| self.attachments(arn) == 0;
        self.named.attached.all().chain(bounding.filter(is_only_bounding))
    }

    /// Whose key it is, if it is one of this account.
    pub fn owner_of(&self, key: &AccessKeyId) -> Option<&Owner> {
        self.keys.get(key)
    }

    /// Every key of the account, and whose it is.
    pub fn keys(&self) -> impl Iterator<Item = (&AccessKeyId, &Owner)> {
        self.keys.iter()
    }

    /// The keys of someone, oldest first; none where there is no such user.
    pub fn keys_of(&self, owner: &Owner) -> &[KeyPair] {
        match owner {
            Owner::Root => &self.root.keys,
            Owner::User(name) => self.get::<User>(name).map_or(&[], |user| &user.keys),
        }
    }

    /// The full name of someone, as far as the account knows them: leave is asked
    /// for on a user that does not exist, too.
    pub fn arn_of(&self, owner: &Owner) -> Arn {
        match owner {
            Owner::Root => Arn::root(&self.id),
            Owner::User(name) => match self.get::<User>(name) {
                Some(user) => user.arn(&self.id),
                None => Arn::iam(&self.id, User::KIND, format_args!("/{name}")),
            },
        }
    }

    /// Makes one change.
    // INVARIANT: nothing else writes to an account. What is in memory is thus
    // what the committed changes add up to, here and on every other node.
    pub fn apply(&mut self, change: &Change) {
        self.stamp = new_stamp();
        match change {
            Change::Root(root) => {
                let before = std::mem::replace(&mut self.root, Arc::clone(root));
                self.own(&Owner::Root, &before.keys, &root.keys);
            }
            Change::Settings(settings) => self.settings = Arc::clone(settings),
            Change::User(name, to) => {
                let before = set(&mut self.users, name, to.as_ref());
                self.named.follow(name, before.as_deref(), to.as_deref());
                self.own_keys(before.as_deref(), to.as_deref());
            }
            Change::Group(name, to) => {
                let before = set(&mut self.groups, name, to.as_ref());
                self.named.follow(name, before.as_deref(), to.as_deref());
            }
            Change::Role(name, to) => {
                let before = set(&mut self.roles, name, to.as_ref());
                self.named.follow(name, before.as_deref(), to.as_deref());
            }
            Change::Policy(name, to) => {
                let before = set(&mut self.policies, name, to.as_ref());
                self.named.follow(name, before.as_deref(), to.as_deref());
            }
            Change::Profile(name, to) => {
                let before = set(&mut self.profiles, name, to.as_ref());
                self.named.follow(name, before.as_deref(), to.as_deref());
            }
            Change::Oidc(name, to) => drop(set(&mut self.oidc, name, to.as_ref())),
            Change::Saml(name, to) => drop(set(&mut self.saml, name, to.as_ref())),
            Change::Mfa(name, to) => {
                let before = set(&mut self.devices, name, to.as_ref());
                self.named.follow(name, before.as_deref(), to.as_deref());
            }
        }
    }

    fn own_keys(&mut self, before: Option<&User>, after: Option<&User>) {
        if let Some(user) = after.or(before) {
            let owner = Owner::User(user.name.clone());
            let keys_of = |user: Option<&User>| user.map_or_else(Vec::new, |u| u.keys.clone());
            self.own(&owner, &keys_of(before), &keys_of(after));
        }
    }

    fn own(&mut self, owner: &Owner, before: &[KeyPair], after: &[KeyPair]) {
        // A user that is renamed is put under the new name before it is removed
        // from the old one: its keys belong to the new one by then.
        for key in before {
            if self.keys.get(&key.id).is_some_and(|held| held.is_same(owner)) {
                self.keys.remove(&key.id);
            }
        }
        for key in after {
            self.keys.insert(key.id.clone(), owner.clone());
        }
    }
}

/// A stamp that no account had before.
fn new_stamp() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// Puts what is to stand under `name`, or nothing, and returns what stood there.
fn set<E: Entity>(
    all: &mut OrdMap<Folded, Arc<E>>,
    name: &Folded,
    to: Option<&Arc<E>>,
) -> Option<Arc<E>> {
    match to {
        Some(entity) => all.insert(name.clone(), Arc::clone(entity)),
        None => all.remove(name),
    }
}

/// One thing as it is from now on, or `None` where it is gone.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the entities tell what they are")]
pub enum Change {
    Root(Arc<Root>),
    Settings(Arc<Settings>),
    User(Folded, Option<Arc<User>>),
    Group(Folded, Option<Arc<Group>>),
    Role(Folded, Option<Arc<Role>>),
    Policy(Folded, Option<Arc<ManagedPolicy>>),
    Profile(Folded, Option<Arc<Profile>>),
    Oidc(Folded, Option<Arc<OidcProvider>>),
    Saml(Folded, Option<Arc<SamlProvider>>),
    Mfa(Folded, Option<Arc<MfaDevice>>),
}
