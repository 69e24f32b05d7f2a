//! The policies that AWS manages: what `arn:aws:iam::aws:policy/…` stands for.
//!
//! They are packed into the program, and unpacked once, when the first of them is
//! asked for. `data/README.md` says where they are from.

use std::collections::HashMap;
use std::iter;
use std::sync::{LazyLock, OnceLock};

use data_encoding::BASE32;
use miniz_oxide::inflate::decompress_slice_iter_to_slice;
use sha2::{Digest, Sha256};

use crate::clock::Time;
use crate::policy::Policy;

/// What the name of every policy that AWS manages begins with.
pub const PREFIX: &str = "arn:aws:iam::aws:policy/";

/// A policy that AWS manages, as it was when `data/` was renewed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AwsPolicy {
    /// The full name: `arn:aws:iam::aws:policy/job-function/DataScientist`.
    pub arn: &'static str,
    /// Where it stands: `/`, `/job-function/`, `/service-role/`, …
    pub path: &'static str,
    /// The name alone: `DataScientist`.
    pub name: &'static str,
    /// The number of its default version: 12 for `v12`.
    pub version: u32,
    /// When AWS first had it.
    pub created: Time,
    /// When its default version was made.
    pub updated: Time,
    /// The default version as JSON, without white space.
    pub document: &'static str,
}

impl AwsPolicy {
    /// An id that this policy has in every gateway: `ANPA` and 17 characters. It is
    /// not AWS's own, which is published nowhere. Like ids of old it carries no
    /// account.
    pub fn id(&self) -> String {
        let digest = BASE32.encode(&Sha256::digest(self.arn));
        format!("ANPAI{}", digest.get(..16).unwrap_or_default())
    }
}

/// The policy of this full name. A name of any other kind costs one comparison.
pub fn find(arn: &str) -> Option<&'static AwsPolicy> {
    if arn.starts_with(PREFIX) { CATALOG.by_arn(arn) } else { None }
}

/// What the policy of this full name says, read when it is first asked for.
pub fn document(arn: &str) -> Option<&'static Policy> {
    let place = if arn.starts_with(PREFIX) { *CATALOG.places.get(arn)? } else { return None };
    let text = CATALOG.policies.get(place)?.document;
    Some(CATALOG.read.get(place)?.get_or_init(|| Policy::kept(text)))
}

/// Every policy, by name, whatever its case.
pub fn all() -> impl Iterator<Item = &'static AwsPolicy> {
    CATALOG.policies.iter()
}

static PACKED: &[u8] = include_bytes!("../data/aws-managed-policies.tsv.gz");

// A test holds that what is packed can be unpacked, so the default is never taken.
static TEXT: LazyLock<String> = LazyLock::new(|| unpack(PACKED).unwrap_or_default());

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| Catalog::of(&TEXT));

struct Catalog {
    policies: Vec<AwsPolicy>,
    /// Where in `policies` each is.
    places: HashMap<&'static str, usize, foldhash::fast::RandomState>,
    /// What each says.
    read: Vec<OnceLock<Policy>>,
}

impl Catalog {
    fn of(text: &'static str) -> Self {
        let policies: Vec<_> = text.lines().filter_map(read).collect();
        let places = policies.iter().enumerate().map(|(place, policy)| (policy.arn, place));
        let read = policies.iter().map(|_| OnceLock::new()).collect();
        Self { places: places.collect(), policies, read }
    }

    fn by_arn(&self, arn: &str) -> Option<&AwsPolicy> {
        self.policies.get(*self.places.get(arn)?)
    }
}

/// One line: full name, version, both dates and the document, with tabs between.
fn read(line: &'static str) -> Option<AwsPolicy> {
    let mut fields = line.splitn(5, '\t');
    let arn = fields.next()?;
    let version = fields.next()?.parse().ok()?;
    let created = Time::from_extended(fields.next()?.as_bytes())?;
    let updated = Time::from_extended(fields.next()?.as_bytes())?;
    let document = fields.next()?;
    let (path, name) = path_and_name(arn)?;
    Some(AwsPolicy { arn, path, name, version, created, updated, document })
}

/// `/job-function/` and `DataScientist`: the path begins with the slash that ends
/// the prefix, and ends with the one before the name.
fn path_and_name(arn: &str) -> Option<(&str, &str)> {
    let whole = arn.get(PREFIX.len().checked_sub(1)?..)?;
    let name = whole.rsplit('/').next()?;
    Some((whole.strip_suffix(name)?, name))
}

/// The text of a gzip file whose header is the shortest there is, as the script in
/// `data/` writes it: ten bytes, then the text, its checksum and its length (RFC
/// 1952 section 2.2).
fn unpack(packed: &[u8]) -> Option<String> {
    let (deflated, [_, _, _, _, length @ ..]) = packed.get(10..)?.split_last_chunk::<8>()?;
    let mut text = vec![0; usize::try_from(u32::from_le_bytes(*length)).ok()?];
    let written = decompress_slice_iter_to_slice(&mut text, iter::once(deflated), false, true);
    if written.ok()? == text.len() { String::from_utf8(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_can_be_unpacked_and_every_line_of_it_read() {
        let text = unpack(PACKED).unwrap();
        let lines = text.lines().count();
        assert!(lines > 1500, "{lines}");
        assert_eq!(all().count(), lines);
        assert_eq!(CATALOG.places.len(), lines);
    }

    #[test]
    fn what_is_not_whole_is_not_unpacked() {
        for length in [0, 9, 10, 17, 18, 1000, PACKED.len() - 1] {
            assert_eq!(unpack(&PACKED[..length]), None, "{length}");
        }
    }
}
