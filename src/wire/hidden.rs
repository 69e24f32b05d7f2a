//! Parameters that nobody may read but their owner.

use std::marker::PhantomData;

use crate::secret::Secret;
use crate::text::{Breach, Text};
use crate::wire::faults::Faults;
use crate::wire::form::{Field, Form};

/// A value that is checked as a `T` is, and then kept as a secret: it does not print.
#[derive(Debug)]
pub struct Hidden<T>(Secret, PhantomData<T>);

impl<T> Hidden<T> {
    /// The secret.
    pub fn into_secret(self) -> Secret {
        self.0
    }
}

impl<T: Text> Field for Hidden<T> {
    const REQUIRED: bool = true;
    const CONSTRAINTS: &'static [Breach] = T::CONSTRAINTS;

    fn read(form: &Form, name: &str, faults: &mut Faults) -> Option<Self> {
        let value = <T as Field>::read(form, name, faults)?;
        Some(Self(Secret::new(value.text().into_owned()), PhantomData))
    }
}
