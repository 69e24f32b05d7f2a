//! One short word for each refusal, for metrics and logs: stable, and nothing of
//! what the client wrote.

use super::refusal::{Bound, Cause, Refusal};

impl Refusal {
    /// The word for this refusal.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::TooMuch(bound) => bound.reason(),
            Self::BadPath => "bad_path",
            Self::NoCall => "no_call",
            Self::ContentType => "content_type",
            Self::BadQuery(_) => "bad_query",
            Self::BothForms => "both_forms",
            Self::Unsigned => "unsigned",
            Self::QueryAlgorithm => "query_algorithm",
            Self::Algorithm(_) => "algorithm",
            Self::NoPair { .. } => "no_pair",
            Self::Twice(_) => "twice",
            Self::HeaderLacks(..) => "header_lacks",
            Self::QueryLacks(_) => "query_lacks",
            Self::HostNotSigned => "host_not_signed",
            Self::NotSigned(_) | Self::PresentNotSigned => "header_not_signed",
            Self::Undeclared => "payload_undeclared",
            Self::ParameterDiffers(_) => "parameter_differs",
            Self::BadDate(_) => "bad_date",
            Self::BadExpires => "bad_expires",
            Self::Expired(_) | Self::PresignedExpired => "expired",
            Self::NotYetCurrent(_) | Self::PresignedTooEarly => "not_yet_current",
            Self::BadCredential(..) => "bad_credential",
            Self::OutOfScope(_) => "out_of_scope",
            Self::WrongToken => "wrong_token",
            Self::SessionExpired => "session_expired",
            Self::TokenMissing => "token_missing",
            Self::UnknownKey => "unknown_key",
            Self::InactiveKey => "inactive_key",
            Self::Mismatch(cause) => cause.reason(),
        }
    }
}

impl Bound {
    const fn reason(self) -> &'static str {
        match self {
            Self::Target => "target_too_long",
            Self::HeaderBytes => "headers_too_long",
            Self::Headers => "too_many_headers",
            Self::Parameters => "too_many_parameters",
            Self::SignedHeaders => "too_many_signed_headers",
            Self::RegionSet => "region_set_too_long",
        }
    }
}

impl Cause {
    const fn reason(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::NoSignature => "no_signature",
            Self::Payload => "payload",
            Self::SignedHeaders => "signed_headers",
            Self::AbsentHeader => "absent_header",
        }
    }
}
