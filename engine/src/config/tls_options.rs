//! The options of TLS: whom to trust and who we are.

use std::fmt;

use super::Secret;

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// `TLSv1.2`
    V12,
    /// `TLSv1.3`
    V13,
}

impl TlsVersion {
    /// Reads Node's name.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        match name {
            "TLSv1.2" => Some(Self::V12),
            "TLSv1.3" => Some(Self::V13),
            _ => None,
        }
    }
}

impl fmt::Display for TlsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V12 => "TLSv1.2",
            Self::V13 => "TLSv1.3",
        })
    }
}

/// TLS: whom to trust and who we are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// PEM certificates to trust instead of the system's. Default: none, the system's roots are trusted.
    pub ca: Vec<Secret>,
    /// PEM certificate chain of the client, leaf first. Default: none.
    pub cert: Vec<Secret>,
    /// PEM private key of `cert`: PKCS#8, PKCS#1 or SEC1, not encrypted. Default: none.
    pub key: Vec<Secret>,
    /// The name that the certificate must be valid for, also sent as SNI. Default: the host.
    pub servername: Option<String>,
    /// Whether an invalid certificate ends the connection. Default: true.
    pub reject_unauthorized: bool,
    /// The oldest version that is spoken. Default: TLS 1.2.
    pub min_version: TlsVersion,
    /// The newest version that is spoken. Default: TLS 1.3.
    pub max_version: TlsVersion,
    /// Protocols to offer by ALPN. Default: none.
    pub alpn: Vec<String>,
    /// Whether the host of the engine judges the certificate's name. Default: false.
    pub checks_identity: bool,
}

impl Default for TlsOptions {
    fn default() -> Self {
        Self {
            ca: Vec::new(),
            cert: Vec::new(),
            key: Vec::new(),
            servername: None,
            reject_unauthorized: true,
            min_version: TlsVersion::V12,
            max_version: TlsVersion::V13,
            alpn: Vec::new(),
            checks_identity: false,
        }
    }
}
