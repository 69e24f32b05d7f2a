//! What a token says, as bytes: JSON with a version in it, packed where that makes it
//! shorter.

use std::borrow::Cow;

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::arn::Arn;
use crate::clock::Time;
use crate::policy::Policy;
use crate::secret::Secret;
use crate::store::entity::{Case, Tags};
use crate::store::session::{Limits, Session, Whose};
use crate::text::{AccountId, ArnText, Folded, TagKey, TagValue, Text};

/// The version that is written.
const VERSION: u8 = 1;

/// How hard is tried to pack.
const LEVEL: u8 = 9;

/// No claims are longer when they are unpacked.
const LONGEST: usize = 256 * 1024;

/// How bytes are packed: as they are, or deflated (RFC 1951).
const PLAIN: u8 = 0;
const DEFLATED: u8 = 1;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Claims<'c> {
    v: u8,
    #[serde(borrow)]
    secret: Cow<'c, str>,
    whose: WhoseClaim,
    issued: i64,
    expires: i64,
    #[serde(default, skip_serializing_if = "Bulk::is_empty")]
    bulk: Bulk,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    behind: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mfa: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    facts: Vec<(String, Vec<String>)>,
}

/// What callers may make long: policies and tags.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Bulk {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    managed: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    inherited: Vec<String>,
}

impl Bulk {
    fn of(session: &Session) -> Self {
        let tags = session.tags.iter().map(|(key, value)| (key.to_string(), value.to_string()));
        Self {
            policy: session.limits.inline.as_ref().map(|policy| policy.text().to_owned()),
            managed: session.limits.managed.iter().map(ToString::to_string).collect(),
            tags: tags.collect(),
            inherited: session.transitive.iter().map(|key| key.as_str().to_owned()).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.policy.is_none() && self.managed.is_empty() && self.tags.is_empty()
    }
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum WhoseClaim {
    Role(String, String),
    User(String),
    Root,
    Guest(Option<String>, String),
    Task,
    Delegate(String),
}

impl WhoseClaim {
    fn of(whose: &Whose) -> Self {
        match whose {
            Whose::Role { role, name } => Self::Role(role.to_string(), name.to_string()),
            Whose::User(user) => Self::User(user.to_string()),
            Whose::Root => Self::Root,
            Whose::Guest { of, name } => {
                Self::Guest(of.as_ref().map(ToString::to_string), name.to_string())
            }
            Whose::Task => Self::Task,
            Whose::Delegate(user) => Self::Delegate(user.to_string()),
        }
    }

    fn whose(&self) -> Option<Whose> {
        Some(match self {
            Self::Role(role, name) => Whose::Role { role: word(role)?, name: word(name)? },
            Self::User(user) => Whose::User(word(user)?),
            Self::Root => Whose::Root,
            Self::Guest(None, name) => Whose::Guest { of: None, name: word(name)? },
            Self::Guest(Some(of), name) => Whose::Guest { of: Some(word(of)?), name: word(name)? },
            Self::Task => Whose::Task,
            Self::Delegate(user) => Whose::Delegate(word(user)?),
        })
    }
}

/// The bytes of a session and its key's secret; nothing where they cannot be written.
pub(super) fn write(session: &Session, secret: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let claims = Claims {
        v: VERSION,
        secret: Cow::Borrowed(secret.expose()),
        whose: WhoseClaim::of(&session.whose),
        issued: session.issued.unix(),
        expires: session.expires.unix(),
        bulk: Bulk::of(session),
        behind: session.source_identity.as_ref().map(ToString::to_string),
        mfa: session.mfa.map(Time::unix),
        provider: session.provider.as_deref().map(str::to_owned),
        facts: session.facts.clone(),
    };
    let bytes = Zeroizing::new(serde_json::to_vec(&claims).ok()?);
    Some(Zeroizing::new(packed(&bytes)))
}

/// How many bytes policies and tags take: all of them, and the tags alone.
pub(super) fn sizes(session: &Session) -> Option<(usize, usize)> {
    let bulk = Bulk::of(session);
    if bulk.is_empty() {
        return Some((0, 0));
    }
    let all = packed(&serde_json::to_vec(&bulk).ok()?).len();
    let tags = packed(&serde_json::to_vec(&bulk.tags).ok()?).len();
    Some((all, tags))
}

/// The session that `bytes` tell of, and its key's secret; nothing where they tell of none.
pub(super) fn read(account: AccountId, bytes: &[u8]) -> Option<(Session, Secret)> {
    let bytes = unpacked(bytes)?;
    let claims: Claims<'_> =
        serde_json::from_slice(&bytes).ok().filter(|c: &Claims<'_>| c.v == VERSION)?;
    let managed = claims.bulk.managed.iter().map(|arn| Some(Arn::from(&word::<ArnText>(arn)?)));
    let session = Session {
        account,
        whose: claims.whose.whose()?,
        issued: Time::from_unix(claims.issued),
        expires: Time::from_unix(claims.expires),
        limits: Limits {
            inline: claims.bulk.policy.as_deref().map(Policy::kept),
            managed: managed.collect::<Option<_>>()?,
        },
        tags: tags(&claims.bulk.tags)?,
        transitive: claims.bulk.inherited.iter().map(Folded::of).collect(),
        source_identity: claims.behind.as_deref().map(word_or).transpose().ok()?,
        mfa: claims.mfa.map(Time::from_unix),
        provider: claims.provider.map(Into::into),
        facts: claims.facts,
    };
    Some((session, Secret::new(claims.secret.into_owned())))
}

fn tags(kept: &[(String, String)]) -> Option<Tags> {
    let mut tags = Tags::new(Case::Ignored);
    for (key, value) in kept {
        tags.insert(word::<TagKey>(key)?, word::<TagValue>(value)?);
    }
    Some(tags)
}

fn word<T: Text>(raw: &str) -> Option<T> {
    T::parse(raw).ok()
}

fn word_or<T: Text>(raw: &str) -> Result<T, ()> {
    T::parse(raw).map_err(drop)
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let deflated = Zeroizing::new(compress_to_vec(bytes, LEVEL));
    let (how, what) =
        if deflated.len() < bytes.len() { (DEFLATED, &deflated[..]) } else { (PLAIN, bytes) };
    [&[how], what].concat()
}

fn unpacked(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    match bytes.split_first()? {
        (&PLAIN, plain) => Some(Zeroizing::new(plain.to_vec())),
        (&DEFLATED, deflated) => {
            decompress_to_vec_with_limit(deflated, LONGEST).ok().map(Zeroizing::new)
        }
        _ => None,
    }
}
