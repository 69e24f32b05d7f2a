//! Which account a key belongs to.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::ids::account_in;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::sts::STS;
use crate::text::{AccessKeyId, AccountId, AskedKeyId};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<GetAccessKeyInfo>()];

input! {
    /// Asks which account a key is of (AWS STS API Reference, `GetAccessKeyInfo`).
    struct GetAccessKeyInfo {
        id: AskedKeyId = "AccessKeyId",
    }
}

output! {
    /// The account.
    struct GetAccessKeyInfoResult {
        account: AccountId = "Account",
    }
}

impl Action for GetAccessKeyInfo {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "GetAccessKeyInfo";
    type Output = GetAccessKeyInfoResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    /// The account stands in the id; only of the caller's own account are ids
    /// known that carry none.
    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let id = AccessKeyId::from(input.into_inner().id);
        let own = draft.account().owner_of(&id).map(|_| draft.account().id().clone());
        let account = own.or_else(|| account_in(&id)).ok_or_else(|| no_account(&id))?;
        Ok(GetAccessKeyInfoResult { account })
    }
}

fn no_account(id: &AccessKeyId) -> Error {
    let message = format!("The access key id {id} does not carry an account.");
    Error::new(Code::ValidationError, message)
}
