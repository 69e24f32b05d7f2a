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
        let Some(raw) = form.get(name) else {
            faults.note(name, None, Breach::Missing);
            return None;
        };
        match T::parse(raw) {
            Ok(_) => Some(Self(Secret::new(raw.to_owned()), PhantomData)),
            Err(broken) => {
                // No answer repeats a secret, not even one that is no good.
                for breach in broken {
                    faults.note(name, None, breach);
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::PrivateKeyText;
    use crate::wire::faults::Echo;

    fn read(body: &[u8]) -> Result<Hidden<PrivateKeyText>, crate::error::Error> {
        let form = Form::read(std::iter::empty(), body).unwrap();
        let mut faults = Faults::default();
        let read = Hidden::read(&form, "Key", &mut faults);
        faults.or_error(read, Echo::Value)
    }

    #[test]
    fn a_secret_does_not_print_and_is_not_repeated_where_it_is_no_good() {
        let hidden = read(b"Key=hush").unwrap();
        assert!(!format!("{hidden:?}").contains("hush"));
        assert_eq!(hidden.into_secret().expose(), "hush");
        assert!(!read("Key=hush\u{100}".as_bytes()).unwrap_err().message().contains("hush"));
        assert!(read(b"").unwrap_err().message().contains("must not be null"));
    }
}
