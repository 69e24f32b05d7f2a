//! Who the caller is.

use std::sync::Arc;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::sts::STS;
use crate::text::AccountId;
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<GetCallerIdentity>()];

input! {
    /// Asks who signed (AWS STS API Reference, `GetCallerIdentity`).
    struct GetCallerIdentity {}
}

output! {
    /// Who signed.
    struct GetCallerIdentityResult {
        id: Arc<str> = "UserId",
        account: AccountId = "Account",
        arn: Arn = "Arn",
    }
}

impl Action for GetCallerIdentity {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "GetCallerIdentity";
    type Output = GetCallerIdentityResult;

    /// Everyone may know who they are; not even a Deny stops it.
    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::nothing()
    }

    fn run(_: Allowed<Self>, caller: &Caller, _: &mut Draft) -> Result<Self::Output> {
        Ok(GetCallerIdentityResult {
            id: Arc::clone(caller.id()),
            account: caller.account().clone(),
            arn: caller.arn().clone(),
        })
    }
}
