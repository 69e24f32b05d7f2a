//! Whose a key is, and who therefore signed.

use std::sync::Arc;

use crate::arn::Arn;
use crate::federation::Vouched;
use crate::federation::saml::Asserted;
use crate::store::account::{Account, Who};
use crate::store::entity::{Entity, Role, User};
use crate::store::session::{Delegated, Session, Whose};
use crate::text::{AccountId, EntityId, FederatedName, Folded, RoleName, SessionName, UserName};

/// Who holds keys in an account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Owner {
    /// The account's root.
    Root,
    /// A user.
    User(UserName),
}

impl Owner {
    /// Whether both are the same: names are compared without regard to case.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Root, Self::Root) => true,
            (Self::User(one), Self::User(two)) => Folded::of(one) == Folded::of(two),
            (Self::Root | Self::User(_), _) => false,
        }
    }
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    account: AccountId,
    actor: Actor,
    arn: Arn,
    id: Arc<str>,
    session: Option<Arc<Session>>,
    proof: Option<Proof>,
}

/// As whom a caller acts.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Actor {
    /// As root or as a user: with a key of theirs, or in a session of their own.
    Owner(Owner),
    /// As a role, in a session.
    Role {
        /// The role's name.
        name: RoleName,
        /// The role's id.
        id: EntityId,
        /// The role's ARN.
        arn: Arn,
    },
    /// As somebody to whom a user or root hands rights on.
    Guest {
        /// Who hands them on.
        of: Owner,
        /// The ARN of who does.
        arn: Arn,
    },
    /// As nobody that the account knows: the request is not signed.
    Stranger,
}

/// What a request proves beside its signature, or in place of one.
#[derive(Clone, Debug)]
pub enum Proof {
    /// That a second factor is at hand.
    SecondFactor,
    /// That the caller's account manages the one that is acted in.
    Management,
    /// That a user of another account hands rights on.
    Delegated {
        /// What is handed on.
        delegated: Arc<Delegated>,
        /// The user's ARN.
        user: Arn,
    },
    /// That an identity provider vouches for whoever asks, in a token.
    Web {
        /// The provider, as trust policies name it.
        provider: Arc<str>,
        /// What it says.
        said: Arc<Vouched>,
    },
    /// The same in an assertion.
    Saml {
        /// The provider, as trust policies name it.
        provider: Arc<str>,
        /// What it says.
        said: Arc<Asserted>,
    },
}

impl Proof {
    /// The identity provider, as trust policies name it, and what it vouches for.
    pub fn vouched(&self) -> Option<(&str, &Vouched)> {
        match self {
            Self::SecondFactor | Self::Management | Self::Delegated { .. } => None,
            Self::Web { provider, said } => Some((provider, said)),
            Self::Saml { provider, said } => Some((provider, &said.vouched)),
        }
    }
}

impl Caller {
    /// Whoever signs with the keys of `owner`; nobody where there is no such user.
    pub fn of(account: &Account, owner: &Owner) -> Option<Self> {
        let (owner, arn, id) = match owner {
            Owner::Root => (Owner::Root, Arn::root(account.id()), account.id().as_str().into()),
            Owner::User(name) => {
                let user = account.get::<User>(name)?;
                let owner = Owner::User(user.name.clone());
                (owner, user.arn(account.id()), user.id.as_str().into())
            }
        };
        Some(Self::new(account, Actor::Owner(owner), (arn, id)))
    }

    /// Whoever acts in a session; nobody where the one is gone as whom it acts.
    pub fn in_session(account: &Account, session: Arc<Session>) -> Option<Self> {
        let caller = match &session.whose {
            Whose::Root | Whose::Task => Self::of(account, &Owner::Root),
            Whose::User(id) | Whose::Delegate(id) => {
                Self::of(account, &user_of(account, Some(id))?)
            }
            Whose::Role { role, name } => Self::as_role(account, role, name),
            Whose::Guest { of, name } => Self::as_guest(account, of.as_ref(), name),
        };
        Some(Self { session: Some(session), ..caller? })
    }

    fn as_role(account: &Account, id: &EntityId, session: &SessionName) -> Option<Self> {
        let role = account.by_id(id).and_then(Who::role)?;
        let arn = Arn::assumed_role(account.id(), &role.name, session);
        let whole = format!("{id}:{session}").into();
        Some(Self::new(account, Actor::role(account, role), (arn, whole)))
    }

    fn as_guest(account: &Account, of: Option<&EntityId>, name: &FederatedName) -> Option<Self> {
        let of = user_of(account, of)?;
        let arn = Arn::federated_user(account.id(), name);
        let actor = Actor::Guest { arn: account.arn_of(&of), of };
        Some(Self::new(account, actor, (arn, format!("{}:{name}", account.id()).into())))
    }

    /// Whoever sends a request to an account that is not signed.
    pub fn stranger(account: &Account) -> Self {
        Self::new(account, Actor::Stranger, (Arn::any(), "anonymous".into()))
    }

    fn new(account: &Account, actor: Actor, (arn, id): (Arn, Arc<str>)) -> Self {
        let account = account.id().clone();
        Self { account, actor, arn, id, session: None, proof: None }
    }

    /// The same, who has proven something beside.
    #[must_use]
    pub fn proving(self, proof: Option<Proof>) -> Self {
        Self { proof, ..self }
    }

    /// The account the caller belongs to.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// As whom the caller acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Root or user, if the caller acts as one of them.
    pub fn owner(&self) -> Option<&Owner> {
        match &self.actor {
            Actor::Owner(owner) => Some(owner),
            Actor::Role { .. } | Actor::Guest { .. } | Actor::Stranger => None,
        }
    }

    /// The full name: `arn:aws:iam::123456789012:user/dev/ann`,
    /// `arn:aws:sts::123456789012:assumed-role/builder/ann`.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// What stays where the name changes: `AIDA…`, `AROA…:session`; for root the account's
    /// number.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// The session that the caller acts in, if it is with temporary credentials.
    pub fn session(&self) -> Option<&Arc<Session>> {
        self.session.as_ref()
    }

    /// What the caller has proven beside the signature.
    pub fn proof(&self) -> Option<&Proof> {
        self.proof.as_ref()
    }
}

impl Actor {
    fn role(account: &Account, role: &Role) -> Self {
        Self::Role { name: role.name.clone(), id: role.id.clone(), arn: role.arn(account.id()) }
    }
}

/// The user of that id; root, where none is named.
fn user_of(account: &Account, id: Option<&EntityId>) -> Option<Owner> {
    let Some(id) = id else { return Some(Owner::Root) };
    account.by_id(id).and_then(Who::user).map(|user| Owner::User(user.name.clone()))
}
