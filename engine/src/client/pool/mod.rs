//! The connections of a client beside its shared ones: leased, and held for other purposes. Owns their number
//! (`maxConnections`), the order in which they are given out, and what becomes of one that comes back.
//!
//! All that waits, connects or closes runs on the engine's thread; giving back a connection that is as good as new does
//! not wait for anything and may happen on any.

mod lease;
mod member;
mod permit;
mod roster;
mod upkeep;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout_at};

pub use self::lease::Lease;
use self::member::Member;
pub use self::permit::{Holder, Permit};
use self::roster::{Answer, Roster, Want};
use super::Mailbox;
use crate::error::{ConnectionFailure, Error};
use crate::net::backoff::Backoff;
use crate::net::connection::Wish;
use crate::net::establish::Connector;
use crate::net::options::Options;
use crate::net::request::Event;

/// Callers that may wait for a connection where the offline queue has no limit of its own to lend.
const MOST_WAITING: usize = 10_000;

/// The pool.
pub struct Pool {
    options: Arc<Options>,
    connector: Connector,
    mailbox: Arc<dyn Mailbox>,
    runtime: Handle,
    roster: Mutex<Roster>,
}

impl Pool {
    /// A pool without connections. The shared ones of `options` count as open from the start.
    pub fn new(
        options: Arc<Options>,
        connector: Connector,
        mailbox: Arc<dyn Mailbox>,
        runtime: Handle,
    ) -> Arc<Self> {
        let room = options.max_connections.saturating_sub(options.shared_connections.max(1)) as usize;
        let most_waiting = options.offline_queue.as_ref().map_or(MOST_WAITING, |queue| queue.max_commands);
        Arc::new_cyclic(|pool| Self {
            roster: Mutex::new(Roster::new(pool.clone(), room, most_waiting)),
            options,
            connector,
            mailbox,
            runtime,
        })
    }

    fn roster(&self) -> MutexGuard<'_, Roster> {
        self.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection for one caller alone. Waits for room and for the connection until `patience` (default:
    /// `acquireTimeout`) is over.
    pub async fn lease(self: Arc<Self>, patience: Option<Duration>) -> Result<Lease, Error> {
        let deadline = deadline(patience.or(self.options.acquire_timeout));
        let (permit, member) = self.connection(Holder::Lease, deadline).await?;
        Ok(Lease::new(self, permit, member))
    }

    /// The right to open one connection of the caller's own making. Waits for room until `acquireTimeout` is over.
    pub async fn permit(self: &Arc<Self>, holder: Holder) -> Result<Permit, Error> {
        let deadline = deadline(self.options.acquire_timeout);
        let (permit, member) = self.seat(Want::Place, holder, deadline).await?;
        if let Some(member) = member {
            close(member).await;
        }
        Ok(permit)
    }

    /// An open connection and the right to it.
    async fn connection(
        self: &Arc<Self>,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<(Permit, Arc<Member>), Error> {
        let (permit, member) = self.seat(Want::Connection, holder, deadline).await?;
        if let Some(member) = member {
            // What the system knows of the socket reaches its task before this one goes on: a connection that the server has
            // closed meanwhile is not given out.
            tokio::task::yield_now().await;
            if member.lane().queue().is_online() {
                return Ok((permit, member));
            }
            close(member).await;
        }
        let member = self.open(deadline).await?;
        self.roster().occupy(permit.number(), &member);
        Ok((permit, member))
    }

    async fn seat(
        &self,
        want: Want,
        holder: Holder,
        deadline: Option<Instant>,
    ) -> Result<(Permit, Option<Arc<Member>>), Error> {
        let answer = self.roster().ask(want, holder);
        let seat = match answer {
            Answer::Seat(seat) => seat,
            Answer::Closed => return Err(Error::closed()),
            Answer::NoRoom => return Err(self.no_room()),
            Answer::TooMany => {
                let max =
                    self.options.offline_queue.as_ref().map_or(MOST_WAITING, |queue| queue.max_commands);
                return Err(Error::queue_full("offlineQueue.maxCommands", max as u64));
            }
            Answer::Wait(receiver) => {
                let seat = match deadline {
                    None => receiver.await,
                    Some(deadline) => match timeout_at(deadline, receiver).await {
                        Ok(seat) => seat,
                        Err(_) => return Err(self.full()),
                    },
                };
                seat.map_err(|_| Error::closed())?
            }
        };
        seat.take().ok_or_else(|| Error::internal("an empty seat was given out"))
    }

    /// Connects, again and again until `deadline` where that may help.
    async fn open(self: &Arc<Self>, deadline: Option<Instant>) -> Result<Arc<Member>, Error> {
        let member = Member::new(self);
        let mut backoff = self.options.reconnect.as_ref().map(Backoff::new);
        loop {
            let connected = member.lane().connect();
            let connected = match deadline {
                None => connected.await,
                Some(deadline) => match timeout_at(deadline, connected).await {
                    Ok(connected) => connected,
                    Err(_) => return Err(not_connected()),
                },
            };
            let error = match connected {
                Ok(Ok(())) => return Ok(member),
                Ok(Err(error)) => error,
                Err(_) => Error::closed(),
            };
            let pause = backoff.as_mut().filter(|_| !error.is_lasting()).and_then(Backoff::next_delay);
            match pause {
                Some(pause) if deadline.is_none_or(|deadline| Instant::now() + pause < deadline) => {
                    sleep(pause).await;
                }
                _ => return Err(error.executed(false)),
            }
        }
    }

    fn full(&self) -> Error {
        let holders = self.roster().describe();
        let shared = self.options.shared_connections;
        Error::pool_timeout(format!(
            "no connection became free within acquireTimeout; maxConnections ({}) are: {shared} shared, {holders}",
            self.options.max_connections
        ))
    }

    fn no_room(&self) -> Error {
        let (max, shared) = (self.options.max_connections, self.options.shared_connections);
        Error::pool_timeout(format!(
            "maxConnections ({max}) leaves no connection beside the shared ones (sharedConnections: {shared})"
        ))
    }

    /// A permit is given back.
    fn vacate(&self, number: u64) {
        let empty = self.roster().vacate(number);
        if empty {
            self.tell_of_the_end();
        }
    }

    /// Whoever waits for the last connection to end learns of it.
    fn tell_of_the_end(&self) {
        let mut deliver = self.mailbox.open();
        deliver.event(Event::Vacated);
        deliver.flush();
    }

    /// A connection that is as good as new comes back.
    fn rest(self: &Arc<Self>, permit: Permit, member: Arc<Member>) {
        let number = permit.into_number();
        let refused = self.roster().rest(number, member);
        match refused {
            None => self.tend(),
            Some(member) => {
                self.retire(Permit::new(Arc::downgrade(self), number), member, Wish::Destroy);
            }
        }
    }

    /// A connection that nobody may use again comes back: its permit follows when it is closed.
    fn retire(&self, permit: Permit, member: Arc<Member>, wish: Wish) {
        let closed = member.lane().close(wish);
        self.runtime.spawn(async move {
            drop(closed.await);
            drop(member);
            drop(permit);
        });
    }

    /// A connection has ended by itself. Called by its own task, which must be through with it before it is dropped.
    fn lost(&self, member: &Member) {
        let lost = self.roster().lose(member);
        if let Some((permit, member)) = lost {
            self.runtime.spawn(async move {
                close(member).await;
                drop(permit);
            });
        }
    }

    /// Connections open, being opened or being closed, those that rest included.
    pub fn open_connections(&self) -> usize {
        self.roster().open()
    }

    /// Closes every connection: after its work with [`Wish::Drain`], at once with [`Wish::Destroy`]. Nothing is given out any
    /// more, and whoever waits is told so.
    pub fn close(&self, wish: Wish) -> impl Future<Output = ()> + Send + use<> {
        let (resting, out) = self.roster().close();
        let resting: Vec<_> = resting
            .into_iter()
            .map(|(permit, member)| (member.lane().close(Wish::Destroy), permit, member))
            .collect();
        let out: Vec<_> = out.into_iter().map(|member| (member.lane().close(wish), member)).collect();
        async move {
            for (closed, permit, member) in resting {
                // A lane that is gone is closed.
                drop(closed.await);
                drop(member);
                drop(permit);
            }
            for (closed, member) in out {
                drop(closed.await);
                drop(member);
            }
        }
    }
}

/// When somebody who asks now has waited long enough.
fn deadline(patience: Option<Duration>) -> Option<Instant> {
    patience.and_then(|patience| Instant::now().checked_add(patience))
}

fn not_connected() -> Error {
    let failure = ConnectionFailure::ConnectTimeout;
    Error::connection(failure, "no connection was made within acquireTimeout").executed(false)
}

/// Closes a connection that nobody uses.
async fn close(member: Arc<Member>) {
    drop(member.lane().close(Wish::Destroy).await);
}
