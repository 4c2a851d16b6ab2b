//! A verifier that remembers what it could not tell, for one connection. Nothing is sent before somebody else has told it.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::verifier::RSA_PSS_PSS;
use crate::config::{Doubt, Proof};

/// What is left open about one connection.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) doubt: Option<Doubt>,
    pub(super) evidence: Option<Proof>,
}

/// The verifier of one connection.
#[derive(Debug)]
pub(super) struct Witness {
    strict: Arc<dyn ServerCertVerifier>,
    /// Names are judged by a function of the user's.
    names_elsewhere: bool,
    open: Mutex<Open>,
}

impl Witness {
    pub(super) fn new(strict: Arc<dyn ServerCertVerifier>, names_elsewhere: bool) -> Self {
        Self { strict, names_elsewhere, open: Mutex::default() }
    }

    /// What it could not tell.
    pub(super) fn open(&self) -> Open {
        std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn note(&self, note: impl FnOnce(&mut Open)) {
        note(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Whoever asks [`Self::open`] verifies the signature.
    fn evidence(
        &self,
        verdict: Result<HandshakeSignatureValid, Error>,
        message: &[u8],
        signed: &DigitallySignedStruct,
    ) -> HandshakeSignatureValid {
        verdict.unwrap_or_else(|_| {
            let (message, signature) = (message.to_vec(), signed.signature().to_vec());
            let evidence = Proof { scheme: signed.scheme.into(), message, signature };
            self.note(|open| open.evidence = Some(evidence));
            HandshakeSignatureValid::assertion()
        })
    }
}

/// What another verifier may tell, where ours refused with `error`.
pub(super) fn doubt(error: &Error) -> Option<Doubt> {
    let Error::InvalidCertificate(fault) = error else { return None };
    match fault {
        // An old certificate, whose name is its subject's.
        CertificateError::NotValidForNameContext { presented, .. } if presented.is_empty() => {
            Some(Doubt::Name)
        }
        // A key that is too short is none to ring.
        CertificateError::BadSignature
        | CertificateError::UnsupportedSignatureAlgorithmContext { .. }
        | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            Some(Doubt::Certificate)
        }
        CertificateError::Other(other)
            if matches!(other.0.downcast_ref(), Some(webpki::Error::UnsupportedCertVersion)) =>
        {
            Some(Doubt::Certificate)
        }
        _ => None,
    }
}

fn is_about_the_name(error: &Error) -> bool {
    matches!(
        error,
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
        )
    )
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.strict.verify_server_cert(end_entity, intermediates, name, ocsp, now);
        let Err(error) = verdict else { return verdict };
        let doubt = match doubt(&error) {
            None if self.names_elsewhere && is_about_the_name(&error) => Some(Doubt::Name),
            doubt => doubt,
        };
        let Some(doubt) = doubt else { return Err(error) };
        self.note(|open| open.doubt = Some(doubt));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.strict.verify_tls12_signature(message, certificate, signature);
        Ok(self.evidence(verdict, message, signature))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.strict.verify_tls13_signature(message, certificate, signature);
        Ok(self.evidence(verdict, message, signature))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let mut schemes = self.strict.supported_verify_schemes();
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes.extend(RSA_PSS_PSS);
        schemes
    }
}
