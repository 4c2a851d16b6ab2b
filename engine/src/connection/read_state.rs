//! What a connection has read and who waits for it: decodes, settles, keeps the time. Knows no socket, so that whichever thread
//! reads may use it.

use std::io::{self, Read};

use bytes::{Buf, Bytes, BytesMut};

use super::driver::READ_CHUNK;
use super::liveness::{Liveness, LivenessVerdict};
use super::queue::Queue;
use super::rejection::{RedirectPolicy, RetryPolicy};
use super::replies::{InFlight, Replies};
use super::request::{Millis, NEVER, Recipient, ReplyCollector, ReplySink, Request, now};
use crate::buffer_pool;
use crate::buffer_pool::PooledBuffer;
use crate::command::Shape;
use crate::error::{ConnectionFailure, Error, SystemFault};
use crate::resp::{Decoder, Frame};

/// Less room than this is not worth a read.
const MIN_READ: usize = 16 * 1024;

/// Room made while large replies keep filling the buffer.
const MAX_READ_CHUNK: usize = 1024 * 1024;

/// Read at most this much at once behind a large string.
const AFTER_LARGE: usize = 4 * 1024;

/// An idle connection is asked for a sign of life with this.
const PROBE: &[u8] = b"*1\r\n$4\r\nPING\r\n";

/// The reading side's state.
pub struct ReadState {
    decoder: Decoder,
    /// Bytes that are not decoded.
    pub(crate) buffer: BytesMut,
    /// A bulk string that is read into its own memory.
    pub(crate) large: Option<LargeRead>,
    in_flight: InFlight,
    liveness: Liveness,
    /// When the server last sent something.
    heard: Millis,
    room: usize,
    /// The last reply was a large string.
    after_large: bool,
}

/// A bulk string that is read straight into its own memory, with the CRLF behind it.
pub(crate) struct LargeRead {
    /// At least `length + 2` bytes, of which `filled` have arrived.
    block: Vec<u8>,
    filled: usize,
    length: usize,
    /// Bytes looked at, and whether all of them were ASCII. Nobody asks of bytes that stay bytes.
    seen: usize,
    ascii: bool,
}

impl ReadState {
    /// Nothing is in flight; `buffer` holds what came after the handshake's replies.
    pub fn new(decoder: Decoder, buffer: BytesMut, liveness: Liveness, redirects: RedirectPolicy) -> Self {
        Self {
            decoder,
            buffer,
            large: None,
            in_flight: InFlight::new(redirects),
            liveness,
            heard: now(),
            room: READ_CHUNK,
            after_large: false,
        }
    }

    /// The replies to what is in flight go to `deliver`.
    pub fn replies<'a>(&'a mut self, queue: &'a Queue, deliver: &'a mut dyn ReplySink) -> Replies<'a> {
        Replies::new(queue, &mut self.in_flight, deliver)
    }

    /// The replies to the batch of which some have come.
    pub(crate) fn open_batch(&mut self) -> Option<&mut dyn ReplyCollector> {
        self.in_flight.open_batch()
    }

    /// Until when to wait for a server that refused a command because it is not the one to ask; `NEVER` where none was refused.
    pub fn leave_by(&self) -> Millis {
        self.in_flight.leave_by()
    }

    /// Puts the unanswered requests back into `queue`.
    pub fn restore(&mut self, queue: &Queue) {
        self.in_flight.restore(queue);
    }

    /// When the server last sent something.
    pub fn heard(&self) -> Millis {
        self.heard
    }

    /// Bytes were read: settles every complete frame among them.
    pub fn received(&mut self, queue: &Queue, deliver: &mut dyn ReplySink) -> Result<(), Error> {
        self.heard = now();
        let mut replies = Replies::new(queue, &mut self.in_flight, deliver);
        replies.heard();
        loop {
            if let Some(read) = self.large.take_if(|read| read.is_whole()) {
                let (bytes, ascii) = read.finish()?;
                replies.settle_large(bytes, ascii)?;
                self.after_large = true;
            }
            if self.large.is_some() {
                break;
            }
            replies.settle_bulk_strings(&mut self.decoder, &mut self.buffer);
            match self.decoder.next(&mut self.buffer).map_err(|error| Error::protocol(error.to_string()))? {
                Some(Frame::LargeBulk { len }) => {
                    let text = replies.next_wants_text();
                    self.large = Some(LargeRead::start(len, text, &mut self.buffer));
                }
                Some(frame) => {
                    self.after_large = false;
                    replies.settle(frame)?;
                }
                None => break,
            }
        }
        replies.flush();
        if self.large.is_none() {
            // A beginning that nobody asked for would be taken for that of the next reply.
            if !self.buffer.is_empty() && !self.decoder.is_announcing(&self.buffer) && !replies.is_awaited() {
                let message = "the server sent the beginning of a reply that no command asked for";
                return Err(Error::protocol(message));
            }
            self.make_room();
        }
        Ok(())
    }

    /// Makes room for the next read. Replies that are larger than the buffer make it grow, so that the next of their kind
    /// comes in one read and is not moved.
    fn make_room(&mut self) {
        if self.buffer.is_empty() {
            self.buffer.reserve(self.room);
            return;
        }
        let needed = self.decoder.needed();
        if self.buffer.capacity() - self.buffer.len() < needed.max(MIN_READ) {
            self.room = (self.room * 2).min(MAX_READ_CHUNK);
            self.buffer.reserve(needed.clamp(self.room, MAX_READ_CHUNK));
        }
    }

    /// Reads once from `socket`, by way of `scratch` where the bytes do not belong to a large string. 0 at the end of the
    /// stream.
    pub fn read_from(&mut self, socket: &mut impl Read, scratch: &mut [u8]) -> io::Result<usize> {
        if let Some(large) = &mut self.large {
            let count = socket.read(large.room())?;
            large.advance(count);
            return Ok(count);
        }
        // What comes behind a large string is often another, which is not to come by way of the scratch.
        let most = if self.after_large { AFTER_LARGE.min(scratch.len()) } else { scratch.len() };
        let count = socket.read(scratch.get_mut(..most).unwrap_or_default())?;
        self.buffer.extend_from_slice(scratch.get(..count).unwrap_or_default());
        Ok(count)
    }

    /// Bytes of a reply that is not whole, but for a large bulk string.
    pub fn partial(&self) -> usize {
        self.buffer.len()
    }

    /// The length of the large bulk string that is not whole; 0 without one.
    pub fn large(&self) -> usize {
        self.large.as_ref().map_or(0, |large| large.length)
    }

    /// Rejects what is overdue and judges the silence. Returns when to do it again.
    pub fn keep_time(&mut self, queue: &Queue, deliver: &mut dyn ReplySink) -> Result<Millis, Error> {
        Replies::new(queue, &mut self.in_flight, deliver).expire();
        let at = self.look(queue, deliver)?;
        Ok(queue.arm(at.min(self.leave_by())))
    }

    /// When an idle connection is to be looked at.
    pub fn next_look(&self, heard: Millis) -> Millis {
        if self.liveness.probe_after == 0 { NEVER } else { heard + self.liveness.probe_after }
    }

    /// Judges the silence. Returns when to look again.
    fn look(&mut self, queue: &Queue, deliver: &mut dyn ReplySink) -> Result<Millis, Error> {
        let now = now();
        let verdict = {
            let mut replies = Replies::new(queue, &mut self.in_flight, deliver);
            let begun = replies.awaiting();
            queue.look(|others| {
                // Those are never sent.
                let others = others.iter().filter(|request| request.recipient != Recipient::Abandoned);
                self.liveness.judge(now, self.heard, begun.iter().chain(others))
            })
        };
        match verdict {
            LivenessVerdict::Wait(NEVER) => Ok(self.next_look(now)),
            LivenessVerdict::Wait(at) => Ok(at),
            LivenessVerdict::Dead(silence) => {
                let message =
                    format!("the server sent nothing for {silence} ms while commands were in flight");
                let fault = SystemFault::new("ETIMEDOUT", "read");
                Err(Error::connection(ConnectionFailure::Lost, message).system(vec![fault]))
            }
            LivenessVerdict::Probe => {
                let wait_limit = self.liveness.wait_limit();
                let probe = Request {
                    recipient: Recipient::Probe,
                    shape: &Shape::Any,
                    replays: 0,
                    retry_policy: RetryPolicy::TOLD,
                    redirects: 0,
                    track: None,
                    length: u32::try_from(PROBE.len()).unwrap_or(0),
                    end: 0,
                    deadline: now + wait_limit,
                    timeout: u32::try_from(wait_limit).unwrap_or(u32::MAX),
                    late: 0,
                };
                queue.submit_all(&mut PROBE.to_vec(), &mut vec![probe]);
                Ok(now + wait_limit)
            }
        }
    }
}

impl LargeRead {
    fn start(length: usize, text: bool, buffer: &mut BytesMut) -> Self {
        let mut block = buffer_pool::take_filled(length + 2);
        let here = buffer.len().min(length + 2);
        block[..here].copy_from_slice(&buffer[..here]);
        buffer.advance(here);
        Self { block, filled: here, length, seen: 0, ascii: text }
    }

    fn is_whole(&self) -> bool {
        self.filled == self.length + 2
    }

    /// Where what is missing goes.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        self.block.get_mut(self.filled..self.length + 2).unwrap_or_default()
    }

    /// `count` bytes have arrived. Looks at them while they are still in the processor's cache and the rest is on its way.
    pub(crate) fn advance(&mut self, count: usize) {
        self.filled += count;
        if self.ascii {
            self.ascii = self.block.get(self.seen..self.filled).is_some_and(<[u8]>::is_ascii);
            self.seen = self.filled;
        }
    }

    fn finish(mut self) -> Result<(Bytes, bool), Error> {
        self.advance(0);
        if self.block.get(self.length..self.filled) != Some(b"\r\n") {
            return Err(Error::protocol("a bulk string does not end with CRLF"));
        }
        Ok((PooledBuffer::new(self.block).into_bytes().slice(..self.length), self.ascii))
    }
}
