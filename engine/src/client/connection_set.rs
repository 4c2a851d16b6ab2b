//! The lanes that one caller stages commands for: the shared ones of a client, or the single one of a lease.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::managed_connection::ManagedConnection;

/// The lanes.
pub struct ConnectionSet {
    lanes: Box<[Arc<ManagedConnection>]>,
    closed: AtomicBool,
}

impl ConnectionSet {
    /// These lanes, open.
    pub fn new(lanes: impl Into<Box<[Arc<ManagedConnection>]>>) -> Self {
        Self { lanes: lanes.into(), closed: AtomicBool::new(false) }
    }

    /// The number of the lane with the fewest unanswered bytes.
    pub fn least_busy(&self) -> usize {
        match &*self.lanes {
            [_] => 0,
            lanes => (0..lanes.len()).min_by_key(|&index| lanes[index].queue().bytes()).unwrap_or(0),
        }
    }

    /// The lane with this number.
    pub fn get(&self, index: usize) -> Option<&Arc<ManagedConnection>> {
        self.lanes.get(index)
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<ManagedConnection>] {
        &self.lanes
    }

    /// Whether nothing is accepted any more.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Nothing is accepted from now on.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}
