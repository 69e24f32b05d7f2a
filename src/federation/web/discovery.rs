//! What a provider says of itself (OIDC Discovery section 4.3).

use super::Unreachable;
use super::json::Json;

/// How long an address may be that is asked, and told of in the log.
const LONGEST_ADDRESS: usize = 2048;

/// Where the document of an issuer stands (OIDC Discovery section 4.1).
pub fn address(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.strip_suffix('/').unwrap_or(issuer))
}

/// Where the keys of `issuer` stand, as its document says.
pub fn keys_address(document: &[u8], issuer: &str) -> Result<String, Unreachable> {
    let document = Json::read(document).ok_or(Unreachable::Discovery("it is no JSON"))?;
    if document.get("issuer").and_then(Json::text) != Some(issuer) {
        return Err(Unreachable::Discovery("it is of another issuer"));
    }
    let address = document.get("jwks_uri").and_then(Json::text);
    let address = address.filter(|address| address.len() <= LONGEST_ADDRESS);
    let address = address.ok_or(Unreachable::Discovery("it names no jwks_uri"))?;
    Ok(address.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_stands_below_the_issuer() {
        let known = "/.well-known/openid-configuration";
        assert_eq!(address("https://a.example/b"), format!("https://a.example/b{known}"));
        assert_eq!(address("https://a.example/"), format!("https://a.example{known}"));
    }

    #[test]
    fn the_document_is_of_the_issuer_to_the_letter() {
        let of = |issuer: &str| {
            let document = r#"{"issuer":"https://a.example","jwks_uri":"https://b.example/k"}"#;
            keys_address(document.as_bytes(), issuer)
        };
        assert_eq!(of("https://a.example").as_deref(), Ok("https://b.example/k"));
        assert!(of("https://a.example/").is_err());
        assert!(of("https://A.example").is_err());
    }
}
