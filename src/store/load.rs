//! Reads accounts from an engine, and says where in it what stands.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::store::account::{Account, Change};
use crate::store::engine::{Engine, Failure};
use crate::store::entity::{
    Entity, Group, KeyPair, LastUse, ManagedPolicy, MfaDevice, OidcProvider, Profile, Role,
    SamlProvider, User,
};
use crate::store::record::{Kept, Records, read_settings, read_use};
use crate::store::seal::Seal;
use crate::text::{AccessKeyId, AccountId, Folded, IssuerId, Text};

/// Where the check stands that tells a wrong sealing key.
pub(super) const SEAL_CHECK: &[u8] = b"seal";

/// Before the numbers of token keys.
const TOKEN_KEYS: &str = "token-key/";

/// Before the numbers of signing keys.
const SIGNING_KEYS: &str = "signing-key/";

/// Before the numbers of accounts.
const ACCOUNTS: &str = "account/";

/// Where it stands that an account exists.
pub(super) fn account_key(account: &AccountId) -> String {
    format!("{ACCOUNTS}{account}")
}

/// Where the number of an account's commits stands.
pub(super) fn revision_key(account: &AccountId) -> String {
    format!("in/{account}/revision")
}

/// Where an account's root stands.
pub(super) fn root_key(account: &AccountId) -> String {
    format!("in/{account}/root")
}

/// Where it stands what an account says of itself.
pub(super) fn settings_key(account: &AccountId) -> String {
    format!("in/{account}/settings")
}

/// Where an entity stands.
pub(super) fn entity_key<E: Kept>(account: &AccountId, name: &Folded) -> String {
    format!("in/{account}/{}/{}", E::PLACE, name.as_str())
}

/// Where it stands which account a key signs for.
pub(super) fn key_key(id: &str) -> String {
    format!("key/{id}")
}

/// Where the last use of a key, or of a role, stands.
pub(super) fn used_key(account: &AccountId, id: &str) -> String {
    format!("used/{account}/{id}")
}

/// Where a token key stands.
pub(super) fn token_key_key(number: u32) -> String {
    format!("{TOKEN_KEYS}{number:010}")
}

/// What `read` makes of every token key, in the order of their numbers.
pub(super) fn token_keys<T>(
    engine: &dyn Engine,
    read: impl Fn(u32, &[u8]) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    collect(engine, TOKEN_KEYS, |number, value| {
        read(number.parse().map_err(|_| odd(number))?, value)
    })
}

/// Where signing keys stand.
pub(super) fn signing_key_key(number: u32) -> String {
    format!("{SIGNING_KEYS}{number:010}")
}

/// What `read` makes of all signing keys, in the order of their numbers.
pub(super) fn signing_keys<T>(
    engine: &dyn Engine,
    read: impl Fn(u32, &[u8]) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    collect(engine, SIGNING_KEYS, |number, value| {
        read(number.parse().map_err(|_| odd(number))?, value)
    })
}

/// Where it stands which account an issuer is.
pub(super) fn issuer_key(id: &IssuerId) -> String {
    format!("issuer/{id}")
}

/// The numbers of all accounts.
pub(super) fn accounts(engine: &dyn Engine) -> Result<Vec<AccountId>, Failure> {
    collect(engine, ACCOUNTS, |number, _| word(number))
}

/// Which account a key signs for.
pub(super) fn account_of_key(engine: &dyn Engine, id: &str) -> Result<Option<AccountId>, Failure> {
    account_at(engine, &key_key(id))
}

/// Which account an issuer is.
pub(super) fn account_of_issuer(
    engine: &dyn Engine,
    id: &IssuerId,
) -> Result<Option<AccountId>, Failure> {
    account_at(engine, &issuer_key(id))
}

fn account_at(engine: &dyn Engine, place: &str) -> Result<Option<AccountId>, Failure> {
    let number = engine.get(place.as_bytes())?;
    number.map(|number| word(str::from_utf8(&number).unwrap_or_default())).transpose()
}

/// What is known of a key's last use, if anything is.
pub(super) type Known<'k> = dyn Fn(&AccessKeyId) -> Option<Arc<LastUse>> + 'k;

/// The whole of an account, if there is one.
pub(super) fn account(
    engine: &dyn Engine,
    seal: &Seal,
    id: &AccountId,
    known: &Known<'_>,
) -> Result<Option<Account>, Failure> {
    let uses: HashMap<_, _> = collect(engine, &format!("used/{id}/"), |key, value| {
        Ok((key.to_owned(), Arc::new(read_use(value)?)))
    })?
    .into_iter()
    .collect();
    let mut reader = Reader { account: Account::new(id.clone()), seal, uses, known };
    let read = collect(engine, &format!("in/{id}/"), |key, value| reader.read(key, value))?;
    Ok((!read.is_empty()).then_some(reader.account))
}

/// An account that is being read.
struct Reader<'s> {
    account: Account,
    seal: &'s Seal,
    uses: HashMap<String, Arc<LastUse>>,
    known: &'s Known<'s>,
}

impl Reader<'_> {
    fn read(&mut self, key: &str, value: &[u8]) -> Result<(), Failure> {
        let records = Records { account: &self.account.id().clone(), seal: self.seal };
        let change = match key.split_once('/') {
            None if key == "revision" => {
                let revision = value.try_into().map(u64::from_be_bytes).map_err(|_| odd(key))?;
                self.account.set_revision(revision);
                return Ok(());
            }
            None if key == "root" => {
                let mut root = records.read_root(value)?;
                self.add_uses(&mut root.keys);
                Change::Root(Arc::new(root))
            }
            None if key == "settings" => Change::Settings(Arc::new(read_settings(value)?)),
            Some((User::PLACE, _)) => {
                let mut user: User = records.read(value)?;
                self.add_uses(&mut user.keys);
                there(user)
            }
            Some((Group::PLACE, _)) => there(records.read::<Group>(value)?),
            Some((Role::PLACE, _)) => {
                let mut role: Role = records.read(value)?;
                role.used = self.uses.remove(role.id.as_str()).unwrap_or_default();
                there(role)
            }
            Some((ManagedPolicy::PLACE, _)) => there(records.read::<ManagedPolicy>(value)?),
            Some((Profile::PLACE, _)) => there(records.read::<Profile>(value)?),
            Some((OidcProvider::PLACE, _)) => there(records.read::<OidcProvider>(value)?),
            Some((SamlProvider::PLACE, _)) => there(records.read::<SamlProvider>(value)?),
            Some((MfaDevice::PLACE, _)) => there(records.read::<MfaDevice>(value)?),
            _ => return Err(odd(key)),
        };
        self.account.apply(&change);
        Ok(())
    }

    fn add_uses(&mut self, keys: &mut [KeyPair]) {
        for key in keys {
            let used = (self.known)(&key.id).or_else(|| self.uses.remove(key.id.as_str()));
            key.used = used.unwrap_or_default();
        }
    }
}

/// The change after which an entity is there.
fn there<E: Entity>(entity: E) -> Change {
    E::change(E::place_of(entity.name()), Some(Arc::new(entity)))
}

/// What `read` makes of each key below `prefix`, and of its value.
fn collect<T>(
    engine: &dyn Engine,
    prefix: &str,
    mut read: impl FnMut(&str, &[u8]) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let (mut all, mut failure) = (Vec::new(), None);
    engine.scan(prefix.as_bytes(), &mut |key, value| {
        let rest = str::from_utf8(key).ok().and_then(|key| key.strip_prefix(prefix));
        match rest.ok_or_else(|| odd(prefix)).and_then(|rest| read(rest, value)) {
            Ok(item) => {
                all.push(item);
                ControlFlow::Continue(())
            }
            Err(met) => {
                failure = Some(met);
                ControlFlow::Break(())
            }
        }
    })?;
    failure.map_or(Ok(all), Err)
}

fn word<T: Text>(raw: &str) -> Result<T, Failure> {
    T::parse(raw).map_err(|_| odd(raw))
}

fn odd(key: &str) -> Failure {
    Failure::Damaged(format!("nothing known stands at {key:?}"))
}
