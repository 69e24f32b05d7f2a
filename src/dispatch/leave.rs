//! Who may do what: asks the policies of whoever asks.

mod known;
mod record;
mod sentence;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::action::{Case, Decide, Leave};
use crate::dispatch::leave::known::Known;
use crate::dispatch::leave::sentence::denied;
use crate::dispatch::no_longer;
use crate::error::{Error, Result};
use crate::policy::{Bearing, Decision, Facts, Kind, Principal, Question, decide, explain};
use crate::store::account::{Account, Granted, Who};
use crate::store::owner::{Caller, Owner};
use crate::text::{EntityId, Text};

/// How many policies are remembered for all callers together: each takes some hundred
/// bytes, and a caller may have hundreds.
const MOST_POLICIES: usize = 400_000;

/// Decides by the policies of the caller's account. Root may do everything in it.
#[derive(Debug, Default)]
pub struct Policies {
    granted: DashMap<Arc<str>, Arc<Stamped>, RandomState>,
    room: Room,
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
        leaves.iter().try_for_each(|leave| judge(case, leave, &held.granted))
    }
}

impl Policies {
    /// What the caller is granted: gathered once for as long as the account stays
    /// as it is. The caller is known by the id: whoever else bears the name by now is
    /// not the caller, and the caller may bear another.
    fn granted(&self, caller: &Caller, account: &Account) -> Result<Arc<Stamped>> {
        let stamp = account.stamp();
        let known = self.granted.get(caller.id()).map(|held| Arc::clone(&held));
        if let Some(held) = known.filter(|held| held.stamp == stamp) {
            return Ok(held);
        }
        let id = EntityId::parse(caller.id()).map_err(|_| Error::internal_failure())?;
        let user = account.by_id(&id).and_then(Who::user).ok_or_else(no_longer)?;
        let held = Arc::new(Stamped { stamp, granted: account.granted_to_user(user) });
        if !self.room.has(held.size()) {
            self.granted.clear();
        }
        self.granted.insert(Arc::clone(caller.id()), Arc::clone(&held));
        Ok(held)
    }
}

impl Stamped {
    /// How many policies it is made of; a caller without any takes room as well.
    fn size(&self) -> usize {
        let limits = self.granted.boundary.as_ref().map_or(0, Vec::len);
        self.granted.identity.len().saturating_add(limits).saturating_add(1)
    }
}

/// How much was put in since all was thrown out. What takes another's place is counted
/// beside it: all goes the sooner.
#[derive(Debug, Default)]
struct Room(AtomicUsize);

impl Room {
    /// Whether there is room for so many more; where there is none, all must go.
    fn has(&self, size: usize) -> bool {
        let taken = self.0.fetch_add(size, Ordering::Relaxed).saturating_add(size);
        let has_room = taken <= MOST_POLICIES;
        if !has_room {
            self.0.store(size, Ordering::Relaxed);
        }
        has_room
    }
}

/// Decides about one leave. The one who reads the log is told more of a refusal than
/// the one who asked.
fn judge(case: &Case<'_>, leave: &Leave, granted: &Granted) -> Result<()> {
    let (action, facts) = (leave.name(case.action), Known { case, leave });
    let question = question(case.caller, (&action, leave.resource.as_str()), &facts);
    let bearing = Bearing {
        identity: &granted.identity,
        boundary: granted.boundary.as_deref(),
        ..Bearing::default()
    };
    let Decision::Denied(denial) = decide(&question, &bearing) else { return Ok(()) };
    if record::is_wanted() {
        let explained = explain(&question, &bearing);
        record::write((case, leave), &denial, &explained, &record::missing(granted, &facts));
    }
    Err(denied(case, leave, &denial))
}

fn question<'q>(
    caller: &'q Caller,
    (action, resource): (&'q str, &'q str),
    facts: &'q dyn Facts,
) -> Question<'q> {
    let account = caller.account().as_str();
    let principal =
        Principal { kind: Kind::User, account, arn: caller.arn().as_str(), id: caller.id() };
    Question { action, resource, owner: account, principal, facts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_until_too_much_was_put_in_and_again_when_all_is_gone() {
        let room = Room::default();
        assert!(room.has(MOST_POLICIES - 1));
        assert!(room.has(1));
        assert!(!room.has(2));
        assert!(room.has(MOST_POLICIES - 2));
        assert!(!room.has(1));
    }
}
