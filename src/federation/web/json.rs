//! JSON from outside, in which no name stands twice: of two claims of one name,
//! one reader may see the first and another one the last.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// What an object holds by name.
pub(super) type Members = BTreeMap<String, Json>;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Null,
    Integer(i64),
    /// A truth value, or a number that is no integer: nothing here asks which.
    Other,
    Text(String),
    List(Vec<Self>),
    Object(Members),
}

impl Json {
    /// Reads a whole text, if it is JSON and names nothing twice in one object.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    /// What it holds by name, if it is an object.
    pub(super) fn members(self) -> Option<Members> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }

    /// What stands under a name, if it is an object that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        if let Self::Object(members) = self { members.get(name) } else { None }
    }

    /// What it says, if it is a text.
    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What it holds, if it is a list.
    pub(super) fn items(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// Every text of a list of texts; a text alone is a list of one.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        match self {
            Self::Text(text) => Some(vec![text]),
            Self::List(items) => items.iter().map(Self::text).collect(),
            Self::Null | Self::Integer(_) | Self::Other | Self::Object(_) => None,
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON that names nothing twice")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Integer(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(i64::try_from(number).map_or(Json::Other, Json::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Json, A::Error> {
        let mut members = Members::new();
        while let Some((name, value)) = object.next_entry()? {
            match members.entry(name) {
                Entry::Vacant(free) => free.insert(value),
                Entry::Occupied(_) => return Err(A::Error::custom("a name stands twice")),
            };
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_however_it_is_written_and_however_deep() {
        for bad in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"[{"b":{"a":1,"a":2}}]"#] {
            assert_eq!(Json::read(bad.as_bytes()), None, "{bad}");
        }
        assert!(Json::read(br#"{"a":{"a":1},"A":2}"#).is_some());
    }

    #[test]
    fn what_is_nested_deeply_or_goes_on_is_no_value() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Json::read(deep.as_bytes()), None);
        assert_eq!(Json::read(b"{} {}"), None);
        assert_eq!(Json::read(b"\"\xFF\""), None);
    }

    #[test]
    fn only_whole_numbers_are_integers() {
        let read = |text: &str| Json::read(text.as_bytes());
        assert_eq!(read("-1"), Some(Json::Integer(-1)));
        assert_eq!(read("1.0"), Some(Json::Other));
        assert_eq!(read("1e3"), Some(Json::Other));
        assert_eq!(read("9223372036854775808"), Some(Json::Other));
    }
}
