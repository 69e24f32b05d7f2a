//! A request's signature as it is presented, parsed once: verification and
//! whoever comes after it read the same values.

use std::borrow::Cow;
use std::fmt;

use super::claims::{Algorithm, Claims, Form};
use super::credential::{Credential, TERMINATOR};
use super::front;
use super::head::Head;
use super::header::SignedHeaders;
use super::query::Query;
use super::refusal::{Echo, Misscoped, Refusal};
use super::region_set::RegionSet;
use super::required;
use super::rules::Rules;
use super::stamp::Stamp;
use super::verifying::Signature;
use super::window;
use crate::clock::Time;

/// A signature and what it is said to cover, in a head that has passed every check
/// that needs neither body nor key.
#[derive(Clone)]
pub struct Presented<'r> {
    pub(super) head: Head<'r>,
    pub(super) query: Query<'r>,
    pub(super) signed: SignedHeaders<'r>,
    pub(super) declared: Declared<'r>,
    form: Form,
    algorithm: Algorithm,
    credential: Credential<'r>,
    /// What the scope leaves out, where it names no region.
    region_set: Option<RegionSet<'r>>,
    signature: Cow<'r, str>,
    stamp: Stamp,
    token: Option<Cow<'r, str>>,
    now: Time,
}

/// The hashes of the body that the client declares.
#[derive(Clone, Debug)]
pub(super) struct Declared<'r> {
    pub(super) parameter: Option<Cow<'r, str>>,
    pub(super) header: Option<&'r [u8]>,
}

impl<'r> Presented<'r> {
    /// Reads the signature of a request, at the time `now`.
    ///
    /// The checks follow each other as AWS's do, and the first that fails answers.
    pub fn read(head: Head<'r>, rules: &Rules, now: Time) -> Result<Self, Refusal> {
        front::check(&head, rules)?;
        let query = Query::parse(head.query())?;
        let mut claims = Claims::find(&head, &query, rules)?;
        let signed = SignedHeaders::parse(std::mem::take(&mut claims.signed_headers))?;
        required::check(&head, &signed, rules)?;
        required::check_region_set(&head, &signed, &claims)?;
        required::check_s3(&head, &query, &claims, rules)?;
        let stamp =
            claims.date.stamp.ok_or_else(|| Refusal::BadDate(Echo::of(&claims.date.text)))?;
        window::check(stamp, &claims, rules, now)?;
        let credential = Credential::parse(claims.credential, claims.algorithm.scopes_region());
        Ok(Self {
            declared: Declared::read(&head, &query, claims.form)?,
            credential: credential.map_err(|text| {
                Refusal::BadCredential(claims.algorithm, Echo::of(text.as_bytes()))
            })?,
            region_set: claims.region_set.map(RegionSet::read).transpose()?,
            token: one_token(&head, claims.form, claims.token)?,
            form: claims.form,
            algorithm: claims.algorithm,
            signature: claims.signature,
            head,
            query,
            signed,
            stamp,
            now,
        })
    }

    /// Refuses an algorithm that is not the service's, and a credential that is
    /// scoped to another region, service or day. Keys are made for a scope only
    /// behind this check.
    pub fn in_scope<'p>(&'p self, rules: &'p Rules) -> Result<Scoped<'p, 'r>, Refusal> {
        if !rules.takes(self.algorithm) {
            return Err(self.not_taken());
        }
        let credential = &self.credential;
        let region = self.region(rules);
        let is_of_day = credential.date() == self.stamp.day();
        let wrong = Misscoped {
            region: region.is_none(),
            service: (credential.service() != rules.service()).then(|| rules.service.clone()),
            terminator: (credential.terminator() != TERMINATOR)
                .then(|| Echo::of(credential.terminator())),
            date: (!is_of_day).then(|| (Echo::of(credential.date()), self.stamp.as_str().into())),
        };
        match region {
            Some(region) if wrong == Misscoped::default() => {
                Ok(Scoped { presented: self, rules, region })
            }
            _ => Err(Refusal::OutOfScope(Box::new(wrong))),
        }
    }

    /// The region that the signature is for, if `rules` accept one.
    fn region<'p>(&'p self, rules: &'p Rules) -> Option<&'p str> {
        match &self.region_set {
            Some(set) => rules.region_of(set),
            None => self.credential.region().filter(|region| rules.accepts_region(region)),
        }
    }

    /// What is said where the head was read by the rules of several services, and
    /// the one that is asked does not take the algorithm.
    fn not_taken(&self) -> Refusal {
        match self.form {
            Form::Header => Refusal::Algorithm(Echo::of(self.algorithm.as_str())),
            Form::Presigned => Refusal::QueryAlgorithm,
        }
    }

    /// Where the signature stands.
    pub fn form(&self) -> Form {
        self.form
    }

    /// How it is made.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whose key is said to have made it, and for what.
    pub fn credential(&self) -> &Credential<'r> {
        &self.credential
    }

    /// The id of the key that is said to have made it.
    pub fn key_id(&self) -> &str {
        self.credential.key_id()
    }

    /// When it was made.
    pub fn stamp(&self) -> &Stamp {
        &self.stamp
    }

    /// When it is looked at.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The session token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The headers that are signed.
    pub fn signed_headers(&self) -> &SignedHeaders<'r> {
        &self.signed
    }

    /// The parameters of the query, decoded, in the order in which they are signed.
    pub fn parameters(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, Cow<'_, [u8]>)> {
        self.query.parameters()
    }

    /// The head of the request.
    pub fn head(&self) -> &Head<'r> {
        &self.head
    }

    /// The signature as it was sent, whatever it is.
    pub(crate) fn signature_as_sent(&self) -> &str {
        &self.signature
    }

    /// The hash of the body that the client declares, if it declares one.
    pub(crate) fn declared_payload(&self) -> Option<&[u8]> {
        let parameter = self.declared.parameter.as_ref().map(|value| value.as_bytes());
        parameter.or(self.declared.header)
    }

    /// The signature, if it is hexadecimal digits in lower case that are one of the
    /// algorithm's.
    pub fn signature(&self) -> Option<Signature> {
        Signature::read(self.algorithm, self.signature.as_bytes())
    }
}

/// The signature and the token stay out of logs.
impl fmt::Debug for Presented<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presented")
            .field("form", &self.form)
            .field("credential", &self.credential.as_str())
            .field("at", &self.stamp.as_str())
            .field("signed", &self.signed.as_str())
            .finish_non_exhaustive()
    }
}

/// A signature whose scope is that of the service that is asked.
#[derive(Clone, Copy, Debug)]
pub struct Scoped<'p, 'r> {
    pub(super) presented: &'p Presented<'r>,
    pub(super) rules: &'p Rules,
    region: &'p str,
}

impl<'p, 'r> Scoped<'p, 'r> {
    /// The signature.
    pub fn presented(&self) -> &'p Presented<'r> {
        self.presented
    }

    /// The rules that it keeps.
    pub fn rules(&self) -> &'p Rules {
        self.rules
    }

    /// The region that it is for: of the scope, or of those in a set one that is
    /// accepted.
    pub fn region(&self) -> &'p str {
        self.region
    }
}

impl<'r> Declared<'r> {
    fn read(head: &Head<'r>, query: &Query<'r>, form: Form) -> Result<Self, Refusal> {
        let name = "X-Amz-Content-Sha256";
        let parameter = if form == Form::Presigned { query.one(name)? } else { None };
        Ok(Self { parameter, header: head.noted.content_sha256.one(name)? })
    }
}

/// The one token: a presigned request has it in its query, and then not in a
/// header as well.
fn one_token<'r>(
    head: &Head<'r>,
    form: Form,
    token: Option<Cow<'r, str>>,
) -> Result<Option<Cow<'r, str>>, Refusal> {
    let titled = "X-Amz-Security-Token";
    if form == Form::Header {
        return Ok(token);
    }
    let header = head.noted.token.one(titled)?;
    match (token, header) {
        (Some(_), Some(_)) => Err(Refusal::Twice(titled)),
        (token, header) => Ok(token.or_else(|| header.map(String::from_utf8_lossy))),
    }
}
