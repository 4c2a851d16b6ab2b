//! The sentinels that are known. Owns which are kept: the configured ones for ever and by the names they were given, so that
//! they are found again behind other addresses; the learned ones as long as they are of use.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::replies::SentinelPeer;
use crate::config::Options;
use crate::config::address::{Endpoint, Fixed, HostPort};
use crate::connection::connector::Connector;
use crate::error::Error;
use crate::transport::dial::{Dial, Dialer};

/// Learned sentinels beyond this number are not kept: no deployment has so many.
const MAX_LEARNED: usize = 32;

/// Failed attempts in a row after which a learned sentinel is forgotten. Its peers name it again when it is back.
const FORGET_AFTER: u32 = 10;

/// How a sentinel came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    Configured,
    Learned,
}

/// One sentinel.
pub(super) struct KnownSentinel {
    pub(super) address: HostPort,
    pub(super) origin: Origin,
    pub(super) connector: Connector,
    /// The longest that it may take for one answer.
    pub(super) wait_limit: Duration,
    run_id: Mutex<Option<String>>,
    failures: AtomicU32,
}

impl KnownSentinel {
    fn new(options: &Arc<Options>, address: HostPort, origin: Origin, dial: &Arc<dyn Dial>) -> Self {
        let locate = Arc::new(Fixed::new(Endpoint::Tcp(address.clone())));
        let connector = Connector::over(Arc::clone(options), locate, Arc::clone(dial));
        let wait_limit = options.command_timeout.unwrap_or(options.connect_timeout);
        let (run_id, failures) = (Mutex::default(), AtomicU32::new(0));
        Self { address, origin, connector, wait_limit, run_id, failures }
    }

    fn run_id(&self) -> MutexGuard<'_, Option<String>> {
        self.run_id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It answered.
    pub(super) fn answered(&self) {
        self.failures.store(0, Ordering::Release);
    }

    /// It did not. Returns whether to forget it.
    pub(super) fn failed(&self) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::AcqRel) + 1;
        self.origin == Origin::Learned && failures >= FORGET_AFTER
    }
}

/// The book.
pub(super) struct KnownSentinels {
    configured: Vec<Arc<KnownSentinel>>,
    learned: Vec<Arc<KnownSentinel>>,
    /// How learned sentinels are spoken to.
    manner: (Arc<Options>, Arc<dyn Dial>),
}

impl KnownSentinels {
    /// The sentinels at the endpoints of `sentinels`. Fails if there is none, or if a certificate cannot be used.
    pub(super) fn new(sentinels: Vec<Options>) -> Result<Self, Error> {
        Self::with(sentinels, |options| Ok(Arc::new(Dialer::new(options)?)))
    }

    /// The same, over the streams that `dial` opens.
    pub(super) fn over(sentinels: Vec<Options>, dial: &Arc<dyn Dial>) -> Result<Self, Error> {
        Self::with(sentinels, |_| Ok(Arc::clone(dial)))
    }

    fn with(
        sentinels: Vec<Options>,
        dial: impl Fn(&Options) -> Result<Arc<dyn Dial>, Error>,
    ) -> Result<Self, Error> {
        let mut manner = None;
        let mut configured: Vec<Arc<KnownSentinel>> = Vec::new();
        for options in sentinels {
            let Endpoint::Tcp(address) = options.endpoint.clone() else {
                return Err(Error::option("a sentinel has a host and a port, and no unix socket"));
            };
            if configured.iter().any(|known| known.address == address) {
                continue;
            }
            let dial = dial(&options)?;
            let options = Arc::new(options);
            configured.push(Arc::new(KnownSentinel::new(&options, address, Origin::Configured, &dial)));
            manner.get_or_insert((options, dial));
        }
        let manner = manner.ok_or_else(|| Error::option("there must be at least one sentinel"))?;
        Ok(Self { configured, learned: Vec::new(), manner })
    }

    /// Every sentinel, the configured ones first.
    pub(super) fn all(&self) -> Vec<Arc<KnownSentinel>> {
        self.configured.iter().chain(&self.learned).cloned().collect()
    }

    /// `sentinel` calls itself `run_id`: another entry of the same name is the same sentinel under another address.
    pub(super) fn identify(&mut self, sentinel: &Arc<KnownSentinel>, run_id: &str) {
        *sentinel.run_id() = Some(run_id.to_owned());
        if sentinel.origin == Origin::Configured {
            self.learned.retain(|other| other.run_id().as_deref() != Some(run_id));
        }
    }

    /// Those of `peers` that are not known by what they call themselves. Their addresses are the announced ones.
    pub(super) fn strangers(&self, peers: Vec<SentinelPeer>) -> Vec<SentinelPeer> {
        let known = |peer: &SentinelPeer| {
            let mut all = self.configured.iter().chain(&self.learned);
            !peer.run_id.is_empty() && all.any(|it| it.run_id().as_deref() == Some(&*peer.run_id))
        };
        peers.into_iter().filter(|peer| !known(peer)).collect()
    }

    /// Takes up what is not known yet of `peers`, whose addresses are those to dial. Returns the new addresses.
    pub(super) fn learn(&mut self, peers: Vec<SentinelPeer>) -> Vec<HostPort> {
        let mut new = Vec::new();
        for SentinelPeer { address, run_id } in self.strangers(peers) {
            let known = self.configured.iter().chain(&self.learned).any(|it| it.address == address);
            if known || self.learned.len() >= MAX_LEARNED {
                continue;
            }
            let (options, dial) = &self.manner;
            let sentinel = KnownSentinel::new(options, address.clone(), Origin::Learned, dial);
            *sentinel.run_id() = Some(run_id).filter(|run_id| !run_id.is_empty());
            self.learned.push(Arc::new(sentinel));
            new.push(address);
        }
        new
    }

    /// Drops a learned sentinel.
    pub(super) fn forget(&mut self, sentinel: &Arc<KnownSentinel>) {
        self.learned.retain(|known| !Arc::ptr_eq(known, sentinel));
    }
}
