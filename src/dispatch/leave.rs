//! Who may do what: asks the policies of whoever asks.

mod known;
mod sentence;

use std::sync::Arc;

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::action::{Case, Decide, Leave};
use crate::dispatch::leave::known::Known;
use crate::dispatch::leave::sentence::denied;
use crate::error::{Error, Result};
use crate::policy::{Bearing, Decision, Kind, Principal, Question, decide};
use crate::store::account::{Account, Granted};
use crate::store::entity::User;
use crate::store::owner::{Caller, Owner};

/// For how many callers is remembered what they are granted.
const MOST_CALLERS: usize = 10_000;

/// Decides by the policies of the caller's account. Root may do everything in it.
#[derive(Debug, Default)]
pub struct Policies {
    granted: DashMap<Arc<str>, Arc<Stamped>, RandomState>,
}

/// What someone is granted in an account of that stamp.
#[derive(Debug)]
struct Stamped {
    stamp: u64,
    granted: Granted,
}

impl Decide for Policies {
    fn decide(&self, case: &Case<'_>) -> Result<()> {
        let leaves = case.needs.leaves()?;
        if leaves.is_empty() || *case.caller.owner() == Owner::Root {
            return Ok(());
        }
        let held = self.granted(case.caller, case.account)?;
        leaves.iter().try_for_each(|leave| match judge(case, leave, &held.granted) {
            Decision::Allowed => Ok(()),
            Decision::Denied(denial) => Err(denied(case, leave, &denial)),
        })
    }
}

impl Policies {
    /// What the caller is granted: gathered once for as long as the account stays
    /// as it is. Another user who bears the caller's name by now is not the caller.
    fn granted(&self, caller: &Caller, account: &Account) -> Result<Arc<Stamped>> {
        let stamp = account.stamp();
        let known = self.granted.get(caller.id()).map(|held| Arc::clone(&held));
        if let Some(held) = known.filter(|held| held.stamp == stamp) {
            return Ok(held);
        }
        let Owner::User(name) = caller.owner() else { return Err(Error::internal_failure()) };
        let user = account.get::<User>(name).filter(|user| *user.id.as_str() == **caller.id());
        let user = user.ok_or_else(Error::internal_failure)?;
        let held = Arc::new(Stamped { stamp, granted: account.granted_to_user(user) });
        if self.granted.len() >= MOST_CALLERS {
            self.granted.clear();
        }
        self.granted.insert(Arc::clone(caller.id()), Arc::clone(&held));
        Ok(held)
    }
}

fn judge(case: &Case<'_>, leave: &Leave, granted: &Granted) -> Decision {
    let caller = case.caller;
    let question = Question {
        action: &leave.name(case.action),
        resource: leave.resource.as_str(),
        owner: caller.account().as_str(),
        principal: Principal {
            kind: Kind::User,
            account: caller.account().as_str(),
            arn: caller.arn().as_str(),
            id: caller.id(),
        },
        facts: &Known { case, leave },
    };
    let bearing = Bearing {
        identity: &granted.identity,
        boundary: granted.boundary.as_deref(),
        ..Bearing::default()
    };
    decide(&question, &bearing)
}
