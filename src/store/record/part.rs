//! What the records of several entities have in common.

use serde::{Deserialize, Serialize};

use super::checked;
use crate::arn::Arn;
use crate::policy::document::Policy;
use crate::store::engine::Failure;
use crate::store::entity::{Case, Rights, Tags};
use crate::text::{ArnText, PolicyName, Text};

#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RightsRecord {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inline: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attached: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boundary: Option<String>,
}

impl RightsRecord {
    pub(super) fn of(rights: &Rights) -> Self {
        let inline =
            rights.policies().map(|(name, policy)| (name.to_string(), policy.text().into()));
        Self {
            inline: inline.collect(),
            attached: rights.attached.iter().map(ToString::to_string).collect(),
            boundary: rights.boundary.as_ref().map(ToString::to_string),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.inline.is_empty() && self.attached.is_empty() && self.boundary.is_none()
    }

    pub(super) fn rights(&self) -> Result<Rights, Failure> {
        let mut rights = Rights::default();
        rights.attached = self.attached.iter().map(|raw| arn(raw)).collect::<Result<_, _>>()?;
        rights.boundary = self.boundary.as_deref().map(arn).transpose()?;
        for (name, text) in &self.inline {
            let name: PolicyName = checked(name)?;
            rights.put_policy(&name, Policy::kept(text));
        }
        Ok(rights)
    }
}

fn arn(raw: &str) -> Result<Arn, Failure> {
    Ok(Arn::from(&checked::<ArnText>(raw)?))
}

pub(super) fn write_tags(tags: &Tags) -> Vec<(String, String)> {
    tags.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

pub(super) fn read_tags(case: Case, kept: &[(String, String)]) -> Result<Tags, Failure> {
    let mut tags = Tags::new(case);
    for (key, value) in kept {
        tags.insert(checked(key)?, checked(value)?);
    }
    Ok(tags)
}

/// What all of these words are, in any kind of collection.
pub(super) fn checked_all<T: Text, C: FromIterator<T>>(raw: &[String]) -> Result<C, Failure> {
    raw.iter().map(|raw| checked(raw)).collect()
}
