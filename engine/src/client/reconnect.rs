//! What follows a connection that was lost or could not be made. Owns the pauses between attempts.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;

use crate::config::{Options, Reconnect};
use crate::connection::backoff::Backoff;
use crate::connection::connector::Connector;

/// The longest pause where somebody watches the server: news of it may have been missed.
const WATCHED_MAX_DELAY: Duration = Duration::from_secs(1);

/// What follows a connection that was lost or could not be made.
#[derive(Clone, Debug)]
pub enum ReconnectPolicy {
    /// Another one, after a pause.
    Backoff(Reconnect),
    /// Another one with the next command (`reconnect: false`).
    OnDemand,
    /// Once there was one, none: what it knows of its user cannot be made again.
    Never,
}

impl ReconnectPolicy {
    /// As the options say.
    pub fn of(options: &Options) -> Self {
        match &options.reconnect {
            None if options.single_connection => Self::Never,
            Some(reconnect) => Self::Backoff(reconnect.clone()),
            None => Self::OnDemand,
        }
    }
}

/// The attempts of one lane's task.
pub(super) struct ReconnectSchedule {
    backoff: Option<Backoff>,
    changes: Option<watch::Receiver<u64>>,
    watched: bool,
}

impl ReconnectSchedule {
    /// The pace of `redial` for the connections of `connector`.
    pub(super) fn new(reconnect_policy: &ReconnectPolicy, connector: &Connector) -> Self {
        let backoff = match reconnect_policy {
            ReconnectPolicy::Backoff(reconnect) => Some(Backoff::new(reconnect)),
            ReconnectPolicy::OnDemand | ReconnectPolicy::Never => None,
        };
        Self { backoff, changes: connector.changes(), watched: connector.is_watched() }
    }

    /// Whether another attempt follows a lost connection by itself.
    pub(super) fn goes_on(&self) -> bool {
        self.backoff.is_some()
    }

    /// An attempt starts: from now on, news are news to it.
    pub(super) fn attempt(&mut self) {
        self.changes.iter_mut().for_each(watch::Receiver::mark_unchanged);
    }

    /// A connection ended that was there for a time of `lived`. A server that greets and hangs up is not there: only a reply
    /// beyond the greeting, or a connection that outlived the longest pause, ends an outage.
    pub(super) fn ended(&mut self, lived: Duration, answered: bool) {
        if let Some(backoff) = &mut self.backoff
            && (answered || lived >= backoff.longest())
        {
            backoff.reset();
        }
    }

    /// The pause before the next attempt, and how many there were; `None` where there is none. A server that was left for another
    /// one needs no rest (`moved`).
    pub(super) fn next(&mut self, moved: bool) -> Option<(Duration, u32)> {
        let backoff = self.backoff.as_mut()?;
        let delay = backoff.next_delay()?;
        let delay = match self.watched {
            _ if moved => Duration::ZERO,
            true => delay.min(WATCHED_MAX_DELAY),
            false => delay,
        };
        Some((delay, backoff.attempts()))
    }

    /// Waits for `delay`, or until there are news.
    pub(super) async fn wait(&mut self, delay: Duration) {
        let told = async {
            match &mut self.changes {
                Some(changes) => match changes.changed().await {
                    Ok(()) => {}
                    // Nobody is left who could have news.
                    Err(_) => std::future::pending().await,
                },
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep(delay) => {}
            () = told => {}
        }
    }
}
