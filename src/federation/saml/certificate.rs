//! The keys of a provider, out of its certificates.
//!
//! Metadata carries keys as certificates, and nothing but the key counts: SAML providers
//! issue them to themselves, in any version, and AWS does not look at their dates.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xA0;

/// How a signature is made: `SignatureMethod` (RFC 9231, sections 2.3.2 to 2.3.6).
#[derive(Clone, Copy)]
pub(super) struct Method(&'static dyn VerificationAlgorithm);

impl Method {
    /// RSA or ECDSA with SHA-2. SHA-1 is broken, and an HMAC could be made with a public
    /// key: neither is known here.
    pub(super) fn called(uri: &str) -> Option<Self> {
        let method: &'static dyn VerificationAlgorithm =
            match uri.strip_prefix("http://www.w3.org/2001/04/xmldsig-more#")? {
                "rsa-sha256" => &RSA_PKCS1_2048_8192_SHA256,
                "rsa-sha384" => &RSA_PKCS1_2048_8192_SHA384,
                "rsa-sha512" => &RSA_PKCS1_2048_8192_SHA512,
                "ecdsa-sha256" => &ECDSA_P256_SHA256_FIXED,
                "ecdsa-sha384" => &ECDSA_P384_SHA384_FIXED,
                "ecdsa-sha512" => &ECDSA_P521_SHA512_FIXED,
                _ => return None,
            };
        Some(Self(method))
    }

    /// Whether one of the certificates has the key that signed `bytes`.
    pub(super) fn is_by(self, certificates: &[Vec<u8>], bytes: &[u8], signature: &[u8]) -> bool {
        certificates.iter().filter_map(|certificate| public_key(certificate)).any(|key| {
            // A key of another kind does not fit the method, and verifies nothing.
            UnparsedPublicKey::new(self.0, key).verify(bytes, signature).is_ok()
        })
    }
}

/// The `subjectPublicKeyInfo` of a certificate in DER (RFC 5280, section 4.1).
fn public_key(certificate: &[u8]) -> Option<&[u8]> {
    let (certificate, _) = Value::first(certificate)?;
    let (signed, _) = Value::first(certificate.sequence()?)?;
    let (version, after) = Value::first(signed.sequence()?)?;
    let mut rest = if version.tag == VERSION { after } else { signed.sequence()? };
    // The serial number, the algorithm, the issuer, the dates, the subject.
    for _ in 0..5 {
        rest = Value::first(rest)?.1;
    }
    let (key, _) = Value::first(rest)?;
    key.sequence().map(|_| key.whole)
}

/// A value in DER (ITU-T X.690, section 8.1).
struct Value<'d> {
    tag: u8,
    whole: &'d [u8],
    content: &'d [u8],
}

impl<'d> Value<'d> {
    /// The first value, and what is behind it.
    fn first(bytes: &'d [u8]) -> Option<(Self, &'d [u8])> {
        let (&tag, after) = bytes.split_first()?;
        let (length, after) = match after {
            [length @ 0..=0x7F, after @ ..] | [0x81, length, after @ ..] => {
                (usize::from(*length), after)
            }
            [0x82, high, low, after @ ..] => (u16::from_be_bytes([*high, *low]).into(), after),
            _ => return None,
        };
        let (content, rest) = after.split_at_checked(length)?;
        let (whole, _) = bytes.split_at_checked(bytes.len().checked_sub(rest.len())?)?;
        Some((Self { tag, whole, content }, rest))
    }

    fn sequence(&self) -> Option<&'d [u8]> {
        (self.tag == SEQUENCE).then_some(self.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A certificate as far as it is looked into; its parts have no content.
    fn certificate(version: &[u8], key: &[u8]) -> Vec<u8> {
        let parts = [version, &[2, 0], &[0x30, 0], &[0x30, 0], &[0x30, 0], &[0x30, 0], key];
        let signed = sequence(&parts.concat());
        sequence(&[signed, vec![0x30, 0, 3, 0]].concat())
    }

    fn sequence(content: &[u8]) -> Vec<u8> {
        [&[SEQUENCE, 0x82, 0, u8::try_from(content.len()).unwrap()], content].concat()
    }

    #[test]
    fn the_key_is_found_in_certificates_of_any_version() {
        let key = [0x30, 0x81, 1, 7];
        assert_eq!(public_key(&certificate(&[], &key)), Some(&key[..]));
        assert_eq!(public_key(&certificate(&[VERSION, 1, 2], &key)), Some(&key[..]));
    }

    #[test]
    fn what_is_no_certificate_has_no_key() {
        let good = certificate(&[], &[0x30, 1, 7]);
        for end in 0..good.len() - 4 {
            assert_eq!(public_key(&good[..end]), None, "{end}");
        }
        assert_eq!(public_key(&certificate(&[], &[4, 1, 7])), None);
        assert_eq!(public_key(&certificate(&[], &[])), None);
        assert_eq!(public_key(&[SEQUENCE, 0x83, 0, 0, 0]), None);
    }

    #[test]
    fn broken_and_symmetric_methods_are_not_known() {
        for uri in [
            "",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
            "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256 ",
        ] {
            assert!(Method::called(uri).is_none(), "{uri}");
        }
    }
}
