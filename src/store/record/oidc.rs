//! OIDC providers as they are kept.

use serde::{Deserialize, Serialize};

use super::part::{checked_all, read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, read, write};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{OidcProvider, Tagged};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct OidcRecord {
    v: u8,
    name: String,
    clients: Vec<String>,
    thumbprints: Vec<String>,
    created: i64,
    tags: Vec<(String, String)>,
}

impl Kept for OidcProvider {
    const PLACE: &'static str = "oidc";

    fn write(&self, _: Records<'_>) -> Result<Vec<u8>, Failure> {
        write(&OidcRecord {
            v: VERSION,
            name: self.name.to_string(),
            clients: self.clients.iter().map(ToString::to_string).collect(),
            thumbprints: self.thumbprints.iter().map(ToString::to_string).collect(),
            created: self.created.unix(),
            tags: write_tags(&self.tags),
        })
    }

    fn read(_: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: OidcRecord = read(bytes)?;
        Ok(Self {
            name: checked(&record.name)?,
            clients: checked_all(&record.clients)?,
            thumbprints: checked_all(&record.thumbprints)?,
            created: Time::from_unix(record.created),
            tags: read_tags(Self::CASE, &record.tags)?,
        })
    }
}
