//! The path of a request: whether it is one, and how it is signed.

use super::rules::Paths;
use crate::wire::percent::{self, Plus};

/// Whether `path` begins at the root, does not leave it, and holds no broken escape.
pub(super) fn is_sound(path: &[u8], paths: Paths) -> bool {
    let is_rooted = path.is_empty() || path.starts_with(b"/");
    let has_escapes = path.contains(&b'%');
    is_rooted
        && !(paths == Paths::Normalized && leaves_root(path))
        && !(has_escapes && percent::decode(path, Plus::Literal).is_err())
}

/// Writes `path` as it is signed.
pub(super) fn write(out: &mut Vec<u8>, path: &[u8], paths: Paths) {
    match (path, paths) {
        (b"" | b"/", _) => out.push(b'/'),
        (_, Paths::AsSent) => percent::encode_path_into(out, path),
        (_, Paths::S3) => write_recoded(out, path),
        (_, Paths::Normalized) => write_normalized(out, path),
    }
}

/// Writes each segment of `path` decoded once and encoded once: an escaped slash
/// is part of a name, and stays one.
fn write_recoded(out: &mut Vec<u8>, path: &[u8]) {
    for segment in segments(path) {
        out.push(b'/');
        percent::encode_into(out, &percent::decode(segment, Plus::Space).unwrap_or_default());
    }
}

/// Writes `path` without dot segments (RFC 3986 section 5.2.4) and without empty
/// ones. Only dots that are written as such count: `%2E` is a name.
fn write_normalized(out: &mut Vec<u8>, path: &[u8]) {
    let start = out.len();
    let mut ends_open = false;
    for segment in segments(path) {
        ends_open = matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => drop_last_segment(out, start),
            _ => {
                out.push(b'/');
                percent::encode_into(out, segment);
            }
        }
    }
    // What is left of a directory is one; of nothing, the root.
    if ends_open || out.len() == start {
        out.push(b'/');
    }
}

fn drop_last_segment(out: &mut Vec<u8>, start: usize) {
    let written = out.get(start..).unwrap_or_default();
    let kept = written.iter().rposition(|byte| *byte == b'/').unwrap_or_default();
    out.truncate(start.saturating_add(kept));
}

fn leaves_root(path: &[u8]) -> bool {
    let mut depth = 0_usize;
    for segment in segments(path) {
        match segment {
            b"" | b"." => {}
            b".." => match depth.checked_sub(1) {
                Some(above) => depth = above,
                None => return true,
            },
            _ => depth = depth.saturating_add(1),
        }
    }
    false
}

fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.strip_prefix(b"/").unwrap_or(path).split(|byte| *byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(path: &str, paths: Paths) -> String {
        let mut out = b"before".to_vec();
        write(&mut out, path.as_bytes(), paths);
        String::from_utf8(out).unwrap().split_off(6)
    }

    #[test]
    fn a_normalized_path_has_no_dots_and_no_double_slashes() {
        for (path, normalized) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/./", "/"),
            ("/a/..", "/"),
            ("/a/b/..", "/a/"),
            ("/a/../b", "/b"),
            ("//a//b//", "/a/b/"),
            ("/a/.", "/a/"),
            ("/./a", "/a"),
            ("/..", "/"),
            ("/../a", "/a"),
            ("/...", "/..."),
            ("/a/b/../../c", "/c"),
        ] {
            assert_eq!(written(path, Paths::Normalized), normalized, "{path}");
        }
    }

    #[test]
    fn a_path_is_encoded_once_more_and_only_written_dots_count() {
        assert_eq!(written("/%3A/%2E%2e/a+b*", Paths::Normalized), "/%253A/%252E%252e/a%2Bb%2A");
        assert_eq!(written("/a//../%2f", Paths::AsSent), "/a//../%252f");
    }

    #[test]
    fn a_path_of_s3_is_decoded_and_encoded_and_never_normalized() {
        assert_eq!(written("/b//../a%2fb%3d+=@$*~", Paths::S3), "/b//../a%2Fb%3D%20%3D%40%24%2A~");
    }

    #[test]
    fn a_path_begins_at_the_root_and_stays_below_it() {
        for (path, sound) in [
            ("", true),
            ("/", true),
            ("*", false),
            ("a", false),
            ("/..", false),
            ("/a/../..", false),
            ("/a/..", true),
            ("/%zz", false),
            ("/%4", false),
            ("/%2e", true),
        ] {
            assert_eq!(is_sound(path.as_bytes(), Paths::Normalized), sound, "{path}");
        }
        assert!(is_sound(b"/../a", Paths::S3));
        assert!(!is_sound(b"/%", Paths::S3));
    }
}
