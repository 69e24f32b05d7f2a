//! Entities as bytes: JSON with a version in it, secrets sealed.
//!
//! | key | value |
//! |---|---|
//! | `account/<account>` | nothing yet: the account exists |
//! | `in/<account>/revision` | how many commits the account is made of, 8 bytes |
//! | `in/<account>/root` | [`Root`] |
//! | `in/<account>/user/<folded name>` | [`User`] |
//! | `key/<access key id>` | the number of the account that it signs for |
//! | `used/<account>/<access key id>` | [`Use`] |

use std::sync::Arc;

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{KeyPair, LastUse, Root, Use, User};
use crate::store::seal::Seal;
use crate::text::{AccessKeyId, AccountId, Folded, Status, Text};

/// The version that is written; earlier ones must stay readable.
const VERSION: u8 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RootRecord {
    v: u8,
    created: i64,
    keys: Vec<KeyRecord>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UserRecord {
    v: u8,
    name: String,
    path: String,
    id: String,
    created: i64,
    keys: Vec<KeyRecord>,
    tags: Vec<(String, String)>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct KeyRecord {
    id: String,
    sealed: String,
    active: bool,
    created: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UseRecord {
    v: u8,
    at: i64,
    service: String,
    region: String,
}

/// What opens and closes the secrets of one account's records.
#[derive(Clone, Copy, Debug)]
pub struct Records<'s> {
    /// The account whose records they are: a record of another does not open.
    pub account: &'s AccountId,
    /// The sealing key.
    pub seal: &'s Seal,
}

impl Records<'_> {
    /// The bytes of a root.
    pub fn write_root(self, root: &Root) -> Result<Vec<u8>, Failure> {
        write(&RootRecord {
            v: VERSION,
            created: root.created.unix(),
            keys: self.write_keys(&root.keys)?,
        })
    }

    /// The root that `bytes` tell of.
    pub fn read_root(self, bytes: &[u8]) -> Result<Root, Failure> {
        let record: RootRecord = read(bytes)?;
        known(record.v)?;
        let keys = self.read_keys(record.keys)?;
        Ok(Root { created: Time::from_unix(record.created), keys })
    }

    /// The bytes of a user.
    pub fn write_user(self, user: &User) -> Result<Vec<u8>, Failure> {
        let tags = user.tags.values().map(|(key, value)| (key.to_string(), value.to_string()));
        write(&UserRecord {
            v: VERSION,
            name: user.name.to_string(),
            path: user.path.to_string(),
            id: user.id.to_string(),
            created: user.created.unix(),
            keys: self.write_keys(&user.keys)?,
            tags: tags.collect(),
        })
    }

    /// The user that `bytes` tell of.
    pub fn read_user(self, bytes: &[u8]) -> Result<User, Failure> {
        let record: UserRecord = read(bytes)?;
        known(record.v)?;
        let tags = record.tags.iter().map(|(key, value)| {
            let key = checked(key)?;
            Ok((Folded::of(&key), (key, checked(value)?)))
        });
        Ok(User {
            name: checked(&record.name)?,
            path: checked(&record.path)?,
            id: checked(&record.id)?,
            created: Time::from_unix(record.created),
            tags: tags.collect::<Result<_, Failure>>()?,
            keys: self.read_keys(record.keys)?,
        })
    }

    fn write_keys(self, keys: &[KeyPair]) -> Result<Vec<KeyRecord>, Failure> {
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

    fn read_keys(self, keys: Vec<KeyRecord>) -> Result<Vec<KeyPair>, Failure> {
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

/// The bytes of a use.
pub fn write_use(last: &Use) -> Result<Vec<u8>, Failure> {
    let (service, region) = (last.service.to_string(), last.region.to_string());
    write(&UseRecord { v: VERSION, at: last.at.unix(), service, region })
}

/// The use that `bytes` tell of.
pub fn read_use(bytes: &[u8]) -> Result<LastUse, Failure> {
    let record: UseRecord = read(bytes)?;
    known(record.v)?;
    let (service, region) = (record.service.into(), record.region.into());
    Ok(LastUse::known(Some(Use { at: Time::from_unix(record.at), service, region })))
}

fn write(record: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(record).map_err(|error| Failure::Io(error.to_string()))
}

fn read<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The error's own sentence may repeat what is stored.
        let (line, column) = (error.line(), error.column());
        Failure::Damaged(format!("a record cannot be read at line {line}, column {column}"))
    })
}

fn known(version: u8) -> Result<(), Failure> {
    if version <= VERSION {
        return Ok(());
    }
    Err(Failure::TooNew { found: version.into(), known: VERSION.into() })
}

fn checked<T: Text>(raw: &str) -> Result<T, Failure> {
    T::parse(raw)
        .map_err(|_| Failure::Damaged("a record holds a word that no request could".into()))
}

fn damaged(reason: impl std::fmt::Display) -> Failure {
    Failure::Damaged(reason.to_string())
}
