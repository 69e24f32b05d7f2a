//! Amazon Resource Names.

use std::fmt;
use std::sync::Arc;

use crate::text::{AccountId, ArnText, FederatedName, RoleName, SessionName, StsArn, Text};

/// The name of one resource: `arn:aws:iam::123456789012:user/dev/ann`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Arn(Arc<str>);

impl Arn {
    /// A resource of the IAM service, which has no region: `kind` is `user`,
    /// `path_and_name` the path, which begins with a slash, and the name.
    pub fn iam(account: &AccountId, kind: &str, path_and_name: impl fmt::Display) -> Self {
        Self(format!("arn:aws:iam::{account}:{kind}{path_and_name}").into())
    }

    /// The account's root.
    pub fn root(account: &AccountId) -> Self {
        Self(format!("arn:aws:iam::{account}:root").into())
    }

    /// A session of a role. The role's path is not part of it.
    pub fn assumed_role(account: &AccountId, role: &RoleName, session: &SessionName) -> Self {
        Self(format!("arn:aws:sts::{account}:assumed-role/{role}/{session}").into())
    }

    /// Somebody for whom a user makes credentials.
    pub fn federated_user(account: &AccountId, name: &FederatedName) -> Self {
        Self(format!("arn:aws:sts::{account}:federated-user/{name}").into())
    }

    /// A resource that AWS itself has in every account.
    pub fn of_aws(name: &'static str) -> Self {
        Self(name.into())
    }

    /// The name that a caller of STS writes, whether there is such a resource or not.
    pub fn named(given: &StsArn) -> Self {
        Self(given.as_str().into())
    }

    /// Every resource there is: for actions that act on none in particular.
    pub fn any() -> Self {
        Self("*".into())
    }

    /// The name, to be kept without a copy of it.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    /// The account that it names; none, where it names none.
    pub fn account(&self) -> Option<AccountId> {
        AccountId::parse(self.0.split(':').nth(4)?).ok()
    }

    /// The name as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&ArnText> for Arn {
    /// The name that a caller writes, whether there is such a resource or not.
    fn from(given: &ArnText) -> Self {
        Self(given.as_str().into())
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
