//! Public keys of `SigV4A`, made of secrets, and the signatures that they know:
//! ECDSA on the curve P-256 (FIPS 186-5 section 6).

use std::fmt;

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use hmac::Mac;
use zeroize::Zeroizing;

use super::claims::Algorithm;
use super::key::keyed;
use crate::secret::Secret;

/// The order of the curve, `n`.
const ORDER: [u8; 32] = *b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
    \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";

/// `n - 2`: the next number is the greatest private key.
const GREATEST: [u8; 32] = *b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\
    \xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x4f";

const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;

/// The public key of an access key. It is the same whatever day, region or service
/// is signed for.
#[derive(Clone)]
pub struct PublicKey(ParsedPublicKey);

/// A signature in DER: two numbers of `1..n`, each in its one encoding, and nothing
/// behind them.
#[derive(Clone)]
pub struct EcdsaSignature(Box<[u8]>);

impl PublicKey {
    /// Makes the key of the access key `id`. For all but the fewest secrets, of which
    /// none was ever seen, there is one.
    pub fn derive(secret: &Secret, id: &str) -> Option<Self> {
        let private = private(secret, id)?;
        let pair = PrivateKey::from_private_key(&ECDH_P256, private.as_ref()).ok()?;
        let point = pair.compute_public_key().ok()?;
        ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).ok().map(Self)
    }

    /// The point of the curve that it is, in the uncompressed form (SEC 1 section
    /// 2.3.3).
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Whether `signature` is one of `text`, of which there are many.
    pub fn made(&self, signature: &EcdsaSignature, text: &[u8]) -> bool {
        self.0.verify_sig(text, &signature.0).is_ok()
    }
}

/// The private key of the access key `id`: the first that a counter leads to.
pub(super) fn private(secret: &Secret, id: &str) -> Option<Zeroizing<[u8; 32]>> {
    let start = Zeroizing::new([b"AWS4A", secret.expose().as_bytes()].concat());
    (1..=254).find_map(|counter| private_key(&start, id, counter))
}

/// The private key that a counter leads to, if it does: the number behind the
/// output of a KDF in counter mode (NIST SP 800-108 section 4.1), unless it is too great.
fn private_key(start: &[u8], id: &str, counter: u8) -> Option<Zeroizing<[u8; 32]>> {
    let label = Algorithm::EcdsaP256Sha256.as_str().as_bytes();
    let mut mac = keyed(start);
    for part in [&[0, 0, 0, 1], label, &[0], id.as_bytes(), &[counter], &[0, 0, 1, 0]] {
        mac.update(part);
    }
    let number = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
    (!exceeds(&number, &GREATEST)).then(|| next(number))
}

/// Whether `number` is greater than `limit`, in the same time for any.
fn exceeds(number: &[u8; 32], limit: &[u8; 32]) -> bool {
    let borrowed = number.iter().zip(limit).rev().fold(0_u16, |borrow, (number, limit)| {
        u16::from(*limit).wrapping_sub(u16::from(*number)).wrapping_sub(borrow) >> 15
    });
    borrowed == 1
}

/// The next number.
fn next(mut number: Zeroizing<[u8; 32]>) -> Zeroizing<[u8; 32]> {
    number.iter_mut().rev().fold(true, |carry, digit| {
        let (sum, carry) = digit.overflowing_add(u8::from(carry));
        *digit = sum;
        carry
    });
    number
}

impl EcdsaSignature {
    /// Two numbers of at most 33 bytes, and two bytes before each and before both.
    pub(super) const LONGEST: usize = 72;

    /// Reads DER, and no other encoding (ITU-T X.690 sections 8.3, 8.9 and 10.1).
    pub fn read(der: &[u8]) -> Option<Self> {
        let [SEQUENCE, length, numbers @ ..] = der else { return None };
        let is_whole = usize::from(*length) == numbers.len() && der.len() <= Self::LONGEST;
        let rest = after_number(after_number(numbers)?)?;
        (is_whole && rest.is_empty()).then(|| Self(der.into()))
    }
}

/// What stands behind a number of `1..n`.
fn after_number(der: &[u8]) -> Option<&[u8]> {
    let [INTEGER, length, rest @ ..] = der else { return None };
    let (number, rest) = rest.split_at_checked(usize::from(*length))?;
    let digits = match number {
        // Without the zero it would be negative.
        [0, digits @ ..] if digits.first().is_some_and(|first| *first >= 0x80) => digits,
        [0x01..=0x7f, ..] => number,
        _ => return None,
    };
    let is_below =
        digits.len() < ORDER.len() || digits.len() == ORDER.len() && digits < ORDER.as_slice();
    is_below.then_some(rest)
}

/// It tells nothing of the secret that is worth a guess, but nobody needs to see it.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl fmt::Debug for EcdsaSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minus(mut number: [u8; 32], little: u8) -> [u8; 32] {
        number[31] = number[31].wrapping_sub(little);
        number
    }

    #[test]
    fn a_key_is_derived_as_in_awss_vectors() {
        let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned());
        let key = PublicKey::derive(&secret, "AKIDEXAMPLE").unwrap();
        assert_eq!(
            hex::encode(key.as_bytes()),
            "04b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1\
             865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518"
        );
    }

    #[test]
    fn the_greatest_number_that_is_taken_is_two_below_the_order() {
        assert_eq!(GREATEST, minus(ORDER, 2));
        assert!(!exceeds(&[0; 32], &GREATEST));
        assert!(!exceeds(&GREATEST, &GREATEST));
        assert!(!exceeds(&minus(ORDER, 3), &GREATEST));
        assert!(exceeds(&minus(ORDER, 1), &GREATEST));
        assert!(exceeds(&[0xff; 32], &GREATEST));
        let mut high = GREATEST;
        (high[4], high[31]) = (1, 0);
        assert!(exceeds(&high, &GREATEST));
    }

    #[test]
    fn the_next_number_carries() {
        assert_eq!(*next(Zeroizing::new(GREATEST)), minus(ORDER, 1));
        let (mut number, mut next_number) = ([0; 32], [0; 32]);
        number[30..].copy_from_slice(&[1, 255]);
        next_number[30..].copy_from_slice(&[2, 0]);
        assert_eq!(*next(Zeroizing::new(number)), next_number);
    }

    /// DER of two numbers that are given with all their bytes.
    fn der(numbers: [&[u8]; 2]) -> Vec<u8> {
        let number = |n: &[u8]| [&[INTEGER, u8::try_from(n.len()).unwrap()], n].concat();
        let both = numbers.map(number).concat();
        [&[SEQUENCE, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
    }

    fn is_read(numbers: [&[u8]; 2]) -> bool {
        let both = [numbers, [numbers[1], numbers[0]]].map(der);
        let [one, other] = both.map(|der| EcdsaSignature::read(&der).is_some());
        assert_eq!(one, other);
        one
    }

    #[test]
    fn numbers_of_a_signature_are_below_the_order_and_not_zero() {
        let full = |number: [u8; 32]| [&[0], number.as_slice()].concat();
        assert!(is_read([&[1], &[1]]));
        assert!(is_read([&[1], &full(minus(ORDER, 1))]));
        assert!(is_read([&full(minus(ORDER, 1)), &full(minus(ORDER, 1))]));
        assert!(!is_read([&[1], &[0]]));
        assert!(!is_read([&[1], &full(ORDER)]));
        assert!(!is_read([&[1], &full([0xff; 32])]));
        assert!(!is_read([&[1], &[1; 33]]));
    }

    #[test]
    fn a_number_has_one_encoding() {
        assert!(is_read([&[1], &[0, 0x80]]));
        for number in [&[][..], &[0x80], &[0, 1], &[0, 0, 0x80], &[0xff, 1]] {
            assert!(!is_read([&[1], number]), "{number:?}");
        }
    }

    #[test]
    fn nothing_is_missing_and_nothing_follows() {
        let whole = der([&[1], &[0, 0x80]]);
        for end in 0..whole.len() {
            assert!(EcdsaSignature::read(&whole[..end]).is_none(), "{end}");
        }
        let longer = [whole.as_slice(), &[0]].concat();
        assert!(EcdsaSignature::read(&longer).is_none());
        let mut inside = longer;
        inside[1] += 1;
        assert!(EcdsaSignature::read(&inside).is_none());
        // A length in the long form, and one that is indefinite.
        let long = [&[SEQUENCE, 0x81], &whole[1..]].concat();
        assert!(EcdsaSignature::read(&long).is_none());
        let indefinite = [&[SEQUENCE, 0x80], &whole[2..], &[0, 0]].concat();
        assert!(EcdsaSignature::read(&indefinite).is_none());
        let mut other = whole;
        other[0] = 0x31;
        assert!(EcdsaSignature::read(&other).is_none());
    }
}
