//! Who signs wrongly, whom they ask, and what they are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use countersign::clock::Time;
use countersign::doctor::{Budget, Case, Diagnosis, Proof, examine, recognize};
use countersign::layer::authenticate::{CAUSE, Practice};
use countersign::request::Request;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Presented, Refusal, Rules, Verifier};
use countersign::text::{AccessKeyId, AccountId, Text as _};
use http_body_util::BodyExt;

use super::client::{Client, Door};
use crate::world::{ACCOUNT, Person, World};

pub(crate) const ID: &str = "AKIAPATIENTPATIENT22";
pub(crate) const SECRET: &str = "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";
/// The other key of the same user.
pub(crate) const SIBLING: &str = "rootrootrootrootrootrootrootrootrootroot";
const STRANGERS_ID: &str = "AKIASTRANGERSTRANGER";
pub(crate) const STRANGERS_SECRET: &str = "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";

/// Those who sign, and the gateway that they ask.
pub(crate) struct Cast {
    pub(crate) world: World,
    pub(crate) now: Time,
    pub(crate) session: Person,
    pub(crate) ended: Person,
    pub(crate) inactive: Person,
    pub(crate) ann: Person,
}

/// What came of a request.
#[derive(Debug)]
pub(crate) struct Finding {
    /// `cause`, or `cause, cause`.
    pub(crate) causes: String,
    pub(crate) proof: Proof,
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) document: String,
    pub(crate) diagnosis: Option<Arc<Diagnosis>>,
}

impl Cast {
    pub(crate) async fn open() -> Self {
        Self::examined_by(Practice::default().open(true)).await
    }

    pub(crate) async fn examined_by(practice: Practice) -> Self {
        let world = World::examined_by(practice).await;
        for (account, id, secret) in
            [(ACCOUNT, ID, SECRET), ("210987654321", STRANGERS_ID, STRANGERS_SECRET)]
        {
            let account = AccountId::parse(account).unwrap();
            let id = AccessKeyId::parse(id).unwrap();
            world
                .store
                .import_root_key(&account, id, Secret::new(secret.to_owned()))
                .await
                .unwrap();
        }
        let patient = Person::new(ID, SECRET);
        let brief = world.asks(&patient, "GetSessionToken DurationSeconds=900").await;
        let ended = Person::in_reply(&brief.ok());
        world.passes(7200);
        let session = Person::in_reply(&world.asks(&patient, "GetSessionToken").await.ok());
        let ann = world.user("ann").await;
        let inactive = world.key_of("ann").await;
        let call =
            format!("UpdateAccessKey UserName=ann AccessKeyId={} Status=Inactive", inactive.id);
        world.root(&call).await.ok();
        Self { now: world.now(), world, session, ended, inactive, ann }
    }

    /// Asks the gateway; `None` where it lets the request in.
    pub(crate) async fn asks(&self, request: &Request) -> Option<Finding> {
        let response = self.world.response(over_http(request)).await;
        let status = response.status().as_u16();
        if status == 200 {
            return None;
        }
        let diagnosis = response.extensions().get::<Arc<Diagnosis>>().cloned();
        let headers = response.headers().iter();
        let headers: BTreeMap<_, _> = headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let document = String::from_utf8(body.to_vec()).unwrap();
        let [code, message] = [text(&document, "Code"), text(&document, "Message")];
        let proof = match message.as_str() {
            told if told.contains(", proven) ") => Proof::Proven,
            told if told.contains(", not proven) ") => Proof::NotProven,
            _ => Proof::Seen,
        };
        let causes = headers.get(CAUSE).cloned().unwrap_or_default();
        Some(Finding { causes, proof, status, code, message, headers, document, diagnosis })
    }
}

/// The text of an element, read as XML.
pub(crate) fn text(document: &str, name: &str) -> String {
    let mut reader = quick_xml::Reader::from_str(document);
    let (mut is_inside, mut text) = (false, String::new());
    loop {
        use quick_xml::events::Event;
        match reader.read_event().unwrap() {
            Event::Start(start) => is_inside = start.name().as_ref() == name,
            Event::End(_) => is_inside = false,
            Event::Text(part) if is_inside => text.push_str(&part),
            Event::GeneralRef(sign) if is_inside => text.push_str(&crate::world::resolved(&sign)),
            Event::Eof => return text,
            _ => {}
        }
    }
}

/// The same request, as an HTTP stack has read it.
pub(crate) fn over_http(request: &Request) -> http::Request<Bytes> {
    let target = std::str::from_utf8(&request.target).unwrap();
    let mut built = http::Request::builder().method(request.method.as_str()).uri(target);
    for (name, value) in &request.headers {
        built = built.header(name.as_str(), value.trim_ascii());
    }
    built.body(Bytes::from(request.body.clone())).unwrap_or_else(|why| panic!("{why}: {target}"))
}

/// What the library finds, given the patient's key.
pub(crate) fn in_library(request: &Request, door: Door, now: Time) -> Option<Diagnosis> {
    with_key(request, (&rules(door), Budget::SERVER), now, &key(ID, SECRET))
}

pub(crate) fn key(id: &str, secret: &str) -> Key {
    Key::new(id, 1, Secret::new(secret.to_owned()))
}

/// What the library finds, given a key, and so much to spend.
pub(crate) fn with_key(
    request: &Request,
    (rules, budget): (&Rules, Budget),
    now: Time,
    key: &Key,
) -> Option<Diagnosis> {
    let headers = request.raw_headers();
    let head = request.head(&headers);
    let presented = match Presented::read(head, rules, now) {
        Ok(presented) => presented,
        Err(refusal) => return Some(recognize(&refusal, &head)),
    };
    let verified = presented.in_scope(rules).and_then(|scoped| {
        let known = (presented.key_id() == key.id()).then_some(key);
        Verifier::keeping(1).verify(&scoped, &request.body, known).map(drop)
    });
    let Err(refusal) = verified else { return None };
    if !matches!(refusal, Refusal::Mismatch(_)) {
        return Some(recognize(&refusal, &head));
    }
    let sibling = Key::new("AKIAROOTROOTROOTROOT", 1, Secret::new(SIBLING.to_owned()));
    let body = request.body.as_slice();
    let siblings = [Arc::new(sibling)];
    let case = Case { presented: &presented, rules, body, key, siblings: &siblings, port: None };
    Some(examine(&case, budget))
}

pub(crate) fn rules(door: Door) -> Rules {
    match door {
        Door::Gateway => Rules::query("iam"),
        Door::Rest => Rules::rest("orders"),
        Door::Regional => Rules::rest("orders").in_regions(["us-east-1"]),
        Door::S3 => Rules::s3("s3"),
    }
}

/// What a diagnosis says is wrong.
pub(crate) fn causes(diagnosis: &Diagnosis) -> String {
    let both = [Some(diagnosis.cause), diagnosis.and].into_iter().flatten();
    both.map(|cause| cause.id).collect::<Vec<_>>().join(", ")
}

fn of(door: Door, now: Time) -> Client {
    Client::new(door, ID, SECRET, now)
}

/// `ListUsers`, asked in a query.
pub(crate) fn get(cast: &Cast) -> Client {
    let target = "/?Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%2F";
    of(Door::Gateway, cast.now).asks("GET", target, "")
}

/// The same in a form.
pub(crate) fn post(cast: &Cast) -> Client {
    let body = "Action=ListUsers&Version=2010-05-08&PathPrefix=%2Fa%20b~%2F&MaxItems=7";
    of(Door::Gateway, cast.now)
        .asks("POST", "/", body)
        .header("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
}

/// The same in a URL that is signed.
pub(crate) fn presigned(cast: &Cast) -> Client {
    get(cast).presigned()
}

/// A request of a REST service without a body.
pub(crate) fn rest(cast: &Cast, target: &str) -> Client {
    of(Door::Rest, cast.now).asks("GET", target, "")
}

/// One with a body in JSON.
pub(crate) fn json(cast: &Cast, body: &str) -> Client {
    of(Door::Rest, cast.now)
        .asks("POST", "/v1/orders?limit=10", body)
        .header("Content-Type", "application/json")
}

/// A request of S3.
pub(crate) fn s3(cast: &Cast, target: &str) -> Client {
    of(Door::S3, cast.now).asks("GET", target, "")
}

/// The patient's session.
pub(crate) fn in_session(cast: &Cast, client: Client) -> Client {
    let token = cast.session.token.clone().unwrap();
    let client = client.key_id(&cast.session.id).secret(&cast.session.secret);
    client.header("X-Amz-Security-Token", token)
}
