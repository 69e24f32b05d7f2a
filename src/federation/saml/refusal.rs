//! Why a SAML response is not believed, and what its bearer is told.

use thiserror::Error;

use crate::clock::Time;
use crate::error::{Code, Error};

/// Why a response is not believed. It displays what an operator may know; the bearer is
/// told less, by its [`struct@Error`].
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Refusal {
    /// It is not Base64 of UTF-8, or longer than STS takes.
    #[error("it is not Base64 of text, or too long")]
    NotBase64,
    /// It is not well-formed XML.
    #[error("it is not well-formed XML")]
    NotXml,
    /// It declares a document type.
    #[error("it declares a document type")]
    Doctype,
    /// It has a processing instruction.
    #[error("it has a processing instruction")]
    Instruction,
    /// It is deeper or has more elements or attributes than any response.
    #[error("it has too many elements or attributes, or they are too deep")]
    TooMuch,
    /// It is not a `Response` with one `Assertion`.
    #[error("it is not a Response of SAML 2.0 with one Assertion")]
    NotAResponse,
    /// Something in it is encrypted.
    #[error("it is encrypted")]
    Encrypted,
    /// Two elements have one identifier.
    #[error("two of its elements have one identifier")]
    SameId,
    /// It stands somewhere else than right in the response or in the assertion.
    #[error("a signature or an assertion stands where none belongs")]
    Misplaced,
    /// Neither the response nor the assertion is signed.
    #[error("neither the response nor the assertion is signed")]
    Unsigned,
    /// A signature is not made as SAML asks for (SAML V2.0 Core, section 5.4), or by an
    /// algorithm that is not taken: SHA-1, HMAC, inclusive canonicalization.
    #[error("its signature has a form or an algorithm that is not taken")]
    Form,
    /// The digest is not that of what is referred to.
    #[error("what was signed has been altered")]
    Altered,
    /// The signature is not by a key of the provider's metadata.
    #[error("it is signed by no key of the provider")]
    Signature,
    /// The metadata's own end has come.
    #[error("the provider's metadata ended at {0}")]
    Metadata(Time),
    /// Somebody else says so.
    #[error("its issuer is not the provider")]
    Issuer,
    /// The provider says that it did not let the person in.
    #[error("the provider's status is not Success")]
    Status,
    /// The assertion lacks what it must have, or has it in no sound form.
    #[error("the assertion's {0} is missing or not sound")]
    Lacks(&'static str),
    /// There is a condition that is not known (SAML V2.0 Core, section 2.5.1).
    #[error("the assertion has a condition that is not known")]
    Condition,
    /// It begins later.
    #[error("the assertion holds from {0}")]
    Early(Time),
    /// It has ended.
    #[error("the assertion held until {end}")]
    Expired {
        /// When it ended.
        end: Time,
        /// When it was shown.
        now: Time,
    },
    /// It was not issued within the last five minutes.
    #[error("the assertion was issued at {0}")]
    Stale(Time),
    /// It is for others.
    #[error("the assertion is for another audience")]
    Audience,
    /// It is to be shown elsewhere.
    #[error("the assertion is for another recipient")]
    Recipient,
    /// There is no one bearer, with a recipient and an end.
    #[error("the assertion has no one bearer with a recipient and an end")]
    Confirmation,
    /// It does not say of whom it speaks.
    #[error("the assertion has no NameID")]
    NoSubject,
    /// There is no name for the session.
    #[error("the assertion has no RoleSessionName")]
    NoSessionName,
    /// The name of the session is none.
    #[error("the assertion's RoleSessionName is not sound")]
    SessionName,
    /// The source identity is none.
    #[error("the assertion's SourceIdentity is not sound")]
    SourceIdentity,
    /// Role and provider are not among the attributes.
    #[error("the assertion does not name the role together with the provider")]
    Role,
    /// It was shown before.
    #[error("the assertion was shown before")]
    Replayed,
}

impl Refusal {
    /// What the bearer is told.
    fn told(self) -> String {
        match self {
            Self::Unsigned
            | Self::Form
            | Self::Altered
            | Self::Signature
            | Self::Misplaced
            | Self::SameId => "Response signature invalid".to_owned(),
            Self::NotBase64
            | Self::NotXml
            | Self::Doctype
            | Self::Instruction
            | Self::TooMuch
            | Self::NotAResponse => "Invalid base64 SAMLResponse".to_owned(),
            Self::Encrypted => "Encrypted SAML assertions are not supported".to_owned(),
            Self::Metadata(_) => "The metadata of the specified provider has expired".to_owned(),
            Self::Issuer => "Issuer not present in specified provider".to_owned(),
            Self::Status => "The identity provider did not authenticate the subject".to_owned(),
            Self::Lacks(what) => format!("Response does not contain a valid {what}."),
            Self::Condition => "Response contains an unsupported condition.".to_owned(),
            Self::Early(begin) => format!("Token not valid before {}", begin.unix()),
            Self::Expired { end, now } => format!(
                "Token expired: current date/time {} must be before the expiration date/time {}",
                now.unix(),
                end.unix()
            ),
            Self::Stale(_) => "Token must be redeemed within 5 minutes of issuance".to_owned(),
            Self::Audience => "Response does not contain the required audience.".to_owned(),
            Self::Recipient => "Response does not contain the required recipient.".to_owned(),
            // As AWS spells it.
            Self::Confirmation => {
                "Responses must contain SubjectConfirmatonData with a Recipient and NotOnOrAfter"
                    .to_owned()
            }
            Self::NoSubject => "Not authorized to perform sts:AssumeRoleWithSAML".to_owned(),
            Self::NoSessionName => "RoleSessionName is required in AuthnResponse".to_owned(),
            Self::SessionName => {
                "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}".to_owned()
            }
            Self::SourceIdentity => "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not \
                 begin with \"aws:\""
                .to_owned(),
            Self::Role => "SAML Assertion doesn't contain the requested Role and Metadata in the \
                 attributes"
                .to_owned(),
            Self::Replayed => "SAML Assertion has already been used".to_owned(),
        }
    }

    fn code(self) -> Code {
        if matches!(self, Self::Expired { .. } | Self::Stale(_)) {
            Code::ExpiredTokenException
        } else if self == Self::Status {
            Code::IDPRejectedClaim
        } else if self == Self::NoSubject {
            Code::AccessDenied
        } else {
            Code::InvalidIdentityToken
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code(), refusal.told())
    }
}
