//! A subscriber's place at the connection: what it orders, from any thread.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::calls::Call;
use super::kind::Kind;
use super::manager::Subscriber;
use super::registry::Wanted;
use super::sink::Sink;
use super::state::Order;
use crate::error::Error;

/// The place. Dropping it leaves.
pub struct Seat {
    id: u32,
    sink: Arc<Sink>,
    subscriber: Arc<Subscriber>,
    left: AtomicBool,
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Seat {
    pub(super) fn new(id: u32, sink: Arc<Sink>, subscriber: Arc<Subscriber>) -> Self {
        Self { id, sink, subscriber, left: AtomicBool::new(false) }
    }

    /// Where its messages wait.
    pub fn sink(&self) -> &Arc<Sink> {
        &self.sink
    }

    /// Subscribes to `names`, or changes whether those that it has flow. The call is settled when the server has acknowledged
    /// each. Fails where too many calls wait for a connection.
    pub fn subscribe(&self, kind: Kind, names: Vec<Wanted>, call: Call) -> Result<(), Error> {
        self.subscriber.admit()?;
        self.subscriber.order(Order::Subscribe { id: self.id, kind, names, call });
        Ok(())
    }

    /// Ends the subscriptions to `names`; without names, all of this kind. The call is settled when the server has acknowledged
    /// those that nobody else has.
    pub fn unsubscribe(&self, kind: Kind, names: Option<Vec<Box<[u8]>>>, call: Call) {
        self.subscriber.order(Order::Unsubscribe { id: self.id, kind, names, call });
    }

    /// Says whether messages of `names` flow; without names, those of all of this kind.
    pub fn listen(&self, kind: Kind, names: Option<Vec<Box<[u8]>>>, flows: bool) {
        self.subscriber.order(Order::Listen { id: self.id, kind, names, flows });
    }

    /// Leaves: what waits is forgotten, what was subscribed to ends. `call` is settled when the server has acknowledged that, or
    /// at its deadline; it never fails.
    pub fn leave(&self, call: Option<Call>) {
        if self.left.swap(true, Ordering::AcqRel) {
            if let Some(call) = call {
                self.subscriber.settle(call);
            }
            return;
        }
        self.sink.close();
        self.subscriber.order(Order::Leave { id: self.id, call });
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave(None);
    }
}
