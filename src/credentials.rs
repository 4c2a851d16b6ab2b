//! Credentials that JavaScript hands out: the engine asks before each handshake.

use std::sync::Arc;

use oxidis_engine::error::Error;
use oxidis_engine::net::options::{Credentials, CredentialsProvider, ProvidedCredentials, Secret};

use crate::asking::Asking;
use crate::inbox::Inbox;

/// Asks one client's `credentials` function.
pub(crate) struct Provider {
    inbox: Arc<Inbox>,
    client: u32,
    asking: Asking<Credentials>,
}

impl Provider {
    pub(crate) fn new(inbox: Arc<Inbox>, client: u32) -> Self {
        Self { inbox, client, asking: Asking::new() }
    }

    /// JavaScript's answer: a password, or what went wrong.
    pub(crate) fn answer(
        &self,
        request: u32,
        username: Option<String>,
        password: Option<String>,
        problem: Option<String>,
    ) {
        let answer = match (password, problem) {
            (Some(password), None) => {
                Ok(Credentials { username: username.map(Secret::new), password: Secret::new(password) })
            }
            (_, problem) => {
                let problem = problem.unwrap_or_else(|| "no password".to_owned());
                Err(Error::authentication(format!("credentials() failed: {problem}")))
            }
        };
        self.asking.settle(request, answer);
    }
}

impl CredentialsProvider for Provider {
    fn credentials(&self) -> ProvidedCredentials<'_> {
        let (request, answer) = self.asking.ask();
        self.inbox.tell(self.client, &format!("{{\"event\":\"credentials\",\"request\":{request}}}"));
        Box::pin(async move {
            answer.await.unwrap_or_else(|_| Err(Error::authentication("credentials() was not answered")))
        })
    }
}
