//! Actions that act in another account than the caller's, or for callers who prove who they
//! are by other means than a signature.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use http_body_util::Full;

use crate::action::{Proves, Route};
use crate::arn::Arn;
use crate::dispatch::proofs::Claim;
use crate::dispatch::{Answer, Asking, Inner, document};
use crate::error::{Error, Result};
use crate::layer::{Answered, refusal};
use crate::store::account::Account;
use crate::store::owner::Caller;
use crate::store::told;
use crate::text::{AccountId, ArnText, Text};

/// Whether an action acts in another account, or takes a proof.
pub(super) fn is_one(route: &Route) -> bool {
    route.visits.is_some() || route.proves != Proves::Nothing
}

impl Inner {
    /// Answers what is asked in another account, or with a proof.
    pub(super) async fn visit(
        self: Arc<Self>,
        route: &'static Route,
        asking: Asking,
        answered: Answered,
    ) -> Answer {
        let response = self.visiting(route, &asking).await;
        Ok(answered.on(response.unwrap_or_else(refusal)))
    }

    /// Runs the action where it acts. It changes nothing there: what it makes stands in
    /// its answer alone.
    async fn visiting(&self, route: &Route, asking: &Asking) -> Result<Response<Full<Bytes>>> {
        // What cannot be read is told before anything is looked up, and before a code is
        // spent that can be used but once.
        (route.check)(&asking.asked.form)?;
        let home = asking.key().map(|key| key.home.published());
        let visited = match home.as_ref().filter(|home| !is_elsewhere(route, asking, home)) {
            Some(home) => Arc::clone(home),
            None => self.visited(route, asking).await?,
        };
        let caller = match asking.key().filter(|_| !route.proves.replaces_signature()) {
            Some(key) => key.caller.clone(),
            None => Caller::stranger(&visited),
        };
        let claim = Claim { form: &asking.asked.form, caller: &caller, visited: &visited };
        let proof = self.proofs.of(route.proves, claim, &self.store).await?;
        let caller = caller.proving(proof);
        let mut call = asking.call(&caller, &*self.policy);
        call.home = home.as_deref();
        let served = (route.serve)(&call, self.store.draft(visited))?;
        if !served.draft.is_unchanged() {
            return Err(Error::internal_failure());
        }
        Ok(document(asking.format, served.answer))
    }

    /// The account that is acted in; an empty one, where there is none: nothing is found
    /// in it, as in one of which nothing may be told.
    async fn visited(&self, route: &Route, asking: &Asking) -> Result<Arc<Account>> {
        let Some(id) = named(route, asking) else { return Ok(Arc::new(Account::nowhere())) };
        let home = self.store.home(&id).await.map_err(|failure| told(&failure))?;
        Ok(home.map_or_else(|| Arc::new(Account::new(id)), |home| home.published()))
    }
}

/// Whether the action acts in another account than that of the caller. Where the request
/// names none, it acts at home.
fn is_elsewhere(route: &Route, asking: &Asking, home: &Account) -> bool {
    named(route, asking).is_some_and(|id| id != *home.id())
}

/// The account that the request names as the one that is acted in.
fn named(route: &Route, asking: &Asking) -> Option<AccountId> {
    let arn = asking.asked.form.get(route.visits?)?;
    AccountId::parse(arn).ok().or_else(|| Arn::from(&ArnText::parse(arn).ok()?).account())
}
