//! XML from strangers, as a tree: bounded, without a document type, without entities,
//! without processing instructions.

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, NamespaceResolver, ResolveResult};
use quick_xml::reader::NsReader;

use super::Refusal;

/// How deep elements may stand in each other. A response is nine deep.
pub(super) const DEEPEST: usize = 32;

/// How many elements there may be. A response with a hundred roles has some two hundred.
const MOST_ELEMENTS: usize = 4096;

/// How many attributes an element may have, declarations of namespaces among them.
const MOST_ATTRIBUTES: usize = 64;

/// An element, and what is in it but for comments.
#[derive(Debug, Default)]
pub(super) struct Element {
    namespace: String,
    name: String,
    /// Those in no namespace: none that is looked for is in one.
    attributes: Vec<(String, String)>,
    content: Vec<Content>,
}

#[derive(Debug)]
enum Content {
    Text(String),
    Element(Element),
}

impl Element {
    /// Reads a whole document.
    pub(super) fn read(document: &str) -> Result<Self, Refusal> {
        let mut reader = NsReader::from_str(document);
        reader.config_mut().enable_all_checks(true);
        reader.config_mut().expand_empty_elements = true;
        let mut growing = Growing::default();
        loop {
            match reader.read_event().map_err(|_| Refusal::NotXml)? {
                Event::Start(start) => growing.open(reader.resolver(), &start)?,
                Event::End(_) => growing.close()?,
                Event::Text(text) if text.contains("]]>") => return Err(Refusal::NotXml),
                Event::Text(text) => growing.text(&text)?,
                Event::CData(text) => growing.text(&text)?,
                Event::GeneralRef(reference) => growing.text(&resolved(&reference)?)?,
                Event::DocType(_) => return Err(Refusal::Doctype),
                Event::PI(_) => return Err(Refusal::Instruction),
                Event::Eof => return growing.whole(),
                // An empty element comes as a start and an end.
                Event::Empty(_) | Event::Comment(_) | Event::Decl(_) => {}
            }
        }
    }

    /// Whether it is called so.
    pub(super) fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    /// An attribute that is in no namespace.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The elements right below it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
    }

    /// Those right below it that are called so.
    pub(super) fn all<'e>(
        &'e self,
        namespace: &'e str,
        name: &'e str,
    ) -> impl Iterator<Item = &'e Self> {
        self.elements().filter(move |element| element.is(namespace, name))
    }

    /// The one right below it that is called so; none where there are several.
    pub(super) fn only<'e>(&'e self, namespace: &'e str, name: &'e str) -> Option<&'e Self> {
        let mut all = self.all(namespace, name);
        let first = all.next();
        first.filter(|_| all.next().is_none())
    }

    /// Takes out the one right below it that is called so; none where there are several.
    pub(super) fn take(&mut self, namespace: &str, name: &str) -> Option<Self> {
        self.only(namespace, name)?;
        let at = self.content.iter().position(|content| match content {
            Content::Element(element) => element.is(namespace, name),
            Content::Text(_) => false,
        })?;
        match self.content.remove(at) {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        }
    }

    /// All text in it and below it, whatever comments once stood between.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.add_text(&mut text);
        text
    }

    fn add_text(&self, text: &mut String) {
        for content in &self.content {
            match content {
                Content::Text(more) => text.push_str(more),
                // No deeper than DEEPEST.
                Content::Element(element) => element.add_text(text),
            }
        }
    }
}

/// A document, half read.
#[derive(Default)]
struct Growing {
    /// The elements that are open, outermost first.
    open: Vec<Element>,
    elements: usize,
    root: Option<Element>,
}

impl Growing {
    fn open(&mut self, names: &NamespaceResolver, start: &BytesStart<'_>) -> Result<(), Refusal> {
        self.elements = self.elements.saturating_add(1);
        if self.open.len() >= DEEPEST || self.elements > MOST_ELEMENTS {
            return Err(Refusal::TooMuch);
        }
        if self.root.is_some() {
            return Err(Refusal::NotXml);
        }
        let (namespace, name) = match names.resolve_element(start.name()) {
            (ResolveResult::Bound(Namespace(namespace)), name) => (namespace, name),
            (ResolveResult::Unbound, name) => ("", name),
            (ResolveResult::Unknown(_), _) => return Err(Refusal::NotXml),
        };
        self.open.push(Element {
            namespace: namespace.to_owned(),
            name: name.into_inner().to_owned(),
            attributes: attributes(names, start)?,
            content: Vec::new(),
        });
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Refusal> {
        if !text.chars().all(is_plain) {
            return Err(Refusal::NotXml);
        }
        match self.open.last_mut() {
            Some(element) => match element.content.last_mut() {
                Some(Content::Text(before)) => before.push_str(text),
                _ => element.content.push(Content::Text(text.to_owned())),
            },
            None if text.trim_start_matches('\u{FEFF}').trim().is_empty() => {}
            None => return Err(Refusal::NotXml),
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Refusal> {
        let closed = self.open.pop().ok_or(Refusal::NotXml)?;
        match self.open.last_mut() {
            Some(parent) => parent.content.push(Content::Element(closed)),
            None => self.root = Some(closed),
        }
        Ok(())
    }

    fn whole(self) -> Result<Element, Refusal> {
        self.root.filter(|_| self.open.is_empty()).ok_or(Refusal::NotXml)
    }
}

/// Reads all attributes, so that all are well-formed; keeps those in no namespace.
fn attributes(
    names: &NamespaceResolver,
    start: &BytesStart<'_>,
) -> Result<Vec<(String, String)>, Refusal> {
    let mut plain = Vec::new();
    for (count, attribute) in start.attributes().enumerate() {
        let attribute = attribute.map_err(|_| Refusal::NotXml)?;
        if count >= MOST_ATTRIBUTES {
            return Err(Refusal::TooMuch);
        }
        let value =
            attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Refusal::NotXml)?;
        if attribute.value.contains('<') || !value.chars().all(is_plain) {
            return Err(Refusal::NotXml);
        }
        match names.resolve_attribute(attribute.key) {
            (ResolveResult::Unbound, local) => {
                plain.push((local.into_inner().to_owned(), value.into_owned()));
            }
            (ResolveResult::Bound(_), _) => {}
            (ResolveResult::Unknown(_), _) => return Err(Refusal::NotXml),
        }
    }
    Ok(plain)
}

/// What a reference stands for; without a document type there are few.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Refusal> {
    match reference.resolve_char_ref().map_err(|_| Refusal::NotXml)? {
        Some(c) => Ok(c.to_string()),
        None => resolve_predefined_entity(reference).map(str::to_owned).ok_or(Refusal::NotXml),
    }
}

/// Whether XML has `c` at all (XML 1.0, section 2.2).
fn is_plain(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(document: &str) -> Refusal {
        Element::read(document).unwrap_err()
    }

    #[test]
    fn text_is_whole_whatever_stands_in_it() {
        let read = Element::read("<a>ad<!-- x -->m<![CDATA[<i]]>&#110;&amp;<b>.</b></a>").unwrap();
        assert_eq!(read.text(), "adm<in&.");
        assert!(read.only("", "b").is_some());
    }

    #[test]
    fn elements_are_known_by_their_namespace() {
        let read = Element::read(r#"<p:a xmlns:p="urn:x" i="1" p:i="2"><a xmlns="urn:y"/></p:a>"#);
        let read = read.unwrap();
        assert!(read.is("urn:x", "a"));
        assert_eq!(read.attribute("i"), Some("1"));
        assert!(read.only("urn:y", "a").is_some());
        assert!(read.only("urn:x", "a").is_none());
    }

    #[test]
    fn of_several_there_is_no_only_one() {
        let read = Element::read("<a><b/><b/></a>").unwrap();
        assert!(read.only("", "b").is_none());
        assert_eq!(read.all("", "b").count(), 2);
    }

    #[test]
    fn what_could_declare_or_do_anything_is_refused() {
        assert_eq!(refused("<!DOCTYPE a><a/>"), Refusal::Doctype);
        assert_eq!(refused(r#"<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>"#), Refusal::Doctype);
        assert_eq!(refused("<a>&b;</a>"), Refusal::NotXml);
        assert_eq!(refused("<a b='&c;'/>"), Refusal::NotXml);
        assert_eq!(refused("<a><?php echo?></a>"), Refusal::Instruction);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for bad in [
            "",
            "a",
            "<a>",
            "<a/>b",
            "<a/><b/>",
            "<a></b>",
            "<x:a/>",
            "<a x:b='1'/>",
            "<a b='1' b='2'/>",
            "<a b='<'/>",
            "<a>&#1;</a>",
            "<a>\u{1}</a>",
            "<a>]]></a>",
            "<a b=\"&#1;\"/>",
            "<a b=c/>",
            "<a>&</a>",
            "b<a/>",
            "<a/></a>",
        ] {
            assert_eq!(refused(bad), Refusal::NotXml, "{bad}");
        }
    }

    #[test]
    fn depth_number_and_attributes_are_bounded() {
        let deep = |levels| format!("{}{}", "<a>".repeat(levels), "</a>".repeat(levels));
        assert!(Element::read(&deep(DEEPEST)).is_ok());
        assert_eq!(refused(&deep(DEEPEST + 1)), Refusal::TooMuch);
        let wide = |many| format!("<a>{}</a>", "<b/>".repeat(many));
        assert!(Element::read(&wide(MOST_ELEMENTS - 1)).is_ok());
        assert_eq!(refused(&wide(MOST_ELEMENTS)), Refusal::TooMuch);
        let many = |many| -> String {
            let all: Vec<_> = (0..many).map(|n| format!(" a{n}=''")).collect();
            format!("<a{}/>", all.concat())
        };
        assert!(Element::read(&many(MOST_ATTRIBUTES)).is_ok());
        assert_eq!(refused(&many(MOST_ATTRIBUTES + 1)), Refusal::TooMuch);
    }
}
