//! A snapshot of a client's connections.

use std::sync::atomic::Ordering;

use super::{Holder, Pool};

/// The snapshot. What is read one after the other may have changed in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Connections that are open, being opened or being closed.
    pub open: usize,
    /// Of these: shared by all callers.
    pub shared: usize,
    /// Of these: nobody's at the moment.
    pub idle: usize,
    /// Of these: leased.
    pub leased: usize,
    /// Of these: with a command that may wait in the server.
    pub blocking: usize,
    /// Of these: subscribers'.
    pub subscribed: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Calls without an answer; a batch is one.
    pub in_flight: usize,
    /// Bytes of these calls.
    pub queued_bytes: u64,
    /// How often a shared connection was made again after it was lost.
    pub reconnects: u64,
}

impl Pool {
    /// How things are now.
    pub fn stats(&self) -> PoolStats {
        let mut stats =
            PoolStats { queued_bytes: self.pending_bytes.load(Ordering::Acquire), ..PoolStats::default() };
        for connection in self.shared.all() {
            let queue = connection.queue();
            stats.shared += usize::from(queue.is_online());
            stats.in_flight += queue.requests();
            stats.queued_bytes += queue.bytes() + queue.postponements().1;
            stats.reconnects += connection.reconnects();
        }
        let pool_state = self.state();
        stats.open = stats.shared + pool_state.open();
        stats.waiting = pool_state.waiting();
        for (holder, count) in pool_state.holders() {
            match holder {
                Holder::Lease => stats.leased += count,
                Holder::Blocking(_) => stats.blocking += count,
                Holder::Subscriber => stats.subscribed += count,
                Holder::Idle => stats.idle += count,
            }
        }
        for member in pool_state.out() {
            let queue = member.connection().queue();
            stats.in_flight += queue.requests();
            // Those of blocking commands are counted as long as they are pending.
            stats.queued_bytes += if queue.tracks_calls() { 0 } else { queue.bytes() };
        }
        stats
    }

    /// Bytes of calls that this pool has and that are not answered, those of shared connections included.
    pub fn queued_bytes(&self) -> u64 {
        self.stats().queued_bytes
    }
}
