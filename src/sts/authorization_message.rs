//! What refusals are explained by.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::sts::STS;
use crate::text::EncodedMessage;
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[Route::to::<DecodeAuthorizationMessage>()];

input! {
    /// Asks why somebody of the account was refused (AWS STS API Reference,
    /// `DecodeAuthorizationMessage`).
    struct DecodeAuthorizationMessage {
        message: EncodedMessage = "EncodedMessage",
    }
}

output! {
    /// The reasons, as JSON.
    struct DecodeAuthorizationMessageResult {
        message: String = "DecodedMessage",
    }
}

impl Action for DecodeAuthorizationMessage {
    const SERVICE: &'static Service = &STS;
    const NAME: &'static str = "DecodeAuthorizationMessage";
    type Output = DecodeAuthorizationMessageResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let message = draft.decode(input.into_inner().message.as_str()).ok_or_else(|| {
            Error::new(Code::InvalidAuthorizationMessageException, "Message is not valid")
        })?;
        Ok(DecodeAuthorizationMessageResult { message })
    }
}
