//! A signer, written straight from AWS's description of Signature Version 4 and
//! independent of the code that it tests: plain strings, no haste.
//!
//! ```text
//! let request = Signer::new("AKIA…", "secret").service("iam").at(time).sign(request);
//! ```

mod breaks;
mod target;

pub(crate) use breaks::Break;
pub(crate) use target::encoded;

use bytes::Bytes;
use countersign::clock::Time;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Request, header};
use sha2::{Digest, Sha256};

/// Who signs, what for, and when.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) key_id: String,
    pub(crate) secret: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) time: Time,
    /// The session token, which is signed like any other header or parameter.
    pub(crate) token: Option<String>,
    /// Headers that are sent, but not signed.
    pub(crate) unsigned: Vec<String>,
    /// `X-Amz-Expires` of a presigned request.
    pub(crate) expires: Option<String>,
    /// The rule that this signer does not keep.
    pub(crate) breaks: Option<Break>,
}

impl Signer {
    /// Signs for IAM in us-east-1 at the moment of AWS's vectors.
    pub(crate) fn new(key_id: &str, secret: &str) -> Self {
        Self {
            key_id: key_id.to_owned(),
            secret: secret.to_owned(),
            region: "us-east-1".to_owned(),
            service: "iam".to_owned(),
            time: Time::from_unix(1_440_938_160),
            token: None,
            unsigned: Vec::new(),
            expires: None,
            breaks: None,
        }
    }

    pub(crate) fn region(self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self }
    }

    pub(crate) fn service(self, service: &str) -> Self {
        Self { service: service.to_owned(), ..self }
    }

    pub(crate) fn at(self, time: Time) -> Self {
        Self { time, ..self }
    }

    pub(crate) fn token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub(crate) fn not_signing(mut self, header: &str) -> Self {
        self.unsigned.push(header.to_owned());
        self
    }

    pub(crate) fn expires(self, expires: &str) -> Self {
        Self { expires: Some(expires.to_owned()), ..self }
    }

    pub(crate) fn breaks(self, rule: Break) -> Self {
        Self { breaks: Some(rule), ..self }
    }

    /// The request with `X-Amz-Date` and `Authorization`. `Host` is added where
    /// only the URI names the host.
    pub(crate) fn sign(&self, mut request: Request<Bytes>) -> Request<Bytes> {
        add_host(&mut request);
        set(&mut request, "x-amz-date", &self.stamp());
        if let Some(token) = &self.token {
            set(&mut request, "x-amz-security-token", token);
        }
        let signed = self.signed_headers(&request);
        let signature = self.signature(&self.canonical_request(&request, &signed));
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={}, Signature={signature}",
            self.key_id,
            self.scope(),
            signed.join(";"),
        );
        set(&mut request, "authorization", &value);
        request
    }

    /// The request with its signature in the query.
    pub(crate) fn presign(&self, mut request: Request<Bytes>) -> Request<Bytes> {
        add_host(&mut request);
        let signed = self.signed_headers(&request);
        let credential = format!("{}/{}", self.key_id, self.scope());
        let mut parameters = vec![
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned()),
            ("X-Amz-Credential", credential),
            ("X-Amz-Date", self.stamp()),
            ("X-Amz-SignedHeaders", signed.join(";")),
        ];
        parameters.extend(self.expires.clone().map(|expires| ("X-Amz-Expires", expires)));
        parameters.extend(self.token.clone().map(|token| ("X-Amz-Security-Token", token)));
        for (name, value) in parameters {
            add_parameter(&mut request, name, &value);
        }
        let signature = self.signature(&self.canonical_request(&request, &signed));
        add_parameter(&mut request, "X-Amz-Signature", &signature);
        request
    }

    /// The scope of the credential.
    pub(crate) fn scope(&self) -> String {
        format!("{}/{}/{}/aws4_request", self.date(), self.region, self.service)
    }

    /// The request as all sides must see it.
    pub(crate) fn canonical_request(&self, request: &Request<Bytes>, signed: &[String]) -> String {
        let method = request.method().as_str();
        let method = self.unless(Break::MethodInLowerCase, method, str::to_lowercase);
        let mut lines = vec![method, self.path(request.uri()), self.query(request.uri())];
        let mut names: Vec<_> = signed.iter().filter(|name| !name.is_empty()).collect();
        names.sort();
        if self.is_broken(Break::HeadersUnsorted) {
            names.reverse();
        }
        names.dedup();
        lines.extend(names.iter().map(|name| self.header(request, name)));
        if !self.is_broken(Break::NoEmptyLineAfterTheHeaders) {
            lines.push(String::new());
        }
        if !self.is_broken(Break::SignedHeadersLineMissing) {
            lines.push(signed.join(";"));
        }
        lines.push(self.payload_hash(request));
        if self.is_broken(Break::CanonicalRequestEndsInNewline) {
            lines.push(String::new());
        }
        lines.join("\n")
    }

    /// What the signing key signs.
    pub(crate) fn string_to_sign(&self, canonical_request: &str) -> String {
        let hash = self.unless(Break::CanonicalRequestNotHashed, canonical_request, str::to_owned);
        let hash = if self.is_broken(Break::CanonicalRequestNotHashed) {
            hash
        } else {
            sha256(hash.as_bytes())
        };
        let mut lines = vec!["AWS4-HMAC-SHA256".to_owned(), self.stamp(), self.scope(), hash];
        if self.is_broken(Break::TimeOfTheDayOnly) {
            self.stamp()[9..].clone_into(&mut lines[1]);
        }
        if self.is_broken(Break::ScopeWithoutTerminator) {
            lines[2] = self.scope().replace("/aws4_request", "");
        }
        if self.is_broken(Break::StringToSignEndsInNewline) {
            lines.push(String::new());
        }
        if self.is_broken(Break::AlgorithmLineMissing) {
            lines.remove(0);
        }
        lines.join("\n")
    }

    /// The signature of a canonical request.
    pub(crate) fn signature(&self, canonical_request: &str) -> String {
        let string_to_sign = self.string_to_sign(canonical_request);
        let signature = hex::encode(hmac(&self.signing_key(), &string_to_sign));
        match self.breaks {
            Some(Break::SignatureInUpperCase) => signature.to_uppercase(),
            Some(Break::SignatureCutShort) => signature[..62].to_owned(),
            _ => signature,
        }
    }

    /// The key of this day, region and service.
    pub(crate) fn signing_key(&self) -> Vec<u8> {
        let prefix = if self.is_broken(Break::SecretWithoutPrefix) { "" } else { "AWS4" };
        let date = self.unless(Break::KeyOfAnotherDay, &self.date(), |_| "20150829".to_owned());
        let region =
            self.unless(Break::KeyOfAnotherRegion, &self.region, |_| "eu-west-1".to_owned());
        let service = self.unless(Break::KeyOfAnotherService, &self.service, |_| "s3".to_owned());
        let mut key = format!("{prefix}{}", self.secret).into_bytes();
        let mut steps = vec![date, region, service, "aws4_request".to_owned()];
        if self.is_broken(Break::LastDerivationMissing) {
            steps.pop();
        }
        for step in steps {
            key = hmac(&key, &step);
            if self.is_broken(Break::DerivedFromHexDigits) {
                key = hex::encode(key).into_bytes();
            }
        }
        key
    }

    fn signed_headers(&self, request: &Request<Bytes>) -> Vec<String> {
        let is_signed = |name: &String| !self.unsigned.contains(name);
        let names = request.headers().keys().map(ToString::to_string);
        let mut names: Vec<_> = names.filter(is_signed).collect();
        names.sort();
        match self.breaks {
            Some(Break::AbsentHeaderSigned) => names.push("zulu".to_owned()),
            Some(Break::SignedHeadersUnsorted) => names.reverse(),
            Some(Break::SignedHeadersTwice) => names.push(names[names.len() - 1].clone()),
            Some(Break::SignedHeadersWithEmptyName) => names.insert(0, String::new()),
            _ => {}
        }
        names
    }

    fn header(&self, request: &Request<Bytes>, name: &str) -> String {
        let values = request.headers().get_all(name).iter();
        let mut values: Vec<_> = values.map(|value| self.folded(value)).collect();
        if self.is_broken(Break::DuplicatesSorted) {
            values.sort();
        }
        if self.is_broken(Break::OnlyTheLastDuplicate) {
            values = values.pop().into_iter().collect();
        }
        if self.is_broken(Break::HostWithoutPort) && name == "host" {
            values = values.iter().map(|host| host.split(':').next().unwrap().to_owned()).collect();
        }
        let comma = if self.is_broken(Break::DuplicatesJoinedWithASpaceToo) { ", " } else { "," };
        let name = self.unless(Break::NamesAsSent, name, str::to_uppercase);
        format!("{name}:{}", values.join(comma))
    }

    fn folded(&self, value: &HeaderValue) -> String {
        let value = String::from_utf8(value.as_bytes().to_vec()).unwrap();
        let value = self.unless(Break::ValuesInLowerCase, &value, str::to_lowercase);
        if self.is_broken(Break::ValuesUntrimmed) {
            return value;
        }
        let value = value.trim();
        let keeps_runs = self.is_broken(Break::RunsOfSpacesKept)
            || self.is_broken(Break::QuotedRunsKept) && value.contains('"');
        if keeps_runs {
            return value.to_owned();
        }
        value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn payload_hash(&self, request: &Request<Bytes>) -> String {
        let declared = request.headers().get("x-amz-content-sha256");
        let fixed = match self.breaks {
            Some(Break::HashOfNoBody) => Some(sha256(b"")),
            Some(Break::BodyHashInUpperCase) => Some(sha256(request.body()).to_uppercase()),
            _ => declared.map(|value| value.to_str().unwrap().to_owned()),
        };
        match (self.service.as_str(), fixed) {
            (_, Some(fixed)) => fixed,
            ("s3", None) => "UNSIGNED-PAYLOAD".to_owned(),
            (_, None) => sha256(request.body()),
        }
    }

    fn stamp(&self) -> String {
        self.time.basic()
    }

    fn date(&self) -> String {
        self.stamp()[..8].to_owned()
    }

    fn is_broken(&self, rule: Break) -> bool {
        self.breaks == Some(rule)
    }

    fn unless(&self, rule: Break, text: &str, broken: impl Fn(&str) -> String) -> String {
        if self.is_broken(rule) { broken(text) } else { text.to_owned() }
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().insert(HeaderName::from_static(name), value);
}

fn add_host(request: &mut Request<Bytes>) {
    let authority = request.uri().authority().map(ToString::to_string);
    if let (Some(authority), false) = (authority, request.headers().contains_key(header::HOST)) {
        set(request, "host", &authority);
    }
}

fn add_parameter(request: &mut Request<Bytes>, name: &str, value: &str) {
    let uri = request.uri().to_string();
    let joint = if uri.contains('?') { '&' } else { '?' };
    let uri = format!("{uri}{joint}{name}={}", encoded(value.as_bytes(), false));
    *request.uri_mut() = uri.parse().unwrap();
}

#[test]
fn the_signer_signs_the_example_of_awss_documentation() {
    let signer = Signer::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let request = Request::get("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    let request = signer.sign(request.body(Bytes::new()).unwrap());
    let key = "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9";
    assert_eq!(hex::encode(signer.signing_key()), key);
    let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.ends_with(&format!("Signature={signature}")), "{authorization}");
}
