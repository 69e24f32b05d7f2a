//! Whether the signature of a request is good, and what proves what about it.

use data_encoding::HEXLOWER;

use super::subject::Subject;
use crate::doctor::{Budget, Case, Diagnosis, examine, recognize};
use crate::secret::Secret;
use crate::sigv4::{Algorithm, Head, Presented, Refusal, Signer, SigningKey, Verifier};
#[cfg(feature = "sigv4a")]
use crate::sigv4::{EcdsaSignature, PublicKey};

/// What came of a verification.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) signer: Result<Signer, Refusal>,
    /// Why it is not good, where it is not.
    pub(super) diagnosis: Option<Diagnosis>,
    /// Whether a token was held against one that is not the request's own.
    pub(super) is_token_taken: bool,
}

impl Verdict {
    /// Verifies the request as a server does that knows this secret.
    pub(super) fn of(subject: &Subject<'_>, secret: &Secret) -> Self {
        let request = subject.request();
        let headers = request.raw_headers();
        let head = request.head(&headers);
        let presented = match Presented::read(head, &subject.rules, subject.time()) {
            Ok(presented) => presented,
            Err(refusal) => return Self::refused(refusal, &head),
        };
        let key = subject.key_for(&presented, secret);
        let verifier = Verifier::keeping(1);
        let signer = presented
            .in_scope(&subject.rules)
            .and_then(|scoped| verifier.verify(&scoped, &request.body, Some(&key)));
        let (rules, body) = (&subject.rules, request.body.as_slice());
        let case =
            Case { presented: &presented, rules, body, key: &key, siblings: &[], port: None };
        let diagnosis = match &signer {
            Ok(_) => None,
            Err(Refusal::Mismatch(_)) => Some(examine(&case, Budget::COMMAND)),
            Err(refusal) => Some(recognize(refusal, &head)),
        };
        let is_token_taken = presented.token().is_some() && subject.key.token.is_none();
        Self { signer, diagnosis, is_token_taken }
    }

    fn refused(refusal: Refusal, head: &Head<'_>) -> Self {
        let diagnosis = Some(recognize(&refusal, head));
        Self { signer: Err(refusal), diagnosis, is_token_taken: false }
    }

    pub(super) fn is_good(&self) -> bool {
        self.signer.is_ok()
    }
}

/// Whether `digits` are a signature of `text` by this secret, in the scope that the request
/// names.
pub(super) fn is_made(
    presented: &Presented<'_>,
    secret: &Secret,
    (text, digits): (&[u8], &str),
) -> bool {
    let credential = presented.credential();
    match presented.algorithm() {
        Algorithm::HmacSha256 => {
            let region = credential.region().unwrap_or_default();
            let made_for = [credential.date(), region, credential.service()];
            let mac = SigningKey::derive(secret, made_for).sign(text);
            Secret::new(HEXLOWER.encode(&mac)).is(digits)
        }
        #[cfg(feature = "sigv4a")]
        Algorithm::EcdsaP256Sha256 => {
            let signature = HEXLOWER.decode(digits.as_bytes()).ok();
            let signature = signature.and_then(|der| EcdsaSignature::read(&der));
            let key = PublicKey::derive(secret, presented.key_id());
            key.zip(signature).is_some_and(|(key, signature)| key.made(&signature, text))
        }
    }
}
