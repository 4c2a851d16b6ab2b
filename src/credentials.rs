//! Credentials that JavaScript hands out: the engine asks before each handshake, through the inbox, and waits for the answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxidis_engine::error::Error;
use oxidis_engine::net::options::{Credentials, CredentialsProvider, ProvidedCredentials, Secret};
use tokio::sync::oneshot;

use crate::inbox::Inbox;

type Answer = Result<Credentials, Error>;

/// Asks one client's `credentials` function.
pub(crate) struct Provider {
    inbox: Arc<Inbox>,
    client: u32,
    pending: Mutex<Pending>,
}

#[derive(Default)]
struct Pending {
    next: u32,
    waiting: HashMap<u32, oneshot::Sender<Answer>>,
}

impl Provider {
    pub(crate) fn new(inbox: Arc<Inbox>, client: u32) -> Self {
        Self { inbox, client, pending: Mutex::default() }
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// JavaScript's answer: a password, or what went wrong.
    pub(crate) fn answer(
        &self,
        request: u32,
        username: Option<String>,
        password: Option<String>,
        problem: Option<String>,
    ) {
        let Some(waiting) = self.pending().waiting.remove(&request) else { return };
        let answer = match (password, problem) {
            (Some(password), None) => {
                Ok(Credentials { username: username.map(Secret::new), password: Secret::new(password) })
            }
            (_, problem) => {
                let problem = problem.unwrap_or_else(|| "no password".to_owned());
                Err(Error::authentication(format!("credentials() failed: {problem}")))
            }
        };
        // The attempt may have timed out meanwhile.
        drop(waiting.send(answer));
    }
}

impl CredentialsProvider for Provider {
    fn credentials(&self) -> ProvidedCredentials<'_> {
        let (sender, receiver) = oneshot::channel();
        let request = {
            let mut pending = self.pending();
            let request = pending.next;
            pending.next = request.wrapping_add(1);
            // Attempts that timed out before their answer came, if it ever comes.
            pending.waiting.retain(|_, waiting| !waiting.is_closed());
            pending.waiting.insert(request, sender);
            request
        };
        self.inbox.tell(self.client, &format!("{{\"event\":\"credentials\",\"request\":{request}}}"));
        Box::pin(async move {
            receiver.await.unwrap_or_else(|_| Err(Error::authentication("credentials() was not answered")))
        })
    }
}
