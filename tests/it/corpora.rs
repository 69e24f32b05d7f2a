//! What the fuzzers found worth keeping, replayed.

#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::path::Path;

#[test]
fn every_corpus_is_replayed_without_a_stop() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    for (name, target) in targets::ALL {
        let inputs: Vec<_> = fs::read_dir(corpora.join(name)).unwrap().collect();
        assert!(!inputs.is_empty(), "nothing to replay for {name}");
        for input in inputs {
            target(&fs::read(input.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn every_corpus_and_every_program_has_its_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let mut known: Vec<_> = targets::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    known.sort();
    for folder in ["corpus", "fuzz_targets"] {
        let entries = fs::read_dir(fuzz.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let mut names: Vec<_> =
            entries.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        assert_eq!(names, known, "{folder}");
    }
}
