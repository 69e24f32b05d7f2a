//! Long lists, a page at a time: `Marker`, `MaxItems`, `IsTruncated`.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Result};
use crate::text::{MarkerText, MaxItems};

/// How many bytes of a digest tell our markers from others.
const SEAL_LENGTH: usize = 8;

/// Which part of a list is asked for.
#[derive(Debug)]
pub struct Page {
    /// What the page before ended with, if there was one.
    after: Option<String>,
    most: usize,
    /// Which list it is, so that a marker of another one is none.
    list: String,
}

/// A page, and whether there is more.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Paged<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins; `None` on the last.
    pub marker: Option<String>,
}

impl<T> Paged<T> {
    /// Whether another page follows.
    pub fn is_truncated(&self) -> bool {
        self.marker.is_some()
    }
}

impl Page {
    /// The page of `list` that `marker` points at; the first one where there is
    /// none. `list` says all that the marker depends on: action, account, filter.
    pub fn asked(
        list: impl Into<String>,
        marker: Option<&MarkerText>,
        most: Option<MaxItems>,
    ) -> Result<Self> {
        let mut page =
            Self { after: None, most: most.unwrap_or_default().get(), list: list.into() };
        if let Some(marker) = marker {
            page.after = Some(page.read(marker).ok_or_else(invalid)?);
        }
        Ok(page)
    }

    /// The same with at most so many items, of which one is the least.
    #[must_use]
    pub fn of_at_most(mut self, most: usize) -> Self {
        self.most = self.most.min(most.max(1));
        self
    }

    /// What the page before ended with: it begins behind that.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Cuts the page out of `all`, which is sorted by `key`.
    pub fn cut<I: Iterator>(&self, all: I, key: impl Fn(&I::Item) -> &str) -> Paged<I::Item> {
        let is_later = |item: &I::Item| self.after.as_deref().is_none_or(|after| key(item) > after);
        let mut rest = all.filter(is_later);
        let items: Vec<_> = rest.by_ref().take(self.most).collect();
        let last = rest.next().and(items.last());
        let marker = last.map(|last| self.write(key(last)));
        Paged { items, marker }
    }

    fn write(&self, last: &str) -> String {
        BASE64URL_NOPAD.encode(&[&self.seal(last)[..], last.as_bytes()].concat())
    }

    fn read(&self, marker: &MarkerText) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(marker.to_string().as_bytes()).ok()?;
        let (seal, last) = bytes.split_first_chunk::<SEAL_LENGTH>()?;
        let last = String::from_utf8(last.to_vec()).ok()?;
        (*seal == self.seal(&last)).then_some(last)
    }

    /// Ties a marker to its list. It guards against mistakes, not against malice:
    /// a forged marker shows nothing that the list does not show anyway.
    fn seal(&self, last: &str) -> [u8; SEAL_LENGTH] {
        let digest = Sha256::new().chain_update(&self.list).chain_update([0]).chain_update(last);
        let digest = digest.finalize();
        digest.first_chunk().copied().unwrap_or_default()
    }
}

fn invalid() -> Error {
    Error::new(Code::ValidationError, "Invalid Marker.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn page(list: &str, marker: Option<&str>) -> Result<Paged<&'static str>> {
        let marker = marker.map(|marker| MarkerText::parse(marker).unwrap());
        let most = Some(MaxItems::parse("2").unwrap());
        Ok(Page::asked(list, marker.as_ref(), most)?.cut(NAMES.into_iter(), |name| name))
    }

    #[test]
    fn pages_add_up_to_the_list() {
        let (mut seen, mut marker) = (Vec::new(), None);
        loop {
            let next = page("users", marker.as_deref()).unwrap();
            seen.extend(next.items);
            marker = next.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(seen, NAMES);
    }

    #[test]
    fn a_list_that_fits_is_not_truncated() {
        let all = Page::asked("users", None, None).unwrap().cut(NAMES.into_iter(), |name| name);
        assert!(!all.is_truncated());
        let two = page("users", None).unwrap();
        assert!(two.is_truncated());
    }

    #[test]
    fn a_marker_that_was_not_issued_for_this_list_is_invalid() {
        let marker = page("users", None).unwrap().marker.unwrap();
        assert!(page("users", Some(&marker)).is_ok());
        for (list, marker) in
            [("groups", &*marker), ("users", "YWJj"), ("users", "é"), ("users", "x")]
        {
            let error = page(list, Some(marker)).unwrap_err();
            assert_eq!(error.message(), "Invalid Marker.");
        }
    }
}
