//! The request that a command is about, with all that is known around it.

use std::io::Write;

use super::input;
use crate::clock::Time;
use crate::command::Failed;
use crate::config::signature::{KeyGiven, ScopeGiven, Signature, When};
use crate::request::{Pasted, Request};
use crate::secret::Secret;
use crate::signing::{Claimed, Credentials, Place, Signatory, rules_of};
use crate::sigv4::{Algorithm, Key, Presented, Rules, Session};
use crate::wire::percent::{self, Plus};

/// The region where nothing names one.
const FIRST: &str = "us-east-1";

/// A request, what it is for, and whose it is said to be.
#[derive(Debug)]
pub(super) struct Subject<'w> {
    pub(super) pasted: Pasted,
    pub(super) claimed: Claimed,
    /// What it is held against.
    pub(super) rules: Rules,
    pub(super) region: String,
    /// What the clock says.
    pub(super) now: Time,
    pub(super) key: &'w KeyGiven,
    time: Option<When>,
}

impl<'w> Subject<'w> {
    pub(super) fn read(
        wish: &'w Signature,
        now: Time,
        notes: &mut impl Write,
    ) -> Result<Self, Failed> {
        let text = input::read(wish.request.as_deref(), notes)?;
        let name = wish.request.as_ref().map(|path| path.display().to_string());
        let name = name.unwrap_or_else(|| "standard input".to_owned());
        let pasted = Pasted::read(&text).map_err(|why| {
            Failed::unusable(format_args!("{name} holds no request that can be read: {why}"))
        })?;
        let claimed = Claimed::of(&pasted.request);
        let place = place(&pasted.request);
        let service = service(&wish.scope, (&claimed, &pasted, &place)).ok_or_else(|| {
            Failed::unusable(
                "neither the request nor its host says which service it is for: give --service",
            )
        })?;
        let rules = rules_of(&service, wish.scope.manner);
        let rules = match &wish.scope.region {
            Some(region) => rules.in_regions([region.as_str()]),
            None => rules,
        };
        let region = region(&wish.scope, (&claimed, &pasted, place));
        Ok(Self { pasted, claimed, rules, region, now, key: &wish.key, time: wish.time })
    }

    /// The request.
    pub(super) fn request(&self) -> &Request {
        &self.pasted.request
    }

    /// The session token that it brings along, in whichever form.
    pub(super) fn token(&self) -> Option<String> {
        self.claimed.token.clone()
    }

    /// When the request says that it was signed; now where it does not say so.
    pub(super) fn own_time(&self) -> Time {
        self.claimed.stamp.map_or(self.now, |stamp| stamp.time())
    }

    /// When it is looked at, or signed.
    pub(super) fn time(&self) -> Time {
        match self.time {
            None => self.own_time(),
            Some(When::Now) => self.now,
            Some(When::At(time)) => time,
        }
    }

    /// Whether it is looked at as of its own time.
    pub(super) fn is_own_time(&self) -> bool {
        self.time.is_none()
    }

    /// What it is signed with.
    pub(super) fn credentials(&self) -> Result<Credentials, Failed> {
        if let Some(credentials) = self.credentials_of_curl() {
            return Ok(credentials);
        }
        let key_id = self.key.id.clone().or_else(|| self.claimed.key_id.clone());
        let key_id = key_id.ok_or_else(|| {
            Failed::unusable("whose key is it? give --key-id, or export AWS_ACCESS_KEY_ID")
        })?;
        Ok(Credentials { key_id, secret: self.secret()?.clone(), token: self.key.token.clone() })
    }

    /// What a curl command line brings along that asks curl to sign.
    fn credentials_of_curl(&self) -> Option<Credentials> {
        let user = self.pasted.user.as_ref().filter(|_| self.pasted.signing.is_some())?;
        let token = self.request().header("x-amz-security-token").map(<[u8]>::trim_ascii);
        let token = token.map(|token| Secret::new(String::from_utf8_lossy(token).into_owned()));
        Some(Credentials { key_id: user.name.clone(), secret: user.secret.clone()?, token })
    }

    /// The secret, which is never a flag.
    pub(super) fn secret(&self) -> Result<&Secret, Failed> {
        let KeyGiven { secret, secret_from, .. } = self.key;
        secret.as_ref().ok_or_else(|| {
            Failed::unusable(format_args!(
                "the secret is missing: export {secret_from}, or name the variable that holds it \
                 by --secret-env"
            ))
        })
    }

    /// Who signs, by these credentials.
    pub(super) fn signatory<'s>(
        &'s self,
        credentials: &'s Credentials,
        (rules, algorithm): (&'s Rules, Algorithm),
    ) -> Signatory<'s> {
        Signatory { credentials, rules, region: &self.region, time: self.time(), algorithm }
    }

    /// The rules for signing: the region is accepted, whichever it is. Of a set of them one
    /// must be known.
    pub(super) fn rules_for(&self, algorithm: Algorithm) -> Rules {
        let rules = self.rules.clone();
        if algorithm.scopes_region() { rules.in_regions([self.region.as_str()]) } else { rules }
    }

    /// The key whose signature is looked for. Who is alone with a request can only take its
    /// token as the key's own, unless there is one to hold it against.
    pub(super) fn key_for(&self, presented: &Presented<'_>, secret: &Secret) -> Key {
        let id = self.key.id.as_deref().unwrap_or_else(|| presented.key_id());
        let key = Key::new(id, 1, secret.clone());
        let shown = || presented.token().map(|token| Secret::new(token.to_owned()));
        let token = self.key.token.clone().or_else(shown);
        match token.filter(|_| !id.starts_with("AKIA")) {
            Some(token) => key.in_session(Session { token, expires: Time::from_unix(i64::MAX) }),
            None => key,
        }
    }
}

fn place(request: &Request) -> Place {
    let headers = request.raw_headers();
    let host = request.head(&headers).host().unwrap_or_default();
    Place::of_host(&String::from_utf8_lossy(host.trim_ascii()))
}

fn service(
    given: &ScopeGiven,
    (claimed, pasted, place): (&Claimed, &Pasted, &Place),
) -> Option<String> {
    let of_curl = || pasted.signing.as_ref()?.service.clone();
    let of_form = || Place::of_version(&version(&pasted.request)?).map(str::to_owned);
    let claimed = claimed.service.clone().filter(|service| !service.is_empty());
    let told = given.service.clone().or(claimed).or_else(of_curl);
    told.or_else(|| place.service.clone()).or_else(of_form)
}

fn region(given: &ScopeGiven, (claimed, pasted, place): (&Claimed, &Pasted, Place)) -> String {
    let of_curl = || pasted.signing.as_ref()?.region.clone();
    let claimed = claimed.region.clone().filter(|region| !region.is_empty());
    let told = given.region.clone().or(claimed).or_else(of_curl).or(place.region);
    told.or_else(|| given.home.clone()).unwrap_or_else(|| FIRST.to_owned())
}

/// The `Version` of a form, in the query or in the body.
fn version(request: &Request) -> Option<String> {
    let headers = request.raw_headers();
    let query = request.head(&headers).query();
    let mut pieces = [query, &request.body].into_iter().flat_map(|form| form.split(|b| *b == b'&'));
    let value = pieces.find_map(|piece| piece.strip_prefix(b"Version="))?;
    let value = percent::decode(value, Plus::Space).ok()?;
    Some(String::from_utf8_lossy(&value).into_owned())
}
