//! Who is believed to be a provider: whoever has a certificate of its name that is
//! signed by who is trusted, or by a certificate that its account has named.
//!
//! As with AWS, a thumbprint is the SHA-1 digest of a certificate that the server
//! presents, and counts only where nobody who is trusted signed. It makes that
//! certificate an anchor, and no more: one that is presented, but did not sign,
//! proves nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use data_encoding::HEXLOWER_PERMISSIVE;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{
    CryptoProvider, aws_lc_rs as cryptography, verify_tls12_signature, verify_tls13_signature,
};
use rustls::time_provider::TimeProvider;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::clock::Clock;
use crate::gateway::tls::{Fault, chain};

/// The bytes of a SHA-1 digest.
const SHA1: usize = 20;

/// Digests of certificates, in order.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(super) struct Thumbprints(Arc<[[u8; SHA1]]>);

impl Thumbprints {
    /// Reads digests in hexadecimal; what is none matches nothing.
    pub(super) fn of(written: &[String]) -> Self {
        let read =
            |text: &String| HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?.try_into().ok();
        let mut thumbprints: Vec<_> = written.iter().filter_map(read).collect();
        thumbprints.sort_unstable();
        thumbprints.dedup();
        Self(thumbprints.into())
    }

    fn name(&self, certificate: &CertificateDer<'_>) -> bool {
        let of_certificate = digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate);
        self.0.iter().any(|thumbprint| thumbprint == of_certificate.as_ref())
    }
}

/// Whom the system trusts, and those that were named.
#[derive(Debug)]
pub(super) struct Roots {
    provider: Arc<CryptoProvider>,
    clock: Arc<dyn Clock>,
    /// Nothing where nobody is trusted.
    verifier: Option<Arc<WebPkiServerVerifier>>,
}

impl Roots {
    /// The system's are those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, where they are
    /// given: everyone's names, not only ours.
    pub(super) fn read(ca: Option<&Path>, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        let mut roots = RootCertStore::empty();
        // What of the system's cannot be used is left out, as everyone does.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(file) = ca {
            for certificate in chain(file)? {
                let unusable = |reason| Fault::Unusable { file: file.to_owned(), reason };
                roots.add(certificate).map_err(unusable)?;
            }
        }
        if roots.is_empty() {
            tracing::warn!("the system trusts nobody: only thumbprints make providers trusted");
        }
        let provider = Arc::new(cryptography::default_provider());
        let verifier = verifier(roots, &provider);
        Ok(Self { provider, clock, verifier })
    }
}

/// How TLS is spoken with a provider that has these thumbprints.
pub(super) fn client(roots: &Arc<Roots>, thumbprints: Thumbprints) -> Result<ClientConfig, Error> {
    let time = Arc::new(ByClock(Arc::clone(&roots.clock)));
    let builder = ClientConfig::builder_with_details(Arc::clone(&roots.provider), time);
    let trust = Arc::new(Trust { roots: Arc::clone(roots), thumbprints });
    let builder = builder.with_safe_default_protocol_versions()?.dangerous();
    let mut config = builder.with_custom_certificate_verifier(trust).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::disabled();
    Ok(config)
}

fn verifier(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<WebPkiServerVerifier>> {
    let builder =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    builder.build().ok()
}

#[derive(Debug)]
struct Trust {
    roots: Arc<Roots>,
    thumbprints: Thumbprints,
}

impl Trust {
    /// Only those of the presented certificates that a thumbprint names.
    fn by_thumbprint(
        &self,
        presented: &[&CertificateDer<'_>],
    ) -> Option<Arc<WebPkiServerVerifier>> {
        let mut named = RootCertStore::empty();
        let certificates = presented.iter().filter(|one| self.thumbprints.name(one));
        named.add_parsable_certificates(certificates.map(|one| (*one).clone().into_owned()));
        verifier(named, &self.roots.provider)
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let by = |verifier: Option<&Arc<WebPkiServerVerifier>>| {
            let verifier = verifier.ok_or_else(unknown)?;
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match by(self.roots.verifier.as_ref()) {
            Err(error) if error == unknown() => {
                let presented: Vec<_> = std::iter::once(end_entity).chain(intermediates).collect();
                by(self.by_thumbprint(&presented).as_ref())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.roots.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.roots.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.roots.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Certificates count by our clock.
#[derive(Debug)]
struct ByClock(Arc<dyn Clock>);

impl TimeProvider for ByClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().unix()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
