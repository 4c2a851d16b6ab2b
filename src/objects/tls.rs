//! What TLS asks JavaScript: options that change, the roots that Node brings along, a second opinion on certificates.

use std::sync::Arc;

use data_encoding::BASE64;
use oxidis_engine::config::{
    Asked, CertificateQuestion, Doubt, Options, OptionsBuilder, TlsFunctions, TlsOptions,
};
use oxidis_engine::error::{ConnectionFailure, Error};
use serde_json::{Value as Json, json};

use super::pending_callbacks::PendingCallbacks;

/// The function that is asked for options; before it, `sentinel.` for those of sentinels.
const TLS: &str = "tls";

/// Asks the functions of one client or deployment.
struct Functions {
    pending_callbacks: Arc<PendingCallbacks>,
    /// The name of its function for options.
    name: String,
}

/// Lets the TLS of `options` ask JavaScript. `group` stands before the names of its functions.
pub(crate) fn attach(options: &mut Options, pending_callbacks: &Arc<PendingCallbacks>, group: &str) {
    if options.tls.is_some() {
        let name = format!("{group}{TLS}");
        options.tls_functions =
            Some(Arc::new(Functions { pending_callbacks: Arc::clone(pending_callbacks), name }));
    }
}

fn failed(problem: &str) -> Error {
    Error::connection(ConnectionFailure::Tls, problem)
}

impl TlsFunctions for Functions {
    fn has_options(&self) -> bool {
        self.pending_callbacks.has(&self.name)
    }

    fn options(&self) -> Asked<'_, TlsOptions> {
        let answer = self.pending_callbacks.ask(&self.name, json!({}));
        Box::pin(async move {
            let given = answer.await.map_err(|problem| failed(&format!("tls() failed: {problem}")))?;
            let mut builder = OptionsBuilder::new();
            let members = [("tls".to_owned(), given)].into_iter().collect();
            builder.object(&members)?;
            Ok(builder.build()?.tls.unwrap_or_default())
        })
    }

    fn roots(&self) -> Asked<'_, Vec<String>> {
        let answer = self.pending_callbacks.ask("roots", json!({}));
        Box::pin(async move {
            let list = answer.await.map_err(|problem| failed(&problem))?;
            let texts = list.as_array().into_iter().flatten().filter_map(Json::as_str);
            Ok(texts.map(str::to_owned).collect())
        })
    }

    fn judge(&self, question: CertificateQuestion) -> Asked<'_, ()> {
        let CertificateQuestion { host, chain, authorities, doubt, evidence } = question;
        let doubt = doubt.map(|doubt| match doubt {
            Doubt::Name => "name",
            Doubt::Certificate => "certificate",
        });
        let evidence = evidence.map(|evidence| {
            let (message, signature) = (BASE64.encode(&evidence.message), BASE64.encode(&evidence.signature));
            json!({ "scheme": evidence.scheme, "message": message, "signature": signature })
        });
        let chain: Vec<_> = chain.iter().map(|der| BASE64.encode(der)).collect();
        let question = json!({
            "check": format!("{}.checkServerIdentity", self.name),
            "host": host,
            "chain": chain,
            "authorities": authorities,
            "doubt": doubt,
            "proof": evidence,
        });
        let answer = self.pending_callbacks.ask("certificate", question);
        Box::pin(async move { answer.await.map(drop).map_err(|problem| failed(&problem)) })
    }
}
