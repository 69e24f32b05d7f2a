//! What an assertion says of its subject: AWS's own attributes, and those that conditions
//! may ask for.

use super::Refusal;
use super::signature::ASSERTION;
use super::tree::Element;

/// What AWS's own attributes are called, before the last word.
const AWS: &str = "https://aws.amazon.com/SAML/Attributes/";

/// How long a session may be, in seconds, if `SessionDuration` says so.
const DURATIONS: std::ops::RangeInclusive<u32> = 900..=43_200;

/// Attributes by their `Name`, and the condition keys that AWS makes of them (IAM User
/// Guide, “Mapping SAML attributes to AWS trust policy context keys”). Where AWS's table
/// has an identifier that is not the attribute's, the attribute's own stands beside it.
const KEYS: &[(&str, &str, Values)] = &[
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "saml:edupersonaffiliation", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "saml:edupersonnickname", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "saml:edupersonorgdn", Values::One),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "saml:edupersonorgunitdn", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "saml:edupersonprimaryaffiliation", Values::One),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "saml:edupersonprincipalname", Values::One),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "saml:edupersonentitlement", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "saml:edupersonprimaryorgunitdn", Values::One),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "saml:edupersonscopedaffiliation", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "saml:edupersontargetedid", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "saml:edupersonassurance", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "saml:eduorghomepageuri", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "saml:eduorgidentityauthnpolicyuri", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "saml:eduorglegalname", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "saml:eduorgsuperioruri", Values::Many),
    ("urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "saml:eduorgwhitepagesuri", Values::Many),
    ("urn:oid:2.5.4.3", "saml:cn", Values::Many),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "saml:name", Values::One),
    ("http://schemas.xmlsoap.org/claims/CommonName", "saml:commonName", Values::One),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
        "saml:givenName",
        Values::One,
    ),
    ("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "saml:surname", Values::One),
    (
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
        "saml:mail",
        Values::One,
    ),
    (PRIMARY_GROUP, "saml:uid", Values::One),
    (PRIMARY_GROUP, "saml:primaryGroupSID", Values::One),
    ("2.5.4.3", "saml:commonName", Values::One),
    ("2.5.4.4", "saml:surname", Values::One),
    ("urn:oid:2.5.4.4", "saml:surname", Values::One),
    ("2.4.5.42", "saml:givenName", Values::One),
    ("2.5.4.42", "saml:givenName", Values::One),
    ("urn:oid:2.5.4.42", "saml:givenName", Values::One),
    ("2.5.4.45", "saml:x500UniqueIdentifier", Values::One),
    ("urn:oid:2.5.4.45", "saml:x500UniqueIdentifier", Values::One),
    ("0.9.2342.19200300100.1.1", "saml:uid", Values::One),
    ("0.9.2342.19200300.100.1.1", "saml:uid", Values::One),
    ("urn:oid:0.9.2342.19200300.100.1.1", "saml:uid", Values::One),
    ("0.9.2342.19200300100.1.3", "saml:mail", Values::One),
    ("0.9.2342.19200300.100.1.3", "saml:mail", Values::One),
    ("urn:oid:0.9.2342.19200300.100.1.3", "saml:mail", Values::One),
    ("0.9.2342.19200300.100.1.45", "saml:organizationStatus", Values::One),
    ("urn:oid:0.9.2342.19200300.100.1.45", "saml:organizationStatus", Values::One),
];

const PRIMARY_GROUP: &str =
    "http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid";

/// How many values of an attribute count.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Values {
    One,
    Many,
}

/// The attributes of an assertion, in their order: names and values.
#[derive(Debug)]
pub(super) struct Attributes(Vec<(String, Vec<String>)>);

impl Attributes {
    /// Those of every `AttributeStatement`.
    pub(super) fn of(assertion: &Element) -> Self {
        let statements = assertion.all(ASSERTION, "AttributeStatement");
        let attributes = statements.flat_map(|one| one.all(ASSERTION, "Attribute"));
        Self(attributes.filter_map(named_values).collect())
    }

    /// All values of one of AWS's own attributes.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, _)| known.strip_prefix(AWS) == Some(name));
        named.flat_map(|(_, values)| values).map(String::as_str)
    }

    /// The value of one that has one value; where it has several, `several`.
    fn value<'a>(&'a self, name: &'a str, several: Refusal) -> Result<Option<&'a str>, Refusal> {
        let mut values = self.values(name);
        let first = values.next();
        if values.next().is_some() { Err(several) } else { Ok(first) }
    }

    /// Pairs of role and provider, which a value names in either order. What is no such
    /// pair opens nothing.
    pub(super) fn roles(&self) -> Vec<(String, String)> {
        let pairs = self.values("Role").filter_map(|value| value.split_once(','));
        let pairs = pairs.map(|(first, second)| (first.trim(), second.trim()));
        pairs
            .filter_map(|(first, second)| pair(first, second).or_else(|| pair(second, first)))
            .collect()
    }

    pub(super) fn session_name(&self) -> Result<String, Refusal> {
        let name = self.value("RoleSessionName", Refusal::SessionName)?;
        let name = name.ok_or(Refusal::NoSessionName)?;
        if is_name(name) { Ok(name.to_owned()) } else { Err(Refusal::SessionName) }
    }

    pub(super) fn source_identity(&self) -> Result<Option<String>, Refusal> {
        let identity = self.value("SourceIdentity", Refusal::SourceIdentity)?;
        match identity {
            Some(one) if !is_name(one) || one.starts_with("aws:") => Err(Refusal::SourceIdentity),
            identity => Ok(identity.map(str::to_owned)),
        }
    }

    pub(super) fn session_seconds(&self) -> Result<Option<u32>, Refusal> {
        const LACKS: Refusal = Refusal::Lacks("SessionDuration");
        let Some(seconds) = self.value("SessionDuration", LACKS)? else { return Ok(None) };
        let is_number = seconds.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = seconds.parse().ok().filter(|one| is_number && DURATIONS.contains(one));
        seconds.map(Some).ok_or(LACKS)
    }

    /// Session tags: an attribute each, with one value.
    pub(super) fn tags(&self) -> Result<Vec<(String, String)>, Refusal> {
        let mut tags = Vec::new();
        for (name, values) in &self.0 {
            let key = name.strip_prefix(AWS).and_then(|word| word.strip_prefix("PrincipalTag:"));
            match (key, values.as_slice()) {
                (Some(key), [value]) => tags.push((key.to_owned(), value.clone())),
                (Some(_), _) => return Err(Refusal::Lacks("PrincipalTag")),
                (None, _) => {}
            }
        }
        Ok(tags)
    }

    pub(super) fn transitive(&self) -> Vec<String> {
        self.values("TransitiveTagKeys").map(str::to_owned).collect()
    }

    /// What conditions may ask for: of several attributes that make one key, the first.
    pub(super) fn facts(&self) -> Vec<(String, Vec<String>)> {
        let mut facts: Vec<(String, Vec<String>)> = Vec::new();
        for (name, values) in &self.0 {
            for (_, key, number) in KEYS.iter().filter(|(known, ..)| known == name) {
                let is_new = !facts.iter().any(|(known, _)| known == key);
                let counted = if *number == Values::One { 1 } else { values.len() };
                if is_new && !values.is_empty() {
                    let values = values.iter().take(counted).cloned().collect();
                    facts.push(((*key).to_owned(), values));
                }
            }
        }
        facts
    }
}

fn named_values(attribute: &Element) -> Option<(String, Vec<String>)> {
    let name = attribute.attribute("Name")?.to_owned();
    Some((name, attribute.all(ASSERTION, "AttributeValue").map(Element::text).collect()))
}

fn pair(role: &str, provider: &str) -> Option<(String, String)> {
    let is_pair = role.contains(":role/") && provider.contains(":saml-provider/");
    is_pair.then(|| (role.to_owned(), provider.to_owned()))
}

/// `[a-zA-Z_0-9+=,.@-]{2,64}`
fn is_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(all: &[(&str, &[&str])]) -> Attributes {
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Attributes(all.iter().map(|(name, values)| ((*name).to_owned(), owned(values))).collect())
    }

    /// One of AWS's own.
    fn aws(name: &str, values: &[&str]) -> Attributes {
        attributes(&[(&format!("{AWS}{name}"), values)])
    }

    const ROLE: &str = "arn:aws:iam::123456789012:role/r";
    const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/p";

    #[test]
    fn role_and_provider_come_in_either_order_and_nothing_else_is_a_pair() {
        let pairs = [
            format!("{ROLE},{PROVIDER}"),
            format!("\n {PROVIDER} , {ROLE}\n"),
            ROLE.to_owned(),
            format!("{ROLE},{ROLE}"),
            format!("{PROVIDER},{PROVIDER}"),
            format!("{ROLE};{PROVIDER}"),
        ];
        let pairs: Vec<_> = pairs.iter().map(String::as_str).collect();
        let pair = (ROLE.to_owned(), PROVIDER.to_owned());
        assert_eq!(aws("Role", &pairs).roles(), [pair.clone(), pair]);
    }

    #[test]
    fn a_session_needs_one_name_that_is_sound() {
        let named = |values: &[&str]| aws("RoleSessionName", values).session_name();
        assert_eq!(named(&["ann@example.com"]).unwrap(), "ann@example.com");
        assert_eq!(attributes(&[]).session_name(), Err(Refusal::NoSessionName));
        assert_eq!(named(&[]), Err(Refusal::NoSessionName));
        for bad in ["", "a", "ann smith", "ann\n", &"a".repeat(65), "änn", "a/b"] {
            assert_eq!(named(&[bad]), Err(Refusal::SessionName), "{bad}");
        }
        assert_eq!(named(&["ann", "bob"]), Err(Refusal::SessionName));
    }

    #[test]
    fn names_of_attributes_are_exact() {
        let other =
            attributes(&[("https://aws.amazon.com/SAML/attributes/RoleSessionName", &["ann"])]);
        assert_eq!(other.session_name(), Err(Refusal::NoSessionName));
    }

    #[test]
    fn a_source_identity_does_not_look_like_aws_s() {
        let source = |values: &[&str]| aws("SourceIdentity", values).source_identity();
        assert_eq!(source(&["ann"]), Ok(Some("ann".to_owned())));
        assert_eq!(attributes(&[]).source_identity(), Ok(None));
        for bad in [&["aws:ann"][..], &["a"], &["ann", "bob"], &["aws:"]] {
            assert_eq!(source(bad), Err(Refusal::SourceIdentity), "{bad:?}");
        }
    }

    #[test]
    fn a_session_s_duration_is_between_a_quarter_of_an_hour_and_half_a_day() {
        let seconds = |values: &[&str]| aws("SessionDuration", values).session_seconds();
        assert_eq!(attributes(&[]).session_seconds(), Ok(None));
        assert_eq!(seconds(&["900"]), Ok(Some(900)));
        assert_eq!(seconds(&["43200"]), Ok(Some(43_200)));
        for bad in ["899", "43201", "+900", "", "1h", "99999999999"] {
            assert_eq!(seconds(&[bad]), Err(Refusal::Lacks("SessionDuration")), "{bad}");
        }
    }

    #[test]
    fn tags_have_one_value_each() {
        let tag = |values: &[&str]| aws("PrincipalTag:Team", values).tags();
        assert_eq!(tag(&["blue"]), Ok(vec![("Team".to_owned(), "blue".to_owned())]));
        assert_eq!(tag(&["blue", "red"]), Err(Refusal::Lacks("PrincipalTag")));
        assert_eq!(tag(&[]), Err(Refusal::Lacks("PrincipalTag")));
        assert_eq!(aws("TransitiveTagKeys", &["Team", "Site"]).transitive(), ["Team", "Site"]);
    }

    #[test]
    fn of_attributes_that_make_one_key_the_first_counts() {
        let known = attributes(&[
            ("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", &["staff", "member"]),
            ("0.9.2342.19200300100.1.3", &["a@x", "b@x"]),
            ("urn:oid:0.9.2342.19200300.100.1.3", &["c@x"]),
            ("urn:oid:1.3.6.1.4.1.5923.1.1.1.7", &[]),
            ("unknown", &["x"]),
        ]);
        let fact = |key: &str, values: &[&str]| {
            (key.to_owned(), values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
        };
        let expected =
            [fact("saml:edupersonaffiliation", &["staff", "member"]), fact("saml:mail", &["a@x"])];
        assert_eq!(known.facts(), expected);
    }
}
