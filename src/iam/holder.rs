//! Users, groups and roles, as far as policies go: how requests name them, and how what
//! they hold is changed.

use crate::action::Needs;
use crate::error::{Code, Error, Result};
use crate::iam::on;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{Group, Holder, Role, User};
use crate::text::{GroupName, NewUserName, RoleName, Text};

/// A kind of holder, as requests name one.
pub(super) trait Named: Holder {
    /// The parameter that names it.
    const FIELD: &'static str;

    /// What quotas and sentences call it.
    const WORD: &'static str;

    /// Its name where managed policies are concerned: AWS asks for shorter names of
    /// users there than elsewhere.
    type Asked: Text + Into<Self::Name>;
}

impl Named for Group {
    const FIELD: &'static str = "GroupName";
    const WORD: &'static str = "Group";
    type Asked = GroupName;
}

impl Named for Role {
    const FIELD: &'static str = "RoleName";
    const WORD: &'static str = "Role";
    type Asked = RoleName;
}

impl Named for User {
    const FIELD: &'static str = "UserName";
    const WORD: &'static str = "User";
    type Asked = NewUserName;
}

/// Leave to change what a holder holds: its boundary is told, if it has one.
pub(super) fn on_rights<H: Holder>(name: &H::Name, account: &Account) -> Needs {
    let needs = on::<H>(name, account);
    let boundary = account.get::<H>(name).and_then(|holder| holder.rights().boundary.as_ref());
    match boundary {
        Some(boundary) => needs.with("iam:PermissionsBoundary", boundary.as_str()),
        None => needs,
    }
}

/// The holder as it is, to be changed; one that belongs to a service is changed by nobody
/// else.
pub(super) fn to_change<H: Holder>(name: &H::Name, draft: &Draft) -> Result<H> {
    let holder = draft.find::<H>(name)?;
    if holder.service().is_none() {
        return Ok(holder.clone());
    }
    let message = format!(
        "Cannot perform the operation on the protected {} '{}' - this {0} is only modifiable by \
         AWS",
        H::KIND,
        holder.name()
    );
    Err(Error::new(Code::UnmodifiableEntity, message))
}
