//! What a pool does by itself while it is not asked: closes connections that nobody has used for `idleTimeout`, and keeps
//! `minConnections` open once it is in use.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::sleep;

use super::Pool;
use super::permit::Grant;
use crate::connection::driver::Shutdown;
use crate::connection::request::{Millis, now};

impl Pool {
    /// Sees to it that connections which begin to rest now are closed in time.
    pub(super) fn reap_idle(self: &Arc<Self>) {
        let Some(idle) = self.options.idle_timeout else { return };
        if !self.state().start_tending() {
            return;
        }
        let idle = Millis::try_from(idle.as_millis()).unwrap_or(Millis::MAX);
        // The task must not keep the pool from being dropped while it sleeps.
        let pool = Arc::downgrade(self);
        self.runtime.spawn(async move {
            while let Some(pause) = pool.upgrade().and_then(|pool| pool.close_overdue(idle)) {
                sleep(pause).await;
            }
        });
    }

    /// Opens connections until `minConnections` are, and from now on sees to it that they stay.
    pub fn fill(self: &Arc<Self>) {
        if self.kept() == 0 || self.filling.swap(true, Ordering::AcqRel) {
            return;
        }
        let pool = Arc::clone(self);
        self.runtime.spawn(async move {
            loop {
                let grant = pool.state().below(pool.kept());
                let Some((permit, _)) = grant.and_then(Grant::take) else { break };
                match pool.connection_for(&permit, None).await {
                    Ok(member) => pool.rest(permit, member),
                    // What lasts is told to whoever asks; it is tried again when somebody does.
                    Err(_) => break,
                }
            }
            pool.filling.store(false, Ordering::Release);
        });
    }

    /// Connections that are kept open beside the shared ones.
    fn kept(&self) -> usize {
        let room = self.options.max_connections.saturating_sub(self.options.shared_connections);
        self.options.min_connections.saturating_sub(self.options.shared_connections).min(room) as usize
    }

    /// Closes what has rested for `idle` milliseconds. Answers when the next one will have; `None` when there is none.
    fn close_overdue(self: &Arc<Self>, idle: Millis) -> Option<Duration> {
        let keep = self.kept().max(usize::from(self.blocks.load(Ordering::Acquire)));
        let (overdue, next) = {
            let mut state = self.state();
            (state.overdue(now(), idle, keep), state.next_to_tend(keep))
        };
        for (permit, member) in overdue {
            self.retire(permit, member, Shutdown::Immediate);
        }
        next.map(|since| Duration::from_millis((since.saturating_add(idle)).saturating_sub(now()).max(1)))
    }
}
