//! The lanes that one caller stages commands for: the shared ones of a client, or the single one of a lease.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::managed_connection::ManagedConnection;

/// The lanes.
pub struct ConnectionSet {
    connections: Box<[Arc<ManagedConnection>]>,
    closed: AtomicBool,
}

impl ConnectionSet {
    /// These lanes, open.
    pub fn new(connections: impl Into<Box<[Arc<ManagedConnection>]>>) -> Self {
        Self { connections: connections.into(), closed: AtomicBool::new(false) }
    }

    /// The number of the lane with the fewest unanswered bytes.
    pub fn least_busy(&self) -> usize {
        match &*self.connections {
            [_] => 0,
            connections => {
                (0..connections.len()).min_by_key(|&index| connections[index].queue().bytes()).unwrap_or(0)
            }
        }
    }

    /// The lane with this number.
    pub fn get(&self, index: usize) -> Option<&Arc<ManagedConnection>> {
        self.connections.get(index)
    }

    /// All of them.
    pub fn all(&self) -> &[Arc<ManagedConnection>] {
        &self.connections
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
