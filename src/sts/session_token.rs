//! A user's own sessions: what a second factor is shown for.

use crate::action::{Action, Allowed, Needs, Proves, Route, Service};
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::{Caller, Owner, Proof};
use crate::store::session::{Session, Whose};
use crate::sts::STS;
use crate::sts::credentials::{Credentials, make};
use crate::text::{AskedSerial, EntityId, SessionDuration, Text, TokenCode, TokenSize};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<GetSessionToken>()];

/// For how many seconds a session of root lasts at most.
const OF_ROOT: i64 = 3600;

input! {
    /// Asks for a session of one's own (AWS STS API Reference, `GetSessionToken`).
    struct GetSessionToken {
        duration: Option<SessionDuration> = "DurationSeconds",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        serial: Option<AskedSerial> = "SerialNumber",
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        code: Option<TokenCode> = "TokenCode",
        token_size: Option<TokenSize> = "MinimumSessionTokenSize",
    }
}

output! {
    /// The session.
    struct GetSessionTokenResult {
        credentials: Credentials = "Credentials",
        utilization: usize = "SessionTokenUtilization",
        size: usize = "SessionTokenSize",
    }
}

impl Action for GetSessionToken {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "GetSessionToken";
    const PROVES: Proves = Proves::SecondFactor;
    type Output = GetSessionTokenResult;

    /// Every user may act in a session of their own.
    fn needs(&self, caller: &Caller, _: &Account) -> Needs {
        match refused_in_session(caller, Self::NAME) {
            Some(error) => Needs::never(error),
            None => Needs::nothing(),
        }
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let input = input.into_inner();
        let (now, account) = (draft.now(), caller.account().clone());
        let whose = match user_id(caller)? {
            Some(user) => Whose::User(user),
            None => Whose::Root,
        };
        let mfa = matches!(caller.proof(), Some(Proof::SecondFactor)).then_some(now);
        let expires = now.plus(seconds(input.duration, caller));
        let session = Session { mfa, ..Session::new(account, whose, (now, expires)) };
        let made = make(&session, input.token_size, draft)?;
        Ok(GetSessionTokenResult {
            credentials: made.credentials,
            utilization: made.utilization,
            size: made.size,
        })
    }
}

/// The refusal of what nobody may do who acts in a session already.
pub(super) fn refused_in_session(caller: &Caller, action: &str) -> Option<Error> {
    caller.session().map(|_| {
        let message = format!("Cannot call {action} with session credentials");
        Error::new(Code::AccessDenied, message)
    })
}

/// The id of the user who asks; nothing for root.
pub(super) fn user_id(caller: &Caller) -> Result<Option<EntityId>> {
    match caller.owner() {
        Some(Owner::Root) => Ok(None),
        Some(Owner::User(_)) => {
            EntityId::parse(caller.id()).map(Some).map_err(|_| Error::internal_failure())
        }
        None => Err(Error::internal_failure()),
    }
}

/// For how many seconds the session lasts: root's no longer than an hour, whatever is asked.
pub(super) fn seconds(asked: Option<SessionDuration>, caller: &Caller) -> i64 {
    let seconds = asked.unwrap_or_default().get();
    if caller.owner() == Some(&Owner::Root) { seconds.min(OF_ROOT) } else { seconds }
}
