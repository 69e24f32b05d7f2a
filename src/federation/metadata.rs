//! What a SAML identity provider says of itself (SAML V2.0 Metadata, section 2): who it
//! is, what it signs with, where people sign on, and until when that holds.

mod found;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::reader::NsReader;
use thiserror::Error;

use crate::clock::Time;
use found::Found;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";

/// How deep elements may stand in each other.
const DEEPEST: usize = 64;

/// How many attributes an element may have: each is held against those before it.
const MOST_ATTRIBUTES: usize = 64;

/// How many namespaces may be declared at once: each name is looked up among them.
const MOST_NAMESPACES: usize = 64;

/// How many certificates a provider may sign with: an assertion is tried with each.
const MOST_CERTIFICATES: usize = 20;

/// An identity provider's description of itself, as far as assertions need it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Metadata {
    /// What it is called: the `Issuer` of its assertions.
    pub entity: String,
    /// What it signs with: X.509 certificates in DER, one at least. Each is one SEQUENCE;
    /// nobody has looked into it.
    pub certificates: Vec<Vec<u8>>,
    /// Where people sign on.
    pub sign_on: Vec<SignOn>,
    /// When it stops to hold, where that is said.
    pub valid_until: Option<Time>,
}

/// One place where people sign on.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignOn {
    /// How requests are carried there: `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST`.
    pub binding: String,
    /// Its URL, as it is written.
    pub location: String,
}

/// Why metadata cannot be used.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
pub enum Unreadable {
    /// It is not well-formed XML, or has more levels or attributes than any metadata has.
    #[error("it is not well-formed XML")]
    NotXml,
    /// It declares a document type, which could declare anything else.
    #[error("it must not declare a document type")]
    Doctype,
    /// Its outermost element is not an `EntityDescriptor` with an `entityID`.
    #[error("it is not an EntityDescriptor with an entityID")]
    NoEntity,
    /// It describes no identity provider of SAML 2.0.
    #[error("it has no IDPSSODescriptor")]
    NoProvider,
    /// It names nothing that the provider signs with.
    #[error("it has no X.509 certificate for signing")]
    NoCertificate,
    /// A certificate is not Base64 of DER.
    #[error("a certificate in it cannot be read")]
    BadCertificate,
    /// There are more certificates than may be.
    #[error("it has more than {MOST_CERTIFICATES} certificates for signing")]
    TooManyCertificates,
    /// A `validUntil` is not a moment.
    #[error("its validUntil is not a date and time")]
    BadTime,
}

impl Metadata {
    /// Reads a whole document.
    pub fn read(document: &str) -> Result<Self, Unreadable> {
        if !document.chars().all(is_plain) {
            return Err(Unreadable::NotXml);
        }
        let mut reader = NsReader::from_str(document.trim_start_matches('\u{FEFF}'));
        reader.config_mut().enable_all_checks(true);
        reader.config_mut().expand_empty_elements = true;
        reader.resolver_mut().set_max_namespace_bindings(MOST_NAMESPACES);
        let mut found = Found::default();
        loop {
            match reader.read_event().map_err(not_xml)? {
                Event::Start(start) => found.enter(reader.resolver(), &start)?,
                Event::End(_) => found.leave()?,
                Event::Text(text) if text.contains("]]>") => return Err(Unreadable::NotXml),
                Event::Text(text) => found.text(&text)?,
                Event::CData(text) => found.text(&text)?,
                Event::GeneralRef(reference) => found.text(&resolved(&reference)?)?,
                Event::DocType(_) => return Err(Unreadable::Doctype),
                Event::Eof => return found.whole(),
                // An empty element comes as a start and an end.
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
    }
}

/// Whether XML has `c` at all (XML 1.0, section 2.2).
fn is_plain(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

fn not_xml<E>(_: E) -> Unreadable {
    Unreadable::NotXml
}

/// What a reference stands for; without a document type there are few.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Unreadable> {
    match reference.resolve_char_ref().map_err(not_xml)? {
        Some(c) if is_plain(c) => Ok(c.to_string()),
        Some(_) => Err(Unreadable::NotXml),
        None => resolve_predefined_entity(reference).map(str::to_owned).ok_or(Unreadable::NotXml),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::*;

    const CERTIFICATE: &str = "MAMCAQA=";

    fn key(purpose: &str, certificate: &str) -> String {
        format!(
            "<KeyDescriptor {purpose}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></KeyDescriptor>"
        )
    }

    fn provider(inner: &str) -> String {
        format!(
            r#"<IDPSSODescriptor protocolSupportEnumeration="{PROTOCOL}">{inner}</IDPSSODescriptor>"#
        )
    }

    fn entity(attributes: &str, inner: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><EntityDescriptor xmlns="{METADATA}" xmlns:ds="{SIGNATURE}" {attributes}>{inner}</EntityDescriptor>"#
        )
    }

    fn of_acme(inner: &str) -> Result<Metadata, Unreadable> {
        Metadata::read(&entity(r#"entityID="urn:acme""#, inner))
    }

    #[test]
    fn metadata_tells_who_signs_with_what_and_where_people_sign_on() {
        let sign_on = r#"<SingleSignOnService Binding="b" Location="https://acme/?a=1&amp;b=2"/>"#;
        let inner =
            [key(r#"use="signing""#, " MAMC\n AQA=&#13;"), key("", "MAMCAQE="), sign_on.into()];
        let read = of_acme(&provider(&inner.concat())).unwrap();
        assert_eq!(read.entity, "urn:acme");
        assert_eq!(read.certificates, [vec![48, 3, 2, 1, 0], vec![48, 3, 2, 1, 1]]);
        let location = "https://acme/?a=1&b=2".to_owned();
        assert_eq!(read.sign_on, [SignOn { binding: "b".to_owned(), location }]);
        assert_eq!(read.valid_until, None);
    }

    #[test]
    fn only_what_a_provider_signs_with_is_taken() {
        let encryption = provider(&key(r#"use="encryption""#, CERTIFICATE));
        let other_role = key("", CERTIFICATE);
        let other_role = format!("<SPSSODescriptor>{other_role}</SPSSODescriptor>");
        let no_saml2 = format!(
            r#"<IDPSSODescriptor protocolSupportEnumeration="p">{}</IDPSSODescriptor>"#,
            key("", CERTIFICATE)
        );
        assert_eq!(of_acme(&encryption), Err(Unreadable::NoCertificate));
        assert_eq!(of_acme(&other_role), Err(Unreadable::NoProvider));
        assert_eq!(of_acme(&no_saml2), Err(Unreadable::NoProvider));
        let own = format!(
            "<ds:Signature><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{CERTIFICATE}\
             </ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
        );
        assert_eq!(of_acme(&[own, provider("")].concat()), Err(Unreadable::NoCertificate));
    }

    #[test]
    fn elements_count_by_their_namespace_and_not_by_their_prefix() {
        let key = key("", CERTIFICATE).replace("ds:", "");
        let elsewhere = provider(&key);
        assert_eq!(of_acme(&elsewhere), Err(Unreadable::NoCertificate));
        let here = elsewhere.replace("<KeyInfo>", &format!(r#"<KeyInfo xmlns="{SIGNATURE}">"#));
        assert!(of_acme(&here).is_ok());
    }

    #[test]
    fn the_earliest_end_counts_and_must_be_a_moment() {
        let until = |entity_end: &str, provider_end: &str| {
            let inner = provider(&key("", CERTIFICATE));
            let inner = inner.replace("tor p", &format!(r#"tor validUntil="{provider_end}" p"#));
            let attributes = format!(r#"entityID="a" validUntil="{entity_end}""#);
            Metadata::read(&entity(&attributes, &inner)).map(|read| read.valid_until)
        };
        let at = |seconds| Ok(Some(Time::from_unix(seconds)));
        assert_eq!(until("2015-08-30T12:36:00.123Z", "2016-01-01T00:00:00Z"), at(1_440_938_160));
        assert_eq!(until("2016-01-01T00:00:00", "2015-08-30T14:36:00+02:00"), at(1_440_938_160));
        for bad in ["", "1440938160", "2015-08-30", "12015-08-30T12:36:00Z", "soon", "2015"] {
            assert_eq!(until(bad, "2016-01-01T00:00:00Z"), Err(Unreadable::BadTime), "{bad}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        let good = entity(r#"entityID="a""#, &provider(&key("", CERTIFICATE)));
        assert!(Metadata::read(&format!("\u{FEFF}{good}\n<!-- end -->\n")).is_ok());
        let last = "</EntityDescriptor>";
        let many: Vec<_> = (0..65).map(|n| format!("a{n}=''")).collect();
        for bad in [
            String::new(),
            "metadata".to_owned(),
            good.replace(last, ""),
            format!("{good}x"),
            format!("{good}<a/>"),
            format!("{good}{last}"),
            good.replace(last, "<x:a/></EntityDescriptor>"),
            good.replace(last, r#"<a x:b="1"/></EntityDescriptor>"#),
            good.replace(last, r#"<a b="1" b="2"/></EntityDescriptor>"#),
            good.replace(last, r#"<a b="<"/></EntityDescriptor>"#),
            good.replace(last, &format!("<a {}/>{last}", many.join(" "))),
            good.replace(last, "&other;</EntityDescriptor>"),
            good.replace(last, "&#1;</EntityDescriptor>"),
            good.replace(last, "a & b</EntityDescriptor>"),
            good.replace(last, "\u{1}</EntityDescriptor>"),
            good.replace(last, "]]></EntityDescriptor>"),
            good.replace(last, &format!("{}{}{last}", "<a>".repeat(64), "</a>".repeat(64))),
        ] {
            let refused = Metadata::read(&bad).unwrap_err();
            assert!(matches!(refused, Unreadable::NotXml), "{refused}: {bad}");
        }
    }

    #[test]
    fn a_document_type_is_refused_before_it_is_looked_into() {
        let good = entity(r#"entityID="a""#, &provider(&key("", CERTIFICATE)));
        let typed = good.replace("?>", r#"?><!DOCTYPE a [<!ENTITY b "c">]>"#);
        assert_eq!(Metadata::read(&typed), Err(Unreadable::Doctype));
    }

    #[test]
    fn metadata_is_of_one_entity_that_has_a_name() {
        let inner = provider(&key("", CERTIFICATE));
        assert_eq!(Metadata::read(&entity("", &inner)), Err(Unreadable::NoEntity));
        assert_eq!(Metadata::read(&entity(r#"entityID="""#, &inner)), Err(Unreadable::NoEntity));
        let many =
            entity(r#"entityID="a""#, &inner).replace("EntityDescriptor", "EntitiesDescriptor");
        assert_eq!(Metadata::read(&many), Err(Unreadable::NoEntity));
    }

    #[test]
    fn a_certificate_is_base64_of_one_sequence_and_there_are_twenty_at_most() {
        for bad in ["", "!", "AAAA", "MAMCAQ==", "MAMCAQAA"] {
            assert_eq!(of_acme(&provider(&key("", bad))), Err(Unreadable::BadCertificate), "{bad}");
        }
        let keys = |many: u8| -> String {
            (0..many).map(|n| key("", &BASE64.encode(&[0x30, 1, n]))).collect()
        };
        assert_eq!(of_acme(&provider(&keys(20))).unwrap().certificates.len(), 20);
        assert_eq!(of_acme(&provider(&keys(21))), Err(Unreadable::TooManyCertificates));
        let same = key("", CERTIFICATE).repeat(30);
        assert_eq!(of_acme(&provider(&same)).unwrap().certificates.len(), 1);
    }
}
