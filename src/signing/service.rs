//! How a service wants its requests signed.

use crate::sigv4::{Payload, Rules};

/// The kinds of services.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    /// Forms in, as IAM and STS have it.
    Query,
    /// Any method and any body.
    Rest,
    /// S3's own way with paths and bodies.
    S3,
}

/// Services that want more of a request than a signature: POST of a form, or GET with an
/// `Action`.
const QUERY: &[&str] = &["iam", "sts"];

const S3: &[&str] = &["s3", "s3express", "s3-object-lambda", "s3-outposts"];

/// Services whose clients may add the session token after signing.
const LATE_TOKENS: &[&str] = &["iotdevicegateway"];

impl Manner {
    /// How the service of that name does it.
    pub fn of(service: &str) -> Self {
        match service {
            _ if QUERY.contains(&service) => Self::Query,
            _ if S3.contains(&service) => Self::S3,
            _ => Self::Rest,
        }
    }
}

/// The rules of the service of that name, in its own manner where none is given.
pub fn rules_of(service: &str, manner: Option<Manner>) -> Rules {
    let rules = match manner.unwrap_or_else(|| Manner::of(service)) {
        Manner::Query => Rules::query(service),
        Manner::Rest => Rules::rest(service),
        Manner::S3 => Rules::s3(service),
    };
    let rules = if LATE_TOKENS.contains(&service) { rules.taking_late_tokens() } else { rules };
    let rules = match service {
        "vpc-lattice-svcs" => rules.payload(Payload::Unsigned),
        _ => rules,
    };
    // IAM's model names one algorithm, that of STS both.
    #[cfg(feature = "sigv4a")]
    let rules = if service == "iam" { rules } else { rules.taking_sigv4a() };
    rules
}
