//! Session tags: passed along, or inherited from the session that asks.

use std::collections::BTreeSet;

use crate::action::Needs;
use crate::error::{Code, Error, Result};
use crate::store::entity::{Case, Tags};
use crate::store::owner::Caller;
use crate::store::session::Session;
use crate::text::{Folded, TagKey, TagValue};
use crate::wire::form::{List, input};

/// What AWS keeps for itself.
const RESERVED: &str = "aws:";

input! {
    /// One label.
    #[derive(Clone)]
    pub(super) struct SessionTag {
        key: TagKey = "Key",
        value: TagValue = "Value",
    }
}

/// The tags of a session to be, and which of them go on to the sessions made with it.
#[derive(Debug)]
pub(super) struct Labels {
    pub(super) tags: Tags,
    pub(super) transitive: BTreeSet<Folded>,
}

/// Tags as a request passes them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed<'p> {
    pub(super) tags: &'p [SessionTag],
    pub(super) transitive: &'p [TagKey],
}

impl SessionTag {
    /// A tag that an identity provider passes.
    pub(super) fn new(key: TagKey, value: TagValue) -> Self {
        Self { key, value }
    }

    /// The tag as a member of an object of JSON.
    pub(super) fn claim(&self) -> (String, serde_json::Value) {
        (self.key.to_string(), self.value.to_string().into())
    }
}

impl<'p> Passed<'p> {
    pub(super) fn of(
        tags: Option<&'p List<SessionTag, 50>>,
        transitive: Option<&'p List<TagKey, 50>>,
    ) -> Self {
        Self {
            tags: tags.map_or(&[], |tags| &tags.0),
            transitive: transitive.map_or(&[], |keys| &keys.0),
        }
    }

    /// What the request says of the tags.
    pub(super) fn state(self, mut needs: Needs) -> Needs {
        for SessionTag { key, value } in self.tags {
            let name = format!("aws:RequestTag/{key}");
            needs = needs.with("aws:TagKeys", key.to_string()).with(name, value.to_string());
        }
        let keys = self.transitive.iter();
        keys.fold(needs, |needs, key| needs.with("sts:TransitiveTagKeys", key.to_string()))
    }

    /// The tags of a session that `caller` makes, those that it inherits among them.
    pub(super) fn labels(self, caller: &Caller) -> Result<Labels> {
        let mut labels = inherited(caller);
        let mut passed = Tags::new(Case::Ignored);
        for SessionTag { key, value } in self.tags {
            let folded = Folded::of(key);
            if folded.as_str().starts_with(RESERVED) {
                return Err(invalid("Tag keys that begin with aws: are reserved for system use."));
            }
            if labels.transitive.contains(&folded) {
                return Err(invalid(CONFLICTS));
            }
            if passed.insert(key.clone(), value.clone()).is_some() {
                return Err(invalid(TWICE));
            }
        }
        for key in self.transitive {
            labels.transitive.insert(self.transitive_key(key, caller)?);
        }
        labels.tags.extend(passed);
        Ok(labels)
    }

    /// A transitive key, which must be one of the tags that are passed.
    fn transitive_key(self, key: &TagKey, caller: &Caller) -> Result<Folded> {
        let key = Folded::of(key);
        if inherited_keys(caller).is_some_and(|keys| keys.contains(&key)) {
            return Err(invalid(CONFLICTS));
        }
        if self.tags.iter().all(|tag| Folded::of(&tag.key) != key) {
            return Err(invalid(
                "The specified transitive tag key must be included in the requested tags.",
            ));
        }
        Ok(key)
    }
}

const CONFLICTS: &str = "One of the specified transitive tag keys can't be set because it conflicts \
                         with a transitive tag key from the calling session.";

const TWICE: &str = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";

/// What the caller's session hands on.
pub(super) fn inherited(caller: &Caller) -> Labels {
    let mut labels = Labels { tags: Tags::new(Case::Ignored), transitive: BTreeSet::new() };
    let Some(session) = caller.session() else { return labels };
    for (key, value) in session.tags.iter().filter(|(key, _)| hands_on(session, key)) {
        labels.tags.insert(key.clone(), value.clone());
    }
    labels.transitive.clone_from(&session.transitive);
    labels
}

fn hands_on(session: &Session, key: &TagKey) -> bool {
    session.transitive.contains(&Folded::of(key))
}

fn inherited_keys(caller: &Caller) -> Option<&BTreeSet<Folded>> {
    caller.session().map(|session| &session.transitive)
}

fn invalid(message: &'static str) -> Error {
    Error::new(Code::InvalidParameterValue, message)
}
