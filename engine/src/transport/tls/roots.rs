//! Which certificates are trusted where `tls.ca` does not say: the system's, or those that Node brings along, and Node's extra ones.

use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::task::spawn_blocking;

use crate::config::TlsFunctions;

/// The variable by which Node adds certificates to its own.
const EXTRA: &str = "NODE_EXTRA_CA_CERTS";

/// What the machine has, read once per process.
struct Found {
    roots: RootCertStore,
    extra: Vec<CertificateDer<'static>>,
    /// Why the system has none.
    problem: Option<String>,
}

/// The roots of connections without `tls.ca`, found out once per process. Reading takes file I/O, so it leaves the engine's thread;
/// Node's list is asked for only where the system has none.
pub(super) async fn trusted(functions: Option<&Arc<dyn TlsFunctions>>) -> Result<Arc<RootCertStore>, String> {
    static ROOTS: OnceLock<Arc<RootCertStore>> = OnceLock::new();
    if let Some(roots) = ROOTS.get() {
        return Ok(Arc::clone(roots));
    }
    let Found { mut roots, extra, problem } =
        spawn_blocking(find).await.map_err(|error| error.to_string())?;
    if roots.is_empty()
        && let Some(functions) = functions
    {
        let list = functions.roots().await.map_err(|error| error.message().to_owned())?;
        let list = list.iter().filter_map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).ok());
        roots.add_parsable_certificates(list);
    }
    roots.add_parsable_certificates(extra);
    if roots.is_empty() {
        let cause = problem.map(|problem| format!(" ({problem})")).unwrap_or_default();
        return Err(format!("the system has no trusted root certificates{cause}; set tls.ca"));
    }
    Ok(Arc::clone(ROOTS.get_or_init(|| Arc::new(roots))))
}

fn find() -> Found {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Systems carry roots that rustls cannot use; one of them must not take the others away.
    roots.add_parsable_certificates(found.certs);
    let file = std::env::var_os(EXTRA).filter(|path| !path.is_empty());
    // Of a file that cannot be read Node has already warned, when the process began.
    let extra = file.and_then(|path| CertificateDer::pem_file_iter(path).ok());
    Found {
        roots,
        extra: extra.into_iter().flatten().filter_map(Result::ok).collect(),
        problem: found.errors.first().map(ToString::to_string),
    }
}
