//! New ids and secrets, and the account that is written into ids.
//!
//! The 16 characters behind the prefix of an access key id are 80 bits in base
//! 32 (RFC 4648 section 6): a 1, the account in 40 bits, and 39 bits of chance.
//! Ids of old begin with a 0 and carry no account.

use std::fmt::Debug;

use data_encoding::BASE32;
use rand::{Rng, RngExt};

use crate::secret::Secret;
use crate::text::{AccessKeyId, AccountId, EntityId, Text};

/// The letters of a secret: as many as six bits can tell apart.
const SECRET_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// How many letters a secret has.
const SECRET_LENGTH: usize = 40;

/// How many bytes of chance are behind one-time codes: 64 letters of base 32, as AWS gives.
const SEED_LENGTH: usize = 40;

const RANDOM_BITS: u32 = 39;

/// Makes what must be new each time. The gateway draws it from the system's
/// randomness; a test counts.
pub trait Ids: Debug + Send {
    /// Eighty bits that were never given before.
    fn bits(&mut self) -> u128;

    /// A secret that nobody can guess.
    fn secret(&mut self) -> Secret;

    /// What one-time codes are made from, in base 32 (RFC 4648 section 6).
    fn seed(&mut self) -> Secret;

    /// A version 4 UUID (RFC 9562 section 5.4).
    fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.bits().to_be_bytes()).into_uuid().to_string()
    }

    /// A new id of a key that signs for `account`: `AKIA` and 16 characters.
    fn access_key_id(&mut self, account: &AccountId) -> Option<AccessKeyId> {
        AccessKeyId::parse(&format!("AKIA{}", with_account(account, self.bits()))).ok()
    }

    /// A new id of a key that signs for `account` for a while: `ASIA` and 16 characters.
    fn temporary_key_id(&mut self, account: &AccountId) -> Option<AccessKeyId> {
        AccessKeyId::parse(&format!("ASIA{}", with_account(account, self.bits()))).ok()
    }

    /// A new id of an entity of `account`: `prefix`, which has four letters and
    /// tells what it is, and 17 characters.
    fn entity_id(&mut self, prefix: &str, account: &AccountId) -> Option<EntityId> {
        let bits = self.bits();
        let last = BASE32.encode(&[u8::try_from(bits >> 72 & 0xFF).unwrap_or_default()]);
        let last = last.get(..1)?;
        EntityId::parse(&format!("{prefix}{}{last}", with_account(account, bits))).ok()
    }
}

/// Ids and secrets that nobody can foresee.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl Ids for RandomIds {
    fn bits(&mut self) -> u128 {
        rand::rng().random()
    }

    fn secret(&mut self) -> Secret {
        let mut chance = zeroize::Zeroizing::new([0_u8; SECRET_LENGTH]);
        rand::rng().fill_bytes(chance.as_mut());
        let letters = chance.iter().filter_map(|byte| SECRET_LETTERS.get(usize::from(byte % 64)));
        Secret::new(letters.map(|letter| char::from(*letter)).collect())
    }

    fn seed(&mut self) -> Secret {
        let mut chance = zeroize::Zeroizing::new([0_u8; SEED_LENGTH]);
        rand::rng().fill_bytes(chance.as_mut());
        Secret::new(BASE32.encode(chance.as_ref()))
    }
}

/// A number for a new account.
pub fn account_id() -> Option<AccountId> {
    let number = rand::rng().random_range(100_000_000_000_u64..1_000_000_000_000);
    AccountId::parse(&number.to_string()).ok()
}

/// A new name of a request: a version 4 UUID (RFC 9562 section 5.4).
pub fn request_id() -> String {
    uuid::Builder::from_random_bytes(rand::rng().random()).into_uuid().to_string()
}

/// The account that is written into an id, if one is: `GetAccessKeyInfo` answers
/// from it.
pub fn account_in(id: &AccessKeyId) -> Option<AccountId> {
    let bits = bits_of(id.as_str().get(4..20)?)?;
    if id.as_str().len() != 20 || bits >> 79 == 0 {
        return None;
    }
    let account = bits >> RANDOM_BITS & 0xFF_FFFF_FFFF;
    AccountId::parse(&format!("{account:012}")).ok()
}

fn with_account(account: &AccountId, chance: u128) -> String {
    let account: u128 = account.as_str().parse().unwrap_or_default();
    let bits = 1 << 79 | account << RANDOM_BITS | chance & ((1 << RANDOM_BITS) - 1);
    let [_, _, _, _, _, _, bytes @ ..] = bits.to_be_bytes();
    BASE32.encode(&bytes)
}

fn bits_of(letters: &str) -> Option<u128> {
    let bytes = BASE32.decode(letters.as_bytes()).ok()?;
    Some(bytes.iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str) -> Option<String> {
        account_in(&AccessKeyId::parse(id).unwrap()).map(|account| account.to_string())
    }

    #[test]
    fn an_account_is_read_from_a_real_id() {
        assert_eq!(account("ASIAQNZGKIQY56JQ7WML").as_deref(), Some("029608264753"));
    }

    #[test]
    fn ids_of_old_carry_no_account() {
        assert_eq!(account("AKIAIOSFODNN7EXAMPLE"), None);
        assert_eq!(account("AKIDEXAMPLEEXAMPLE"), None);
        assert_eq!(account("AKIAQNZGKIQY56JQ7WMLQNZGKIQY56JQ"), None);
    }

    #[test]
    fn every_account_comes_back_from_its_ids() {
        for number in ["000000000000", "000000000001", "123456789012", "999999999999"] {
            let owner = AccountId::parse(number).unwrap();
            let id = RandomIds.access_key_id(&owner).unwrap();
            assert_eq!(id.as_str().len(), 20);
            assert_eq!(account_in(&id), Some(owner.clone()));
            assert_eq!(RandomIds.entity_id("AIDA", &owner).unwrap().as_str().len(), 21);
        }
        let zero = AccountId::parse("000000000000").unwrap();
        assert!(RandomIds.access_key_id(&zero).unwrap().as_str().starts_with("AKIAQAAAAAAA"));
    }

    #[test]
    fn a_secret_is_forty_letters_and_never_the_same() {
        let secret = RandomIds.secret();
        assert_eq!(secret.expose().len(), SECRET_LENGTH);
        assert!(secret.expose().bytes().all(|b| SECRET_LETTERS.contains(&b)));
        assert_ne!(secret, RandomIds.secret());
    }

    #[test]
    fn a_seed_is_sixty_four_letters_and_never_the_same() {
        let seed = RandomIds.seed();
        assert_eq!(seed.expose().len(), 64);
        assert!(!seed.expose().contains('='));
        assert_ne!(seed, RandomIds.seed());
    }

    #[test]
    fn a_request_id_is_a_random_uuid() {
        let id = request_id();
        assert_eq!(id.len(), 36);
        assert_eq!(id.get(14..15), Some("4"), "{id}");
        assert!(matches!(id.get(19..20), Some("8" | "9" | "a" | "b")), "{id}");
    }
}
