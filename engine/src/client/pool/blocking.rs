//! Commands that the server may keep waiting: each has a connection for itself while it waits, without its caller's doing.
//!
//! The connection comes from the pool and goes back when the command has its reply. A command that is to end early (its
//! deadline passes, its caller gives up, the client closes) is ended in the server, and its outcome is read ([`Wait`]). Where
//! the server does not allow that, the connection is closed, which ends the wait there as well, and replaced.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};

use super::Pool;
use super::acquire::deadline;
use super::blocking_state::{BlockingState, Cause};
use super::blocking_wait::{Until, Wait, Waited};
use super::permit::{Holder, Permit};
use super::pooled_connection::PooledConnection;
use super::stream_tail::{PendingTail, resolve};
use crate::command::ServerTimeout;
use crate::config::Reconnect;
use crate::connection::backoff::Backoff;
use crate::connection::driver::Shutdown;
use crate::connection::rejection::{MOST_REFUSALS, is_postponement, pauses};
use crate::connection::request::{ConnectionEvent, Millis, NEVER, Request, instant, now, replays};
use crate::error::{ConnectionFailure, Error, ErrorKind, TimeoutPhase};

/// One such command.
pub struct BlockingCall {
    /// Its name, for those who wait behind it.
    pub name: Cow<'static, str>,
    /// The encoded command.
    pub bytes: Vec<u8>,
    /// Who asks. Of its deadline and timeout, only those that the caller gave for this call count.
    pub request: Request,
    /// How long its caller waits.
    pub wait_limit: WaitLimit,
    /// Ids in it that are still to come.
    pub tails: Vec<PendingTail>,
}

/// How long a caller waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitLimit {
    /// As the request says, from the call on.
    Given,
    /// As long as the server may take from the moment it is asked, and this much longer. 0: without an end.
    Server {
        /// What the command's own arguments say.
        timeout: ServerTimeout,
        /// The grace, in milliseconds.
        grace: u32,
    },
}

impl WaitLimit {
    /// The timeout in milliseconds, 0 for none. `given` is the caller's own, where he gave one.
    pub fn timeout(self, given: u32) -> u32 {
        match self {
            Self::Given => given,
            Self::Server { grace: 0, .. } | Self::Server { timeout: ServerTimeout::Never, .. } => 0,
            Self::Server { timeout: ServerTimeout::None, grace } => grace,
            Self::Server { timeout: ServerTimeout::After(longest), grace } => {
                grace.saturating_add(u32::try_from(longest.as_millis()).unwrap_or(u32::MAX))
            }
        }
    }

    /// When a call with this `request`, sent now, ends at the latest.
    pub(super) fn until(self, request: &Request) -> Until {
        let timeout = self.timeout(request.timeout);
        let deadline = match self {
            Self::Given => request.deadline,
            Self::Server { .. } if timeout == 0 => NEVER,
            Self::Server { .. } => now() + u64::from(timeout),
        };
        Until { deadline, timeout, is_own: self == Self::Given }
    }
}

/// A server that cannot run a command now: how long it is asked again, and how often.
struct RetrySchedule {
    until: Millis,
    pauses: Backoff,
}

impl RetrySchedule {
    fn new(call: &BlockingCall) -> Self {
        let until = match call.wait_limit {
            WaitLimit::Given => call.request.deadline,
            WaitLimit::Server { grace: 0, .. } => NEVER,
            WaitLimit::Server { grace, .. } => now() + u64::from(grace),
        };
        Self { until, pauses: pauses() }
    }

    /// Waits until the next attempt. Fails with the server's `error` when there is none.
    async fn rest(&mut self, error: Error) -> Result<(), Error> {
        let pause = self.pauses.next_delay().filter(|_| self.pauses.attempts() <= MOST_REFUSALS);
        let Some(pause) = pause else { return Err(error) };
        let next = Instant::now() + pause;
        match instant(self.until).map(Instant::from_std).filter(|until| *until <= next) {
            None => sleep_until(next).await,
            Some(until) => {
                sleep_until(until).await;
                return Err(error);
            }
        }
        Ok(())
    }
}

/// A command and its attempts.
struct Course {
    call: BlockingCall,
    /// Attempts left for a command that no server has run, whatever it does.
    unsent: u8,
    /// The pauses after a server that refused it; none where no other attempt follows.
    pauses: Option<Backoff>,
    postponed: Option<RetrySchedule>,
    /// Whether an attempt that was lost may have been run.
    maybe_executed: bool,
}

impl Course {
    fn new(call: BlockingCall, reconnect: Option<&Reconnect>) -> Self {
        let pauses = reconnect.map(Backoff::new);
        Self { call, unsent: replays(true), pauses, postponed: None, maybe_executed: false }
    }

    /// What the caller is told when the command ends between two attempts.
    fn called_off(&self) -> Error {
        Error::closed().executed(self.maybe_executed)
    }

    /// The attempt ended with `error`. Returns when the next one may begin; fails where there is none.
    async fn after(&mut self, error: Error) -> Result<(), Error> {
        self.maybe_executed |= error.maybe_executed() != Some(false);
        if is_postponement(&error) {
            let Self { postponed, call, .. } = self;
            return postponed.get_or_insert_with(|| RetrySchedule::new(call)).rest(error).await;
        }
        let lost = matches!(error.kind(), ErrorKind::Connection(ConnectionFailure::Lost));
        let refused = matches!(error.kind(), ErrorKind::Reply(_));
        let left = match error.maybe_executed() {
            Some(false) => &mut self.unsent,
            _ => &mut self.call.request.replays,
        };
        let Some(pauses) = self.pauses.as_mut().filter(|_| (lost || refused) && *left > 0) else {
            return Err(error);
        };
        *left -= 1;
        if refused && let Some(pause) = pauses.next_delay() {
            sleep(pause).await;
        }
        Ok(())
    }
}

/// Counts a command among those that a pool works for, with its bytes.
pub(super) struct PendingGuard {
    pool: Arc<Pool>,
    bytes: u64,
}

impl PendingGuard {
    pub(super) fn new(pool: &Arc<Pool>, bytes: usize) -> Self {
        pool.pending.fetch_add(1, Ordering::AcqRel);
        pool.pending_bytes.fetch_add(bytes as u64, Ordering::AcqRel);
        Self { pool: Arc::clone(pool), bytes: bytes as u64 }
    }
}

impl Drop for PendingGuard {
    fn drop(&mut self) {
        self.pool.pending_bytes.fetch_sub(self.bytes, Ordering::AcqRel);
        if self.pool.pending.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.pool.settled.notify_waiters();
            self.pool.tell_if_vacated();
        }
    }
}

/// A connection while it works for one command. Dropped early, it is closed.
struct BusyConnection<'a> {
    pool: &'a Arc<Pool>,
    held: Option<(Permit, Arc<PooledConnection>)>,
}

impl BusyConnection<'_> {
    fn member(&self) -> Option<&Arc<PooledConnection>> {
        self.held.as_ref().map(|(_, member)| member)
    }

    /// The command is over: the connection goes back.
    fn give_back(mut self) {
        let Some((permit, member)) = self.held.take() else { return };
        member.connection().queue().pass();
        if member.is_quiet() {
            self.pool.rest(permit, member);
        } else {
            self.pool.retire(permit, member, Shutdown::Immediate);
        }
    }
}

impl Drop for BusyConnection<'_> {
    fn drop(&mut self) {
        if let Some((permit, member)) = self.held.take() {
            self.pool.retire(permit, member, Shutdown::Immediate);
        }
    }
}

impl Pool {
    /// Runs a command on a connection of its own. Its caller is answered through the mailbox.
    pub fn block(self: &Arc<Self>, call: BlockingCall) -> Result<(), Error> {
        let limit = self.options.limits.max_in_flight_bytes as u64;
        let bytes = self.pending_bytes.load(Ordering::Acquire) + call.bytes.len() as u64;
        if bytes > limit {
            return Err(Error::queue_full("limits.maxInFlightBytes", limit));
        }
        let pending = PendingGuard::new(self, call.bytes.len());
        let (blocking_state, order) = BlockingState::new();
        let slot = call.slot();
        self.calls().insert(slot, Arc::clone(&blocking_state));
        let (pool, request) = (Arc::clone(self), call.request);
        let (working, own) = (Arc::clone(self), Arc::clone(&blocking_state));
        let work = async move { working.run(call, &own, order).await };
        self.runtime.spawn(async move {
            let work = pool.runtime.spawn(work);
            // Without the panic's text, which may quote what was being worked on; the panic hook has printed it.
            let panicked = |_| Err(Error::internal("the task of a blocking command panicked"));
            let ended = work.await.unwrap_or_else(panicked);
            pool.forget(slot, &blocking_state);
            if let Err(error) = ended
                // His slot is another's as soon as he has taken the command back.
                && blocking_state.commit()
            {
                pool.reject(&request, &error);
            }
            drop(pending);
        });
        Ok(())
    }

    /// Takes the blocking command of the caller in `slot` back, if no server was asked yet. Answers whether it did: then none
    /// will be, and nobody is told anything.
    pub fn withdraw(&self, slot: u32) -> bool {
        let call = self.calls().get(&slot).cloned();
        call.is_some_and(|call| call.withdraw())
    }

    /// The caller in `slot` gives up a call that may have been sent. The call ends with its outcome if there is one, otherwise
    /// with an error. Returns false where the call is over, or about to end already.
    pub fn give_up(&self, slot: u32) -> bool {
        let call = self.calls().get(&slot).cloned();
        call.is_some_and(|call| call.end(Cause::GivenUp))
    }

    /// The call that had this slot is over. The slot may have a new one already.
    pub(super) fn forget(&self, slot: u32, blocking_state: &Arc<BlockingState>) {
        let mut calls = self.calls();
        if calls.get(&slot).is_some_and(|known| Arc::ptr_eq(known, blocking_state)) {
            calls.remove(&slot);
        }
    }

    pub(super) fn reject(&self, request: &Request, error: &Error) {
        if let Some(ticket) = request.recipient.waiting() {
            let mut deliver = self.mailbox.open();
            deliver.error(ticket, error);
            deliver.flush();
        }
    }

    async fn run(
        self: &Arc<Self>,
        call: BlockingCall,
        blocking_state: &BlockingState,
        mut order: oneshot::Receiver<Cause>,
    ) -> Result<(), Error> {
        let mut course = Course::new(call, self.options.reconnect.as_ref());
        self.blocks.store(true, Ordering::Release);
        tokio::select! {
            biased;
            Ok(_) = &mut order => return Err(course.called_off()),
            resolved = course.call.resolve() => resolved?,
        }
        loop {
            let (permit, member) = tokio::select! {
                biased;
                Ok(_) = &mut order => return Err(course.called_off()),
                connected = self.wait_for_connection(&course.call) => connected?,
            };
            self.watch();
            let occupied = BusyConnection { pool: self, held: Some((permit, member)) };
            let Waited { result, is_final, .. } =
                self.attempt(&course.call, blocking_state, occupied, &mut order).await;
            let Err(error) = result else { return Ok(()) };
            if is_final {
                return Err(error);
            }
            tokio::select! {
                biased;
                Ok(_) = &mut order => return Err(course.called_off()),
                next = course.after(error) => next?,
            }
        }
    }

    /// Waits in line for a connection: as long as any caller does, and no longer than this one. A call without a deadline has none
    /// here either.
    async fn wait_for_connection(
        self: &Arc<Self>,
        call: &BlockingCall,
    ) -> Result<(Permit, Arc<PooledConnection>), Error> {
        let in_line = if call.is_endless() { None } else { deadline(self.options.acquire_timeout) };
        let own = instant(call.deadline_given()).map(Instant::from_std);
        let earliest = [in_line, own].into_iter().flatten().min();
        let connection = self.connection(Holder::Blocking(call.name.clone()), earliest).await;
        connection.map_err(|error| {
            let waited = matches!(error.kind(), ErrorKind::PoolTimeout | ErrorKind::Connection(_));
            if waited && now() >= call.deadline_given() {
                let cause = Some(error).filter(|error| matches!(error.kind(), ErrorKind::Connection(_)));
                return call.overdue().caused_by(cause);
            }
            error
        })
    }

    /// Sends the command and waits for its end.
    async fn attempt(
        &self,
        call: &BlockingCall,
        blocking_state: &BlockingState,
        occupied: BusyConnection<'_>,
        order: &mut oneshot::Receiver<Cause>,
    ) -> Waited {
        let failed = |error| Waited { result: Err(error), is_free: true, is_final: true };
        if !blocking_state.commit() {
            occupied.give_back();
            return failed(Error::closed());
        }
        let Some(member) = occupied.member() else {
            return failed(Error::internal("a blocking command has lost its connection"));
        };
        let until = call.wait_limit.until(&call.request);
        if until.deadline <= now() {
            occupied.give_back();
            return failed(call.overdue());
        }
        let (id, ended) = member.connection().queue().track_call();
        // The wait keeps the time.
        let request = Request { deadline: NEVER, timeout: 0, track: Some(id), ..call.request };
        member.connection().forward(&mut call.bytes.clone(), request);
        let wait = Wait { connection: member.connection(), id, ended, slot: call.slot(), until };
        let waited = wait.end(self, order).await;
        if waited.is_free {
            occupied.give_back();
        }
        waited
    }

    /// Whoever keeps the process alive for the pool's sake may learn that nothing is left of it.
    pub(super) fn tell_if_vacated(&self) {
        if !self.is_active() {
            let mut deliver = self.mailbox.open();
            deliver.event(ConnectionEvent::Vacated);
            deliver.flush();
        }
    }
}

impl BlockingCall {
    /// Puts in what was asked for at the time of the call. What is not known now would mean something else later, so that such a
    /// command is not sent again.
    async fn resolve(&mut self) -> Result<(), Error> {
        let deadline = instant(self.deadline_given()).map(Instant::from_std);
        let resolved = resolve(&mut self.bytes, &mut self.tails);
        let is_complete = match deadline {
            None => resolved.await?,
            Some(deadline) => timeout_at(deadline, resolved).await.unwrap_or_else(|_| {
                let timeout = Duration::from_millis(u64::from(self.request.timeout));
                Err(Error::timeout(TimeoutPhase::Queue, timeout).executed(false))
            })?,
        };
        self.request.length = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        if !is_complete {
            self.request.replays = 0;
        }
        Ok(())
    }

    fn slot(&self) -> u32 {
        self.request.recipient.waiting().map_or(u32::MAX, |ticket| ticket.slot)
    }

    /// The caller has waited long enough, and no server was asked.
    fn overdue(&self) -> Error {
        let timeout = Duration::from_millis(u64::from(self.request.timeout));
        Error::timeout(TimeoutPhase::Queue, timeout).executed(false)
    }

    /// Whether the caller wants to wait for a connection as long as it takes: `commandTimeout` is 0, or the call's own timeout.
    fn is_endless(&self) -> bool {
        match self.wait_limit {
            WaitLimit::Given => self.request.deadline == NEVER,
            WaitLimit::Server { grace, .. } => grace == 0,
        }
    }

    /// When the caller stops waiting, if he said so himself.
    fn deadline_given(&self) -> Millis {
        match self.wait_limit {
            WaitLimit::Given => self.request.deadline,
            WaitLimit::Server { .. } => NEVER,
        }
    }
}
