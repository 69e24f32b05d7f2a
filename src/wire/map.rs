//! Values by their names, as answers tell them.

use crate::wire::answer::{Answer, Element, Shape};

/// Values by their names, in the order in which they are written.
#[derive(Clone, Debug)]
pub struct Map<T>(pub Vec<(&'static str, T)>);

impl<T: Element> Element for Map<T> {
    const SHAPE: Shape = Shape::Map(&T::SHAPE);

    fn write(&self, name: &str, answer: &mut Answer) {
        answer.object(name, |answer| {
            for (key, value) in &self.0 {
                answer.entry(key, value);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::answer::Format;

    fn written(format: Format) -> String {
        let map = Map(vec![("a", 1_usize), ("b", 2)]);
        Answer::document(format, "r", "n", |answer| map.write("m", answer))
    }

    #[test]
    fn a_map_has_entries_in_xml() {
        let entry = |key: char, value: char| {
            format!(
                "    <entry>\n      <key>{key}</key>\n      <value>{value}</value>\n    </entry>\n"
            )
        };
        let entries = entry('a', '1') + &entry('b', '2');
        let expected = format!("<r xmlns=\"n\">\n  <m>\n{entries}  </m>\n</r>\n");
        assert_eq!(written(Format::Xml), expected);
    }

    #[test]
    fn a_map_is_an_object_in_json() {
        assert_eq!(written(Format::Json), r#"{"r":{"m":{"a":1,"b":2}}}"#);
    }
}
