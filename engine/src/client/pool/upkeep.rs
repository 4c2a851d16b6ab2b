//! What a pool does by itself while it is not asked: closes connections that nobody has used for `idleTimeout`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::Pool;
use crate::net::connection::Wish;
use crate::net::request::{Millis, now};

impl Pool {
    /// Sees to it that connections which begin to rest now are closed in time.
    pub(super) fn tend(self: &Arc<Self>) {
        let Some(idle) = self.options.idle_timeout else { return };
        if !self.roster().start_tending() {
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

    /// Closes what has rested for `idle` milliseconds. Answers when the next one will have; `None` when there is none.
    fn close_overdue(self: &Arc<Self>, idle: Millis) -> Option<Duration> {
        let keep = self.options.min_connections.saturating_sub(self.options.shared_connections) as usize;
        let (overdue, next) = {
            let mut roster = self.roster();
            (roster.overdue(now(), idle, keep), roster.next_to_tend(keep))
        };
        for (permit, member) in overdue {
            self.retire(permit, member, Wish::Destroy);
        }
        next.map(|since| Duration::from_millis((since.saturating_add(idle)).saturating_sub(now()).max(1)))
    }
}
