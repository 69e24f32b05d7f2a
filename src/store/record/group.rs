//! Groups as they are kept.

use serde::{Deserialize, Serialize};

use super::part::RightsRecord;
use super::{Kept, Records, VERSION, checked, read, write};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::Group;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct GroupRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    #[serde(default, skip_serializing_if = "RightsRecord::is_empty")]
    rights: RightsRecord,
}

impl Kept for Group {
    const PLACE: &'static str = "group";

    fn write(&self, _: Records<'_>) -> Result<Vec<u8>, Failure> {
        write(&GroupRecord {
            v: VERSION,
            name: self.name.to_string(),
            path: self.path.to_string(),
            id: self.id.to_string(),
            created: self.created.unix(),
            rights: RightsRecord::of(&self.rights),
        })
    }

    fn read(_: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: GroupRecord = read(bytes)?;
        Ok(Self {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id: checked(&record.id)?,
            created: Time::from_unix(record.created),
            rights: record.rights.rights()?,
        })
    }
}
