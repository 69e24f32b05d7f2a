//! Entities as bytes: JSON with a version in it, secrets sealed.
//!
//! | key | value |
//! |---|---|
//! | `account/<account>` | nothing yet: the account exists |
//! | `in/<account>/revision` | how many commits the account is made of, 8 bytes |
//! | `in/<account>/root` | [`Root`] |
//! | `in/<account>/settings` | [`Settings`] |
//! | `in/<account>/user/<folded name>` | [`User`] |
//! | `in/<account>/group/<folded name>` | [`Group`] |
//! | `in/<account>/role/<folded name>` | [`Role`] |
//! | `in/<account>/policy/<folded name>` | [`ManagedPolicy`] |
//! | `in/<account>/profile/<folded name>` | [`Profile`] |
//! | `in/<account>/mfa/<folded name>` | [`MfaDevice`] |
//! | `in/<account>/oidc/<name>` | [`OidcProvider`] |
//! | `in/<account>/saml/<folded name>` | [`SamlProvider`] |
//! | `token-key/<number>` | a key that session tokens are sealed with |
//! | `signing-key/<number>` | the keys that web identity tokens are signed with |
//! | `issuer/<issuer id>` | the number of the account that it is |
//! | `key/<access key id>` | the number of the account that it signs for |
//! | `used/<account>/<access key id>` | [`Use`] |
//!
//! [`User`]: crate::store::entity::User
//! [`Group`]: crate::store::entity::Group
//! [`Role`]: crate::store::entity::Role
//! [`ManagedPolicy`]: crate::store::entity::ManagedPolicy
//! [`Profile`]: crate::store::entity::Profile
//! [`OidcProvider`]: crate::store::entity::OidcProvider
//! [`SamlProvider`]: crate::store::entity::SamlProvider
//! [`MfaDevice`]: crate::store::entity::MfaDevice

mod group;
mod key;
mod mfa;
mod oidc;
mod part;
mod policy;
mod profile;
mod role;
mod saml;
mod user;

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::store::engine::Failure;
use crate::store::entity::{Entity, LastUse, Outbound, Root, Settings, Use};
use crate::store::record::key::KeyRecord;
use crate::store::record::part::checked_all;
use crate::store::seal::Seal;
use crate::text::{AccountId, Text};

/// The version that is written; earlier ones must stay readable.
///
/// 1: users and roots. 2: what they are granted, and all other entities.
pub(super) const VERSION: u8 = 2;

#[derive(Deserialize)]
struct Versioned {
    v: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct RootRecord {
    v: u8,
    created: i64,
    keys: Vec<KeyRecord>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct SettingsRecord {
    v: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    deletions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tokens: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outbound: Option<OutboundRecord>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct OutboundRecord {
    id: String,
    enabled: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct UseRecord {
    v: u8,
    at: i64,
    service: String,
    region: String,
}

/// An entity that is kept as a record of its own.
pub trait Kept: Entity {
    /// The part of its key that tells what it is.
    const PLACE: &'static str;

    /// Its bytes.
    fn write(&self, records: Records<'_>) -> Result<Vec<u8>, Failure>;

    /// What `bytes` tell of.
    fn read(records: Records<'_>, bytes: &[u8]) -> Result<Self, Failure>;
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
    /// The bytes of an entity.
    pub fn write<E: Kept>(self, entity: &E) -> Result<Vec<u8>, Failure> {
        entity.write(self)
    }

    /// The entity that `bytes` tell of.
    pub fn read<E: Kept>(self, bytes: &[u8]) -> Result<E, Failure> {
        E::read(self, bytes)
    }

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
        let keys = self.read_keys(record.keys)?;
        Ok(Root { created: Time::from_unix(record.created), keys })
    }
}

/// The bytes of settings.
pub fn write_settings(settings: &Settings) -> Result<Vec<u8>, Failure> {
    write(&SettingsRecord {
        v: VERSION,
        alias: settings.alias.as_ref().map(ToString::to_string),
        deletions: settings.deletions().iter().map(ToString::to_string).collect(),
        tokens: settings.tokens.as_ref().map(ToString::to_string),
        outbound: settings.outbound.as_ref().map(|outbound| OutboundRecord {
            id: outbound.id.to_string(),
            enabled: outbound.is_enabled,
        }),
    })
}

/// The settings that `bytes` tell of.
pub fn read_settings(bytes: &[u8]) -> Result<Settings, Failure> {
    let record: SettingsRecord = read(bytes)?;
    let alias = record.alias.as_deref().map(checked).transpose()?;
    let mut settings = Settings::with(alias, checked_all(&record.deletions)?);
    settings.tokens = record.tokens.as_deref().map(checked).transpose()?;
    settings.outbound = record.outbound.map(OutboundRecord::read).transpose()?;
    Ok(settings)
}

impl OutboundRecord {
    fn read(self) -> Result<Outbound, Failure> {
        Ok(Outbound { id: checked(&self.id)?, is_enabled: self.enabled })
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
    let (service, region) = (record.service.into(), record.region.into());
    Ok(LastUse::known(Some(Use { at: Time::from_unix(record.at), service, region })))
}

pub(super) fn write(record: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(record).map_err(|error| Failure::Io(error.to_string()))
}

/// Reads a record, its version first: a later version may hold what we do not know.
pub(super) fn read<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Failure> {
    let Versioned { v: found } = parse(bytes)?;
    if found > VERSION.into() {
        return Err(Failure::TooNew { found, known: VERSION.into() });
    }
    parse(bytes)
}

fn parse<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        // The error's own sentence may repeat what is stored.
        let (line, column) = (error.line(), error.column());
        Failure::Damaged(format!("a record cannot be read at line {line}, column {column}"))
    })
}

fn checked<T: Text>(raw: &str) -> Result<T, Failure> {
    T::parse(raw)
        .map_err(|_| Failure::Damaged("a record holds a word that no request could".into()))
}

fn damaged(reason: impl std::fmt::Display) -> Failure {
    Failure::Damaged(reason.to_string())
}
