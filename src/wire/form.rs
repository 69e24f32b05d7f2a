//! Reads the parameters of a request into typed fields.

use std::borrow::Cow;
use std::ops::Range;

use thiserror::Error;

use crate::error::{Code, Error};
use crate::text::{Breach, Text};
use crate::wire::faults::Faults;
use crate::wire::percent::{self, BadEscape, Plus};

/// How many parameters one request may have.
pub const MOST_PARAMETERS: usize = 1000;

/// The parameters of one request, each under its full dotted name.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// All names and values, one behind the other.
    text: String,
    /// Where in it they stand, sorted by name; no name stands twice.
    parameters: Vec<Parameter>,
}

#[derive(Clone, Debug)]
struct Parameter {
    name: Range<usize>,
    value: Range<usize>,
}

/// Why parameters cannot be read. Its sentence is for the caller.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum Unreadable {
    /// A `%` that stands for nothing.
    #[error(transparent)]
    Escape(#[from] BadEscape),
    /// Bytes that are not UTF-8.
    #[error("The parameters must be encoded in UTF-8.")]
    NotUtf8,
    /// A name that stands twice, so that it would be open which one counts; as
    /// much of it as an answer repeats.
    #[error("The parameter '{0}' must not be given more than once.")]
    Twice(Box<str>),
    /// More than [`MOST_PARAMETERS`].
    #[error("A request must not have more than {MOST_PARAMETERS} parameters.")]
    TooMany,
}

impl From<Unreadable> for Error {
    fn from(unreadable: Unreadable) -> Self {
        Self::new(Code::MalformedQueryString, unreadable.to_string())
    }
}

/// A name and what stands under it, in bytes that nobody has looked into.
pub type Pair<'b> = (Cow<'b, [u8]>, Cow<'b, [u8]>);

impl Form {
    /// The parameters of a query, which are decoded already, and those of a form
    /// body (WHATWG URL, section 5.1), side by side. Neither can replace what the
    /// other says.
    pub fn read<'q>(
        query: impl Iterator<Item = Pair<'q>>,
        body: &'q [u8],
    ) -> Result<Self, Unreadable> {
        let mut form = Self::default();
        for pair in query.map(Ok).chain(pieces(body).map(read_pair)) {
            if form.parameters.len() == MOST_PARAMETERS {
                return Err(Unreadable::TooMany);
            }
            let (name, value) = pair?;
            let (name, value) = (form.keep(&name)?, form.keep(&value)?);
            form.parameters.push(Parameter { name, value });
        }
        let Self { text, parameters } = &mut form;
        let name = |parameter: &Parameter| text.get(parameter.name.clone()).unwrap_or_default();
        parameters.sort_unstable_by(|one, other| name(one).cmp(name(other)));
        let twice = parameters.array_windows().find(|[one, next]| name(one) == name(next));
        match twice {
            Some([parameter, _]) => Err(Unreadable::Twice(shortened(name(parameter)))),
            None => Ok(form),
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<Range<usize>, Unreadable> {
        let start = self.text.len();
        self.text.push_str(str::from_utf8(bytes).map_err(|_| Unreadable::NotUtf8)?);
        Ok(start..self.text.len())
    }

    fn at(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// What stands under `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let place = self.parameters.binary_search_by(|held| self.at(&held.name).cmp(name)).ok()?;
        self.parameters.get(place).map(|parameter| self.at(&parameter.value))
    }

    /// Whether anything stands under `name`: a value, or `name.` and more.
    fn has(&self, name: &str) -> bool {
        let is_inside = |held: &str| held.strip_prefix(name).is_some_and(|r| r.starts_with('.'));
        let from = self.parameters.partition_point(|held| self.at(&held.name) < name);
        let mut rest = self.parameters.iter().skip(from).map(|held| self.at(&held.name));
        rest.by_ref().take_while(|held| held.starts_with(name)).any(|h| h == name || is_inside(h))
    }
}

fn pieces(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty())
}

fn read_pair(pair: &[u8]) -> Result<Pair<'_>, Unreadable> {
    let mut halves = pair.splitn(2, |byte| *byte == b'=');
    let mut next = || percent::decode(halves.next().unwrap_or_default(), Plus::Space);
    Ok((next()?, next()?))
}

fn shortened(name: &str) -> Box<str> {
    const MOST_ECHOED: usize = 256;
    name.chars().take(MOST_ECHOED).collect::<String>().into()
}

/// What an action takes: fields that stand side by side under one prefix.
/// `input!` implements it.
pub trait Input: Sized {
    /// The fields, for the tests that hold them against AWS's model.
    const FIELDS: &'static [FieldInfo];

    /// Reads all fields, so that all faults are found, not the first alone.
    fn read(form: &Form, prefix: &str, faults: &mut Faults) -> Option<Self>;
}

/// A field's name on the wire, and whether it must be there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct FieldInfo {
    /// The name as AWS spells it.
    pub name: &'static str,
    /// Whether a request without it is at fault.
    pub required: bool,
    /// What it asks of its value; empty for what is not one value.
    pub constraints: &'static [Breach],
}

/// What can stand under one name: a value, a value that may be left out, a list.
pub trait Field: Sized {
    /// Whether a request without it is at fault.
    const REQUIRED: bool;

    /// What it asks of its value; empty for what is not one value.
    const CONSTRAINTS: &'static [Breach];

    /// Reads the field, or notes why not.
    fn read(form: &Form, name: &str, faults: &mut Faults) -> Option<Self>;

    /// Reads a member of a list; what is wrong with a plain value in a list is
    /// told of the list.
    fn read_member(form: &Form, list: &str, index: usize, faults: &mut Faults) -> Option<Self> {
        Self::read(form, &member(list, index), faults)
    }
}

impl<T: Text> Field for T {
    const REQUIRED: bool = true;
    const CONSTRAINTS: &'static [Breach] = T::CONSTRAINTS;

    fn read(form: &Form, name: &str, faults: &mut Faults) -> Option<Self> {
        let Some(raw) = form.get(name) else {
            faults.note(name, None, Breach::Missing);
            return None;
        };
        match T::parse(raw) {
            Ok(value) => Some(value),
            Err(broken) => {
                for breach in broken {
                    faults.note(name, Some(raw), breach);
                }
                None
            }
        }
    }

    fn read_member(form: &Form, list: &str, index: usize, faults: &mut Faults) -> Option<Self> {
        let value = form.get(&member(list, index)).and_then(|raw| T::parse(raw).ok());
        if value.is_none() {
            faults.note(list, None, Breach::Member(T::CONSTRAINTS));
        }
        value
    }
}

impl<T: Field> Field for Option<T> {
    const REQUIRED: bool = false;
    const CONSTRAINTS: &'static [Breach] = T::CONSTRAINTS;

    fn read(form: &Form, name: &str, faults: &mut Faults) -> Option<Self> {
        if form.has(name) { T::read(form, name, faults).map(Some) } else { Some(None) }
    }
}

/// Up to so many of a kind: `Tags.member.1.Key`, `Tags.member.2.Key`, …; as many as
/// a form holds where no number is given, and as few as none where no second one is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct List<T, const MOST: usize = MOST_PARAMETERS, const LEAST: usize = 0>(pub Vec<T>);

/// A list is read from 1 up to its first gap, so that it is never longer than
/// the form it came in. `Tags=` is how SDKs write a list that is empty; one that
/// has members but no first is refused, lest what it should limit has no limit.
impl<T: Field, const MOST: usize, const LEAST: usize> Field for List<T, MOST, LEAST> {
    const REQUIRED: bool = true;
    const CONSTRAINTS: &'static [Breach] = match (MOST < MOST_PARAMETERS, LEAST > 0) {
        (true, true) => &[Breach::TooLong(MOST), Breach::TooShort(LEAST)],
        (true, false) => &[Breach::TooLong(MOST)],
        (false, true) => &[Breach::TooShort(LEAST)],
        (false, false) => &[],
    };

    fn read(form: &Form, name: &str, faults: &mut Faults) -> Option<Self> {
        let length =
            (1..=MOST_PARAMETERS).take_while(|index| form.has(&member(name, *index))).count();
        if length == 0 && form.get(name).is_none() {
            faults.note(name, None, Breach::Missing);
            return None;
        }
        if length > MOST || length < LEAST {
            let breach =
                if length > MOST { Breach::TooLong(MOST) } else { Breach::TooShort(LEAST) };
            faults.note(name, None, breach);
            return None;
        }
        let members = (1..=length).map(|index| T::read_member(form, name, index, faults));
        // All are read before the first that failed ends it: every fault is told.
        members.collect::<Vec<_>>().into_iter().collect::<Option<_>>().map(Self)
    }
}

fn member(list: &str, index: usize) -> String {
    format!("{list}.member.{index}")
}

/// The full name of a field.
pub(crate) fn join<'n>(prefix: &str, name: &'n str) -> Cow<'n, str> {
    if prefix.is_empty() { Cow::Borrowed(name) } else { Cow::Owned(format!("{prefix}{name}")) }
}

/// Declares what an action takes: the struct, and under which name each field
/// stands on the wire.
macro_rules! input {
    ($(#[$doc:meta])* $visible:vis struct $name:ident $(<$noun:ident: $kind:path>)? {
        $($(#[$note:meta])* $field:ident: $type:ty = $wire:expr,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug)]
        $visible struct $name $(<$noun: $kind>)? { $($(#[$note])* $field: $type,)* }

        impl $(<$noun: $kind>)? $crate::wire::form::Input for $name $(<$noun>)? {
            const FIELDS: &'static [$crate::wire::form::FieldInfo] = &[
                $($crate::wire::form::FieldInfo {
                    name: $wire,
                    required: <$type as $crate::wire::form::Field>::REQUIRED,
                    constraints: <$type as $crate::wire::form::Field>::CONSTRAINTS,
                },)*
            ];

            fn read(
                form: &$crate::wire::form::Form,
                prefix: &str,
                faults: &mut $crate::wire::faults::Faults,
            ) -> Option<Self> {
                let _ = (form, prefix, &faults); // unused where there is no field
                $(let $field = $crate::wire::form::Field::read(
                    form,
                    &$crate::wire::form::join(prefix, $wire),
                    faults,
                );)*
                Some(Self { $($field: $field?,)* })
            }
        }

        impl $(<$noun: $kind>)? $crate::wire::form::Field for $name $(<$noun>)? {
            const REQUIRED: bool = true;
            const CONSTRAINTS: &'static [$crate::text::Breach] = &[];

            fn read(
                form: &$crate::wire::form::Form,
                name: &str,
                faults: &mut $crate::wire::faults::Faults,
            ) -> Option<Self> {
                $crate::wire::form::Input::read(form, &format!("{name}."), faults)
            }
        }
    };
}
pub(crate) use input;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TagKey;
    use crate::wire::faults::Echo;

    #[test]
    fn a_list_ends_at_its_first_gap_and_zero_is_no_member() {
        assert_eq!(keys("0=k&K.member.0=k&K.member.1=k&K.member.3=k").unwrap().len(), 1);
        assert_eq!(keys("K.member.1=k&K.member.4000000000=k").unwrap().len(), 1);
    }

    #[test]
    fn a_list_without_its_first_member_is_no_empty_list() {
        for form in ["K.member.2=k", "K.member.0=k", "K.x=k"] {
            assert!(keys(form).unwrap_err().message().ends_with("Member must not be null"));
        }
    }

    #[test]
    fn an_empty_list_is_a_list() {
        assert_eq!(keys("K=").unwrap(), []);
        assert!(keys("").is_err());
    }

    #[test]
    fn a_list_is_at_fault_for_its_members_once() {
        let error = keys("K.member.1=%23&K.member.2=%23").unwrap_err();
        assert_eq!(
            error.message(),
            "1 validation error detected: Value at 'k' failed to satisfy constraint: Member must \
             satisfy constraint: [Member must have length less than or equal to 128, Member must \
             have length greater than or equal to 1, Member must satisfy regular expression \
             pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+, Member must not be null]"
        );
    }

    #[test]
    fn a_list_may_be_too_long() {
        let form: Vec<_> = (1..=51).map(|index| format!("K.member.{index}=k")).collect();
        let error = keys(&form.join("&")).unwrap_err();
        assert!(error.message().ends_with("length less than or equal to 50"), "{error}");
    }

    #[test]
    fn query_and_body_stand_side_by_side() {
        let query = [("A", "1"), ("B", "a b")].map(|(name, value)| plain(name, value));
        let form = Form::read(query.into_iter(), b"C=%C3%A9+&D&&E=a=b").unwrap();
        let values = ["A", "B", "C", "D", "E", "F"].map(|name| form.get(name));
        let expected = [Some("1"), Some("a b"), Some("\u{e9} "), Some(""), Some("a=b"), None];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_parameter_given_twice_is_refused_wherever_it_stands() {
        let (twice, once) = (Unreadable::Twice("A".into()), || plain("A", "1"));
        assert_eq!(Form::read([once(), once()].into_iter(), b"").unwrap_err(), twice);
        assert_eq!(Form::read([once()].into_iter(), b"A=2").unwrap_err(), twice);
        assert_eq!(body(b"A&B=1&A").unwrap_err(), twice);
    }

    #[test]
    fn of_a_long_name_given_twice_an_answer_repeats_the_beginning() {
        let (name, shown) = ("é".repeat(9000), "é".repeat(256));
        let twice = Unreadable::Twice(shown.into());
        assert_eq!(body(format!("{name}&{name}").as_bytes()).unwrap_err(), twice);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert_eq!(body(b"a=%f").unwrap_err(), BadEscape::Incomplete.into());
        assert_eq!(body(b"a=%ff").unwrap_err(), Unreadable::NotUtf8);
        let many: Vec<_> = (0..=1000).map(|number| format!("b{number}")).collect();
        assert_eq!(body(many.join("&").as_bytes()).unwrap_err(), Unreadable::TooMany);
        assert!(body(many[..1000].join("&").as_bytes()).is_ok());
    }

    #[test]
    fn a_name_that_only_begins_alike_is_not_inside() {
        let form = body(b"Tags-x.member.1=k&TagsFoo=1").unwrap();
        assert!(!form.has("Tags"));
    }

    fn plain<'b>(name: &'b str, value: &'b str) -> Pair<'b> {
        (name.as_bytes().into(), value.as_bytes().into())
    }

    fn body(body: &[u8]) -> Result<Form, Unreadable> {
        Form::read(std::iter::empty(), body)
    }

    fn keys(form: &str) -> Result<Vec<TagKey>, Error> {
        let mut faults = Faults::default();
        let form = body(form.as_bytes()).unwrap();
        let keys = List::<TagKey, 50>::read(&form, "K", &mut faults);
        faults.or_error(keys, Echo::Nothing).map(|list| list.0)
    }
}
