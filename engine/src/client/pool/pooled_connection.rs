//! One pooled connection: one socket for its whole life, in turn for different users. Owns what the pool must hear of it.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::Pool;
use crate::client::{ConnectionSet, ManagedConnection, ReconnectPolicy, ReplySinkFactory};
use crate::connection::driver::Shutdown;
use crate::connection::inline_read::read_handoff::ReadHandoff;
use crate::connection::queue::QueueLimits;
use crate::connection::request::{ConnectionEvent, Reply, ReplyCollector, ReplySink, Ticket};
use crate::error::Error;

/// The connection.
pub(super) struct PooledConnection {
    connection: Arc<ManagedConnection>,
    /// Those of the lease that has it.
    connections: Mutex<Weak<ConnectionSet>>,
    /// The number of the lease that has it; 0 for none.
    lease: AtomicU32,
    /// Why the connection was lost.
    lost: Mutex<Option<Error>>,
}

impl PooledConnection {
    /// A connection that is not made yet.
    pub(super) fn new(pool: &Arc<Pool>) -> Arc<Self> {
        Arc::new_cyclic(|member: &Weak<Self>| {
            let reply_sink = PooledReplySink {
                pool: Arc::downgrade(pool),
                member: member.clone(),
                mailbox: Arc::clone(&pool.mailbox),
            };
            // What a user did to his connection cannot be made again on another one: it is made once.
            let connection = ManagedConnection::new(
                QueueLimits::of(&pool.options).in_order(),
                pool.connector.another(),
                ReconnectPolicy::Never,
                Arc::new(reply_sink),
                pool.runtime.clone(),
            );
            Self {
                connection,
                connections: Mutex::default(),
                lease: AtomicU32::new(0),
                lost: Mutex::default(),
            }
        })
    }

    /// Its lane.
    pub(super) fn connection(&self) -> &Arc<ManagedConnection> {
        &self.connection
    }

    /// A lease has it, whose calls come by `lanes`.
    pub(super) fn belongs_to(&self, connections: &Arc<ConnectionSet>) {
        *self.connections.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(connections);
    }

    /// The lease that has it is called by this number; 0: none has it any more.
    pub(super) fn leased_as(&self, number: u32) {
        self.lease.store(number, Ordering::Release);
    }

    /// Why the connection was lost, if it was.
    pub(super) fn lost(&self) -> Option<Error> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The connection is lost. Returns the event for the lease that has it.
    fn lose(&self, error: &Error) -> Option<ConnectionEvent> {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.clone());
        match self.lease.load(Ordering::Acquire) {
            0 => None,
            number => Some(ConnectionEvent::LeaseLost(number, error.clone())),
        }
    }

    /// The lease that has it takes no more calls.
    pub(super) fn shut(&self) {
        let connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
        if let Some(connections) = connections {
            connections.close();
        }
    }

    /// Whether it is open and owes nobody a reply.
    pub(super) fn is_quiet(&self) -> bool {
        let queue = self.connection.queue();
        queue.is_online() && queue.bytes() == 0
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        drop(self.connection.close(Shutdown::Immediate));
    }
}

/// Hands a member's replies on to their callers, keeps its events from them, and notifies the pool of its end.
struct PooledReplySink {
    pool: Weak<Pool>,
    member: Weak<PooledConnection>,
    mailbox: Arc<dyn ReplySinkFactory>,
}

impl ReplySinkFactory for PooledReplySink {
    fn open(&self) -> Box<dyn ReplySink> {
        Box::new(PooledReplySinkFactory {
            pool: self.pool.clone(),
            member: self.member.clone(),
            deliver: self.mailbox.open(),
            ended: false,
        })
    }
}

struct PooledReplySinkFactory {
    pool: Weak<Pool>,
    member: Weak<PooledConnection>,
    deliver: Box<dyn ReplySink>,
    ended: bool,
}

impl ReplySink for PooledReplySinkFactory {
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>) {
        self.deliver.reply(ticket, reply);
    }

    fn error(&mut self, ticket: Ticket, error: &Error) {
        self.deliver.error(ticket, error);
    }

    fn batch(&mut self, ticket: Ticket, replies: Box<dyn ReplyCollector>, broken: Option<&Error>) {
        self.deliver.batch(ticket, replies, broken);
    }

    /// The owner of a connection may read from it directly, which is the shorter way.
    fn accepts_handoff(&self) -> bool {
        self.deliver.accepts_handoff()
    }

    fn hand_off(&mut self, handoff: Arc<ReadHandoff>) {
        self.deliver.hand_off(handoff);
    }

    /// A client's events are those of its shared connections: these here come and go.
    fn event(&mut self, event: ConnectionEvent) {
        self.ended |= matches!(event, ConnectionEvent::Close(_) | ConnectionEvent::End);
        if let ConnectionEvent::Invalidated(_, keys) = event {
            let lease = self.member.upgrade().map_or(0, |member| member.lease.load(Ordering::Acquire));
            return self.deliver.event(ConnectionEvent::Invalidated(lease, keys));
        }
        if let ConnectionEvent::Close(error) = &event
            && let Some(lost) = self.member.upgrade().and_then(|member| member.lose(error))
        {
            self.deliver.event(lost);
        }
    }

    fn flush(&mut self) {
        self.deliver.flush();
        if std::mem::take(&mut self.ended)
            && let (Some(pool), Some(member)) = (self.pool.upgrade(), self.member.upgrade())
        {
            pool.lost(&member);
        }
    }
}
