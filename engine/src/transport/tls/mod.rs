//! TLS by rustls with the ring provider. Owns trust (roots or a given CA), the client's certificate
//! and the name that the server must prove; a certificate is verified unless the options turn that off.
//!
//! What rustls cannot tell of a certificate (old ones, kinds of keys that ring does not know) is asked of the host of the engine,
//! over a second connection that says nothing before it is told. Other connections keep their verifier, and so their sessions.

mod deferred_verifier;
mod explain;
mod identity;
mod roots;
mod verifier;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{ResolvesClientCert, Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use self::deferred_verifier::{Open, Witness};
use self::explain::is_foreign;
pub(crate) use self::explain::{code, explain, explain_later, is_tls};
use self::verifier::{AcceptAny, GivenRoots};
use crate::config::{CertificateQuestion, Secret, TlsFunctions, TlsOptions, TlsVersion};
use crate::error::Error;

/// The TLS side of a client, made once and used by every connection.
pub(crate) struct Tls {
    trust: CertificateTrust,
    identity: Option<Arc<CertifiedKey>>,
    server_name: Option<ServerName<'static>>,
    versions: (TlsVersion, TlsVersion),
    alpn: Vec<Vec<u8>>,
    functions: Option<Arc<dyn TlsFunctions>>,
    /// The certificates of `tls.ca`, for whoever gives a second opinion.
    authorities: Vec<String>,
    /// Names are judged by a function.
    names_elsewhere: bool,
    /// A second opinion is needed for this server.
    doubted: AtomicBool,
    setup: OnceCell<Setup>,
}

/// What connections have in common.
struct Setup {
    config: Arc<ClientConfig>,
    verifier: Arc<dyn ServerCertVerifier>,
}

/// Which certificates are good.
#[derive(Clone)]
enum CertificateTrust {
    System,
    Given { roots: Arc<RootCertStore>, certificates: Vec<CertificateDer<'static>> },
    Anyone,
}

/// Why there is no TLS connection: a sentence without the address.
pub(crate) enum TlsFailure {
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
    /// The certificate is of a kind that somebody else has to judge: another connection has to be made for that.
    Doubtful,
}

impl Tls {
    /// Reads certificates and keys. Fails with an error that names the option at fault.
    pub(crate) fn new(options: &TlsOptions, functions: Option<Arc<dyn TlsFunctions>>) -> Result<Self, Error> {
        let given = certificates("tls.ca", &options.ca)?;
        let trust = match (options.reject_unauthorized, given.is_empty()) {
            (false, _) => CertificateTrust::Anyone,
            (true, true) => CertificateTrust::System,
            (true, false) => {
                CertificateTrust::Given { roots: Arc::new(roots_of(&given)?), certificates: given }
            }
        };
        let server_name = match &options.servername {
            Some(name) => Some(parse_name(name).ok_or_else(|| {
                Error::option(format!(
                    "option \"tls.servername\" ({name:?}) is neither a DNS name nor an address"
                ))
            })?),
            None => None,
        };
        let names_elsewhere = options.checks_identity && functions.is_some() && options.reject_unauthorized;
        Ok(Self {
            trust,
            identity: identity::read(options)?,
            server_name,
            versions: (options.min_version, options.max_version),
            alpn: options.alpn.iter().map(|name| name.clone().into_bytes()).collect(),
            functions,
            authorities: options.ca.iter().map(|pem| pem.expose().to_owned()).collect(),
            names_elsewhere,
            doubted: AtomicBool::new(names_elsewhere),
            setup: OnceCell::new(),
        })
    }

    /// Makes the TLS connection over `stream`, which leads to `host`.
    pub(crate) async fn connect<S>(&self, stream: S, host: &str) -> Result<TlsStream<S>, TlsFailure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let name = self.server_name.clone().or_else(|| parse_name(host)).ok_or_else(|| {
            refused(format!("{host:?} is neither a DNS name nor an address; set tls.servername"))
        })?;
        let setup = self.setup.get_or_try_init(|| self.configure()).await.map_err(refused)?;
        if let (true, Some(functions)) = (self.doubted.load(Ordering::Relaxed), &self.functions) {
            return self.connect_with(functions, setup, stream, name).await;
        }
        let connector = TlsConnector::from(Arc::clone(&setup.config));
        connector.connect(name, stream).await.map_err(|error| {
            if self.may_be_judged(&error) {
                self.doubted.store(true, Ordering::Relaxed);
                return TlsFailure::Doubtful;
            }
            insecure(&error)
        })
    }

    /// The same with a second opinion, for which nothing is sent before it is there.
    async fn connect_with<S>(
        &self,
        functions: &Arc<dyn TlsFunctions>,
        setup: &Setup,
        stream: S,
        name: ServerName<'static>,
    ) -> Result<TlsStream<S>, TlsFailure>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let witness = Arc::new(Witness::new(Arc::clone(&setup.verifier), self.names_elsewhere));
        let mut config = ClientConfig::clone(&setup.config);
        // What this connection leaves open must not be taken for verified by another one.
        config.resumption = Resumption::disabled();
        config.dangerous().set_certificate_verifier(Arc::clone(&witness) as _);
        let host = name.to_str().into_owned();
        let connector = TlsConnector::from(Arc::new(config));
        let stream = connector.connect(name, stream).await.map_err(|error| insecure(&error))?;
        let Open { doubt, evidence } = witness.open();
        if doubt.is_none() && evidence.is_none() && !self.names_elsewhere {
            return Ok(stream);
        }
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let chain = chain.iter().map(|certificate| certificate.to_vec()).collect();
        let authorities = self.authorities.clone();
        let question = CertificateQuestion { host, chain, authorities, doubt, evidence };
        let judged = functions.judge(question).await;
        judged.map(|()| stream).map_err(|error| refused(error.message().to_owned()))
    }

    /// Whether the handshake ended in something that another verifier may see otherwise.
    fn may_be_judged(&self, error: &std::io::Error) -> bool {
        if self.functions.is_none() || matches!(self.trust, CertificateTrust::Anyone) {
            return false;
        }
        match explain::tls_error(error) {
            // With another kind of key than the client asks for, a server can only give up.
            Some(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)) => true,
            Some(error) => deferred_verifier::doubt(error).is_some(),
            None => false,
        }
    }

    async fn configure(&self) -> Result<Setup, String> {
        let provider = Arc::new(default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match &self.trust {
            CertificateTrust::Anyone => Arc::new(AcceptAny::new(&provider)),
            CertificateTrust::System => webpki(roots::trusted(self.functions.as_ref()).await?, &provider)?,
            CertificateTrust::Given { roots, certificates } => {
                Arc::new(GivenRoots::new(webpki(Arc::clone(roots), &provider)?, certificates.clone()))
            }
        };
        let (min, max) = self.versions;
        let versions =
            [(TlsVersion::V12, &rustls::version::TLS12), (TlsVersion::V13, &rustls::version::TLS13)];
        let spoken = versions.into_iter().filter(|(version, _)| (min..=max).contains(version));
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&spoken.map(|(_, version)| version).collect::<Vec<_>>())
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&verifier));
        let mut config = match &self.identity {
            Some(identity) => {
                let single: Arc<dyn ResolvesClientCert> =
                    Arc::new(SingleCertAndKey::from(Arc::clone(identity)));
                config.with_client_cert_resolver(single)
            }
            None => config.with_no_client_auth(),
        };
        config.alpn_protocols.clone_from(&self.alpn);
        Ok(Setup { config: Arc::new(config), verifier })
    }
}

fn insecure(error: &std::io::Error) -> TlsFailure {
    let cause = explain(error);
    if !is_tls(error) {
        return TlsFailure::Broken(cause);
    }
    TlsFailure::Refused { cause, code: code(error), foreign: is_foreign(error) }
}

fn refused(cause: String) -> TlsFailure {
    TlsFailure::Refused { cause, code: "", foreign: false }
}

/// Whether the other end of `stream` answers a TLS greeting as TLS. No certificate is judged, and nothing else is sent.
pub(crate) async fn is_spoken<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> bool {
    let options = TlsOptions { reject_unauthorized: false, ..TlsOptions::default() };
    let Ok(tls) = Tls::new(&options, None) else { return false };
    match tls.connect(stream, "localhost").await {
        Ok(_) => true,
        // An alert, or terms that do not fit: TLS nevertheless.
        Err(TlsFailure::Refused { foreign, .. }) => !foreign,
        Err(TlsFailure::Broken(_) | TlsFailure::Doubtful) => false,
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

fn roots_of(certificates: &[CertificateDer<'static>]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate.clone()).map_err(|error| {
            Error::option(format!("option \"tls.ca\" holds a certificate that cannot be used: {error}"))
        })?;
    }
    Ok(roots)
}
