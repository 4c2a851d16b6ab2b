//! Sentinels: who is the master now, who replicates it, and news of both (promise P7).
//!
//! Owns the sentinels that are known, what they say, and the watch over them. What it answers is an address: [`Sentinels::locate`]
//! makes a [`Locate`], which the connections of a client ask at every attempt. It knows no client.
//!
//! Sources: <https://redis.io/docs/latest/develop/reference/sentinel-clients/>,
//! <https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/>.

mod known_sentinels;
mod locator;
mod master;
mod query;
mod query_all;
mod replies;
mod settings;
mod singleflight;
mod watch;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Notify;

use self::known_sentinels::KnownSentinels;
use self::locator::MasterLocator;
use self::master::Master;
pub use self::query::SentinelQuery;
pub use self::settings::{SentinelEvent, SentinelListener, SentinelSettings, SentinelState};
use self::watch::MasterWatch;
use crate::config::ReadFrom;
use crate::config::address::{AddressMap, HostPort, Locate, WatchGuard};
use crate::error::Error;
use crate::transport::dial::Dial;

/// The sentinels of a deployment. Clones share everything.
#[derive(Clone)]
pub struct Sentinels(Arc<SentinelsInner>);

struct SentinelsInner {
    known_sentinels: Mutex<KnownSentinels>,
    masters: Mutex<BTreeMap<String, Arc<Master>>>,
    attending: Mutex<MasterWatch>,
    /// Sentinels whose messages are heard now.
    heard: AtomicUsize,
    /// There is something to look after: an unwatched sentinel, a reason to ask anew.
    wake: Notify,
    /// The sentinels are to be asked now.
    poll_is_due: AtomicBool,
    address_map: Option<Arc<dyn AddressMap>>,
    listener: Arc<dyn SentinelListener>,
    runtime: Handle,
}

impl Sentinels {
    /// The sentinels of `settings`. Nothing is connected before somebody asks.
    pub fn new(
        settings: SentinelSettings,
        listener: Arc<dyn SentinelListener>,
        runtime: Handle,
    ) -> Result<Self, Error> {
        let known_sentinels = KnownSentinels::new(settings.sentinels)?;
        Ok(Self::of(known_sentinels, settings.address_map, listener, runtime))
    }

    /// The same, over the streams that `dial` opens.
    pub fn over(
        settings: SentinelSettings,
        dial: &Arc<dyn Dial>,
        listener: Arc<dyn SentinelListener>,
        runtime: Handle,
    ) -> Result<Self, Error> {
        let known_sentinels = KnownSentinels::over(settings.sentinels, dial)?;
        Ok(Self::of(known_sentinels, settings.address_map, listener, runtime))
    }

    fn of(
        known_sentinels: KnownSentinels,
        address_map: Option<Arc<dyn AddressMap>>,
        listener: Arc<dyn SentinelListener>,
        runtime: Handle,
    ) -> Self {
        Self(Arc::new(SentinelsInner {
            known_sentinels: Mutex::new(known_sentinels),
            masters: Mutex::default(),
            attending: Mutex::default(),
            heard: AtomicUsize::new(0),
            wake: Notify::new(),
            poll_is_due: AtomicBool::new(false),
            address_map,
            listener,
            runtime,
        }))
    }

    /// Where to connect, at every attempt: to the master called `name`, or to those that `from` lets read from in turn.
    pub fn locate(&self, name: &str, from: ReadFrom) -> Arc<dyn Locate> {
        Arc::new(MasterLocator::new(Arc::clone(&self.0), self.0.followed(name), from))
    }

    /// The replicas of the master called `name` that are fit to be read from, as clients reach them.
    pub async fn replicas(&self, name: &str) -> Result<Vec<HostPort>, Error> {
        let mut addresses = Vec::new();
        for announced in self.0.followed(name).list(&self.0).await? {
            addresses.push(self.0.map(announced).await?);
        }
        Ok(addresses)
    }

    /// Has the sentinels watched until the attendance is dropped.
    pub fn watch(&self) -> WatchGuard {
        MasterWatch::join(&self.0)
    }

    /// Waits until a sentinel answers. Fails when none of them does.
    pub async fn reach(&self) -> Result<(), Error> {
        query_all::reach(&self.0).await
    }

    /// The addresses of the sentinels that are known now: the configured ones first.
    pub fn known(&self) -> Vec<HostPort> {
        self.0.known_sentinels().all().iter().map(|sentinel| sentinel.address.clone()).collect()
    }
}

impl SentinelsInner {
    fn known_sentinels(&self) -> MutexGuard<'_, KnownSentinels> {
        self.known_sentinels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn masters(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Master>>> {
        self.masters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of the master called `name`, now and from now on.
    fn followed(&self, name: &str) -> Arc<Master> {
        let mut masters = self.masters();
        // Names that were only asked about, and that no sentinel knows, are not kept.
        masters.retain(|_, master| Arc::strong_count(master) > 1 || master.is_known());
        let master = masters.entry(name.to_owned()).or_insert_with(|| Arc::new(Master::new(name)));
        Arc::clone(master)
    }

    /// Whether news would be heard: somebody watches, and a sentinel is connected.
    fn hears(&self) -> bool {
        self.heard.load(Ordering::Acquire) > 0
    }

    /// The replicas of `master` that are fit to be read from.
    async fn fit_replicas(&self, master: &Master) -> Result<Vec<HostPort>, Error> {
        if let Some(fit) = master.fit_replicas().filter(|fit| !fit.is_empty() && self.hears()) {
            return Ok(fit);
        }
        let listed = master.list(self).await;
        // What was known before the sentinels went away is still the best guess.
        match (listed, master.fit_replicas()) {
            (Err(error), None) => Err(error),
            (_, fit) => Ok(fit.unwrap_or_default()),
        }
    }

    /// Tells what news were just about when those who wait for news have had their turn: the runtime's tasks take turns in
    /// the order in which they were woken. Who hears of a failover must not get through to the former master any more.
    fn tell_behind_the_news(&self, event: SentinelEvent) {
        let listener = Arc::clone(&self.listener);
        self.runtime.spawn(async move { listener.happened(event) });
    }

    /// The address by which a server is reached that announces itself as `announced`.
    async fn map(&self, announced: HostPort) -> Result<HostPort, Error> {
        match &self.address_map {
            Some(map) => map.map(announced).await,
            None => Ok(announced),
        }
    }
}
