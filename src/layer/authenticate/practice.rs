//! Where refusals are looked into: how often, what the log learns, and what the caller is told.

use std::hash::{BuildHasher, Hash};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::sync::PoisonError;

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::clock::Time;
use crate::doctor::{Budget, Cause, Diagnosis, Proof, not_examined};
use crate::error::Error;
use crate::layer::Peer;
use crate::sigv4::Presented;

/// The target of the lines, for filters: `countersign::doctor=info`.
const TARGET: &str = "countersign::doctor";

/// As many bytes of the canonical request and the string to sign are told to the caller.
const MOST_TOLD: usize = 16 * 1024;

/// How many keys and addresses are remembered.
const REMEMBERED: usize = 8192;

/// How many examinations there are at once, and then each second: for one key, for one address,
/// and for all together. Each costs a processor two milliseconds at most.
const OF_A_KEY: Rate = Rate { burst: 20, each_second: 5 };
const OF_AN_ADDRESS: Rate = Rate { burst: 40, each_second: 10 };
const OF_ALL: Rate = Rate { burst: 60, each_second: 20 };

/// After so many seconds a key and an address have all places again.
const FULL_AGAIN: i64 = 4;

/// The doctor, and to whom it tells what it finds.
#[derive(Debug)]
pub struct Practice {
    budget: Budget,
    port: Option<u16>,
    /// Whether callers are told; the log always is.
    is_open: bool,
    /// Where the operator reads about a request; its id goes behind it.
    page: Option<Box<str>>,
    rooms: Rooms,
}

impl Default for Practice {
    /// One that tells the log alone.
    fn default() -> Self {
        let rooms = Rooms::default();
        Self { budget: Budget::SERVER, port: None, is_open: false, page: None, rooms }
    }
}

impl Practice {
    /// Tells callers, too: what their requests should have been, and what is wrong with them. That
    /// is for those who develop; it repeats to callers what they sent themselves.
    #[must_use]
    pub fn open(self, is_open: bool) -> Self {
        Self { is_open, ..self }
    }

    /// Names the address in front of a request's id at which more is to be read about it.
    #[must_use]
    pub fn with_page(self, page: Option<String>) -> Self {
        Self { page: page.map(Into::into), ..self }
    }

    /// Knows that callers reach the server on this port.
    #[must_use]
    pub fn on_port(self, port: u16) -> Self {
        Self { port: Some(port), ..self }
    }

    /// Looks into a request, unless there were too many of late; whatever `look` takes to do so is
    /// spent only then.
    pub(super) fn examine(
        &self,
        presented: &Presented<'_>,
        peer: Option<&Peer>,
        look: impl FnOnce(Option<u16>, Budget) -> Diagnosis,
    ) -> Diagnosis {
        if self.rooms.admits(presented.key_id(), peer.map(Peer::ip), presented.now()) {
            look(self.port, self.budget)
        } else {
            not_examined(presented.head())
        }
    }

    /// Writes a line about a refusal.
    pub(super) fn note(diagnosis: &Diagnosis, request_id: &str, peer: Option<&Peer>) {
        tracing::info!(
            target: TARGET,
            request_id,
            peer = peer.map(Peer::as_str),
            cause = causes(diagnosis),
            proof = proof(diagnosis.proof),
            tried = diagnosis.tried,
            signs = signs(diagnosis),
            "{}",
            diagnosis.sentence
        );
    }

    /// What the caller is told in headers, if anything: the cause, and where to read more.
    pub(super) fn headers(
        &self,
        diagnosis: &Diagnosis,
        request_id: &str,
    ) -> impl Iterator<Item = (&'static str, String)> {
        let cause = self.is_open.then(|| (CAUSE, causes(diagnosis)));
        let page = self.page.as_ref().filter(|_| self.is_open);
        let page = page.map(|page| (REQUEST, format!("{page}#{request_id}")));
        cause.into_iter().chain(page)
    }

    /// What the caller is told in the error: where AWS shows it, what should have been signed, and
    /// then why it was not. Nothing, unless a signature was looked into.
    pub(super) fn error(&self, error: Error, diagnosis: &Diagnosis) -> Error {
        let Some(ours) = diagnosis.ours.as_ref().filter(|_| self.is_open) else { return error };
        let [canonical, to_sign] =
            [&ours.canonical_request, &ours.string_to_sign].map(|text| shown(text));
        let message = format!(
            "{}\n\nThe Canonical String for this request should have been\n'{canonical}'\n\n\
             The String-to-Sign should have been\n'{to_sign}'\n\n{}\n",
            error.message(),
            told(diagnosis)
        );
        Error::new(error.code(), message)
    }
}

/// The headers of an answer that explains itself.
pub const CAUSE: &str = "x-countersign-cause";
/// Where more is to be read about the request.
pub const REQUEST: &str = "x-countersign-request";

/// The ids of what is wrong.
fn causes(diagnosis: &Diagnosis) -> String {
    let both = [Some(diagnosis.cause), diagnosis.and].into_iter().flatten();
    both.map(|cause: &Cause| cause.id).collect::<Vec<_>>().join(", ")
}

/// The ids of what is odd about the request, if anything is.
fn signs(diagnosis: &Diagnosis) -> Option<String> {
    let ids: Vec<_> = diagnosis.signs.iter().map(|sign| sign.cause.id).collect();
    (!ids.is_empty()).then(|| ids.join(", "))
}

fn proof(proof: Proof) -> &'static str {
    match proof {
        Proof::Proven => "proven",
        Proof::Seen => "seen",
        Proof::NotProven => "not proven",
    }
}

/// What is wrong, how that is known, and what to do, in one paragraph.
fn told(diagnosis: &Diagnosis) -> String {
    let Diagnosis { sentence, because, fix, .. } = diagnosis;
    let of =
        format!("{sentence} ({}, {}) {because} {fix}", causes(diagnosis), proof(diagnosis.proof));
    // Where something is proven, what is odd besides only leads astray.
    let signs = diagnosis.signs.iter().filter(|_| diagnosis.proof != Proof::Proven);
    signs.fold(of, |told, sign| format!("{told} {} {}", sign.sentence, sign.cause.fix))
}

/// A stage, without what cannot stand in an answer, and no longer than it may be.
fn shown(text: &[u8]) -> String {
    let is_cut = text.len() > MOST_TOLD;
    let text = String::from_utf8_lossy(text.get(..MOST_TOLD).unwrap_or(text));
    let is_shown = |c: &char| {
        matches!(c, '\n' | '\t') || !c.is_control() && !matches!(c, '\u{FFFE}' | '\u{FFFF}')
    };
    text.chars().filter(is_shown).chain(is_cut.then_some('…')).collect()
}

/// How often something is let in: so often at once, and then so often each second.
#[derive(Clone, Copy, Debug)]
struct Rate {
    burst: i64,
    each_second: i64,
}

/// What is left of a rate, and when that was so.
#[derive(Clone, Copy, Debug)]
struct Left {
    places: i64,
    at: Time,
}

impl Rate {
    /// Takes a place, if there is one.
    fn take(self, left: &mut Left, now: Time) -> bool {
        let seconds = now.since(left.at).clamp(0, self.burst);
        let places = left.places.saturating_add(seconds.saturating_mul(self.each_second));
        let places = places.min(self.burst);
        *left = Left { places: places.saturating_sub(1).max(0), at: now };
        places > 0
    }

    fn full(self, now: Time) -> Left {
        Left { places: self.burst, at: now }
    }
}

/// Who was let in of late.
#[derive(Debug, Default)]
struct Rooms {
    of_each: DashMap<u64, Left, RandomState>,
    of_all: Mutex<Option<Left>>,
}

impl Rooms {
    fn admits(&self, key_id: &str, address: Option<IpAddr>, now: Time) -> bool {
        self.takes(OF_A_KEY, &key_id, now)
            && address.is_none_or(|address| self.takes(OF_AN_ADDRESS, &network(address), now))
            && self.takes_of_all(now)
    }

    fn takes(&self, rate: Rate, who: &impl Hash, now: Time) -> bool {
        if self.of_each.len() > REMEMBERED {
            self.forget(now);
        }
        let mark = self.of_each.hasher().hash_one(who);
        let mut left = self.of_each.entry(mark).or_insert_with(|| rate.full(now));
        rate.take(&mut left, now)
    }

    /// Forgets who has all places again; if that is not enough, everyone, who are let in no more
    /// often than all together are.
    fn forget(&self, now: Time) {
        self.of_each.retain(|_, left| now.since(left.at) < FULL_AGAIN);
        if self.of_each.len() > REMEMBERED {
            self.of_each.clear();
        }
    }

    fn takes_of_all(&self, now: Time) -> bool {
        // Two numbers, written together: a panic elsewhere leaves them whole.
        let mut left = self.of_all.lock().unwrap_or_else(PoisonError::into_inner);
        OF_ALL.take(left.get_or_insert(OF_ALL.full(now)), now)
    }
}

/// Whose address it is: of IPv6, whoever has one has the 2^64 beside it as well (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(address.to_bits() & !u128::from(u64::MAX)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_unix(1_440_938_160);

    #[test]
    fn a_rate_is_a_burst_and_then_so_many_each_second() {
        let rate = Rate { burst: 3, each_second: 2 };
        let mut left = rate.full(NOW);
        let mut taken = |now| (0..10).filter(|_| rate.take(&mut left, now)).count();
        assert_eq!(taken(NOW), 3);
        assert_eq!(taken(NOW.plus(1)), 2);
        assert_eq!(taken(NOW.plus(100)), 3);
        // A clock that goes back gives nothing away.
        assert_eq!(taken(NOW), 0);
    }

    #[test]
    fn one_key_or_address_does_not_take_the_places_of_all() {
        let rooms = Rooms::default();
        let from = |last: u8| Some(IpAddr::from([10, 0, 0, last]));
        let admitted =
            |key: &str, last| (0..100).filter(|_| rooms.admits(key, from(last), NOW)).count();
        assert_eq!(admitted("AKIAONE", 1), 20);
        assert_eq!(admitted("AKIATWO", 1), 20);
        assert_eq!(admitted("AKIATHREE", 1), 0);
        assert_eq!(admitted("AKIAFOUR", 2), 20);
        // All together have their bound, whoever they are.
        assert_eq!(admitted("AKIAFIVE", 3), 0);
    }

    #[test]
    fn who_has_a_whole_network_of_addresses_is_one() {
        let rooms = Rooms::default();
        let from = |text: String| Some(text.parse().unwrap());
        let admitted = |network: &str| {
            let keys = (0..100).map(|nth| (format!("AKIA{network}{nth}"), nth));
            keys.filter(|(key, nth)| rooms.admits(key, from(format!("{network}{nth:x}")), NOW))
                .count()
        };
        assert_eq!(admitted("2001:db8:0:1::"), 40);
        assert_eq!(admitted("2001:db8:0:1:ff::"), 0);
        assert_eq!(admitted("2001:db8:0:2::"), 20);
        // An address of version 4 is its own, however it is written.
        assert_eq!(network("::ffff:10.0.0.1".parse().unwrap()), IpAddr::from([10, 0, 0, 1]));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for() {
        let rooms = Rooms::default();
        for nth in 0..30_000 {
            rooms.takes(OF_A_KEY, &nth, NOW);
        }
        assert!(rooms.of_each.len() <= REMEMBERED + 1);
    }

    #[test]
    fn whoever_is_forgotten_has_all_places_again() {
        for rate in [OF_A_KEY, OF_AN_ADDRESS] {
            let mut left = Left { places: 0, at: NOW };
            let taken = (0..100).filter(|_| rate.take(&mut left, NOW.plus(FULL_AGAIN))).count();
            assert_eq!(i64::try_from(taken), Ok(rate.burst));
        }
    }

    #[test]
    fn who_has_no_place_left_is_not_forgotten_for_those_who_have_all() {
        let rooms = Rooms::default();
        for nth in 0..REMEMBERED {
            rooms.takes(OF_A_KEY, &nth, NOW);
        }
        let later = NOW.plus(FULL_AGAIN);
        let taken = || (0..100).filter(|_| rooms.takes(OF_A_KEY, &"AKIA", later)).count();
        assert_eq!(taken(), 20);
        rooms.takes(OF_A_KEY, &"another", later);
        assert!(rooms.of_each.len() < 3);
        assert_eq!(taken(), 0);
    }

    #[test]
    fn what_is_told_is_cut_and_has_no_control_characters() {
        assert_eq!(shown(b"a\n\tb\r\x00\x1bc"), "a\n\tbc");
        assert_eq!(shown(&vec![b'x'; MOST_TOLD + 1]).chars().count(), MOST_TOLD + 1);
    }
}
