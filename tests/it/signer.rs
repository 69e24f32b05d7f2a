//! A signer, written straight from AWS's description of Signature Version 4 and
//! independent of the code that it tests: plain strings, no haste.
//!
//! ```text
//! let request = Signer::new("AKIA…", "secret").service("iam").at(time).sign(request);
//! ```

use bytes::Bytes;
use countersign::clock::Time;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue, Request, Uri, header};
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

/// Declares [`Break`] and the list of all its variants.
macro_rules! breaks {
    ($($rule:ident,)*) => {
        /// A rule of the canonical form, or of what is made of it, that a faulty
        /// signer breaks.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Break { $($rule,)* }

        impl Break {
            pub(crate) const ALL: &[Self] = &[$(Self::$rule,)*];
        }
    };
}

breaks! {
    MethodInLowerCase,
    PathEncodedOnce,
    DotSegmentsKept,
    SlashesKept,
    EncodedDotsRemoved,
    QueryUnsorted,
    QuerySortedByKeyOnly,
    QuerySortedAsText,
    QuerySortedBeforeEncoding,
    KeyOnlyWithoutEqualsSign,
    EmptyPieceKept,
    EmptyValueDropped,
    DuplicateKeysDropped,
    KeysInLowerCase,
    PlusKept,
    SpaceAsPlus,
    EscapesInLowerCase,
    TildeEscaped,
    StarKept,
    QueryNotEncoded,
    ValuesSplitAtEveryEqualsSign,
    NamesAsSent,
    HeadersUnsorted,
    ValuesUntrimmed,
    RunsOfSpacesKept,
    QuotedRunsKept,
    DuplicatesSorted,
    DuplicatesJoinedWithASpaceToo,
    OnlyTheLastDuplicate,
    ValuesInLowerCase,
    HostWithoutPort,
    NoEmptyLineAfterTheHeaders,
    SignedHeadersLineMissing,
    AbsentHeaderSigned,
    HashOfNoBody,
    BodyHashInUpperCase,
    CanonicalRequestEndsInNewline,
    CanonicalRequestNotHashed,
    AlgorithmLineMissing,
    TimeOfTheDayOnly,
    ScopeWithoutTerminator,
    StringToSignEndsInNewline,
    SecretWithoutPrefix,
    KeyOfAnotherDay,
    KeyOfAnotherRegion,
    KeyOfAnotherService,
    LastDerivationMissing,
    DerivedFromHexDigits,
    SignatureInUpperCase,
    SignatureCutShort,
    SignedHeadersUnsorted,
    SignedHeadersTwice,
    SignedHeadersWithEmptyName,
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
            lines[1] = self.stamp()[9..].to_owned();
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

    fn path(&self, uri: &Uri) -> String {
        if self.service == "s3" {
            let recoded = |segment: &str| encoded(&decoded(&segment.replace('+', " ")), false);
            return uri.path().split('/').map(recoded).collect::<Vec<_>>().join("/");
        }
        let mut path = uri.path().to_owned();
        if self.is_broken(Break::EncodedDotsRemoved) {
            path = path.replace("%2E", ".");
        }
        let keeps_empty = self.is_broken(Break::SlashesKept);
        let mut kept = Vec::new();
        for segment in path[1..].split('/') {
            match segment {
                "" if !keeps_empty => {}
                "." | ".." if self.is_broken(Break::DotSegmentsKept) => kept.push(segment),
                "." => {}
                ".." => drop(kept.pop()),
                _ => kept.push(segment),
            }
        }
        let ends_open = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
        let end = if ends_open && !kept.is_empty() { "/" } else { "" };
        let path = format!("/{}{end}", kept.join("/"));
        self.unless(Break::PathEncodedOnce, &encoded(path.as_bytes(), true), |_| path.clone())
    }

    fn query(&self, uri: &Uri) -> String {
        let raw = uri.query().unwrap_or("");
        if self.is_broken(Break::QueryNotEncoded) {
            let mut pieces: Vec<_> = raw.split('&').map(|p| self.written(&split(p))).collect();
            pieces.sort();
            return pieces.join("&");
        }
        let pieces = raw
            .split('&')
            .filter(|piece| !piece.is_empty() || self.is_broken(Break::EmptyPieceKept));
        let mut pairs: Vec<_> = pieces.map(split).collect();
        match self.breaks {
            Some(Break::QueryUnsorted) => {}
            Some(Break::QuerySortedBeforeEncoding) => {
                pairs.sort_by_key(|(k, v, _)| (decoded(k), decoded(v)))
            }
            Some(Break::QuerySortedByKeyOnly) => pairs.sort_by_key(|(k, _, _)| self.coded(k)),
            Some(Break::QuerySortedAsText) => {
                pairs.sort_by_key(|(k, v, _)| format!("{}={}", self.coded(k), self.coded(v)))
            }
            _ => pairs.sort_by_key(|(k, v, _)| (self.coded(k), self.coded(v))),
        }
        if self.is_broken(Break::DuplicateKeysDropped) {
            pairs.dedup_by_key(|(key, _, _)| key.clone());
        }
        let coded = |(k, v, has): &(String, String, bool)| (self.coded(k), self.coded(v), *has);
        pairs.iter().map(coded).map(|pair| self.written(&pair)).collect::<Vec<_>>().join("&")
    }

    fn written(&self, (key, value, has_equals): &(String, String, bool)) -> String {
        let key = self.unless(Break::KeysInLowerCase, key, str::to_lowercase);
        let is_bare = self.is_broken(Break::KeyOnlyWithoutEqualsSign) && !has_equals
            || self.is_broken(Break::EmptyValueDropped) && *has_equals && value.is_empty();
        if is_bare {
            return key;
        }
        let value = if self.is_broken(Break::ValuesSplitAtEveryEqualsSign) {
            value.split("%3D").next().unwrap()
        } else {
            value
        };
        format!("{key}={value}")
    }

    fn coded(&self, text: &str) -> String {
        let text =
            if self.is_broken(Break::PlusKept) { text.to_owned() } else { text.replace('+', " ") };
        let coded = encoded(&decoded(&text), false);
        match self.breaks {
            Some(Break::SpaceAsPlus) => coded.replace("%20", "+"),
            Some(Break::EscapesInLowerCase) => coded.replace("%2F", "%2f"),
            Some(Break::TildeEscaped) => coded.replace('~', "%7E"),
            Some(Break::StarKept) => coded.replace("%2A", "*"),
            _ => coded,
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

fn split(piece: &str) -> (String, String, bool) {
    match piece.split_once('=') {
        Some((key, value)) => (key.to_owned(), value.to_owned(), true),
        None => (piece.to_owned(), String::new(), false),
    }
}

pub(crate) fn encoded(bytes: &[u8], keeps_slash: bool) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(byte.into())
            }
            b'/' if keeps_slash => text.push('/'),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            decoded.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    decoded
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
