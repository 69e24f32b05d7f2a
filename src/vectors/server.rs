//! The server that a case is for: what it knows, and what it says.

use std::sync::Arc;

use crate::clock::Time;
use crate::request::Request;
use crate::secret::Secret;
use crate::sigv4::{Key, Presented, Refusal, Rules, Session, Verifier};

/// What a server knows.
#[derive(Clone, Debug)]
pub struct Server {
    /// How it reads signatures.
    pub rules: Rules,
    /// What time it is there.
    pub now: Time,
    /// The one key that it knows, if it knows one.
    pub key: Option<Arc<Key>>,
}

/// What a server says of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// For a refusal, our word for why.
    pub reason: Option<String>,
    /// AWS's code, where there is one.
    pub code: Option<String>,
    /// AWS's sentence, where there is one.
    pub message: Option<String>,
}

impl Server {
    /// What this server says of a request.
    pub fn answer(&self, request: &Request) -> Answer {
        self.verify(request).map_or_else(|refusal| Answer::refused(&refusal), |()| Answer::let_in())
    }

    fn verify(&self, request: &Request) -> Result<(), Refusal> {
        let headers = request.raw_headers();
        let presented = Presented::read(request.head(&headers), &self.rules, self.now)?;
        let scoped = presented.in_scope(&self.rules)?;
        let known = self.key.as_deref().filter(|key| key.id() == presented.key_id());
        // A verifier keeps what it made of keys, and cases have other secrets under the same id.
        Verifier::default().verify(&scoped, &request.body, known).map(drop)
    }
}

impl Answer {
    /// That it is let in.
    pub fn let_in() -> Self {
        Self { status: 200, reason: None, code: None, message: None }
    }

    /// That it is not.
    pub fn refused(refusal: &Refusal) -> Self {
        let error = refusal.error();
        Self {
            status: refusal.status().as_u16(),
            reason: Some(refusal.reason().to_owned()),
            code: error.as_ref().map(|error| error.code().as_str().to_owned()),
            message: error.map(|error| error.message().to_owned()),
        }
    }

    /// Whether it is let in.
    pub fn is_let_in(&self) -> bool {
        self.status == 200
    }

    /// A line for each thing that is said.
    pub(super) fn to_text(&self) -> String {
        let said = [("reason", &self.reason), ("code", &self.code), ("message", &self.message)];
        let lines = said.iter().filter_map(|(what, said)| Some((what, said.as_ref()?)));
        let lines = lines.map(|(what, said)| format!("\n{what}: {said}"));
        format!("status: {}{}", self.status, lines.collect::<String>())
    }
}

/// An access key that lasts, or that of a session which never ends.
pub(super) fn key(id: &str, secret: &str, token: Option<&str>) -> Key {
    let key = Key::new(id, 1, Secret::new(secret.to_owned()));
    match token {
        Some(token) => key.in_session(session(token, Time::from_unix(i64::MAX))),
        None => key,
    }
}

pub(super) fn session(token: &str, expires: Time) -> Session {
    Session { token: Secret::new(token.to_owned()), expires }
}
