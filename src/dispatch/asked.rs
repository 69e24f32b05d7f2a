//! What a request asks for: read once, and read by verification and dispatch alike.

use std::sync::Arc;

use crate::action::Service;
use crate::dispatch::table::Table;
use crate::error::{Code, Error};
use crate::iam::IAM;
use crate::sigv4::Signer;
use crate::store::index::Credential;
use crate::sts::STS;
use crate::wire::form::Form;

/// As much of a name as an answer repeats.
const MOST_ECHOED: usize = 256;

/// The parameters of a request, and the service that they are meant for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The parameters.
    pub form: Form,
    /// The service.
    pub service: &'static Service,
    /// What stands behind it.
    pub by: By,
}

/// What stands behind a request.
#[derive(Clone, Debug)]
pub enum By {
    /// Nothing that was verified yet: it is not answered.
    Unverified,
    /// A signature.
    Signed(SignedWith),
    /// No signature, where the action asks for none.
    Nobody,
}

/// What a request is signed with.
#[derive(Clone, Debug)]
pub struct SignedWith {
    /// The key.
    pub key: Arc<Credential>,
    /// What the signature is for.
    pub signer: Signer,
}

impl Asked {
    /// Finds the service that `form` is meant for. Which one is meant is told by `Version`; where
    /// that tells nothing, by who offers the action; then by `scope`, the service
    /// that the signature is for. The scope decides nothing else: it is held
    /// against the service that is found here.
    pub fn read(form: Form, table: &Table, scope: &str) -> Self {
        let by_version = form.get("Version").and_then(|version| table.of_version(version));
        let by_action = || form.get("Action").and_then(|action| table.offering(action));
        let by_scope = || if scope == STS.prefix { &STS } else { &IAM };
        let service = by_version.or_else(by_action).unwrap_or_else(by_scope);
        Self { form, service, by: By::Unverified }
    }

    /// The action, if its version is the one that is served.
    pub fn action(&self) -> Option<&str> {
        let is_served = self.form.get("Version") == Some(self.service.version);
        self.form.get("Action").filter(|_| is_served)
    }

    /// What is answered where nobody offers the action.
    pub fn no_such_action(&self) -> Error {
        let told = |name, or: &str| -> String {
            let value = self.form.get(name).filter(|value| !value.is_empty()).unwrap_or(or);
            value.chars().filter(|c| !c.is_control()).take(MOST_ECHOED).collect()
        };
        let action = told("Action", "NO_ACTION_SPECIFIED");
        let version = told("Version", "NO_VERSION_SPECIFIED");
        let message = format!("Could not find operation {action} for version {version}");
        Error::new(Code::InvalidAction, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(body: &str, scope: &str) -> Asked {
        Asked::read(Form::read(std::iter::empty(), body.as_bytes()).unwrap(), &Table::new(), scope)
    }

    fn service(body: &str, scope: &str) -> &'static str {
        asked(body, scope).service.prefix
    }

    #[test]
    fn the_version_tells_the_service_whatever_the_signature_is_for() {
        assert_eq!(service("Action=GetUser&Version=2010-05-08", "sts"), "iam");
        assert_eq!(service("Action=GetUser&Version=2011-06-15", "iam"), "sts");
    }

    #[test]
    fn without_a_version_the_action_tells_it_and_then_the_signature() {
        assert_eq!(service("Action=GetUser", "sts"), "iam");
        assert_eq!(service("Action=GetCallerIdentity", "iam"), "sts");
        assert_eq!(service("", "sts"), "sts");
        assert_eq!(service("", "s3"), "iam");
    }

    #[test]
    fn an_action_is_offered_in_its_own_version_only() {
        assert_eq!(asked("Action=GetUser&Version=2010-05-08", "iam").action(), Some("GetUser"));
        assert_eq!(asked("Action=GetUser&Version=2009-01-01", "iam").action(), None);
        assert_eq!(
            asked("Action=GetUser", "iam").no_such_action().message(),
            "Could not find operation GetUser for version NO_VERSION_SPECIFIED"
        );
    }
}
