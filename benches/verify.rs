//! One verification beside the bare SHA-256 and HMAC of the same bytes: the
//! signing key at hand, and made anew.
#![expect(clippy::unwrap_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use countersign::clock::Time;
use countersign::secret::Secret;
use countersign::sigv4::{Head, Key, PayloadLine, Presented, Reading, Rules, SigningKey, Verifier};
use criterion::{Criterion, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderValue, Method, Uri};
use sha2::{Digest, Sha256};

const NOW: Time = Time::from_unix(1_440_938_160);
const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const BODY: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";

/// The headers of boto3 that are signed, and some that are not.
const HEADERS: [(&str, &str); 7] = [
    ("host", "localhost:7448"),
    ("accept-encoding", "identity"),
    ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
    ("user-agent", "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.0 os/linux lang/python#3.11.7"),
    ("x-amz-date", "20150830T123600Z"),
    ("amz-sdk-request", "attempt=1"),
    ("content-length", "43"),
];

/// A request as hyper hands it over.
struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    rules: Rules,
    key: Key,
}

/// The bytes that no verification can do without hashing.
struct Floor {
    canonical_request: Vec<u8>,
    string_to_sign: Vec<u8>,
    mac: Hmac<Sha256>,
}

impl Request {
    fn signed() -> Self {
        let mut request = Self {
            method: Method::POST,
            uri: Uri::from_static("/"),
            headers: HEADERS
                .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
                .into_iter()
                .collect(),
            rules: Rules::query("sts"),
            key: Key::new(KEY_ID, 1, Secret::new(SECRET.to_owned())),
        };
        request.authorize(&[0; 32]);
        let string_to_sign = Floor::of(&request).string_to_sign;
        request.authorize(&signing_key().sign(&string_to_sign));
        request
    }

    fn authorize(&mut self, signature: &[u8; 32]) {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={KEY_ID}/20150830/us-east-1/sts/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, Signature={}",
            hex::encode(signature)
        );
        self.headers.insert("authorization", value.parse().unwrap());
    }

    fn presented(&self) -> Presented<'_> {
        let head = Head::new(&self.method, &self.uri, &self.headers);
        Presented::read(head, &self.rules, NOW).unwrap()
    }

    fn verify(&self, verifier: &Verifier) {
        let presented = self.presented();
        let scoped = presented.in_scope(&self.rules).unwrap();
        black_box(verifier.verify(&scoped, black_box(BODY), Some(&self.key)).unwrap());
    }
}

impl Floor {
    fn of(request: &Request) -> Self {
        let presented = request.presented();
        let payload = PayloadLine::of(BODY);
        let (canonical_request, _) =
            presented.canonical_request(&request.rules, &payload, Reading::ALL[0]);
        let string_to_sign = presented.string_to_sign(&canonical_request);
        let mac = Hmac::new_from_slice(SECRET.as_bytes()).unwrap();
        Self { canonical_request, string_to_sign, mac }
    }

    /// The body, the canonical request, and the MAC of the string to sign.
    fn hash(&self) {
        black_box(Sha256::digest(black_box(BODY)));
        black_box(Sha256::digest(black_box(&self.canonical_request)));
        let mac = self.mac.clone().chain_update(black_box(&self.string_to_sign));
        black_box(mac.finalize());
    }
}

fn signing_key() -> SigningKey {
    SigningKey::derive(&Secret::new(SECRET.to_owned()), ["20150830", "us-east-1", "sts"])
}

/// The same by a key pair, beside the bare ECDSA of its string to sign.
#[cfg(feature = "sigv4a")]
mod by_pair {
    use std::hint::black_box;

    use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
    use aws_sigv4::sign::v4a::{calculate_signature, generate_signing_key};
    use countersign::secret::Secret;
    use countersign::sigv4::{PublicKey, Rules, Verifier};
    use criterion::Criterion;
    use http::HeaderValue;

    use super::{Floor, KEY_ID, Request, SECRET};

    fn signed() -> (Request, Vec<u8>, String) {
        let mut request = Request::signed();
        request.rules = Rules::query("sts").taking_sigv4a();
        request.headers.insert("x-amz-region-set", HeaderValue::from_static("*"));
        let authorize = |request: &mut Request, signature: &str| {
            let value = format!(
                "AWS4-ECDSA-P256-SHA256 Credential={KEY_ID}/20150830/sts/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date;x-amz-region-set, Signature={signature}"
            );
            request.headers.insert("authorization", value.parse().unwrap());
        };
        authorize(&mut request, "");
        let text = Floor::of(&request).string_to_sign;
        let signature = calculate_signature(generate_signing_key(KEY_ID, SECRET), &text);
        authorize(&mut request, &signature);
        (request, text, signature)
    }

    pub(super) fn benchmark(criterion: &mut Criterion) {
        let (request, text, signature) = signed();
        let signature = hex::decode(signature).unwrap();
        let secret = Secret::new(SECRET.to_owned());
        let point = PublicKey::derive(&secret, KEY_ID).unwrap().as_bytes().to_vec();
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).unwrap();
        let private = generate_signing_key(KEY_ID, SECRET).as_ref().to_vec();
        let bare = || key.verify_sig(black_box(&text), black_box(&signature)).unwrap();
        let verifier = Verifier::default();

        let mut group = criterion.benchmark_group("verify by a key pair");
        group.bench_function("bare ECDSA, key cached", |bencher| bencher.iter(bare));
        group.bench_function("verification, key cached", |bencher| {
            bencher.iter(|| request.verify(&verifier));
        });
        group.bench_function("bare ECDSA, key cold", |bencher| {
            bencher.iter(|| {
                let pair = PrivateKey::from_private_key(&ECDH_P256, black_box(&private)).unwrap();
                black_box(pair.compute_public_key().unwrap());
                bare();
            });
        });
        group.bench_function("verification, key cold", |bencher| {
            bencher.iter(|| {
                verifier.forget(KEY_ID);
                request.verify(&verifier);
            });
        });
        group.finish();
    }
}

#[cfg(feature = "sigv4a")]
criterion_group!(benches, benchmark, by_pair::benchmark);
#[cfg(not(feature = "sigv4a"))]
criterion_group!(benches, benchmark);
criterion_main!(benches);

fn benchmark(criterion: &mut Criterion) {
    let request = Request::signed();
    let floor = Floor::of(&request);
    let mut group = criterion.benchmark_group("verify");
    group.bench_function("hash floor, key cached", |bencher| bencher.iter(|| floor.hash()));
    let verifier = Verifier::default();
    group.bench_function("verification, key cached", |bencher| {
        bencher.iter(|| request.verify(&verifier));
    });
    group.bench_function("hash floor, key cold", |bencher| {
        bencher.iter(|| {
            black_box(signing_key());
            floor.hash();
        });
    });
    group.bench_function("verification, key cold", |bencher| {
        bencher.iter(|| {
            verifier.forget(KEY_ID);
            request.verify(&verifier);
        });
    });
    group.bench_function("reading the head alone", |bencher| {
        bencher.iter(|| black_box(request.presented()));
    });
    group.finish();
}
