//! The header form: `Authorization: AWS4-HMAC-SHA256 Credential=…, …`.

use std::borrow::Cow;

use super::claims::{Algorithm, Claims, Date, Form};
use super::head::Head;
use super::refusal::{Echo, Lacking, Refusal};
use super::region_set;
use super::rules::Rules;
use super::stamp::Stamp;

/// The parameters of the header; others are not looked at.
#[derive(Default)]
struct Parameters<'r> {
    credential: Option<&'r str>,
    signed_headers: Option<&'r str>,
    signature: Option<&'r str>,
}

/// Reads the one Authorization header of `head`, whose first value is `header`.
pub(super) fn read<'r>(
    head: &Head<'r>,
    header: &'r [u8],
    rules: &Rules,
) -> Result<Claims<'r>, Refusal> {
    head.noted.authorization.one("Authorization")?;
    let (algorithm, rest) = algorithm(header, rules)?;
    let parameters = Parameters::parse(header, rest)?;
    let date = date(head)?;
    let has_region = algorithm.scopes_region();
    let region_set = if has_region { None } else { region_set::header(head)? };
    let lacking = Lacking {
        credential: parameters.credential.is_none(),
        signature: parameters.signature.is_none(),
        signed_headers: parameters.signed_headers.is_none(),
        date: date.is_none(),
        region_set: !has_region && region_set.is_none(),
    };
    lacking.check(|lacking| Refusal::HeaderLacks(algorithm, lacking))?;
    Ok(Claims {
        form: Form::Header,
        algorithm,
        credential: Cow::Borrowed(parameters.credential.unwrap_or_default()),
        signed_headers: Cow::Borrowed(parameters.signed_headers.unwrap_or_default()),
        signature: Cow::Borrowed(parameters.signature.unwrap_or_default()),
        date: date.unwrap_or_default(),
        token: head.noted.token.one("X-Amz-Security-Token")?.map(String::from_utf8_lossy),
        expires: None,
        region_set,
    })
}

fn algorithm<'r>(header: &'r [u8], rules: &Rules) -> Result<(Algorithm, &'r [u8]), Refusal> {
    let end = header.iter().position(u8::is_ascii_whitespace).unwrap_or(header.len());
    let (name, rest) = header.split_at_checked(end).unwrap_or((header, &[]));
    let algorithm = rules.algorithm(name).ok_or_else(|| Refusal::Algorithm(Echo::of(name)))?;
    Ok((algorithm, rest))
}

impl<'r> Parameters<'r> {
    /// Splits at white space and commas alike, as AWS does.
    fn parse(header: &'r [u8], rest: &'r [u8]) -> Result<Self, Refusal> {
        let mut found = Self::default();
        // Nearly every byte lies above all of those that part words, and is told by
        // one comparison.
        let is_between = |byte: &u8| *byte <= b',' && (byte.is_ascii_whitespace() || *byte == b',');
        for word in rest.split(is_between).filter(|word| !word.is_empty()) {
            let pair = std::str::from_utf8(word).ok().and_then(|word| word.split_once('='));
            let (name, value) = pair.ok_or_else(|| Refusal::NoPair {
                word: Echo::of(word),
                header: Echo::of(header),
            })?;
            found.set(name, value)?;
        }
        Ok(found)
    }

    fn set(&mut self, name: &str, value: &'r str) -> Result<(), Refusal> {
        let (place, name) = match name {
            "Credential" => (&mut self.credential, "Credential"),
            "SignedHeaders" => (&mut self.signed_headers, "SignedHeaders"),
            "Signature" => (&mut self.signature, "Signature"),
            _ => return Ok(()),
        };
        if place.replace(value).is_some() { Err(Refusal::Twice(name)) } else { Ok(()) }
    }
}

/// `X-Amz-Date`, which wins, or `Date`.
fn date<'r>(head: &Head<'r>) -> Result<Option<Date<'r>>, Refusal> {
    if let Some(text) = head.noted.amz_date.one("X-Amz-Date")? {
        return Ok(Some(Date { text: Cow::Borrowed(text), stamp: Stamp::amz_date(text) }));
    }
    let date = head.noted.date.one("Date")?;
    Ok(date.map(|text| Date { text: Cow::Borrowed(text), stamp: Stamp::date(text) }))
}
