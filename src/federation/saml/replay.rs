//! Which assertions have been shown, so that none is shown twice (SAML V2.0 Profiles,
//! section 4.1.4.5).

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};

use crate::clock::Time;

/// How many assertions are remembered at once. None holds for longer than some minutes.
const MOST: usize = 65_536;

/// The digest of an issuer and an identifier.
type Shown = [u8; 32];

/// The assertions that were shown and hold still. It lives as long as the process, and in
/// one: a restart forgets what was shown in the minutes before.
#[derive(Debug, Default)]
pub struct Replays(Mutex<Register>);

impl Replays {
    /// Whether the assertion `id` of `issuer`, which holds until then, is shown for the
    /// first time. Where more hold than can be remembered, it does not count as the first.
    ///
    /// `issuer` is whoever answers for the identifier being new: the name of the provider,
    /// or that and more.
    pub fn first(&self, [issuer, id]: [&str; 2], until: Time, now: Time) -> bool {
        let mut register = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        register.forget_until(now);
        register.note(shown(issuer, id), until)
    }
}

fn shown(issuer: &str, id: &str) -> Shown {
    let mut digest = Context::new(&SHA256);
    // The length keeps one pair from reading as another.
    digest.update(&issuer.len().to_be_bytes());
    digest.update(issuer.as_bytes());
    digest.update(id.as_bytes());
    let mut shown = Shown::default();
    for (to, from) in shown.iter_mut().zip(digest.finish().as_ref()) {
        *to = *from;
    }
    shown
}

// INVARIANT: both sets hold the same assertions.
#[derive(Debug, Default)]
struct Register {
    shown: BTreeSet<Shown>,
    by_end: BTreeSet<(Time, Shown)>,
}

impl Register {
    fn forget_until(&mut self, now: Time) {
        while let Some((end, _)) = self.by_end.first() {
            if *end > now {
                break;
            }
            if let Some((_, ended)) = self.by_end.pop_first() {
                self.shown.remove(&ended);
            }
        }
    }

    fn note(&mut self, shown: Shown, until: Time) -> bool {
        let is_first = self.shown.len() < MOST && self.shown.insert(shown);
        if is_first {
            self.by_end.insert((until, shown));
        }
        is_first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_unix(1_440_938_160);

    #[test]
    fn an_assertion_is_shown_once_while_it_holds() {
        let replays = Replays::default();
        assert!(replays.first(["urn:acme", "_1"], NOW.plus(10), NOW));
        assert!(!replays.first(["urn:acme", "_1"], NOW.plus(10), NOW));
        assert!(!replays.first(["urn:acme", "_1"], NOW.plus(99), NOW.plus(9)));
        assert!(replays.first(["urn:acme", "_1"], NOW.plus(20), NOW.plus(10)));
    }

    #[test]
    fn identifiers_are_their_issuer_s_own() {
        let replays = Replays::default();
        assert!(replays.first(["urn:acme", "_1"], NOW.plus(10), NOW));
        assert!(replays.first(["urn:acme", "_2"], NOW.plus(10), NOW));
        assert!(replays.first(["urn:other", "_1"], NOW.plus(10), NOW));
        assert!(replays.first(["urn:acme_", "1"], NOW.plus(10), NOW));
    }

    #[test]
    fn what_has_ended_is_forgotten_and_what_is_full_takes_no_more() {
        let mut register = Register::default();
        for n in 0..MOST {
            assert!(register.note(shown("a", &n.to_string()), NOW));
        }
        assert!(!register.note(shown("b", ""), NOW.plus(1)));
        register.forget_until(NOW);
        assert!(register.note(shown("b", ""), NOW.plus(1)));
        assert_eq!((register.shown.len(), register.by_end.len()), (1, 1));
    }
}
