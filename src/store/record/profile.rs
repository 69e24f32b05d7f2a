//! Instance profiles as they are kept.

use serde::{Deserialize, Serialize};

use super::part::{read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, read, write};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{Profile, Tagged};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct ProfileRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    tags: Vec<(String, String)>,
}

impl Kept for Profile {
    const PLACE: &'static str = "profile";

    fn write(&self, _: Records<'_>) -> Result<Vec<u8>, Failure> {
        write(&ProfileRecord {
            v: VERSION,
            name: self.name.to_string(),
            path: self.path.to_string(),
            id: self.id.to_string(),
            created: self.created.unix(),
            role: self.role.as_ref().map(ToString::to_string),
            tags: write_tags(&self.tags),
        })
    }

    fn read(_: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: ProfileRecord = read(bytes)?;
        Ok(Self {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id: checked(&record.id)?,
            created: Time::from_unix(record.created),
            role: record.role.as_deref().map(checked).transpose()?,
            tags: read_tags(Self::CASE, &record.tags)?,
        })
    }
}
