//! Where the tokens of STS's global endpoint are good.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::iam::IAM;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::text::TokenVersion;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<SetSecurityTokenServicePreferences>()];

input! {
    /// Says of which version tokens are to be. It is kept and told; every token of this
    /// gateway is good wherever it is served (IAM API Reference,
    /// `SetSecurityTokenServicePreferences`).
    struct SetSecurityTokenServicePreferences {
        version: TokenVersion = "GlobalEndpointTokenVersion",
    }
}

impl Action for SetSecurityTokenServicePreferences {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "SetSecurityTokenServicePreferences";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { version } = input.into_inner();
        let mut settings = draft.account().settings().clone();
        if settings.tokens.replace(version) != Some(version) {
            draft.put_settings(settings);
        }
        Ok(())
    }
}
