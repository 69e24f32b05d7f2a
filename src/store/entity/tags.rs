//! Labels, told apart with or without regard to case.

use imbl::OrdMap;

use crate::text::{Folded, TagKey, TagValue, Text};

/// Whether keys that differ in nothing but case are the same.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Case {
    /// They are: tags of users and roles.
    Ignored,
    /// They are not: tags of all other things.
    Counts,
}

/// The labels on a thing, sorted by their keys.
#[derive(Clone, Debug)]
pub struct Tags {
    case: Case,
    held: OrdMap<Box<str>, (TagKey, TagValue)>,
}

impl Tags {
    /// No labels.
    pub fn new(case: Case) -> Self {
        Self { case, held: OrdMap::new() }
    }

    /// Puts a label, and returns the one whose place it takes.
    pub fn insert(&mut self, key: TagKey, value: TagValue) -> Option<(TagKey, TagValue)> {
        self.held.insert(self.place(&key), (key, value))
    }

    /// Removes the label of that key, if there is one.
    pub fn remove(&mut self, key: &TagKey) -> Option<(TagKey, TagValue)> {
        self.held.remove(&self.place(key))
    }

    /// Puts all of `others`.
    pub fn extend(&mut self, others: Self) {
        for (_, (key, value)) in others.held {
            self.insert(key, value);
        }
    }

    /// The labels, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&TagKey, &TagValue)> {
        self.held.values().map(|(key, value)| (key, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    /// Whether keys that differ in nothing but case are the same here.
    pub fn case(&self) -> Case {
        self.case
    }

    fn place(&self, key: &TagKey) -> Box<str> {
        match self.case {
            Case::Ignored => Folded::of(key).as_str().into(),
            Case::Counts => key.text().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(case: Case) -> Vec<String> {
        let mut tags = Tags::new(case);
        for key in ["b", "A", "a"] {
            tags.insert(TagKey::parse(key).unwrap(), TagValue::parse("").unwrap());
        }
        tags.iter().map(|(key, _)| key.to_string()).collect()
    }

    #[test]
    fn keys_of_some_things_are_told_apart_by_case_and_of_others_not() {
        assert_eq!(keys(Case::Ignored), ["a", "b"]);
        assert_eq!(keys(Case::Counts), ["A", "a", "b"]);
    }
}
