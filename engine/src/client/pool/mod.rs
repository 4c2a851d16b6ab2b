//! The connections of a client beside its shared ones: leased, waiting in the server, held for other purposes. Owns their
//! number (`maxConnections`), the order in which they are given out, and what becomes of one that comes back.
//!
//! All that waits, connects or closes runs on the engine's thread; giving back a connection that is as good as new does
//! not wait for anything and may happen on any.

mod acquire;
mod blocking;
mod blocking_state;
mod blocking_wait;
mod close;
mod exclusive_calls;
mod health_check;
mod lease;
mod maintenance;
mod permit;
mod pooled_connection;
mod state;
mod stats;
mod stream_tail;
mod unblock;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Notify;

use self::acquire::deadline;
pub use self::blocking::{BlockingCall, WaitLimit};
use self::blocking_state::BlockingState;
pub use self::exclusive_calls::Held;
pub use self::lease::Lease;
pub use self::permit::{Holder, Permit};
use self::pooled_connection::PooledConnection;
use self::state::{AcquireRequest, PoolState};
pub use self::stats::PoolStats;
pub use self::stream_tail::PendingTail;
use super::{ConnectionSet, ReplySinkFactory};
use crate::config::Options;
use crate::connection::connector::Connector;
use crate::connection::driver::Shutdown;
use crate::error::Error;

/// Callers that may wait for a connection where the offline queue has no limit of its own to lend.
const MOST_WAITING: usize = 10_000;

/// The pool.
pub struct Pool {
    options: Arc<Options>,
    connector: Connector,
    mailbox: Arc<dyn ReplySinkFactory>,
    runtime: Handle,
    /// The connections that everybody shares: evidence that the server is there.
    shared: Arc<ConnectionSet>,
    state: Mutex<PoolState>,
    /// Blocking commands that are not settled, by their callers' slots.
    calls: Mutex<HashMap<u32, Arc<BlockingState>>>,
    pending: AtomicUsize,
    pending_bytes: AtomicU64,
    settled: Notify,
    /// Whether a task looks after the connections that are out.
    watched: AtomicBool,
    /// Whether a command had to wait in a server: from then on one connection stays ready for the next.
    blocks: AtomicBool,
    /// Whether a task opens those that are kept.
    filling: AtomicBool,
}

impl Pool {
    /// A pool without connections, beside the `shared` ones, which count as open from the start.
    pub fn new(
        options: Arc<Options>,
        connector: Connector,
        mailbox: Arc<dyn ReplySinkFactory>,
        runtime: Handle,
        shared: Arc<ConnectionSet>,
    ) -> Arc<Self> {
        let beside = options.max_connections.saturating_sub(options.shared_connections.max(1));
        let room = if options.single_connection { 0 } else { beside as usize };
        let most_waiting = options.offline_queue.as_ref().map_or(MOST_WAITING, |queue| queue.max_commands);
        Arc::new_cyclic(|pool| Self {
            state: Mutex::new(PoolState::new(pool.clone(), room, most_waiting)),
            options,
            connector: connector.identifying(),
            mailbox,
            runtime,
            shared,
            calls: Mutex::default(),
            pending: AtomicUsize::new(0),
            pending_bytes: AtomicU64::new(0),
            settled: Notify::new(),
            watched: AtomicBool::new(false),
            blocks: AtomicBool::new(false),
            filling: AtomicBool::new(false),
        })
    }

    fn calls(&self) -> MutexGuard<'_, HashMap<u32, Arc<BlockingState>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection for one caller alone. Waits for room and for the connection until `patience` (default:
    /// `acquireTimeout`) is over.
    pub async fn lease(self: Arc<Self>, wait_limit: Option<Duration>) -> Result<Lease, Error> {
        let deadline = deadline(wait_limit.or(self.options.acquire_timeout));
        let (permit, member) = self.connection(Holder::Lease, deadline).await?;
        Ok(Lease::new(self, permit, member))
    }

    /// The right to open one connection of the caller's own making. Waits for room until `acquireTimeout` is over.
    pub async fn permit(self: &Arc<Self>, holder: Holder) -> Result<Permit, Error> {
        let deadline = deadline(self.options.acquire_timeout);
        let (permit, member) = self.grant(AcquireRequest::Place, holder, deadline).await?;
        if let Some(member) = member {
            close(member).await;
        }
        Ok(permit)
    }

    /// A permit is given back.
    fn vacate(&self, number: u64) {
        let empty = self.state().vacate(number);
        if empty {
            self.tell_if_vacated();
        }
    }

    /// A connection that is as good as new comes back.
    fn rest(self: &Arc<Self>, permit: Permit, member: Arc<PooledConnection>) {
        // The next user may be a command that waits, whose end only the connection's task can tell.
        member.connection().queue().allow_handoff(false);
        let number = permit.into_number();
        let refused = self.state().rest(number, member);
        match refused {
            None => self.reap_idle(),
            Some(member) => {
                self.retire(Permit::new(Arc::downgrade(self), number), member, Shutdown::Immediate);
            }
        }
    }

    /// A connection that nobody may use again comes back: its permit follows when it is closed.
    fn retire(self: &Arc<Self>, permit: Permit, member: Arc<PooledConnection>, shutdown: Shutdown) {
        let closed = member.connection().close(shutdown);
        let pool = Arc::clone(self);
        self.runtime.spawn(async move {
            drop(closed.await);
            drop(member);
            drop(permit);
            pool.fill();
        });
    }

    /// A connection has ended by itself. Called by its own task, which must be through with it before it is dropped.
    fn lost(self: &Arc<Self>, member: &PooledConnection) {
        let lost = self.state().lose(member);
        if let Some((permit, member)) = lost {
            let pool = Arc::clone(self);
            self.runtime.spawn(async move {
                close(member).await;
                drop(permit);
                pool.fill();
            });
        }
    }

    /// Connections open, being opened or being closed, those that rest included.
    pub fn open_connections(&self) -> usize {
        self.state().open()
    }

    /// Whether a connection is open, being opened or being closed, or somebody waits for one.
    pub fn is_active(&self) -> bool {
        if self.pending.load(Ordering::Acquire) > 0 {
            return true;
        }
        let state = self.state();
        if state.is_closed() {
            // What is not given back keeps its permit, and nobody waits for that.
            state.out().iter().any(|member| member.connection().is_active())
        } else {
            state.open() > 0
        }
    }
}

/// Closes a connection that nobody uses.
async fn close(member: Arc<PooledConnection>) {
    drop(member.connection().close(Shutdown::Immediate).await);
}
