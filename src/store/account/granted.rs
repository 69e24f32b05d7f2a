//! What someone is granted: every policy that bears on what they ask.

use crate::arn::Arn;
use crate::catalog;
use crate::policy::{Policy, Source};
use crate::store::account::Account;
use crate::store::entity::{
    Entity, Group, Holder, ManagedPolicy, MfaDevice, OidcProvider, Profile, Role, SamlProvider,
    Tagged, Tags, User,
};
use crate::store::session::{Limits, Session};
use crate::text::{Folded, TagValue, Text, folds_to};

/// The policy that allows everything.
const ADMINISTRATOR: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The policies of someone.
#[derive(Clone, Debug, Default)]
pub struct Granted {
    /// What grants: of a user, the policies of its groups as well.
    pub identity: Vec<Source>,
    /// What limits, where there is a boundary.
    pub boundary: Option<Vec<Source>>,
}

impl Granted {
    /// Everything: what root hands on.
    pub fn everything() -> Self {
        let policy = catalog::document(ADMINISTRATOR).cloned();
        let source = policy.map(|policy| Source {
            name: "AdministratorAccess".into(),
            arn: Some(ADMINISTRATOR.into()),
            policy,
        });
        Self { identity: source.into_iter().collect(), boundary: None }
    }
}

impl Account {
    /// What a user is granted.
    pub fn granted_to_user(&self, user: &User) -> Granted {
        let groups = self.groups_of(user);
        let of_groups = groups.into_iter().flat_map(|group| self.sources(group));
        let identity = self.sources(user).into_iter().chain(of_groups).collect();
        Granted { identity, boundary: self.boundary_of(user) }
    }

    /// What a group is granted: each of its members is.
    pub fn granted_to_group(&self, group: &Group) -> Granted {
        Granted { identity: self.sources(group), boundary: None }
    }

    /// What a role is granted.
    pub fn granted_to_role(&self, role: &Role) -> Granted {
        Granted { identity: self.sources(role), boundary: self.boundary_of(role) }
    }

    /// The policies that limit a session; nothing, where none does.
    pub fn limits_of(&self, session: &Session) -> Option<Vec<Source>> {
        let Limits { inline, managed } = &session.limits;
        let inline = inline.iter().map(|policy| Source {
            name: "session".into(),
            arn: None,
            policy: policy.clone(),
        });
        let all = || inline.chain(managed.iter().map(|arn| self.managed(arn))).collect();
        (!session.limits.is_empty()).then(all)
    }

    /// What the managed policy of that full name says, whether it is the account's
    /// own or AWS's.
    pub fn document_of(&self, arn: &Arn) -> Option<&Policy> {
        let own = self.policy_of(arn).and_then(ManagedPolicy::document);
        own.or_else(|| catalog::document(arn.as_str()))
    }

    fn sources<H: Holder>(&self, holder: &H) -> Vec<Source> {
        let rights = holder.rights();
        let inline = rights.policies().map(|(name, policy)| Source {
            name: format!("{}_{}_{name}", H::KIND, holder.name()).into(),
            arn: None,
            policy: policy.clone(),
        });
        inline.chain(rights.attached.iter().map(|arn| self.managed(arn))).collect()
    }

    fn boundary_of<H: Holder>(&self, holder: &H) -> Option<Vec<Source>> {
        holder.rights().boundary.as_ref().map(|arn| vec![self.managed(arn)])
    }

    /// A managed policy. One that is not there denies everything, as one does that
    /// cannot be read: what it would have denied is not known.
    fn managed(&self, arn: &Arn) -> Source {
        let name = arn.as_str().rsplit('/').next().unwrap_or_default();
        let policy = self.document_of(arn).cloned().unwrap_or_else(|| Policy::kept(""));
        Source { name: name.into(), arn: Some(arn.shared()), policy }
    }

    /// What the label of a thing says; `key` is in lower case, and so is what it is
    /// compared with.
    pub fn label_of(&self, arn: &str, key: &str) -> Option<&TagValue> {
        let tags = self.tags_of(arn)?;
        let found = tags.iter().find(|(held, _)| folds_to(&held.text(), key));
        found.map(|(_, value)| value)
    }

    /// The labels of the thing of exactly that full name.
    fn tags_of(&self, arn: &str) -> Option<&Tags> {
        let resource = arn.splitn(6, ':').nth(5)?;
        let (kind, _) = resource.split_once('/')?;
        let (_, name) = resource.rsplit_once('/')?;
        let name = Folded::of(&name);
        match kind {
            User::KIND => self.tags_on::<User>(&name, arn),
            Role::KIND => self.tags_on::<Role>(&name, arn),
            ManagedPolicy::KIND => self.tags_on::<ManagedPolicy>(&name, arn),
            Profile::KIND => self.tags_on::<Profile>(&name, arn),
            OidcProvider::KIND => self.by_arn::<OidcProvider>(arn).map(Tagged::tags),
            SamlProvider::KIND => self.by_arn::<SamlProvider>(arn).map(Tagged::tags),
            MfaDevice::KIND => self.tags_on::<MfaDevice>(&name, arn),
            _ => None,
        }
    }

    fn tags_on<T: Tagged>(&self, name: &Folded, arn: &str) -> Option<&Tags> {
        let thing = self.at::<T>(name)?;
        (thing.arn(&self.id).as_str() == arn).then(|| thing.tags())
    }
}
