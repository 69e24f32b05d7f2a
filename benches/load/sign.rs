//! Requests, signed by the official signer and ready to be sent.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use crate::process::{ROOT_ID, ROOT_SECRET};

/// A POST as the SDKs send it, signed by root.
pub(crate) fn post(address: &str, service: &str, body: &str) -> Vec<u8> {
    let identity = Credentials::new(ROOT_ID, ROOT_SECRET, None, None, "bench").into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name(service)
        .time(now())
        .settings(SigningSettings::default())
        .build()
        .unwrap();
    let invocation = countersign::ids::request_id();
    let headers = [
        ("host", address),
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("user-agent", "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.0 os/linux lang/python#3.11.2"),
        ("amz-sdk-invocation-id", &invocation),
        ("amz-sdk-request", "attempt=1"),
    ];
    let url = format!("http://{address}/");
    let signable = SignableRequest::new(
        "POST",
        url.as_str(),
        headers.into_iter(),
        SignableBody::Bytes(body.as_bytes()),
    );
    let (instructions, _) = sign(signable.unwrap(), &params.into()).unwrap().into_parts();
    let added = instructions.headers();
    let lines =
        headers.into_iter().chain(added).map(|(name, value)| format!("{name}: {value}\r\n"));
    let head: String = lines.collect();
    format!("POST / HTTP/1.1\r\n{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[expect(clippy::disallowed_methods, reason = "the official signer takes the system's time")]
fn now() -> SystemTime {
    SystemTime::now()
}
