//! TLS from a certificate and a key in files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;

/// Why TLS cannot be spoken.
#[derive(Debug, Error)]
pub enum Fault {
    /// A file that is not there, or not ours to read.
    #[error("cannot read {}: {reason}", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A file in which nothing of the kind stands.
    #[error("{} holds no {what} in PEM form", .file.display())]
    Empty {
        /// The file.
        file: PathBuf,
        /// What should stand there.
        what: &'static str,
    },
    /// A certificate that is none.
    #[error("{} holds a certificate that cannot be used: {reason}", .file.display())]
    Unusable {
        /// The file.
        file: PathBuf,
        /// What rustls says.
        reason: rustls::Error,
    },
    /// A key that is not the certificate's, or that cannot be used.
    #[error("{} and {} do not go together: {reason}", .files.cert.display(), .files.key.display())]
    Mismatch {
        /// Both files.
        files: TlsFiles,
        /// What rustls says.
        reason: rustls::Error,
    },
}

/// Reads both files, and offers HTTP/2 and HTTP/1.1.
pub fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, Fault> {
    let chain = chain(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| fault(error, &files.key, "private key"))?;
    let mismatch = |reason| Fault::Mismatch { files: files.clone(), reason };
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?;
    let mut config =
        builder.with_no_client_auth().with_single_cert(chain, key).map_err(mismatch)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// All certificates of a file, of which there is one at least.
pub(super) fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let what = "certificate";
    let certificates = CertificateDer::pem_file_iter(file);
    let certificates = certificates.map_err(|error| fault(error, file, what))?;
    let chain: Result<Vec<_>, _> = certificates.collect();
    let chain = chain.map_err(|error| fault(error, file, what))?;
    if chain.is_empty() {
        return Err(Fault::Empty { file: file.to_owned(), what });
    }
    Ok(chain)
}

fn fault(error: pem::Error, file: &Path, what: &'static str) -> Fault {
    let file = file.to_owned();
    if let pem::Error::Io(reason) = error {
        return Fault::Unreadable { file, reason };
    }
    Fault::Empty { file, what }
}
