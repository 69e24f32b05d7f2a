//! Why a token is not believed, and how it is told.

use crate::clock::Time;
use crate::error::{Code, Error};

/// Why a token is not believed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Refused {
    /// It is no JWT, or signed in a way that is not understood.
    NoJwt,
    /// No provider of the account issued it.
    UnknownIssuer(String),
    /// The provider has no key, or more than one, that it can be verified by.
    NoKey,
    /// The key does not bear it out.
    BadSignature,
    /// It does not say what it must say.
    Missing(&'static str),
    /// What it says under a name is not of the kind that stands there.
    Malformed(&'static str),
    /// It is for somebody else.
    Audience,
    /// It counted until `at`.
    Expired { at: Time, now: Time },
    /// It counts from `at`.
    Early { at: Time, now: Time },
}

/// The sentences are those of AWS's answers in public logs; those of the last three
/// arms but for expiry are our own.
impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        let sentence = match refused {
            Refused::Expired { at, now } => return expired(at, now),
            Refused::NoJwt => {
                "The ID Token provided is not a valid JWT. (You may see this error if you sent an \
                 Access Token)"
                    .to_owned()
            }
            Refused::UnknownIssuer(issuer) => {
                format!("No OpenIDConnect provider found in your account for {issuer}")
            }
            Refused::NoKey => super::source::NO_KEY.to_owned(),
            Refused::BadSignature => {
                "The web identity token provided could not be validated".to_owned()
            }
            Refused::Missing(claim) => format!("Missing a required claim: {claim}"),
            Refused::Audience => "Incorrect token audience".to_owned(),
            Refused::Malformed(claim) => format!("Invalid claim: {claim}"),
            Refused::Early { at, now } => format!(
                "Token not yet valid: current date/time {} must not be before {}",
                now.unix(),
                at.unix()
            ),
        };
        Self::new(Code::InvalidIdentityToken, sentence)
    }
}

fn expired(at: Time, now: Time) -> Error {
    let (at, now) = (at.unix(), now.unix());
    Error::new(
        Code::ExpiredTokenException,
        format!(
            "Token expired: current date/time {now} must be before the expiration date/time {at}"
        ),
    )
}
