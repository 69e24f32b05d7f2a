//! Who may do what, until policies decide: root everything, everybody else nothing.

use crate::action::{ActionName, Decide, Leave, Needs};
use crate::error::{Code, Error, Result};
use crate::store::owner::{Caller, Owner};

/// Allows root of an account everything in it, and a user what asks for no leave.
#[derive(Clone, Copy, Debug)]
pub struct RootOnly;

impl Decide for RootOnly {
    fn decide(&self, caller: &Caller, action: ActionName, needs: &Needs) -> Result<()> {
        match (needs.leaves()?.first(), caller.owner()) {
            (None, _) | (Some(_), Owner::Root) => Ok(()),
            (Some(leave), Owner::User(_)) => Err(denied(caller, action, leave)),
        }
    }
}

/// AWS's sentence. IAM tells why, STS does not.
fn denied(caller: &Caller, asked: ActionName, leave: &Leave) -> Error {
    let action = leave.action.map_or_else(|| asked.to_string(), str::to_owned);
    let resource = leave.told.as_deref().unwrap_or_else(|| leave.resource.as_str());
    let reason = if asked.service.tells_why {
        format!(" because no identity-based policy allows the {action} action")
    } else {
        String::new()
    };
    let arn = caller.arn();
    let message = format!(
        "User: {arn} is not authorized to perform: {action} on resource: {resource}{reason}"
    );
    Error::new(Code::AccessDenied, message)
}
