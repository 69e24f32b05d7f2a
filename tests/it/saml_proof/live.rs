//! A SAML provider of ordinary libraries signs here and now.

use std::process::Command;

use super::*;
use crate::clients::{Installed, here};

#[test]
fn a_provider_of_ordinary_libraries_is_believed_as_its_samples_are() {
    let Some(python) = here("signxml", Installed::python("saml")) else { return };
    let folder = tempfile::tempdir().unwrap();
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/saml/provider.py");
    let now = NOW.plus(300_000_000);
    let made = Command::new(python.program("python"))
        .arg(story)
        .arg(folder.path())
        .arg(now.unix().to_string())
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (samples, kept) = (Samples::of(folder.path()), Samples::kept());
    for (name, response) in &samples.good {
        let asserted =
            read(response, &samples.metadata, now).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(asserted.vouched.subject, "ann", "{name}");
        // It is made with keys of its own.
        assert_eq!(read(response, &kept.metadata, now), Err(Refusal::Signature), "{name}");
    }
    for (name, response) in &samples.bad {
        let Err(refused) = read(response, &samples.metadata, now) else {
            panic!("{name} is believed")
        };
        assert_eq!(kept.read(&kept.bad[name]), Err(refused), "{name}");
    }
}
