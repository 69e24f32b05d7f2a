//! Web identity tokens: what is verified, and what must not be believed.

use countersign::clock::Time;
use countersign::error::{Code, Error};
use countersign::federation::Vouched;
use countersign::federation::web::{Claimed, KeySet, NotKeys, Provider};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::issuer::{SigningKey, encode, key_set, published};

const ISSUER: &str = "https://id.example.com/team";
const NAME: &str = "id.example.com/team";
const NOW: Time = Time::from_unix(1_800_000_000);

const NO_JWT: &str = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)";
const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  please \
                      reference AssumeRoleWithWebIdentity documentation for requirements";
const NOT_VALIDATED: &str = "The web identity token provided could not be validated";
const TAGS: &str = "https://aws.amazon.com/tags";

#[test]
fn a_token_is_verified_in_every_way_that_is_known() {
    use Algorithm::{ES256, ES384, EdDSA, RS256, RS384, RS512};
    for algorithm in [RS256, RS384, RS512, ES256, ES384, EdDSA] {
        let key = SigningKey::new("k", algorithm);
        let vouched = verified(&key.token(&claims(&[])), &key_set(&[&key])).unwrap();
        assert_eq!(vouched.subject, "ann@example.com", "{algorithm:?}");
        assert_eq!(vouched.audience, "app");
        assert_eq!(vouched.issuer, ISSUER);
        let other = SigningKey::new("other", algorithm);
        let token = key.token(&claims(&[]));
        assert_eq!(refused(&token, &key_set(&[&other])), NO_KEY);
        let (signed, _) = token.rsplit_once('.').unwrap();
        for signature in [&[][..], &[0; 64], &[0; 96], &[0; 256], &[1; 5000]] {
            let token = format!("{signed}.{}", encode(signature));
            assert_eq!(refused(&token, &key_set(&[&key])), NOT_VALIDATED);
        }
    }
}

#[test]
fn nothing_is_believed_without_a_signature() {
    let key = rsa();
    for alg in ["none", "None", "NONE", "nOnE", "", "RS1", "PS256", "ES512", "rs256"] {
        let head = json!({"alg": alg, "kid": "k"}).to_string();
        let unsigned = format!("{}.{}.", encode(&head), encode(claims(&[]).to_string()));
        assert_eq!(refused(&unsigned, &key_set(&[&key])), NO_JWT, "{alg}");
        let signed = key.signs(&head, &claims(&[]).to_string());
        assert_eq!(refused(&signed, &key_set(&[&key])), NO_JWT, "{alg}");
    }
}

#[test]
fn what_everybody_knows_is_no_secret() {
    let key = rsa();
    let known = [published(&[&key]), key.published()["n"].to_string()];
    for secret in known {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let mut header = Header::new(algorithm);
            header.kid = Some("k".to_owned());
            let secret = EncodingKey::from_secret(secret.as_bytes());
            let token = jsonwebtoken::encode(&header, &claims(&[]), &secret).unwrap();
            assert_eq!(refused(&token, &key_set(&[&key])), NO_JWT);
        }
    }
    let shared = json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]}).to_string();
    assert_eq!(KeySet::read(shared.as_bytes()), Ok(KeySet::default()));
}

#[test]
fn a_key_is_for_its_own_kind_of_signature() {
    let (rsa, curve) = (rsa(), SigningKey::new("k", Algorithm::ES256));
    let as_rsa = curve.signs(r#"{"alg":"RS256","kid":"k"}"#, &claims(&[]).to_string());
    assert_eq!(refused(&as_rsa, &key_set(&[&curve])), NO_KEY);
    assert_eq!(refused(&as_rsa, &key_set(&[&curve, &rsa])), NOT_VALIDATED);
    let as_larger = curve.signs(r#"{"alg":"ES384","kid":"k"}"#, &claims(&[]).to_string());
    assert_eq!(refused(&as_larger, &key_set(&[&curve])), NO_KEY);
}

#[test]
fn a_key_is_only_for_what_its_issuer_says() {
    let key = rsa();
    let token = key.token(&claims(&[]));
    for (name, value, is_taken) in [
        ("use", json!("sig"), true),
        ("use", json!("enc"), false),
        ("use", json!(7), false),
        ("key_ops", json!(["verify"]), true),
        ("key_ops", json!(["encrypt"]), false),
        ("alg", json!("RS256"), true),
        ("alg", json!("RS512"), false),
        ("alg", json!("RSA-OAEP"), false),
        ("kid", json!("other"), false),
        ("n", json!(encode([0xFF; 128])), false),
        ("e", json!(encode([0; 9])), false),
    ] {
        let mut jwk = key.published();
        jwk[name] = value.clone();
        let keys = KeySet::read(json!({"keys": [jwk]}).to_string().as_bytes()).unwrap();
        assert_eq!(verified(&token, &keys).is_ok(), is_taken, "{name}: {value}");
    }
}

#[test]
fn a_token_that_names_no_key_is_content_where_one_fits() {
    let (key, curve) = (rsa(), SigningKey::new("c", Algorithm::ES256));
    let token = key.signs(r#"{"alg":"RS256"}"#, &claims(&[]).to_string());
    assert!(verified(&token, &key_set(&[&key, &curve])).is_ok());
    let other = SigningKey::foreign("other");
    assert_eq!(refused(&token, &key_set(&[&key, &other])), NO_KEY);
    assert_eq!(refused(&token, &KeySet::default()), NO_KEY);
}

#[test]
fn another_ones_key_bears_nothing_out() {
    let token = SigningKey::foreign("k").token(&claims(&[]));
    assert_eq!(refused(&token, &key_set(&[&rsa()])), NOT_VALIDATED);
    let named = SigningKey::foreign("not there").token(&claims(&[]));
    assert_eq!(refused(&named, &key_set(&[&rsa()])), NO_KEY);
}

#[test]
fn who_brings_a_key_along_is_not_believed() {
    let stranger = SigningKey::foreign("k");
    let mut head = json!({"alg": "RS256", "kid": "k", "jku": "https://evil.example/k"});
    head["jwk"] = stranger.published();
    let token = stranger.signs(&head.to_string(), &claims(&[]).to_string());
    assert_eq!(refused(&token, &key_set(&[&rsa()])), NOT_VALIDATED);
}

#[test]
fn not_a_byte_may_be_changed() {
    let key = rsa();
    let token = key.token(&claims(&[]));
    let parts: Vec<_> = token.split('.').collect();
    let forged = claims(&[("sub", json!("root@example.com"))]).to_string();
    let forged = format!("{}.{}.{}", parts[0], encode(forged), parts[2]);
    assert_eq!(refused(&forged, &key_set(&[&key])), NOT_VALIDATED);
    let moved = format!("{}.{}.{}", encode(r#"{"alg":"RS512","kid":"k"}"#), parts[1], parts[2]);
    assert_eq!(refused(&moved, &key_set(&[&key])), NOT_VALIDATED);
}

#[test]
fn what_is_no_token_is_told_so() {
    let good = rsa().token(&claims(&[]));
    let parts: Vec<_> = good.split('.').collect();
    let [head, said, signature] = parts[..] else { panic!("{good}") };
    let huge = format!("{}.{said}.{signature}", encode(" ".repeat(5000) + "{}"));
    for bad in [
        "",
        "..",
        "a.b.c",
        "not a token",
        &format!("{head}.{said}"),
        &format!("{good}.{signature}"),
        &format!("{head}.{said}.{signature}="),
        &format!("{head}.{said}.{signature}\n"),
        &format!("{head}.{}.{signature}", encode("[]")),
        &format!("{head}.{}.{signature}", encode("\"claims\"")),
        &format!("{head}.{}.{signature}", encode(b"{\"iss\":\"\xFF\"}")),
        &format!("{}.{said}.{signature}", encode("{}")),
        &huge,
        &"a".repeat(20_001),
        &format!("{head}.{}.{signature}", "a".repeat(20_000)),
        &format!("{head}.{}.{signature}", encode("[".repeat(10_000))),
    ] {
        let error = Claimed::read(bad).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::InvalidIdentityToken, NO_JWT), "{bad}");
    }
}

#[test]
fn nothing_is_said_twice() {
    let key = rsa();
    let said = claims(&[]).to_string();
    let head = r#"{"alg":"RS256","kid":"k"}"#;
    let good = key.signs(head, &said);
    assert!(verified(&good, &key_set(&[&key])).is_ok());
    let twice = format!(r#"{{"sub":"root",{}"#, &said[1..]);
    let heads =
        [r#"{"alg":"none","alg":"RS256","kid":"k"}"#, r#"{"alg":"RS256","kid":"a","kid":"k"}"#];
    let bad = [key.signs(head, &twice), key.signs(heads[0], &said), key.signs(heads[1], &said)];
    for token in bad {
        assert_eq!(refused(&token, &key_set(&[&key])), NO_JWT);
    }
}

#[test]
fn what_would_have_to_be_understood_is_refused() {
    let key = rsa();
    for extension in [
        r#""crit":["exp"]"#,
        r#""crit":[]"#,
        r#""b64":false"#,
        r#""enc":"A128GCM""#,
        r#""zip":"DEF""#,
    ] {
        let head = format!(r#"{{"alg":"RS256","kid":"k",{extension}}}"#);
        let token = key.signs(&head, &claims(&[]).to_string());
        assert_eq!(refused(&token, &key_set(&[&key])), NO_JWT, "{extension}");
    }
    for kid in ["7", "null", "[\"k\"]", &format!("\"{}\"", "k".repeat(256))] {
        let token =
            key.signs(&format!(r#"{{"alg":"RS256","kid":{kid}}}"#), &claims(&[]).to_string());
        assert_eq!(refused(&token, &key_set(&[&key])), NO_JWT, "{kid}");
    }
}

#[test]
fn a_token_counts_until_it_expires_and_not_a_second_longer() {
    assert!(said(&[("exp", json!(NOW.unix() + 1))]).is_ok());
    let error = said(&[("exp", json!(NOW.unix()))]).unwrap_err();
    assert_eq!(error.code(), Code::ExpiredTokenException);
    assert_eq!(
        error.message(),
        "Token expired: current date/time 1800000000 must be before the expiration date/time \
         1800000000"
    );
}

#[test]
fn a_token_that_has_yet_to_come_is_let_in_as_far_as_clocks_differ() {
    for name in ["nbf", "iat"] {
        assert!(said(&[(name, json!(NOW.unix() + 300))]).is_ok());
        let error = said(&[(name, json!(NOW.unix() + 301))]).unwrap_err();
        assert_eq!(error.code(), Code::InvalidIdentityToken);
        assert_eq!(
            error.message(),
            "Token not yet valid: current date/time 1800000000 must not be before 1800000301"
        );
    }
}

#[test]
fn a_moment_is_a_whole_number_of_seconds() {
    for name in ["exp", "nbf", "iat"] {
        for bad in [json!("1900000000"), json!(1_900_000_000.5), json!([1]), json!(u64::MAX)] {
            assert_eq!(told(&[(name, bad)]), format!("Invalid claim: {name}"));
        }
    }
    assert_eq!(said(&[("exp", json!(i64::MIN))]).unwrap_err().code(), Code::ExpiredTokenException);
    assert!(said(&[("exp", json!(i64::MAX))]).is_ok());
}

#[test]
fn a_token_says_who_whom_for_whom_and_until_when() {
    for name in ["iss", "sub", "aud", "exp"] {
        assert_eq!(told(&[(name, Value::Null)]), format!("Missing a required claim: {name}"));
    }
    assert_eq!(told(&[("aud", json!([]))]), "Missing a required claim: aud");
    for (name, bad) in [("sub", json!(7)), ("sub", json!("")), ("sub", json!("a".repeat(256)))] {
        assert_eq!(told(&[(name, bad)]), "Invalid claim: sub");
    }
    assert_eq!(told(&[("aud", json!({"app": 1}))]), "Invalid claim: aud");
    assert_eq!(told(&[("sub", json!("a\nb"))]), "Invalid claim: sub");
}

#[test]
fn the_issuer_is_the_provider_to_the_letter() {
    for other in [
        "http://id.example.com/team",
        "id.example.com/team",
        "https://id.example.com/team/",
        "https://id.example.com/team2",
        "https://ID.example.com/team",
        "https://https://id.example.com/team",
    ] {
        let told = told(&[("iss", json!(other))]);
        assert_eq!(told, format!("No OpenIDConnect provider found in your account for {other}"));
    }
}

#[test]
fn a_token_is_for_a_client_of_the_provider() {
    assert_eq!(told(&[("aud", json!("stranger"))]), "Incorrect token audience");
    assert_eq!(told(&[("aud", json!("App"))]), "Incorrect token audience");
    assert_eq!(said(&[("aud", json!(["app"]))]).unwrap().audience, "app");
    // Of several, nobody says for whom.
    assert_eq!(told(&[("aud", json!(["app", "other"]))]), "Incorrect token audience");
}

#[test]
fn who_is_party_to_a_token_is_whom_it_is_for() {
    let vouched = said(&[("aud", json!(["api", "app"])), ("azp", json!("app"))]).unwrap();
    assert_eq!(vouched.audience, "app");
    assert_eq!(fact(&vouched, "aud"), ["app"]);
    assert_eq!(fact(&vouched, "oaud"), ["api", "app"]);
    let told = told(&[("aud", json!("app")), ("azp", json!("stranger"))]);
    assert_eq!(told, "Incorrect token audience");
}

#[test]
fn conditions_may_ask_what_aws_documents() {
    let vouched = said(&[
        ("amr", json!(["pwd", "mfa"])),
        ("email", json!("ann@example.com")),
        ("groups", json!(["admins"])),
    ]);
    let vouched = vouched.unwrap();
    let keys: Vec<_> = vouched.facts.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["aud", "sub", "amr", "email"].map(|key| format!("{NAME}:{key}")));
    assert_eq!(fact(&vouched, "amr"), ["pwd", "mfa"]);
    assert_eq!(fact(&vouched, "sub"), ["ann@example.com"]);
    assert_eq!(told(&[("amr", json!(["pwd", 7]))]), "Invalid claim: amr");
}

#[test]
fn tags_come_as_an_object_or_a_claim_each() {
    let nested = json!({
        "principal_tags": {"Team": ["blue"], "Cost": "1"},
        "transitive_tag_keys": ["Team"],
    });
    let nested = said(&[(TAGS, nested)]).unwrap();
    let flat = said(&[
        ("https://aws.amazon.com/tags/principal_tags/Team", json!("blue")),
        ("https://aws.amazon.com/tags/principal_tags/Cost", json!(["1"])),
        ("https://aws.amazon.com/tags/transitive_tag_keys", json!(["Team"])),
    ]);
    for vouched in [nested, flat.unwrap()] {
        let tags = [("Cost", "1"), ("Team", "blue")];
        assert_eq!(vouched.tags, tags.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(vouched.transitive, ["Team"]);
    }
}

#[test]
fn tags_have_a_key_and_a_value_each_and_are_not_many() {
    let many: serde_json::Map<_, _> = (0..51).map(|n| (n.to_string(), json!("v"))).collect();
    for bad in [
        json!("Team=blue"),
        json!({"principal_tags": ["Team"]}),
        json!({"principal_tags": {"Team": ["blue", "red"]}}),
        json!({"principal_tags": {"Team": []}}),
        json!({"principal_tags": {"Team": 7}}),
        json!({"principal_tags": {"": "blue"}}),
        json!({"principal_tags": {"Team": "blue", "team": "red"}}),
        json!({"principal_tags": {"T".repeat(129): "blue"}}),
        json!({"principal_tags": {"Team": "b".repeat(257)}}),
        json!({"principal_tags": many}),
        json!({"transitive_tag_keys": [7]}),
    ] {
        assert_eq!(told(&[(TAGS, bad.clone())]), format!("Invalid claim: {TAGS}"), "{bad}");
    }
}

#[test]
fn a_source_identity_is_a_name_that_aws_did_not_give() {
    const CLAIM: &str = "https://aws.amazon.com/source_identity";
    let vouched = said(&[(CLAIM, json!("ann@example.com"))]).unwrap();
    assert_eq!(vouched.source_identity.as_deref(), Some("ann@example.com"));
    for bad in ["a", &"a".repeat(65), "a b", "aws:ann", "ännchen"] {
        assert_eq!(told(&[(CLAIM, json!(bad))]), format!("Invalid claim: {CLAIM}"));
    }
}

#[test]
fn keys_are_a_list_that_is_not_too_long() {
    for bad in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "<html>"] {
        assert_eq!(KeySet::read(bad.as_bytes()), Err(NotKeys::NoList), "{bad}");
    }
    let keys = |kind: &str, count: usize| {
        let keys = vec![json!({"kty": kind}); count];
        KeySet::read(json!({"keys": keys}).to_string().as_bytes())
    };
    assert_eq!(keys("RSA", 100), Ok(KeySet::default()));
    assert_eq!(keys("RSA", 101), Err(NotKeys::TooMany));
    assert_eq!(keys("EC", 101), Err(NotKeys::TooMany));
}

#[test]
fn a_token_is_not_printed() {
    let token = rsa().token(&claims(&[]));
    let printed = format!("{:?}", Claimed::read(&token).unwrap());
    assert!(token.split('.').all(|part| !printed.contains(part)), "{printed}");
    assert!(!printed.contains("ann"), "{printed}");
}

fn rsa() -> SigningKey {
    SigningKey::new("k", Algorithm::RS256)
}

/// Claims that are believed, but for what is said otherwise; nothing is said of
/// what is null.
fn claims(otherwise: &[(&str, Value)]) -> Value {
    let mut claims = json!({
        "iss": ISSUER,
        "aud": "app",
        "sub": "ann@example.com",
        "iat": NOW.unix() - 10,
        "exp": NOW.unix() + 600,
    });
    for (name, value) in otherwise {
        claims[*name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

/// What is made of claims that are signed as they must be.
fn said(otherwise: &[(&str, Value)]) -> Result<Vouched, Error> {
    let key = rsa();
    verified(&key.token(&claims(otherwise)), &key_set(&[&key]))
}

fn told(otherwise: &[(&str, Value)]) -> String {
    let error = said(otherwise).unwrap_err();
    assert_eq!(error.code(), Code::InvalidIdentityToken);
    error.message().to_owned()
}

fn refused(token: &str, keys: &KeySet) -> String {
    let error = verified(token, keys).unwrap_err();
    assert_eq!(error.code(), Code::InvalidIdentityToken);
    error.message().to_owned()
}

fn verified(token: &str, keys: &KeySet) -> Result<Vouched, Error> {
    let clients = ["app".to_owned()];
    let provider = Provider { url: NAME, client_ids: &clients };
    Claimed::read(token)?.verify(&provider, keys, NOW)
}

fn fact<'v>(vouched: &'v Vouched, key: &str) -> &'v [String] {
    let key = format!("{NAME}:{key}");
    &vouched.facts.iter().find(|(name, _)| *name == key).unwrap().1
}
