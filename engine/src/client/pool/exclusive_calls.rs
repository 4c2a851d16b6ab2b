//! Calls that a server may keep waiting on a connection whose user has it for himself: a lease, or a single connection. Their
//! connection is given, and nothing behind them is written before they are over.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::Pool;
use super::blocking::{PendingGuard, WaitLimit};
use super::blocking_state::BlockingState;
use super::blocking_wait::{Wait, Waited};
use crate::client::ManagedConnection;
use crate::connection::request::Request;
use crate::connection::request_listeners::{End, TrackId};
use crate::error::Error;

/// One such call, which is submitted.
pub struct Held {
    /// Its connection.
    pub connection: Arc<ManagedConnection>,
    /// Its number there.
    pub id: TrackId,
    /// Its end.
    pub ended: oneshot::Receiver<End>,
    /// Its request, with the timeout that the caller named for it, if it did.
    pub request: Request,
    /// How long its caller waits.
    pub wait_limit: WaitLimit,
}

impl Pool {
    /// Sees to the end of a call: its reply, its deadline, or [`Self::give_up`].
    pub fn hold(self: &Arc<Self>, held: Held) {
        let pending = PendingGuard::new(self, held.request.length as usize);
        let slot = held.request.recipient.waiting().map_or(u32::MAX, |ticket| ticket.slot);
        let (blocking_state, mut order) = BlockingState::new();
        self.calls().insert(slot, Arc::clone(&blocking_state));
        self.watch();
        let (pool, working) = (Arc::clone(self), Arc::clone(self));
        let Held { connection, id, ended, request, wait_limit } = held;
        let own = Arc::clone(&connection);
        self.runtime.spawn(async move {
            let work = working.runtime.spawn(async move {
                let wait = Wait { connection: &own, id, ended, slot, until: wait_limit.until(&request) };
                wait.end(&pool, &mut order).await
            });
            let waited = work.await.unwrap_or_else(|_| Waited {
                // Without the panic's text, which may quote what was being worked on; the panic hook has printed it.
                result: Err(Error::internal("the task of a blocking command panicked")),
                is_free: false,
                is_final: true,
            });
            if waited.is_free || waited.is_lost() {
                connection.queue().pass();
            } else {
                // The server may still keep the call waiting.
                connection.give_up();
            }
            working.forget(slot, &blocking_state);
            if let Err(error) = waited.result
                && blocking_state.commit()
            {
                working.reject(&request, &error);
            }
            drop(pending);
        });
    }
}
