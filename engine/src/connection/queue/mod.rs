//! The commands of one shared connection, from submission to reply. Owns what the JavaScript thread and the engine's thread
//! both touch; holds a lock only for a push, a swap or one write to the socket.
//!
//! Lock order: `outgoing`, `given_up`, `submitted`, `units`, `postponed`, `tracks`. A command enters `submitted` before its bytes can reach the
//! socket, so that a reply always finds it.

mod disconnect;
pub(crate) mod drain_waiters;
mod held_back;
mod limits;
mod load;
mod overdue;
mod positions;
mod retry;

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use self::drain_waiters::DrainWaiters;
pub use self::limits::QueueLimits;
pub use self::overdue::Overdue;
use self::positions::Whereabouts;
use self::retry::RetryQueue;
use super::batch::{Batch, BatchId};
use super::batch_table::BatchTable;
use super::history::{self, Link, What};
use super::inline_read::policy::{Decision, InlineReadPolicy};
use super::request::{Millis, NEVER, Request, now};
use super::request_listeners::Tracks;
use super::send_buffer::SendBuffer;
use crate::transport::split::DirectWriter;

/// Slices handed to the socket in one write.
const MAX_SLICES: usize = 16;

/// The submitting thread writes no more than this and one more write at once.
const WRITTEN_AT_ONCE: u64 = 4 * 1024 * 1024;

/// What of the unanswered commands outlives their connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetainOnDisconnect {
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
    pub send_buffer: SendBuffer,
    socket: Option<Arc<DirectWriter>>,
    /// The socket, while nothing more is written to it.
    held: Option<Arc<DirectWriter>>,
    inline_read: InlineReadPolicy,
    /// Bytes of abandoned requests that are not written and never will be.
    dead: u64,
    whereabouts: Whereabouts,
}

/// The queue.
#[derive(Debug)]
pub struct Queue {
    limits: QueueLimits,
    outgoing: Mutex<Outgoing>,
    submitted: Mutex<VecDeque<Request>>,
    batches: Mutex<BatchTable>,
    retries: Mutex<RetryQueue>,
    /// How many of them there are.
    retry_count: AtomicUsize,
    /// Commands of adopted batches that are not submitted, beyond one for each.
    extra_commands: AtomicUsize,
    online: AtomicBool,
    backlog: AtomicBool,
    /// The whole backlog waits behind a call that the server keeps waiting.
    parked: AtomicBool,
    /// Commands that wait for a connection.
    waiting: AtomicUsize,
    end: AtomicU64,
    answered: AtomicU64,
    earliest: AtomicU64,
    /// Deadlines that pass before are looked at then: each look is at every call.
    next_look: AtomicU64,
    armed: AtomicU64,
    /// The connection's task is to lend its reading side.
    wants_handoff: AtomicBool,
    /// The connection's task is to take it back.
    wants_take_back: AtomicBool,
    /// Requests that were collected and are not answered, as of the last read.
    awaiting: AtomicUsize,
    drain_waiters: DrainWaiters,
    /// Calls that their callers gave up, and the end of the stream then: the slot of a later call is somebody else's.
    given_up: Mutex<Vec<disconnect::GivenUp>>,
    tracks: Mutex<Tracks>,
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
            batches: Mutex::default(),
            retries: Mutex::default(),
            retry_count: AtomicUsize::new(0),
            extra_commands: AtomicUsize::new(0),
            online: AtomicBool::new(false),
            backlog: AtomicBool::new(false),
            parked: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            end: AtomicU64::new(0),
            answered: AtomicU64::new(0),
            earliest: AtomicU64::new(NEVER),
            next_look: AtomicU64::new(0),
            armed: AtomicU64::new(NEVER),
            wants_handoff: AtomicBool::new(false),
            wants_take_back: AtomicBool::new(false),
            awaiting: AtomicUsize::new(0),
            drain_waiters: DrainWaiters::default(),
            given_up: Mutex::default(),
            tracks: Mutex::default(),
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
    pub(crate) fn batches(&self) -> MutexGuard<'_, BatchTable> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes charge of a batch that is to be submitted next.
    pub fn register_batch(&self, batch: Batch) -> BatchId {
        self.extra_commands.fetch_add(batch.commands() - 1, Ordering::AcqRel);
        self.batches().add(batch)
    }

    /// Lets go of a batch that will not be submitted. Answers how many commands it has beyond one.
    pub fn drop_batch(&self, id: BatchId) -> usize {
        let extra_commands = self.batches().take(id).map_or(0, |batch| batch.commands() - 1);
        // A submission of somebody else's may have counted them as its own meanwhile.
        let less = |counted: usize| Some(counted.saturating_sub(extra_commands));
        let _counted = self.extra_commands.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        extra_commands
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

    /// Takes over `bytes`, which hold exactly `requests` in order, and writes what the socket takes at once. Returns those whose
    /// deadline has passed already.
    pub fn submit(&self, bytes: &mut Vec<u8>, requests: &mut Vec<Request>) -> Overdue {
        let overdue = self.part_overdue(bytes, requests);
        if !requests.is_empty() {
            self.submit_all(bytes, requests);
        }
        overdue
    }

    /// The same, whatever their deadlines.
    pub(crate) fn submit_all(&self, bytes: &mut Vec<u8>, requests: &mut Vec<Request>) {
        self.enter(requests, |outgoing, idle| {
            outgoing.send_buffer.append(bytes);
            if idle {
                outgoing.write();
            }
        });
    }

    /// The same for one request, whose bytes are written while they are encoded, so that the server works meanwhile. `encode`
    /// appends the next of them to `bytes`, until there are as many as the request says.
    pub fn submit_while_encoding(
        &self,
        bytes: &mut Vec<u8>,
        request: Request,
        mut encode: impl FnMut(&mut Vec<u8>),
    ) -> Overdue {
        let request = match self.part_overdue_batch(request) {
            Ok(request) => request,
            Err(overdue) => return overdue,
        };
        let length = u64::from(request.length);
        self.enter(&mut vec![request], |outgoing, idle| {
            // Whoever reads a reply now looks how much of the request was written.
            let behind = self.backlog.swap(true, Ordering::AcqRel);
            let end = outgoing.send_buffer.end() + length;
            while outgoing.send_buffer.end() < end {
                encode(bytes);
                if bytes.is_empty() {
                    break;
                }
                outgoing.send_buffer.append_slice(bytes);
                bytes.clear();
                if idle {
                    outgoing.write();
                }
            }
            debug_assert_eq!(outgoing.send_buffer.end(), end, "the request has as many bytes as it says");
            self.backlog.store(behind, Ordering::Release);
        });
        Overdue::default()
    }

    /// Takes over `requests`, whose bytes `write` appends to the stream, and writes unless others wait already.
    fn enter(&self, requests: &mut Vec<Request>, write: impl FnOnce(&mut Outgoing, bool)) {
        let mut outgoing = self.outgoing();
        outgoing.send_buffer.release(self.answered.load(Ordering::Acquire));
        let idle = outgoing.socket.is_some() && !outgoing.send_buffer.has_backlog();
        let unanswered = self.bytes();
        let mut end = outgoing.send_buffer.end();
        let mut earliest = NEVER;
        for request in requests.iter_mut() {
            end += u64::from(request.length);
            request.end = end;
            if request.holds_back() {
                outgoing.send_buffer.add_barrier(end);
            }
            earliest = earliest.min(request.deadline);
            history::note(self, What::Submitted, request);
        }
        let submissions = requests.len();
        let extra_commands = match self.extra_commands.load(Ordering::Relaxed) {
            0 => 0,
            _ => self.extra_commands.swap(0, Ordering::AcqRel),
        };
        {
            let mut submitted = self.submitted();
            submitted.extend(requests.drain(..));
            self.earliest.fetch_min(earliest, Ordering::AcqRel);
        }
        self.end.store(end, Ordering::Release);
        write(&mut outgoing, idle);
        let looked_at = earliest.max(self.next_look.load(Ordering::Acquire));
        let mut wake = looked_at < self.armed.load(Ordering::Acquire);
        if outgoing.socket.is_none() {
            self.waiting.fetch_add(submissions + extra_commands, Ordering::AcqRel);
        } else {
            match outgoing.inline_read.note(submissions, extra_commands, unanswered) {
                None => {}
                Some(Decision::HandOff) => {
                    self.wants_handoff.store(true, Ordering::Release);
                    wake = true;
                }
                Some(Decision::TakeBack) => {
                    self.wants_take_back.store(true, Ordering::Release);
                    wake = true;
                }
            }
            if outgoing.send_buffer.has_backlog() && !self.backlog.swap(true, Ordering::AcqRel) {
                self.parked.store(outgoing.send_buffer.is_parked(), Ordering::Release);
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
        if outgoing.dead > 0 {
            let mut given_up = self.given_up();
            outgoing.drop_abandoned(&mut self.submitted(), &mut given_up);
            self.end.store(outgoing.send_buffer.end(), Ordering::Release);
        }
        history::link(self, Link::Attached);
        outgoing.inline_read = InlineReadPolicy::new(lends);
        outgoing.socket = Some(socket);
        self.waiting.store(0, Ordering::Release);
        self.online.store(true, Ordering::Release);
        self.backlog.store(outgoing.send_buffer.has_backlog(), Ordering::Release);
        self.parked.store(outgoing.send_buffer.is_parked(), Ordering::Release);
    }

    /// Hands the socket from one writer to another, while nobody writes; `lent` says whether the submitting thread reads from it
    /// from now on. Does nothing without a socket.
    pub(crate) fn exchange_socket<E>(
        &self,
        handed_off: bool,
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
            history::link(self, if handed_off { Link::Lent } else { Link::Returned });
            outgoing.inline_read.moved(handed_off);
            self.wants_handoff.store(false, Ordering::Release);
            self.wants_take_back.store(false, Ordering::Release);
        }
        Ok(())
    }

    /// Whether the connection's task is to lend its reading side to the submitting thread. Once it was asked, it is asked again
    /// only after further submissions.
    pub(crate) fn wants_handoff(&self) -> bool {
        self.wants_handoff.swap(false, Ordering::AcqRel)
    }

    /// Whether the connection's task is to take its reading side back.
    pub(crate) fn wants_take_back(&self) -> bool {
        self.wants_take_back.load(Ordering::Acquire)
    }

    /// The loan was of no use: the next is far away.
    pub(crate) fn penalize_handoff(&self) {
        self.outgoing().inline_read.penalize();
        self.wants_take_back.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Whether the submitting thread may have the reading side. One that has it and may not gives it back soon.
    pub fn allow_handoff(&self, allowed: bool) {
        let mut outgoing = self.outgoing();
        let returns = outgoing.inline_read.allow(allowed);
        if !allowed {
            // The task may have been asked for one that it has not made yet.
            self.wants_handoff.store(false, Ordering::Release);
        }
        drop(outgoing);
        if returns {
            self.wants_take_back.store(true, Ordering::Release);
            self.wake.notify_one();
        }
    }

    /// Whether the submitting thread has the reading side.
    pub fn is_handed_off(&self) -> bool {
        self.outgoing().inline_read.is_handed_off()
    }

    /// Nothing more is written to the socket; what is not written waits for the next one.
    pub fn hold(&self) {
        let mut outgoing = self.outgoing();
        if let Some(socket) = outgoing.socket.take() {
            outgoing.held = Some(socket);
        }
        self.wants_take_back.store(true, Ordering::Release);
        self.online.store(false, Ordering::Release);
        self.backlog.store(false, Ordering::Release);
        drop(outgoing);
        self.wake.notify_one();
    }

    /// The same, and what was written is kept although it is answered.
    pub(crate) fn hold_all(&self) {
        self.outgoing().send_buffer.keep();
        self.hold();
    }

    /// Whether bytes are not written yet.
    pub fn has_backlog(&self) -> bool {
        self.backlog.load(Ordering::Acquire)
    }

    /// Whether a deadline may have passed that nobody has looked at.
    pub(crate) fn is_due(&self) -> bool {
        let due = self.due();
        due != NEVER && due <= now()
    }

    /// Runs one write under the lock. `write` returns `None` when the socket takes no more. Answers whether nothing is to be
    /// written for now: there is no more, or some of it [may be overdue](Self::is_due) and is not to be sent.
    pub fn write_with<E>(
        &self,
        write: impl FnOnce(&[IoSlice<'_>]) -> Result<Option<usize>, E>,
    ) -> Result<bool, E> {
        if self.is_due() {
            return Ok(true);
        }
        let mut outgoing = self.outgoing();
        if outgoing.dead > 0 {
            self.drop_abandoned(&mut outgoing);
        }
        let mut slices = [IoSlice::new(&[]); MAX_SLICES];
        let filled = outgoing.send_buffer.unwritten(&mut slices);
        if filled == 0 {
            let parked = outgoing.send_buffer.is_parked();
            self.parked.store(parked, Ordering::Release);
            self.backlog.store(parked, Ordering::Release);
            return Ok(true);
        }
        let Some(count) = write(&slices[..filled])? else { return Ok(false) };
        outgoing.send_buffer.advance(count);
        let done = !outgoing.send_buffer.has_backlog();
        if done {
            self.backlog.store(false, Ordering::Release);
        }
        Ok(done)
    }

    /// Moves newly submitted requests behind `awaiting`, but for those that are known not to be on their way: these can still be
    /// taken back.
    pub fn collect(&self, awaiting: &mut VecDeque<Request>) {
        if !self.collect_all(awaiting) {
            let outgoing = self.outgoing();
            let mut submitted = self.submitted();
            let begun = submitted.partition_point(|request| request.start() < outgoing.send_buffer.written());
            awaiting.extend(submitted.drain(..begun));
        }
        self.count(awaiting.len());
    }

    /// The same where everything is written. Answers whether it is.
    fn collect_all(&self, awaiting: &mut VecDeque<Request>) -> bool {
        let is_written = || !self.has_backlog() && self.is_online();
        if !is_written() {
            return false;
        }
        let mut submitted = self.submitted();
        // What was submitted since the first look may be left unwritten, and taken back.
        if !is_written() {
            return false;
        }
        if awaiting.is_empty() {
            std::mem::swap(&mut *submitted, awaiting);
        } else {
            awaiting.append(&mut submitted);
        }
        true
    }

    /// Looks at the requests that are not collected.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&VecDeque<Request>) -> T) -> T {
        look(&self.submitted())
    }

    /// Puts unanswered requests back before newer ones.
    pub fn restore(&self, awaiting: &mut VecDeque<Request>) {
        let mut submitted = self.submitted();
        awaiting.append(&mut submitted);
        std::mem::swap(&mut *submitted, awaiting);
        self.count(0);
    }

    /// Everything up to `offset` is answered. Frees memory when that is everything.
    pub fn answered(&self, offset: u64) {
        self.answered.store(offset, Ordering::Release);
        // The submitting thread may hold the lock for a write; it will come back here with the next reply.
        if let Ok(mut outgoing) = self.outgoing.try_lock() {
            outgoing.send_buffer.release(offset);
        }
        self.notify_drain_waiters();
    }

    /// The next moment at which a caller's deadline may pass. The task promises to look again by then.
    pub fn arm(&self, at_latest: Millis) -> Millis {
        let at = self.due().min(at_latest);
        self.armed.store(at, Ordering::Release);
        // A submission between the two lines saw the old promise; look once more.
        let at = self.due().min(at);
        self.armed.store(at, Ordering::Release);
        at
    }

    /// When to look at deadlines again; `NEVER` without any.
    fn due(&self) -> Millis {
        self.earliest.load(Ordering::Acquire).max(self.next_look.load(Ordering::Acquire))
    }
}

impl Outgoing {
    /// Writes what the socket takes without waiting, but not so much that the submitting thread is held up for the server's sake: the
    /// connection's task goes on.
    fn write(&mut self) {
        let Some(socket) = &self.socket else { return };
        let enough = self.send_buffer.written() + WRITTEN_AT_ONCE;
        while self.send_buffer.has_backlog() && self.send_buffer.written() < enough {
            let mut slices = [IoSlice::new(&[]); MAX_SLICES];
            let filled = self.send_buffer.unwritten(&mut slices);
            if filled == 0 {
                return;
            }
            match socket.try_write(&slices[..filled]) {
                Ok(count) if count > 0 => self.send_buffer.advance(count),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // A broken socket is the reading side's to report: it sees the same failure and owns the consequences.
                _ => return,
            }
        }
    }
}
