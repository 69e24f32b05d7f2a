//! SAML providers as they are kept: what they say of themselves as it was sent, their
//! private keys sealed.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::part::{read_tags, write_tags};
use super::{Kept, Records, VERSION, checked, damaged, read, write};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{PrivateKey, SamlProvider, Tagged};
use crate::text::SamlId;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SamlRecord {
    v: u8,
    name: String,
    id: String,
    document: String,
    valid_until: i64,
    encryption: String,
    keys: Vec<PrivateKeyRecord>,
    created: i64,
    tags: Vec<(String, String)>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct PrivateKeyRecord {
    id: String,
    sealed: String,
    created: i64,
}

impl Kept for SamlProvider {
    const PLACE: &'static str = "saml";

    fn write(&self, records: Records<'_>) -> Result<Vec<u8>, Failure> {
        let keys = self.keys.iter().map(|key| write_key(key, &self.id, records));
        write(&SamlRecord {
            v: VERSION,
            name: self.name.to_string(),
            id: self.id.to_string(),
            document: self.document.to_string(),
            valid_until: self.valid_until.unix(),
            encryption: self.encryption.to_string(),
            keys: keys.collect::<Result<_, _>>()?,
            created: self.created.unix(),
            tags: write_tags(&self.tags),
        })
    }

    fn read(records: Records<'_>, bytes: &[u8]) -> Result<Self, Failure> {
        let record: SamlRecord = read(bytes)?;
        let id = checked(&record.id)?;
        let keys = record.keys.iter().map(|key| read_key(key, &id, records));
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
            id,
            name: checked(&record.name)?,
            document: record.document.into(),
            valid_until: Time::from_unix(record.valid_until),
            encryption: checked(&record.encryption)?,
            created: Time::from_unix(record.created),
            tags: read_tags(Self::CASE, &record.tags)?,
        })
    }
}

fn write_key(
    key: &PrivateKey,
    provider: &SamlId,
    records: Records<'_>,
) -> Result<PrivateKeyRecord, Failure> {
    let sealed = records.seal.seal(&key.pem, &context(provider, &key.id, records));
    let sealed = sealed.map_err(|failed| Failure::Io(failed.to_string()))?;
    Ok(PrivateKeyRecord {
        id: key.id.to_string(),
        sealed: BASE64.encode(&sealed),
        created: key.created.unix(),
    })
}

fn read_key(
    record: &PrivateKeyRecord,
    provider: &SamlId,
    records: Records<'_>,
) -> Result<PrivateKey, Failure> {
    let id = checked(&record.id)?;
    let sealed = BASE64.decode(record.sealed.as_bytes()).map_err(damaged)?;
    let pem = records.seal.open(&sealed, &context(provider, &id, records)).map_err(damaged)?;
    Ok(PrivateKey { id, pem, created: Time::from_unix(record.created) })
}

/// What a sealed key belongs to: moved elsewhere, it does not open.
fn context(provider: &SamlId, key: &SamlId, records: Records<'_>) -> Vec<u8> {
    format!("{}/saml/{provider}/{key}", records.account).into_bytes()
}
