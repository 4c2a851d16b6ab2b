//! Credentials that JavaScript hands out: the engine asks before each handshake.

use std::sync::Arc;
use std::time::Duration;

use oxidis_engine::config::{Credentials, CredentialsProvider, Provided, ProvidedCredentials, Secret};
use oxidis_engine::error::Error;
use serde_json::{Value as Json, json};

use super::pending_callbacks::PendingCallbacks;

/// The function that is asked.
pub(crate) const CREDENTIALS: &str = "credentials";

/// Asks one client's `credentials` function.
pub(crate) struct JsCredentials(pub(crate) Arc<PendingCallbacks>);

impl CredentialsProvider for JsCredentials {
    fn credentials(&self) -> ProvidedCredentials<'_> {
        let answer = self.0.ask(CREDENTIALS, json!({}));
        Box::pin(async move {
            let answer = answer.await;
            let given = answer
                .map_err(|problem| Error::authentication(format!("credentials() failed: {problem}")))?;
            let secret = |name: &str| given.get(name).and_then(Json::as_str).map(Secret::new);
            Ok(Provided {
                credentials: Credentials::given(secret("username"), secret("password")),
                lifetime: given.get("lifetime").and_then(Json::as_u64).map(Duration::from_millis),
            })
        })
    }
}
