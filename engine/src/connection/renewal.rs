//! Credentials that end to be good while a connection lives: when new ones are due, and asking for them.

use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use super::connector::Connector;
use crate::config::{Credentials, Provided};
use crate::error::Error;

/// The share of their lifetime after which credentials are asked for again, in fifths.
const FIFTHS: u32 = 4;
/// Credentials that end at once are asked for no more often than this.
const SOONEST: Duration = Duration::from_millis(100);
/// The pause after new credentials could not be had.
const RETRY: Duration = Duration::from_secs(1);

/// When a connection needs new credentials.
#[derive(Debug, Default)]
pub struct Renewal {
    /// Those that it has.
    credentials: Option<Credentials>,
    /// `None`: never.
    due: Option<Instant>,
}

impl Renewal {
    /// What follows from credentials that were given now.
    pub(crate) fn of(provided: &Provided) -> Self {
        let wait = |lifetime: Duration| (lifetime / 5 * FIFTHS).max(SOONEST);
        let due = provided.lifetime.and_then(|lifetime| Instant::now().checked_add(wait(lifetime)));
        Self { credentials: provided.credentials.clone(), due }
    }
}

impl Connector {
    /// How long a server may take for a command; `None` for ever.
    pub fn command_timeout(&self) -> Option<Duration> {
        self.options.command_timeout
    }

    /// Waits until the credentials of a connection have to be renewed, and asks for new ones. `None`: they are the same.
    pub async fn renew(&self, renewal: &mut Renewal) -> Result<Option<Credentials>, Error> {
        match renewal.due {
            Some(due) => sleep_until(due).await,
            None => std::future::pending().await,
        }
        let asked = timeout(self.options.connect_timeout, self.options.current_credentials()).await;
        let late = || Error::authentication("credentials() did not return in time (connectTimeout)");
        let provided = asked.map_err(|_| late()).and_then(|provided| provided).inspect_err(|_| {
            renewal.due = Some(Instant::now() + RETRY);
        })?;
        let former = std::mem::replace(renewal, Renewal::of(&provided));
        Ok(provided.credentials.filter(|credentials| former.credentials.as_ref() != Some(credentials)))
    }
}
