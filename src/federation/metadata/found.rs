//! What is found in metadata on the way through it.

use data_encoding::BASE64;
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::name::{Namespace, NamespaceResolver, QName, ResolveResult};

use super::{
    DEEPEST, METADATA, MOST_ATTRIBUTES, MOST_CERTIFICATES, Metadata, PROTOCOL, SIGNATURE, SignOn,
    Unreadable, is_plain, not_xml,
};
use crate::clock::{Moment, Time};

/// Where in a document something stands, as far as it matters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    Entity,
    Provider,
    Key,
    KeyInfo,
    KeyData,
    Certificate,
    Elsewhere,
}

/// What a document said so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The elements that are open, outermost first.
    open: Vec<Place>,
    is_over: bool,
    has_provider: bool,
    metadata: Metadata,
    /// The certificate that is being read.
    certificate: String,
}

impl Found {
    pub(super) fn enter(
        &mut self,
        names: &NamespaceResolver,
        start: &BytesStart<'_>,
    ) -> Result<(), Unreadable> {
        if self.is_over || self.open.len() >= DEEPEST {
            return Err(Unreadable::NotXml);
        }
        let attributes = Attributes::read(names, start)?;
        let (namespace, local) = element(names, start.name())?;
        let place = self.place_of(namespace, local, &attributes)?;
        self.open.push(place);
        Ok(())
    }

    /// What has begun, by where it stands; notes what its attributes say.
    fn place_of(
        &mut self,
        namespace: &str,
        local: &str,
        attributes: &Attributes,
    ) -> Result<Place, Unreadable> {
        Ok(match (self.open.last(), namespace, local) {
            (None, METADATA, "EntityDescriptor") => {
                let entity = attributes.get("entityID").filter(|id| !id.is_empty());
                entity.ok_or(Unreadable::NoEntity)?.clone_into(&mut self.metadata.entity);
                self.note_end(attributes)?;
                Place::Entity
            }
            (None, ..) => return Err(Unreadable::NoEntity),
            (Some(Place::Entity), METADATA, "IDPSSODescriptor") if attributes.speaks_saml2() => {
                self.has_provider = true;
                self.note_end(attributes)?;
                Place::Provider
            }
            (Some(Place::Provider), METADATA, "SingleSignOnService") => {
                self.note_sign_on(attributes);
                Place::Elsewhere
            }
            (Some(Place::Provider), METADATA, "KeyDescriptor") if attributes.is_for_signing() => {
                Place::Key
            }
            (Some(Place::Key), SIGNATURE, "KeyInfo") => Place::KeyInfo,
            (Some(Place::KeyInfo), SIGNATURE, "X509Data") => Place::KeyData,
            (Some(Place::KeyData), SIGNATURE, "X509Certificate") => Place::Certificate,
            _ => Place::Elsewhere,
        })
    }

    /// The earliest end counts.
    fn note_end(&mut self, attributes: &Attributes) -> Result<(), Unreadable> {
        if let Some(end) = attributes.get("validUntil") {
            let end = moment(end).ok_or(Unreadable::BadTime)?;
            let earlier = self.metadata.valid_until.filter(|known| *known < end);
            self.metadata.valid_until = Some(earlier.unwrap_or(end));
        }
        Ok(())
    }

    fn note_sign_on(&mut self, attributes: &Attributes) {
        if let (Some(binding), Some(location)) =
            (attributes.get("Binding"), attributes.get("Location"))
        {
            let (binding, location) = (binding.to_owned(), location.to_owned());
            self.metadata.sign_on.push(SignOn { binding, location });
        }
    }

    pub(super) fn text(&mut self, text: &str) -> Result<(), Unreadable> {
        match self.open.last() {
            Some(Place::Certificate) => self.certificate.push_str(text),
            None if !text.trim().is_empty() => return Err(Unreadable::NotXml),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) -> Result<(), Unreadable> {
        let closed = self.open.pop();
        self.is_over = self.open.is_empty();
        if closed != Some(Place::Certificate) {
            return Ok(());
        }
        let der = der(&std::mem::take(&mut self.certificate)).ok_or(Unreadable::BadCertificate)?;
        let certificates = &mut self.metadata.certificates;
        if !certificates.contains(&der) {
            certificates.push(der);
        }
        if certificates.len() > MOST_CERTIFICATES {
            return Err(Unreadable::TooManyCertificates);
        }
        Ok(())
    }

    pub(super) fn whole(self) -> Result<Metadata, Unreadable> {
        if !self.is_over {
            return Err(Unreadable::NotXml);
        }
        if !self.has_provider {
            return Err(Unreadable::NoProvider);
        }
        if self.metadata.certificates.is_empty() {
            return Err(Unreadable::NoCertificate);
        }
        Ok(self.metadata)
    }
}

fn element<'n>(
    names: &'n NamespaceResolver,
    name: QName<'n>,
) -> Result<(&'n str, &'n str), Unreadable> {
    match names.resolve_element(name) {
        (ResolveResult::Bound(Namespace(namespace)), local) => Ok((namespace, local.into_inner())),
        (ResolveResult::Unbound, local) => Ok(("", local.into_inner())),
        (ResolveResult::Unknown(_), _) => Err(Unreadable::NotXml),
    }
}

/// The attributes of an element that are in no namespace: none that we know is in one.
struct Attributes(Vec<(String, String)>);

impl Attributes {
    /// Reads all, so that all are well-formed.
    fn read(names: &NamespaceResolver, start: &BytesStart<'_>) -> Result<Self, Unreadable> {
        let mut plain = Vec::new();
        for (before, attribute) in start.attributes().enumerate() {
            if before == MOST_ATTRIBUTES {
                return Err(Unreadable::NotXml);
            }
            let attribute = attribute.map_err(not_xml)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(not_xml)?;
            if attribute.value.contains('<') || !value.chars().all(is_plain) {
                return Err(Unreadable::NotXml);
            }
            match names.resolve_attribute(attribute.key) {
                (ResolveResult::Unbound, local) => {
                    plain.push((local.into_inner().to_owned(), value.into_owned()));
                }
                (ResolveResult::Bound(_), _) => {}
                (ResolveResult::Unknown(_), _) => return Err(Unreadable::NotXml),
            }
        }
        Ok(Self(plain))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether what it describes speaks SAML 2.0, and not an earlier one alone.
    fn speaks_saml2(&self) -> bool {
        let protocols = self.get("protocolSupportEnumeration");
        protocols.is_none_or(|all| all.split_whitespace().any(|one| one == PROTOCOL))
    }

    /// A key whose use is not said is for everything.
    fn is_for_signing(&self) -> bool {
        self.get("use").is_none_or(|purpose| purpose == "signing")
    }
}

/// `2030-01-01T00:00:00Z` and the like (XML Schema Part 2, section 3.2.7), of years that
/// have four digits.
fn moment(text: &str) -> Option<Time> {
    let text = text.trim();
    let is_dated = matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..]);
    is_dated.then(|| Moment::parse(text).map(Moment::second)).flatten()
}

/// The bytes of a certificate: Base64, in which white space does not count.
fn der(text: &str) -> Option<Vec<u8>> {
    let letters: String = text.split_ascii_whitespace().collect();
    BASE64.decode(letters.as_bytes()).ok().filter(|der| is_sequence(der))
}

/// Whether this is one SEQUENCE, and nothing behind it (ITU-T X.690, section 8.1).
fn is_sequence(der: &[u8]) -> bool {
    match der {
        [0x30, length @ 0..=0x7F, rest @ ..] | [0x30, 0x81, length, rest @ ..] => {
            rest.len() == usize::from(*length)
        }
        [0x30, 0x82, high, low, rest @ ..] => {
            rest.len() == usize::from(u16::from_be_bytes([*high, *low]))
        }
        _ => false,
    }
}
