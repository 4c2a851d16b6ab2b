//! One established connection: reads, decodes, settles, writes what the JavaScript thread could not, and keeps the time.
//! Knows no command but the liveness probe's.

use std::io;
use std::pin::Pin;
use std::time::Instant;

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::AsyncReadExt;
use tokio::time::{Sleep, sleep_until};

use super::block::{self, Block};
use super::halves::{Reader, Writer};
use super::liveness::{Liveness, Verdict};
use super::queue::Queue;
use super::replies::Replies;
use super::request::{Deliver, Millis, NEVER, Recipient, Request, instant, now};
use crate::command::Shape;
use crate::error::{ConnectionFailure, Error};
use crate::resp::{Decoder, Frame};

/// Room made for one read at first.
pub const READ_CHUNK: usize = 64 * 1024;

/// Less room than this is not worth a read.
const MIN_READ: usize = 16 * 1024;

/// Room made while large replies keep filling the buffer.
const MAX_READ_CHUNK: usize = 1024 * 1024;

/// An idle connection is asked for a sign of life with this.
const PROBE: &[u8] = b"*1\r\n$4\r\nPING\r\n";

/// A day: how far ahead a timer is set when there is nothing to wait for.
const FAR: Millis = 24 * 60 * 60 * 1000;

/// What the owner of the connection wants of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Stay open.
    Open,
    /// Answer what is in flight, then close.
    Drain,
    /// Close now.
    Destroy,
}

/// Why a connection ended.
#[derive(Debug)]
pub enum Ended {
    /// As its owner wished.
    Closed,
    /// It broke.
    Lost(Error),
}

/// An established connection with its handshake done.
pub struct Connection {
    /// The reading half.
    pub reader: Reader,
    /// The writing half.
    pub writer: Writer,
    /// The decoder, with its limits.
    pub decoder: Decoder,
    /// Bytes that came after the handshake's replies.
    pub buffer: BytesMut,
    /// When to worry.
    pub liveness: Liveness,
    /// Room made for one read, in bytes: [`READ_CHUNK`] at first.
    pub room: usize,
}

/// A bulk string that is read straight into its own memory, with the CRLF behind it.
struct LargeRead {
    block: Vec<u8>,
    length: usize,
    /// Bytes looked at, and whether all of them were ASCII. Nobody asks of bytes that stay bytes.
    seen: usize,
    ascii: bool,
}

impl Connection {
    /// From now on `queue` submits to this connection, which is to be [run](Self::run) next.
    pub fn attach(&self, queue: &Queue) {
        queue.attach(self.writer.direct.clone());
    }

    /// Runs until the connection ends. Requests that are unanswered then are back in `queue`.
    pub async fn run(mut self, queue: &Queue, deliver: &mut dyn Deliver, wish: impl Fn() -> Wish) -> Ended {
        let mut replies = Replies::new(queue, deliver);
        match self.serve(queue, &mut replies, wish).await {
            Ok(()) => Ended::Closed,
            Err(error) => {
                replies.flush();
                Ended::Lost(error)
            }
        }
    }

    async fn serve(
        &mut self,
        queue: &Queue,
        replies: &mut Replies<'_>,
        wish: impl Fn() -> Wish,
    ) -> Result<(), Error> {
        let mut large: Option<LargeRead> = None;
        let mut heard = now();
        let mut timer = Timer::new();
        timer.set(queue.arm(self.next_look(heard)));
        loop {
            match wish() {
                Wish::Drain if replies.awaiting().is_empty() => return Ok(()),
                Wish::Open | Wish::Drain => {}
                Wish::Destroy => return Ok(()),
            }
            tokio::select! {
                biased;
                read = read(&mut self.reader, &mut self.buffer, &mut large) => {
                    if read.map_err(|error| lost(&error))? == 0 {
                        return Err(Error::connection(ConnectionFailure::Lost, "the server closed the connection"));
                    }
                    heard = now();
                    replies.heard();
                    self.decode(replies, &mut large)?;
                    // A flood of replies must not keep the timer branch from its turn.
                    if heard >= timer.at {
                        let at = self.keep_time(queue, replies, heard)?;
                        timer.set(at);
                    }
                }
                written = self.writer.drain(queue), if queue.has_backlog() => {
                    written.map_err(|error| lost(&error))?;
                }
                () = queue.wake.notified() => {
                    timer.set(queue.arm(timer.at));
                }
                () = timer.sleep.as_mut() => {
                    let at = self.keep_time(queue, replies, heard)?;
                    timer.set(at);
                }
            }
        }
    }

    /// Settles every complete frame in the buffer.
    fn decode(&mut self, replies: &mut Replies<'_>, large: &mut Option<LargeRead>) -> Result<(), Error> {
        loop {
            if let Some(read) = large.take_if(|read| read.block.len() == read.length + 2) {
                let (bytes, ascii) = read.finish()?;
                replies.settle_large(bytes, ascii)?;
            }
            if large.is_some() {
                break;
            }
            match self.decoder.next(&mut self.buffer).map_err(|error| Error::protocol(error.to_string()))? {
                Some(Frame::LargeBulk { len }) => {
                    let text = replies.next_wants_text();
                    *large = Some(LargeRead::start(len, text, &mut self.buffer));
                }
                Some(frame) => replies.settle(frame)?,
                None => break,
            }
        }
        replies.flush();
        if large.is_none() {
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

    /// Rejects what is overdue and judges the silence. Returns when to do it again.
    fn keep_time(&self, queue: &Queue, replies: &mut Replies<'_>, heard: Millis) -> Result<Millis, Error> {
        replies.expire();
        let at = self.look(queue, replies, heard)?;
        Ok(queue.arm(at))
    }

    /// When an idle connection that sent its last byte at `heard` is to be looked at.
    fn next_look(&self, heard: Millis) -> Millis {
        if self.liveness.probe_after == 0 { NEVER } else { heard + self.liveness.probe_after }
    }

    /// Judges the silence. Returns when to look again.
    fn look(&self, queue: &Queue, replies: &mut Replies<'_>, heard: Millis) -> Result<Millis, Error> {
        let now = now();
        match self.liveness.judge(now, heard, replies.awaiting().iter()) {
            Verdict::Wait(NEVER) => Ok(self.next_look(now)),
            Verdict::Wait(at) => Ok(at),
            Verdict::Dead(silence) => Err(Error::connection(
                ConnectionFailure::Lost,
                format!("the server sent nothing for {silence} ms while commands were in flight"),
            )),
            Verdict::Probe => {
                let patience = self.liveness.patience();
                let probe = Request {
                    recipient: Recipient::Probe,
                    shape: &Shape::Any,
                    replay: false,
                    length: u32::try_from(PROBE.len()).unwrap_or(0),
                    end: 0,
                    deadline: now + patience,
                    timeout: u32::try_from(patience).unwrap_or(u32::MAX),
                };
                queue.submit(&mut PROBE.to_vec(), &mut vec![probe]);
                Ok(now + patience)
            }
        }
    }
}

async fn read(
    reader: &mut Reader,
    buffer: &mut BytesMut,
    large: &mut Option<LargeRead>,
) -> io::Result<usize> {
    match large {
        Some(read) => {
            let missing = read.length + 2 - read.block.len();
            let count = reader.read_buf(&mut (&mut read.block).limit(missing)).await;
            read.look();
            count
        }
        None => reader.read_buf(buffer).await,
    }
}

fn lost(error: &io::Error) -> Error {
    Error::connection(ConnectionFailure::Lost, format!("the connection was lost: {error}"))
}

impl LargeRead {
    fn start(length: usize, text: bool, buffer: &mut BytesMut) -> Self {
        let mut block = block::take(length + 2);
        let here = buffer.len().min(length + 2);
        block.extend_from_slice(&buffer[..here]);
        buffer.advance(here);
        Self { block, length, seen: 0, ascii: text }
    }

    /// Looks at what has arrived while it is still in the processor's cache and the rest is on its way.
    fn look(&mut self) {
        if self.ascii {
            self.ascii = self.block.get(self.seen..).is_some_and(<[u8]>::is_ascii);
            self.seen = self.block.len();
        }
    }

    fn finish(mut self) -> Result<(bytes::Bytes, bool), Error> {
        self.look();
        if !self.block.ends_with(b"\r\n") {
            return Err(Error::protocol("a bulk string does not end with CRLF"));
        }
        self.block.truncate(self.length);
        Ok((Block::new(self.block).into_bytes(), self.ascii))
    }
}

/// A timer that is touched only when its time changes.
struct Timer {
    at: Millis,
    sleep: Pin<Box<Sleep>>,
}

impl Timer {
    fn new() -> Self {
        Self {
            at: NEVER,
            sleep: Box::pin(sleep_until(instant(now() + FAR).unwrap_or_else(Instant::now).into())),
        }
    }

    fn set(&mut self, at: Millis) {
        if at != self.at || self.sleep.is_elapsed() {
            self.at = at;
            let until = instant(at.min(now() + FAR)).unwrap_or_else(Instant::now);
            self.sleep.as_mut().reset(until.into());
        }
    }
}
