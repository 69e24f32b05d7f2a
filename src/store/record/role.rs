//! Roles as they are kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::part::{RightsRecord, read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, read, write};
use crate::clock::Time;
use crate::policy::document::Policy;
use crate::store::engine::Failure;
use crate::store::entity::{Role, Tagged, Trust};
use crate::text::EntityId;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RoleRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    max_session: u32,
    trust: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    written: BTreeMap<String, Box<str>>,
    #[serde(default, skip_serializing_if = "RightsRecord::is_empty")]
    rights: RightsRecord,
    tags: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
}

impl Kept for Role {
    const PLACE: &'static str = "role";

    fn write(&self, _: Records<'_>) -> Result<Vec<u8>, Failure> {
        write(&RoleRecord {
            v: VERSION,
            name: self.name.to_string(),
            path: self.path.to_string(),
            id: self.id.to_string(),
            created: self.created.unix(),
            description: self.description.as_ref().map(ToString::to_string),
            max_session: self.max_session.get(),
            trust: self.trust.policy.text().to_owned(),
            written: self
                .trust
                .written
                .iter()
                .map(|(id, arn)| (id.to_string(), arn.clone()))
                .collect(),
            rights: RightsRecord::of(&self.rights),
            tags: write_tags(&self.tags),
            service: self.service.as_ref().map(ToString::to_string),
        })
    }

    fn read(_: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: RoleRecord = read(bytes)?;
        Ok(Self {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id: checked(&record.id)?,
            created: Time::from_unix(record.created),
            description: record.description.as_deref().map(checked).transpose()?,
            max_session: checked(&record.max_session.to_string())?,
            trust: Trust {
                policy: Policy::kept(&record.trust),
                written: read_written(record.written)?,
            },
            rights: record.rights.rights()?,
            tags: read_tags(Self::CASE, &record.tags)?,
            used: Arc::default(),
            service: record.service.as_deref().map(checked).transpose()?,
        })
    }
}

fn read_written(
    record: BTreeMap<String, Box<str>>,
) -> Result<BTreeMap<EntityId, Box<str>>, Failure> {
    record.into_iter().map(|(id, arn)| Ok((checked(&id)?, arn))).collect()
}
