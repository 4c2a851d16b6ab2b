//! What travels with a command: who asked, until when, and whether it may be sent twice. Owns the seam between a
//! connection and whoever takes its replies.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::batch::BatchId;
use super::inline_read::read_handoff::ReadHandoff;
use super::rejection::RetryPolicy;
use super::request_listeners::TrackId;
use crate::command::{self, MapNames, Shape};
use crate::config::Encoding;
use crate::error::Error;
use crate::resp::{Packed, ProtocolError, Scalar};
use crate::value::Value;

/// Milliseconds since the engine's first look at the clock.
pub type Millis = u64;

/// A deadline that never comes.
pub const NEVER: Millis = u64::MAX;

fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

/// The time now, by the runtime's clock, which a test may stop.
pub fn now() -> Millis {
    let epoch = epoch();
    let now = tokio::time::Instant::now().into_std();
    u64::try_from(now.saturating_duration_since(epoch).as_millis()).unwrap_or(NEVER)
}

/// The instant of a point in time, for timers. `None` for [`NEVER`].
pub fn instant(at: Millis) -> Option<Instant> {
    if at == NEVER { None } else { epoch().checked_add(Duration::from_millis(at)) }
}

/// Names the caller. Opaque to the engine: it comes back with the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The caller's slot.
    pub slot: u32,
    /// What the caller wants texts as.
    pub view: TextFormat,
    /// Whether a prefix has to be taken off the keys that the reply names.
    pub prefixed: bool,
}

/// What texts are wanted as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// Text in UTF-8.
    Text,
    /// Bytes.
    Bytes,
    /// Text in another encoding than UTF-8.
    Encoded(Encoding),
}

impl TextFormat {
    /// What becomes of names that are the user's own text.
    pub fn names(self) -> MapNames {
        if self == Self::Bytes { MapNames::Pairs } else { MapNames::Members }
    }
}

/// A command on its way.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Who gets the reply.
    pub recipient: Recipient,
    /// The form the reply is brought into before it is delivered.
    pub shape: &'static Shape,
    /// How often the command may still be sent again after its connection was lost with it written (see [`replays`]).
    pub replays: u8,
    /// What is to be done when the server cannot run it now.
    pub retry_policy: RetryPolicy,
    /// How often that was the case.
    pub redirects: u8,
    /// Bytes on the wire.
    pub length: u32,
    /// Stream offset after its last byte; set when it enters a log.
    pub end: u64,
    /// When the caller stops waiting.
    pub deadline: Millis,
    /// The timeout behind the deadline, in milliseconds; 0 for none.
    pub timeout: u32,
    /// Who learns how it ends, besides its caller. On a connection that carries such calls, nothing behind one is written
    /// before its listener allows it ([`Queue::pass`](super::queue::Queue::pass)).
    pub track: Option<TrackId>,
    /// Milliseconds of the timeout that had passed when the command was handed over: its caller's thread was busy. Set when it enters
    /// a queue.
    pub late: u32,
}

/// A command whose connection is lost so often is perhaps what breaks it.
const MOST_REPLAYS: u8 = 10;

/// How often a command is sent again that may be (`again`), or may not.
pub const fn replays(again: bool) -> u8 {
    if again { MOST_REPLAYS } else { 0 }
}

/// Who gets a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A caller who still waits.
    Caller(Ticket),
    /// A caller who still waits for the replies to a batch.
    Batch(Ticket, BatchId),
    /// The connection itself: a liveness probe.
    Probe,
    /// Nobody any more; the reply is drained and dropped.
    Abandoned,
    /// Nobody any more; as many replies as the batch asked for are drained and dropped.
    AbandonedUnit(BatchId),
}

impl Recipient {
    /// The caller who still waits, for one reply or for those of a batch.
    pub fn waiting(self) -> Option<Ticket> {
        match self {
            Self::Caller(ticket) | Self::Batch(ticket, _) => Some(ticket),
            Self::Probe | Self::Abandoned | Self::AbandonedUnit(_) => None,
        }
    }

    /// The batch, whether or not somebody waits for it.
    pub fn batch(self) -> Option<BatchId> {
        match self {
            Self::Batch(_, id) | Self::AbandonedUnit(id) => Some(id),
            Self::Caller(_) | Self::Probe | Self::Abandoned => None,
        }
    }

    /// Whether its reply is of no use to anybody.
    pub fn is_abandoned(self) -> bool {
        matches!(self, Self::Abandoned | Self::AbandonedUnit(_))
    }

    /// The same with nobody who waits: replies are still due.
    #[must_use]
    pub fn abandoned(self) -> Self {
        self.batch().map_or(Self::Abandoned, Self::AbandonedUnit)
    }
}

impl Request {
    /// Whether nothing behind it is written before its listener allows it.
    pub fn holds_back(&self) -> bool {
        self.track.is_some_and(TrackId::holds_back) && self.recipient.waiting().is_some()
    }

    /// When it was called, where it has a deadline.
    pub fn called(&self) -> Millis {
        self.deadline.saturating_sub(u64::from(self.timeout))
    }

    /// Stream offset of its first byte.
    pub fn start(&self) -> u64 {
        self.end - u64::from(self.length)
    }
}

/// A reply on its way to a caller.
#[derive(Debug)]
pub enum Reply<'a> {
    /// A single value, still in the read buffer.
    Scalar(Scalar<'a>),
    /// A bulk string in a block of its own.
    Large {
        /// The string.
        bytes: Bytes,
        /// Whether it is ASCII throughout; found out while it arrived.
        ascii: bool,
    },
    /// An aggregate as it came, and the form it is wanted in.
    Packed(&'a Packed, &'static Shape),
    /// A shaped tree.
    Tree(Value),
}

impl Reply<'_> {
    /// The reply as a shaped tree. Fails only if the decoder handed out an aggregate that it should have refused.
    pub fn into_value(self, names: MapNames) -> Result<Value, ProtocolError> {
        Ok(match self {
            Self::Scalar(scalar) => Value::from(scalar),
            Self::Large { bytes, .. } => Value::Bulk(bytes),
            Self::Packed(packed, shape) => command::shape(packed.value()?, shape, names),
            Self::Tree(value) => value,
        })
    }
}

/// Gathers the replies to a batch, which come one by one and in order, until they are handed on together.
pub trait ReplyCollector: Any + fmt::Debug + Send {
    /// The next reply. `view` is what its texts are wanted as.
    fn reply(&mut self, reply: Reply<'_>, view: TextFormat);
    /// The error that the next command was answered with.
    fn error(&mut self, error: &Error);
    /// What came so far is void: all will come again.
    fn clear(&mut self);
}

/// What happened to the connection.
#[derive(Clone, Debug)]
pub enum ConnectionEvent {
    /// A connection is established, its handshake not yet done.
    Connect,
    /// The handshake is done; commands flow.
    Ready,
    /// A connection ended.
    Close(Error),
    /// The next attempt starts after the delay.
    Reconnecting {
        /// Attempts since the last good connection, from 1.
        attempt: u32,
        /// The pause before it.
        delay: Duration,
    },
    /// An attempt failed.
    Failed(Error),
    /// No further attempt will be made by itself.
    End,
    /// The connection of the lease with this number was lost while its user had it.
    LeaseLost(u32, Error),
    /// The server says that keys have changed (`CLIENT TRACKING`): as JSON, and the number of the lease whose connection it is; 0 for
    /// another connection.
    Invalidated(u32, String),
    /// The last connection beside the shared ones has ended. Nothing that a user has to know.
    Vacated,
}

/// Takes replies and events off the engine. Called on the engine's thread, in order.
pub trait ReplySink: Send {
    /// A command succeeded.
    fn reply(&mut self, ticket: Ticket, reply: Reply<'_>);
    /// A command failed.
    fn error(&mut self, ticket: Ticket, error: &Error);
    /// A batch has ended: with all of its replies, or with those that came before it was `broken`.
    fn batch(&mut self, ticket: Ticket, replies: Box<dyn ReplyCollector>, broken: Option<&Error>);
    /// Something happened to the connection.
    fn event(&mut self, event: ConnectionEvent);
    /// The batch is complete: hand it on.
    fn flush(&mut self);
    /// Whether [`Self::lend`] does anything but give back.
    fn accepts_handoff(&self) -> bool {
        false
    }
    /// Commands come one by one: the submitting thread may read their replies itself from now on.
    fn hand_off(&mut self, handoff: Arc<ReadHandoff>) {
        handoff.give_back();
    }
}
