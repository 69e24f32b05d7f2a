//! The official signer signs, we verify.

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::{v4, v4a};
use bytes::Bytes;
use countersign::clock::Time;
use countersign::secret::Secret;
use countersign::sigv4::{Key, Refusal, Rules, Session};
use http::{HeaderValue, Request};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::listening::House;

const TOKEN: &str = "FwoGZXIvYXdzEBYaD/+=token";

/// How the official signer is set up.
#[derive(Clone, Copy, Debug)]
struct Setup {
    service: &'static str,
    location: SignatureLocation,
    is_by_pair: bool,
    has_token: bool,
    declares_hash: bool,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_the_official_signer_signs_is_verified((request, setup) in (request(), setup())) {
        let signed = setup.sign(request);
        let verified = setup.house("hers").verify(&signed);
        prop_assert!(verified.is_ok(), "{verified:?}: {signed:?}");
        let mismatch = setup.house("not hers").verify(&signed);
        prop_assert!(matches!(mismatch, Err(Refusal::Mismatch(_))), "{mismatch:?}: {signed:?}");
    }
}

impl Setup {
    fn sign(self, mut request: Request<Bytes>) -> Request<Bytes> {
        let token = self.has_token.then(|| TOKEN.to_owned());
        let identity = Credentials::new("ASIAANN", "hers", token, None, "test").into();
        let time = UNIX_EPOCH + Duration::from_mins(24_015_636);
        let params = if self.is_by_pair {
            let params = v4a::SigningParams::builder().region_set("us-east-1");
            let params = params.identity(&identity).name(self.service).time(time);
            params.settings(self.settings()).build().unwrap().into()
        } else {
            let params = v4::SigningParams::builder().region("us-east-1");
            let params = params.identity(&identity).name(self.service).time(time);
            params.settings(self.settings()).build().unwrap().into()
        };
        let uri = request.uri().to_string();
        let headers =
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let signable = SignableRequest::new(
            request.method().as_str(),
            uri,
            headers,
            self.body(request.body()),
        )
        .unwrap();
        let (instructions, _) = sign(signable, &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        // What the HTTP client does: the host that was signed goes along.
        let host = request.uri().authority().unwrap().as_str();
        let host = HeaderValue::from_str(host).unwrap();
        request.headers_mut().insert("host", host);
        request
    }

    /// S3's SDK presigns without a body.
    fn body(self, body: &Bytes) -> SignableBody<'_> {
        match (self.service, self.location) {
            ("s3", SignatureLocation::QueryParams) => SignableBody::UnsignedPayload,
            _ => SignableBody::Bytes(body),
        }
    }

    fn settings(self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.signature_location = self.location;
        settings.expires_in = Some(Duration::from_mins(1));
        if self.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        }
        if self.declares_hash || self.service == "s3" {
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        settings
    }

    fn house(self, secret: &str) -> House {
        let rules = match self.service {
            "s3" => Rules::s3("s3"),
            service => Rules::rest(service),
        };
        let key = Key::new("ASIAANN", 1, Secret::new(secret.to_owned()));
        let session =
            Session { token: Secret::new(TOKEN.to_owned()), expires: Time::from_unix(i64::MAX) };
        let key = if self.has_token { key.in_session(session) } else { key };
        House { key: Some(key.into()), ..House::new(rules.taking_sigv4a(), "", "") }
    }
}

fn setup() -> impl Strategy<Value = Setup> {
    let locations = vec![SignatureLocation::Headers, SignatureLocation::QueryParams];
    let services = vec!["orders", "s3"];
    (select(services), select(locations), any::<[bool; 3]>()).prop_map(
        |(service, location, [is_by_pair, has_token, declares_hash])| Setup {
            service,
            location,
            is_by_pair,
            has_token,
            declares_hash,
        },
    )
}

/// A request as an SDK makes it: what has to be encoded in its target is.
fn request() -> impl Strategy<Value = Request<Bytes>> {
    let segment = prop_oneof![
        "[a-zA-Z0-9._~-]{0,6}",
        "(%20|%2F|%3A|%C3%A9|%2A|%25){1,3}",
        Just(".".to_owned())
    ];
    let text = "([a-zA-Z0-9._~-]|%C3%A9|%20|%2F|%2B|%26|[+]){0,5}";
    let header = ("x-(amz-)?[a-z]{1,3}", "[!-~]{1,4}[ -~]{0,8}");
    let method = select(vec!["GET", "POST", "PUT", "DELETE"]);
    (
        method,
        vec(segment, 0..5),
        vec((text, text), 0..5),
        vec(header, 0..5),
        vec(any::<u8>(), 0..40),
    )
        .prop_map(|(method, path, query, headers, body)| {
            let path = path.join("/").replace("..", "._");
            let query: Vec<_> =
                query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
            let uri = format!("http://localhost:7448/{path}?{}", query.join("&"));
            let mut request = Request::builder().method(method).uri(uri);
            for (name, value) in headers {
                request = request.header(name, value);
            }
            request.body(Bytes::from(body)).unwrap()
        })
}
