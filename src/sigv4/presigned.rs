//! The presigned form: the signature and all that belongs to it in the query.

use std::borrow::Cow;

use super::claims::{Claims, Date, Form};
use super::query::Query;
use super::refusal::{Lacking, Refusal};
use super::region_set;
use super::rules::Rules;
use super::stamp::Stamp;

/// The one parameter that is not signed.
pub(super) const SIGNATURE: &str = "X-Amz-Signature";

/// The parameter that some services add after signing.
pub(super) const TOKEN: &str = "X-Amz-Security-Token";

/// Reads the signature in `query`, which has an `X-Amz-Algorithm`.
pub(super) fn read<'r>(query: &Query<'r>, rules: &Rules) -> Result<Claims<'r>, Refusal> {
    let algorithm = query.one("X-Amz-Algorithm")?.unwrap_or_default();
    let credential = query.one("X-Amz-Credential")?;
    let signature = query.one(SIGNATURE)?;
    let signed_headers = query.one("X-Amz-SignedHeaders")?;
    let date = query.one("X-Amz-Date")?;
    let (token, expires) = (query.one(TOKEN)?, query.one("X-Amz-Expires")?);
    let algorithm = rules.algorithm(algorithm.as_bytes()).ok_or(Refusal::QueryAlgorithm)?;
    let has_region = algorithm.scopes_region();
    let region_set = if has_region { None } else { query.one(region_set::TITLED)? };
    let lacking = Lacking {
        credential: credential.is_none(),
        signature: signature.is_none(),
        signed_headers: signed_headers.is_none(),
        date: date.is_none(),
        region_set: !has_region && region_set.is_none(),
    };
    lacking.check(Refusal::QueryLacks)?;
    Ok(Claims {
        form: Form::Presigned,
        algorithm,
        credential: credential.unwrap_or_default(),
        signed_headers: signed_headers.unwrap_or_default(),
        signature: signature.unwrap_or_default(),
        date: read_date(date.unwrap_or_default()),
        token,
        expires,
        region_set,
    })
}

fn read_date(text: Cow<'_, str>) -> Date<'_> {
    let stamp = Stamp::basic(text.as_bytes());
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    };
    Date { text, stamp }
}
