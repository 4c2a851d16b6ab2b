//! Replies meet their requests here. Owns the in-flight queue of one connection and promise P1: a reply reaches only the
//! command that caused it.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use super::batch::{Batch, BatchId, BatchOutcome, BatchProgress};
use super::deliver::{SingleCall, deliver, deliver_large};
use super::history::{self, What};
use super::invalidation;
use super::queue::Queue;
use super::rejection::{LEAVE_GRACE, RedirectPolicy};
use super::request::{
    ConnectionEvent, Millis, NEVER, Recipient, ReplyCollector, ReplySink, Request, TextFormat, Ticket, now,
};
use super::request_listeners;
use super::request_listeners::{End, Target, TrackId};
use crate::error::{Error, ServerError, TimeoutPhase};
use crate::resp::{Decoder, Frame, Scalar};

/// A caller whose deadline passes is told of the delay before its command was handed over, if that was this part of its time or more.
const TOLD_DELAY: u32 = 4;

/// Requests in flight on a connection.
#[derive(Debug)]
pub struct InFlight {
    /// Oldest first. Newer ones may still be in the queue.
    awaiting: VecDeque<Request>,
    /// Stream offset of the last command that the bytes at hand can answer.
    asked: u64,
    /// Stream offset of the last byte that the server will ever see, once that is known.
    last: Option<u64>,
    /// The batch that the oldest request is, once a reply to it has come.
    batch: Option<(BatchId, Box<Batch>)>,
    redirects: RedirectPolicy,
    /// What the server would not run, oldest first: it goes to the next connection.
    refused: VecDeque<Request>,
    /// Until when to wait for answers to what it was sent besides.
    leave_by: Millis,
}

impl InFlight {
    /// Nothing is in flight.
    pub fn new(redirects: RedirectPolicy) -> Self {
        Self {
            awaiting: VecDeque::new(),
            asked: 0,
            last: None,
            batch: None,
            redirects,
            refused: VecDeque::new(),
            leave_by: NEVER,
        }
    }

    /// The replies to the batch of which some have come.
    pub(crate) fn open_batch(&mut self) -> Option<&mut dyn ReplyCollector> {
        self.batch.as_mut().map(|(_, batch)| batch.replies())
    }

    /// Until when to wait for a server that refused a command because it is not the one to ask; `NEVER` where none was refused.
    pub fn leave_by(&self) -> Millis {
        self.leave_by
    }

    /// Puts the unanswered requests back into `queue`, whose owner decides about them.
    pub fn restore(&mut self, queue: &Queue) {
        if let Some((id, batch)) = self.batch.take() {
            queue.batches().put(id, batch);
        }
        self.refused.append(&mut self.awaiting);
        queue.restore(&mut self.refused);
        queue.recall();
    }
}

/// Requests in flight on a connection, and where their replies go.
pub struct Replies<'a> {
    queue: &'a Queue,
    awaiting: &'a mut VecDeque<Request>,
    asked: &'a mut u64,
    last: &'a mut Option<u64>,
    batch: &'a mut Option<(BatchId, Box<Batch>)>,
    redirects: RedirectPolicy,
    refused: &'a mut VecDeque<Request>,
    leave_by: &'a mut Millis,
    deliver: &'a mut dyn ReplySink,
}

impl<'a> Replies<'a> {
    /// Replies to `in_flight`, whose newer requests are in `queue`, go to `deliver`.
    pub fn new(queue: &'a Queue, in_flight: &'a mut InFlight, deliver: &'a mut dyn ReplySink) -> Self {
        let InFlight { awaiting, asked, last, batch, redirects, refused, leave_by } = in_flight;
        Self { queue, awaiting, asked, last, batch, redirects: *redirects, refused, leave_by, deliver }
    }

    /// Gives one decoded frame to the request that it answers.
    pub fn settle(&mut self, frame: Frame<'_>) -> Result<(), Error> {
        if let Frame::Push(items) = &frame {
            // Nobody subscribed on this connection; a server may still announce things (MOVING).
            if let Some(keys) = invalidation::announced(items) {
                self.deliver.event(ConnectionEvent::Invalidated(0, keys));
            }
            return Ok(());
        }
        if let Frame::SkippedPush(_) = frame {
            return Ok(());
        }
        let request = self.front()?;
        match request.recipient {
            Recipient::Caller(ticket) => {
                if let Frame::Scalar(Scalar::Error(line)) = &frame {
                    if self.redirects.is_wrong_server(line) {
                        if self.redirects.refuses(line, request.retry_policy.evidence) {
                            self.refused(&request, ticket, line);
                            return Ok(());
                        }
                        self.leave();
                    }
                    if request.retry_policy.passes(line) {
                        self.retries(&request, ticket, line);
                        return Ok(());
                    }
                }
                match request.track {
                    None => {
                        deliver(
                            &mut SingleCall { deliver: &mut *self.deliver, ticket },
                            request.shape,
                            frame,
                        );
                    }
                    Some(id) => {
                        self.settle_tracked(&request, ticket, id, frame);
                        return Ok(());
                    }
                }
            }
            Recipient::Batch(..) | Recipient::AbandonedUnit(_) => {
                let redirects = self.redirects;
                match self.batch_progress(&request, |batch, caller| batch.take(caller, redirects, frame))? {
                    BatchProgress::More => return Ok(()),
                    BatchProgress::Last | BatchProgress::Postponed => {}
                    BatchProgress::Refused => {
                        self.give_back();
                        return Ok(());
                    }
                }
            }
            Recipient::Probe | Recipient::Abandoned => {
                let target = request.track.map(|id| self.queue.tracks().target(id, false));
                match target {
                    // Nobody may listen any more.
                    Some(Target::Listener(listener)) => drop(listener.send(request_listeners::reply(frame))),
                    // The caller was told that the command may have been executed: it was.
                    Some(Target::State(command)) if !matches!(frame, Frame::Scalar(Scalar::Error(_))) => {
                        self.queue.tracks().remember(command);
                    }
                    _ => {}
                }
            }
        }
        history::note(self.queue, What::Answered, &request);
        self.awaiting.pop_front();
        if self.awaiting.is_empty() {
            self.queue.answered(request.end);
        }
        Ok(())
    }

    /// Settles a call with a listener, which is notified when the call's place is free: it may have more written at once.
    fn settle_tracked(&mut self, request: &Request, ticket: Ticket, id: TrackId, frame: Frame<'_>) {
        let is_null = matches!(frame, Frame::Scalar(Scalar::Null));
        let is_error = matches!(frame, Frame::Scalar(Scalar::Error(_)));
        let target = self.queue.tracks().target(id, is_null);
        if let Target::State(command) = target {
            if !is_error {
                self.queue.tracks().remember(command);
            }
            deliver(&mut SingleCall { deliver: &mut *self.deliver, ticket }, request.shape, frame);
            return self.ended(request, Target::Nobody);
        }
        if let Target::Caller(_) = target {
            deliver(&mut SingleCall { deliver: &mut *self.deliver, ticket }, request.shape, frame);
        }
        self.ended(request, target);
    }

    fn ended(&mut self, request: &Request, target: Target) {
        self.awaiting.pop_front();
        self.queue.answered(request.end);
        // A listener that is gone has told the caller something else.
        match target {
            Target::Caller(end) => drop(end.send(End::Delivered)),
            Target::Kept(end) => drop(end.send(End::Null)),
            Target::State(_) | Target::Listener(_) | Target::Nobody => {}
        }
    }

    /// Settles the bulk strings that come next for a batch of which some replies have come, but for its last reply: most batches
    /// read many values.
    #[inline]
    pub fn settle_bulk_strings(&mut self, decoder: &mut Decoder, buffer: &mut BytesMut) {
        let Some((_, batch)) = self.batch else { return };
        // While the batch is being written, each reply is compared with how far it is.
        let Some(request) = self.awaiting.front().filter(|_| !self.queue.has_backlog()) else { return };
        if let Recipient::Batch(ticket, _) = request.recipient
            && request.end <= *self.asked
            && batch.expects_plain_reply()
        {
            decoder.bulk_strings(buffer, |text| batch.take_bulk_string(ticket, text));
        }
    }

    /// Bytes came in: what they answer was submitted by now. A reply among them to anything later is not one.
    pub fn heard(&mut self) {
        let end = self.queue.end();
        *self.asked = self.last.map_or(end, |last| last.min(end));
    }

    /// The queue is held: whether everything is answered that was written before.
    pub fn is_read_out(&mut self) -> bool {
        let last = *self.last.get_or_insert_with(|| self.queue.outgoing().send_buffer.written());
        self.awaiting().front().is_none_or(|request| request.end > last)
    }

    /// Whether the bytes at hand can belong to a reply.
    pub fn is_awaited(&mut self) -> bool {
        self.front().is_ok()
    }

    /// Whether the next reply is wanted as text.
    pub fn next_wants_text(&mut self) -> bool {
        let request = self.front();
        request.is_ok_and(|request| {
            request.recipient.waiting().is_some_and(|ticket| ticket.view == TextFormat::Text)
        })
    }

    /// A bulk string that was read into a block of its own.
    pub fn settle_large(&mut self, bytes: Bytes, ascii: bool) -> Result<(), Error> {
        let request = self.front()?;
        match request.recipient {
            Recipient::Caller(ticket) => {
                let target = request.track.map(|id| self.queue.tracks().target(id, false));
                if matches!(target, None | Some(Target::Caller(_))) {
                    let mut caller = SingleCall { deliver: &mut *self.deliver, ticket };
                    deliver_large(&mut caller, request.shape, bytes, ascii);
                }
                if let Some(target) = target {
                    self.ended(&request, target);
                    return Ok(());
                }
            }
            Recipient::Batch(..) | Recipient::AbandonedUnit(_) => {
                let take = |batch: &mut Batch, caller| batch.take_large(caller, bytes, ascii);
                if self.batch_progress(&request, take)? == BatchProgress::More {
                    return Ok(());
                }
            }
            Recipient::Probe | Recipient::Abandoned => {
                if let Some(id) = request.track {
                    self.queue.untrack(id);
                }
            }
        }
        history::note(self.queue, What::Answered, &request);
        self.awaiting.pop_front();
        self.queue.answered(request.end);
        Ok(())
    }

    /// The oldest unanswered request. It stays in the queue until it is delivered, so that nothing is lost on a panic.
    fn front(&mut self) -> Result<Request, Error> {
        if self.awaiting.is_empty() {
            self.queue.collect(self.awaiting);
        }
        let Some(request) = self.awaiting.front() else {
            return Err(Error::protocol("the server sent a reply that no command asked for"));
        };
        let unread = request.end > *self.asked
            || (self.queue.has_backlog() && request.end > self.queue.outgoing().send_buffer.written());
        let request = *request;
        if unread && !self.has_begun(&request) {
            return Err(Error::protocol("the server answered a command that it cannot have read yet"));
        }
        Ok(request)
    }

    /// Whether the request is a batch, and the server can have read as much of it as the next reply is to.
    fn has_begun(&mut self, request: &Request) -> bool {
        let Some(batch) = self.batch(request) else { return false };
        let needed = request.start() + batch.needed();
        needed <= *self.asked && needed <= self.queue.outgoing().send_buffer.written()
    }

    /// The batch of the oldest request.
    fn batch(&mut self, request: &Request) -> Option<&mut Batch> {
        if self.batch.is_none() {
            let id = request.recipient.batch()?;
            *self.batch = Some((id, self.queue.batches().take(id)?));
        }
        self.batch.as_mut().map(|(_, batch)| batch.as_mut())
    }

    /// Lets the batch of the oldest request take its next reply. With the last one, its caller is answered.
    fn batch_progress(
        &mut self,
        request: &Request,
        take: impl FnOnce(&mut Batch, Option<Ticket>) -> Result<BatchProgress, Error>,
    ) -> Result<BatchProgress, Error> {
        let caller = request.recipient.waiting();
        let unknown = || Error::internal("a batch is unknown to its queue");
        let turn = take(self.batch(request).ok_or_else(unknown)?, caller)?;
        if turn == BatchProgress::More {
            return Ok(turn);
        }
        let (id, mut batch) = self.batch.take().ok_or_else(unknown)?;
        if turn == BatchProgress::Refused && caller.is_some() && self.redirects.is_returned() {
            self.queue.batches().put(id, batch);
            return Ok(turn);
        }
        if turn == BatchProgress::Postponed && caller.is_some() {
            let line = batch.take_refusal();
            self.queue.batches().put(id, batch);
            if self.queue.postpone(request, &line) {
                return Ok(turn);
            }
            batch = self.queue.batches().take(id).ok_or_else(unknown)?;
            batch.refuse(&line);
        }
        if batch.verdict.refused {
            self.leave();
        }
        let outcome = batch.give_up();
        if let Some(ticket) = caller {
            match outcome {
                BatchOutcome::Replies(replies) => self.deliver.batch(ticket, replies, None),
                BatchOutcome::Failed(failure) => self.deliver.error(ticket, &failure),
            }
        }
        Ok(BatchProgress::Last)
    }

    /// The server did not run the oldest request, because it is not the one to ask.
    fn refused(&mut self, request: &Request, ticket: Ticket, line: &[u8]) {
        if self.redirects.is_returned() {
            return self.give_back();
        }
        self.leave();
        self.fail(request, ticket, line);
        self.awaiting.pop_front();
        self.queue.answered(request.end);
    }

    /// The server did not run the oldest request for now: it is sent again, unless too much waits for that.
    fn retries(&mut self, request: &Request, ticket: Ticket, line: &[u8]) {
        let retries = self.queue.postpone(request, line);
        self.awaiting.pop_front();
        if self.awaiting.is_empty() {
            self.queue.answered(request.end);
        }
        if !retries {
            self.fail(request, ticket, line);
        }
    }

    /// The oldest request was refused with the error `line`, and ends with it.
    fn fail(&mut self, request: &Request, ticket: Ticket, line: &[u8]) {
        let error = Error::reply(ServerError::from_line(line)).executed(false);
        match request.track {
            Some(id) if !self.queue.tracks().is_state_change(id) => self.queue.tracks().fail(id, &error),
            _ => self.deliver.error(ticket, &error),
        }
    }

    /// Nothing more is sent to this server; what it was sent it may still answer.
    fn leave(&mut self) {
        if *self.leave_by == NEVER {
            self.queue.hold_all();
            *self.leave_by = now() + LEAVE_GRACE;
        }
    }

    /// The oldest request goes to the next connection.
    fn give_back(&mut self) {
        self.leave();
        if let Some(request) = self.awaiting.pop_front() {
            // One time more than it may anyway: this one was none.
            self.refused.push_back(Request { replays: request.replays.saturating_add(1), ..request });
        }
    }

    /// The frames of one read are settled.
    pub fn flush(&mut self) {
        self.queue.count(self.awaiting.len());
        if let Some(next) = self.awaiting.front() {
            self.queue.answered(next.start());
        }
        self.deliver.flush();
    }

    /// Rejects callers whose deadline has passed, and sends again what has waited for it.
    pub fn expire(&mut self) {
        let (queue, deliver) = (self.queue, &mut *self.deliver);
        queue.retry(|request, outcome, error| queue.reject(deliver, request, outcome, error));
        let Self { queue, awaiting, batch: open, deliver, .. } = self;
        queue.expire(awaiting, |request, outcome, phase, begun| {
            let begun_batch = open.as_mut().filter(|(id, _)| request.recipient.batch() == Some(*id));
            let outcome = outcome.or_else(|| begun_batch.map(|(_, batch)| batch.give_up()));
            queue.reject(&mut **deliver, request, outcome, &expired(request, phase, begun));
        });
        self.deliver.flush();
    }

    /// Whether nobody waits for anything, neither for a reply nor for another try.
    pub fn owes_nobody(&mut self) -> bool {
        let is_abandoned = |request: &Request| request.recipient.is_abandoned();
        self.awaiting().iter().all(is_abandoned)
            && self.queue.look(|others| others.iter().all(is_abandoned))
            && !self.queue.has_retries()
    }

    /// Every unanswered request that is on its way, oldest first.
    pub fn awaiting(&mut self) -> &VecDeque<Request> {
        self.queue.collect(self.awaiting);
        self.awaiting
    }
}

/// What a caller whose deadline has passed is told; `begun`: its command was begun to be written.
pub fn expired(request: &Request, phase: TimeoutPhase, begun: bool) -> Error {
    let millis = |time: u32| Duration::from_millis(u64::from(time));
    let error = Error::timeout(phase, millis(request.timeout)).executed(begun);
    if request.late < request.timeout / TOLD_DELAY { error } else { error.delayed(millis(request.late)) }
}

/// Tells whoever waits for `request` that there will be no reply or, for a batch, none beyond its `outcome`.
pub fn reject(deliver: &mut dyn ReplySink, request: &Request, outcome: Option<BatchOutcome>, error: &Error) {
    let Some(ticket) = request.recipient.waiting() else { return };
    match outcome {
        None => deliver.error(ticket, error),
        Some(BatchOutcome::Replies(replies)) => deliver.batch(ticket, replies, Some(error)),
        Some(BatchOutcome::Failed(failure)) => deliver.error(ticket, &failure),
    }
}
