//! What a single value of a setting may be.

use std::num::ParseIntError;
use std::time::Duration;

use tracing_subscriber::EnvFilter;

use super::signature::When;
use crate::sigv4::{Algorithm, Stamp};
use crate::store::limits::Limits;
use crate::text::{AccountId, IssuerBase, Text, UserName};

/// The smallest head that HTTP/1.1 may be bounded to, in hyper.
const SMALLEST_HEAD: usize = 8192;

pub(super) fn account(word: &str) -> Result<AccountId, String> {
    AccountId::parse(word).map_err(|_| "an account has 12 digits".to_owned())
}

pub(super) fn user(word: &str) -> Result<UserName, String> {
    UserName::parse(word).map_err(|_| "a user's name has letters, digits and _+=,.@-".to_owned())
}

pub(super) fn region(word: &str) -> Result<String, String> {
    let is_letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=64).contains(&word.len()) && word.bytes().all(is_letter) {
        return Ok(word.to_owned());
    }
    Err("a region is written as eu-central-1 is".to_owned())
}

pub(super) fn issuer(word: &str) -> Result<IssuerBase, String> {
    let wrong = "an address is written as https://tokens.example.com is, without a query";
    IssuerBase::parse(word).ok_or_else(|| wrong.to_owned())
}

pub(super) fn filter(word: &str) -> Result<String, String> {
    match EnvFilter::try_new(word) {
        Ok(_) if !word.trim().is_empty() => Ok(word.to_owned()),
        _ => Err("it is neither a level (error, warn, info, debug, trace) nor a filter".to_owned()),
    }
}

/// The longest region, or service, or list of regions.
const LONGEST_SCOPE: usize = 256;

pub(super) fn scope(word: &str) -> Result<String, String> {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b"-_.,*".contains(&b);
    if (1..=LONGEST_SCOPE).contains(&word.len()) && word.bytes().all(is_sign) {
        return Ok(word.to_owned());
    }
    Err("it is written as in a scope, as us-east-1 or iam are".to_owned())
}

pub(super) fn variable(word: &str) -> Result<String, String> {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if !word.is_empty() && word.bytes().all(is_sign) {
        return Ok(word.to_owned());
    }
    Err("it is the name of a variable, as AWS_SECRET_ACCESS_KEY is, and not what is in it"
        .to_owned())
}

pub(super) fn when(word: &str) -> Result<When, String> {
    if word == "now" {
        return Ok(When::Now);
    }
    let stamp =
        Stamp::amz_date(word.as_bytes()).ok_or("it is now, or UTC as 20150830T123600Z is")?;
    Ok(When::At(stamp.time()))
}

pub(super) fn algorithm(word: &str) -> Result<Algorithm, String> {
    let names = || Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect::<Vec<_>>();
    Algorithm::named(word.as_bytes()).ok_or_else(|| format!("it is one of {}", names().join(", ")))
}

/// A quota of an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub(super) name: &'static str,
    pub(super) most: usize,
}

pub(super) fn limit(word: &str) -> Result<Limit, String> {
    let (name, most) = word.split_once('=').ok_or("it is written as UsersQuota=10000 is")?;
    let known = Limits::NAMES.iter().find(|known| **known == name);
    let name = known.ok_or("there is no such quota; countersign serve --help lists them")?;
    Ok(Limit { name, most: count(most)? })
}

pub(super) fn count(word: &str) -> Result<usize, String> {
    number(word, (1, 1_000_000))
}

pub(super) fn body(word: &str) -> Result<usize, String> {
    number(word, (1, 1 << 30))
}

pub(super) fn head(word: &str) -> Result<usize, String> {
    number(word, (SMALLEST_HEAD, 1 << 24))
}

pub(super) fn seconds(word: &str) -> Result<Duration, String> {
    let seconds = number(word, (1, 86_400))?;
    Ok(Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX)))
}

fn number(word: &str, (least, most): (usize, usize)) -> Result<usize, String> {
    let number: usize = word.parse().map_err(|error: ParseIntError| error.to_string())?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    Err(format!("it must be from {least} to {most}"))
}
