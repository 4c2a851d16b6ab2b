//! Commands that the server would not run for now, until they are sent again.
//!
//! They are behind whatever was submitted meanwhile: nothing waits for them, since a server that refuses one command may well be
//! there for another, such as the one that stops a script. Among themselves they keep their order.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use super::Queue;
use crate::connection::backoff::Backoff;
use crate::connection::batch::BatchOutcome;
use crate::connection::rejection::{LONGEST_PAUSE, MOST_REFUSALS, pauses};
use crate::connection::request::{Millis, NEVER, Recipient, Request, now};
use crate::error::{Error, ServerError};

/// In milliseconds: jitter may draw no pause at all.
const SHORTEST_PAUSE: Millis = 1;

/// The commands, oldest first.
#[derive(Debug)]
pub(super) struct RetryQueue {
    waiting: VecDeque<RejectedRequest>,
    bytes: u64,
    backoff: Backoff,
    /// When all of them are sent again; `NEVER` without any.
    at: Millis,
    /// When that was done last.
    sent: Millis,
}

/// One of them. Printing it shows no bytes.
struct RejectedRequest {
    request: Request,
    bytes: Vec<u8>,
    /// What the server said last.
    error: ServerError,
}

impl std::fmt::Debug for RejectedRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RejectedRequest({} bytes, {})", self.bytes.len(), self.error.code)
    }
}

impl RejectedRequest {
    /// What its caller is told.
    fn verdict(&self) -> Error {
        Error::reply(self.error.clone()).executed(false)
    }
}

impl Default for RetryQueue {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, backoff: pauses(), at: NEVER, sent: 0 }
    }
}

impl RetryQueue {
    /// When something has to be done: the next attempt, or a deadline.
    pub(super) fn next(&self) -> Millis {
        self.waiting.iter().map(|refused| refused.request.deadline).fold(self.at, Millis::min)
    }

    fn push(&mut self, refused: RejectedRequest) {
        if self.waiting.is_empty() {
            let now = now();
            // What was sent again a while ago was answered: these are other troubles.
            if now > self.sent.saturating_add(millis(self.backoff.longest())) {
                self.backoff.reset();
            }
            let pause = self.backoff.next_delay().unwrap_or(LONGEST_PAUSE);
            self.at = now + millis(pause).max(SHORTEST_PAUSE);
        }
        self.bytes += refused.bytes.len() as u64;
        self.waiting.push_back(refused);
    }

    /// Keeps those for which `keep` answers true.
    fn retain(&mut self, mut keep: impl FnMut(&RejectedRequest) -> bool) {
        self.waiting.retain(|refused| keep(refused));
        self.bytes = self.waiting.iter().map(|refused| refused.bytes.len() as u64).sum();
        if self.waiting.is_empty() {
            self.at = NEVER;
        }
    }

    fn take(&mut self) -> VecDeque<RejectedRequest> {
        self.bytes = 0;
        self.at = NEVER;
        std::mem::take(&mut self.waiting)
    }
}

fn millis(pause: Duration) -> Millis {
    u64::try_from(pause.as_millis()).unwrap_or(NEVER)
}

impl Queue {
    pub(super) fn retries(&self) -> MutexGuard<'_, RetryQueue> {
        self.retries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether commands wait to be sent again.
    pub(crate) fn has_retries(&self) -> bool {
        self.retry_count.load(Ordering::Acquire) > 0
    }

    /// Commands that wait to be sent again, a batch being one, and their bytes.
    pub fn postponements(&self) -> (usize, u64) {
        let retries = self.retries();
        (retries.waiting.len(), retries.bytes)
    }

    /// The server answered `request`, which is the oldest one, with the error `line` instead of running it. Keeps it to be sent
    /// again; its batch, if it is one, has to be among the others. Answers whether it did: not, if nothing may wait here, or too
    /// much does.
    pub(crate) fn postpone(&self, request: &Request, line: &[u8]) -> bool {
        if request.deadline == NEVER && u32::from(request.redirects) >= MOST_REFUSALS {
            return false;
        }
        let outgoing = self.outgoing();
        let mut batches = self.batches();
        let mut retries = self.retries();
        let bytes = retries.bytes + u64::from(request.length);
        if retries.waiting.len() >= self.limits.postponed_commands || bytes > self.limits.offline_bytes {
            return false;
        }
        batches.restart(request.recipient.batch());
        retries.push(RejectedRequest {
            request: Request { redirects: request.redirects.saturating_add(1), ..*request },
            bytes: outgoing.send_buffer.copy(request.start()..request.end),
            error: ServerError::from_line(line),
        });
        self.retry_count.store(retries.waiting.len(), Ordering::Release);
        self.earliest.fetch_min(retries.at, Ordering::AcqRel);
        drop((retries, batches, outgoing));
        self.wake.notify_one();
        true
    }

    /// Sends again what has waited for its time. Those whose deadline has passed go to `overdue`, with what the server said last;
    /// a panic in it loses none of the others.
    pub(crate) fn retry(&self, mut overdue: impl FnMut(&Request, Option<BatchOutcome>, &Error)) {
        if !self.has_retries() {
            return;
        }
        let now = now();
        let mut batches = self.batches();
        let mut retries = self.retries();
        retries.retain(|refused| {
            let is_late = refused.request.deadline <= now;
            if is_late {
                let batch = refused.request.recipient.batch();
                overdue(&refused.request, batches.give_up(batch), &refused.verdict());
                batches.forget(batch);
            }
            !is_late
        });
        drop(batches);
        let due = if retries.at <= now { retries.take() } else { VecDeque::new() };
        if !due.is_empty() {
            retries.sent = now;
        }
        self.retry_count.store(retries.waiting.len(), Ordering::Release);
        drop(retries);
        if !due.is_empty() {
            let mut bytes = due.iter().flat_map(|refused| &refused.bytes).copied().collect();
            let mut requests = due.iter().map(|refused| refused.request).collect();
            // What is overdue was told so above.
            self.submit_all(&mut bytes, &mut requests);
            // Whoever waits for the answers to what was submitted before waits for these.
            self.drain_waiters.rebase(self.end());
        }
        self.notify_drain_waiters();
    }

    /// The connection is gone: what waited to be sent again follows everything else that has not been written.
    pub(crate) fn recall(&self) {
        let mut outgoing = self.outgoing();
        let mut submitted = self.submitted();
        let mut retries = self.retries();
        for RejectedRequest { mut request, bytes, .. } in retries.take() {
            outgoing.send_buffer.append_slice(&bytes);
            request.end = outgoing.send_buffer.end();
            if request.holds_back() {
                outgoing.send_buffer.add_barrier(request.end);
            }
            submitted.push_back(request);
        }
        self.end.store(outgoing.send_buffer.end(), Ordering::Release);
        self.retry_count.store(0, Ordering::Release);
    }

    /// Takes the call in `slot` back if it waits to be sent again. Answers whether it did.
    pub(super) fn withdraw_retry(&self, slot: u32) -> bool {
        if !self.has_retries() {
            return false;
        }
        let mut withdrawn: Option<Recipient> = None;
        let mut retries = self.retries();
        retries.retain(|refused| {
            let recipient = refused.request.recipient;
            let is_meant = recipient.waiting().is_some_and(|ticket| ticket.slot == slot);
            if is_meant {
                withdrawn = Some(recipient);
            }
            !is_meant
        });
        self.retry_count.store(retries.waiting.len(), Ordering::Release);
        drop(retries);
        let Some(recipient) = withdrawn else { return false };
        self.batches().forget(recipient.batch());
        self.notify_drain_waiters();
        true
    }
}
