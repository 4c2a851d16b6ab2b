//! Replies meet their requests here. Owns the in-flight queue of one connection and promise P1: a reply reaches only the
//! command that caused it.

use std::collections::VecDeque;

use bytes::Bytes;

use super::queue::Queue;
use super::request::{Deliver, Recipient, Reply, Request, Ticket};
use crate::command::{self, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};
use crate::error::{Error, Phase, ServerError};
use crate::resp::{Frame, Scalar};
use crate::value::Value;

/// Requests in flight on a connection.
#[derive(Debug, Default)]
pub struct InFlight {
    /// Oldest first. Newer ones may still be in the queue.
    awaiting: VecDeque<Request>,
    /// Stream offset of the last command that the bytes at hand can answer.
    asked: u64,
    /// Stream offset of the last byte that the server will ever see, once that is known.
    last: Option<u64>,
}

impl InFlight {
    /// Puts the unanswered requests back into `queue`, whose owner decides about them.
    pub fn restore(&mut self, queue: &Queue) {
        queue.restore(&mut self.awaiting);
    }
}

/// Requests in flight on a connection, and where their replies go.
pub struct Replies<'a> {
    queue: &'a Queue,
    awaiting: &'a mut VecDeque<Request>,
    asked: &'a mut u64,
    last: &'a mut Option<u64>,
    deliver: &'a mut dyn Deliver,
}

impl<'a> Replies<'a> {
    /// Replies to `in_flight`, whose newer requests are in `queue`, go to `deliver`.
    pub fn new(queue: &'a Queue, in_flight: &'a mut InFlight, deliver: &'a mut dyn Deliver) -> Self {
        let InFlight { awaiting, asked, last } = in_flight;
        Self { queue, awaiting, asked, last, deliver }
    }

    /// Gives one decoded frame to the request that it answers.
    pub fn settle(&mut self, frame: Frame<'_>) -> Result<(), Error> {
        if let Frame::Push(_) | Frame::SkippedPush(_) = frame {
            // Nobody subscribed on this connection; a server may still announce things (MOVING, invalidate).
            return Ok(());
        }
        let request = self.front()?;
        if let Recipient::Caller(ticket) = request.recipient {
            self.hand_over(ticket, request.shape, frame);
        }
        self.awaiting.pop_front();
        if self.awaiting.is_empty() {
            self.queue.answered(request.end);
        }
        Ok(())
    }

    /// Bytes came in: what they answer was submitted by now. A reply among them to anything later is not one.
    pub fn heard(&mut self) {
        let end = self.queue.end();
        *self.asked = self.last.map_or(end, |last| last.min(end));
    }

    /// The queue is held: whether everything is answered that was written before.
    pub fn is_read_out(&mut self) -> bool {
        let last = *self.last.get_or_insert_with(|| self.queue.outgoing().log.written());
        self.awaiting().front().is_none_or(|request| request.end > last)
    }

    /// Whether the next reply is wanted as text.
    pub fn next_wants_text(&mut self) -> bool {
        let request = self.front();
        request.is_ok_and(|request| matches!(request.recipient, Recipient::Caller(ticket) if !ticket.binary))
    }

    /// A bulk string that was read into a block of its own.
    pub fn settle_large(&mut self, bytes: Bytes, ascii: bool) -> Result<(), Error> {
        let request = self.front()?;
        if let Recipient::Caller(ticket) = request.recipient {
            match request.shape.scalar_rule() {
                ScalarRule::Keep => self.deliver.reply(ticket, Reply::Large { bytes, ascii }),
                ScalarRule::Binary => {
                    self.deliver.reply(Ticket { binary: true, ..ticket }, Reply::Large { bytes, ascii });
                }
                _ => self.tree(ticket, request.shape, Value::Bulk(bytes)),
            }
        }
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
            || (self.queue.has_backlog() && request.end > self.queue.outgoing().log.written());
        if unread {
            return Err(Error::protocol("the server answered a command that it cannot have read yet"));
        }
        Ok(*request)
    }

    fn hand_over(&mut self, ticket: Ticket, shape: &'static Shape, frame: Frame<'_>) {
        match frame {
            Frame::Scalar(Scalar::Error(line)) => {
                self.deliver.error(ticket, &Error::reply(ServerError::from_line(line)));
            }
            Frame::Scalar(scalar) => self.scalar(ticket, shape, scalar),
            Frame::Packed(packed) => self.deliver.reply(ticket, Reply::Packed(&packed, shape)),
            Frame::Tree(value) => self.tree(ticket, shape, value),
            Frame::Skipped(limit) => {
                self.deliver.error(ticket, &Error::reply_limit(limit.option(), limit.allowed()));
            }
            // Handled by the caller.
            Frame::Push(_) | Frame::SkippedPush(_) | Frame::LargeBulk { .. } => {}
        }
    }

    /// The hot path: a reply without parts is shaped without leaving the read buffer.
    fn scalar(&mut self, ticket: Ticket, shape: &'static Shape, scalar: Scalar<'_>) {
        let rule = shape.scalar_rule();
        let shaped = match (rule, scalar) {
            (ScalarRule::Binary, scalar) => {
                return self.deliver.reply(Ticket { binary: true, ..ticket }, Reply::Scalar(scalar));
            }
            (ScalarRule::Word, Scalar::Bulk(text)) => Scalar::Status(text),
            (ScalarRule::Bool, Scalar::Int(int)) => bool_from_int(int).map_or(scalar, Scalar::Bool),
            (ScalarRule::Int, Scalar::Bulk(text)) => int_from_text(text).map_or(scalar, Scalar::Int),
            (ScalarRule::Double, Scalar::Bulk(text)) => double_from_text(text).map_or(scalar, Scalar::Double),
            #[expect(clippy::cast_precision_loss, reason = "scores are doubles in the server already")]
            (ScalarRule::Double, Scalar::Int(int)) => Scalar::Double(int as f64),
            (ScalarRule::Parse, Scalar::Bulk(_) | Scalar::Null) => {
                return self.tree(ticket, shape, Value::from(scalar));
            }
            (_, scalar) => scalar,
        };
        self.deliver.reply(ticket, Reply::Scalar(shaped));
    }

    fn tree(&mut self, ticket: Ticket, shape: &'static Shape, value: Value) {
        self.deliver.reply(ticket, Reply::Tree(command::shape(value, shape)));
    }

    /// The frames of one read are settled.
    pub fn flush(&mut self) {
        if let Some(next) = self.awaiting.front() {
            self.queue.answered(next.start());
        }
        self.deliver.flush();
    }

    /// Rejects callers whose deadline has passed.
    pub fn expire(&mut self) {
        let deliver = &mut *self.deliver;
        self.queue.expire(self.awaiting, |request, phase, begun| expired(deliver, request, phase, begun));
        self.deliver.flush();
    }

    /// Every unanswered request, oldest first.
    pub fn awaiting(&mut self) -> &VecDeque<Request> {
        self.queue.collect(self.awaiting);
        self.awaiting
    }
}

/// Tells a caller that its deadline has passed, with whether its command was `begun` to be written.
pub fn expired(deliver: &mut dyn Deliver, request: &Request, phase: Phase, begun: bool) {
    if let Recipient::Caller(ticket) = request.recipient {
        let timeout = std::time::Duration::from_millis(u64::from(request.timeout));
        deliver.error(ticket, &Error::timeout(phase, timeout).executed(begun));
    }
}
