//! Lists that may not be empty.

use crate::text::Breach;
use crate::wire::faults::Faults;
use crate::wire::form::{Field, Form, List};

/// One of a kind at least, and so many at most.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Several<T, const MOST: usize>(pub Vec<T>);

impl<T: Field, const MOST: usize> Field for Several<T, MOST> {
    const REQUIRED: bool = true;
    const CONSTRAINTS: &'static [Breach] = &[Breach::TooLong(MOST), Breach::TooShort(1)];

    fn read(form: &Form, name: &str, faults: &mut Faults) -> Option<Self> {
        let List(members) = List::<T, MOST>::read(form, name, faults)?;
        if members.is_empty() {
            faults.note(name, Some("[]"), Breach::TooShort(1));
            return None;
        }
        Some(Self(members))
    }
}
