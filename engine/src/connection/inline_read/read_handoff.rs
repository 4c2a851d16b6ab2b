//! A connection's reading side, lent to the thread that submits. While few commands are in flight, a reply then wakes the thread
//! that waits for it and no other; that is half of what a lonely command waits for beside the server.
//!
//! The connection's task goes on keeping the time, and takes the loan back by itself whenever it needs the socket: to write what
//! the socket did not take, to close, to judge a silence.

use std::fmt;
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection::driver::{OVERDUE_READ, lost};
use crate::connection::queue::Queue;
use crate::connection::read_state::ReadState;
use crate::connection::request::{Millis, ReplyCollector, ReplySink};
use crate::error::{ConnectionFailure, Error};
use crate::transport::std_socket::StdSocket;

/// Read at most this much at a time.
const SCRATCH: usize = 128 * 1024;

/// With more of a reply than this waiting for its rest, the engine's thread reads again: to decode it would hold up the borrower.
const PARTIAL_MAX: usize = 256 * 1024;

/// The same for a bulk string, which is only copied from the socket.
const LARGE_MAX: usize = 4 * 1024 * 1024;

/// The loan.
pub struct ReadHandoff {
    socket: StdSocket,
    handed_off: Mutex<Option<HandedOff>>,
    queue: Arc<Queue>,
}

struct HandedOff {
    read_state: ReadState,
    scratch: Vec<u8>,
    /// Why the connection has ended, if it has.
    broken: Option<Error>,
}

impl fmt::Debug for ReadHandoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadHandoff").field("socket", &self.socket).finish_non_exhaustive()
    }
}

/// What is to be done about the socket after a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchAction {
    /// Go on watching it.
    On,
    /// The loan is over.
    Off,
}

impl ReadHandoff {
    /// Lends `inbound`, whose bytes come by `socket` and whose requests come by `queue`.
    pub(crate) fn new(read_state: ReadState, socket: StdSocket, queue: Arc<Queue>) -> Arc<Self> {
        let handed_off = HandedOff { read_state, scratch: vec![0; SCRATCH], broken: None };
        Arc::new(Self { socket, handed_off: Mutex::new(Some(handed_off)), queue })
    }

    /// The socket, to be watched for bytes.
    pub fn socket(&self) -> &StdSocket {
        &self.socket
    }

    fn handed_off(&self) -> MutexGuard<'_, Option<HandedOff>> {
        self.handed_off.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads what has arrived and hands the replies among it to `deliver`.
    pub fn read(&self, deliver: &mut dyn ReplySink) -> WatchAction {
        let mut slot = self.handed_off();
        let Some(handed_off) = slot.as_mut().filter(|handed_off| handed_off.broken.is_none()) else {
            return WatchAction::Off;
        };
        // Should what follows panic, the connection has ended.
        handed_off.broken = Some(Error::internal("reading a reply panicked"));
        match handed_off.read(&self.socket, &self.queue, deliver) {
            Ok(_) => {
                handed_off.broken = None;
                if handed_off.read_state.partial() <= PARTIAL_MAX
                    && handed_off.read_state.large() <= LARGE_MAX
                {
                    return WatchAction::On;
                }
            }
            Err(error) => {
                handed_off.broken = Some(error);
            }
        }
        drop(slot);
        self.give_back();
        WatchAction::Off
    }

    /// Lets the borrower have a look at the replies to a batch that has some but not all.
    pub fn look_at_batch(&self, look: impl FnOnce(&mut dyn ReplyCollector)) {
        if let Some(replies) =
            self.handed_off().as_mut().and_then(|handed_off| handed_off.read_state.open_batch())
        {
            look(replies);
        }
    }

    /// The borrower wants no more of it, nor another one soon.
    pub fn give_back(&self) {
        self.queue.penalize_handoff();
    }

    /// What was lent, and the error that ended the connection meanwhile. The borrower can do no more with it.
    pub(crate) fn recall(&self) -> Option<(ReadState, Option<Error>)> {
        self.handed_off().take().map(|handed_off| (handed_off.read_state, handed_off.broken))
    }

    /// Rejects what is overdue, after a look at what has arrived, and judges the silence. Returns when to do it again.
    pub(crate) fn keep_time(&self, deliver: &mut dyn ReplySink) -> Result<Millis, Error> {
        let mut slot = self.handed_off();
        let Some(handed_off) = slot.as_mut() else {
            return Err(Error::internal("the reading side of a connection is gone"));
        };
        if let Some(error) = &handed_off.broken {
            return Err(error.clone());
        }
        // The borrower may be busy; its replies are not late for that.
        let mut read = 0;
        while read <= OVERDUE_READ {
            match handed_off.read(&self.socket, &self.queue, deliver)? {
                0 => break,
                count => read += count,
            }
        }
        handed_off.read_state.keep_time(&self.queue, deliver)
    }
}

impl HandedOff {
    /// Reads once, or what there is of a large string. Answers how many bytes that were.
    fn read(
        &mut self,
        socket: &StdSocket,
        queue: &Queue,
        deliver: &mut dyn ReplySink,
    ) -> Result<usize, Error> {
        let mut read = 0;
        loop {
            match self.read_state.read_from(&mut &*socket, &mut self.scratch) {
                Ok(0) => {
                    let message = "the server closed the connection";
                    return Err(Error::connection(ConnectionFailure::Lost, message));
                }
                Ok(count) => {
                    read += count;
                    self.read_state.received(queue, deliver)?;
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {
                    return Ok(read);
                }
                Err(error) => return Err(lost(&error)),
            }
            // The rest of a large string is mostly there already, or comes while this is read.
            if self.read_state.large() == 0 {
                return Ok(read);
            }
        }
    }
}
