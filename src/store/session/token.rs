//! Tokens: sealed with a key that all nodes have, bound to the id of the key that they
//! belong to.
//!
//! A token is base 64 (RFC 4648 section 4) of the number of the token key in 4 bytes, and
//! of what [`Seal`](crate::store::seal::Seal) makes of the claims.

use data_encoding::BASE64;

use crate::ids::{Ids, account_in};
use crate::secret::Secret;
use crate::store::session::token_keys::{TokenKey, TokenKeys};
use crate::store::session::{Issued, PREFIX, Session, claims};
use crate::text::{AccessKeyId, Text};

/// No token has more characters.
pub const LONGEST: usize = 4096;

/// How many bytes packed policies and tags may take.
const ROOM: usize = 2048;

/// Policies and tags are too long when packed, by so many hundredths of what they may be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TooLarge {
    /// How much they take, in hundredths.
    pub packed: usize,
    /// Whether the tags do by themselves.
    pub is_tags: bool,
}

/// Why there are no credentials.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unissued {
    /// Policies and tags are too long.
    TooLarge(TooLarge),
    /// The cipher failed, or there is no key.
    Failed,
}

/// What a token opens to.
#[derive(Debug)]
pub struct Found {
    /// The session.
    pub session: Session,
    /// What its key signs with.
    pub secret: Secret,
    /// Another number for every token: what is derived of one secret is used for no other.
    pub version: u64,
}

impl TokenKeys {
    /// Makes credentials of a session. Their token has `least` characters or more.
    pub(in crate::store) fn issue(
        &self,
        session: &Session,
        least: usize,
        ids: &mut dyn Ids,
    ) -> Result<Issued, Unissued> {
        let id = ids.temporary_key_id(&session.account).ok_or(Unissued::Failed)?;
        let (secret, packed) = (ids.secret(), room(session)?);
        let claims = claims::write(session, &secret).ok_or(Unissued::Failed)?;
        let token = self.newest().and_then(|key| seal(&key, &id, &claims, least));
        let token = token.ok_or(Unissued::Failed)?;
        if token.len() > LONGEST {
            let packed = hundredths(token.len(), LONGEST);
            return Err(Unissued::TooLarge(TooLarge { packed, is_tags: false }));
        }
        let (token, expires) = (Secret::new(token), session.expires);
        Ok(Issued { id, secret, token, expires, packed })
    }

    /// The session of a token that belongs to the key `id`; nothing, where it was not
    /// sealed for that key, or not here.
    pub(in crate::store) fn open(&self, id: &str, token: &str) -> Option<Found> {
        let id = AccessKeyId::parse(id).ok().filter(|id| id.as_str().starts_with(PREFIX))?;
        let (number, sealed) = parts(token)?;
        let claims = self.numbered(number)?.open(&sealed, &id)?;
        let (session, secret) = claims::read(account_in(&id)?, &claims)?;
        let version = sealed.get(1..9).and_then(|nonce| nonce.try_into().ok())?;
        Some(Found { session, secret, version: u64::from_be_bytes(version) })
    }
}

/// The number of the key that a token is sealed with, and what is sealed.
pub(super) fn parts(token: &str) -> Option<(u32, Vec<u8>)> {
    if token.len() > LONGEST {
        return None;
    }
    let mut bytes = BASE64.decode(token.as_bytes()).ok()?;
    let (number, _) = bytes.split_first_chunk()?;
    let number = u32::from_be_bytes(*number);
    Some((number, bytes.split_off(4)))
}

fn seal(key: &TokenKey, id: &AccessKeyId, claims: &[u8], least: usize) -> Option<String> {
    let token = |padding: usize| -> Option<String> {
        let padded = [claims, &vec![b' '; padding]].concat();
        let sealed = key.seal(&padded, id)?;
        Some(BASE64.encode(&[&key.number().to_be_bytes()[..], &sealed].concat()))
    };
    let short = token(0)?;
    // Every three bytes are four characters more, however many the last ones stand for.
    let missing = least.saturating_sub(short.len()).div_ceil(4).saturating_mul(3);
    if missing == 0 { Some(short) } else { token(missing) }
}

/// How much of the room is taken, in hundredths.
fn room(session: &Session) -> Result<usize, Unissued> {
    let (all, tags) = claims::sizes(session).ok_or(Unissued::Failed)?;
    if all <= ROOM {
        return Ok(hundredths(all, ROOM));
    }
    let (is_tags, counted) = match (session.limits.is_empty(), tags > ROOM) {
        (true, _) => (true, all),
        (false, true) => (true, tags),
        (false, false) => (false, all),
    };
    Err(Unissued::TooLarge(TooLarge { packed: hundredths(counted, ROOM), is_tags }))
}

fn hundredths(size: usize, of: usize) -> usize {
    size.saturating_mul(100).div_ceil(of.max(1))
}

/// How much of the longest token one of that length takes, in hundredths.
pub fn utilization(token: &Secret) -> usize {
    hundredths(token.expose().len(), LONGEST)
}
