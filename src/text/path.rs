//! Where things stand in an account.

text!(
    /// Where a user stands in an account: `/`, or `/division/team/`.
    Path, 1..=512, r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", is_path
);

text!(
    /// The beginning of paths: `/`, `/div`, `/division/`.
    PathPrefix, 1..=512, r"\u002F[\u0021-\u007F]*", is_path_prefix
);

text!(
    /// Where a managed policy stands, or the beginning of that: fewer signs than
    /// other paths have.
    PolicyPath, 1..=512, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", is_policy_path
);

impl From<PolicyPath> for Path {
    fn from(path: PolicyPath) -> Self {
        Self(path.0)
    }
}

impl Default for Path {
    /// The root of an account.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

fn is_path(raw: &str) -> bool {
    let inner = raw.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    raw == "/" || inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(is_graphic))
}

fn is_path_prefix(raw: &str) -> bool {
    let is_allowed = |byte| is_graphic(byte) || byte == 0x7F;
    raw.strip_prefix('/').is_some_and(|rest| rest.bytes().all(is_allowed))
}

fn is_policy_path(raw: &str) -> bool {
    let is_allowed = |c: char| super::is_word(c) || ".,+@=-".contains(c);
    let is_part = |part: &str| !part.is_empty() && part.chars().all(is_allowed);
    let inner = raw.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    raw == "/" || inner.is_some_and(|inner| inner.split('/').all(is_part))
}

/// `!` to `~`: what can be seen of ASCII.
fn is_graphic(byte: u8) -> bool {
    byte.is_ascii_graphic()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Text;

    #[test]
    fn a_path_begins_and_ends_with_a_slash() {
        for good in ["/", "/a/", "/a/b/", "///", "/~!/"] {
            assert!(Path::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "/a", "a/", "//", "/a b/", "/é/"] {
            assert!(Path::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_policy_stands_where_no_part_of_the_path_is_empty() {
        for good in ["/", "/a/", "/a/b.c,d+e@f=g_h-i/"] {
            assert!(PolicyPath::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "/a", "//", "/a//b/", "/~/"] {
            assert!(PolicyPath::parse(bad).is_err(), "{bad}");
        }
    }
}
