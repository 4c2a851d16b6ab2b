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
    asking: Arc<PendingCallbacks>,
    /// The name of its function for options.
    name: String,
}

/// Lets the TLS of `options` ask JavaScript. `group` stands before the names of its functions.
pub(crate) fn attach(options: &mut Options, asking: &Arc<PendingCallbacks>, group: &str) {
    if options.tls.is_some() {
        let name = format!("{group}{TLS}");
        options.tls_functions = Some(Arc::new(Functions { asking: Arc::clone(asking), name }));
    }
}

fn failed(problem: &str) -> Error {
    Error::connection(ConnectionFailure::Tls, problem)
}

impl TlsFunctions for Functions {
    fn has_options(&self) -> bool {
        self.asking.has(&self.name)
    }

    fn options(&self) -> Asked<'_, TlsOptions> {
        let answer = self.asking.ask(&self.name, json!({}));
        Box::pin(async move {
            let given = answer.await.map_err(|problem| failed(&format!("tls() failed: {problem}")))?;
            let mut builder = OptionsBuilder::new();
            let members = [("tls".to_owned(), given)].into_iter().collect();
            builder.object(&members)?;
            Ok(builder.build()?.tls.unwrap_or_default())
        })
    }

    fn roots(&self) -> Asked<'_, Vec<String>> {
        let answer = self.asking.ask("roots", json!({}));
        Box::pin(async move {
            let list = answer.await.map_err(|problem| failed(&problem))?;
            let texts = list.as_array().into_iter().flatten().filter_map(Json::as_str);
            Ok(texts.map(str::to_owned).collect())
        })
    }

    fn judge(&self, question: CertificateQuestion) -> Asked<'_, ()> {
        let CertificateQuestion { host, chain, authorities, doubt, proof } = question;
        let doubt = doubt.map(|doubt| match doubt {
            Doubt::Name => "name",
            Doubt::Certificate => "certificate",
        });
        let proof = proof.map(|proof| {
            let (message, signature) = (BASE64.encode(&proof.message), BASE64.encode(&proof.signature));
            json!({ "scheme": proof.scheme, "message": message, "signature": signature })
        });
        let chain: Vec<_> = chain.iter().map(|der| BASE64.encode(der)).collect();
        let question = json!({
            "check": format!("{}.checkServerIdentity", self.name),
            "host": host,
            "chain": chain,
            "authorities": authorities,
            "doubt": doubt,
            "proof": proof,
        });
        let answer = self.asking.ask("certificate", question);
        Box::pin(async move { answer.await.map(drop).map_err(|problem| failed(&problem)) })
    }
}
