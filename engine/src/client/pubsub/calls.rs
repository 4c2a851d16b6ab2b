//! The calls that wait for the server: what each still waits for, until when, and what it asked for.

use std::collections::{HashMap, VecDeque};

use super::kind::SubscriptionKind;
use crate::connection::request::{Millis, NEVER, Reply, ReplySink, Ticket, now};
use crate::error::{Error, TimeoutPhase};
use crate::resp::Scalar;

/// A call of a subscriber's method.
#[derive(Clone, Copy, Debug)]
pub struct SubscriberCall {
    /// Who asked.
    pub ticket: Ticket,
    /// The longest wait, in milliseconds; 0 for none.
    pub timeout: u32,
}

/// Names a waiting call.
pub(super) type CallId = u64;

/// The name of a channel or a pattern.
pub(super) type ChannelName = Box<[u8]>;

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallPurpose {
    Subscribe,
    Unsubscribe,
    /// The subscriber leaves: there is nothing to be told but that it is over.
    Leave,
}

/// A waiting call.
#[derive(Debug)]
pub(super) struct PendingCall {
    pub(super) call: SubscriberCall,
    pub(super) purpose: CallPurpose,
    pub(super) sink: u32,
    deadline: Millis,
    /// Names that are not acknowledged.
    remaining: usize,
    /// What it asked for.
    pub(super) asked: Vec<RequestedName>,
    /// What it will reject with, once what it asked for is taken back.
    failure: Option<Error>,
}

/// A name that a call asked for.
#[derive(Clone, Debug)]
pub(super) struct RequestedName {
    pub(super) kind: SubscriptionKind,
    pub(super) name: ChannelName,
    /// No call that succeeded had asked for it before: it is taken back if this one fails.
    pub(super) is_new: bool,
}

impl RequestedName {
    fn is(&self, kind: SubscriptionKind, name: &[u8]) -> bool {
        self.kind == kind && *self.name == *name
    }
}

/// How calls ended. Delivered when the state is consistent again.
pub(super) type SettledCalls = VecDeque<(Ticket, Result<(), Error>)>;

/// Hands `settled` over. Each stays until it is delivered, so that a panic loses none.
pub(super) fn deliver(settled: &mut SettledCalls, deliver: &mut dyn ReplySink) {
    while let Some((ticket, outcome)) = settled.front() {
        match outcome {
            Ok(()) => deliver.reply(*ticket, Reply::Scalar(Scalar::Null)),
            Err(error) => deliver.error(*ticket, error),
        }
        settled.pop_front();
    }
}

/// All waiting calls.
#[derive(Debug)]
pub(super) struct PendingCalls {
    waiting: HashMap<CallId, PendingCall>,
    next: CallId,
    /// No deadline passes before; the truth may be later.
    earliest: Millis,
    pub(super) settled: SettledCalls,
}

impl Default for PendingCalls {
    fn default() -> Self {
        Self { waiting: HashMap::new(), next: 0, earliest: NEVER, settled: SettledCalls::new() }
    }
}

impl PendingCalls {
    /// A new call, which waits for nothing yet.
    pub(super) fn open(&mut self, call: SubscriberCall, purpose: CallPurpose, sink: u32) -> CallId {
        let id = self.next;
        self.next += 1;
        let deadline = if call.timeout == 0 { NEVER } else { now() + u64::from(call.timeout) };
        let waiting =
            PendingCall { call, purpose, sink, deadline, remaining: 0, asked: Vec::new(), failure: None };
        self.waiting.insert(id, waiting);
        self.earliest = self.earliest.min(deadline);
        id
    }

    pub(super) fn get_mut(&mut self, id: CallId) -> Option<&mut PendingCall> {
        self.waiting.get_mut(&id)
    }

    /// The call waits for one name more.
    pub(super) fn await_one(&mut self, id: CallId) -> CallId {
        if let Some(waiting) = self.waiting.get_mut(&id) {
            waiting.remaining += 1;
        }
        id
    }

    /// One name of each is acknowledged. Calls that are gone are nobody's any more.
    pub(super) fn complete(&mut self, ids: impl IntoIterator<Item = CallId>) {
        for id in ids {
            if let Some(waiting) = self.waiting.get_mut(&id) {
                waiting.remaining = waiting.remaining.saturating_sub(1);
                self.settle_if_complete(id);
            }
        }
    }

    /// Settles a call that waits for nothing.
    pub(super) fn settle_if_complete(&mut self, id: CallId) {
        if self.waiting.get(&id).is_some_and(|waiting| waiting.remaining == 0)
            && let Some(done) = self.waiting.remove(&id)
        {
            let outcome = done.failure.clone().map_or(Ok(()), Err);
            if outcome.is_ok() {
                self.keep(&done);
            }
            self.settled.push_back((done.call.ticket, outcome));
        }
    }

    /// What a call has got is not taken back by another that fails.
    fn keep(&mut self, done: &PendingCall) {
        let others = self.waiting.values_mut().filter(|other| other.sink == done.sink);
        for asked in others.flat_map(|other| &mut other.asked) {
            asked.is_new &= !done.asked.iter().any(|kept| kept.is(asked.kind, &asked.name));
        }
    }

    /// Whether a waiting call of this subscriber asked for the name, and no call that succeeded did.
    pub(super) fn has_asked_anew(&self, sink: u32, kind: SubscriptionKind, name: &[u8]) -> bool {
        let own = self.waiting.values().filter(|waiting| waiting.sink == sink);
        own.flat_map(|waiting| &waiting.asked).any(|asked| asked.is_new && asked.is(kind, name))
    }

    /// Rejects a call; answers what it was. A subscriber that leaves is not held up by an error.
    pub(super) fn fail(&mut self, id: CallId, error: Error) -> Option<PendingCall> {
        let mut waiting = self.waiting.remove(&id)?;
        let error = waiting.failure.take().unwrap_or(error);
        let outcome = if waiting.purpose == CallPurpose::Leave { Ok(()) } else { Err(error) };
        self.settled.push_back((waiting.call.ticket, outcome));
        Some(waiting)
    }

    /// A name of a call is refused. Answers what the call asked for, once.
    pub(super) fn refuse(&mut self, id: CallId, error: &Error) -> Vec<RequestedName> {
        let Some(waiting) = self.waiting.get_mut(&id) else { return Vec::new() };
        waiting.remaining = waiting.remaining.saturating_sub(1);
        waiting.failure.get_or_insert_with(|| error.clone());
        std::mem::take(&mut waiting.asked)
    }

    /// Rejects the calls that would do so once something is taken back: there is nothing left to take back.
    pub(super) fn reject_refused(&mut self) {
        for id in self.find(|waiting| waiting.failure.is_some()) {
            drop(self.fail(id, Error::closed()));
        }
    }

    /// The calls for which `which` holds.
    pub(super) fn find(&self, which: impl Fn(&PendingCall) -> bool) -> Vec<CallId> {
        let mut found: Vec<_> =
            self.waiting.iter().filter(|(_, waiting)| which(waiting)).map(|(&id, _)| id).collect();
        // Calls settle in the order in which they were made.
        found.sort_unstable();
        found
    }

    /// When to look for deadlines that have passed.
    pub(super) fn earliest(&self) -> Millis {
        self.earliest
    }

    /// The calls whose deadline has passed, which the caller will fail.
    pub(super) fn overdue(&mut self) -> Vec<CallId> {
        let now = now();
        if now < self.earliest {
            return Vec::new();
        }
        let later = self.waiting.values().map(|waiting| waiting.deadline).filter(|&deadline| deadline > now);
        self.earliest = later.min().unwrap_or(NEVER);
        self.find(|waiting| waiting.deadline <= now)
    }

    /// Rejects every call, whatever it waits for.
    pub(super) fn fail_all(&mut self, error: &Error) {
        for id in self.find(|_| true) {
            drop(self.fail(id, error.clone()));
        }
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Why there is no connection.
#[derive(Debug, Default)]
pub(super) struct Absent<'a> {
    /// How the last attempt failed.
    pub(super) cause: Option<&'a Error>,
    /// What the attempt that is under way waits for.
    pub(super) progress: Option<Error>,
}

impl PendingCall {
    /// The error of a deadline that passed: `cause`, where there was no connection, says more than a time.
    pub(super) fn late(&self, absent: Option<&Absent<'_>>) -> Error {
        let timeout = std::time::Duration::from_millis(u64::from(self.call.timeout));
        match absent {
            None => Error::timeout(TimeoutPhase::Server, timeout),
            Some(Absent { cause: Some(cause), .. }) => (*cause).clone().executed(false),
            Some(Absent { progress, .. }) => {
                Error::timeout(TimeoutPhase::Queue, timeout).caused_by(progress.clone())
            }
        }
    }
}
