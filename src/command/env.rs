//! `countersign env`: what a shell needs to talk to the gateway.

use std::io::Write;
use std::path::Path;

use crate::command::place::{ENDPOINT, Place, ROOT_CREDENTIALS};
use crate::command::{Failed, export};
use crate::store::RootKey;

/// Where a gateway is, and as whom to talk to it.
#[derive(Debug)]
pub(super) struct Lines<'a> {
    pub(super) endpoint: &'a str,
    pub(super) region: &'a str,
    pub(super) key: (&'a str, &'a str),
}

impl Lines<'_> {
    pub(super) fn print(&self, out: &mut impl Write) -> Result<(), Failed> {
        export(out, "AWS_ENDPOINT_URL", self.endpoint)?;
        export(out, "AWS_ACCESS_KEY_ID", self.key.0)?;
        export(out, "AWS_SECRET_ACCESS_KEY", self.key.1)?;
        // Some SDKs read the one, some the other.
        export(out, "AWS_REGION", self.region)?;
        export(out, "AWS_DEFAULT_REGION", self.region)?;
        // What an earlier session left in the shell would be sent along, and refused.
        writeln!(out, "unset AWS_SESSION_TOKEN")?;
        Ok(())
    }
}

pub(super) fn run(data_dir: &Path, out: &mut impl Write) -> Result<(), Failed> {
    let place = Place::at(data_dir);
    let shown = data_dir.display();
    let endpoint = place.read(ENDPOINT)?.ok_or_else(|| {
        Failed::new(format_args!("nothing was started in {shown} yet: run countersign serve first"))
    })?;
    let credentials = place.read(ROOT_CREDENTIALS)?.ok_or_else(|| {
        Failed::new(format_args!(
            "{shown} holds no {ROOT_CREDENTIALS}, because the key was given from outside or the \
             file was deleted: export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY yourself, or \
             run countersign root-key create --account ID"
        ))
    })?;
    let broken = |name| Failed::new(format_args!("{shown}/{name} is not as it was written"));
    let (endpoint, region) =
        endpoint.trim_end().split_once('\n').ok_or_else(|| broken(ENDPOINT))?;
    let key = credentials.trim_end().split_once('\n').ok_or_else(|| broken(ROOT_CREDENTIALS))?;
    Lines { endpoint, region, key }.print(out)
}

/// Leaves the root key of the first start for later calls.
pub(super) fn keep_key(place: &Place, key: &RootKey) -> Result<(), Failed> {
    place.keep(ROOT_CREDENTIALS, &format!("{}\n{}\n", key.id, key.secret.expose()))
}

/// Leaves where the gateway is for later calls.
pub(super) fn keep_endpoint(place: &Place, endpoint: &str, region: &str) -> Result<(), Failed> {
    place.note(ENDPOINT, &format!("{endpoint}\n{region}\n"))
}
