//! What becomes of requests whose deadline passes, or whose connection is lost.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use super::{Outgoing, Queue, RetainOnDisconnect};
use crate::connection::batch::BatchOutcome;
use crate::connection::history;
use crate::connection::history::{Link, What};
use crate::connection::request::{Millis, NEVER, Recipient, Request, now};
use crate::connection::send_buffer::SendBuffer;
use crate::error::TimeoutPhase;

/// The slot of a call that its caller gave up, and the end of the stream then.
pub(super) type GivenUp = (u32, u64);

/// With more calls than so many, deadlines are looked at less often than every millisecond: to look at all of them each time would
/// take the engine's thread from other connections. With 9 000 calls it is every fifth.
const LOOKED_AT_PER_MILLISECOND: usize = 2_000;

/// How long to leave deadlines alone after a look at so many calls.
fn pause_after(calls: usize) -> Millis {
    (calls / LOOKED_AT_PER_MILLISECOND) as Millis
}

impl Queue {
    /// Abandons every request whose deadline has passed and hands it to `expired`, with whether the server may run it. What
    /// was not begun to be written never will be. A panic in `expired` loses no request.
    pub fn expire(
        &self,
        awaiting: &mut VecDeque<Request>,
        mut expired: impl FnMut(&Request, Option<BatchOutcome>, TimeoutPhase, bool),
    ) {
        let now = now();
        let mut outgoing = self.outgoing();
        let given_up = self.given_up().drain(..).collect::<HashMap<_, _>>();
        let written = outgoing.send_buffer.written();
        let offline = outgoing.socket.is_none();
        let mut submitted = self.submitted();
        let requests = if offline {
            &mut *submitted
        } else {
            awaiting.append(&mut submitted);
            awaiting
        };
        let mut earliest = self.retries().next();
        for request in requests.iter_mut() {
            let Some(ticket) = request.recipient.waiting() else { continue };
            let is_given_up =
                !given_up.is_empty() && given_up.get(&ticket.slot).is_some_and(|&end| request.end <= end);
            if request.deadline > now && !is_given_up {
                earliest = earliest.min(request.deadline);
                continue;
            }
            let phase = if request.end <= written {
                TimeoutPhase::Server
            } else if offline {
                TimeoutPhase::Queue
            } else {
                TimeoutPhase::Write
            };
            // A command that was begun to be written will be written to its end.
            let begun = request.start() < written;
            let batch = request.recipient.batch();
            let outcome = self.batches().give_up(batch);
            history::note(self, What::Expired, request);
            expired(request, outcome, phase, begun);
            if begun {
                request.recipient = request.recipient.abandoned();
            } else {
                self.batches().forget(batch);
                request.recipient = Recipient::Abandoned;
                outgoing.dead += u64::from(request.length);
            }
        }
        self.earliest.store(earliest, Ordering::Release);
        self.next_look.store(now + pause_after(requests.len()), Ordering::Release);
        // To copy what is left for each of many deadlines would cost more than its memory. It is cut out before the next write.
        if outgoing.is_mostly_dead() {
            outgoing.drop_abandoned(requests, &mut []);
            self.end.store(outgoing.send_buffer.end(), Ordering::Release);
            self.notify_drain_waiters();
        }
        if offline {
            let alive = requests.iter().filter(|request| request.recipient != Recipient::Abandoned);
            self.waiting.store(self.commands(alive), Ordering::Release);
        } else {
            // What is not on its way can still be taken back.
            let begun = requests.partition_point(|request| request.start() < outgoing.send_buffer.written());
            *submitted = requests.split_off(begun);
            outgoing.whereabouts.forget();
        }
    }

    pub(super) fn given_up(&self) -> MutexGuard<'_, Vec<GivenUp>> {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The caller in `slot` waits no longer: his call ends as if its deadline had passed, and with the connection at the latest.
    pub fn give_up(&self, slot: u32) {
        let outgoing = self.outgoing();
        self.given_up().push((slot, self.end()));
        self.earliest.store(0, Ordering::Release);
        drop(outgoing);
        self.wake.notify_one();
    }

    /// Takes the call in `slot` back, if none of its bytes is on its way. Answers whether it did: then it is never sent (again),
    /// and nobody hears of it.
    pub fn withdraw(&self, slot: u32) -> bool {
        self.withdraw_retry(slot) || self.withdraw_submitted(slot)
    }

    fn withdraw_submitted(&self, slot: u32) -> bool {
        let mut outgoing = self.outgoing();
        let written = outgoing.send_buffer.written();
        let offline = outgoing.socket.is_none();
        let mut given_up = self.given_up();
        let mut submitted = self.submitted();
        let Some(at) = outgoing.whereabouts.find(&submitted, slot) else { return false };
        let Some(request) = submitted.get_mut(at).filter(|request| request.start() >= written) else {
            return false;
        };
        history::note(self, What::Withdrawn, request);
        let batch = request.recipient.batch();
        let commands = self.batches().commands(batch);
        self.batches().forget(batch);
        request.recipient = Recipient::Abandoned;
        outgoing.dead += u64::from(request.length);
        if outgoing.is_mostly_dead() {
            outgoing.drop_abandoned(&mut submitted, &mut given_up);
            self.end.store(outgoing.send_buffer.end(), Ordering::Release);
        }
        drop(given_up);
        if offline {
            self.waiting.fetch_sub(commands, Ordering::AcqRel);
        }
        drop(submitted);
        self.notify_drain_waiters();
        true
    }

    /// Cuts what will never be written out of what is to be written next.
    #[cold]
    pub(super) fn drop_abandoned(&self, outgoing: &mut Outgoing) {
        let mut given_up = self.given_up();
        outgoing.drop_abandoned(&mut self.submitted(), &mut given_up);
        self.end.store(outgoing.send_buffer.end(), Ordering::Release);
        drop(given_up);
        self.notify_drain_waiters();
    }

    /// The connection is gone. Keeps what may be sent on the next one, in order; hands the rest to `lost`, with whether
    /// the server may have run it. A panic in `lost` loses no request.
    pub fn detach(
        &self,
        keep: RetainOnDisconnect,
        mut lost: impl FnMut(&Request, Option<BatchOutcome>, bool),
    ) {
        let mut outgoing = self.outgoing();
        history::link(self, Link::Detached);
        outgoing.socket = None;
        outgoing.held = None;
        self.online.store(false, Ordering::Release);
        self.given_up().clear();
        let mut submitted = self.submitted();
        let mut batches = self.batches();
        let written = outgoing.send_buffer.written();
        // Commands behind a change of the connection's state that is lost would run in another state.
        let mut is_state_lost = false;
        for request in submitted.iter_mut() {
            if request.recipient.waiting().is_none() {
                // A question that was not sent is as good on the next connection, unless it is about this one.
                let kept =
                    keep != RetainOnDisconnect::Nothing && request.replays > 0 && request.start() >= written;
                if !kept && let Some(id) = request.track.take() {
                    is_state_lost |= self.tracks().is_state_change(id);
                    self.untrack(id);
                }
                continue;
            }
            let sent = request.end <= written;
            let unseen = request.start() >= written;
            let batch = request.recipient.batch();
            let kept = match keep {
                RetainOnDisconnect::Nothing => false,
                _ if is_state_lost => false,
                RetainOnDisconnect::Unseen => unseen,
                // A server runs no part of a command, but it does run a part of a batch.
                RetainOnDisconnect::Unanswered => request.replays > 0 || unseen || (!sent && batch.is_none()),
            };
            history::note(self, if kept { What::Kept } else { What::Lost }, request);
            if kept {
                if !unseen {
                    request.replays = request.replays.saturating_sub(1);
                }
                batches.restart(batch);
            } else {
                let all_or_nothing = batch.is_none_or(|id| batches.is_transaction(id));
                let executed = if all_or_nothing { sent } else { !unseen };
                is_state_lost |= request.track.is_some_and(|id| self.tracks().is_state_change(id));
                lost(request, batches.give_up(batch), executed);
                if let Some(id) = request.track.take() {
                    self.untrack(id);
                }
                request.recipient = request.recipient.abandoned();
            }
        }
        let mut next = SendBuffer::default();
        let mut earliest = NEVER;
        for mut request in std::mem::take(&mut *submitted) {
            if request.recipient.waiting().is_none() && request.track.is_none() {
                batches.forget(request.recipient.batch());
                continue;
            }
            next.append_range(&outgoing.send_buffer, request.start()..request.end);
            request.end = next.end();
            if request.holds_back() {
                next.add_barrier(request.end);
            }
            earliest = earliest.min(request.deadline);
            submitted.push_back(request);
        }
        let waiting = submitted.iter().map(|request| batches.commands(request.recipient.batch())).sum();
        self.waiting.store(waiting, Ordering::Release);
        self.answered.store(0, Ordering::Release);
        self.end.store(next.end(), Ordering::Release);
        self.earliest.store(earliest, Ordering::Release);
        self.backlog.store(false, Ordering::Release);
        outgoing.dead = 0;
        outgoing.whereabouts.forget();
        self.drain_waiters.rebase(next.end());
        outgoing.send_buffer = next;
        self.notify_drain_waiters();
    }

    /// How many commands these requests are.
    fn commands<'a>(&self, requests: impl Iterator<Item = &'a Request>) -> usize {
        let batches = self.batches();
        requests.map(|request| batches.commands(request.recipient.batch())).sum()
    }
}

impl Outgoing {
    /// Whether half of what is not written belongs to abandoned requests.
    fn is_mostly_dead(&self) -> bool {
        self.dead > 0 && 2 * self.dead >= self.send_buffer.end() - self.send_buffer.written()
    }

    /// Cuts abandoned requests that were not begun to be written out of the stream and out of `awaiting`. What was `given_up` stays
    /// in front of the same request: the slot of one behind it is a later call's.
    pub(super) fn drop_abandoned(&mut self, awaiting: &mut VecDeque<Request>, given_up: &mut [GivenUp]) {
        self.dead = 0;
        self.whereabouts.forget();
        let written = self.send_buffer.written();
        let Some(first) = awaiting.iter().position(|request| request.start() >= written) else { return };
        let from = awaiting.get(first).map_or(self.send_buffer.end(), Request::start);
        let tail = self.send_buffer.split_off(from);
        self.send_buffer.drop_barriers(from);
        let rest = awaiting.split_off(first);
        for (_, until) in given_up {
            let cut = |request: &&Request| request.recipient == Recipient::Abandoned && request.end <= *until;
            *until -= rest.iter().filter(cut).map(|request| u64::from(request.length)).sum::<u64>();
        }
        for mut request in rest {
            if request.recipient == Recipient::Abandoned {
                continue;
            }
            self.send_buffer.append_range(&tail, request.start()..request.end);
            request.end = self.send_buffer.end();
            if request.holds_back() {
                self.send_buffer.add_barrier(request.end);
            }
            awaiting.push_back(request);
        }
    }
}
