//! The answer "no", as a document.

use std::fmt::Write;

use crate::error::Error;
use crate::wire::answer::{Answer, Format};

/// The document that tells of `error` (IAM API Reference, Common Errors).
pub fn document(format: Format, namespace: &str, error: &Error, request_id: &str) -> String {
    let fields = |answer: &mut Answer| {
        let blamed = if error.code().status().is_server_error() { "Receiver" } else { "Sender" };
        match format {
            Format::Xml => {
                answer.text("Type", blamed);
                answer.text("Code", error.code().as_str());
                message(error, answer);
            }
            Format::Json => {
                answer.text("Code", error.code().as_str());
                message(error, answer);
                answer.text("Type", blamed);
            }
        }
    };
    match format {
        Format::Xml => Answer::document(format, "ErrorResponse", namespace, |answer| {
            answer.object("Error", fields);
            answer.text("RequestId", request_id);
        }),
        Format::Json => {
            let mut error = Answer::document(format, "Error", namespace, fields);
            error.pop();
            let id = serde_json::Value::from(request_id);
            let written = write!(error, ",\"RequestId\":{id}}}");
            debug_assert!(written.is_ok(), "a string takes every text");
            error
        }
    }
}

fn message(error: &Error, answer: &mut Answer) {
    if !error.message().is_empty() {
        answer.text("Message", error.message());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const STS: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
    const ID: &str = "16fc956c-311e-4199-bee1-1680236e9698";

    #[test]
    fn a_refusal_has_as_many_bytes_as_awss() {
        let unknown = "The security token included in the request is invalid";
        let error = Error::new(Code::InvalidClientTokenId, unknown);
        assert_eq!(document(Format::Xml, STS, &error, ID).len(), 305);
        let missing = "Request is missing Authentication Token";
        let error = Error::new(Code::MissingAuthenticationToken, missing);
        let document = document(Format::Xml, STS, &error, ID);
        assert_eq!(document.len(), 297);
        assert!(document.ends_with("</ErrorResponse>\n"));
    }

    #[test]
    fn a_refusal_without_a_message_has_no_such_element() {
        let error = Error::without_message(Code::SignatureDoesNotMatch);
        assert!(!document(Format::Xml, STS, &error, ID).contains("Message"));
    }

    #[test]
    fn a_refusal_in_json_has_its_id_beside_the_error() {
        let error = Error::new(Code::NoSuchEntity, "\"gone\"");
        assert_eq!(
            document(Format::Json, STS, &error, "1"),
            "{\"Error\":{\"Code\":\"NoSuchEntity\",\"Message\":\"\\\"gone\\\"\",\
             \"Type\":\"Sender\"},\"RequestId\":\"1\"}"
        );
    }
}
