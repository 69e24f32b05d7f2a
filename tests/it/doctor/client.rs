//! A client in which anything can go wrong: it is written from AWS's description of Signature
//! Version 4, knows nothing of the doctor, and takes no part of the code that it tests.

use std::fmt;

use countersign::clock::Time;
use countersign::request::Request;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::canonical::Canonical;
use crate::signer::encoded;

/// A step of signing, made otherwise.
type Step<T> = Box<dyn Fn(T) -> T>;

/// A key of a secret and a scope.
type Derive = Box<dyn Fn(&[u8], &[String; 3]) -> Vec<u8>>;

/// Who answers it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Door {
    /// The gateway, over its whole stack.
    Gateway,
    /// The library, by the rules of REST services.
    Rest,
    /// The same, which serves us-east-1 alone.
    Regional,
    /// The library, by the rules of S3.
    S3,
}

/// One request, how it is signed, and what becomes of it on its way.
pub(crate) struct Client {
    pub(crate) door: Door,
    /// What time the server has, if it is another than usual.
    pub(crate) served_at: Option<Time>,
    pub(crate) request: Request,
    pub(crate) key_id: String,
    pub(crate) secret: Vec<u8>,
    /// `X-Amz-Date`, and the scope's day, region and service.
    pub(crate) stamp: String,
    pub(crate) scope: [String; 3],
    is_presigned: bool,
    /// More of the query of a presigned request, before its signature.
    parameters: Vec<(&'static str, String)>,
    unsigned: Vec<&'static str>,
    canonical: Step<Canonical>,
    text: Step<Vec<u8>>,
    lines: Step<[Vec<u8>; 4]>,
    string: Step<Vec<u8>>,
    key: Derive,
    written: Box<dyn Fn([u8; 32]) -> String>,
    transit: Vec<Step<Request>>,
}

impl Client {
    pub(crate) fn new(door: Door, key_id: &str, secret: &str, now: Time) -> Self {
        let service = match door {
            Door::Gateway => "iam",
            Door::Rest | Door::Regional => "orders",
            Door::S3 => "s3",
        };
        let stamp = now.basic();
        Self {
            door,
            served_at: None,
            request: Request::default(),
            key_id: key_id.to_owned(),
            secret: secret.as_bytes().to_vec(),
            scope: [&stamp[..8], "us-east-1", service].map(str::to_owned),
            stamp,
            is_presigned: false,
            parameters: Vec::new(),
            unsigned: Vec::new(),
            canonical: Box::new(|canonical| canonical),
            text: Box::new(|text| text),
            lines: Box::new(|lines| lines),
            string: Box::new(|string| string),
            key: Box::new(derived),
            written: Box::new(hex::encode),
            transit: Vec::new(),
        }
    }

    pub(crate) fn asks(self, method: &str, target: &str, body: impl Into<Vec<u8>>) -> Self {
        let host = ("Host".to_owned(), b"127.0.0.1:7448".to_vec());
        let (method, target) = (method.to_owned(), target.as_bytes().to_vec());
        Self { request: Request { method, target, headers: vec![host], body: body.into() }, ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.request.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.request.set("Host", host);
        self
    }

    pub(crate) fn not_signing(mut self, name: &'static str) -> Self {
        self.unsigned.push(name);
        self
    }

    pub(crate) fn presigned(self) -> Self {
        self.presigned_for("900")
    }

    pub(crate) fn presigned_for(self, seconds: &str) -> Self {
        Self { is_presigned: true, ..self }.parameter("X-Amz-Expires", seconds)
    }

    pub(crate) fn parameter(mut self, name: &'static str, value: &str) -> Self {
        self.parameters.push((name, value.to_owned()));
        self
    }

    pub(crate) fn secret(self, secret: impl AsRef<[u8]>) -> Self {
        Self { secret: secret.as_ref().to_vec(), ..self }
    }

    pub(crate) fn key_id(self, id: &str) -> Self {
        Self { key_id: id.to_owned(), ..self }
    }

    pub(crate) fn stamp(self, stamp: &str) -> Self {
        Self { stamp: stamp.to_owned(), ..self }
    }

    pub(crate) fn at(mut self, time: Time) -> Self {
        self.stamp = time.basic();
        self.stamp[..8].clone_into(&mut self.scope[0]);
        self
    }

    pub(crate) fn served_at(self, time: Time) -> Self {
        Self { served_at: Some(time), ..self }
    }

    pub(crate) fn day(mut self, day: &str) -> Self {
        day.clone_into(&mut self.scope[0]);
        self
    }

    pub(crate) fn region(mut self, region: &str) -> Self {
        region.clone_into(&mut self.scope[1]);
        self
    }

    pub(crate) fn service(mut self, service: &str) -> Self {
        service.clone_into(&mut self.scope[2]);
        self
    }

    /// Puts the canonical request together otherwise.
    pub(crate) fn canonical(self, change: impl Fn(&mut Canonical) + 'static) -> Self {
        let canonical = Box::new(move |mut canonical| {
            change(&mut canonical);
            canonical
        });
        Self { canonical, ..self }
    }

    /// Changes the whole text of the canonical request.
    pub(crate) fn text(self, change: impl Fn(&str) -> String + 'static) -> Self {
        let text =
            Box::new(move |text: Vec<u8>| change(&String::from_utf8(text).unwrap()).into_bytes());
        Self { text, ..self }
    }

    /// Changes the lines of the string to sign, of which the last is the canonical request itself.
    pub(crate) fn lines(self, change: impl Fn(&mut [Vec<u8>; 4]) + 'static) -> Self {
        let lines = Box::new(move |mut lines| {
            change(&mut lines);
            lines
        });
        Self { lines, ..self }
    }

    pub(crate) fn string(self, change: impl Fn(&str) -> String + 'static) -> Self {
        let string =
            Box::new(move |text: Vec<u8>| change(&String::from_utf8(text).unwrap()).into_bytes());
        Self { string, ..self }
    }

    pub(crate) fn key(self, key: impl Fn(&[u8], &[String; 3]) -> Vec<u8> + 'static) -> Self {
        Self { key: Box::new(key), ..self }
    }

    pub(crate) fn written(self, written: impl Fn([u8; 32]) -> String + 'static) -> Self {
        Self { written: Box::new(written), ..self }
    }

    /// What happens between the client and the server.
    pub(crate) fn then(mut self, change: impl Fn(&mut Request) + 'static) -> Self {
        self.transit.push(Box::new(move |mut request| {
            change(&mut request);
            request
        }));
        self
    }

    /// A header that is replaced on the way.
    pub(crate) fn then_header(self, name: &'static str, value: &str) -> Self {
        let value = value.to_owned();
        self.then(move |request| request.set(name, &value))
    }

    /// Another body to begin with.
    pub(crate) fn with_body(mut self, body: &str) -> Self {
        self.request.body = body.as_bytes().to_vec();
        self
    }

    /// A body that is replaced on the way.
    pub(crate) fn then_body(self, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref().to_vec();
        self.then(move |request| request.body.clone_from(&body))
    }

    /// A part of the target that is replaced on the way.
    pub(crate) fn then_target(self, old: &'static str, new: &'static str) -> Self {
        self.then(move |request| {
            let target = String::from_utf8(request.target.clone()).unwrap();
            assert!(target.contains(old), "{target} has no {old}");
            request.target = target.replace(old, new).into_bytes();
        })
    }

    /// The request as it arrives.
    pub(crate) fn send(&self) -> Request {
        let mut request = self.request.clone();
        let names = self.prepare(&mut request);
        let canonical = (self.canonical)(Canonical::of(&request, &names, self.door));
        let text = (self.text)(canonical.text());
        let scope = format!("{}/aws4_request", self.scope.join("/"));
        let lines = ["AWS4-HMAC-SHA256", &self.stamp, &scope].map(|line| line.as_bytes().to_vec());
        let [algorithm, stamp, scope_line] = lines;
        let lines = (self.lines)([algorithm, stamp, scope_line, text]);
        let string = (self.string)(joined(lines));
        let signature = (self.written)(hmac(&(self.key)(&self.secret, &self.scope), &string));
        if self.is_presigned {
            add(&mut request, "X-Amz-Signature", &signature);
        } else {
            let credential = format!("Credential={}/{scope}", self.key_id);
            let names = names.join(";");
            let value = format!(
                "AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}"
            );
            request.set("Authorization", &value);
        }
        self.transit.iter().fold(request, |request, step| step(request))
    }

    /// The canonical request that a client without fault has of what is meant.
    pub(crate) fn canonical_text(&self) -> String {
        let mut request = self.request.clone();
        let names = self.prepare(&mut request);
        String::from_utf8(Canonical::of(&request, &names, self.door).text()).unwrap()
    }

    /// Adds all that goes before a signature; answers the names of the headers to be signed.
    fn prepare(&self, request: &mut Request) -> Vec<String> {
        if !self.is_presigned {
            request.set("X-Amz-Date", &self.stamp);
            if self.door == Door::S3 && request.header("x-amz-content-sha256").is_none() {
                request.set("x-amz-content-sha256", &hash(&request.body));
            }
        }
        let names = request.headers.iter().map(|(name, _)| name.to_lowercase());
        let mut names: Vec<_> =
            names.filter(|name| !self.unsigned.contains(&name.as_str())).collect();
        names.sort();
        names.dedup();
        if self.is_presigned {
            let credential = format!("{}/{}/aws4_request", self.key_id, self.scope.join("/"));
            add(request, "X-Amz-Algorithm", "AWS4-HMAC-SHA256");
            add(request, "X-Amz-Credential", &credential);
            add(request, "X-Amz-Date", &self.stamp);
            add(request, "X-Amz-SignedHeaders", &names.join(";"));
            for (name, value) in &self.parameters {
                add(request, name, value);
            }
        }
        names
    }
}

/// The string to sign, whose last line is the hash of what stands there.
fn joined([algorithm, stamp, scope, text]: [Vec<u8>; 4]) -> Vec<u8> {
    // A line that a fault has finished itself is told by its mark.
    let last = text.strip_prefix(b"=").map_or_else(|| hash(&text).into_bytes(), <[u8]>::to_vec);
    [algorithm, stamp, scope, last].join(&b'\n')
}

/// The signing key.
pub(crate) fn derived(secret: &[u8], [day, region, service]: &[String; 3]) -> Vec<u8> {
    let first = [b"AWS4", secret].concat();
    let steps = [day.as_str(), region, service, "aws4_request"];
    steps.iter().fold(first, |key, step| hmac(&key, step.as_bytes()).to_vec())
}

pub(crate) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

pub(crate) fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn add(request: &mut Request, name: &str, value: &str) {
    let joint = if request.target.contains(&b'?') { '&' } else { '?' };
    let piece = format!("{joint}{name}={}", encoded(value.as_bytes(), false));
    request.target.extend(piece.into_bytes());
}

/// What it sends, for whoever reads of a failure.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.send().to_wire()))
    }
}
