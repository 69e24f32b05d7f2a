//! Long lists, a page at a time: `Marker`, `MaxItems`, `IsTruncated`.

use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::error::{Code, Error, Result};
use crate::text::{MarkerText, MaxItems};

/// How many bytes of a digest tell our markers from others.
const SEAL_LENGTH: usize = 8;

/// How many bytes of documents one page is made of, more or less.
pub const MOST_BYTES: usize = 4 * 1024 * 1024;

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

    /// What the page before ended with: it begins behind that.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Cuts the page out of `all`, which is sorted by `key`.
    pub fn cut<I: Iterator>(&self, all: I, key: impl Fn(&I::Item) -> &str) -> Paged<I::Item> {
        self.cut_while(all, key, |_| true)
    }

    /// The same of what may be large: a page ends, as AWS allows itself, before it is
    /// of more than [`MOST_BYTES`]. Each item stands behind its key.
    pub fn cut_by_size<T>(
        &self,
        all: impl Iterator<Item = (String, T)>,
        size: impl Fn(&T) -> usize,
    ) -> Paged<(String, T)> {
        let mut total = 0_usize;
        let fits = |(_, item): &(String, T)| {
            total = total.saturating_add(size(item));
            total <= MOST_BYTES
        };
        self.cut_while(all, |(key, _)| key, fits)
    }

    /// The first item is on the page in any case, or there would never be another one.
    fn cut_while<I: Iterator>(
        &self,
        all: I,
        key: impl Fn(&I::Item) -> &str,
        mut fits: impl FnMut(&I::Item) -> bool,
    ) -> Paged<I::Item> {
        let is_later = |item: &I::Item| self.after.as_deref().is_none_or(|after| key(item) > after);
        let mut rest = all.filter(is_later).peekable();
        let mut items = Vec::new();
        while items.len() < self.most {
            let Some(item) = rest.next_if(|item| fits(item) || items.is_empty()) else { break };
            items.push(item);
        }
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
    fn a_page_ends_before_it_is_too_large_but_not_before_its_first_item() {
        let all = NAMES.map(|name| (name.to_owned(), if name == "a" { MOST_BYTES + 1 } else { 9 }));
        let page = Page::asked("users", None, None).unwrap();
        let paged = page.cut_by_size(all.clone().into_iter(), |size| *size);
        assert_eq!(paged.items.len(), 1);
        let marker = MarkerText::parse(&paged.marker.unwrap()).unwrap();
        let page = Page::asked("users", Some(&marker), None).unwrap();
        let paged = page.cut_by_size(all.into_iter(), |size| *size);
        assert_eq!((paged.items.len(), paged.marker), (4, None));
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
