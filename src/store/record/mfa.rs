//! Devices that make one-time codes as they are kept: their seeds are sealed.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::part::{read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, damaged, read, write};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{Enabled, MfaDevice, Synced, Tagged};
use crate::text::EntityId;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct MfaRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    sealed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    enabled: Option<EnabledRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    synced: Option<SyncedRecord>,
    tags: Vec<(String, String)>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct EnabledRecord {
    user: String,
    at: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SyncedRecord {
    drift: i64,
    last: i64,
    at: i64,
}

impl Kept for MfaDevice {
    const PLACE: &'static str = "mfa";

    fn write(&self, records: Records<'_>) -> Result<Vec<u8>, Failure> {
        let sealed = records.seal.seal(&self.seed, &context(records, &self.id));
        let sealed = sealed.map_err(|failed| Failure::Io(failed.to_string()))?;
        write(&MfaRecord {
            v: VERSION,
            name: self.name.to_string(),
            path: self.path.to_string(),
            id: self.id.to_string(),
            created: self.created.unix(),
            sealed: BASE64.encode(&sealed),
            enabled: self.enabled.as_ref().map(EnabledRecord::of),
            synced: self.synced.map(SyncedRecord::of),
            tags: write_tags(&self.tags),
        })
    }

    fn read(records: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: MfaRecord = read(bytes)?;
        let id: EntityId = checked(&record.id)?;
        let sealed = BASE64.decode(record.sealed.as_bytes()).map_err(damaged)?;
        let seed = records.seal.open(&sealed, &context(records, &id)).map_err(damaged)?;
        Ok(Self {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id,
            created: Time::from_unix(record.created),
            seed,
            enabled: record.enabled.map(|enabled| enabled.enabled()).transpose()?,
            synced: record.synced.map(|synced| synced.synced()),
            tags: read_tags(Self::CASE, &record.tags)?,
        })
    }
}

impl EnabledRecord {
    fn of(enabled: &Enabled) -> Self {
        Self { user: enabled.user.to_string(), at: enabled.at.unix() }
    }

    fn enabled(&self) -> Result<Enabled, Failure> {
        Ok(Enabled { user: checked(&self.user)?, at: Time::from_unix(self.at) })
    }
}

impl SyncedRecord {
    fn of(synced: Synced) -> Self {
        Self { drift: synced.drift, last: synced.last, at: synced.at.unix() }
    }

    fn synced(&self) -> Synced {
        Synced { drift: self.drift, last: self.last, at: Time::from_unix(self.at) }
    }
}

/// What a sealed seed belongs to: moved elsewhere, it does not open.
fn context(records: Records<'_>, id: &EntityId) -> Vec<u8> {
    format!("{}/mfa/{id}", records.account).into_bytes()
}
