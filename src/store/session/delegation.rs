//! Rights that a user's account hands on to another: a token, sealed, to be traded in for
//! credentials.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::error::{Code, Error as Refusal};
use crate::policy::{Policy, Purpose};
use crate::secret::Secret;
use crate::store::entity::User;
use crate::store::session::token::{LONGEST, parts};
use crate::store::session::token_keys::TokenKeys;
use crate::store::session::{Limits, Session, Whose};
use crate::store::{NotMade, Store};
use crate::text::{AccountId, EntityId, Text, UserName};

/// For how many seconds a token can be traded in.
pub const TRADED: i64 = 3600;

/// What is handed on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delegation {
    /// The account.
    pub account: AccountId,
    /// The user whose rights they are.
    pub user: UserName,
    /// The policy that limits them.
    pub policy: Option<String>,
    /// For how many seconds the credentials will last.
    pub seconds: u32,
}

/// What a token was made for.
#[derive(Clone, Debug)]
pub struct Delegated {
    /// The account.
    pub account: AccountId,
    /// The id of the user whose rights they are.
    pub user: EntityId,
    /// Until when it can be traded in.
    pub until: Time,
    policy: Option<Policy>,
    seconds: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    v: u8,
    account: String,
    user: String,
    until: i64,
    seconds: i64,
    policy: Option<String>,
}

impl Delegated {
    /// All that a user may, for an hour, to be had at any time.
    pub fn of(account: AccountId, user: EntityId) -> Self {
        Self { account, user, until: Time::from_unix(i64::MAX), policy: None, seconds: 3600 }
    }

    /// The session that it is traded in for.
    pub fn session(&self, now: Time) -> Session {
        let whose = Whose::Delegate(self.user.clone());
        let lasts = (now, now.plus(self.seconds));
        let limits = Limits { inline: self.policy.clone(), managed: Vec::new() };
        Session { limits, ..Session::new(self.account.clone(), whose, lasts) }
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let claims: Claims = serde_json::from_slice(bytes).ok().filter(|c: &Claims| c.v == 1)?;
        Some(Self {
            account: AccountId::parse(&claims.account).ok()?,
            user: EntityId::parse(&claims.user).ok()?,
            until: Time::from_unix(claims.until),
            policy: claims.policy.as_deref().map(Policy::kept),
            seconds: claims.seconds,
        })
    }
}

impl TokenKeys {
    fn seal_delegation(&self, claims: &Claims) -> Option<Secret> {
        let (key, text) = (self.newest()?, serde_json::to_vec(claims).ok()?);
        let sealed = key.seal_delegation(&text)?;
        let token = [&key.number().to_be_bytes()[..], &sealed].concat();
        Some(Secret::new(BASE64.encode(&token)))
    }

    fn open_delegation(&self, token: &str) -> Option<Delegated> {
        let (number, sealed) = parts(token)?;
        Delegated::read(&self.numbered(number)?.open_delegation(&sealed)?)
    }
}

impl Store {
    /// Makes a token by which another account gets a user's rights, as far as the policy
    /// goes.
    pub async fn delegate(&self, delegation: &Delegation) -> Result<Secret, NotMade> {
        let Delegation { account, user, policy, seconds } = delegation;
        let home = self.home(account).await?;
        let home = home.ok_or_else(|| NotMade::NoSuchAccount(account.clone()))?;
        let published = home.published();
        let found = published.get::<User>(user);
        let found = found.ok_or_else(|| NotMade::Refused(Refusal::no_such("user", user)))?;
        if let Some(text) = policy {
            Policy::read(text, Purpose::Session).map_err(|fault| {
                NotMade::Refused(Refusal::new(Code::MalformedPolicyDocument, fault.to_string()))
            })?;
        }
        let claims = Claims {
            v: 1,
            account: account.to_string(),
            user: found.id.to_string(),
            until: self.now().plus(TRADED).unix(),
            seconds: i64::from(*seconds),
            policy: policy.clone(),
        };
        let token = self.0.token_keys.seal_delegation(&claims);
        let token = token.ok_or_else(|| NotMade::Refused(Refusal::internal_failure()))?;
        if token.expose().len() > LONGEST {
            let message = "The policy is too long to stand in a token.";
            return Err(NotMade::Refused(Refusal::new(Code::PackedPolicyTooLarge, message)));
        }
        Ok(token)
    }

    /// What a token was made for; nothing, where it was not made here.
    pub fn delegated(&self, token: &str) -> Option<Delegated> {
        self.0.token_keys.open_delegation(token)
    }
}
