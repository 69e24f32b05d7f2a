//! What an account holds: plain data.

mod declared;
mod group;
mod key;
mod mfa;
mod oidc;
mod policy;
mod profile;
mod rights;
mod role;
mod root;
mod saml;
mod settings;
mod tags;
mod user;

use std::fmt::Debug;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use crate::arn::Arn;
use crate::error::Error;
use crate::store::account::{Account, Change};
use crate::text::{AccountId, EntityId, Folded, Path, ServiceName, Text};

use declared::{entity, holder, tagged};

pub use group::Group;
pub use key::{KeyPair, LastUse, Use};
pub use mfa::{Enabled, MfaDevice, Synced};
pub use oidc::OidcProvider;
pub use policy::{ManagedPolicy, Version};
pub use profile::Profile;
pub use rights::Rights;
pub use role::{Role, Trust};
pub use root::Root;
pub use saml::{PrivateKey, SamlProvider};
pub use settings::{Outbound, Settings};
pub use tags::{Case, Tags};
pub use user::User;

/// A kind of thing that an account holds by name.
pub trait Entity: Clone + Debug + 'static {
    /// What it is called in ARNs and in sentences.
    const KIND: &'static str;

    /// What it is called.
    type Name: Text;

    /// Its name, in the case in which it was given.
    fn name(&self) -> &Self::Name;

    /// All of them in an account.
    fn all(account: &Account) -> &OrdMap<Folded, Arc<Self>>;

    /// The change after which this stands under `name`, or nothing does.
    fn change(name: Folded, to: Option<Arc<Self>>) -> Change;

    /// What one of that name stands under.
    fn place_of(name: &Self::Name) -> Folded {
        Folded::of(name)
    }

    /// The other things that it names.
    fn mentions(&self) -> Mentions {
        Mentions::default()
    }

    /// What is answered where none of that name is there.
    fn missing(name: &Self::Name) -> Error {
        Error::no_such(Self::KIND, name)
    }

    /// Its full name.
    fn arn(&self, account: &AccountId) -> Arn {
        Arn::iam(account, Self::KIND, format_args!("/{}", self.name()))
    }
}

/// An entity that stands at a path, and has an id.
pub trait Placed: Entity {
    /// What its ids begin with.
    const PREFIX: &'static str;

    /// Where it stands.
    fn path(&self) -> &Path;

    /// What stays where the name changes, and is never given twice.
    fn id(&self) -> &EntityId;
}

/// What an entity names: the account can tell who names a thing.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// Managed policies that it has attached.
    pub attached: OrdSet<Arn>,
    /// The managed policy that is its boundary.
    pub boundary: Option<Arn>,
    /// Groups that it is in.
    pub groups: OrdSet<EntityId>,
    /// The role that it holds.
    pub role: Option<EntityId>,
    /// The user whose device it is.
    pub user: Option<EntityId>,
}

/// A user, group or role: who is granted something.
pub trait Holder: Placed {
    /// What it is granted.
    fn rights(&self) -> &Rights;

    /// What it is granted, to be changed.
    fn rights_mut(&mut self) -> &mut Rights;

    /// The service that it belongs to, if none but that may change it.
    fn service(&self) -> Option<&ServiceName> {
        None
    }
}

/// A thing with labels.
pub trait Tagged: Entity {
    /// Whether keys that differ in nothing but case are the same.
    const CASE: Case;

    /// Its labels.
    fn tags(&self) -> &Tags;

    /// Its labels, to be changed.
    fn tags_mut(&mut self) -> &mut Tags;
}
