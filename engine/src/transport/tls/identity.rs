//! The client's certificate and its key. Owns what is said of a key that cannot be used.

use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;

use super::certificates;
use crate::config::{Secret, TlsOptions};
use crate::error::Error;

/// How PEM texts begin whose key is encrypted: in PKCS#8, and in the older forms.
const ENCRYPTED: [&str; 2] = ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"];

/// Reads `tls.cert` and `tls.key`, if they are given.
pub(super) fn read(options: &TlsOptions) -> Result<Option<Arc<CertifiedKey>>, Error> {
    if options.cert.is_empty() && options.key.is_empty() {
        return Ok(None);
    }
    if options.cert.is_empty() || options.key.is_empty() {
        return Err(Error::option("options \"tls.cert\" and \"tls.key\" need each other"));
    }
    let chain = certificates("tls.cert", &options.cert)?;
    let key = private_key(&options.key)?;
    let key = any_supported_type(&key).map_err(|_| {
        Error::option(
            "option \"tls.key\" holds a key of a kind that is not supported: it must be RSA of at least 2048 bits, \
             ECDSA on P-256 or P-384, or Ed25519",
        )
    })?;
    let identity = CertifiedKey::new(chain, key);
    match identity.keys_match() {
        Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            Err(Error::option("option \"tls.key\" is not the key of \"tls.cert\""))
        }
        // Where the two cannot be compared (a certificate of X.509 version 1), the server judges.
        _ => Ok(Some(Arc::new(identity))),
    }
}

fn private_key(pem: &[Secret]) -> Result<PrivateKeyDer<'static>, Error> {
    if pem.iter().any(|text| ENCRYPTED.iter().any(|mark| text.expose().contains(mark))) {
        return Err(Error::option("option \"tls.key\" is encrypted: give \"tls.passphrase\" beside it"));
    }
    let key = pem.iter().find_map(|text| PrivateKeyDer::from_pem_slice(text.expose().as_bytes()).ok());
    key.ok_or_else(|| Error::option("option \"tls.key\" holds no PEM key: it must be PKCS#8, PKCS#1 or SEC1"))
}
