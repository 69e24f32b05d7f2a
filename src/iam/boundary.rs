//! Boundaries: the managed policies that limit what users and roles may do.

use crate::arn::Arn;
use crate::catalog;
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::entity::Rights;
use crate::text::ArnText;
use crate::wire::answer::output;

output! {
    /// The policy that limits what somebody may do.
    pub(super) struct Boundary {
        kind: String = "PermissionsBoundaryType",
        arn: String = "PermissionsBoundaryArn",
    }
}

impl Boundary {
    /// The one that stands beside these rights, if one does.
    pub(super) fn of(rights: &Rights) -> Option<Self> {
        let arn = rights.boundary.as_ref()?.to_string();
        // The model has another word here, which AWS does not answer.
        Some(Self { kind: "Policy".to_owned(), arn })
    }
}

/// The policy that is to be a boundary: one of the account, or of AWS.
pub(super) fn check_boundary(given: &ArnText, account: &Account) -> Result<Arn> {
    let arn = Arn::from(given);
    if account.policy_of(&arn).is_some() || catalog::find(arn.as_str()).is_some() {
        return Ok(arn);
    }
    Err(if arn.as_str().starts_with("arn:") {
        let message = format!("Scope ARN: {arn} does not exist or is not attachable.");
        Error::new(Code::NoSuchEntity, message)
    } else {
        Error::new(Code::InvalidInput, format!("ARN {arn} is not valid."))
    })
}
