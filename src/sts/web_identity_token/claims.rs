//! What a web identity token says (IAM User Guide, "Understanding token claims").

use serde_json::{Map, Value, json};

use crate::clock::Time;
use crate::store::draft::Draft;
use crate::store::entity::{Case, Role, Tags, User};
use crate::store::owner::{Actor, Caller, Owner};
use crate::store::session::Session;
use crate::sts::tag::SessionTag;
use crate::text::TokenAudience;

/// What stands around all claims that are AWS's own.
const NAMESPACE: &str = "https://sts.amazonaws.com/";

/// What is said beside who asks.
#[derive(Debug)]
pub(super) struct Said<'s> {
    pub(super) issuer: String,
    pub(super) audience: &'s [TokenAudience],
    pub(super) tags: &'s [SessionTag],
    pub(super) id: String,
    pub(super) times: (Time, Time),
}

impl Said<'_> {
    pub(super) fn claims(&self, caller: &Caller, draft: &Draft) -> Value {
        let (issued, expires) = self.times;
        json!({
            "iss": self.issuer,
            "aud": self.audience(),
            "sub": principal(caller),
            "iat": issued.unix(),
            "exp": expires.unix(),
            "jti": self.id,
            NAMESPACE: self.own(caller, draft),
        })
    }

    /// One is said as it is, several as a list (RFC 7519 section 4.1.3).
    fn audience(&self) -> Value {
        match self.audience {
            [only] => only.as_str().into(),
            several => several.iter().map(TokenAudience::as_str).collect(),
        }
    }

    fn own(&self, caller: &Caller, draft: &Draft) -> Value {
        let mut own = Map::new();
        let mut say = |name: &str, value: Option<Value>| {
            own.extend(value.map(|value| (name.to_owned(), value)));
        };
        say("aws_account", Some(caller.account().as_str().into()));
        say("principal_id", Some(principal(caller).into()));
        say("source_region", draft.region().map(Value::from));
        say("principal_tags", labels(&principal_tags(caller, draft)));
        if let Some(session) = caller.session() {
            let behind = session.source_identity.as_ref();
            say("original_session_exp", Some(session.expires.to_string().into()));
            say("source_identity", behind.map(|name| name.as_str().into()));
            say("federated_provider", provider(session));
        }
        let passed: Map<_, _> = self.tags.iter().map(SessionTag::claim).collect();
        say("request_tags", (!passed.is_empty()).then_some(passed.into()));
        own.into()
    }
}

/// Who asks; of a session of a role the role.
fn principal(caller: &Caller) -> &str {
    match caller.actor() {
        Actor::Role { arn, .. } => arn.as_str(),
        Actor::Owner(_) | Actor::Guest { .. } | Actor::Stranger => caller.arn().as_str(),
    }
}

fn provider(session: &Session) -> Option<Value> {
    session.provider.as_deref().map(Value::from)
}

/// The labels of the user or the role, and those of the session before them.
fn principal_tags(caller: &Caller, draft: &Draft) -> Tags {
    let account = draft.account();
    let own = match caller.actor() {
        Actor::Owner(Owner::User(name)) | Actor::Guest { of: Owner::User(name), .. } => {
            account.get::<User>(name).map(|user| &user.tags)
        }
        Actor::Role { name, .. } => account.get::<Role>(name).map(|role| &role.tags),
        Actor::Owner(Owner::Root) | Actor::Guest { .. } | Actor::Stranger => None,
    };
    let mut tags = own.cloned().unwrap_or_else(|| Tags::new(Case::Ignored));
    tags.extend(caller.session().map_or_else(|| Tags::new(Case::Ignored), |s| s.tags.clone()));
    tags
}

fn labels(tags: &Tags) -> Option<Value> {
    let labels: Map<_, _> =
        tags.iter().map(|(key, value)| (key.to_string(), value.to_string().into())).collect();
    (!labels.is_empty()).then_some(labels.into())
}
