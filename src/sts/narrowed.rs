//! The policies that a session is limited by: sent along, or named.

use crate::arn::Arn;
use crate::error::{Code, Error, Result};
use crate::policy::{Policy, Purpose};
use crate::store::account::Account;
use crate::store::session::Limits;
use crate::text::{StsArn, Text};
use crate::wire::form::{List, input};

/// How many may be named.
const MOST: usize = 10;

input! {
    /// The ARN of a managed policy.
    pub(super) struct PolicyDescriptor {
        arn: Option<StsArn> = "arn",
    }
}

impl PolicyDescriptor {
    /// The ARN, where one is given.
    pub(super) fn arn(&self) -> Option<Arn> {
        self.arn.as_ref().map(Arn::named)
    }
}

/// What limits a session in an account.
pub(super) fn limits(
    inline: Option<&impl Text>,
    named: Option<&List<PolicyDescriptor>>,
    account: &Account,
) -> Result<Limits> {
    let inline = inline.map(|text| read(&text.text())).transpose()?;
    let named = named.map_or(&[][..], |named| &named.0);
    if named.len() > MOST {
        let message = format!("The number of managed policies must not exceed {MOST}.");
        return Err(Error::new(Code::ValidationError, message));
    }
    let arns = named.iter().map(|named| named.arn().ok_or_else(nameless));
    let managed = arns.map(|arn| known(arn?, account)).collect::<Result<_>>()?;
    Ok(Limits { inline, managed })
}

fn read(text: &str) -> Result<Policy> {
    Policy::read(text, Purpose::Session)
        .map_err(|fault| Error::new(Code::MalformedPolicyDocument, fault.to_string()))
}

/// A policy of the account, or of AWS.
fn known(arn: Arn, account: &Account) -> Result<Arn> {
    match account.document_of(&arn) {
        Some(_) => Ok(arn),
        None => {
            Err(Error::new(Code::MalformedPolicyDocument, format!("Policy {arn} was not found.")))
        }
    }
}

/// Who means to limit a session gets none that nothing limits.
fn nameless() -> Error {
    Error::new(Code::ValidationError, "Each member of PolicyArns must have an arn.")
}
