//! Access keys: the long-lived key pairs of users and of root.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::clock::Time;
use crate::error::{Code, Error, Result};
use crate::iam::{IAM, named_or_caller, on_named_or_caller, on_owner};
use crate::page::Page;
use crate::secret::Secret;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::entity::{KeyPair, User};
use crate::store::owner::{Caller, Owner};
use crate::text::{AccessKeyId, MarkerText, MaxItems, Status, UserName};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateAccessKey>(),
    Route::to::<DeleteAccessKey>(),
    Route::to::<GetAccessKeyLastUsed>(),
    Route::to::<ListAccessKeys>(),
    Route::to::<UpdateAccessKey>(),
];

input! {
    /// Makes a key pair for a user: the caller, where none is named; root makes
    /// its own (IAM API Reference, `CreateAccessKey`).
    struct CreateAccessKey {
        user: Option<UserName> = "UserName",
    }
}

output! {
    /// Holds the new pair.
    struct CreateAccessKeyResult {
        pair: AccessKey = "AccessKey",
    }
}

output! {
    /// A key pair with its secret, which is shown this once. Root has no name.
    struct AccessKey {
        user: Option<UserName> = "UserName",
        id: AccessKeyId = "AccessKeyId",
        status: Status = "Status",
        secret: Secret = "SecretAccessKey",
        created: Time = "CreateDate",
    }
}

impl Action for CreateAccessKey {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateAccessKey";
    type Output = CreateAccessKeyResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let owner = named_or_caller(input.into_inner().user.as_ref(), caller)?;
        let mut keys = draft.keys_of(&owner)?.to_vec();
        let most = draft.limits().keys_per_user;
        if keys.len() >= most {
            return Err(Error::over_quota("AccessKeysPerUser", most));
        }
        let key = draft.new_key()?;
        keys.push(key.clone());
        draft.put_keys(&owner, keys)?;
        let KeyPair { id, secret, status, created, .. } = key;
        let user = name_of(&owner, draft.account());
        Ok(CreateAccessKeyResult { pair: AccessKey { user, id, status, secret, created } })
    }
}

input! {
    /// Removes a key pair; it signs no more from the next request on (IAM API
    /// Reference, `DeleteAccessKey`).
    struct DeleteAccessKey {
        user: Option<UserName> = "UserName",
        id: AccessKeyId = "AccessKeyId",
    }
}

impl Action for DeleteAccessKey {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteAccessKey";
    type Output = ();

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, id } = input.into_inner();
        let owner = named_or_caller(user.as_ref(), caller)?;
        let mut keys = draft.keys_of(&owner)?.to_vec();
        find(&mut keys, &id)?;
        keys.retain(|key| key.id != id);
        draft.put_keys(&owner, keys)
    }
}

input! {
    /// Switches a key pair on or off (IAM API Reference, `UpdateAccessKey`).
    struct UpdateAccessKey {
        user: Option<UserName> = "UserName",
        id: AccessKeyId = "AccessKeyId",
        status: Status = "Status",
    }
}

impl Action for UpdateAccessKey {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "UpdateAccessKey";
    type Output = ();

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { user, id, status } = input.into_inner();
        let owner = named_or_caller(user.as_ref(), caller)?;
        let mut keys = draft.keys_of(&owner)?.to_vec();
        let key = find(&mut keys, &id)?;
        if status == Status::Expired {
            let message = "An access key can be made Active or Inactive, not Expired.";
            return Err(Error::new(Code::InvalidInput, message));
        }
        if key.status == status {
            return Ok(());
        }
        key.status = status;
        draft.put_keys(&owner, keys)
    }
}

input! {
    /// Lists the key pairs of a user: the caller, where none is named (IAM API
    /// Reference, `ListAccessKeys`).
    struct ListAccessKeys {
        user: Option<UserName> = "UserName",
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// A page of key pairs, oldest first.
    struct ListAccessKeysResult {
        keys: Vec<AccessKeyMetadata> = "AccessKeyMetadata",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

output! {
    /// A key pair without its secret.
    struct AccessKeyMetadata {
        user: Option<UserName> = "UserName",
        id: AccessKeyId = "AccessKeyId",
        status: Status = "Status",
        created: Time = "CreateDate",
    }
}

impl Action for ListAccessKeys {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListAccessKeys";
    type Output = ListAccessKeysResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        on_named_or_caller(self.user.as_ref(), caller, account)
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { user, marker, most } = input.into_inner();
        let owner = named_or_caller(user.as_ref(), caller)?;
        let user = name_of(&owner, draft.account());
        let list = format!("ListAccessKeys {}", draft.account().arn_of(&owner));
        let page = Page::asked(list, marker.as_ref(), most)?;
        // A key keeps its place among the others of its age, whatever comes or goes.
        let aged = |key: &KeyPair| format!("{:020} {}", key.created.unix(), key.id);
        let mut keys: Vec<_> = draft.keys_of(&owner)?.iter().map(|key| (aged(key), key)).collect();
        keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        let paged = page.cut(keys.into_iter(), |(aged, _)| aged);
        let told = |key: &KeyPair| AccessKeyMetadata {
            user: user.clone(),
            id: key.id.clone(),
            status: key.status,
            created: key.created,
        };
        Ok(ListAccessKeysResult {
            keys: paged.items.iter().map(|(_, key)| told(key)).collect(),
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
        })
    }
}

input! {
    /// Tells when a key of the account signed last (IAM API Reference,
    /// `GetAccessKeyLastUsed`).
    struct GetAccessKeyLastUsed {
        id: AccessKeyId = "AccessKeyId",
    }
}

output! {
    /// Whose the key is, and its last use.
    struct GetAccessKeyLastUsedResult {
        user: Option<UserName> = "UserName",
        last: AccessKeyLastUsed = "AccessKeyLastUsed",
    }
}

output! {
    /// The last use of a key; service and region are `N/A` before the first.
    struct AccessKeyLastUsed {
        at: Option<Time> = "LastUsedDate",
        service: String = "ServiceName",
        region: String = "Region",
    }
}

impl Action for GetAccessKeyLastUsed {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "GetAccessKeyLastUsed";
    type Output = GetAccessKeyLastUsedResult;

    fn needs(&self, caller: &Caller, account: &Account) -> Needs {
        match account.owner_of(&self.id) {
            // A refusal does not name the owner, whom the caller has not named either.
            Some(owner) => on_owner(owner, account).told_as(format!("access key {}", self.id)),
            None => Needs::never(not_your_key(&self.id, caller)),
        }
    }

    fn run(input: Allowed<Self>, caller: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { id } = input.into_inner();
        let account = draft.account();
        let owner = account.owner_of(&id).ok_or_else(|| not_your_key(&id, caller))?;
        let key = account.keys_of(owner).iter().find(|key| key.id == id);
        let last = key.and_then(|key| key.used.get());
        let word = |word: Option<&str>| word.unwrap_or("N/A").to_owned();
        Ok(GetAccessKeyLastUsedResult {
            user: name_of(owner, account),
            last: AccessKeyLastUsed {
                at: last.as_ref().map(|last| last.at),
                service: word(last.as_ref().map(|last| &*last.service)),
                region: word(last.as_ref().map(|last| &*last.region)),
            },
        })
    }
}

/// The name in the case in which it was given; root has none.
fn name_of(owner: &Owner, account: &Account) -> Option<UserName> {
    match owner {
        Owner::Root => None,
        Owner::User(name) => account.get::<User>(name).map(|user| user.name.clone()),
    }
}

fn find<'k>(keys: &'k mut [KeyPair], id: &AccessKeyId) -> Result<&'k mut KeyPair> {
    keys.iter_mut().find(|key| key.id == *id).ok_or_else(|| {
        Error::new(Code::NoSuchEntity, format!("The Access Key with id {id} cannot be found."))
    })
}

/// Whose a key of another account is, or that there is none, is not told. AWS's
/// sentence has no colon behind "perform" here.
fn not_your_key(id: &AccessKeyId, caller: &Caller) -> Error {
    let message = format!(
        "User: {} is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key {id}",
        caller.arn()
    );
    Error::new(Code::AccessDenied, message)
}
