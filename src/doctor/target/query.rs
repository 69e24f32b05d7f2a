//! What goes wrong with the query.

use super::super::Case;
use super::super::body::recoded::{escapes, is_kept_by_javascript};
use super::super::body::replaced;
use super::super::diagnosis::causes;
use super::super::trial::{Baseline, Edit, Hypothesis, write_query};
use crate::sigv4::Form;
use crate::wire::percent::{self, Plus};

causes! { Target:
    QUERY_UNSORTED, "query-unsorted",
        "The parameters of the query are signed in the order in which they are sent.",
        "with the parameters in the order of the URL",
        "Sort the parameters by their encoded names, and then by their encoded values, before they are signed.";
    QUERY_SORTED_OTHERWISE, "query-sorted-otherwise",
        "The parameters of the query are sorted in another way: {}.",
        "with the parameters sorted {}",
        "Encode names and values first, then sort by name, and by value where names are the same.";
    QUERY_NOT_SIGNED, "query-not-signed",
        "The query is left out of what is signed.",
        "with an empty line for the query",
        "Put the sorted and encoded parameters into the third line of the canonical request.";
    QUERY_AS_SENT, "query-not-encoded",
        "The query is signed as it is sent, and not encoded as AWS encodes it.",
        "with the query {}",
        "Decode each name and value once and encode them again, every byte but letters, digits, - . _ ~.";
    QUERY_PLUS, "query-plus",
        "A + in the query is signed as another sign than it is read as, which is a space.",
        "with {} for each + of the query",
        "Write a space as %20 and a plus sign as %2B in the URL.";
    QUERY_ENCODED_OTHERWISE, "query-otherwise-encoded",
        "The query is encoded in another way: {}.",
        "with {} in the query",
        "Encode every byte but letters, digits, - . _ ~ as % and two upper-case digits.";
    QUERY_EMPTY_VALUES, "query-empty-values",
        "Parameters without a value are signed in another way: {}.",
        "with parameters without a value {}",
        "Write name and equals sign for a parameter without a value.";
    QUERY_DUPLICATES, "query-duplicates-dropped",
        "Parameters that are given twice are signed in another way: {}.",
        "with {}",
        "Sign all parameters, also those of one name, each with its own value.";
    QUERY_HAS_SIGNATURE, "query-with-signature",
        "The parameter X-Amz-Signature is signed as well.",
        "with X-Amz-Signature in the query",
        "Add X-Amz-Signature after signing, and leave it out when verifying.";
    QUERY_WITHOUT_TOKEN, "query-without-token",
        "The session token was put into the query after it was signed.",
        "without X-Amz-Security-Token in the query",
        "Give the signer the session token, so that it signs it with the rest.";
    QUERY_HTML_ESCAPED, "query-html-escaped",
        "The URL was escaped for HTML or JSON on its way.",
        "with & in the place of {} in the query",
        "Copy the URL from where it is not escaped.";
    QUERY_ADDED_LATER, "query-parameters-added",
        "Parameters were added to the URL after it was signed: {}.",
        "without the parameters {}",
        "Sign the final URL: add nothing to a presigned one, and turn link tracking and cache busters off.";
    QUERY_EXPIRES_REWRITTEN, "query-expires-rewritten",
        "X-Amz-Expires is signed as {}, another spelling of the number.",
        "with X-Amz-Expires as {}",
        "Write X-Amz-Expires as a plain decimal number, the same in the URL and in what is signed.";
}

/// Parameters that senders of mail, networks of advertisers and caches put into links.
const TRACKING: &[&str] = &[
    "fbclid", "gclid", "msclkid", "mc_cid", "mc_eid", "igshid", "_", "_ga", "cb", "nocache", "ts",
];

/// A name and a value.
type Pair = (Vec<u8>, Vec<u8>);

/// What may go wrong with the query, the most likely first.
pub(super) fn hypotheses(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let head = case.presented.head();
    let mut found = Vec::new();
    if !head.query().is_empty() {
        let wire = wire(case);
        if is_of_somebody_else(case) {
            found.push(added_whole(base));
        }
        found.extend(presigned(case, base));
        found.extend(orders(base, &wire));
        found.extend(sets(base, &wire));
        found.extend(encodings(head.query(), &wire));
        found.extend(encoders(base));
    }
    let mut own = Vec::new();
    write_query(&mut own, &base.parts.query);
    found.retain(
        |hypothesis| !matches!(hypothesis.edits.as_slice(), [Edit::Query(line)] if *line == own),
    );
    found
}

fn line(cause: &'static super::super::Cause, pairs: &[Pair]) -> Hypothesis {
    let mut text = Vec::new();
    write_query(&mut text, pairs);
    Hypothesis::of(cause).edit(Edit::Query(text))
}

fn text(cause: &'static super::super::Cause, text: impl Into<Vec<u8>>) -> Hypothesis {
    Hypothesis::of(cause).edit(Edit::Query(text.into()))
}

/// The parameters that are signed, raw and in their order in the URL.
fn wire(case: &Case<'_>) -> Vec<Pair> {
    let is_presigned = case.presented.form() == Form::Presigned;
    let pieces = case.presented.head().query().split(|byte| *byte == b'&');
    let pieces = pieces.filter(|piece| !piece.is_empty());
    let is_signed = |piece: &&[u8]| !(is_presigned && piece.starts_with(b"X-Amz-Signature="));
    pieces.filter(is_signed).map(split).collect()
}

fn split(piece: &[u8]) -> Pair {
    let mut parts = piece.splitn(2, |byte| *byte == b'=').map(<[u8]>::to_vec);
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// `text`, decoded and encoded again by those rules.
fn recode(text: &[u8], plus: Plus, is_kept: fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in percent::decode(text, plus).unwrap_or_default().iter() {
        if is_kept(*byte) {
            out.push(*byte);
        } else {
            percent::encode_into(&mut out, &[*byte]);
        }
    }
    out
}

fn mapped(pairs: &[Pair], write: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<Pair> {
    pairs.iter().map(|(name, value)| (write(name), write(value))).collect()
}

fn sorted(mut pairs: Vec<Pair>) -> Vec<Pair> {
    pairs.sort();
    pairs
}

fn right(text: &[u8]) -> Vec<u8> {
    recode(text, Plus::Space, percent::is_unreserved)
}

fn presigned(case: &Case<'_>, base: &Baseline) -> Vec<Hypothesis> {
    let own = &base.parts.query;
    let without =
        |name: &[u8]| own.iter().filter(|(other, _)| other != name).cloned().collect::<Vec<_>>();
    let mut found = vec![line(QUERY_WITHOUT_TOKEN, &without(b"X-Amz-Security-Token"))];
    let none = [own.as_slice(), &[(b"X-Amz-Signature".to_vec(), Vec::new())]].concat();
    found.push(line(QUERY_HAS_SIGNATURE, &sorted(none)));
    let signature = case.presented.signature_as_sent().as_bytes().to_vec();
    let with = [own.as_slice(), &[(b"X-Amz-Signature".to_vec(), signature)]].concat();
    found.push(line(QUERY_HAS_SIGNATURE, &sorted(with)));
    for (nth, (name, value)) in own.iter().enumerate() {
        if name == b"X-Amz-Expires" {
            found.extend(spellings(value).into_iter().map(|(spelt, detail)| {
                let mut pairs = own.clone();
                if let Some(pair) = pairs.get_mut(nth) {
                    pair.1 = spelt;
                }
                line(QUERY_EXPIRES_REWRITTEN, &pairs).told(detail)
            }));
        }
    }
    found
}

/// Other spellings of a number.
fn spellings(number: &[u8]) -> Vec<(Vec<u8>, String)> {
    let text = String::from_utf8_lossy(number);
    let whole = text.split('.').next().unwrap_or_default().trim_start_matches('0');
    [
        format!("+{text}"),
        format!("%2B{text}"),
        format!("{text}000"),
        format!("{text}.0"),
        format!("0{text}"),
        format!("{text}s"),
        whole.to_owned(),
        format!("{text}%20"),
    ]
    .into_iter()
    .map(|spelt| (spelt.clone().into_bytes(), spelt))
    .collect()
}

fn orders(base: &Baseline, wire: &[Pair]) -> Vec<Hypothesis> {
    let coded = mapped(wire, &right);
    let by = |sort: &dyn Fn(&mut Vec<Pair>)| {
        let mut pairs = coded.clone();
        sort(&mut pairs);
        pairs
    };
    let whole = |(name, value): &Pair| [name.as_slice(), b"=", value].concat();
    let lower = |(name, value): &Pair| (name.to_ascii_lowercase(), value.clone());
    let plain = |(name, value): &Pair| {
        [name, value]
            .map(|text| percent::decode(text, Plus::Literal).unwrap_or_default().into_owned())
    };
    let mut found = vec![
        line(QUERY_UNSORTED, &coded),
        line(QUERY_SORTED_OTHERWISE, &by(&|pairs| pairs.sort_by_key(whole)))
            .told("as name and value in one text"),
        line(QUERY_SORTED_OTHERWISE, &by(&|pairs| pairs.sort_by_key(plain)))
            .told("before they are encoded"),
        line(QUERY_SORTED_OTHERWISE, &by(&|pairs| pairs.sort_by(|a, b| a.0.cmp(&b.0))))
            .told("by name alone"),
        line(QUERY_SORTED_OTHERWISE, &by(&|pairs| pairs.sort_by_key(lower)))
            .told("without regard to case"),
    ];
    found.push(
        line(
            QUERY_SORTED_OTHERWISE,
            &by(&|pairs| pairs.sort_by_cached_key(|(name, _)| natural(name))),
        )
        .told("with numbers in names by their value"),
    );
    let names_last: Vec<_> = base.parts.query.iter().rev().cloned().collect();
    found.push(line(QUERY_SORTED_OTHERWISE, &names_last).told("backwards"));
    found
}

/// A name in pieces of digits and of others, of which those of digits go by their length first.
fn natural(name: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let pieces = name.chunk_by(|one, two| one.is_ascii_digit() == two.is_ascii_digit());
    let length =
        |piece: &[u8]| if piece.first().is_some_and(u8::is_ascii_digit) { piece.len() } else { 0 };
    pieces.map(|piece| (length(piece), piece.to_vec())).collect()
}

/// The query, encoded less or more than AWS encodes it.
fn encodings(raw: &[u8], wire: &[Pair]) -> Vec<Hypothesis> {
    let coded = |write: &dyn Fn(&[u8]) -> Vec<u8>| sorted(mapped(wire, write));
    let html = replaced(&replaced(raw, b"&amp;", b"&"), b"amp;", b"");
    let unescaped = |text: &[u8]| {
        let pairs = text.split(|byte| *byte == b'&').map(split).collect::<Vec<_>>();
        line(QUERY_HTML_ESCAPED, &sorted(mapped(&pairs, &right)))
    };
    let as_sent = wire.iter().map(|(name, value)| [name.as_slice(), b"=", value].concat());
    let as_sent = as_sent.collect::<Vec<_>>().join(&b'&');
    let plain = |text: &[u8]| percent::decode(text, Plus::Space).unwrap_or_default().into_owned();
    let literal = |text: &[u8]| recode(text, Plus::Literal, percent::is_unreserved);
    let kept = |text: &[u8]| {
        recode(text, Plus::Literal, |byte| byte == b'+' || percent::is_unreserved(byte))
    };
    vec![
        text(QUERY_AS_SENT, as_sent).told("as it is sent"),
        text(QUERY_AS_SENT, raw).told("as it is sent, to the letter"),
        line(QUERY_AS_SENT, &sorted(wire.to_vec())).told("sorted, but as it is sent"),
        line(QUERY_AS_SENT, &coded(&plain)).told("decoded"),
        line(QUERY_PLUS, &coded(&literal)).told("%2B"),
        line(QUERY_PLUS, &coded(&kept)).told("+"),
        unescaped(&html).told("&amp;"),
        unescaped(&replaced(raw, b"&#38;", b"&")).told("&#38;"),
        unescaped(&replaced(raw, b"\\u0026", b"&")).told("\\u0026"),
        unescaped(&replaced(raw, b"%5Cu0026", b"&")).told("\\u0026"),
    ]
}

/// The query as other encoders write it.
fn encoders(base: &Baseline) -> Vec<Hypothesis> {
    let own = &base.parts.query;
    let of =
        |told: &'static str, pairs: Vec<Pair>| line(QUERY_ENCODED_OTHERWISE, &pairs).told(told);
    let swapped = |pairs: &[(&[u8], &[u8])]| {
        mapped(own, &|text| {
            pairs.iter().fold(text.to_vec(), |text, (from, to)| replaced(&text, from, to))
        })
    };
    let recoded =
        |is_kept: fn(u8) -> bool| sorted(mapped(own, &|text| recode(text, Plus::Literal, is_kept)));
    let twice = |text: &[u8]| {
        let mut out = Vec::new();
        percent::encode_into(&mut out, text);
        out
    };
    let in_latin = |text: &[u8]| {
        let plain = percent::decode(text, Plus::Literal).unwrap_or_default();
        let text = String::from_utf8_lossy(&plain).into_owned();
        twice(&text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect::<Vec<_>>())
    };
    let lower = own.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone()));
    let is_kept_by_python = |byte: u8| byte == b'*' || percent::is_unreserved(byte) && byte != b'~';
    vec![
        of("+ for spaces", swapped(&[(b"%20", b"+")])),
        of(
            "+ for spaces, %7E for ~ and * as it is",
            swapped(&[(b"%20", b"+"), (b"~", b"%7E"), (b"%2A", b"*")]),
        ),
        of("%7E for ~", swapped(&[(b"~", b"%7E")])),
        of("* left as it is", swapped(&[(b"%2A", b"*")])),
        of("slashes left as they are", swapped(&[(b"%2F", b"/")])),
        of("colons left as they are", swapped(&[(b"%3A", b":")])),
        of("% encoded once more", swapped(&[(b"%25", b"%2525")])),
        of("escapes in lower case", mapped(own, &|text| escapes(text, u8::to_ascii_lowercase))),
        of("names in lower case", sorted(lower.collect())),
        of("! ' ( ) * left as they are", recoded(is_kept_by_javascript)),
        of("~ escaped and * left as it is", recoded(is_kept_by_python)),
        of("Latin-1", sorted(mapped(own, &in_latin))),
        of("everything encoded twice", sorted(mapped(own, &twice))),
        line(QUERY_PLUS, &swapped(&[(b"%2B", b"%20")])).told("%20"),
    ]
}

/// Other sets of parameters than those that were sent.
fn sets(base: &Baseline, wire: &[Pair]) -> Vec<Hypothesis> {
    let own = &base.parts.query;
    let is_bare = |(_, value): &Pair| value.is_empty();
    let names_alone = own.iter().map(|pair| {
        if is_bare(pair) { pair.0.clone() } else { [pair.0.as_slice(), b"=", &pair.1].concat() }
    });
    let filled: Vec<_> = own.iter().filter(|pair| !is_bare(pair)).cloned().collect();
    let mut first = own.clone();
    first.dedup_by(|later, kept| later.0 == kept.0);
    let mut last: Vec<_> = own.iter().rev().cloned().collect();
    last.dedup_by(|later, kept| later.0 == kept.0);
    last.reverse();
    let joined = own.chunk_by(|one, two| one.0 == two.0).filter_map(|same| {
        let values = same.iter().map(|(_, value)| value.as_slice()).collect::<Vec<_>>();
        Some((same.first()?.0.clone(), values.join(&b"%2C"[..])))
    });
    let mut found = vec![
        text(QUERY_NOT_SIGNED, Vec::new()),
        text(QUERY_EMPTY_VALUES, names_alone.collect::<Vec<_>>().join(&b'&'))
            .told("as a name alone"),
        line(QUERY_EMPTY_VALUES, &filled).told("left out"),
        line(QUERY_DUPLICATES, &first).told("the first of each name alone"),
        line(QUERY_DUPLICATES, &last).told("the last of each name alone"),
        line(QUERY_DUPLICATES, &joined.collect::<Vec<_>>()).told("their values joined by commas"),
    ];
    found.extend(added(own, wire));
    found
}

/// Whether a form brings its parameters in the body: then something in between has added a query.
fn is_of_somebody_else(case: &Case<'_>) -> bool {
    let names_action = |text: &[u8]| text.windows(7).any(|window| window == b"Action=");
    let head = case.presented.head();
    head.method() == "POST" && names_action(case.body) && !names_action(head.query())
}

fn added_whole(base: &Baseline) -> Hypothesis {
    let names = base.parts.query.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned());
    text(QUERY_ADDED_LATER, Vec::new()).told(names.collect::<Vec<_>>().join(", "))
}

/// Without what is put into URLs on their way: known names, all that is not AWS's in a
/// presigned URL, the last one, and each one.
fn added(own: &[Pair], wire: &[Pair]) -> Vec<Hypothesis> {
    let is_tracking = |name: &[u8]| {
        name.starts_with(b"utm_") || TRACKING.iter().any(|other| other.as_bytes() == name)
    };
    let without = |is_added: &dyn Fn(&[u8]) -> bool| {
        let (added, kept): (Vec<_>, Vec<_>) =
            own.iter().cloned().partition(|(name, _)| is_added(name));
        let mut names: Vec<_> =
            added.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
        names.dedup();
        line(QUERY_ADDED_LATER, &kept).told(names.join(", "))
    };
    let mut found = vec![without(&is_tracking)];
    if own.iter().any(|(name, _)| name == b"X-Amz-Credential") {
        found.push(without(&|name| !name.starts_with(b"X-Amz-")));
    }
    for (name, _) in wire.iter().rev().take(16) {
        let name = right(name);
        found.push(without(&|other| other == name));
    }
    found
}
