//! What goes wrong in the secret, and in the key that is made of it.
//!
//! A hit tells that whoever signed knows a transform of the secret. None of these may
//! help to guess it: each keeps at least [`mangled::SAFE`] of its characters, or none at all, and
//! only other keys of the same user are tried.

mod mangled;

use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::Case;
use super::diagnosis::causes;
use super::trial::Hypothesis;
#[cfg(feature = "sigv4a")]
use crate::secret::Secret;
#[cfg(feature = "sigv4a")]
use crate::sigv4::PublicKey;
use crate::sigv4::{Algorithm, SigningKey, VerifyingKey};

causes! { Key:
    SECRET_ENDS_IN_NEWLINE, "secret-ends-in-newline",
        "The secret that the client signs with has a line end behind it.",
        "with a line end behind the secret",
        "Cut the line end off where the secret is read: from a file, an environment file, or a mounted secret.";
    SECRET_HAS_WHITE_SPACE, "secret-has-white-space",
        "The secret that the client signs with has white space around it.",
        "with white space around the secret",
        "Cut spaces and tabs off where the secret is read, and copy it again without them.";
    SECRET_HAS_BOM, "secret-has-byte-order-mark",
        "The secret that the client signs with begins with a byte order mark.",
        "with a byte order mark before the secret",
        "Save the file that holds the secret as UTF-8 without a byte order mark.";
    SECRET_HAS_PROMPT_MARK, "secret-has-shell-mark",
        "The secret that the client signs with ends in the % that a shell shows where a line has no end.",
        "with a % behind the secret",
        "Copy the secret again, without the % behind it.";
    SECRET_IN_QUOTES, "secret-in-quotes",
        "The secret that the client signs with has quotes or a comma around it.",
        "with quotes or a comma around the secret",
        "Take the quotes away: environment files and container settings keep them as part of the value.";
    SECRET_URL_ENCODED, "secret-url-encoded",
        "The secret that the client signs with is percent-encoded.",
        "with the secret percent-encoded",
        "Decode the secret once before the client gets it; it is not a part of a URL.";
    SECRET_PLUS_AS_SPACE, "secret-plus-became-space",
        "The secret that the client signs with has spaces in the place of its plus signs.",
        "with each + of the secret read as a space",
        "The secret was decoded as a form or a URL: hand it over undecoded.";
    SECRET_SLASHES_ESCAPED, "secret-slashes-escaped",
        "The secret that the client signs with has a backslash before each slash.",
        "with each / of the secret written as \\/",
        "Parse the JSON that holds the secret, instead of cutting the secret out of its text.";
    SECRET_BACKSLASHES, "secret-has-backslashes",
        "The secret that the client signs with has backslashes too many or too few.",
        "with other backslashes in the secret",
        "The secret went through one escaping too many: give it in single quotes, or by a file.";
    SECRET_HTML_ESCAPED, "secret-html-escaped",
        "The secret that the client signs with is escaped for HTML.",
        "with the secret escaped for HTML",
        "Copy the secret from where it is not escaped: &amp; stands for &.";
    SECRET_IN_BASE64, "secret-in-base64",
        "The client signs with the Base64 of the secret.",
        "with the secret in Base64",
        "Decode the secret once, as Kubernetes does with the values of a Secret's data.";
    SECRET_IN_HEX, "secret-in-hex",
        "The client signs with the secret written in hexadecimal digits.",
        "with the secret in hexadecimal digits",
        "Decode the secret once before the client gets it.";
    SECRET_CUT, "secret-cut-short",
        "The secret that the client signs with lacks its first or its last character.",
        "with a secret that lacks its first or last character",
        "Copy the secret again, whole: a double click leaves out signs at its ends.";
    SECRET_IN_OTHER_CASE, "secret-in-other-case",
        "The secret that the client signs with is all in lower case, or all in upper case.",
        "with the secret in another case",
        "Hand the secret over as it is: its upper and lower case letters differ.";
    SECRET_IS_KEY_ID, "secret-is-key-id",
        "The client signs with the id of its key in the place of the secret.",
        "with the key's id in the place of the secret",
        "Set the secret access key to the secret: the id stands there twice.";
    SECRET_MISSING, "secret-missing",
        "The client signs without a secret: what it reads is empty or a word for nothing.",
        "with an empty secret, or with a word for nothing",
        "Set the variable or setting that the client reads its secret from: it was empty when it signed.";
    SECRET_IS_DEFAULT, "secret-is-a-default",
        "The client signs with a secret from an example or a default: {}.",
        "with the well-known secret {}",
        "Give the client its own secret: the one it has is in every manual.";
    SECRET_OF_ANOTHER_KEY, "secret-of-another-key",
        "The client signs with the secret of another key of the same user: of {}.",
        "with the secret of the key {}",
        "Set id and secret together, from one key: one of them was changed without the other when keys were rotated or profiles mixed.";
    SECRET_IS_SMTP_PASSWORD, "secret-is-smtp-password",
        "The client signs with the SMTP password that is derived from the secret.",
        "with the SES SMTP password in the place of the secret",
        "Use the secret access key itself: the SMTP password is for SMTP only.";
    SECRET_IN_UTF16, "secret-in-utf-16",
        "The client signs with the secret in UTF-16.",
        "with the secret in UTF-16",
        "Turn the secret into bytes as UTF-8 before it is hashed.";
    KEY_WITHOUT_PREFIX, "key-without-aws4",
        "The signing key is derived from the secret without AWS4 before it.",
        "without AWS4 before the secret",
        "Derive the key from the letters AWS4 and the secret behind them.";
    KEY_WITH_PREFIX_TWICE, "key-with-aws4-twice",
        "The signing key is derived with AWS4 before the secret twice.",
        "with AWS4 before the secret twice",
        "Put AWS4 before the secret once; the library does it already.";
    KEY_CHAINED_IN_HEX, "key-chained-in-hex",
        "The signing key is derived from hexadecimal digits in the place of bytes.",
        "with each step of the key's derivation fed on as hexadecimal digits",
        "Feed the raw 32 bytes of each HMAC into the next; write only the last one in hexadecimal.";
    KEY_AND_DATA_SWAPPED, "key-and-data-swapped",
        "Key and data of the HMACs are swapped.",
        "with key and data of each HMAC swapped",
        "Swap the two arguments of the HMAC: the running key is the key, the date, region or service the data.";
    KEY_WITHOUT_TERMINATOR, "key-without-terminator",
        "The last step of the key's derivation, aws4_request, is missing.",
        "with a key that lacks the step aws4_request",
        "Derive the key in four steps: date, region, service, and aws4_request.";
    KEY_NOT_DERIVED, "key-not-derived",
        "The string to sign is signed with the secret itself.",
        "with the secret itself as the key",
        "Derive the signing key first, in four steps: date, region, service, and aws4_request.";
}

/// How many other keys of a user are tried.
const SIBLINGS: usize = 4;

/// How many key pairs are made.
const PAIRS: usize = 4;

/// Words for nothing that programs make of what is not set.
const NOTHING: &[&str] = &[
    "",
    "undefined",
    "null",
    "NULL",
    "None",
    "none",
    "nil",
    "<nil>",
    "(null)",
    "NaN",
    "false",
    "true",
    "[object Object]",
    "\"\"",
    "''",
    "***",
    "****",
    "$AWS_SECRET_ACCESS_KEY",
    "${AWS_SECRET_ACCESS_KEY}",
    "$(AWS_SECRET_ACCESS_KEY)",
    "%AWS_SECRET_ACCESS_KEY%",
    "{{AWS_SECRET_ACCESS_KEY}}",
    "process.env.AWS_SECRET_ACCESS_KEY",
];

/// Secrets that are no secrets: of manuals, and defaults of other servers.
const KNOWN: &[&str] = &[
    "test",
    "testing",
    "minioadmin",
    "dummy",
    "fake",
    "foo",
    "bar",
    "foobar",
    "minio123",
    "localstack",
    "changeme",
    "dummykey",
    "mock",
    "1234",
    "secretkey",
    "accessSecret",
    "secret",
    "password",
    "local",
    "x",
    "fakeSecretAccessKey",
    "YOUR_SECRET_ACCESS_KEY",
    "YOUR_SECRET_KEY",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
];

/// The day, service and message that an SMTP password is made of, and what is put before it
/// (Amazon SES Developer Guide, "Obtaining Amazon SES SMTP credentials").
const SMTP: ([&str; 2], &[u8], u8) = (["11111111", "ses"], b"SendRawEmail", 0x04);

/// What was put before it when it was made of the secret alone.
const SMTP_BEFORE: u8 = 0x02;

type Bytes = Zeroizing<Vec<u8>>;

/// What may go wrong with the key of `case`, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>) -> Vec<Hypothesis> {
    let made_for = MadeFor::of(case);
    let secret = case.key.secret().expose();
    let siblings = case.siblings.iter().take(SIBLINGS).map(|sibling| {
        let key = made_for.key(sibling.secret().expose().as_bytes());
        Hypothesis::of(SECRET_OF_ANOTHER_KEY).told(sibling.id().to_owned()).key(key)
    });
    let mangled = mangled::secrets(secret)
        .into_iter()
        .filter(|(_, other)| other.as_slice() != secret.as_bytes());
    let mangled = mangled.take(made_for.most_keys());
    let mangled = mangled.map(|(cause, other)| Hypothesis::of(cause).key(made_for.key(&other)));
    let mut found: Vec<_> = siblings.chain(mangled).collect();
    if made_for.algorithm != Algorithm::HmacSha256 {
        return found;
    }
    found.extend(strangers(case).map(|(cause, detail)| {
        Hypothesis::of(cause).told(detail).key(made_for.key(detail.as_bytes()))
    }));
    let id = made_for.key(case.key.id().as_bytes());
    found.push(Hypothesis::of(SECRET_IS_KEY_ID).key(id));
    found.extend(derivations(secret.as_bytes(), &made_for));
    found
}

fn bytes(text: String) -> Bytes {
    Zeroizing::new(text.into_bytes())
}

/// What has nothing to do with the secret: it tells nothing of it.
fn strangers(case: &Case<'_>) -> impl Iterator<Item = (&'static super::Cause, &'static str)> {
    let own = case.key.secret().expose();
    let nothing = NOTHING.iter().map(|word| (SECRET_MISSING, *word));
    let known = KNOWN.iter().map(|word| (SECRET_IS_DEFAULT, *word));
    nothing.chain(known).filter(move |(_, word)| *word != own)
}

/// The secret is right, but not what is made of it.
fn derivations(secret: &[u8], made_for: &MadeFor<'_>) -> Vec<Hypothesis> {
    let start = Zeroizing::new([b"AWS4", secret].concat());
    let twice = Zeroizing::new([b"AWS4AWS4", secret].concat());
    let [day, region, service] = made_for.scope;
    let three = [day, region, service];
    let small = Zeroizing::new([b"aws4", secret].concat());
    let text = String::from_utf8_lossy(&start);
    let wide = Zeroizing::new(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let steps = made_for.steps();
    let last = bytes(
        data_encoding::HEXLOWER
            .encode(SigningKey::chain(&start, &three).sign(b"aws4_request").as_ref()),
    );
    let mut found: Vec<_> = smtp_passwords(secret, &start, region)
        .into_iter()
        .map(|password| (SECRET_IS_SMTP_PASSWORD, made_for.mac_key(&password)))
        .collect();
    found.extend([
        (KEY_WITHOUT_PREFIX, SigningKey::chain(secret, &steps)),
        (KEY_WITHOUT_PREFIX, SigningKey::chain(&small, &steps)),
        (KEY_CHAINED_IN_HEX, SigningKey::chain(&last, &[])),
        (SECRET_IN_UTF16, SigningKey::chain(&wide, &steps)),
        (KEY_WITH_PREFIX_TWICE, SigningKey::chain(&twice, &made_for.steps())),
        (KEY_CHAINED_IN_HEX, in_hex(&start, &made_for.steps())),
        (KEY_AND_DATA_SWAPPED, swapped(&start, &made_for.steps())),
        (KEY_WITHOUT_TERMINATOR, SigningKey::chain(&start, &three)),
        (KEY_NOT_DERIVED, SigningKey::chain(secret, &[])),
        (KEY_NOT_DERIVED, SigningKey::chain(&start, &[])),
    ]);
    let of = |(cause, key)| Hypothesis::of(cause).key(VerifyingKey::HmacSha256(key));
    found.into_iter().map(of).collect()
}

fn in_hex(start: &[u8], steps: &[&str]) -> SigningKey {
    let mut key = Zeroizing::new(start.to_vec());
    for step in steps {
        let digest = Zeroizing::new(SigningKey::chain(&key, &[]).sign(step.as_bytes()));
        key = bytes(data_encoding::HEXLOWER.encode(digest.as_ref()));
    }
    SigningKey::chain(&key, &[])
}

fn swapped(start: &[u8], steps: &[&str]) -> SigningKey {
    let mut key = Zeroizing::new(start.to_vec());
    for step in steps {
        key = Zeroizing::new(SigningKey::chain(step.as_bytes(), &[]).sign(&key).to_vec());
    }
    SigningKey::chain(&key, &[])
}

/// The SMTP passwords of a secret: of the region that is asked and of those where SES began, and
/// the one that was made before there were regions in it.
fn smtp_passwords(secret: &[u8], start: &[u8], region: &str) -> Vec<Bytes> {
    let ([day, service], message, version) = SMTP;
    let password = |version: u8, key: SigningKey| {
        let signed = Zeroizing::new([&[version], key.sign(message).as_slice()].concat());
        bytes(BASE64.encode(&signed))
    };
    let regions = [region, "us-east-1", "us-west-2", "eu-west-1"];
    let of = |region| SigningKey::chain(start, &[day, region, service, "aws4_request"]);
    let mut found: Vec<_> =
        regions.into_iter().map(|region| password(version, of(region))).collect();
    found.push(password(SMTP_BEFORE, SigningKey::chain(secret, &[])));
    found
}

/// What a key is made for.
#[derive(Clone, Copy, Debug)]
pub(super) struct MadeFor<'c> {
    pub(super) algorithm: Algorithm,
    #[cfg(feature = "sigv4a")]
    pub(super) id: &'c str,
    pub(super) scope: [&'c str; 3],
}

impl<'c> MadeFor<'c> {
    pub(super) fn of(case: &Case<'c>) -> Self {
        let credential = case.presented.credential();
        let region = credential.region().unwrap_or_default();
        Self {
            algorithm: case.presented.algorithm(),
            #[cfg(feature = "sigv4a")]
            id: case.presented.key_id(),
            scope: [credential.date(), region, credential.service()],
        }
    }

    fn steps(&self) -> [&'c str; 4] {
        let [day, region, service] = self.scope;
        [day, region, service, "aws4_request"]
    }

    /// How many keys are made: a pair costs as much as a hundred of the others.
    fn most_keys(&self) -> usize {
        if self.algorithm == Algorithm::HmacSha256 { usize::MAX } else { PAIRS }
    }

    /// The key of a secret that may be anything.
    pub(super) fn key(&self, secret: &[u8]) -> VerifyingKey {
        match self.algorithm {
            Algorithm::HmacSha256 => VerifyingKey::HmacSha256(self.mac_key(secret)),
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => VerifyingKey::EcdsaP256Sha256(self.pair(secret)),
        }
    }

    fn mac_key(&self, secret: &[u8]) -> SigningKey {
        let start = Zeroizing::new([b"AWS4", secret].concat());
        SigningKey::chain(&start, &self.steps())
    }

    #[cfg(feature = "sigv4a")]
    fn pair(&self, secret: &[u8]) -> Option<PublicKey> {
        let secret = Secret::new(std::str::from_utf8(secret).ok()?.to_owned());
        PublicKey::derive(&secret, self.id)
    }
}
