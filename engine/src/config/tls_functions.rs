//! What TLS asks the host of the engine: options that change, roots that it brings along, and a second opinion on certificates.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::TlsOptions;
use crate::error::Error;

/// The answer of a [`TlsFunctions`] method.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// The functions of one set of TLS options.
pub trait TlsFunctions: Send + Sync {
    /// Whether the options are asked for at every connect.
    fn has_options(&self) -> bool;
    /// The options of the next connection.
    fn options(&self) -> Asked<'_, TlsOptions>;
    /// Certificates to trust where the system has none, as PEM.
    fn roots(&self) -> Asked<'_, Vec<String>>;
    /// Judges a server's certificate, after the handshake and before anything is sent. An error refuses it.
    fn judge(&self, question: CertificateQuestion) -> Asked<'_, ()>;
}

impl fmt::Debug for dyn TlsFunctions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsFunctions")
    }
}

/// What is left open about a server's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateQuestion {
    /// The name that it must be valid for.
    pub host: String,
    /// The server's chain, leaf first, as DER.
    pub chain: Vec<Vec<u8>>,
    /// The certificates of `tls.ca` as PEM, one of which must have issued the leaf where `doubt` is about its issuer.
    pub authorities: Vec<String>,
    /// What the verifier of the engine could not tell.
    pub doubt: Option<Doubt>,
    /// What the server signed to show that it has the key, where the verifier does not know its kind.
    pub evidence: Option<Proof>,
}

/// What a verifier could not tell of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The chain is good; whether the name is, somebody else has to say.
    Name,
    /// It does not read such certificates, or does not know the algorithm of the signature on it.
    Certificate,
}

/// A signature with the certificate's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The signature scheme's number, of the registry of TLS.
    pub scheme: u16,
    /// What was signed.
    pub message: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}
