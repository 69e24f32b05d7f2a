//! Opens what the gateway keeps, for the gateway and for the account commands.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::clock::{Clock, SystemClock};
use crate::command::Failed;
use crate::config::SealSource;
use crate::store::draft::Limits;
use crate::store::engine::Engine;
use crate::store::engine::memory::Memory;
use crate::store::engine::sqlite::Sqlite;
use crate::store::seal::{BadKey, Origin, Seal, SealKey};
use crate::store::{Forget, NotOpened, Settings, Store};
use crate::text::IssuerBase;

/// The sealing key's place in the data directory.
const SEAL_KEY: &str = "seal-key";

/// What a store asks of who opens it.
#[derive(Clone, Debug)]
pub(super) struct Means {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) limits: Limits,
    pub(super) forget: Forget,
    pub(super) issuer: IssuerBase,
}

impl Means {
    /// For a process that verifies nothing.
    pub(super) fn alone() -> Self {
        Self {
            clock: Arc::new(SystemClock::start()),
            limits: Limits::default(),
            forget: Forget(Arc::new(|_| {})),
            issuer: IssuerBase::default(),
        }
    }

    fn settings(self, seal: Seal) -> Settings {
        let Self { clock, limits, forget, issuer } = self;
        Settings { seal, clock, limits, forget, issuer }
    }
}

/// A store that is gone when the process is.
pub(super) async fn in_memory(means: Means) -> Result<Store, Failed> {
    let seal = Seal::new(&SealKey::generate()?)?;
    Ok(Store::open(Arc::new(Memory::new()), means.settings(seal)).await?)
}

/// The store in a data directory, which is made where it is not there.
pub(super) async fn in_dir(dir: &Path, seal: &SealSource, means: Means) -> Result<Store, Failed> {
    // Locked before the key is made, so that there is one who makes it.
    let engine: Arc<dyn Engine> = Arc::new(Sqlite::open(dir)?);
    let (key, origin) = seal_key(dir, seal)?;
    match Store::open(engine, means.settings(Seal::new(&key)?)).await {
        Err(NotOpened::Seal(BadKey::Other)) if origin == Origin::Made => {
            // A key that opens nothing would only hide that the right one is missing.
            fs::remove_file(dir.join(SEAL_KEY))?;
            Err(Failed::new(format_args!(
                "the sealing key is missing: put it back as {}, or give COUNTERSIGN_SEAL_KEY or \
                 --seal-key-file",
                dir.join(SEAL_KEY).display()
            )))
        }
        opened => {
            let store = opened?;
            if origin == Origin::Made {
                warn(dir);
            }
            Ok(store)
        }
    }
}

fn seal_key(dir: &Path, source: &SealSource) -> Result<(SealKey, Origin), BadKey> {
    match source {
        SealSource::DataDir => SealKey::load_or_create(&dir.join(SEAL_KEY)),
        SealSource::File(path) => Ok((SealKey::load(path)?, Origin::Found)),
        SealSource::Given(key) => Ok((SealKey::parse(key.expose())?, Origin::Found)),
    }
}

fn warn(dir: &Path) {
    let file = dir.join(SEAL_KEY);
    tracing::warn!(
        file = %file.display(),
        "a sealing key was made beside what it seals; who copies the directory can read the \
         secrets: keep the key elsewhere, and give it by COUNTERSIGN_SEAL_KEY or --seal-key-file"
    );
}
