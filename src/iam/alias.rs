//! What an account is called beside its number.

use crate::action::{Action, Allowed, Needs, Route, Service};
use crate::arn::Arn;
use crate::error::{Error, Result};
use crate::iam::IAM;
use crate::page::Page;
use crate::store::account::Account;
use crate::store::draft::Draft;
use crate::store::owner::Caller;
use crate::text::{AccountAlias, MarkerText, MaxItems};
use crate::wire::answer::output;
use crate::wire::form::input;

pub(super) const ROUTES: &[Route] = &[
    Route::to::<CreateAccountAlias>(),
    Route::to::<DeleteAccountAlias>(),
    Route::to::<ListAccountAliases>(),
];

input! {
    /// Gives the account an alias, in the place of the one that it had (IAM API
    /// Reference, `CreateAccountAlias`).
    struct CreateAccountAlias {
        alias: AccountAlias = "AccountAlias",
    }
}

impl Action for CreateAccountAlias {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "CreateAccountAlias";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    // Whether another account bears the alias cannot be seen from here: a draft is of
    // one account. Nothing in a gateway is found by an alias, so two may bear the same.
    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { alias } = input.into_inner();
        if draft.account().settings().alias.as_ref() != Some(&alias) {
            put(Some(alias), draft);
        }
        Ok(())
    }
}

fn put(alias: Option<AccountAlias>, draft: &mut Draft) {
    let mut settings = draft.account().settings().clone();
    settings.alias = alias;
    draft.put_settings(settings);
}

input! {
    /// Takes the account's alias away (IAM API Reference, `DeleteAccountAlias`).
    struct DeleteAccountAlias {
        alias: AccountAlias = "AccountAlias",
    }
}

impl Action for DeleteAccountAlias {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "DeleteAccountAlias";
    type Output = ();

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<()> {
        let Self { alias } = input.into_inner();
        if draft.account().settings().alias.as_ref() != Some(&alias) {
            return Err(Error::no_such("account alias", alias));
        }
        put(None, draft);
        Ok(())
    }
}

input! {
    /// Lists the account's alias (IAM API Reference, `ListAccountAliases`).
    struct ListAccountAliases {
        marker: Option<MarkerText> = "Marker",
        most: Option<MaxItems> = "MaxItems",
    }
}

output! {
    /// One alias, or none.
    struct ListAccountAliasesResult {
        aliases: Vec<AccountAlias> = "AccountAliases",
        is_truncated: bool = "IsTruncated",
        marker: Option<String> = "Marker",
    }
}

impl Action for ListAccountAliases {
    const SERVICE: &'static Service = &IAM;
    const NAME: &'static str = "ListAccountAliases";
    type Output = ListAccountAliasesResult;

    fn needs(&self, _: &Caller, _: &Account) -> Needs {
        Needs::on(Arn::any())
    }

    fn run(input: Allowed<Self>, _: &Caller, draft: &mut Draft) -> Result<Self::Output> {
        let Self { marker, most } = input.into_inner();
        let account = draft.account();
        let list = format!("ListAccountAliases {}", account.id());
        let page = Page::asked(list, marker.as_ref(), most)?;
        let paged = page.cut(account.settings().alias.iter(), |alias| alias.as_str());
        Ok(ListAccountAliasesResult {
            is_truncated: paged.is_truncated(),
            marker: paged.marker,
            aliases: paged.items.into_iter().cloned().collect(),
        })
    }
}
