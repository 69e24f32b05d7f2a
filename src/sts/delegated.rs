//! Rights that another account hands on.

use crate::action::{Action, Allowed, Needs, Proves, Route, Service};
use crate::arn::Arn;
use crate::error::{Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::{Caller, Proof};
use crate::sts::STS;
use crate::sts::credentials::{Credentials, Made, make};
use crate::text::TradeInToken;
use crate::wire::answer::output;
use crate::wire::form::input;
use crate::wire::hidden::Hidden;

pub(super) const ROUTES: &[Route] = &[Route::to::<GetDelegatedAccessToken>()];

input! {
    /// Trades a token in for credentials (AWS STS API Reference,
    /// `GetDelegatedAccessToken`).
    struct GetDelegatedAccessToken {
        #[expect(dead_code, reason = "a proof: it is looked into before the action runs")]
        token: Hidden<TradeInToken> = "TradeInToken",
    }
}

output! {
    /// The session, and whose rights it has.
    struct GetDelegatedAccessTokenResult {
        credentials: Credentials = "Credentials",
        packed: usize = "PackedPolicySize",
        principal: Arn = "AssumedPrincipal",
    }
}

impl Action for GetDelegatedAccessToken {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "GetDelegatedAccessToken";
    const PROVES: Proves = Proves::Delegation;
    type Output = GetDelegatedAccessTokenResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(_: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Some(Proof::Delegated { delegated, user }) = caller.proof() else {
            // Without a token the request does not come this far.
            return Err(Error::internal_failure());
        };
        let session = delegated.session(draft.now());
        let Made { credentials, packed, .. } = make(&session, None, draft)?;
        Ok(GetDelegatedAccessTokenResult { credentials, packed, principal: user.clone() })
    }
}
