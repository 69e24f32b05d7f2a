//! JSON whose every value knows where in the text it stands.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value in a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'t> {
    raw: &'t str,
    /// Where it begins in the text, in bytes.
    start: usize,
}

/// What stands under a name.
pub(super) type Member<'t> = (String, Node<'t>);

impl<'t> Node<'t> {
    /// The whole of a text, if it is JSON.
    pub(super) fn of(text: &'t str) -> Result<Self, serde_json::Error> {
        let raw: &RawValue = serde_json::from_str(text)?;
        Ok(Self { raw: raw.get(), start: offset(text, raw.get()) })
    }

    /// Where in the text it stands, in bytes.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start.saturating_add(self.raw.len())
    }

    /// What it holds by name, if it is an object that names nothing twice.
    pub(super) fn members(self) -> Option<Vec<Member<'t>>> {
        let Members(members) = serde_json::from_str(self.raw).ok()?;
        let mut names = BTreeSet::new();
        let is_new = |(name, _): &(String, _)| names.insert(name.clone());
        if !members.iter().all(is_new) {
            return None;
        }
        Some(members.into_iter().map(|(name, raw)| (name, self.inner(raw))).collect())
    }

    /// What it holds, if it is a list.
    pub(super) fn items(self) -> Option<Vec<Self>> {
        let items: Vec<&RawValue> = serde_json::from_str(self.raw).ok()?;
        Some(items.into_iter().map(|raw| self.inner(raw)).collect())
    }

    /// What it holds; itself, if it is no list.
    pub(super) fn one_or_many(self) -> Vec<Self> {
        self.items().unwrap_or_else(|| vec![self])
    }

    /// What it says, if it is a string.
    pub(super) fn text(self) -> Option<String> {
        serde_json::from_str(self.raw).ok()
    }

    /// What it says, if it is a string, a number or a truth value: the last two
    /// need no quotes.
    pub(super) fn scalar(self) -> Option<String> {
        let is_bare = !self.raw.starts_with(['"', '{', '[']) && self.raw != "null";
        if is_bare { Some(self.raw.to_owned()) } else { self.text() }
    }

    fn inner(self, raw: &'t RawValue) -> Self {
        let start = self.start.saturating_add(offset(self.raw, raw.get()));
        Self { raw: raw.get(), start }
    }
}

/// Where in `whole` its piece `part` begins.
fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// An object as it is written, so that a name given twice is seen.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'t> Visitor<'t> for Object {
            type Value = Members<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_where_it_stands() {
        let text = " {\"a\": [1, {\"b\": \"\\u00e9\"}]} ";
        let items = Node::of(text).unwrap().members().unwrap()[0].1.items().unwrap();
        assert_eq!(text.get(items[1].range()), Some("{\"b\": \"\\u00e9\"}"));
        assert_eq!(items[0].scalar().as_deref(), Some("1"));
        assert_eq!(items[1].members().unwrap()[0].1.text().as_deref(), Some("é"));
    }

    #[test]
    fn a_name_stands_once_in_an_object() {
        assert!(Node::of("{\"a\":1,\"\\u0061\":2}").unwrap().members().is_none());
        assert!(Node::of("{\"a\":1,\"A\":2}").unwrap().members().is_some());
    }

    #[test]
    fn what_is_nested_deeply_harms_nobody() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!Node::of(&deep).is_ok_and(|node| node.members().is_some()));
    }
}
