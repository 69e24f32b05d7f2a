//! Who may do what: asks the policies of whoever asks.

mod known;
mod message;
mod record;
mod sentence;
mod session;
mod watched;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::action::{Case, Decide, Guard, Leave};
use crate::dispatch::leave::known::Known;
use crate::dispatch::leave::sentence::denied;
use crate::dispatch::no_longer;
use crate::error::{Error, Result};
use crate::policy::{Bearing, Decision, Facts, Kind, Principal, Question, Source, decide, explain};
use crate::store::Store;
use crate::store::account::{Account, Granted, Who};
use crate::store::owner::{Actor, Caller, Owner, Proof};
use crate::store::session::Whose;
use crate::text::{EntityId, Text};

/// How many policies are remembered for all callers together: each takes some hundred
/// bytes, and a caller may have hundreds.
const MOST_POLICIES: usize = 400_000;

/// Decides by the policies of the caller, and by those of what is acted on. Root may do
/// everything in its account.
#[derive(Debug, Default)]
pub struct Policies {
    /// What seals the explanations of refusals; without it none is given.
    store: Option<Store>,
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
        session::check(case)?;
        let leaves = case.needs.leaves()?;
        if leaves.is_empty() || is_unlimited_root(case.caller) {
            watched::tell_unasked(case, leaves);
            return Ok(());
        }
        let held = self.granted(case.caller, case.home)?;
        let session = case.caller.session().and_then(|session| case.home.limits_of(session));
        let held = Held { granted: &held.granted, session: session.as_deref() };
        let decided = leaves.iter().try_for_each(|leave| self.judge(case, leave, held));
        watched::tell(case, held, (leaves, decided.is_ok()));
        decided
    }
}

impl Policies {
    /// Decides, and explains refusals in messages that this store's nodes decode.
    pub fn explaining(store: Store) -> Self {
        Self { store: Some(store), ..Self::default() }
    }

    /// Decides about one leave. The one who reads the log is told more of a refusal than
    /// the one who asked, and so is who may decode the message that comes with it.
    fn judge(&self, case: &Case<'_>, leave: &Leave, held: Held<'_>) -> Result<()> {
        let (action, facts) = (leave.name(case.action), Known { case, leave });
        let question = question((case, leave), &action, &facts);
        let bearing = held.bearing(leave);
        let Decision::Denied(denial) = decide(&question, &bearing) else { return Ok(()) };
        let explained = explain(&question, &bearing);
        if record::is_wanted() {
            record::write((case, leave), &denial, &explained, &record::missing(&bearing, &facts));
        }
        let store = self.store.as_ref().filter(|_| may_be_explained(case));
        let message = store
            .and_then(|store| message::write(store, (case, leave), &bearing, (&explained, &facts)));
        Err(denied(case, leave, &denial).explained_by(message))
    }

    /// What the caller is granted: gathered once for as long as the account stays
    /// as it is. The caller is known by the id: whoever else bears the name by now is
    /// not the caller, and the caller may bear another.
    fn granted(&self, caller: &Caller, account: &Account) -> Result<Arc<Stamped>> {
        let stamp = account.stamp();
        let Some(id) = grantee(caller) else {
            return Ok(Arc::new(Stamped { stamp, granted: of_nobody(caller) }));
        };
        let known = self.granted.get(id).map(|held| Arc::clone(&held));
        if let Some(held) = known.filter(|held| held.stamp == stamp) {
            return Ok(held);
        }
        let held = Arc::new(Stamped { stamp, granted: gathered(id, account)? });
        if !self.room.has(held.size()) {
            self.granted.clear();
        }
        self.granted.insert(id.into(), Arc::clone(&held));
        Ok(held)
    }
}

/// Root itself; not root for one task, whose policy denies all else.
fn is_unlimited_root(caller: &Caller) -> bool {
    let is_limited = caller.session().is_some_and(|session| !session.limits.is_empty());
    caller.owner() == Some(&Owner::Root) && !is_limited
}

/// The id of the user or role whose policies count for the caller; none, where it is
/// nobody's.
fn grantee(caller: &Caller) -> Option<&str> {
    match caller.actor() {
        Actor::Owner(Owner::User(_)) => Some(caller.id()),
        Actor::Role { id, .. } => Some(id.as_str()),
        Actor::Guest { .. } => match &caller.session()?.whose {
            Whose::Guest { of: Some(user), .. } => Some(user.as_str()),
            Whose::Guest { of: None, .. }
            | Whose::Role { .. }
            | Whose::User(_)
            | Whose::Root
            | Whose::Task
            | Whose::Delegate(_) => None,
        },
        Actor::Owner(Owner::Root) | Actor::Stranger => None,
    }
}

/// What somebody is granted who has no policies of their own.
fn of_nobody(caller: &Caller) -> Granted {
    match caller.actor() {
        Actor::Guest { of: Owner::Root, .. } => Granted::everything(),
        Actor::Guest { .. } | Actor::Owner(_) | Actor::Role { .. } | Actor::Stranger => {
            Granted::default()
        }
    }
}

fn gathered(id: &str, account: &Account) -> Result<Granted> {
    let id = EntityId::parse(id).map_err(|_| Error::internal_failure())?;
    match account.by_id(&id) {
        Some(Who::User(user)) => Ok(account.granted_to_user(user)),
        Some(Who::Role(role)) => Ok(account.granted_to_role(role)),
        Some(Who::Group(_) | Who::Policy(_) | Who::Profile(_)) | None => Err(no_longer()),
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

/// Whether a refusal is explained: of what another account's policies say, and of whether
/// there is anything at all, nobody elsewhere learns.
fn may_be_explained(case: &Case<'_>) -> bool {
    let is_known = *case.caller.actor() != Actor::Stranger;
    is_known && case.caller.account() == case.account.id()
}

/// The policies that a caller comes with.
#[derive(Clone, Copy)]
struct Held<'h> {
    granted: &'h Granted,
    session: Option<&'h [Source]>,
}

impl<'h> Held<'h> {
    /// All that bears on one leave.
    fn bearing(self, leave: &'h Leave) -> Bearing<'h> {
        let guard = leave.guard.as_ref();
        Bearing {
            identity: &self.granted.identity,
            boundary: self.granted.boundary.as_deref(),
            session: self.session,
            resource: guard.and_then(|Guard(policy)| policy.as_ref()).map(std::slice::from_ref),
            must_resource_allow: guard.is_some(),
            ..Bearing::default()
        }
    }
}

fn question<'q>(
    (case, leave): (&'q Case<'_>, &'q Leave),
    action: &'q str,
    facts: &'q dyn Facts,
) -> Question<'q> {
    // What has no policy of its own is asked about at home, wherever it is.
    let owner = if leave.guard.is_some() { case.account } else { case.home };
    let (owner, resource) = (owner.id().as_str(), leave.resource.as_str());
    Question { action, resource, owner, principal: principal(case.caller), facts }
}

/// Who asks, as policies name them.
fn principal(caller: &Caller) -> Principal<'_> {
    let kind = match caller.actor() {
        Actor::Owner(Owner::Root) => Kind::Root,
        Actor::Owner(Owner::User(_)) => Kind::User,
        Actor::Role { arn, .. } => Kind::Role(arn.as_str()),
        Actor::Guest { arn, .. } => Kind::Federated(arn.as_str()),
        Actor::Stranger => return stranger(caller),
    };
    let account = caller.account().as_str();
    Principal { kind, account, arn: caller.arn().as_str(), id: caller.id() }
}

/// Nobody known; but somebody may vouch for them.
fn stranger(caller: &Caller) -> Principal<'_> {
    match caller.proof().and_then(Proof::vouched) {
        Some((provider, _)) => Principal { kind: Kind::External(provider), ..Principal::ANONYMOUS },
        None => Principal::ANONYMOUS,
    }
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
