//! One master: what is believed of it and of its replicas, and how that is found out. Owns the beliefs and their news.
//!
//! An answer is believed if its configuration is not older than what is believed already: a sentinel that was cut off for a
//! while still names the old master. Where there is nothing better, it is believed all the same.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::SentinelsInner;
use super::query_all::{FailureReasons, about_master, about_replicas, query_all};
use super::replies;
use super::replies::{ReportedMaster, SentinelPeer};
use super::settings::{SentinelEvent, SentinelState};
use super::singleflight::Singleflight;
use crate::config::address::HostPort;
use crate::error::Error;

/// How long a replica that could not be connected to is passed over.
const PASSED_OVER: Duration = Duration::from_secs(1);

/// Where a master is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct KnownMaster {
    address: HostPort,
    epoch: Option<u64>,
}

/// How sure the belief is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Health {
    /// Nothing speaks against it.
    Ok,
    /// A connection to it failed at that time: sentinels are asked again before it is used.
    Suspect(Instant),
}

struct MasterState {
    known: Option<KnownMaster>,
    trust: Health,
    /// Replicas that are fit to be read from; `None` before anybody asked.
    replicas: Option<Vec<HostPort>>,
    /// Replicas that could not be connected to, and when.
    passed_over: Vec<(HostPort, Instant)>,
}

/// How an answer compares with the belief; the better one last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Freshness {
    Outdated,
    Current,
}

/// One master.
pub(super) struct Master {
    pub(super) name: String,
    state: Mutex<MasterState>,
    /// Clients that want news of it.
    followers: AtomicUsize,
    changes: watch::Sender<u64>,
    finding: Singleflight<HostPort>,
    listing: Singleflight<Vec<HostPort>>,
}

impl Master {
    pub(super) fn new(name: &str) -> Self {
        let state = MasterState { known: None, trust: Health::Ok, replicas: None, passed_over: Vec::new() };
        Self {
            name: name.to_owned(),
            state: Mutex::new(state),
            followers: AtomicUsize::new(0),
            changes: watch::Sender::new(0),
            finding: Singleflight::new(),
            listing: Singleflight::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, MasterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn tell(&self) {
        self.changes.send_modify(|number| *number += 1);
    }

    /// Where the master is, if nothing speaks against it.
    pub(super) fn sound(&self) -> Option<HostPort> {
        let state = self.state();
        state.known.as_ref().filter(|_| state.trust == Health::Ok).map(|known| known.address.clone())
    }

    /// Whether sentinels are to be asked about it: clients follow it, or it was found before.
    pub(super) fn is_worth_a_poll(&self) -> bool {
        self.followers.load(Ordering::Acquire) > 0 || self.is_known()
    }

    /// One more client follows it (`true`), or one less.
    pub(super) fn follow(&self, begins: bool) {
        if begins {
            self.followers.fetch_add(1, Ordering::AcqRel);
        } else {
            self.followers.fetch_sub(1, Ordering::AcqRel);
        }
    }

    /// Whether a sentinel has ever named it.
    pub(super) fn is_known(&self) -> bool {
        self.state().known.is_some()
    }

    /// Whether a connection to it failed, and nothing good was heard since.
    pub(super) fn is_shaken(&self) -> bool {
        matches!(self.state().trust, Health::Suspect(_))
    }

    /// Whether the master is believed to be at `address`.
    pub(super) fn is_at(&self, address: &HostPort) -> bool {
        self.state().known.as_ref().is_none_or(|known| known.address == *address)
    }

    /// A connection to the master at `address` failed.
    pub(super) fn shake(&self, address: &HostPort) {
        let mut state = self.state();
        if state.trust == Health::Ok && state.known.as_ref().is_some_and(|it| it.address == *address) {
            state.trust = Health::Suspect(Instant::now());
        }
    }

    /// A connection to the master at `address` is ready.
    pub(super) fn confirm(&self, address: &HostPort) {
        let mut state = self.state();
        if state.known.as_ref().is_some_and(|known| known.address == *address) {
            state.trust = Health::Ok;
        }
    }

    /// The replicas that are fit to be read from and not passed over; `None` before anybody asked.
    pub(super) fn fit_replicas(&self) -> Option<Vec<HostPort>> {
        let mut state = self.state();
        state.passed_over.retain(|(_, since)| since.elapsed() < PASSED_OVER);
        let passed_over = &state.passed_over;
        let fit = |replica: &&HostPort| !passed_over.iter().any(|(address, _)| address == *replica);
        Some(state.replicas.as_ref()?.iter().filter(fit).cloned().collect())
    }

    /// Whether `address` is a replica that is fit to be read from, as far as anybody knows.
    pub(super) fn has_replica(&self, address: &HostPort) -> bool {
        self.state().replicas.as_ref().is_none_or(|replicas| replicas.contains(address))
    }

    /// Whether anybody asked for replicas.
    pub(super) fn is_read_from_replicas(&self) -> bool {
        self.state().replicas.is_some()
    }

    /// A connection to the replica at `address` failed.
    pub(super) fn pass_over(&self, address: &HostPort) {
        self.state().passed_over.push((address.clone(), Instant::now()));
    }

    fn age(&self, epoch: Option<u64>) -> Freshness {
        let believed = self.state().known.as_ref().and_then(|known| known.epoch);
        match (epoch, believed) {
            (Some(epoch), Some(believed)) if epoch < believed => Freshness::Outdated,
            _ => Freshness::Current,
        }
    }

    /// From now on the master is at `address`. Returns what there is to tell.
    fn believe(&self, address: &HostPort, epoch: Option<u64>) -> Option<SentinelEvent> {
        let mut state = self.state();
        let known = KnownMaster { address: address.clone(), epoch };
        let trouble = std::mem::replace(&mut state.trust, Health::Ok);
        let old = state.known.replace(known).map(|old| old.address);
        if old.as_ref() == Some(address) {
            // Hearing the same again mends nothing: connections to it failed.
            state.trust = trouble;
            return None;
        }
        drop(state);
        self.tell();
        let old = old?;
        let took = match trouble {
            Health::Suspect(since) => since.elapsed(),
            Health::Ok => Duration::ZERO,
        };
        Some(SentinelEvent::Failover { master: self.name.clone(), from: old, to: address.clone(), took })
    }

    /// A sentinel announces that the master moved. Returns whether that fits what is believed; otherwise it is to be asked about.
    pub(super) fn switched(&self, inner: &SentinelsInner, old: &HostPort, new: &HostPort) -> bool {
        let epoch = {
            let mut state = self.state();
            let known = state.known.get_or_insert_with(|| KnownMaster { address: old.clone(), epoch: None });
            match Some(known) {
                Some(known) if known.address == *new => return true,
                // Every failover is a configuration of its own, later than the last one.
                Some(known) if known.address == *old => known.epoch.map(|epoch| epoch + 1),
                _ => return false,
            }
        };
        if let Some(event) = self.believe(new, epoch) {
            inner.tell_behind_the_news(event);
        }
        true
    }

    /// Asks the sentinels where the master is: the first answer that is not outdated is believed. Callers at the same time share
    /// one question.
    pub(super) async fn find(&self, inner: &Arc<SentinelsInner>) -> Result<HostPort, Error> {
        self.finding.run(self.ask(inner, QueryScope::FirstAnswer)).await
    }

    /// Asks all sentinels and believes the latest configuration. What was shaken is mended if a sentinel reaches the master.
    pub(super) async fn check(&self, inner: &Arc<SentinelsInner>) -> Result<HostPort, Error> {
        self.ask(inner, QueryScope::AllAnswers).await
    }

    async fn ask(&self, inner: &Arc<SentinelsInner>, wait_limit: QueryScope) -> Result<HostPort, Error> {
        let mut reasons = FailureReasons::new();
        let mut best: Option<ReportedMaster> = None;
        let mut best_rank = (Freshness::Outdated, None);
        query_all(inner, about_master(&self.name), |sentinel, answer| {
            let seen = match answer.map(replies::seen) {
                Ok(Ok(seen)) => seen,
                Ok(Err(why)) => {
                    reasons.useless(sentinel, &why);
                    return ControlFlow::Continue(());
                }
                Err(error) => {
                    reasons.failed(sentinel, &error);
                    return ControlFlow::Continue(());
                }
            };
            if let Some(run_id) = &seen.run_id {
                inner.known_sentinels().identify(sentinel, run_id);
            }
            let rank = (self.age(seen.epoch), seen.epoch);
            if best.is_none() || rank > best_rank {
                (best, best_rank) = (Some(seen), rank);
            }
            match (wait_limit, rank.0) {
                (QueryScope::FirstAnswer, Freshness::Current) => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        })
        .await;
        let Some(seen) = best else {
            return Err(reasons.error(&format!("no sentinel could name the master {:?}", self.name)));
        };
        Ok(self.take(inner, wait_limit, seen))
    }

    fn take(&self, inner: &Arc<SentinelsInner>, wait_limit: QueryScope, seen: ReportedMaster) -> HostPort {
        let ReportedMaster { address, epoch, fit, peers, .. } = seen;
        // Polling does not go back to an older configuration while there may be a connection by the later one.
        let polled = wait_limit == QueryScope::AllAnswers;
        if polled && self.age(epoch) == Freshness::Outdated && !self.is_shaken() {
            return address;
        }
        if let Some(event) = self.believe(&address, epoch) {
            inner.tell_behind_the_news(event);
        } else if polled && fit && self.is_shaken() {
            // Those who wait for their next attempt may make it now.
            self.tell();
        }
        if polled {
            // After all have said who they are, so that none is learned under a second address.
            learn(inner, peers);
        }
        address
    }

    /// Asks the sentinels which replicas are fit to be read from. Callers at the same time share one question.
    pub(super) async fn list(&self, inner: &SentinelsInner) -> Result<Vec<HostPort>, Error> {
        self.listing.run(self.ask_for_replicas(inner)).await
    }

    async fn ask_for_replicas(&self, inner: &SentinelsInner) -> Result<Vec<HostPort>, Error> {
        let mut reasons = FailureReasons::new();
        let mut found = None;
        query_all(inner, about_replicas(&self.name), |sentinel, answer| {
            match answer.map(replies::replicas) {
                Ok(Ok(replicas)) => {
                    found = Some(replicas);
                    return ControlFlow::Break(());
                }
                Ok(Err(why)) => reasons.useless(sentinel, &why),
                Err(error) => reasons.failed(sentinel, &error),
            }
            ControlFlow::Continue(())
        })
        .await;
        let Some(replicas) = found else {
            return Err(reasons.error(&format!("no sentinel could name the replicas of {:?}", self.name)));
        };
        let mut state = self.state();
        let changed = state.replicas.as_ref() != Some(&replicas) || !state.passed_over.is_empty();
        state.replicas = Some(replicas.clone());
        state.passed_over.clear();
        drop(state);
        if changed {
            self.tell();
        }
        Ok(replicas)
    }
}

/// Which answers are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum QueryScope {
    FirstAnswer,
    AllAnswers,
}

/// Takes up sentinels that another one named. Not waited for: an address map may take its time.
fn learn(inner: &Arc<SentinelsInner>, peers: Vec<SentinelPeer>) {
    let peers = inner.known_sentinels().strangers(peers);
    if peers.is_empty() {
        return;
    }
    let inner = Arc::clone(inner);
    tokio::spawn(async move {
        let mut reachable = Vec::with_capacity(peers.len());
        for peer in peers {
            // Where the map fails, connections to servers say so; a sentinel less is no failure.
            if let Ok(address) = inner.map(peer.address).await {
                reachable.push(SentinelPeer { address, ..peer });
            }
        }
        let new = inner.known_sentinels().learn(reachable);
        if new.is_empty() {
            return;
        }
        inner.wake.notify_one();
        for address in new {
            inner.listener.happened(SentinelEvent::Sentinel {
                address,
                state: SentinelState::Learned,
                error: None,
            });
        }
    });
}
