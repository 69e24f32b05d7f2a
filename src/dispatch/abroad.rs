//! Trust policies that name users and roles of other accounts: whose the ARNs are is looked up
//! before the action runs, which sees but one account.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::action::Route;
use crate::dispatch::{Answer, Asking, Inner};
use crate::error::{Error, Result};
use crate::layer::{Answered, refusal};
use crate::policy::{Policy, Purpose};
use crate::store::abroad::{Abroad, account_of};
use crate::store::told;
use crate::text::AccountId;

impl Inner {
    /// Answers a request that holds a trust policy. Nothing is looked up for whoever may not do
    /// what they ask for, or asks for what cannot be done.
    pub(super) async fn trust(
        self: Arc<Self>,
        route: &'static Route,
        mut asking: Asking,
        answered: Answered,
    ) -> Answer {
        asking.abroad = Some(Arc::default());
        match self.try_at_once(route, &asking) {
            Ok(Some(response)) => return Ok(answered.on(response)),
            Ok(None) => {}
            Err(error) => return Ok(answered.on(refusal(error))),
        }
        match self.abroad(route, &asking).await {
            Ok(abroad) => asking.abroad = Some(Arc::new(abroad)),
            Err(error) => return Ok(answered.on(refusal(error))),
        }
        self.commit(route, asking, answered).await
    }

    /// Whose the ARNs of other accounts are that the policy names, which is one that can be read,
    /// and is no longer than it may be.
    async fn abroad(&self, route: &Route, asking: &Asking) -> Result<Abroad> {
        let home = asking.key().ok_or_else(Error::internal_failure)?.home.published();
        let text = route.trusts.and_then(|name| asking.asked.form.get(name)).unwrap_or_default();
        let policy = Policy::read(text, Purpose::Trust).ok();
        let mut abroad = Abroad::default();
        for (account, arns) in policy.iter().flat_map(others).filter(|(of, _)| of != home.id()) {
            let home = self.store.home(&account).await.map_err(|failure| told(&failure))?;
            if let Some(account) = home.map(|home| home.published()) {
                for arn in arns {
                    abroad.learn(arn, &account);
                }
            }
        }
        Ok(abroad)
    }
}

/// The ARNs of users and roles that the policy names, by their accounts.
fn others(policy: &Policy) -> BTreeMap<AccountId, Vec<&str>> {
    let arns = policy.named().iter().filter(|naming| naming.kind == "AWS");
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for arn in arns.map(|naming| &*naming.value) {
        if let Some(account) = account_of(arn) {
            found.entry(account).or_default().push(arn);
        }
    }
    found
}
