//! Which actions a statement is about.
//!
//! Of the many statements of a caller, most are about other services than the one
//! that is asked: those are passed over at the cost of one comparison.

use crate::policy::glob::Glob;
use crate::policy::written::Listed;

/// The actions of a statement, or all but these.
#[derive(Clone, Debug)]
pub(super) struct Actions {
    is_negated: bool,
    vendors: Vendors,
    /// Those that are written out, in lower case.
    exact: Box<[Box<str>]>,
    wild: Box<[Glob]>,
}

/// An action that is asked for, in lower case: actions do not mind case.
#[derive(Debug)]
pub(super) struct Asked {
    name: String,
    vendor: Vendors,
}

/// Some services, each one of 64 bits; two may share one.
#[derive(Clone, Copy, Debug)]
struct Vendors(u64);

impl Actions {
    /// The actions that are written so.
    pub(super) fn of(written: &Listed<String>) -> Self {
        let names: Vec<_> = written.members.iter().map(|action| action.to_lowercase()).collect();
        let is_wild = |name: &&String| name.contains(['*', '?']);
        let vendors = names.iter().fold(0, |bits, name| bits | Vendors::of(name).0);
        Self {
            is_negated: written.is_negated,
            vendors: Vendors(vendors),
            exact: names.iter().filter(|name| !is_wild(name)).map(|n| n.as_str().into()).collect(),
            wild: names.iter().filter(is_wild).map(|name| Glob::wild(name)).collect(),
        }
    }

    /// Whether `asked` is one that is meant.
    pub(super) fn include(&self, asked: &Asked) -> bool {
        let may_be_listed = self.vendors.0 & asked.vendor.0 != 0;
        (may_be_listed && self.list(&asked.name)) != self.is_negated
    }

    fn list(&self, name: &str) -> bool {
        self.exact.iter().any(|exact| **exact == *name)
            || self.wild.iter().any(|pattern| pattern.matches(name))
    }
}

impl Asked {
    /// The action of that name.
    pub(super) fn of(action: &str) -> Self {
        let name = action.to_lowercase();
        Self { vendor: Vendors::of(&name), name }
    }
}

impl Vendors {
    /// The service of an action; every one, where that is not said.
    fn of(action: &str) -> Self {
        match action.split_once(':') {
            Some((vendor, _)) if !vendor.contains(['*', '?']) => {
                let sum = vendor
                    .bytes()
                    .fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
                Self(1 << (sum % u64::BITS))
            }
            _ => Self(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn include(listed: &[&str], is_negated: bool, asked: &str) -> bool {
        let members = listed.iter().map(|action| (*action).to_owned()).collect();
        Actions::of(&Listed { is_negated, members }).include(&Asked::of(asked))
    }

    #[test]
    fn actions_are_listed_in_any_case_and_by_pattern() {
        for listed in ["iam:GetUser", "IAM:getuser", "iam:Get*", "iam:?etUser", "*", "*:GetUser"] {
            assert!(include(&["s3:x", listed], false, "iam:GETuser"), "{listed}");
            assert!(!include(&["s3:x", listed], true, "iam:GETuser"), "{listed}");
        }
        for listed in ["iam:GetUser", "iam:*", "sts:*"] {
            assert!(!include(&[listed], false, "s3:GetUser"), "{listed}");
            assert!(include(&[listed], true, "s3:GetUser"), "{listed}");
        }
    }
}
