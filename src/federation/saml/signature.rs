//! What a response's signatures cover (SAML V2.0 Core, section 5; XML Signature): the
//! canonical bytes that were verified, and nothing beside them.
//!
//! The document is looked at only to find what claims to be signed. Of that the library
//! makes canonical bytes; where digest and signature hold, those bytes are parsed again,
//! and what is read is read there. An element that was moved, wrapped, doubled or cut by a
//! comment is thus either what the provider signed, or nothing.

use aws_lc_rs::digest::{Algorithm, SHA256, SHA384, SHA512, digest};
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use data_encoding::BASE64;
use uppsala::parser::Parser;
use uppsala::{Document, NodeId};

use super::Refusal;
use super::certificate::Method;
use super::tree::{DEEPEST, Element};

pub(super) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
pub(super) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";

/// How many prefixes a canonicalization may name: each costs time at each element.
const MOST_PREFIXES: usize = 16;

/// What the provider has signed, read from the bytes that it signed.
#[derive(Debug)]
pub(super) struct Verified {
    /// The response, where it is signed itself.
    pub(super) response: Option<Element>,
    /// The assertion, signed itself or within the response.
    pub(super) assertion: Element,
}

impl Verified {
    /// Verifies every signature that a response has, one at least.
    ///
    /// `text` has been read as a [`super::tree`], within its bounds.
    pub(super) fn of(text: &str, certificates: &[Vec<u8>]) -> Result<Self, Refusal> {
        let parser = Parser::new().with_forbid_dtd(true).with_max_depth(max_depth());
        let document = parser.parse(text).map_err(|_| Refusal::NotXml)?;
        let found = Found::in_document(&document)?;
        let signed = Signed { document: &document, certificates };
        let response = found.response.element(&signed)?;
        let assertion = found.assertion.element(&signed)?;
        match (response, assertion) {
            (response, Some(assertion)) => Ok(Self { response, assertion }),
            (Some(mut response), None) => {
                let assertion = response.take(ASSERTION, "Assertion").ok_or(Refusal::Misplaced)?;
                Ok(Self { response: Some(response), assertion })
            }
            (None, None) => Err(Refusal::Unsigned),
        }
    }
}

fn max_depth() -> u32 {
    u32::try_from(DEEPEST).unwrap_or(u32::MAX)
}

/// What may be signed in a document.
struct Found {
    response: Claim,
    assertion: Claim,
}

/// An element, and what claims to be its signature.
#[derive(Clone, Copy)]
struct Claim {
    element: NodeId,
    signature: Option<NodeId>,
    name: (&'static str, &'static str),
}

impl Found {
    /// Finds the response and its one assertion, and their signatures. Any further
    /// assertion or signature, wherever it stands, is there to mislead somebody.
    fn in_document(document: &Document<'_>) -> Result<Self, Refusal> {
        let root = document.document_element().ok_or(Refusal::NotXml)?;
        if !is(document, root, (PROTOCOL, "Response")) {
            return Err(Refusal::NotAResponse);
        }
        let all = document.descendants(root);
        if all.iter().any(|node| is_encrypted(document, *node)) {
            return Err(Refusal::Encrypted);
        }
        let assertion = children(document, root, (ASSERTION, "Assertion"));
        let &[assertion] = assertion.as_slice() else {
            return Err(Refusal::NotAResponse);
        };
        let response = Claim::of(document, root, (PROTOCOL, "Response"))?;
        let assertion = Claim::of(document, assertion, (ASSERTION, "Assertion"))?;
        let number = |name| all.iter().filter(|node| is(document, **node, name)).count();
        let signatures = [response, assertion].iter().filter(|one| one.signature.is_some()).count();
        let is_plain = number((ASSERTION, "Assertion")) == 1
            && number((PROTOCOL, "Response")) == 0
            && number((DSIG, "Signature")) == signatures;
        if !is_plain {
            return Err(Refusal::Misplaced);
        }
        has_each_id_once(document, &all)?;
        Ok(Self { response, assertion })
    }
}

/// Every identifier is there once, whatever the attribute is called.
fn has_each_id_once(document: &Document<'_>, all: &[NodeId]) -> Result<(), Refusal> {
    let root = document.document_element();
    let elements = root.iter().chain(all).filter_map(|node| document.element(*node));
    let attributes = elements.flat_map(|element| &element.attributes);
    let mut ids: Vec<&str> = attributes
        .filter(|attribute| attribute.name.local_name.eq_ignore_ascii_case("ID"))
        .map(|attribute| attribute.value.as_ref())
        .collect();
    ids.sort_unstable();
    let number = ids.len();
    ids.dedup();
    if ids.len() == number { Ok(()) } else { Err(Refusal::SameId) }
}

impl Claim {
    fn of(
        document: &Document<'_>,
        element: NodeId,
        name: (&'static str, &'static str),
    ) -> Result<Self, Refusal> {
        match children(document, element, (DSIG, "Signature")).as_slice() {
            [] => Ok(Self { element, signature: None, name }),
            [signature] => Ok(Self { element, signature: Some(*signature), name }),
            _ => Err(Refusal::Misplaced),
        }
    }

    /// What the signature covers, if there is one, which then has to hold.
    fn element(self, signed: &Signed<'_, '_>) -> Result<Option<Element>, Refusal> {
        let Some(signature) = self.signature else { return Ok(None) };
        let bytes = signed.bytes(self.element, signature)?;
        let element = Element::read(&bytes)?;
        let (namespace, name) = self.name;
        if element.is(namespace, name) { Ok(Some(element)) } else { Err(Refusal::Misplaced) }
    }
}

fn is(document: &Document<'_>, node: NodeId, (namespace, name): (&str, &str)) -> bool {
    document.element(node).is_some_and(|element| {
        element.name.namespace_uri.as_deref() == Some(namespace) && element.name.local_name == name
    })
}

fn is_encrypted(document: &Document<'_>, node: NodeId) -> bool {
    document.element(node).is_some_and(|element| {
        element.name.namespace_uri.as_deref() == Some(ASSERTION)
            && element.name.local_name.starts_with("Encrypted")
    })
}

fn children(document: &Document<'_>, node: NodeId, name: (&str, &str)) -> Vec<NodeId> {
    document.children_iter(node).filter(|child| is(document, *child, name)).collect()
}

/// A document, and what it may be signed with.
struct Signed<'d, 'x> {
    document: &'d Document<'x>,
    certificates: &'d [Vec<u8>],
}

impl Signed<'_, '_> {
    /// The canonical bytes of `element` without its `signature`, which holds.
    fn bytes(&self, element: NodeId, signature: NodeId) -> Result<String, Refusal> {
        let info = self.info(signature)?;
        let id = self.document.element(element).and_then(|element| {
            element.attributes.iter().find(|attribute| {
                attribute.name.namespace_uri.is_none() && attribute.name.local_name == "ID"
            })
        });
        // An empty reference would mean the document, whatever is in it.
        if id.is_none_or(|id| id.value.is_empty() || info.reference != *id.value) {
            return Err(Refusal::Form);
        }
        // A reference by identifier leaves comments out, whatever canonicalizes it (XML
        // Signature, section 4.4.3.3).
        let whole = NodeSet::tree_without_comments(element, self.document);
        let enveloped = whole.subtract(&NodeSet::tree_with_comments(signature, self.document));
        let bytes = self.canonical(&enveloped, &info.transform)?;
        if digest(info.digest, bytes.as_bytes()).as_ref() == info.value {
            Ok(bytes)
        } else {
            Err(Refusal::Altered)
        }
    }

    /// What a signature says, the signature verified.
    fn info(&self, signature: NodeId) -> Result<Info, Refusal> {
        let info = self.child(signature, "SignedInfo")?;
        let value = self.child(signature, "SignatureValue")?;
        let known = ["SignedInfo", "SignatureValue", "KeyInfo"];
        let elements =
            self.document.children_iter(signature).filter(|c| self.document.element(*c).is_some());
        for child in elements {
            if !known.iter().any(|name| is(self.document, child, (DSIG, name))) {
                return Err(Refusal::Form);
            }
        }
        let bytes = self.canonical_info(info)?;
        let info = Info::read(&Element::read(&bytes)?)?;
        let value = decoded(&self.document.text_content_deep(value))?;
        if info.method.is_by(self.certificates, bytes.as_bytes(), &value) {
            Ok(info)
        } else {
            Err(Refusal::Signature)
        }
    }

    fn child(&self, of: NodeId, name: &str) -> Result<NodeId, Refusal> {
        let &[child] = children(self.document, of, (DSIG, name)).as_slice() else {
            return Err(Refusal::Form);
        };
        Ok(child)
    }

    /// The canonical bytes of a `SignedInfo`, which says itself how they are made.
    fn canonical_info(&self, info: NodeId) -> Result<String, Refusal> {
        let nodes = NodeSet::tree_with_comments(info, self.document);
        let readable = Element::read(&self.canonical(&nodes, &Canonical::default())?)?;
        self.canonical(&nodes, &canonicalization(&readable)?)
    }

    fn canonical(&self, nodes: &NodeSet, how: &Canonical) -> Result<String, Refusal> {
        let bytes = canonicalize_doc(self.document, how.mode(), Some(nodes), &how.prefixes)
            .map_err(|_| Refusal::Form)?;
        String::from_utf8(bytes).map_err(|_| Refusal::NotXml)
    }
}

/// What a `SignedInfo` says.
struct Info {
    method: Method,
    /// The identifier of what is signed.
    reference: String,
    transform: Canonical,
    digest: &'static Algorithm,
    value: Vec<u8>,
}

impl Info {
    /// Reads the one form that SAML knows (SAML V2.0 Core, section 5.4): one reference by
    /// identifier, enveloped and exclusively canonicalized.
    fn read(info: &Element) -> Result<Self, Refusal> {
        let parts = named(info, &["CanonicalizationMethod", "SignatureMethod", "Reference"])?;
        let [_, method, reference] = parts.as_slice() else { return Err(Refusal::Form) };
        let method = algorithm(method).and_then(Method::called).ok_or(Refusal::Form)?;
        let id = reference.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
        let parts = named(reference, &["Transforms", "DigestMethod", "DigestValue"])?;
        let [transforms, digest, value] = parts.as_slice() else { return Err(Refusal::Form) };
        Ok(Self {
            method,
            reference: id.ok_or(Refusal::Form)?.to_owned(),
            transform: transform(transforms)?,
            digest: algorithm(digest).and_then(digest_called).ok_or(Refusal::Form)?,
            value: decoded(&value.text())?,
        })
    }
}

/// The elements of `parent`, which are called so, in this order, and no others.
fn named<'e>(parent: &'e Element, names: &[&str]) -> Result<Vec<&'e Element>, Refusal> {
    let all: Vec<_> = parent.elements().collect();
    let is_so = all.len() == names.len()
        && all.iter().zip(names).all(|(element, name)| element.is(DSIG, name));
    if is_so { Ok(all) } else { Err(Refusal::Form) }
}

/// The algorithm of an element, where it has no parameters.
fn algorithm(element: &Element) -> Option<&str> {
    element.attribute("Algorithm").filter(|_| element.elements().next().is_none())
}

fn digest_called(uri: &str) -> Option<&'static Algorithm> {
    match uri {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Some(&SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Some(&SHA384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Some(&SHA512),
        _ => None,
    }
}

fn canonicalization(info: &Element) -> Result<Canonical, Refusal> {
    info.only(DSIG, "CanonicalizationMethod").map_or(Err(Refusal::Form), Canonical::read)
}

/// The two transforms that SAML knows, in their order.
fn transform(transforms: &Element) -> Result<Canonical, Refusal> {
    let parts = named(transforms, &["Transform", "Transform"])?;
    let [enveloped, canonical] = parts.as_slice() else { return Err(Refusal::Form) };
    if algorithm(enveloped) == Some(ENVELOPED) {
        Canonical::read(canonical)
    } else {
        Err(Refusal::Form)
    }
}

/// How bytes are made of elements: Exclusive XML Canonicalization 1.0.
#[derive(Debug, Default)]
struct Canonical {
    has_comments: bool,
    /// Prefixes whose namespaces are declared whether or not they are used.
    prefixes: Vec<String>,
}

impl Canonical {
    fn read(method: &Element) -> Result<Self, Refusal> {
        let has_comments = match method.attribute("Algorithm") {
            Some(EXCLUSIVE) => false,
            Some(WITH_COMMENTS) => true,
            _ => return Err(Refusal::Form),
        };
        let elements: Vec<_> = method.elements().collect();
        let prefixes: Vec<String> = match elements.as_slice() {
            [] => Vec::new(),
            [list] if list.is(EXCLUSIVE, "InclusiveNamespaces") => {
                let list = list.attribute("PrefixList").unwrap_or_default();
                list.split_ascii_whitespace().map(str::to_owned).collect()
            }
            _ => return Err(Refusal::Form),
        };
        if prefixes.len() > MOST_PREFIXES {
            return Err(Refusal::TooMuch);
        }
        Ok(Self { has_comments, prefixes })
    }

    fn mode(&self) -> C14nMode {
        if self.has_comments { C14nMode::ExclusiveWithComments } else { C14nMode::Exclusive }
    }
}

/// Base64, in which white space does not count.
fn decoded(text: &str) -> Result<Vec<u8>, Refusal> {
    let letters: String = text.split_ascii_whitespace().collect();
    BASE64.decode(letters.as_bytes()).map_err(|_| Refusal::Form)
}
