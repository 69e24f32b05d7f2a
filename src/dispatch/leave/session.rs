//! What temporary credentials may never be used for, whatever policies say (IAM User
//! Guide, "Compare AWS STS credentials").

use crate::action::Case;
use crate::dispatch::leave::sentence;
use crate::error::{Error, Result};
use crate::iam::IAM;
use crate::sigv4::Refusal;
use crate::store::session::{Session, Whose};

/// What a user may do in a session of their own, of all that STS does.
const OF_A_USER: [&str; 3] = ["AssumeRole", "GetCallerIdentity", "GetWebIdentityToken"];

/// What somebody may do to whom a user hands rights on.
const OF_A_GUEST: [&str; 2] = ["GetCallerIdentity", "GetWebIdentityToken"];

/// Refuses what the caller's session is not for. Of what is asked IAM says nothing then:
/// it looks at nothing but the token.
pub(super) fn check(case: &Case<'_>) -> Result<()> {
    let Some(session) = case.caller.session() else { return Ok(()) };
    let is_iam = case.action.service.prefix == IAM.prefix;
    match may(session, is_iam, case.action.name) {
        true => Ok(()),
        false if is_iam => Err(no_such_token()),
        // Why nobody in a session may, the action tells better.
        false => Err(case.needs.leaves().err().unwrap_or_else(|| sentence::never(case))),
    }
}

fn may(session: &Session, is_iam: bool, action: &str) -> bool {
    match session.whose {
        Whose::Role { .. } | Whose::Task | Whose::Delegate(_) => true,
        Whose::User(_) | Whose::Root if is_iam => session.mfa.is_some(),
        Whose::User(_) | Whose::Root => OF_A_USER.contains(&action),
        Whose::Guest { .. } => !is_iam && OF_A_GUEST.contains(&action),
    }
}

/// IAM takes a token that is not for it as one that is none.
fn no_such_token() -> Error {
    Refusal::WrongToken.error().unwrap_or_else(Error::internal_failure)
}
