//! Users as they are kept.

use serde::{Deserialize, Serialize};

use super::key::KeyRecord;
use super::part::{RightsRecord, checked_all, read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, read, write};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{Tagged, User};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UserRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    keys: Vec<KeyRecord>,
    #[serde(default, skip_serializing_if = "RightsRecord::is_empty")]
    rights: RightsRecord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    tags: Vec<(String, String)>,
}

impl Kept for User {
    const PLACE: &'static str = "user";

    fn write(&self, records: Records<'_>) -> Result<Vec<u8>, Failure> {
        write(&UserRecord {
            v: VERSION,
            name: self.name.to_string(),
            path: self.path.to_string(),
            id: self.id.to_string(),
            created: self.created.unix(),
            keys: records.write_keys(&self.keys)?,
            rights: RightsRecord::of(&self.rights),
            groups: self.groups.iter().map(ToString::to_string).collect(),
            tags: write_tags(&self.tags),
        })
    }

    fn read(records: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: UserRecord = read(bytes)?;
        Ok(Self {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id: checked(&record.id)?,
            created: Time::from_unix(record.created),
            keys: records.read_keys(record.keys)?,
            rights: record.rights.rights()?,
            groups: checked_all(&record.groups)?,
            tags: read_tags(Self::CASE, &record.tags)?,
        })
    }
}
