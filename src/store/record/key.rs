//! Keys as they are kept: the half that is kept secret is sealed.

use std::sync::Arc;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::{Records, checked, damaged};
use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::KeyPair;
use crate::text::{AccessKeyId, Status};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyRecord {
    id: String,
    sealed: String,
    active: bool,
    created: i64,
}

impl Records<'_> {
    pub(super) fn write_keys(self, keys: &[KeyPair]) -> Result<Vec<KeyRecord>, Failure> {
        keys.iter().map(|key| self.write_key(key)).collect()
    }

    fn write_key(self, key: &KeyPair) -> Result<KeyRecord, Failure> {
        let sealed = self.seal.seal(&key.secret, &self.context(&key.id));
        let sealed = sealed.map_err(|failed| Failure::Io(failed.to_string()))?;
        Ok(KeyRecord {
            id: key.id.to_string(),
            sealed: BASE64.encode(&sealed),
            active: key.status == Status::Active,
            created: key.created.unix(),
        })
    }

    pub(super) fn read_keys(self, keys: Vec<KeyRecord>) -> Result<Vec<KeyPair>, Failure> {
        keys.into_iter().map(|key| self.read_key(&key)).collect()
    }

    fn read_key(self, key: &KeyRecord) -> Result<KeyPair, Failure> {
        let id: AccessKeyId = checked(&key.id)?;
        let sealed = BASE64.decode(key.sealed.as_bytes()).map_err(damaged)?;
        let secret = self.seal.open(&sealed, &self.context(&id)).map_err(damaged)?;
        let status = if key.active { Status::Active } else { Status::Inactive };
        let created = Time::from_unix(key.created);
        Ok(KeyPair { id, secret, status, created, used: Arc::default() })
    }

    /// What a sealed secret belongs to: moved elsewhere, it does not open.
    fn context(self, key: &AccessKeyId) -> Vec<u8> {
        format!("{}/{key}", self.account).into_bytes()
    }
}
