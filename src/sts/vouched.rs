//! What identity providers say, as far as it goes into sessions.

use crate::error::{Code, Error, Result};
use crate::federation::Vouched;
use crate::store::owner::{Caller, Proof};
use crate::sts::tag::{Passed, SessionTag};
use crate::text::{SourceIdentity, TagKey, Text};

/// What a provider passes on, each word of it checked.
#[derive(Debug)]
pub(super) struct Passing {
    tags: Vec<SessionTag>,
    transitive: Vec<TagKey>,
    pub(super) behind: Option<SourceIdentity>,
}

impl Passing {
    /// What is passed on of what was said.
    pub(super) fn of(said: &Vouched) -> Result<Self> {
        let tags = said
            .tags
            .iter()
            .map(|(key, value)| Ok(SessionTag::new(checked(key)?, checked(value)?)));
        Ok(Self {
            tags: tags.collect::<Result<_>>()?,
            transitive: said.transitive.iter().map(|key| checked(key)).collect::<Result<_>>()?,
            behind: said.source_identity.as_deref().map(checked).transpose()?,
        })
    }

    /// The tags.
    pub(super) fn passed(&self) -> Passed<'_> {
        Passed { tags: &self.tags, transitive: &self.transitive }
    }
}

/// What is vouched for, and by whom.
pub(super) fn vouched(caller: &Caller) -> Result<(&str, &Vouched)> {
    // Without a proof the request does not come this far.
    caller.proof().and_then(Proof::vouched).ok_or_else(Error::internal_failure)
}

fn checked<T: Text>(word: &str) -> Result<T> {
    T::parse(word).map_err(|_| {
        let message =
            "The identity provider passes a session tag or a source identity that is none.";
        Error::new(Code::InvalidIdentityToken, message)
    })
}
