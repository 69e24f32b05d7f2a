//! What a caller is told when a request is turned down.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;

/// The answer "no": a code that programs match on, and a sentence for people.
///
/// Nothing in it tells the caller more than they may know. What the operator
/// must know as well (a full disk, a torn file) is logged where it happens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    code: Code,
    message: Cow<'static, str>,
    explanation: Option<Box<str>>,
}

/// What the services return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with a sentence of its own; the constructors below are for the
    /// sentences that more than one action says.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), explanation: None }
    }

    /// The same with a message that explains it to whoever may have it decoded.
    #[must_use]
    pub fn explained_by(self, explanation: Option<String>) -> Self {
        Self { explanation: explanation.map(Into::into), ..self }
    }

    /// The message that explains it, sealed, where there is one.
    pub fn explanation(&self) -> Option<&str> {
        self.explanation.as_deref()
    }

    /// An error that says nothing beyond its code: it has no `Message` element.
    pub fn without_message(code: Code) -> Self {
        Self::new(code, "")
    }

    /// The entity that the request names does not exist.
    pub fn no_such(kind: &str, name: impl fmt::Display) -> Self {
        Self::new(Code::NoSuchEntity, format!("The {kind} with name {name} cannot be found."))
    }

    /// One more would be one too many.
    pub fn over_quota(quota: &str, limit: usize) -> Self {
        Self::new(Code::LimitExceeded, format!("Cannot exceed quota for {quota}: {limit}"))
    }

    /// The gateway failed, not the caller; the log says why.
    pub fn internal_failure() -> Self {
        Self::new(
            Code::InternalFailure,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    /// What was to be kept could not be written; nothing has changed.
    pub fn service_failure() -> Self {
        Self::new(
            Code::ServiceFailure,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    /// More is asked than can be served now.
    pub fn throttled() -> Self {
        Self::new(Code::Throttling, "Rate exceeded")
    }

    /// The code, for programs.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The sentence, for people; empty where there is none.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.message)
    }
}

impl std::error::Error for Error {}

/// Declares [`Code`], a row a code, so that its spelling and its HTTP status
/// are never written apart.
macro_rules! codes {
    ($($code:ident => $status:ident,)*) => {
        /// An error code as AWS spells it.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        #[expect(missing_docs, reason = "AWS documents its codes")]
        pub enum Code { $($code,)* }

        impl Code {
            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => stringify!($code),)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)* }
            }
        }
    };
}

codes! {
    AccessDenied => FORBIDDEN,
    DeleteConflict => CONFLICT,
    EntityAlreadyExists => CONFLICT,
    ExpiredToken => FORBIDDEN,
    ExpiredTokenException => BAD_REQUEST,
    ExpiredTradeInTokenException => BAD_REQUEST,
    FeatureDisabled => NOT_FOUND,
    FeatureEnabled => CONFLICT,
    IDPRejectedClaim => FORBIDDEN,
    IncompleteSignature => BAD_REQUEST,
    InternalFailure => INTERNAL_SERVER_ERROR,
    InvalidAction => BAD_REQUEST,
    InvalidAuthenticationCode => FORBIDDEN,
    InvalidAuthorizationMessageException => BAD_REQUEST,
    InvalidClientTokenId => FORBIDDEN,
    InvalidIdentityToken => BAD_REQUEST,
    InvalidInput => BAD_REQUEST,
    InvalidParameterValue => BAD_REQUEST,
    InvalidRequest => BAD_REQUEST,
    JWTPayloadSizeExceededException => BAD_REQUEST,
    LimitExceeded => CONFLICT,
    MalformedPolicyDocument => BAD_REQUEST,
    MalformedQueryString => BAD_REQUEST,
    MissingAuthenticationToken => FORBIDDEN,
    NoSuchEntity => NOT_FOUND,
    NotSupportedService => NOT_FOUND,
    OutboundWebIdentityFederationDisabledException => FORBIDDEN,
    PackedPolicyTooLarge => BAD_REQUEST,
    PolicyEvaluation => INTERNAL_SERVER_ERROR,
    PolicyNotAttachable => BAD_REQUEST,
    RequestAbortedException => BAD_REQUEST,
    RequestEntityTooLarge => PAYLOAD_TOO_LARGE,
    RequestTimeout => REQUEST_TIMEOUT,
    ServiceFailure => INTERNAL_SERVER_ERROR,
    SessionDurationEscalationException => FORBIDDEN,
    SignatureDoesNotMatch => FORBIDDEN,
    Throttling => BAD_REQUEST,
    UnknownOperationException => NOT_FOUND,
    UnmodifiableEntity => BAD_REQUEST,
    ValidationError => BAD_REQUEST,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_prints_its_code_and_its_sentence() {
        let error = Error::no_such("user", "ann");
        assert_eq!(error.to_string(), "NoSuchEntity: The user with name ann cannot be found.");
        assert_eq!(error.code().status(), StatusCode::NOT_FOUND);
    }
}
