//! Managed policies as they are kept: each version as it was sent.

use serde::{Deserialize, Serialize};

use super::part::{read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, damaged, read, write};
use crate::clock::Time;
use crate::policy::document::Policy;
use crate::store::engine::Failure;
use crate::store::entity::{ManagedPolicy, Tagged, Version};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ManagedPolicyRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    updated: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    versions: Vec<VersionRecord>,
    default: u32,
    latest: u32,
    tags: Vec<(String, String)>,
}

impl Kept for ManagedPolicy {
    const PLACE: &'static str = "policy";

    fn write(&self, _: Records<'_>) -> Result<Vec<u8>, Failure> {
        write(&ManagedPolicyRecord {
            v: VERSION,
            name: self.name.to_string(),
            path: self.path.to_string(),
            id: self.id.to_string(),
            created: self.created.unix(),
            updated: self.updated.unix(),
            description: self.description.as_ref().map(ToString::to_string),
            versions: self.versions.iter().map(VersionRecord::of).collect(),
            default: self.default,
            latest: self.latest,
            tags: write_tags(&self.tags),
        })
    }

    fn read(_: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: ManagedPolicyRecord = read(bytes)?;
        let read = Self {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id: checked(&record.id)?,
            created: Time::from_unix(record.created),
            updated: Time::from_unix(record.updated),
            description: record.description.as_deref().map(checked).transpose()?,
            versions: record.versions.iter().map(VersionRecord::version).collect(),
            default: record.default,
            latest: record.latest,
            tags: read_tags(Self::CASE, &record.tags)?,
        };
        match read.document() {
            Some(_) => Ok(read),
            None => Err(damaged("a policy has no version that counts")),
        }
    }
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct VersionRecord {
    number: u32,
    created: i64,
    document: String,
}

impl VersionRecord {
    fn of(version: &Version) -> Self {
        Self {
            number: version.number,
            created: version.created.unix(),
            document: version.document.text().to_owned(),
        }
    }

    fn version(&self) -> Version {
        Version {
            number: self.number,
            created: Time::from_unix(self.created),
            document: Policy::kept(&self.document),
        }
    }
}
