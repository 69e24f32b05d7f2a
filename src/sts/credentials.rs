//! Temporary credentials, as all answers tell of them, and the errors where there are none.

use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::secret::Secret;
use crate::store::draft::Draft;
use crate::store::session::{Issued, Session, TooLarge, Unissued, utilization};
use crate::text::{AccessKeyId, TokenSize};
use crate::wire::answer::output;

output! {
    /// What signs, for a while.
    pub(super) struct Credentials {
        id: AccessKeyId = "AccessKeyId",
        secret: Secret = "SecretAccessKey",
        token: Secret = "SessionToken",
        expires: Time = "Expiration",
    }
}

/// Credentials, and how long their token is.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) credentials: Credentials,
    /// How much of the room for policies and tags is taken, in hundredths.
    pub(super) packed: usize,
    /// How much of the longest token this one takes, in hundredths.
    pub(super) utilization: usize,
    /// How many characters the token has.
    pub(super) size: usize,
}

/// Credentials for a session, whose token is no shorter than it is to be.
pub(super) fn make(session: &Session, least: Option<TokenSize>, draft: &mut Draft) -> Result<Made> {
    let least = least.unwrap_or_default().get().try_into().unwrap_or_default();
    let issued = draft.issue(session, least).map_err(unissued)?;
    let Issued { id, secret, token, expires, packed } = issued;
    let (utilization, size) = (utilization(&token), token.expose().len());
    let credentials = Credentials { id, secret, token, expires };
    Ok(Made { credentials, packed, utilization, size })
}

fn unissued(why: Unissued) -> Error {
    let message = match why {
        Unissued::Failed => return Error::internal_failure(),
        Unissued::TooLarge(TooLarge { packed, is_tags: true }) => {
            format!("Packed size of session tags consumes {packed}% of allotted space.")
        }
        Unissued::TooLarge(TooLarge { packed, is_tags: false }) => {
            format!(
                "Packed policy consumes {packed}% of allotted space, please use smaller policy."
            )
        }
    };
    Error::new(Code::PackedPolicyTooLarge, message)
}
