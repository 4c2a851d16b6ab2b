//! The commands of one shared connection, from submission to reply. Owns what the JavaScript thread and the engine's thread
//! both touch; holds a lock only for a push, a swap or one write to the socket.
//!
//! Lock order: `outgoing`, `submitted`, `units`. A command enters `submitted` before its bytes can reach the socket, so that a reply
//! always finds it.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::halves::DirectWriter;
use super::log::Log;
use super::loneliness::{Loneliness, Move};
use super::options::Options;
use super::request::{Millis, NEVER, Recipient, Request, now};
use super::unit::{Outcome, Unit, UnitId, Units};
use crate::error::{Error, Phase};

/// Slices handed to the socket in one write.
const MAX_SLICES: usize = 16;

/// What a queue admits. Each limit is an option's name.
#[derive(Clone, Copy, Debug)]
pub struct QueueLimits {
    /// `offlineQueue.maxCommands`; `None`: nothing waits for a connection.
    pub offline_commands: Option<usize>,
    /// `offlineQueue.maxBytes`.
    pub offline_bytes: u64,
    /// `limits.maxInFlightBytes`.
    pub in_flight_bytes: u64,
}

impl QueueLimits {
    /// As the options say.
    pub fn of(options: &Options) -> Self {
        let offline = options.offline_queue.as_ref();
        Self {
            offline_commands: offline.map(|queue| queue.max_commands),
            offline_bytes: offline.map_or(0, |queue| queue.max_bytes as u64),
            // A request counts its bytes in 32 bits.
            in_flight_bytes: (options.limits.max_in_flight_bytes as u64).min(u64::from(u32::MAX)),
        }
    }
}

/// What of the unanswered commands outlives their connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// Nothing: there will be no other connection.
    Nothing,
    /// Commands of which the peer has not seen a byte: it broke the protocol, so that anything else may be the cause.
    Unseen,
    /// Commands that are not wholly written, and those that may be sent twice.
    Unanswered,
}

/// Outgoing bytes and the socket that takes them.
#[derive(Debug, Default)]
pub struct Outgoing {
    /// The stream.
    pub log: Log,
    socket: Option<Arc<DirectWriter>>,
    /// The socket, while nothing more is written to it.
    held: Option<Arc<DirectWriter>>,
    loneliness: Loneliness,
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    limits: QueueLimits,
    outgoing: Mutex<Outgoing>,
    submitted: Mutex<VecDeque<Request>>,
    units: Mutex<Units>,
    /// Commands of adopted batches that are not submitted, beyond one for each.
    further: AtomicUsize,
    online: AtomicBool,
    backlog: AtomicBool,
    /// Commands that wait for a connection.
    waiting: AtomicUsize,
    end: AtomicU64,
    answered: AtomicU64,
    earliest: AtomicU64,
    armed: AtomicU64,
    /// The connection's task is to lend its reading side.
    wants_loan: AtomicBool,
    /// The connection's task is to take it back.
    wants_return: AtomicBool,
    /// Wakes the connection's task.
    pub wake: Notify,
}

impl Queue {
    /// An empty queue without a connection.
    pub fn new(limits: QueueLimits) -> Self {
        Self {
            limits,
            outgoing: Mutex::default(),
            submitted: Mutex::default(),
            units: Mutex::default(),
            further: AtomicUsize::new(0),
            online: AtomicBool::new(false),
            backlog: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            end: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            earliest: AtomicU64::new(NEVER),
            armed: AtomicU64::new(NEVER),
            wants_loan: AtomicBool::new(false),
            wants_return: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }

    /// Locks the outgoing stream.
    pub fn outgoing(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn submitted(&self) -> MutexGuard<'_, VecDeque<Request>> {
        self.submitted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks the batches; taken last, and for no longer than a look-up.
    pub(super) fn units(&self) -> MutexGuard<'_, Units> {
        self.units.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes charge of a batch that is to be submitted next.
    pub fn adopt(&self, unit: Unit) -> UnitId {
        self.further.fetch_add(unit.commands() - 1, Ordering::AcqRel);
        self.units().add(unit)
    }

    /// Whether one more command may be staged on top of `commands` commands of `bytes` bytes.
    pub fn admit(&self, commands: usize, bytes: usize) -> Result<(), Error> {
        let unanswered = self.bytes() + bytes as u64;
        if unanswered > self.limits.in_flight_bytes {
            return Err(Error::queue_full("limits.maxInFlightBytes", self.limits.in_flight_bytes));
        }
        if self.is_online() {
            return Ok(());
        }
        let Some(max) = self.limits.offline_commands else {
            return Err(Error::offline());
        };
        if self.waiting.load(Ordering::Acquire) + commands >= max {
            return Err(Error::queue_full("offlineQueue.maxCommands", max as u64));
        }
        if unanswered > self.limits.offline_bytes {
            return Err(Error::queue_full("offlineQueue.maxBytes", self.limits.offline_bytes));
        }
        Ok(())
    }

    /// Whether a connection takes submissions.
    pub fn is_online(&self) -> bool {
        self.online.load(Ordering::Acquire)
    }

    /// Stream offset after the last submitted byte.
    pub fn end(&self) -> u64 {
        self.end.load(Ordering::Acquire)
    }

    /// Bytes submitted and not yet answered.
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Acquire).saturating_sub(self.answered.load(Ordering::Acquire))
    }

    /// Takes over `bytes`, which hold exactly `requests` in order, and writes what the socket takes at once.
    pub fn submit(&self, bytes: &mut Vec<u8>, requests: &mut Vec<Request>) {
        let mut outgoing = self.outgoing();
        outgoing.log.release(self.answered.load(Ordering::Acquire));
        let idle = !outgoing.log.has_backlog();
        let unanswered = self.bytes();
        let mut end = outgoing.log.end();
        let mut earliest = NEVER;
        for request in requests.iter_mut() {
            end += u64::from(request.length);
            request.end = end;
            earliest = earliest.min(request.deadline);
        }
        let mut count = requests.len();
        if self.further.load(Ordering::Relaxed) > 0 {
            count += self.further.swap(0, Ordering::AcqRel);
        }
        {
            let mut submitted = self.submitted();
            submitted.extend(requests.drain(..));
            self.earliest.fetch_min(earliest, Ordering::AcqRel);
        }
        outgoing.log.append(bytes);
        self.end.store(end, Ordering::Release);
        let mut wake = earliest < self.armed.load(Ordering::Acquire);
        if outgoing.socket.is_none() {
            self.waiting.fetch_add(count, Ordering::AcqRel);
        } else {
            if idle {
                outgoing.write();
            }
            match outgoing.loneliness.note(count, unanswered) {
                None => {}
                Some(Move::Lend) => {
                    self.wants_loan.store(true, Ordering::Release);
                    wake = true;
                }
                Some(Move::Return) => {
                    self.wants_return.store(true, Ordering::Release);
                    wake = true;
                }
            }
            if outgoing.log.has_backlog() && !self.backlog.swap(true, Ordering::AcqRel) {
                wake = true;
            }
        }
        drop(outgoing);
        if wake {
            self.wake.notify_one();
        }
    }

    /// The socket is ready for user commands: from now on submissions are written directly where `socket` allows it. `lends`:
    /// the submitting thread can read from it.
    pub fn attach(&self, socket: Arc<DirectWriter>, lends: bool) {
        let mut outgoing = self.outgoing();
        outgoing.loneliness = Loneliness::new(lends);
        outgoing.socket = Some(socket);
        self.waiting.store(0, Ordering::Release);
        self.online.store(true, Ordering::Release);
        self.backlog.store(outgoing.log.has_backlog(), Ordering::Release);
    }

    /// Hands the socket from one writer to another, while nobody writes; `lent` says whether the submitting thread reads from it
    /// from now on. Does nothing without a socket.
    pub(super) fn exchange_socket<E>(
        &self,
        lent: bool,
        exchange: impl FnOnce(Arc<DirectWriter>) -> Result<Arc<DirectWriter>, E>,
    ) -> Result<(), E> {
        let mut outgoing = self.outgoing();
        let held = outgoing.held.is_some();
        if let Some(socket) = outgoing.socket.take().or_else(|| outgoing.held.take()) {
            let socket = Some(exchange(socket)?);
            if held {
                outgoing.held = socket;
            } else {
                outgoing.socket = socket;
            }
            outgoing.loneliness.moved(lent);
            self.wants_loan.store(false, Ordering::Release);
            self.wants_return.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Whether the connection's task is to lend its reading side to the submitting thread. Once it was asked, it is asked again
    /// only after further submissions.
    pub(super) fn wants_loan(&self) -> bool {
        self.wants_loan.swap(false, Ordering::AcqRel)
    }

    /// Whether the connection's task is to take its reading side back.
    pub(super) fn wants_return(&self) -> bool {
        self.wants_return.load(Ordering::Acquire)
    }

    /// The loan was of no use: the next is far away.
    pub(super) fn regret_loan(&self) {
        self.outgoing().loneliness.regret();
        self.wants_return.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Whether the submitting thread may have the reading side. One that has it and may not gives it back soon.
    pub fn allow_loans(&self, allowed: bool) {
        if self.outgoing().loneliness.allow(allowed) {
            self.wants_return.store(true, Ordering::Release);
            self.wake.notify_one();
        }
    }

    /// Whether the submitting thread has the reading side.
    pub fn is_lent(&self) -> bool {
        self.outgoing().loneliness.is_lent()
    }

    /// Nothing more is written to the socket; what is not written waits for the next one.
    pub fn hold(&self) {
        let mut outgoing = self.outgoing();
        outgoing.held = outgoing.socket.take();
        self.online.store(false, Ordering::Release);
        self.backlog.store(false, Ordering::Release);
        drop(outgoing);
        self.wake.notify_one();
    }

    /// Whether bytes wait for the engine to write them.
    pub fn has_backlog(&self) -> bool {
        self.backlog.load(Ordering::Acquire)
    }

    /// Runs one write under the lock. `write` returns `None` when the socket takes no more.
    pub fn write_with<E>(
        &self,
        write: impl FnOnce(&[IoSlice<'_>]) -> Result<Option<usize>, E>,
    ) -> Result<bool, E> {
        let mut outgoing = self.outgoing();
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let filled = outgoing.log.unwritten(&mut slices);
        if filled == 0 {
            self.backlog.store(false, Ordering::Release);
            return Ok(true);
        }
        let Some(count) = write(&slices[..filled])? else { return Ok(false) };
        outgoing.log.advance(count);
        let done = !outgoing.log.has_backlog();
        if done {
            self.backlog.store(false, Ordering::Release);
        }
        Ok(done)
    }

    /// Moves newly submitted requests behind `awaiting`.
    pub fn collect(&self, awaiting: &mut VecDeque<Request>) {
        let mut submitted = self.submitted();
        if awaiting.is_empty() {
            std::mem::swap(&mut *submitted, awaiting);
        } else {
            awaiting.append(&mut submitted);
        }
    }

    /// Puts unanswered requests back before newer ones.
    pub fn restore(&self, awaiting: &mut VecDeque<Request>) {
        let mut submitted = self.submitted();
        awaiting.append(&mut submitted);
        std::mem::swap(&mut *submitted, awaiting);
    }

    /// Everything up to `offset` is answered. Frees memory when that is everything.
    pub fn answered(&self, offset: u64) {
        self.answered.store(offset, Ordering::Release);
        // The submitting thread may hold the lock for a write; it will come back here with the next reply.
        if let Ok(mut outgoing) = self.outgoing.try_lock() {
            outgoing.log.release(offset);
        }
    }

    /// The next moment at which a caller's deadline may pass. The task promises to look again by then.
    pub fn arm(&self, at_latest: Millis) -> Millis {
        let at = self.earliest.load(Ordering::Acquire).min(at_latest);
        self.armed.store(at, Ordering::Release);
        // A submission between the two lines saw the old promise; look once more.
        let at = self.earliest.load(Ordering::Acquire).min(at);
        self.armed.store(at, Ordering::Release);
        at
    }

    /// Abandons every request whose deadline has passed and hands it to `expired`, with whether the server may run it. What
    /// was not begun to be written never will be. A panic in `expired` loses no request.
    pub fn expire(
        &self,
        awaiting: &mut VecDeque<Request>,
        mut expired: impl FnMut(&Request, Option<Outcome>, Phase, bool),
    ) {
        let now = now();
        let mut outgoing = self.outgoing();
        let written = outgoing.log.written();
        let offline = outgoing.socket.is_none();
        let mut submitted = self.submitted();
        let requests = if offline {
            &mut *submitted
        } else {
            awaiting.append(&mut submitted);
            awaiting
        };
        let mut earliest = NEVER;
        let mut unwritten = false;
        for request in requests.iter_mut() {
            if request.recipient.waiting().is_none() {
                continue;
            }
            if request.deadline > now {
                earliest = earliest.min(request.deadline);
                continue;
            }
            let phase = if request.end <= written {
                Phase::Server
            } else if offline {
                Phase::Queue
            } else {
                Phase::Write
            };
            // A command that was begun to be written will be written to its end.
            let begun = request.start() < written;
            let unit = request.recipient.unit();
            let outcome = self.units().give_up(unit);
            expired(request, outcome, phase, begun);
            if begun {
                request.recipient = request.recipient.abandoned();
            } else {
                self.units().forget(unit);
                request.recipient = Recipient::Abandoned;
                unwritten = true;
            }
        }
        self.earliest.store(earliest, Ordering::Release);
        if unwritten {
            outgoing.drop_abandoned(requests);
            self.end.store(outgoing.log.end(), Ordering::Release);
        }
        if offline {
            self.waiting.store(self.commands(requests.iter()), Ordering::Release);
        }
    }

    /// The connection is gone. Keeps what may be sent on the next one, in order; hands the rest to `lost`, with whether
    /// the server may have run it. A panic in `lost` loses no request.
    pub fn detach(&self, keep: Keep, mut lost: impl FnMut(&Request, Option<Outcome>, bool)) {
        let mut outgoing = self.outgoing();
        outgoing.socket = None;
        outgoing.held = None;
        self.online.store(false, Ordering::Release);
        let mut submitted = self.submitted();
        let mut units = self.units();
        let written = outgoing.log.written();
        for request in submitted.iter_mut() {
            if request.recipient.waiting().is_none() {
                continue;
            }
            let sent = request.end <= written;
            let unseen = request.start() >= written;
            let unit = request.recipient.unit();
            let kept = match keep {
                Keep::Nothing => false,
                Keep::Unseen => unseen,
                // A server runs no part of a command, but it does run a part of a batch.
                Keep::Unanswered => request.replay || unseen || (!sent && unit.is_none()),
            };
            if kept {
                units.restart(unit);
            } else {
                let all_or_nothing = unit.is_none_or(|id| units.is_transaction(id));
                let executed = if all_or_nothing { sent } else { !unseen };
                lost(request, units.give_up(unit), executed);
                request.recipient = request.recipient.abandoned();
            }
        }
        let mut next = Log::default();
        let mut earliest = NEVER;
        for mut request in std::mem::take(&mut *submitted) {
            if request.recipient.waiting().is_none() {
                units.forget(request.recipient.unit());
                continue;
            }
            next.append_range(&outgoing.log, request.start()..request.end);
            request.end = next.end();
            earliest = earliest.min(request.deadline);
            submitted.push_back(request);
        }
        let waiting = submitted.iter().map(|request| units.commands(request.recipient.unit())).sum();
        self.waiting.store(waiting, Ordering::Release);
        self.answered.store(0, Ordering::Release);
        self.end.store(next.end(), Ordering::Release);
        self.earliest.store(earliest, Ordering::Release);
        self.backlog.store(false, Ordering::Release);
        outgoing.log = next;
    }

    /// How many commands these requests are.
    fn commands<'a>(&self, requests: impl Iterator<Item = &'a Request>) -> usize {
        let units = self.units();
        requests.map(|request| units.commands(request.recipient.unit())).sum()
    }

    /// Whether no request waits or is in flight, as far as the submitting side knows.
    pub fn is_empty(&self) -> bool {
        self.submitted().is_empty()
    }
}

impl Outgoing {
    /// Writes what the socket takes without waiting.
    fn write(&mut self) {
        let Some(socket) = &self.socket else { return };
        while self.log.has_backlog() {
            let mut slices = [IoSlice::new(&[]); MAX_SLICES];
            let filled = self.log.unwritten(&mut slices);
            match socket.try_write(&slices[..filled]) {
                Ok(count) if count > 0 => self.log.advance(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A broken socket is the reading side's to report: it sees the same failure and owns the consequences.
                _ => return,
            }
        }
    }

    /// Cuts abandoned requests that were not begun to be written out of the stream and out of `awaiting`.
    fn drop_abandoned(&mut self, awaiting: &mut VecDeque<Request>) {
        let written = self.log.written();
        let Some(first) = awaiting.iter().position(|request| request.start() >= written) else { return };
        let from = awaiting.get(first).map_or(self.log.end(), Request::start);
        let tail = self.log.split_off(from);
        let rest = awaiting.split_off(first);
        for mut request in rest {
            if request.recipient == Recipient::Abandoned {
                continue;
            }
            self.log.append_range(&tail, request.start()..request.end);
            request.end = self.log.end();
            awaiting.push_back(request);
        }
    }
}
