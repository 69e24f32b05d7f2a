//! Our own vectors: what AWS's leave open, and what must be refused.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use countersign::clock::Time;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Paths, Refusal, Rules, Session};
use serde_json::Value;

use super::{Case, Signed, Stages};
use crate::listening::{self, House, Reply};
use crate::plain::{self, RawRequest};

/// A case of ours.
pub(super) struct OurCase {
    name: String,
    folder: PathBuf,
    request: RawRequest,
    house: House,
    answer: Reply,
    /// Why no HTTP server lets it through, if none does.
    not_over_http: Option<String>,
}

/// All of them.
pub(super) fn cases() -> Vec<OurCase> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/sigv4");
    super::folders(&folder).into_iter().map(|(name, folder)| OurCase::read(name, folder)).collect()
}

impl OurCase {
    fn read(name: String, folder: PathBuf) -> Self {
        let context = fs::read(folder.join("context.json")).unwrap();
        let context: Value = serde_json::from_slice(&context).unwrap();
        Self {
            request: RawRequest::read(&fs::read(folder.join("request.txt")).unwrap()).unwrap(),
            house: House {
                rules: rules(&context),
                now: time(&context["now"]).unwrap(),
                key: key(&context["key"]),
            },
            answer: answer(&context["answer"]),
            not_over_http: text(&context["not_over_http"]),
            name,
            folder,
        }
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.answer.status == 200
    }

    /// Through the library: every stage of what is let in, and the whole answer to
    /// what is not.
    pub(super) fn check(self) {
        if self.is_accepted() {
            return self.staged().check();
        }
        let refusal = plain::with_head(&self.request, |head| {
            self.house.verify_head(&head, &self.request.body)
        });
        let refusal = refusal.err().unwrap_or_else(|| panic!("{} is let in", self.name));
        assert_eq!(reply(&refusal), self.answer, "{}", self.name);
    }

    pub(super) async fn check_over_http(&self) {
        let reply = listening::send(self.house.clone(), &plain::to_wire(&self.request)).await;
        let is_as_told = reply == self.answer;
        assert_eq!(
            is_as_told,
            self.not_over_http.is_none(),
            "{}: {reply:?}, not {:?}",
            self.name,
            self.answer
        );
    }

    fn staged(self) -> Case {
        let read = |what: &str| fs::read(self.folder.join(what)).unwrap();
        let stages = Stages {
            canonical_request: read("canonical-request.txt"),
            string_to_sign: read("string-to-sign.txt"),
            signed: Signed::Somehow,
        };
        Case { name: self.name, request: self.request, house: self.house, stages }
    }
}

fn reply(refusal: &Refusal) -> Reply {
    let error = refusal.error();
    Reply {
        status: refusal.status().as_u16(),
        reason: Some(refusal.reason().to_owned()),
        code: error.as_ref().map(|error| error.code().as_str().to_owned()),
        message: error.map(|error| error.message().to_owned()),
    }
}

fn answer(answer: &Value) -> Reply {
    Reply {
        status: u16::try_from(answer["status"].as_u64().unwrap()).unwrap(),
        reason: text(&answer["reason"]),
        code: text(&answer["code"]),
        message: text(&answer["message"]),
    }
}

fn rules(context: &Value) -> Rules {
    let service = context["service"].as_str().unwrap();
    let mut rules = match context["rules"].as_str().unwrap() {
        "query" => Rules::query(service),
        "s3" => Rules::s3(service),
        _ => Rules::rest(service),
    };
    if let Some(regions) = context["regions"].as_array() {
        rules = rules.in_regions(regions.iter().map(|region| region.as_str().unwrap()));
    }
    if let Some(minutes) = context["window"].as_u64() {
        rules = rules.window(u8::try_from(minutes).unwrap());
    }
    if context["paths"] == "as_sent" {
        rules = rules.paths(Paths::AsSent);
    }
    if context["late_token"] == true {
        rules = rules.taking_late_tokens();
    }
    if context["sigv4a"] == true {
        rules = rules.taking_sigv4a();
    }
    let tolerated = context["tolerated"].as_array().into_iter().flatten();
    tolerated.fold(rules, |rules, name| rules.tolerating_unsigned(name.as_str().unwrap()))
}

fn key(key: &Value) -> Option<Arc<Key>> {
    let id = key["id"].as_str()?;
    let secret = Secret::new(text(&key["secret"]).unwrap());
    let known = Key::new(id, 1, secret).active(key["is_active"] == true);
    let session = text(&key["token"]).map(|token| Session {
        token: Secret::new(token),
        expires: time(&key["expires"]).unwrap(),
    });
    Some(Arc::new(match session {
        Some(session) => known.in_session(session),
        None => known,
    }))
}

fn time(stamp: &Value) -> Option<Time> {
    Time::from_basic(stamp.as_str()?.as_bytes())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}
