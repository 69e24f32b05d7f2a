//! What a request asks for: read once, and read by verification and dispatch alike.

use crate::action::Service;
use crate::error::{Code, Error};
use crate::iam::IAM;
use crate::sts::STS;
use crate::wire::form::{Form, Unreadable};

/// As much of a name as an answer repeats.
const MOST_ECHOED: usize = 256;

/// The parameters of a request, and the service that they are meant for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The parameters.
    pub form: Form,
    /// The service.
    pub service: &'static Service,
}

impl Asked {
    /// Reads query and body. Which service is meant is told by `Version`; where
    /// that tells nothing, by who offers the action; then by `scope`, the service
    /// that the signature is for. The scope decides nothing else: it is held
    /// against the service that is found here.
    pub fn read(query: &[u8], body: &[u8], scope: &str) -> Result<Self, Unreadable> {
        let form = Form::parse(query, body)?;
        let by_version = [&IAM, &STS].into_iter().find(|s| form.get("Version") == Some(s.version));
        let by_action = || form.get("Action").and_then(offering);
        let by_scope = || if scope == STS.prefix { &STS } else { &IAM };
        let service = by_version.or_else(by_action).unwrap_or_else(by_scope);
        Ok(Self { form, service })
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

fn offering(action: &str) -> Option<&'static Service> {
    let offers = |routes: &mut dyn Iterator<Item = &'static crate::action::Route>| {
        routes.any(|route| route.action.name == action)
    };
    if offers(&mut crate::iam::routes()) {
        Some(&IAM)
    } else if offers(&mut crate::sts::routes()) {
        Some(&STS)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(body: &str, scope: &str) -> &'static str {
        Asked::read(b"", body.as_bytes(), scope).unwrap().service.prefix
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
        let asked = |body: &str| Asked::read(b"", body.as_bytes(), "iam").unwrap();
        assert_eq!(asked("Action=GetUser&Version=2010-05-08").action(), Some("GetUser"));
        assert_eq!(asked("Action=GetUser&Version=2009-01-01").action(), None);
        assert_eq!(
            asked("Action=GetUser").no_such_action().message(),
            "Could not find operation GetUser for version NO_VERSION_SPECIFIED"
        );
    }
}
