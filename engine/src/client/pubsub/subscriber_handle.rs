//! A subscriber's place at the connection: what it orders, from any thread.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::calls::SubscriberCall;
use super::kind::SubscriptionKind;
use super::manager::SubscriptionManager;
use super::registry::RequestedInterest;
use super::sink::MessageSink;
use super::state::SubscriberCommand;
use crate::error::Error;

/// The place. Dropping it leaves.
pub struct SubscriberHandle {
    id: u32,
    sink: Arc<MessageSink>,
    subscriber: Arc<SubscriptionManager>,
    left: AtomicBool,
}

impl fmt::Debug for SubscriberHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SubscriberHandle").field("id", &self.id).finish_non_exhaustive()
    }
}

impl SubscriberHandle {
    pub(super) fn new(id: u32, sink: Arc<MessageSink>, subscriber: Arc<SubscriptionManager>) -> Self {
        Self { id, sink, subscriber, left: AtomicBool::new(false) }
    }

    /// Where its messages wait.
    pub fn sink(&self) -> &Arc<MessageSink> {
        &self.sink
    }

    /// Subscribes to `names`, or changes whether those that it has flow. The call is settled when the server has acknowledged
    /// each. Fails where too many calls wait for a connection.
    pub fn subscribe(
        &self,
        kind: SubscriptionKind,
        names: Vec<RequestedInterest>,
        call: SubscriberCall,
    ) -> Result<(), Error> {
        self.subscriber.admit()?;
        self.subscriber.command(SubscriberCommand::Subscribe { id: self.id, kind, names, call });
        Ok(())
    }

    /// Ends the subscriptions to `names`; without names, all of this kind. The call is settled when the server has acknowledged
    /// those that nobody else has.
    pub fn unsubscribe(&self, kind: SubscriptionKind, names: Option<Vec<Box<[u8]>>>, call: SubscriberCall) {
        self.subscriber.command(SubscriberCommand::Unsubscribe { id: self.id, kind, names, call });
    }

    /// Says whether messages of `names` flow; without names, those of all of this kind.
    pub fn listen(&self, kind: SubscriptionKind, names: Option<Vec<Box<[u8]>>>, is_push: bool) {
        self.subscriber.command(SubscriberCommand::Listen { id: self.id, kind, names, is_push });
    }

    /// Leaves: what waits is forgotten, what was subscribed to ends. `call` is settled when the server has acknowledged that, or
    /// at its deadline; it never fails.
    pub fn leave(&self, call: Option<SubscriberCall>) {
        if self.left.swap(true, Ordering::AcqRel) {
            if let Some(call) = call {
                self.subscriber.settle(call);
            }
            return;
        }
        self.sink.close();
        self.subscriber.command(SubscriberCommand::Leave { id: self.id, call });
    }
}

impl Drop for SubscriberHandle {
    fn drop(&mut self) {
        self.leave(None);
    }
}
