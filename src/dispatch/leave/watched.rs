//! What a witness is told of a decision: of each leave that was asked for, what decided.

use crate::action::{Applied, Case, Leave, Ruling, Witness};
use crate::dispatch::leave::known::Known;
use crate::dispatch::leave::{Held, question, record, sentence};
use crate::policy::{Decision, Effect, Explained, Match, explain};

/// How many statements are told of one leave: a caller may have hundreds.
const MOST_STATEMENTS: usize = 50;

/// Tells whoever watches how it was decided, if they want to know.
pub(super) fn tell(case: &Case<'_>, held: Held<'_>, (leaves, is_allowed): (&[Leave], bool)) {
    let Some(witness) = wanting(case, is_allowed) else { return };
    let mut rulings = Vec::new();
    for leave in leaves {
        let ruling = ruling(case, held, leave);
        let is_last = !ruling.is_allowed;
        rulings.push(ruling);
        // Behind the first that is refused nobody has asked.
        if is_last {
            break;
        }
    }
    witness.ruled(rulings);
}

/// The same where no policy was asked.
pub(super) fn tell_unasked(case: &Case<'_>, leaves: &[Leave]) {
    let Some(witness) = wanting(case, true) else { return };
    let unasked = |action: String, resource: &str, because: &str| Ruling {
        action,
        resource: resource.to_owned(),
        is_allowed: true,
        because: because.to_owned(),
        statements: Vec::new(),
        missing: Vec::new(),
    };
    let root = "root may do everything in its account: no policy is asked";
    let of_root = |leave: &Leave| {
        unasked(leave.name(case.action).into_owned(), leave.resource.as_str(), root)
    };
    let mut rulings: Vec<_> = leaves.iter().map(of_root).collect();
    if rulings.is_empty() {
        let everyone = "everyone who is verified may: no policy is asked";
        rulings.push(unasked(case.action.to_string(), "*", everyone));
    }
    witness.ruled(rulings);
}

fn wanting<'c>(case: &Case<'c>, is_allowed: bool) -> Option<&'c dyn Witness> {
    case.witness.filter(|witness| !is_allowed || witness.sees_all())
}

fn ruling(case: &Case<'_>, held: Held<'_>, leave: &Leave) -> Ruling {
    let (action, facts) = (leave.name(case.action), Known { case, leave });
    let bearing = held.bearing(leave);
    let explained = explain(&question((case, leave), &action, &facts), &bearing);
    let missing = record::missing(&bearing, &facts);
    Ruling {
        resource: leave.resource.as_str().to_owned(),
        is_allowed: explained.decision == Decision::Allowed,
        because: because(&explained),
        statements: explained.matches.iter().take(MOST_STATEMENTS).map(applied).collect(),
        missing: missing.into_iter().map(str::to_owned).collect(),
        action: action.into_owned(),
    }
}

fn because(explained: &Explained<'_>) -> String {
    match &explained.decision {
        Decision::Allowed => "all that had to allow it did, and nothing denies it".to_owned(),
        Decision::Denied(denial) if denial.is_explicit => {
            let (article, kind) = sentence::name(denial.layer);
            format!("{article} {kind} denies it")
        }
        Decision::Denied(denial) => format!("no {} allows it", sentence::name(denial.layer).1),
    }
}

fn applied(one: &Match<'_>) -> Applied {
    Applied {
        allows: one.effect == Effect::Allow,
        kind: sentence::name(one.layer).1,
        policy: one.source.name.to_string(),
        place: one.place.map(|(start, _)| (start.line, start.column)),
    }
}
