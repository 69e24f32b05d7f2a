//! What identity providers say of people: proofs and a provider's keys in, what is
//! vouched for out. Pure: it knows neither the store nor the network.

pub mod metadata;
pub mod saml;
pub mod web;

/// What an identity provider says of someone, its signature verified.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Vouched {
    /// Who says so: the `iss` of a token, the `Issuer` of an assertion.
    pub issuer: String,
    /// Of whom: the `sub` of a token, the `NameID` of an assertion.
    pub subject: String,
    /// To whom it is said, as the answer of STS repeats it.
    pub audience: String,
    /// What conditions may ask of it: full names of keys (`accounts.example.com:sub`,
    /// `saml:aud`), each with its values.
    pub facts: Vec<(String, Vec<String>)>,
    /// Session tags, in the order in which they came.
    pub tags: Vec<(String, String)>,
    /// Keys of the tags that sessions further on inherit.
    pub transitive: Vec<String>,
    /// The source identity.
    pub source_identity: Option<String>,
}
