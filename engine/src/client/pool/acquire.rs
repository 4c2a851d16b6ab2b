//! Getting a connection: in line for its permit, then one that rests or a new one.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::permit::{Holder, Permit};
use super::pooled_connection::PooledConnection;
use super::state::{AcquireRequest, AcquireResult};
use super::{Pool, close};
use crate::connection::backoff::Backoff;
use crate::error::{ConnectionFailure, Error, ErrorKind};

/// Turns of the engine's thread that a connection's task gets to take back what it has lent: it needs one or two.
const PATIENCE_FOR_LOANS: u32 = 16;

impl Pool {
    /// An open connection and the right to it.
    pub(super) async fn connection(
        self: &Arc<Self>,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<(Permit, Arc<PooledConnection>), Error> {
        let (permit, member) = self.grant(AcquireRequest::Connection, holder, deadline).await?;
        if let Some(member) = member {
            // What the system knows of the socket reaches its task before this one goes on: a connection that the server has
            // closed meanwhile is not given out.
            tokio::task::yield_now().await;
            // And a reading side that was lent to its last user comes back.
            for _ in 0..PATIENCE_FOR_LOANS {
                if member.connection().queue().is_handed_off() {
                    tokio::task::yield_now().await;
                }
            }
            let queue = member.connection().queue();
            if queue.is_online() && !queue.is_handed_off() {
                return Ok((permit, member));
            }
            close(member).await;
        }
        let member = self.connection_for(&permit, deadline).await?;
        Ok((permit, member))
    }

    /// A new connection.
    pub(super) async fn connection_for(
        self: &Arc<Self>,
        permit: &Permit,
        deadline: Option<Instant>,
    ) -> Result<Arc<PooledConnection>, Error> {
        let member = PooledConnection::new(self);
        // From here on closing the pool closes the connection, and with it the attempt.
        if !self.state().occupy(permit.number(), &member) {
            return Err(Error::closed().executed(false));
        }
        self.connect(&member, deadline).await?;
        member.connection().queue().allow_handoff(false);
        Ok(member)
    }

    pub(super) async fn grant(
        &self,
        request: AcquireRequest,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<(Permit, Option<Arc<PooledConnection>>), Error> {
        let answer = self.state().request(request, holder);
        let grant = match answer {
            AcquireResult::Seat(grant) => grant,
            AcquireResult::Closed => return Err(Error::closed().executed(false)),
            AcquireResult::NoRoom => return Err(self.no_room(request)),
            AcquireResult::TooMany(most) => {
                return Err(Error::queue_full("offlineQueue.maxCommands", most as u64));
            }
            AcquireResult::Wait(receiver) => {
                let grant = match deadline {
                    None => receiver.await,
                    Some(deadline) => match timeout_at(deadline, receiver).await {
                        Ok(grant) => grant,
                        Err(_) => return Err(self.full()),
                    },
                };
                grant.map_err(|_| Error::closed().executed(false))?
            }
        };
        grant.take().ok_or_else(|| Error::internal("an empty seat was given out"))
    }

    /// Connects, again and again until `deadline` where that may help.
    async fn connect(&self, member: &PooledConnection, deadline: Option<Instant>) -> Result<(), Error> {
        let mut backoff = self.options.reconnect.as_ref().map(Backoff::new);
        let mut cause = None;
        loop {
            let connected = member.connection().connect();
            let connected = match deadline {
                None => connected.await,
                Some(deadline) => {
                    let Ok(connected) = timeout_at(deadline, connected).await else {
                        let unknown = || not_connected().caused_by(member.connection().trouble());
                        return Err(cause.unwrap_or_else(unknown).executed(false));
                    };
                    connected
                }
            };
            let error = match connected {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => Error::closed(),
            };
            let over = error.is_lasting() || *error.kind() == ErrorKind::Closed;
            let pause = backoff.as_mut().filter(|_| !over).and_then(Backoff::next_delay);
            match pause {
                Some(pause) if deadline.is_none_or(|deadline| Instant::now() + pause < deadline) => {
                    cause = Some(error);
                    sleep(pause).await;
                }
                _ => return Err(error.executed(false)),
            }
        }
    }

    fn full(&self) -> Error {
        let state = self.state();
        let (holders, blocking) = (state.describe(), state.blocking());
        drop(state);
        let shared = self.options.shared_connections;
        let advice = if blocking > 0 {
            "each blocking call keeps a connection while it waits in the server: raise maxConnections beyond the calls that wait at once"
        } else {
            "raise maxConnections, or give leases and subscribers up sooner"
        };
        Error::pool_timeout(format!(
            "no connection became free within acquireTimeout, or the call's own timeout; maxConnections ({}) are: {shared} shared, {holders}; {advice}",
            self.options.max_connections
        ))
    }

    fn no_room(&self, request: AcquireRequest) -> Error {
        match request {
            AcquireRequest::Connection if self.options.single_connection => Error::pool_timeout(
                "singleConnection leaves no connection to lease; the client's own takes every command",
            ),
            AcquireRequest::Place if self.options.single_connection => Error::pool_timeout(
                "singleConnection leaves no connection for subscriptions; make another client for them",
            ),
            AcquireRequest::Connection | AcquireRequest::Place => {
                let (max, shared) = (self.options.max_connections, self.options.shared_connections);
                Error::pool_timeout(format!(
                    "maxConnections ({max}) leaves no connection beside the shared ones (sharedConnections: {shared})"
                ))
            }
        }
    }
}

/// When somebody who asks now has waited long enough.
pub(super) fn deadline(wait_limit: Option<Duration>) -> Option<Instant> {
    wait_limit.and_then(|wait_limit| Instant::now().checked_add(wait_limit))
}

fn not_connected() -> Error {
    let failure = ConnectionFailure::ConnectTimeout;
    Error::connection(failure, "no connection was made within acquireTimeout")
}
