//! One established connection: reads, decodes, settles, writes what the JavaScript thread could not, and keeps the time.
//! Knows no command but the liveness probe's.

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;

use super::inline_read::read_handoff::ReadHandoff;
use super::liveness::Liveness;
use super::queue::Queue;
use super::read_state::ReadState;
use super::rejection::RedirectPolicy;
use super::renewal::Renewal;
use super::request::{NEVER, ReplySink, now};
use super::timer::Timer;
use crate::config::address::ConnectTarget;
use crate::error::{ConnectionFailure, Error};
use crate::resp::Decoder;
use crate::transport::dial;
use crate::transport::dial::closed_by_server;
use crate::transport::split;
use crate::transport::split::{DirectWriter, ReadSide, WriteSide, split};

/// Room made for one read at first.
pub const READ_CHUNK: usize = 64 * 1024;

/// When a deadline passes, the bytes that wait to be read may hold the reply: so many of them are read before it is judged. No system
/// keeps more for one socket unless it was told to.
pub(crate) const OVERDUE_READ: usize = 8 * 1024 * 1024;

/// Why its owner gave a connection up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Severance {
    /// Its server is silent.
    Silent = 1,
    /// A call on it was ended early, and its server may still keep that one waiting.
    Held,
}

impl Severance {
    fn message(self) -> &'static str {
        match self {
            Self::Silent => "the connection was given up: its server does not reply on others either",
            Self::Held => {
                "the connection was closed: a blocking call on it was ended early, and the server did not end its wait"
            }
        }
    }
}

/// What the owner of the connection wants of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Stay open.
    None,
    /// Answer what is in flight, then close.
    Drain,
    /// Write nothing more, answer what was written, then end: this is no longer the server to use.
    Leave,
    /// Close now, as if the connection had broken.
    Abort(Severance),
    /// Close now.
    Immediate,
}

/// Why a connection ended.
#[derive(Debug)]
pub enum ConnectionEnd {
    /// As its owner wished.
    Closed,
    /// It broke.
    Lost(Error),
    /// It was left, because its server is no longer the one to use.
    Left(Error),
    /// It was left, because its server refused a command and is not the one to use.
    Refused(Error),
}

/// An established connection with its handshake done.
pub struct Connection {
    /// The reading half.
    pub reader: ReadSide,
    /// The writing half.
    pub writer: WriteSide,
    /// The decoder, with its limits.
    pub decoder: Decoder,
    /// Bytes that came after the handshake's replies.
    pub buffer: BytesMut,
    /// The server's number for it, where it is known.
    pub client_id: Option<i64>,
    /// When to worry.
    pub liveness: Liveness,
    /// Where it leads.
    pub place: ConnectTarget,
    /// What becomes of commands that the server refuses because it is not the one to ask.
    pub redirects: RedirectPolicy,
    /// When its credentials have to be renewed.
    pub renewal: Renewal,
}

/// The reading side of a connection. Its unanswered requests are put back in the end, also when the task panics.
struct InFlightGuard<'q> {
    queue: &'q Arc<Queue>,
    /// Absent while it is lent.
    read_state: Option<ReadState>,
    handoff: Option<Arc<ReadHandoff>>,
}

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        let handed_off = self.handoff.take().and_then(|handoff| handoff.recall());
        if let Some(mut read_state) = self.read_state.take().or(handed_off.map(|(read_state, _)| read_state))
        {
            read_state.restore(self.queue);
        }
    }
}

/// Why a task that reads stopped doing so.
enum ReadStop {
    /// The connection is to be closed.
    Close,
    /// The submitting thread wants to read.
    Lend,
}

impl Connection {
    /// From now on `queue` submits to this connection, which is to be [run](Self::run) next. `lends`: whoever submits can borrow
    /// the reading side.
    pub fn attach(&self, queue: &Queue, lends: bool) {
        queue.attach(self.writer.direct.clone(), lends && split::is_plain(&self.reader));
    }

    /// Runs until the connection ends. Requests that are unanswered then are back in `queue`.
    pub async fn run(
        self,
        queue: &Arc<Queue>,
        deliver: &mut dyn ReplySink,
        shutdown: impl Fn() -> Shutdown,
    ) -> ConnectionEnd {
        let read_state = ReadState::new(self.decoder, self.buffer, self.liveness, self.redirects);
        let mut in_flight_guard = InFlightGuard { queue, read_state: Some(read_state), handoff: None };
        let ended = serve(&mut in_flight_guard, self.reader, self.writer, deliver, shutdown).await;
        deliver.flush();
        match ended {
            Ok(())
                if in_flight_guard
                    .read_state
                    .as_ref()
                    .is_some_and(|read_state| read_state.leave_by() != NEVER) =>
            {
                let message = format!("{} says that it is not the server to use", self.place.endpoint);
                ConnectionEnd::Refused(Error::connection(ConnectionFailure::Lost, message))
            }
            Ok(()) => ConnectionEnd::Closed,
            Err(error) => ConnectionEnd::Lost(error.at(&self.place.endpoint)),
        }
    }
}

async fn serve(
    in_flight_guard: &mut InFlightGuard<'_>,
    mut reader: ReadSide,
    mut writer: WriteSide,
    deliver: &mut dyn ReplySink,
    shutdown: impl Fn() -> Shutdown,
) -> Result<(), Error> {
    let mut timer = Timer::new();
    timer.set(in_flight_guard.queue.arm(in_flight_guard.read_state()?.next_look(now())));
    loop {
        match read_here(in_flight_guard, &mut reader, &mut writer, deliver, &shutdown, &mut timer).await? {
            ReadStop::Close => return Ok(()),
            ReadStop::Lend => {
                let (stream, handoff) = hand_off(in_flight_guard, reader, writer, deliver)?;
                let ended = read_there(in_flight_guard.queue, &handoff, deliver, &shutdown, &mut timer).await;
                in_flight_guard.handoff = None;
                let (read_state, broken) = handoff.recall().ok_or_else(gone)?;
                in_flight_guard.read_state = Some(read_state);
                if let Some(error) = broken.or(ended.err()) {
                    // The borrower has a handle to the socket, too.
                    drop(handoff.socket().shutdown());
                    return Err(error);
                }
                (reader, writer) = take_back(in_flight_guard.queue, stream)?;
            }
        }
    }
}

/// Reads on the connection's task.
async fn read_here(
    in_flight_guard: &mut InFlightGuard<'_>,
    reader: &mut ReadSide,
    writer: &mut WriteSide,
    deliver: &mut dyn ReplySink,
    shutdown: impl Fn() -> Shutdown,
    timer: &mut Timer,
) -> Result<ReadStop, Error> {
    let queue = in_flight_guard.queue;
    let read_state = in_flight_guard.read_state()?;
    let mut since_due = 0;
    loop {
        // What is left must be read out, whatever else is wished but an end at once.
        let shutdown_now = match shutdown() {
            Shutdown::None | Shutdown::Drain if read_state.leave_by() != NEVER => Shutdown::Leave,
            shutdown => shutdown,
        };
        match shutdown_now {
            Shutdown::Drain if read_state.replies(queue, deliver).owes_nobody() => {
                return Ok(ReadStop::Close);
            }
            Shutdown::Leave if read_state.replies(queue, deliver).is_read_out() => {
                return Ok(ReadStop::Close);
            }
            Shutdown::None | Shutdown::Drain | Shutdown::Leave => {}
            Shutdown::Abort(why) => return Err(Error::connection(ConnectionFailure::Lost, why.message())),
            Shutdown::Immediate => return Ok(ReadStop::Close),
        }
        tokio::select! {
            biased;
            read = read(reader, read_state) => {
                let count = read.map_err(|error| lost(&error))?;
                if count == 0 {
                    return Err(closed_by_server("the server closed the connection"));
                }
                read_state.received(queue, deliver)?;
                // What came in time is not late because it was not read yet; a flood must not put the timer off for ever.
                if read_state.heard() >= timer.at() {
                    since_due += count;
                    if since_due > OVERDUE_READ {
                        since_due = 0;
                        timer.set(read_state.keep_time(queue, deliver)?);
                    }
                }
            }
            written = writer.drain(queue), if queue.has_backlog() && !queue.is_parked() => {
                written.map_err(|error| lost(&error))?;
                if queue.is_due() {
                    timer.set(read_state.keep_time(queue, deliver)?);
                }
            }
            () = queue.wake.notified() => {
                if queue.wants_handoff()
                    && shutdown() == Shutdown::None
                    && read_state.partial() == 0
                    && read_state.large() == 0
                    && !queue.has_backlog()
                {
                    return Ok(ReadStop::Lend);
                }
                timer.set(queue.arm(timer.at()));
            }
            () = timer.passed() => {
                since_due = 0;
                timer.set(read_state.keep_time(queue, deliver)?);
            }
        }
    }
}

/// Waits while the submitting thread reads. Returns when the task needs the socket itself.
async fn read_there(
    queue: &Queue,
    handoff: &ReadHandoff,
    deliver: &mut dyn ReplySink,
    shutdown: impl Fn() -> Shutdown,
    timer: &mut Timer,
) -> Result<(), Error> {
    while shutdown() == Shutdown::None && !queue.wants_take_back() && !queue.has_backlog() {
        tokio::select! {
            biased;
            () = queue.wake.notified() => timer.set(queue.arm(timer.at())),
            () = timer.passed() => timer.set(handoff.keep_time(deliver)?),
        }
    }
    Ok(())
}

/// Takes the socket from the runtime, so that nothing that arrives wakes this thread, and lends it.
fn hand_off(
    in_flight_guard: &mut InFlightGuard<'_>,
    reader: ReadSide,
    writer: WriteSide,
    deliver: &mut dyn ReplySink,
) -> Result<(Arc<DirectWriter>, Arc<ReadHandoff>), Error> {
    let queue = in_flight_guard.queue;
    let mut plain = None;
    queue
        .exchange_socket(true, |shared| {
            drop(writer);
            let half =
                Arc::into_inner(shared).ok_or_else(|| io::Error::other("the socket has other users"))?;
            let socket = split::unregister(reader, half)?;
            let borrowed = socket.try_clone()?;
            let shared = Arc::new(DirectWriter::Plain(socket));
            plain = Some((Arc::clone(&shared), borrowed));
            Ok(shared)
        })
        .map_err(|error: io::Error| lost(&error))?;
    let ((shared, borrowed), read_state) = plain.zip(in_flight_guard.read_state.take()).ok_or_else(gone)?;
    let handoff = ReadHandoff::new(read_state, borrowed, Arc::clone(queue));
    in_flight_guard.handoff = Some(Arc::clone(&handoff));
    deliver.hand_off(Arc::clone(&handoff));
    deliver.flush();
    Ok((shared, handoff))
}

/// Hands the socket back to the runtime.
fn take_back(queue: &Queue, shared: Arc<DirectWriter>) -> Result<(ReadSide, WriteSide), Error> {
    let mut halves = None;
    queue
        .exchange_socket(false, |other| {
            drop(other);
            let Some(DirectWriter::Plain(socket)) = Arc::into_inner(shared) else {
                return Err(io::Error::other("the socket has other users"));
            };
            let (reader, writer) = split(socket.register()?);
            let shared = Arc::clone(&writer.direct);
            halves = Some((reader, writer));
            Ok(shared)
        })
        .map_err(|error: io::Error| lost(&error))?;
    halves.ok_or_else(gone)
}

impl InFlightGuard<'_> {
    fn read_state(&mut self) -> Result<&mut ReadState, Error> {
        self.read_state.as_mut().ok_or_else(gone)
    }
}

fn gone() -> Error {
    Error::internal("the reading side of a connection is gone")
}

async fn read(reader: &mut ReadSide, read_state: &mut ReadState) -> io::Result<usize> {
    match &mut read_state.large {
        Some(large) => {
            let count = reader.read(large.room()).await?;
            large.advance(count);
            Ok(count)
        }
        None => reader.read_buf(&mut read_state.buffer).await,
    }
}

pub(crate) fn lost(error: &io::Error) -> Error {
    dial::lost(format!("the connection was lost: {}", dial::explain(error)), error)
}
