//! What a signed request says that it is signed for, whether it is signed well or not.

use std::borrow::Cow;
use std::fmt;

use crate::request::Request;
use crate::sigv4::{Algorithm, Query, Stamp};

/// The parts of a signature that tell how the rest of it is to be read.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Claimed {
    /// The id of the key.
    pub key_id: Option<String>,
    /// The region, where the scope names one.
    pub region: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The time.
    pub stamp: Option<Stamp>,
    /// The signature.
    pub signature: Option<String>,
    /// The session token.
    pub token: Option<String>,
    /// Whether there is anything of a signature.
    pub is_signed: bool,
}

/// The signature and the token stay out of logs.
impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed")
            .field("key_id", &self.key_id)
            .field("region", &self.region)
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

impl Claimed {
    /// Reads what there is, as far as it is there.
    pub fn of(request: &Request) -> Self {
        let headers = request.raw_headers();
        let head = request.head(&headers);
        let query = Query::parse(head.query()).unwrap_or_default();
        let parameter = |name: &[u8]| {
            let value = query.parameters().find(|(other, _)| other.as_ref() == name);
            value.map(|(_, value)| String::from_utf8_lossy(&value).into_owned())
        };
        let header = request.header("authorization").map(String::from_utf8_lossy);
        let in_header = header.as_deref().and_then(|header| value(header, "Credential="));
        let credential = in_header.map(str::to_owned).or_else(|| parameter(b"X-Amz-Credential"));
        let signature = header.as_deref().and_then(|header| value(header, "Signature="));
        let token = request.header("x-amz-security-token").map(<[u8]>::trim_ascii);
        let token = token.map(|token| String::from_utf8_lossy(token).into_owned());
        let algorithm = parameter(b"X-Amz-Algorithm");
        let named = header.as_deref().map(str::trim_start).or(algorithm.as_deref());
        let has_region = named.is_none_or(has_region);
        Self {
            stamp: stamp(request, parameter(b"X-Amz-Date")),
            signature: signature.map(str::to_owned).or_else(|| parameter(b"X-Amz-Signature")),
            token: token.or_else(|| parameter(b"X-Amz-Security-Token")),
            is_signed: header.is_some() || algorithm.is_some(),
            ..credential.as_deref().map(|text| Self::read(text, has_region)).unwrap_or_default()
        }
    }

    fn read(credential: &str, has_region: bool) -> Self {
        let mut parts = credential.rsplit('/').skip(1).map(str::to_owned);
        let service = parts.next();
        let region = if has_region { parts.next() } else { None };
        let key_id = credential.split('/').next().map(str::to_owned);
        Self { key_id, region, service, ..Self::default() }
    }
}

fn has_region(named: &str) -> bool {
    let without = Algorithm::ALL.iter().filter(|algorithm| !algorithm.scopes_region());
    !without.into_iter().any(|algorithm| named.starts_with(algorithm.as_str()))
}

/// What stands behind `name` in an `Authorization`.
fn value<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let (_, rest) = header.split_once(name)?;
    rest.split([',', ' ']).next().filter(|text| !text.is_empty())
}

/// The time that counts, read as the verifier reads it.
fn stamp(request: &Request, parameter: Option<String>) -> Option<Stamp> {
    let header = |name| request.header(name).map(<[u8]>::trim_ascii).map(Cow::Borrowed);
    if let Some(parameter) = parameter {
        return Stamp::basic(parameter.as_bytes());
    }
    match header("x-amz-date") {
        Some(value) => Stamp::amz_date(&value),
        None => header("date").and_then(|value| Stamp::date(&value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claimed(text: &str) -> Claimed {
        Claimed::of(&Request::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn what_is_claimed_is_read_in_both_forms() {
        let header = "GET /\nX-Amz-Date: 20150830T123600Z\n\
            Authorization: AWS4-HMAC-SHA256 Credential=A/20150830/eu-west-1/sts/aws4_request, Signature=x\n\
            X-Amz-Security-Token: t/";
        let query = "GET /?X-Amz-Credential=A%2F20150830%2Feu-west-1%2Fsts%2Faws4_request\
            &X-Amz-Date=20150830T123600Z&X-Amz-Algorithm=AWS4-HMAC-SHA256\
            &X-Amz-Signature=x&X-Amz-Security-Token=t%2F";
        for text in [header, query] {
            let Claimed { key_id, region, service, stamp, signature, token, is_signed } =
                claimed(text);
            assert_eq!(key_id.as_deref(), Some("A"));
            assert_eq!((region.as_deref(), service.as_deref()), (Some("eu-west-1"), Some("sts")));
            assert_eq!(stamp.unwrap().as_str(), "20150830T123600Z");
            assert_eq!((signature.as_deref(), token.as_deref()), (Some("x"), Some("t/")));
            assert!(is_signed);
        }
    }

    #[test]
    fn of_a_scope_without_a_region_the_service_is_read() {
        let text =
            "GET /\nAuthorization: AWS4-ECDSA-P256-SHA256 Credential=A/20150830/sts/aws4_request";
        let Claimed { region, service, .. } = claimed(text);
        let is_known = Algorithm::ALL.len() > 1;
        assert_eq!((region.is_none(), service.as_deref()), (is_known, Some("sts")));
    }

    #[test]
    fn what_is_not_there_is_not_made_up() {
        assert_eq!(claimed("GET /?X-Amz-%zz"), Claimed::default());
        assert!(claimed("GET /\nAuthorization: Basic x").is_signed);
    }
}
