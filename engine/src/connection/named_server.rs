//! One server behind a name that may lead to another one tomorrow. Owns the search for the master when a server refuses
//! writes.
//!
//! A managed service moves the master: its name leads elsewhere, and the former master lives on as a replica that keeps its
//! connections. Its `READONLY` starts a search: the next connections are dialled through the name, each beginning with
//! another of its addresses, and are refused while they lead to a replica. The search ends with a server that is none, to
//! which every connection of the client moves, or after [`MOST_DIALS`]: then the name leads to replicas, writes are refused to
//! their callers, and only a refusal after [`REST`] dials again, once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::rejection::RedirectPolicy;
use super::request::{Millis, now};
use crate::config::address::{ConnectTarget, Endpoint, Locate, LocateFuture};
use crate::config::role::ServerRole;
use crate::error::Error;

/// Attempts to reach another server in one search.
const MOST_DIALS: u32 = 6;

/// How long replicas are taken for what the name leads to, in milliseconds. Also what parts two searches.
const REST: Millis = 2_000;

/// The name.
pub struct Named {
    endpoint: Endpoint,
    state: Mutex<State>,
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    generation: u64,
    phase: Phase,
    /// Attempts of this search.
    dials: u32,
    /// Attempts ever: the address to begin with.
    turn: usize,
    /// The last moment of the last search.
    searched: Millis,
    /// The last search found replicas only.
    in_vain: bool,
    /// A server that says it is a master was connected to.
    was_master: bool,
    /// Refusals before are the callers'.
    rests_until: Millis,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Nothing speaks against the server.
    #[default]
    Settled,
    /// A server refused to write.
    Searching,
}

impl State {
    fn search(&mut self) {
        let now = now();
        if self.phase == Phase::Settled && now >= self.searched.saturating_add(REST) {
            self.dials = 0;
        }
        self.phase = Phase::Searching;
        self.searched = now;
    }

    /// Where to connect now.
    fn next(&mut self, endpoint: &Endpoint) -> ConnectTarget {
        let place = ConnectTarget { generation: self.generation, ..ConnectTarget::at(endpoint.clone()) };
        if self.phase == Phase::Settled {
            return place;
        }
        self.searched = now();
        if self.dials >= if self.in_vain { 1 } else { MOST_DIALS } {
            self.phase = Phase::Settled;
            self.in_vain = true;
            self.rests_until = self.searched + REST;
            return place;
        }
        self.dials += 1;
        self.turn = self.turn.wrapping_add(1);
        ConnectTarget {
            role: ServerRole::Writable,
            turn: self.turn,
            generation: self.generation + 1,
            ..place
        }
    }
}

impl Named {
    /// A server that is to take writes.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, state: Mutex::default(), changes: watch::Sender::new(0) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Locate for Named {
    fn locate(&self) -> LocateFuture<'_> {
        let place = self.state().next(&self.endpoint);
        Box::pin(std::future::ready(Ok(place)))
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changes.subscribe())
    }

    fn is_watched(&self) -> bool {
        false
    }

    fn holds(&self, place: &ConnectTarget) -> bool {
        place.generation >= self.state().generation
    }

    fn refused(&self, place: &ConnectTarget) {
        let mut state = self.state();
        if place.generation >= state.generation {
            state.search();
        }
    }

    fn misplaced(&self, _place: &ConnectTarget) {
        let mut state = self.state();
        if now() >= state.rests_until {
            state.search();
        }
    }

    fn redirects(&self, _place: &ConnectTarget) -> RedirectPolicy {
        RedirectPolicy::returned(ServerRole::Writable).from(self.state().rests_until)
    }

    fn admits(&self, place: &ConnectTarget, said: Option<&str>) -> Result<(), Error> {
        let mut state = self.state();
        let Some(said) = said else { return Ok(()) };
        state.was_master |= said == "master";
        // A server that was a master before is one again soon, or the name leads to the one that is.
        let expected = place.role == ServerRole::Writable || (state.was_master && now() >= state.rests_until);
        drop(state);
        if expected { ServerRole::Writable.check(said, None) } else { Ok(()) }
    }

    fn confirm(&self, place: &ConnectTarget) {
        if place.role != ServerRole::Writable {
            return;
        }
        let mut state = self.state();
        state.phase = Phase::Settled;
        state.searched = now();
        state.in_vain = false;
        if place.generation > state.generation {
            state.generation = place.generation;
            drop(state);
            // Every other connection is to the former server.
            self.changes.send_modify(|number| *number += 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::address::HostPort;

    fn named() -> Named {
        Named::new(Endpoint::Tcp(HostPort { host: "h".into(), port: 1 }))
    }

    async fn located(named: &Named) -> ConnectTarget {
        named.locate().await.unwrap()
    }

    async fn later() {
        tokio::time::sleep(std::time::Duration::from_millis(REST)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn takes_any_server_before_one_refuses() {
        let named = named();
        let place = located(&named).await;
        assert_eq!((place.role, place.generation), (ServerRole::Any, 0));
        assert!(named.admits(&place, Some("replica")).is_ok() && named.holds(&place));
    }

    #[tokio::test(start_paused = true)]
    async fn moves_every_connection_to_the_master_that_a_search_finds() {
        let named = named();
        let former = located(&named).await;
        let mut changes = named.changes().unwrap();
        named.refused(&former);
        let place = located(&named).await;
        assert_eq!((place.role, place.turn), (ServerRole::Writable, 1));
        assert!(named.holds(&former), "before anything better is known");
        named.confirm(&place);
        assert!(!named.holds(&former) && named.holds(&place) && changes.has_changed().unwrap());
        changes.mark_unchanged();
        assert_eq!(located(&named).await.role, ServerRole::Any);
        named.refused(&former);
        assert_eq!(located(&named).await.role, ServerRole::Any, "what a former connection says is old");
    }

    #[tokio::test(start_paused = true)]
    async fn gives_up_after_a_bounded_number_of_dials_and_dials_once_after_a_rest() {
        let named = named();
        named.refused(&located(&named).await);
        for dial in 1..=MOST_DIALS {
            let place = located(&named).await;
            assert_eq!((place.role, place.turn), (ServerRole::Writable, dial as usize));
            assert!(named.admits(&place, Some("replica")).is_err());
            named.misplaced(&place);
        }
        let replica = located(&named).await;
        assert_eq!(replica.role, ServerRole::Any);
        assert_ne!(named.redirects(&replica), RedirectPolicy::returned(ServerRole::Writable));
        later().await;
        named.refused(&replica);
        assert_eq!(located(&named).await.role, ServerRole::Writable);
        assert_eq!(located(&named).await.role, ServerRole::Any);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_says_master_and_refuses_all_the_same_is_given_up_on_as_well() {
        let named = named();
        for _ in 0..MOST_DIALS {
            named.refused(&located(&named).await);
            let place = located(&named).await;
            assert_eq!(place.role, ServerRole::Writable);
            named.confirm(&place);
        }
        named.refused(&located(&named).await);
        assert_eq!(located(&named).await.role, ServerRole::Any);
        assert!(named.state().rests_until > now());
    }

    #[tokio::test(start_paused = true)]
    async fn looks_further_when_a_former_master_comes_back_as_a_replica() {
        let named = named();
        let place = located(&named).await;
        assert!(named.admits(&place, Some("master")).is_ok());
        assert!(named.admits(&place, Some("replica")).is_err());
        named.misplaced(&place);
        assert_eq!(located(&named).await.role, ServerRole::Writable);
    }
}
