//! AWS's words for each refusal, side by side, in the order of the checks.

use std::borrow::Cow;
use std::fmt::Write;

use http::StatusCode;

use super::claims::Algorithm;
use super::refusal::{Bound, Echo, Lacking, Misscoped, Refusal, Skew};
use crate::error::{Code, Error};

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. \
    Check your AWS Secret Access Key and signing method. \
    Consult the service documentation for details.";

impl Refusal {
    /// What the caller is told: nothing where AWS answers without an error document.
    pub fn error(&self) -> Option<Error> {
        self.code().map(|code| Error::new(code, self.message()))
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match (self, self.code()) {
            (_, Some(code)) => code.status(),
            (Self::BadPath, None) => StatusCode::BAD_REQUEST,
            (Self::NoCall, None) => StatusCode::FOUND,
            (_, None) => StatusCode::FORBIDDEN,
        }
    }

    fn code(&self) -> Option<Code> {
        Some(match self {
            Self::BadPath | Self::NoCall | Self::ContentType => return None,
            Self::TooMuch(_) => Code::RequestEntityTooLarge,
            Self::BadQuery(_) => Code::MalformedQueryString,
            Self::Unsigned | Self::QueryAlgorithm => Code::MissingAuthenticationToken,
            Self::Algorithm(_)
            | Self::NoPair { .. }
            | Self::Twice(_)
            | Self::HeaderLacks(..)
            | Self::QueryLacks(_)
            | Self::BadDate(_)
            | Self::BadExpires
            | Self::BadCredential(..) => Code::IncompleteSignature,
            Self::Undeclared | Self::ParameterDiffers(_) => Code::InvalidRequest,
            Self::PresentNotSigned | Self::PresignedExpired | Self::PresignedTooEarly => {
                Code::AccessDenied
            }
            Self::SessionExpired => Code::ExpiredToken,
            Self::WrongToken | Self::TokenMissing | Self::UnknownKey | Self::InactiveKey => {
                Code::InvalidClientTokenId
            }
            Self::BothForms
            | Self::HostNotSigned
            | Self::NotSigned(_)
            | Self::Expired(_)
            | Self::NotYetCurrent(_)
            | Self::OutOfScope(_)
            | Self::Mismatch(_) => Code::SignatureDoesNotMatch,
        })
    }

    fn message(&self) -> Cow<'static, str> {
        let fixed = match self {
            Self::BadPath | Self::NoCall | Self::ContentType | Self::BothForms => "",
            Self::TooMuch(bound) => return too_much(*bound).into(),
            Self::BadQuery(escape) => return escape.to_string().into(),
            Self::Unsigned | Self::QueryAlgorithm => "Request is missing Authentication Token",
            Self::Algorithm(name) => {
                return format!("Unsupported AWS 'algorithm': '{name}'.").into();
            }
            Self::NoPair { word, header } => return no_pair(word, header).into(),
            Self::Twice(name) => return format!("'{name}' must be given exactly once.").into(),
            Self::HeaderLacks(algorithm, lacking) => {
                return header_lacks(*algorithm, *lacking).into();
            }
            Self::QueryLacks(lacking) => return query_lacks(*lacking).into(),
            Self::HostNotSigned => {
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
            }
            Self::NotSigned(name) => return not_signed(name).into(),
            Self::PresentNotSigned => {
                "There were headers present in the request which were not signed"
            }
            Self::Undeclared => "Missing required header for this request: x-amz-content-sha256",
            Self::ParameterDiffers(name) => return differs(name).into(),
            Self::BadDate(text) => return bad_date(text).into(),
            Self::BadExpires => {
                "X-Amz-Expires must be a number of seconds, at least 1 and at most 604800."
            }
            Self::Expired(skew) => return expired(*skew).into(),
            Self::NotYetCurrent(skew) => return not_yet_current(*skew).into(),
            Self::PresignedExpired => "Request has expired",
            Self::PresignedTooEarly => "Request is not valid yet",
            Self::BadCredential(algorithm, text) => {
                return bad_credential(*algorithm, text).into();
            }
            Self::OutOfScope(wrong) => return out_of_scope(wrong).into(),
            Self::WrongToken => "The security token included in the request is invalid",
            Self::SessionExpired => "The security token included in the request is expired",
            Self::TokenMissing | Self::UnknownKey | Self::InactiveKey => {
                "The security token included in the request is invalid."
            }
            Self::Mismatch(_) => MISMATCH,
        };
        fixed.into()
    }
}

fn too_much(bound: Bound) -> String {
    let what = match bound {
        Bound::Target => "bytes of request target",
        Bound::HeaderBytes => "bytes of headers",
        Bound::Headers => "headers",
        Bound::Parameters => "query parameters",
        Bound::SignedHeaders => "signed headers",
        Bound::RegionSet => "bytes of region set",
    };
    format!("At most {} {what} are allowed.", bound.limit())
}

fn header_lacks(algorithm: Algorithm, lacking: Lacking) -> String {
    let mut sentences = String::new();
    for (is_missing, name) in [
        (lacking.credential, "Credential"),
        (lacking.signature, "Signature"),
        (lacking.signed_headers, "SignedHeaders"),
    ] {
        if is_missing {
            let _ = write!(sentences, "Authorization header requires '{name}' parameter. ");
        }
    }
    if lacking.date {
        sentences.push_str(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
        );
    }
    if lacking.region_set {
        sentences
            .push_str("Authorization header requires existence of a 'X-Amz-Region-Set' header. ");
    }
    // The header's parameters are not echoed: AWS once printed credentials here.
    let _ = write!(sentences, "Authorization={}", algorithm.as_str());
    sentences
}

fn query_lacks(lacking: Lacking) -> String {
    let mut sentences = String::new();
    for (is_missing, name) in [
        (lacking.credential, "X-Amz-Credential"),
        (lacking.signature, "X-Amz-Signature"),
        (lacking.signed_headers, "X-Amz-SignedHeaders"),
        (lacking.date, "X-Amz-Date"),
        (lacking.region_set, "X-Amz-Region-Set"),
    ] {
        if is_missing {
            let _ = write!(sentences, "AWS query-string parameters must include '{name}'. ");
        }
    }
    sentences.push_str("Re-examine the query-string parameters.");
    sentences
}

fn no_pair(word: &Echo, header: &Echo) -> String {
    format!(
        "'{word}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'."
    )
}

fn not_signed(name: &Echo) -> String {
    format!("'{name}' must be a 'SignedHeader' in the AWS Authorization.")
}

fn differs(name: &Echo) -> String {
    format!("The parameter '{name}' and the header of its name differ.")
}

fn bad_date(text: &Echo) -> String {
    format!(
        "Date must be in ISO-8601 'basic format'. Got '{text}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )
}

fn expired(Skew { at, now, minutes }: Skew) -> String {
    let limit = now.plus(window(minutes).saturating_neg()).basic();
    format!(
        "Signature expired: {} is now earlier than {limit} ({} - {minutes} min.)",
        at.basic(),
        now.basic()
    )
}

fn not_yet_current(Skew { at, now, minutes }: Skew) -> String {
    let limit = now.plus(window(minutes)).basic();
    format!(
        "Signature not yet current: {} is still later than {limit} ({} + {minutes} min.)",
        at.basic(),
        now.basic()
    )
}

fn window(minutes: u8) -> i64 {
    i64::from(minutes).saturating_mul(60)
}

fn bad_credential(algorithm: Algorithm, text: &Echo) -> String {
    let (count, example) = if algorithm.scopes_region() {
        (5, "keyid/date/region/service/term")
    } else {
        (4, "keyid/date/service/term")
    };
    format!(
        "Credential must have exactly {count} slash-delimited elements, e.g. {example}, got '{text}'"
    )
}

fn out_of_scope(wrong: &Misscoped) -> String {
    let mut sentences = String::new();
    if wrong.region {
        sentences.push_str("Credential should be scoped to a valid region. ");
    }
    if let Some(service) = &wrong.service {
        let _ = write!(sentences, "Credential should be scoped to correct service: '{service}'. ");
    }
    if let Some(term) = &wrong.terminator {
        let _ = write!(
            sentences,
            "Credential should be scoped with a valid terminator: 'aws4_request', not '{term}'. "
        );
    }
    if let Some((scope, stamp)) = &wrong.date {
        let day = stamp.get(..8).unwrap_or_default();
        let _ = write!(
            sentences,
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
             '{scope}' != '{day}', from '{stamp}'."
        );
    }
    sentences
}
