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
    Open,
    /// Answer what is in flight, then close.
    Drain,
    /// Write nothing more, answer what was written, then end: this is no longer the server to use.
    Leave,
    /// Close now, as if the connection had broken.
    Sever(Severance),
    /// Close now.
    Destroy,
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
    pub refusals: RedirectPolicy,
    /// When its credentials have to be renewed.
    pub renewal: Renewal,
}

/// The reading side of a connection. Its unanswered requests are put back in the end, also when the task panics.
struct InFlightGuard<'q> {
    queue: &'q Arc<Queue>,
    /// Absent while it is lent.
    inbound: Option<ReadState>,
    loan: Option<Arc<ReadHandoff>>,
}

impl Drop for InFlightGuard<'_> {
    fn drop(&mut self) {
        let lent = self.loan.take().and_then(|loan| loan.recall());
        if let Some(mut inbound) = self.inbound.take().or(lent.map(|(inbound, _)| inbound)) {
            inbound.restore(self.queue);
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
        wish: impl Fn() -> Shutdown,
    ) -> ConnectionEnd {
        let inbound = ReadState::new(self.decoder, self.buffer, self.liveness, self.refusals);
        let mut desk = InFlightGuard { queue, inbound: Some(inbound), loan: None };
        let ended = serve(&mut desk, self.reader, self.writer, deliver, wish).await;
        deliver.flush();
        match ended {
            Ok(()) if desk.inbound.as_ref().is_some_and(|inbound| inbound.leave_by() != NEVER) => {
                let message = format!("{} says that it is not the server to use", self.place.endpoint);
                ConnectionEnd::Refused(Error::connection(ConnectionFailure::Lost, message))
            }
            Ok(()) => ConnectionEnd::Closed,
            Err(error) => ConnectionEnd::Lost(error.at(&self.place.endpoint)),
        }
    }
}

async fn serve(
    desk: &mut InFlightGuard<'_>,
    mut reader: ReadSide,
    mut writer: WriteSide,
    deliver: &mut dyn ReplySink,
    wish: impl Fn() -> Shutdown,
) -> Result<(), Error> {
    let mut timer = Timer::new();
    timer.set(desk.queue.arm(desk.inbound()?.next_look(now())));
    loop {
        match read_here(desk, &mut reader, &mut writer, deliver, &wish, &mut timer).await? {
            ReadStop::Close => return Ok(()),
            ReadStop::Lend => {
                let (stream, loan) = lend(desk, reader, writer, deliver)?;
                let ended = read_there(desk.queue, &loan, deliver, &wish, &mut timer).await;
                desk.loan = None;
                let (inbound, broken) = loan.recall().ok_or_else(gone)?;
                desk.inbound = Some(inbound);
                if let Some(error) = broken.or(ended.err()) {
                    // The borrower has a handle to the socket, too.
                    drop(loan.socket().shutdown());
                    return Err(error);
                }
                (reader, writer) = take_back(desk.queue, stream)?;
            }
        }
    }
}

/// Reads on the connection's task.
async fn read_here(
    desk: &mut InFlightGuard<'_>,
    reader: &mut ReadSide,
    writer: &mut WriteSide,
    deliver: &mut dyn ReplySink,
    wish: impl Fn() -> Shutdown,
    timer: &mut Timer,
) -> Result<ReadStop, Error> {
    let queue = desk.queue;
    let inbound = desk.inbound()?;
    let mut since_due = 0;
    loop {
        // What is left must be read out, whatever else is wished but an end at once.
        let wish_now = match wish() {
            Shutdown::Open | Shutdown::Drain if inbound.leave_by() != NEVER => Shutdown::Leave,
            wish => wish,
        };
        match wish_now {
            Shutdown::Drain if inbound.replies(queue, deliver).owes_nobody() => return Ok(ReadStop::Close),
            Shutdown::Leave if inbound.replies(queue, deliver).is_read_out() => return Ok(ReadStop::Close),
            Shutdown::Open | Shutdown::Drain | Shutdown::Leave => {}
            Shutdown::Sever(why) => return Err(Error::connection(ConnectionFailure::Lost, why.message())),
            Shutdown::Destroy => return Ok(ReadStop::Close),
        }
        tokio::select! {
            biased;
            read = read(reader, inbound) => {
                let count = read.map_err(|error| lost(&error))?;
                if count == 0 {
                    return Err(closed_by_server("the server closed the connection"));
                }
                inbound.received(queue, deliver)?;
                // What came in time is not late because it was not read yet; a flood must not put the timer off for ever.
                if inbound.heard() >= timer.at() {
                    since_due += count;
                    if since_due > OVERDUE_READ {
                        since_due = 0;
                        timer.set(inbound.keep_time(queue, deliver)?);
                    }
                }
            }
            written = writer.drain(queue), if queue.has_backlog() && !queue.is_parked() => {
                written.map_err(|error| lost(&error))?;
                if queue.is_due() {
                    timer.set(inbound.keep_time(queue, deliver)?);
                }
            }
            () = queue.wake.notified() => {
                if queue.wants_loan()
                    && wish() == Shutdown::Open
                    && inbound.partial() == 0
                    && inbound.large() == 0
                    && !queue.has_backlog()
                {
                    return Ok(ReadStop::Lend);
                }
                timer.set(queue.arm(timer.at()));
            }
            () = timer.passed() => {
                since_due = 0;
                timer.set(inbound.keep_time(queue, deliver)?);
            }
        }
    }
}

/// Waits while the submitting thread reads. Returns when the task needs the socket itself.
async fn read_there(
    queue: &Queue,
    loan: &ReadHandoff,
    deliver: &mut dyn ReplySink,
    wish: impl Fn() -> Shutdown,
    timer: &mut Timer,
) -> Result<(), Error> {
    while wish() == Shutdown::Open && !queue.wants_return() && !queue.has_backlog() {
        tokio::select! {
            biased;
            () = queue.wake.notified() => timer.set(queue.arm(timer.at())),
            () = timer.passed() => timer.set(loan.keep_time(deliver)?),
        }
    }
    Ok(())
}

/// Takes the socket from the runtime, so that nothing that arrives wakes this thread, and lends it.
fn lend(
    desk: &mut InFlightGuard<'_>,
    reader: ReadSide,
    writer: WriteSide,
    deliver: &mut dyn ReplySink,
) -> Result<(Arc<DirectWriter>, Arc<ReadHandoff>), Error> {
    let queue = desk.queue;
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
    let ((shared, borrowed), inbound) = plain.zip(desk.inbound.take()).ok_or_else(gone)?;
    let loan = ReadHandoff::new(inbound, borrowed, Arc::clone(queue));
    desk.loan = Some(Arc::clone(&loan));
    deliver.lend(Arc::clone(&loan));
    deliver.flush();
    Ok((shared, loan))
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
    fn inbound(&mut self) -> Result<&mut ReadState, Error> {
        self.inbound.as_mut().ok_or_else(gone)
    }
}

fn gone() -> Error {
    Error::internal("the reading side of a connection is gone")
}

async fn read(reader: &mut ReadSide, inbound: &mut ReadState) -> io::Result<usize> {
    match &mut inbound.large {
        Some(large) => {
            let count = reader.read(large.room()).await?;
            large.advance(count);
            Ok(count)
        }
        None => reader.read_buf(&mut inbound.buffer).await,
    }
}

pub(crate) fn lost(error: &io::Error) -> Error {
    dial::lost(format!("the connection was lost: {}", dial::explain(error)), error)
}
