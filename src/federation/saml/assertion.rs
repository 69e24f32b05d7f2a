//! What a verified assertion must say to be believed here and now (SAML V2.0 Core,
//! section 2; Profiles, section 4.1.4).

use super::signature::{ASSERTION, PROTOCOL};
use super::tree::Element;
use super::{Expected, Refusal};
use crate::clock::{Moment, Time};

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// Within how many seconds of its making an assertion is to be shown, as AWS has it.
const FRESH: i64 = 300;

/// By how many seconds a provider's clock may be ahead.
const AHEAD: i64 = 60;

/// The person that presents an assertion, as it confirms them.
#[derive(Debug)]
pub(super) struct Bearer {
    /// Where it is to be shown.
    pub(super) recipient: String,
    /// When it ends for whatever reason.
    pub(super) end: Time,
}

/// Whether the provider let the person in; whoever sends the response may deny it.
pub(super) fn expect_success(response: &Element) -> Result<(), Refusal> {
    let code = response.only(PROTOCOL, "Status").and_then(|one| one.only(PROTOCOL, "StatusCode"));
    match code.and_then(|code| code.attribute("Value")) {
        Some(SUCCESS) => Ok(()),
        _ => Err(Refusal::Status),
    }
}

/// Whether a signed response was sent to where it is shown, if it says so.
pub(super) fn expect_destination(
    response: &Element,
    expected: &Expected<'_>,
) -> Result<(), Refusal> {
    match response.attribute("Destination") {
        Some(destination) if !destination.is_empty() && !expected.is_recipient(destination) => {
            Err(Refusal::Recipient)
        }
        _ => Ok(()),
    }
}

/// Whether all who are said to issue are the provider: of an assertion, or of a response.
pub(super) fn expect_issuer(issued: &Element, entity: &str) -> Result<(), Refusal> {
    let mut issuers = issued.all(ASSERTION, "Issuer").map(Element::text);
    if issuers.all(|issuer| issuer.trim() == entity) { Ok(()) } else { Err(Refusal::Issuer) }
}

/// The identifier of an assertion of SAML 2.0 that has one issuer.
pub(super) fn id(assertion: &Element) -> Result<&str, Refusal> {
    if assertion.attribute("Version") != Some("2.0") {
        return Err(Refusal::Lacks("Version"));
    }
    assertion.only(ASSERTION, "Issuer").ok_or(Refusal::Issuer)?;
    assertion.attribute("ID").filter(|id| !id.is_empty()).ok_or(Refusal::Lacks("ID"))
}

/// Who may show it, where and until when; that this is here and now.
pub(super) fn bearer(assertion: &Element, expected: &Expected<'_>) -> Result<Bearer, Refusal> {
    let data = confirmation(assertion)?;
    let recipient = data.attribute("Recipient").ok_or(Refusal::Confirmation)?;
    let confirmed = Window::of(data)?;
    let until = confirmed.end.ok_or(Refusal::Confirmation)?;
    let conditions = assertion.only(ASSERTION, "Conditions").ok_or(Refusal::Audience)?;
    let conditional = Window::of(conditions)?;
    let fresh = fresh_until(assertion, expected.now)?;
    confirmed.expect(expected.now)?;
    conditional.expect(expected.now)?;
    expect_audience(conditions, expected)?;
    if !expected.is_recipient(recipient) {
        return Err(Refusal::Recipient);
    }
    let end = conditional.end.map_or(until, |end| end.min(until)).min(fresh);
    Ok(Bearer { recipient: recipient.to_owned(), end })
}

/// What the one confirmation of the subject asks of its bearer.
fn confirmation(assertion: &Element) -> Result<&Element, Refusal> {
    let subject = assertion.only(ASSERTION, "Subject").ok_or(Refusal::NoSubject)?;
    let confirmation = subject.only(ASSERTION, "SubjectConfirmation");
    let bearer = confirmation.filter(|one| one.attribute("Method") == Some(BEARER));
    let data = bearer.and_then(|one| one.only(ASSERTION, "SubjectConfirmationData"));
    data.ok_or(Refusal::Confirmation)
}

/// Until when the assertion is fresh enough to be shown: it is now.
fn fresh_until(assertion: &Element, now: Time) -> Result<Time, Refusal> {
    let issued = moment(assertion, "IssueInstant")?.ok_or(Refusal::Lacks("IssueInstant"))?;
    let until = issued.plus(FRESH);
    if now > until {
        Err(Refusal::Stale(issued))
    } else if issued > now.plus(AHEAD) {
        Err(Refusal::Early(issued))
    } else {
        Ok(until)
    }
}

/// Each restriction has an audience that is here, and no other condition is unknown.
fn expect_audience(conditions: &Element, expected: &Expected<'_>) -> Result<(), Refusal> {
    let mut is_restricted = false;
    for condition in conditions.elements() {
        if condition.is(ASSERTION, "AudienceRestriction") {
            let mut audiences = condition.all(ASSERTION, "Audience").map(Element::text);
            if !audiences.any(|audience| expected.audiences.contains(&audience.trim())) {
                return Err(Refusal::Audience);
            }
            is_restricted = true;
        } else if !KNOWN.iter().any(|known| condition.is(ASSERTION, known)) {
            return Err(Refusal::Condition);
        }
    }
    if is_restricted { Ok(()) } else { Err(Refusal::Audience) }
}

/// Conditions that are kept anyway: an assertion is used once, and never passed on.
const KNOWN: &[&str] = &["OneTimeUse", "ProxyRestriction"];

/// From when and until when something holds.
struct Window {
    begin: Option<Time>,
    end: Option<Time>,
}

impl Window {
    fn of(element: &Element) -> Result<Self, Refusal> {
        let begin = moment(element, "NotBefore")?;
        Ok(Self { begin, end: moment(element, "NotOnOrAfter")? })
    }

    /// That it holds now.
    fn expect(&self, now: Time) -> Result<(), Refusal> {
        match (self.begin, self.end) {
            (Some(begin), _) if begin > now.plus(AHEAD) => Err(Refusal::Early(begin)),
            (_, Some(end)) if end <= now => Err(Refusal::Expired { end, now }),
            _ => Ok(()),
        }
    }
}

/// An attribute that is a moment: `2030-01-01T00:00:00.000Z` and the like (XML Schema Part
/// 2, section 3.2.7), of years that have four digits.
fn moment(element: &Element, name: &'static str) -> Result<Option<Time>, Refusal> {
    let Some(text) = element.attribute(name) else { return Ok(None) };
    let text = text.trim();
    let is_dated = matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..]);
    let read = is_dated.then(|| Moment::parse(text).map(Moment::second)).flatten();
    read.map(Some).ok_or(Refusal::Lacks(name))
}

/// The name of the subject, and of which kind it is.
pub(super) fn subject(assertion: &Element) -> Result<(String, String), Refusal> {
    let subject = assertion.only(ASSERTION, "Subject").ok_or(Refusal::NoSubject)?;
    let name = subject.only(ASSERTION, "NameID").ok_or(Refusal::NoSubject)?;
    let text = name.text();
    if text.trim().is_empty() {
        return Err(Refusal::NoSubject);
    }
    let kind = name.attribute("Format").unwrap_or(UNSPECIFIED);
    let kind = kind.strip_prefix("urn:oasis:names:tc:SAML:2.0:nameid-format:").unwrap_or(kind);
    Ok((text, kind.to_owned()))
}

/// What a name is whose format is not said (SAML V2.0 Core, section 2.2.2).
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// The earliest moment at which the provider ends the session; it has not come.
pub(super) fn session_end(assertion: &Element, now: Time) -> Result<Option<Time>, Refusal> {
    let mut earliest: Option<Time> = None;
    for statement in assertion.all(ASSERTION, "AuthnStatement") {
        if let Some(end) = moment(statement, "SessionNotOnOrAfter")? {
            earliest = Some(earliest.map_or(end, |known| known.min(end)));
        }
    }
    match earliest {
        Some(end) if end <= now => Err(Refusal::Expired { end, now }),
        earliest => Ok(earliest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{AccountId, Text as _};

    const NOW: Time = Time::from_unix(1_440_938_160);
    const AUDIENCE: &str = "<AudienceRestriction><Audience>here</Audience></AudienceRestriction>";
    const DATA: &str = r#"Recipient="door" NotOnOrAfter="2015-08-30T12:38:00Z""#;

    /// What stands in an assertion: each part may be another.
    struct Parts<'p> {
        issued: &'p str,
        /// Attributes of the confirmation's data.
        data: &'p str,
        /// Attributes of the conditions, and what is in them.
        conditions: (&'p str, &'p str),
    }

    const GOOD: Parts<'static> =
        Parts { issued: "2015-08-30T12:36:00Z", data: DATA, conditions: ("", AUDIENCE) };

    impl Parts<'_> {
        fn text(&self) -> String {
            let Self { issued, data, conditions: (window, conditions) } = self;
            format!(
                r#"<Assertion xmlns="{ASSERTION}" IssueInstant="{issued}"><Subject>
                <SubjectConfirmation Method="{BEARER}"><SubjectConfirmationData {data}/>
                </SubjectConfirmation></Subject><Conditions {window}>{conditions}</Conditions>
                </Assertion>"#
            )
        }

        fn bearer(&self) -> Result<Bearer, Refusal> {
            bearer_of(&self.text())
        }

        fn refused(&self) -> Refusal {
            self.bearer().unwrap_err()
        }
    }

    fn bearer_of(text: &str) -> Result<Bearer, Refusal> {
        let account = AccountId::parse("123456789012").unwrap();
        let (audiences, recipients): (&[_], &[_]) = (&["here"], &["door"]);
        let expected =
            Expected { account: &account, provider: "p", audiences, recipients, now: NOW };
        bearer(&Element::read(text).unwrap(), &expected)
    }

    fn conditioned(window: &str, conditions: &str) -> Result<(), Refusal> {
        Parts { conditions: (window, conditions), ..GOOD }.bearer().map(|_| ())
    }

    fn subject_of(name: &str) -> Result<(String, String), Refusal> {
        let text =
            format!(r#"<Assertion xmlns="{ASSERTION}"><Subject>{name}</Subject></Assertion>"#);
        subject(&Element::read(&text).unwrap())
    }

    #[test]
    fn an_assertion_ends_at_the_first_of_its_ends() {
        assert_eq!(GOOD.bearer().unwrap().end, NOW.plus(120));
        let early =
            Parts { conditions: ("NotOnOrAfter='2015-08-30T12:36:01.9Z'", AUDIENCE), ..GOOD };
        assert_eq!(early.bearer().unwrap().end, NOW.plus(1));
        let old = Parts { issued: "2015-08-30T14:31:00.000+02:00", ..GOOD };
        assert_eq!(old.bearer().unwrap().end, NOW);
        let older = Parts { issued: "2015-08-30T12:30:59Z", ..GOOD };
        assert_eq!(older.refused(), Refusal::Stale(NOW.plus(-301)));
    }

    #[test]
    fn an_assertion_holds_within_all_its_windows() {
        let conditions = |window: &str| conditioned(window, AUDIENCE);
        assert_eq!(conditions("NotBefore='2015-08-30T12:37:00Z'"), Ok(()));
        let late = Err(Refusal::Early(NOW.plus(61)));
        assert_eq!(conditions("NotBefore='2015-08-30T12:37:01Z'"), late);
        let ended = Err(Refusal::Expired { end: NOW, now: NOW });
        assert_eq!(conditions("NotOnOrAfter='2015-08-30T12:36:00Z'"), ended);
        for bad in ["", "2015", "1440938160", "2015-08-30", "2015-08-30T25:00:00Z"] {
            let window = format!("NotOnOrAfter='{bad}'");
            assert_eq!(conditions(&window), Err(Refusal::Lacks("NotOnOrAfter")), "{bad}");
        }
    }

    #[test]
    fn a_bearer_shows_it_here_and_until_an_end() {
        for data in ["", r#"Recipient="door""#, r#"NotOnOrAfter="2015-08-30T12:38:00Z""#] {
            assert_eq!(Parts { data, ..GOOD }.refused(), Refusal::Confirmation, "{data}");
        }
        let elsewhere = DATA.replace("door", "window");
        assert_eq!(Parts { data: &elsewhere, ..GOOD }.refused(), Refusal::Recipient);
        let holder = GOOD.text().replace("cm:bearer", "cm:holder-of-key");
        assert_eq!(bearer_of(&holder).unwrap_err(), Refusal::Confirmation);
    }

    #[test]
    fn every_restriction_names_an_audience_that_is_here_and_one_there_is() {
        let conditions = |all: &str| conditioned("", all);
        let other = AUDIENCE.replace("here", "there");
        let either = AUDIENCE.replace("<Audience>", "<Audience>there</Audience><Audience>");
        assert_eq!(conditions(&either), Ok(()));
        assert_eq!(conditions(&[AUDIENCE, &other].concat()), Err(Refusal::Audience));
        assert_eq!(conditions(""), Err(Refusal::Audience));
        assert_eq!(conditions("<AudienceRestriction/>"), Err(Refusal::Audience));
        assert_eq!(conditions(&["<OneTimeUse/>", AUDIENCE].concat()), Ok(()));
        assert_eq!(conditions(&["<Other/>", AUDIENCE].concat()), Err(Refusal::Condition));
    }

    #[test]
    fn a_subject_has_a_name_and_the_kind_of_the_name_is_told_as_aws_tells_it() {
        let named = |format: &str| subject_of(&format!("<NameID {format}>ann</NameID>")).unwrap().1;
        assert_eq!(
            named("Format='urn:oasis:names:tc:SAML:2.0:nameid-format:transient'"),
            "transient"
        );
        let mail = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";
        assert_eq!(named(&format!("Format='{mail}'")), mail);
        assert_eq!(named(""), UNSPECIFIED);
        for bad in ["", "<NameID/>", "<NameID> </NameID>", "<NameID>a</NameID><NameID>b</NameID>"] {
            assert_eq!(subject_of(bad), Err(Refusal::NoSubject), "{bad}");
        }
    }

    #[test]
    fn a_session_ends_when_the_provider_first_says_so_and_has_not_ended() {
        let end = |ends: &[&str]| {
            let statements: Vec<_> =
                ends.iter().map(|end| format!("<AuthnStatement {end}/>")).collect();
            let statements = statements.concat();
            let text = format!(r#"<Assertion xmlns="{ASSERTION}">{statements}</Assertion>"#);
            session_end(&Element::read(&text).unwrap(), NOW)
        };
        let (sooner, later) = (
            "SessionNotOnOrAfter='2015-08-30T12:36:01Z'",
            "SessionNotOnOrAfter='2015-08-30T13:36:00Z'",
        );
        assert_eq!(end(&[later, "", sooner]), Ok(Some(NOW.plus(1))));
        assert_eq!(end(&[]), Ok(None));
        let past = end(&["SessionNotOnOrAfter='2015-08-30T12:36:00Z'"]);
        assert_eq!(past, Err(Refusal::Expired { end: NOW, now: NOW }));
    }
}
