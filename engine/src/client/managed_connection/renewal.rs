//! A connection that stays authenticated while its credentials change: AUTH between the commands of its callers, and never within a
//! transaction of theirs.

use std::convert::Infallible;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ManagedConnection;
use crate::config::Credentials;
use crate::connection::renewal::Renewal;
use crate::connection::request::ConnectionEvent;
use crate::error::{Error, ErrorKind};

/// The pause before a transaction is looked for again.
const WITHIN_TRANSACTION: Duration = Duration::from_millis(100);
/// How long the server may take where `commandTimeout` says nothing.
const PATIENCE: Duration = Duration::from_secs(60);

impl ManagedConnection {
    /// The user has opened a transaction command by command, or it is over for certain.
    pub fn note_transaction(&self, open: bool) {
        *self.transaction.lock().unwrap_or_else(PoisonError::into_inner) = open;
    }

    /// Renews the credentials of the present connection whenever they are due.
    pub(super) async fn keep_authenticated(self: &Arc<Self>, mut renewal: Renewal) -> Infallible {
        loop {
            match self.connector.renew(&mut renewal).await {
                Ok(None) => {}
                Ok(Some(credentials)) => self.authenticate(&credentials).await,
                Err(error) => self.report(error),
            }
        }
    }

    /// Authenticates again. A server that refuses is left: the next connection asks for credentials of its own.
    async fn authenticate(self: &Arc<Self>, credentials: &Credentials) {
        let username = credentials.username.as_ref();
        let words = username.into_iter().chain([&credentials.password]).map(|word| word.expose().as_bytes());
        let words: Vec<_> = words.collect();
        let outcome = loop {
            let limit = Instant::now() + self.connector.command_timeout().unwrap_or(PATIENCE);
            match self.ask_outside_of_transactions(b"AUTH", &words, limit).await {
                Some(outcome) => break outcome,
                None => sleep(WITHIN_TRANSACTION).await,
            }
        };
        // Where no reply came, the connection is gone, or its own watch will find that out.
        if let Err(error) = outcome
            && let ErrorKind::Reply(refusal) = error.kind()
        {
            self.report(Error::authentication(&*refusal.message));
            self.sever();
        }
    }

    fn report(&self, error: Error) {
        let mut deliver = self.mailbox.open();
        deliver.event(ConnectionEvent::Failed(error));
        deliver.flush();
    }
}
