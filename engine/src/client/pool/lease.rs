//! A connection that one caller has for himself. Owns what he leaves behind on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use super::Pool;
use super::permit::Permit;
use super::pooled_connection::PooledConnection;
use crate::client::ConnectionSet;
use crate::command::SessionEffect;
use crate::connection::driver::Shutdown;
use crate::error::Error;

/// The lease. Dropped without [`Lease::release`], its connection is closed: nobody knows what was done to it.
pub struct Lease {
    pool: Arc<Pool>,
    connections: Arc<ConnectionSet>,
    held: Option<(Permit, Arc<PooledConnection>)>,
    trace: AtomicU8,
    watches: AtomicBool,
}

impl Lease {
    pub(super) fn new(pool: Arc<Pool>, permit: Permit, member: Arc<PooledConnection>) -> Self {
        member.connection().queue().allow_handoff(true);
        let connections = Arc::new(ConnectionSet::new([Arc::clone(member.connection())]));
        member.belongs_to(&connections);
        Self {
            pool,
            connections,
            held: Some((permit, member)),
            trace: AtomicU8::new(SessionEffect::Nothing as u8),
            watches: AtomicBool::new(false),
        }
    }

    /// Its pool.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// Its one lane.
    pub fn connections(&self) -> &Arc<ConnectionSet> {
        &self.connections
    }

    /// From now on the loss of its connection is an event of this number, which is not 0.
    pub fn call_itself(&self, number: u32) {
        if let Some((_, member)) = &self.held {
            member.leased_as(number);
        }
    }

    /// Why its connection was lost, if it was.
    pub fn lost(&self) -> Option<Error> {
        self.held.as_ref().and_then(|(_, member)| member.lost())
    }

    /// A command that leaves `trace` behind is sent.
    pub fn mark(&self, trace: SessionEffect) {
        self.trace.fetch_max(trace as u8, Ordering::AcqRel);
        if trace == SessionEffect::Transaction
            && let Some(connection) = self.connections.get(0)
        {
            connection.note_transaction(true);
        }
        if trace == SessionEffect::Watch {
            self.watches.store(true, Ordering::Release);
        }
    }

    /// A transaction is sent, which ends every watch. Answers whether there was one and it is lost with its connection, so that
    /// nobody knows whether the keys were changed.
    pub fn has_lost_watch(&self) -> bool {
        self.watches.swap(false, Ordering::AcqRel)
            && self.connections.get(0).is_some_and(|connection| connection.is_spent())
    }

    /// Gives the connection back. One with unanswered commands is closed when they are answered, and replaced; so is one whose
    /// state cannot be undone. Answers whether that was of use to anybody: not, where the pool is closed.
    pub fn release(mut self) -> bool {
        self.connections.close();
        let is_open = !self.pool.state().is_closed();
        if let Some((permit, member)) = self.held.take() {
            member.leased_as(0);
            self.give_back(permit, member);
        }
        is_open
    }

    fn give_back(&self, permit: Permit, member: Arc<PooledConnection>) {
        if !member.is_quiet() {
            return self.pool.retire(permit, member, Shutdown::Drain);
        }
        let trace = self.trace.load(Ordering::Acquire);
        if trace >= SessionEffect::State as u8 {
            return self.pool.retire(permit, member, Shutdown::Immediate);
        }
        if trace >= SessionEffect::Transaction as u8 {
            // Outside of a transaction this is an error that nobody sees; inside of one everything else would be queued.
            self.pool.tell(member.connection(), b"DISCARD");
            member.connection().note_transaction(false);
        }
        if trace >= SessionEffect::Watch as u8 {
            self.pool.tell(member.connection(), b"UNWATCH");
        }
        self.pool.rest(permit, member);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.connections.close();
        if let Some((permit, member)) = self.held.take() {
            member.leased_as(0);
            self.pool.retire(permit, member, Shutdown::Immediate);
        }
    }
}
