//! Simulation: what policies would decide, by the same engine that does decide.

mod asked;
mod keys;
mod source;
mod told;

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::Result;
use crate::iam::IAM;
use crate::iam::simulate::asked::{ContextEntry, Exclusion, Level, Scene, Stage};
use crate::iam::simulate::keys::{GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy};
use crate::iam::simulate::told::Simulated;
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::text::{
    ActionText, ArnText, MarkerText, MaxItems, PolicyText, ResourceHandling, ResourceText,
};
use crate::wire::form::{List, input};

pub(super) const ROUTES: &[Route] = &[
    Route::to::<GetContextKeysForCustomPolicy>(),
    Route::to::<GetContextKeysForPrincipalPolicy>(),
    Route::to::<SimulateCustomPolicy>(),
    Route::to::<SimulatePrincipalPolicy>(),
];

input! {
    /// Tries policies that are sent along (IAM API Reference, `SimulateCustomPolicy`).
    struct SimulateCustomPolicy {
        policies: List<PolicyText> = "PolicyInputList",
        boundary: Option<List<PolicyText>> = "PermissionsBoundaryPolicyInputList",
        organization: Option<List<Level, 7>> = "OrderedOrganizationPolicyInputList",
        actions: List<ActionText> = "ActionNames",
        resources: Option<List<ResourceText>> = "ResourceArns",
        resource_policy: Option<PolicyText> = "ResourcePolicy",
        owner: Option<ResourceText> = "ResourceOwner",
        caller: Option<ResourceText> = "CallerArn",
        context: Option<List<ContextEntry>> = "ContextEntries",
        handling: Option<ResourceHandling> = "ResourceHandlingOption",
        most: Option<MaxItems> = "MaxItems",
        marker: Option<MarkerText> = "Marker",
    }
}

impl Action for SimulateCustomPolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "SimulateCustomPolicy";
    type Output = Simulated;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Simulated> {
        let input = input.into_inner();
        // Which instances come with which volumes does not matter to policies.
        let _ = input.handling;
        let mut stage = Stage::empty(draft.account());
        stage.add_policies(&input.policies.0)?;
        stage.set_boundary(input.boundary.as_ref())?;
        stage.set_organization(input.organization.as_ref())?;
        stage.set_resource_policy(input.resource_policy.as_ref())?;
        let scene = Scene {
            actions: &input.actions.0,
            resources: input.resources.as_ref(),
            owner: input.owner.as_ref(),
            caller: input.caller.as_ref(),
            context: input.context.as_ref(),
        };
        let page = page(Self::NAME, draft.account(), (input.marker.as_ref(), input.most))?;
        told::simulated(&stage, &scene, &page)
    }
}

input! {
    /// Tries the policies of a user, group or role (IAM API Reference,
    /// `SimulatePrincipalPolicy`).
    struct SimulatePrincipalPolicy {
        source: ArnText = "PolicySourceArn",
        policies: Option<List<PolicyText>> = "PolicyInputList",
        boundary: Option<List<PolicyText>> = "PermissionsBoundaryPolicyInputList",
        exclusions: Option<List<Exclusion, 256>> = "PolicyExclusionList",
        actions: List<ActionText> = "ActionNames",
        resources: Option<List<ResourceText>> = "ResourceArns",
        resource_policy: Option<PolicyText> = "ResourcePolicy",
        owner: Option<ResourceText> = "ResourceOwner",
        caller: Option<ResourceText> = "CallerArn",
        context: Option<List<ContextEntry>> = "ContextEntries",
        handling: Option<ResourceHandling> = "ResourceHandlingOption",
        most: Option<MaxItems> = "MaxItems",
        marker: Option<MarkerText> = "Marker",
    }
}

impl Action for SimulatePrincipalPolicy {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "SimulatePrincipalPolicy";
    type Output = Simulated;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::from(&self.source))
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Simulated> {
        let input = input.into_inner();
        // Which instances come with which volumes does not matter to policies.
        let _ = input.handling;
        let mut stage = source::stage(draft.account(), &input.source)?;
        stage.exclude(input.exclusions.as_ref());
        if let Some(policies) = &input.policies {
            stage.add_policies(&policies.0)?;
        }
        stage.set_boundary(input.boundary.as_ref())?;
        stage.set_resource_policy(input.resource_policy.as_ref())?;
        let scene = Scene {
            actions: &input.actions.0,
            resources: input.resources.as_ref(),
            owner: input.owner.as_ref(),
            caller: input.caller.as_ref(),
            context: input.context.as_ref(),
        };
        let page = page(Self::NAME, draft.account(), (input.marker.as_ref(), input.most))?;
        told::simulated(&stage, &scene, &page)
    }
}

fn page(
    action: &str,
    account: &Account,
    (marker, most): (Option<&MarkerText>, Option<MaxItems>),
) -> Result<Page> {
    Page::asked(format!("{action} {}", account.id()), marker, most)
}
