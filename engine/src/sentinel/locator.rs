//! Where the connections of one client go: to the master, or to servers to read from in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::watch;

use super::SentinelsInner;
use super::master::Master;
use super::watch::MasterWatch;
use crate::config::ReadFrom;
use crate::config::address::{ConnectTarget, Endpoint, HostPort, Locate, LocateFuture, WatchGuard};
use crate::config::role::ServerRole;
use crate::error::{Error, SentinelFailure};

/// A client's view of a master and its replicas.
pub(super) struct MasterLocator {
    inner: Arc<SentinelsInner>,
    master: Arc<Master>,
    from: ReadFrom,
    /// Whose turn it is.
    turn: AtomicUsize,
    /// A connection to the master was ready once.
    was_served: AtomicBool,
}

impl MasterLocator {
    pub(super) fn new(inner: Arc<SentinelsInner>, master: Arc<Master>, from: ReadFrom) -> Self {
        // Clients that start together are not to meet at the same replica.
        let (turn, was_served) = (AtomicUsize::new(fastrand::usize(..)), AtomicBool::new(false));
        Self { inner, master, from, turn, was_served }
    }

    async fn choose(&self) -> Result<ConnectTarget, Error> {
        let from = self.from;
        if from == ReadFrom::Master {
            return self.at_master().await;
        }
        let mut readers: Vec<_> =
            self.inner.fit_replicas(&self.master).await?.into_iter().map(Some).collect();
        match from {
            ReadFrom::Any => readers.push(None),
            ReadFrom::ReplicaPreferred if readers.is_empty() => readers.push(None),
            ReadFrom::Master | ReadFrom::ReplicaPreferred | ReadFrom::Replica => {}
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        match turn.checked_rem(readers.len()).and_then(|index| readers.swap_remove(index)) {
            Some(replica) => self.place(replica, ServerRole::Replica).await,
            None if from != ReadFrom::Replica => self.at_master().await,
            None => {
                let message = format!("no replica of {:?} is fit to be read from", self.master.name);
                Err(Error::sentinel(SentinelFailure::NoReplica, message))
            }
        }
    }

    async fn at_master(&self) -> Result<ConnectTarget, Error> {
        let sound = self.master.sound().filter(|_| self.inner.hears());
        let announced = match sound {
            Some(announced) => announced,
            None => match self.master.find(&self.inner).await {
                Ok(announced) => announced,
                Err(error) => self.without_sentinels().ok_or(error)?,
            },
        };
        self.place(announced, ServerRole::Master).await
    }

    /// Where the master is that this client works with, while nobody can be asked. One that was lost is not taken for the master
    /// again: another server may be it by now.
    fn without_sentinels(&self) -> Option<HostPort> {
        self.master.sound().filter(|_| self.was_served.load(Ordering::Acquire))
    }

    async fn place(&self, announced: HostPort, role: ServerRole) -> Result<ConnectTarget, Error> {
        let endpoint = Endpoint::Tcp(self.inner.map(announced.clone()).await?);
        Ok(ConnectTarget { role, announced: Some(announced), ..ConnectTarget::at(endpoint) })
    }
}

impl Locate for MasterLocator {
    fn locate(&self) -> LocateFuture<'_> {
        Box::pin(self.choose())
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.master.changes())
    }

    fn holds(&self, place: &ConnectTarget) -> bool {
        let Some(announced) = &place.announced else { return true };
        match (place.role, self.from) {
            (ServerRole::Replica, _) => self.master.has_replica(announced),
            // Back to a replica as soon as there is one.
            (_, ReadFrom::ReplicaPreferred) => {
                self.master.is_at(announced) && self.master.fit_replicas().is_none_or(|fit| fit.is_empty())
            }
            _ => self.master.is_at(announced),
        }
    }

    fn mark_suspect(&self, place: &ConnectTarget) {
        if let Some(announced) = &place.announced {
            match place.role {
                ServerRole::Replica => self.master.pass_over(announced),
                ServerRole::Master | ServerRole::Writable | ServerRole::Any => self.master.shake(announced),
            }
            self.inner.wake.notify_one();
        }
    }

    fn confirm(&self, place: &ConnectTarget) {
        if let (Some(announced), ServerRole::Master) = (&place.announced, place.role) {
            self.master.confirm(announced);
            self.was_served.store(true, Ordering::Release);
        }
    }

    fn watch(&self) -> Option<WatchGuard> {
        self.master.follow(true);
        Some(Box::new(FollowedClient {
            master: Arc::clone(&self.master),
            _watch: MasterWatch::join(&self.inner),
        }))
    }
}

/// One client that follows its master.
struct FollowedClient {
    master: Arc<Master>,
    _watch: WatchGuard,
}

impl Drop for FollowedClient {
    fn drop(&mut self) {
        self.master.follow(false);
    }
}
