//! Session tags in a token (IAM User Guide, "Passing session tags using
//! `AssumeRoleWithWebIdentity`").

use std::collections::BTreeSet;

use super::Refused;
use super::json::{Json, Members};
use crate::text::{TagKey, TagValue, Text};

/// The claim that holds an object, and what claims begin with where a provider
/// can only say one thing a claim.
const TAGS: &str = "https://aws.amazon.com/tags";
const PRINCIPAL_TAGS: &str = "https://aws.amazon.com/tags/principal_tags/";
const TRANSITIVE: &str = "https://aws.amazon.com/tags/transitive_tag_keys";

const MOST: usize = 50;

/// What a token says of tags. That those who are to be inherited are among them is
/// looked at where sessions are made.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) tags: Vec<(String, String)>,
    pub(super) transitive: Vec<String>,
}

pub(super) fn read(claims: &Members) -> Result<Tags, Refused> {
    parse(claims).ok_or(Refused::Malformed(TAGS))
}

fn parse(claims: &Members) -> Option<Tags> {
    let mut tags = Tags::default();
    if let Some(nested) = claims.get(TAGS) {
        tags.take(nested)?;
    }
    for (name, value) in claims {
        if let Some(key) = name.strip_prefix(PRINCIPAL_TAGS) {
            tags.add(key, value)?;
        }
    }
    if let Some(keys) = claims.get(TRANSITIVE) {
        tags.inherit(keys)?;
    }
    tags.is_in_bounds().then_some(tags)
}

impl Tags {
    fn take(&mut self, nested: &Json) -> Option<()> {
        let nested = nested.clone().members()?;
        if let Some(tags) = nested.get("principal_tags") {
            for (key, value) in tags.clone().members()? {
                self.add(&key, &value)?;
            }
        }
        nested.get("transitive_tag_keys").map_or(Some(()), |keys| self.inherit(keys))
    }

    /// A value stands alone, or in a list of one.
    fn add(&mut self, key: &str, value: &Json) -> Option<()> {
        let [value] = value.texts()?[..] else { return None };
        TagKey::parse(key).ok()?;
        TagValue::parse(value).ok()?;
        self.tags.push((key.to_owned(), value.to_owned()));
        Some(())
    }

    fn inherit(&mut self, keys: &Json) -> Option<()> {
        for key in keys.texts()? {
            TagKey::parse(key).ok()?;
            self.transitive.push(key.to_owned());
        }
        Some(())
    }

    /// Keys ignore case, and each has one value.
    fn is_in_bounds(&self) -> bool {
        let keys: BTreeSet<_> = self.tags.iter().map(|(key, _)| key.to_lowercase()).collect();
        keys.len() == self.tags.len() && keys.len() <= MOST && self.transitive.len() <= MOST
    }
}
