//! TLS by rustls with the ring provider. Owns trust (system roots or a given CA), the client's certificate
//! and the name that the server must prove; a certificate is verified unless the options turn that off.

mod explain;
mod verifier;

use std::sync::{Arc, OnceLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, InconsistentKeys, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use self::explain::is_foreign;
pub(super) use self::explain::{code, explain, explain_later, is_tls};
use self::verifier::{AcceptAny, GivenRoots};
use super::options::{Secret, TlsOptions};
use crate::error::Error;

/// The TLS side of a client, made once and used by every connection.
pub(super) struct Tls {
    trust: Trust,
    identity: Option<Arc<CertifiedKey>>,
    server_name: Option<ServerName<'static>>,
    connector: OnceCell<TlsConnector>,
}

/// Which certificates are good.
#[derive(Clone)]
enum Trust {
    System,
    Given { roots: Arc<RootCertStore>, certificates: Vec<CertificateDer<'static>> },
    Anyone,
}

/// Why there is no TLS connection: a sentence without the address.
pub(super) enum Insecure {
    /// One side does not take the other.
    Refused {
        cause: String,
        /// The code that Node has for it.
        code: &'static str,
        /// Whether the peer speaks something else than TLS.
        foreign: bool,
    },
    /// The connection below ended before the handshake did, as it does where a server is on its way down, or up.
    Broken(String),
}

impl Tls {
    /// Reads certificates and keys. Fails with an error that names the option at fault.
    pub(super) fn new(options: &TlsOptions) -> Result<Self, Error> {
        let given = certificates("tls.ca", &options.ca)?;
        let trust = match (options.reject_unauthorized, given.is_empty()) {
            (false, _) => Trust::Anyone,
            (true, true) => Trust::System,
            (true, false) => Trust::Given { roots: Arc::new(roots(&given)?), certificates: given },
        };
        let server_name = match &options.servername {
            Some(name) => Some(parse_name(name).ok_or_else(|| {
                Error::option(format!(
                    "option \"tls.servername\" ({name:?}) is neither a DNS name nor an address"
                ))
            })?),
            None => None,
        };
        Ok(Self { trust, identity: identity(options)?, server_name, connector: OnceCell::new() })
    }

    /// Makes the TLS connection over `stream`, which leads to `host`.
    pub(super) async fn connect<S>(&self, stream: S, host: &str) -> Result<TlsStream<S>, Insecure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = self.server_name.clone().or_else(|| parse_name(host)).ok_or_else(|| {
            refused(format!("{host:?} is neither a DNS name nor an address; set tls.servername"))
        })?;
        let connector = self.connector.get_or_try_init(|| self.configure()).await.map_err(refused)?;
        connector.connect(name, stream).await.map_err(|error| {
            let cause = explain(&error);
            if !is_tls(&error) {
                return Insecure::Broken(cause);
            }
            Insecure::Refused { cause, code: code(&error), foreign: is_foreign(&error) }
        })
    }

    async fn configure(&self) -> Result<TlsConnector, String> {
        let provider = Arc::new(default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.trust {
            Trust::Anyone => Arc::new(AcceptAny::new(&provider)),
            Trust::System => webpki(system_roots().await?, &provider)?,
            Trust::Given { roots, certificates } => {
                Arc::new(GivenRoots::new(webpki(Arc::clone(roots), &provider)?, certificates.clone()))
            }
        };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let config = match &self.identity {
            Some(identity) => {
                let single: Arc<dyn ResolvesClientCert> =
                    Arc::new(SingleCertAndKey::from(Arc::clone(identity)));
                config.with_client_cert_resolver(single)
            }
            None => config.with_no_client_auth(),
        };
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

fn refused(cause: String) -> Insecure {
    Insecure::Refused { cause, code: "", foreign: false }
}

/// Whether the other end of `stream` answers a TLS greeting as TLS. No certificate is judged, and nothing else is sent.
pub(super) async fn is_spoken<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> bool {
    let options = TlsOptions { reject_unauthorized: false, ..TlsOptions::default() };
    let Ok(tls) = Tls::new(&options) else { return false };
    match tls.connect(stream, "localhost").await {
        Ok(_) => true,
        // An alert, or terms that do not fit: TLS nevertheless.
        Err(Insecure::Refused { foreign, .. }) => !foreign,
        Err(Insecure::Broken(_)) => false,
    }
}

fn webpki(
    roots: Arc<RootCertStore>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, String> {
    WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider))
        .build()
        .map_err(|error| error.to_string())
}

/// The system's roots, read once per process. Reading takes file I/O, so it leaves the engine's thread.
async fn system_roots() -> Result<Arc<RootCertStore>, String> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(Arc::clone(roots));
    }
    let found =
        spawn_blocking(rustls_native_certs::load_native_certs).await.map_err(|error| error.to_string())?;
    let mut roots = RootCertStore::empty();
    // Systems carry roots that rustls cannot use; one of them must not take the others away.
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let cause = found.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(format!("the system has no trusted root certificates{cause}; set tls.ca"));
    }
    Ok(Arc::clone(ROOTS.get_or_init(|| Arc::new(roots))))
}

fn parse_name(host: &str) -> Option<ServerName<'static>> {
    // A zone belongs to the route, not to the name.
    let name = host.split_once('%').map_or(host, |(address, _)| address);
    ServerName::try_from(name.to_owned()).ok()
}

fn certificates(option: &str, pem: &[Secret]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let mut found = Vec::new();
    for text in pem {
        let before = found.len();
        for certificate in CertificateDer::pem_slice_iter(text.expose().as_bytes()) {
            found
                .push(certificate.map_err(|_| Error::option(format!("option {option:?} holds broken PEM")))?);
        }
        if found.len() == before {
            return Err(Error::option(format!("option {option:?} holds no PEM certificate")));
        }
    }
    Ok(found)
}

fn roots(certificates: &[CertificateDer<'static>]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.clone()).map_err(|error| {
            Error::option(format!("option \"tls.ca\" holds a certificate that cannot be used: {error}"))
        })?;
    }
    Ok(roots)
}

fn identity(options: &TlsOptions) -> Result<Option<Arc<CertifiedKey>>, Error> {
    if options.cert.is_empty() && options.key.is_empty() {
        return Ok(None);
    }
    if options.cert.is_empty() || options.key.is_empty() {
        return Err(Error::option("options \"tls.cert\" and \"tls.key\" need each other"));
    }
    let chain = certificates("tls.cert", &options.cert)?;
    let key = options.key.iter().find_map(|pem| PrivateKeyDer::from_pem_slice(pem.expose().as_bytes()).ok());
    let key = key.and_then(|key| any_supported_type(&key).ok()).ok_or_else(|| {
        Error::option("option \"tls.key\" holds no usable PEM key: it must be PKCS#8, PKCS#1 or SEC1, and not encrypted")
    })?;
    let identity = CertifiedKey::new(chain, key);
    match identity.keys_match() {
        // A key whose public half is unknown is left to the server to judge.
        Ok(()) | Err(rustls::Error::InconsistentKeys(InconsistentKeys::Unknown)) => {
            Ok(Some(Arc::new(identity)))
        }
        Err(_) => Err(Error::option("option \"tls.key\" is not the key of \"tls.cert\"")),
    }
}
