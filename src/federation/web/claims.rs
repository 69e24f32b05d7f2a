//! What a verified token says, and for how long and for whom it counts.

use super::json::{Json, Members};
use super::{Provider, Refused, tags};
use crate::clock::Time;
use crate::federation::Vouched;

/// How far the issuer's clock may be ahead of ours. AWS documents nothing; this is
/// what it takes of signatures. What has expired has expired.
const SKEW: i64 = 300;

/// The most values of one claim, and the most characters of one.
const MOST_VALUES: usize = 100;
const LONGEST: usize = 255;

/// Who the session is attributed to, as long as it lasts.
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// Claims by name.
#[derive(Debug)]
pub(super) struct Claims(pub(super) Members);

impl Claims {
    /// What the token vouches for, if it counts now and for a client of `provider`.
    pub(super) fn vouched(&self, provider: &Provider<'_>, now: Time) -> Result<Vouched, Refused> {
        self.counts(now)?;
        let audience = self.audience(provider)?;
        let subject = self.word("sub")?;
        let tags = tags::read(&self.0)?;
        Ok(Vouched {
            issuer: self.word("iss")?.to_owned(),
            subject: subject.to_owned(),
            audience: audience.to_owned(),
            facts: self.facts(provider, (audience, subject))?,
            tags: tags.tags,
            transitive: tags.transitive,
            source_identity: self.source_identity()?,
        })
    }

    fn counts(&self, now: Time) -> Result<(), Refused> {
        let at = self.time("exp")?.ok_or(Refused::Missing("exp"))?;
        if now >= at {
            return Err(Refused::Expired { at, now });
        }
        for name in ["nbf", "iat"] {
            let begins = self.time(name)?;
            if let Some(at) = begins.filter(|at| *at > now.plus(SKEW)) {
                return Err(Refused::Early { at, now });
            }
        }
        Ok(())
    }

    /// For whom it is, who must be a client of the provider: its `azp` where it has
    /// one, as AWS takes it (IAM User Guide, `aud`), or else its only `aud`.
    fn audience(&self, provider: &Provider<'_>) -> Result<&str, Refused> {
        let audiences = self.words("aud")?;
        let audience = match (self.optional("azp")?, &audiences[..]) {
            (_, []) => return Err(Refused::Missing("aud")),
            (Some(party), _) => party,
            (None, [only]) => only,
            (None, _) => return Err(Refused::Audience),
        };
        let is_client = provider.client_ids.iter().any(|id| id == audience);
        if is_client { Ok(audience) } else { Err(Refused::Audience) }
    }

    /// What conditions may ask (IAM User Guide, "Available keys for AWS OIDC
    /// federation"): the audience, the audiences where somebody else is party to
    /// it, the subject, the means by which they signed in, their address.
    fn facts(
        &self,
        provider: &Provider<'_>,
        (audience, subject): (&str, &str),
    ) -> Result<Vec<(String, Vec<String>)>, Refused> {
        let is_split = self.optional("azp")?.is_some();
        let original = if is_split { self.words("aud")? } else { Vec::new() };
        let email: Vec<_> = self.optional("email")?.into_iter().collect();
        let known = [
            ("aud", vec![audience]),
            ("oaud", original),
            ("sub", vec![subject]),
            ("amr", self.words("amr")?),
            ("email", email),
        ];
        let said = known.into_iter().filter(|(_, values)| !values.is_empty());
        let named = said.map(|(key, values)| {
            let values = values.into_iter().map(str::to_owned).collect();
            (format!("{}:{key}", provider.name()), values)
        });
        Ok(named.collect())
    }

    fn source_identity(&self) -> Result<Option<String>, Refused> {
        let identity = self.optional(SOURCE_IDENTITY)?;
        if !identity.is_none_or(is_source_identity) {
            return Err(Refused::Malformed(SOURCE_IDENTITY));
        }
        Ok(identity.map(str::to_owned))
    }

    /// What a claim says that must be there.
    pub(super) fn word(&self, name: &'static str) -> Result<&str, Refused> {
        self.optional(name)?.ok_or(Refused::Missing(name))
    }

    fn optional(&self, name: &'static str) -> Result<Option<&str>, Refused> {
        let Some(claim) = self.get(name) else { return Ok(None) };
        let word = claim.text().filter(|word| is_word(word)).ok_or(Refused::Malformed(name))?;
        Ok(Some(word))
    }

    /// What a claim says that may be one word or a list of them.
    fn words(&self, name: &'static str) -> Result<Vec<&str>, Refused> {
        let Some(claim) = self.get(name) else { return Ok(Vec::new()) };
        let words = claim
            .texts()
            .filter(|words| words.len() <= MOST_VALUES && words.iter().all(|word| is_word(word)));
        words.ok_or(Refused::Malformed(name))
    }

    /// A moment; AWS takes whole seconds only (STS API Reference, `WebIdentityToken`).
    fn time(&self, name: &'static str) -> Result<Option<Time>, Refused> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Integer(seconds)) => Ok(Some(Time::from_unix(*seconds))),
            Some(_) => Err(Refused::Malformed(name)),
        }
    }

    fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name).filter(|claim| **claim != Json::Null)
    }
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.chars().count() <= LONGEST && !word.chars().any(char::is_control)
}

/// From 2 to 64 letters, digits and `_+=,.@-`; names that AWS gives are not given
/// by others.
fn is_source_identity(word: &str) -> bool {
    (2..=64).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
        && !word.starts_with("aws:")
}
