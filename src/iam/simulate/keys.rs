//! What policies look at: the keys that a simulation has to know.

use crate::action::{Action, Allowed, Needs, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::iam::IAM;
use crate::iam::simulate::asked::Stage;
use crate::iam::simulate::source;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::text::{ArnText, PolicyText};
use crate::wire::answer::output;
use crate::wire::form::{List, input};

output! {
    /// The keys, each once, as a policy writes it.
    pub(super) struct ContextKeys {
        names: Vec<String> = "ContextKeyNames",
    }
}

input! {
    /// Lists the keys that some policies look at (IAM API Reference,
    /// `GetContextKeysForCustomPolicy`).
    pub(super) struct GetContextKeysForCustomPolicy {
        policies: List<PolicyText> = "PolicyInputList",
    }
}

impl Action for GetContextKeysForCustomPolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetContextKeysForCustomPolicy";
    type Output = ContextKeys;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<ContextKeys> {
        let mut stage = Stage::empty(draft.account());
        stage.add_policies(&input.into_inner().policies.0)?;
        Ok(ContextKeys { names: stage.keys() })
    }
}

input! {
    /// Lists the keys that the policies of a user, group or role look at (IAM API
    /// Reference, `GetContextKeysForPrincipalPolicy`).
    pub(super) struct GetContextKeysForPrincipalPolicy {
        source: ArnText = "PolicySourceArn",
        policies: Option<List<PolicyText>> = "PolicyInputList",
    }
}

impl Action for GetContextKeysForPrincipalPolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetContextKeysForPrincipalPolicy";
    type Output = ContextKeys;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::from(&self.source))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<ContextKeys> {
        let input = input.into_inner();
        let mut stage = source::stage(draft.account(), &input.source)?;
        if let Some(policies) = &input.policies {
            stage.add_policies(&policies.0)?;
        }
        Ok(ContextKeys { names: stage.keys() })
    }
}
