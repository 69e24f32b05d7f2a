//! Which client sent a request, and how a mistake is mended there.

use super::{Cause, Group};

/// A client, as its User-Agent names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Client {
    AwsCli,
    Boto3,
    JavaScript,
    Go,
    Rust,
    Java,
    Curl,
    Awscurl,
    Terraform,
    Postman,
    Other,
}

/// What a User-Agent holds, by client; the first that is found counts.
const NAMES: &[(&str, Client)] = &[
    ("terraform", Client::Terraform),
    ("aws-cli/", Client::AwsCli),
    ("boto3/", Client::Boto3),
    ("botocore/", Client::Boto3),
    ("aws-sdk-js", Client::JavaScript),
    ("aws-sdk-nodejs", Client::JavaScript),
    ("aws-sdk-go", Client::Go),
    ("aws-sdk-rust", Client::Rust),
    ("aws-sdk-java", Client::Java),
    ("awscurl", Client::Awscurl),
    ("python-requests", Client::Awscurl),
    ("curl/", Client::Curl),
    ("postman", Client::Postman),
];

impl Client {
    pub(super) fn of(user_agent: Option<&[u8]>) -> Self {
        let text = String::from_utf8_lossy(user_agent.unwrap_or_default()).to_lowercase();
        let named = NAMES.iter().find(|(name, _)| text.contains(name));
        named.map_or(Self::Other, |(_, client)| *client)
    }
}

/// What to do about `cause` with that client.
pub(super) fn fix(cause: &Cause, client: Client) -> String {
    let there = match topic(cause) {
        Some(Topic::Secret) => secret(client),
        Some(Topic::Region) => region(client),
        Some(Topic::Clock) => clock(client),
        Some(Topic::Endpoint) => endpoint(client),
        None => "",
    };
    [cause.fix, there].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What a client has a setting for.
enum Topic {
    Secret,
    Region,
    Clock,
    Endpoint,
}

fn topic(cause: &Cause) -> Option<Topic> {
    let has = |word: &str| cause.id.contains(word);
    match cause.group {
        Group::Key if has("secret") => Some(Topic::Secret),
        _ if has("region") => Some(Topic::Region),
        _ if has("clock") => Some(Topic::Clock),
        _ if has("host-of-aws") || has("host-other") => Some(Topic::Endpoint),
        Group::Form if has("key-id") || has("key-unknown") || has("token") => Some(Topic::Secret),
        Group::Key
        | Group::Form
        | Group::Scope
        | Group::Assembly
        | Group::Body
        | Group::Target
        | Group::Headers => None,
    }
}

fn secret(client: Client) -> &'static str {
    match client {
        Client::AwsCli => {
            "`aws configure list` tells where the AWS CLI reads its key from; `aws configure` sets it anew."
        }
        Client::Boto3 => {
            "boto3 reads AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY before ~/.aws/credentials; \
             boto3.Session().get_credentials().method tells which it took."
        }
        Client::JavaScript => {
            "The JavaScript SDK reads process.env.AWS_SECRET_ACCESS_KEY before ~/.aws/credentials: \
             look for quotes and line ends in .env files, or trim() it."
        }
        Client::Go => {
            "The Go SDK reads the environment before ~/.aws/credentials; strings.TrimSpace what comes from a file."
        }
        Client::Rust => {
            "The Rust SDK reads the environment before ~/.aws/credentials; trim_end() what comes from a file."
        }
        Client::Java => {
            "The Java SDK reads system properties, then the environment, then ~/.aws/credentials; strip() what comes from a file."
        }
        Client::Curl => {
            "curl takes it behind the colon of --user: --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\", in double quotes."
        }
        Client::Awscurl => "awscurl takes --access_key and --secret_key, else the environment.",
        Client::Terraform => {
            "Terraform's provider takes access_key and secret_key, else the environment, else the profile."
        }
        Client::Postman => {
            "In Postman it stands under Authorization, AWS Signature, and variables keep spaces and line ends."
        }
        Client::Other => "",
    }
}

fn region(client: Client) -> &'static str {
    match client {
        Client::AwsCli => "The AWS CLI takes --region, AWS_REGION, or region in its profile.",
        Client::Boto3 => "boto3 takes region_name, AWS_DEFAULT_REGION, or region in its profile.",
        Client::JavaScript => {
            "The JavaScript SDK takes region in the client's configuration, or AWS_REGION."
        }
        Client::Go | Client::Rust | Client::Java => {
            "The SDK takes the region of its configuration, or AWS_REGION."
        }
        Client::Curl => "curl takes it as the third part of --aws-sigv4: aws:amz:us-east-1:iam.",
        Client::Awscurl => "awscurl takes --region.",
        Client::Terraform => "Terraform's provider takes region.",
        Client::Postman => "In Postman it stands under Authorization, AWS Signature, AWS Region.",
        Client::Other => "",
    }
}

fn clock(client: Client) -> &'static str {
    match client {
        Client::JavaScript => {
            "The JavaScript SDK can also correct itself: correctClockSkew, or systemClockOffset."
        }
        Client::AwsCli
        | Client::Boto3
        | Client::Go
        | Client::Rust
        | Client::Java
        | Client::Curl
        | Client::Awscurl
        | Client::Terraform
        | Client::Postman
        | Client::Other => "",
    }
}

fn endpoint(client: Client) -> &'static str {
    match client {
        Client::AwsCli => "The AWS CLI takes --endpoint-url, or AWS_ENDPOINT_URL.",
        Client::Boto3 => "boto3 takes endpoint_url, or AWS_ENDPOINT_URL.",
        Client::JavaScript | Client::Java | Client::Go | Client::Rust => {
            "The SDK takes the endpoint of the client's configuration, or AWS_ENDPOINT_URL."
        }
        Client::Curl | Client::Awscurl | Client::Postman => {
            "Sign for the very URL that the request is sent to."
        }
        Client::Terraform => "Terraform's provider takes endpoints { iam = … sts = … }.",
        Client::Other => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_known_by_what_it_calls_itself() {
        for (agent, client) in [
            ("aws-cli/2.9.19 Python/3.11.2 Linux/6.1 botocore/2.4.5", Client::AwsCli),
            ("Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1", Client::Boto3),
            ("APN/1.0 HashiCorp/1.0 Terraform/1.9 aws-sdk-go-v2/1.30", Client::Terraform),
            ("aws-sdk-js/3.600.0", Client::JavaScript),
            ("curl/8.5.0", Client::Curl),
            ("Mozilla/5.0", Client::Other),
            ("", Client::Other),
        ] {
            assert_eq!(Client::of(Some(agent.as_bytes())), client, "{agent}");
        }
        assert_eq!(Client::of(None), Client::Other);
    }
}
