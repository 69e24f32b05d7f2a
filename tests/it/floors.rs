//! Holds the modules to their floors: each uses only what lies below it.

use std::fs;
use std::path::{Path, PathBuf};

/// Lowest first. Modules of one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["text", "clock", "secret"],
    &["arn", "ids", "error", "qr", "totp"],
    &["wire"],
    &["sigv4", "policy", "federation"],
    &["catalog", "request", "doctor"],
    &["signing"],
    &["vectors"],
    &["store"],
    &["action", "page"],
    &["iam", "sts"],
    &["layer"],
    &["dispatch"],
    &["config"],
    &["log", "metrics", "operate"],
    &["gateway"],
    &["command"],
    &["lib", "main"],
];

/// Packages, and the only modules that may name them.
const PACKAGES: &[(&str, &[&str])] = &[
    ("arc_swap", &["store", "metrics"]),
    ("aws_lc_rs", &["federation", "gateway", "sigv4", "store", "totp"]),
    ("bergshamra_c14n", &["federation"]),
    ("bergshamra_xml", &["federation"]),
    ("bytes", &["command", "dispatch", "gateway", "layer"]),
    ("chrono", &["clock"]),
    ("clap", &["config"]),
    ("ctutils", &["secret", "sigv4"]),
    ("dashmap", &["dispatch", "layer", "sigv4", "store"]),
    (
        "data_encoding",
        &[
            "catalog",
            "command",
            "doctor",
            "federation",
            "gateway",
            "ids",
            "page",
            "policy",
            "request",
            "signing",
            "sigv4",
            "store",
            "totp",
            "vectors",
            "wire",
        ],
    ),
    ("futures_util", &["dispatch", "gateway"]),
    ("hmac", &["sigv4"]),
    ("http", &["command", "dispatch", "error", "gateway", "layer", "sigv4"]),
    ("http_body_util", &["command", "dispatch", "gateway", "layer"]),
    ("hyper", &["command", "gateway"]),
    ("hyper_util", &["command", "gateway"]),
    ("imbl", &["iam", "store"]),
    ("metrics", &["metrics"]),
    ("metrics_exporter_prometheus", &["metrics"]),
    ("miniz_oxide", &["catalog", "doctor", "qr", "store"]),
    ("qrcodegen", &["qr"]),
    ("quick_xml", &["federation", "vectors", "wire"]),
    ("rand", &["ids", "sigv4"]),
    ("rusqlite", &["store"]),
    ("rustls", &["gateway"]),
    ("rustls_native_certs", &["gateway"]),
    ("serde", &["config", "federation", "gateway", "policy", "store"]),
    ("sha2", &["catalog", "page", "sigv4"]),
    ("tokio", &["command", "gateway", "layer", "main", "store"]),
    ("toml", &["config"]),
    ("tower", &["dispatch", "gateway", "layer"]),
    ("tracing_subscriber", &["config", "log"]),
    ("unicode_normalization", &["doctor"]),
    ("unicode_properties", &["text"]),
    ("uppsala", &["federation"]),
    ("uuid", &["ids"]),
    ("zeroize", &["doctor", "ids", "secret", "sigv4", "store", "totp"]),
];

const LONGEST_FILE: usize = 400;

#[test]
fn each_module_uses_only_what_lies_below_it() {
    let mut broken = Vec::new();
    for Source { path, module, text } in sources() {
        let floor = floor_of(&module).unwrap_or_else(|| panic!("{module} stands on no floor yet"));
        for used in text.split("crate::").skip(1).flat_map(first_words) {
            let is_below = floor_of(used).is_some_and(|used_floor| used_floor < floor);
            if used != module && !is_below {
                broken.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn each_package_is_used_only_where_it_belongs() {
    let mut broken = Vec::new();
    for Source { path, module, text } in sources() {
        for (package, users) in PACKAGES {
            if text.contains(&format!("use {package}::")) && !users.contains(&module.as_str()) {
                broken.push(format!("{} uses {package}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_file_is_longer_than_one_can_read_at_a_sitting() {
    for Source { path, text, .. } in sources() {
        let length = text.lines().count();
        assert!(length <= LONGEST_FILE, "{} has {length} lines", path.display());
    }
}

/// A file of the library.
struct Source {
    path: PathBuf,
    /// The module at the top that it is part of: `src/wire/form.rs` is of `wire`.
    module: String,
    text: String,
}

fn sources() -> impl Iterator<Item = Source> {
    rust_files(Path::new("src")).into_iter().map(|path| {
        let text = code(&fs::read_to_string(&path).unwrap());
        let below_src = path.strip_prefix("src").unwrap();
        let top = below_src.iter().next().unwrap().to_string_lossy();
        Source { module: top.trim_end_matches(".rs").to_owned(), path, text }
    })
}

/// What examples in comments use is their own affair.
fn code(text: &str) -> String {
    let blanked =
        text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    blanked.collect::<Vec<_>>().join("\n")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// The modules that a path behind `crate::` names: one, or those in braces.
fn first_words(text: &str) -> Vec<&str> {
    let word = |text: &str| -> usize {
        text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())
    };
    match text.strip_prefix('{') {
        Some(list) => {
            let list = &list[..list.find('}').unwrap_or(list.len())];
            list.split(',').map(str::trim).map(|item| &item[..word(item)]).collect()
        }
        None => vec![&text[..word(text)]],
    }
}
