//! One subscriber as both threads see it: the engine's puts messages in, JavaScript's takes them out. Owns the lock between
//! them, which is held for a push, a swap or a count.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::backlog::{Backlog, BacklogLimits, BacklogRoom, Delivery, Overflow, QueueItem};
use super::message_batch::{BatchLimits, MessageBatch, MessageParts};
use super::notice::Notice;
use crate::error::Error;

/// Tells JavaScript that a subscriber has something to take.
pub trait SinkWaker: Send + Sync {
    /// Called from the engine's thread, once until the subscriber has found its flow empty.
    fn wake(&self);
}

/// How a subscriber wants its messages.
#[derive(Clone, Copy, Debug)]
pub struct SinkSettings {
    /// How much may wait.
    pub bounds: BacklogLimits,
    /// What happens when more would.
    pub overflow: Overflow,
    /// Whether channels and data are wanted as bytes.
    pub binary: bool,
}

/// One subscriber.
pub struct MessageSink {
    settings: SinkSettings,
    backlog: Mutex<Backlog>,
    waker: Box<dyn SinkWaker>,
    /// Wakes the subscriber's connection.
    wake: Arc<Notify>,
}

impl fmt::Debug for MessageSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageSink").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl MessageSink {
    pub(super) fn new(settings: SinkSettings, waker: Box<dyn SinkWaker>, wake: Arc<Notify>) -> Self {
        Self { settings, backlog: Mutex::new(Backlog::new(settings.bounds)), waker, wake }
    }

    fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The oldest item of a line. A parcel counts until it is [released](Self::release).
    pub fn take(&self, side: Delivery) -> Option<QueueItem> {
        self.backlog().take(side)
    }

    /// The oldest parcel that was taken from this line is used up.
    pub fn release(&self, side: Delivery) {
        if self.backlog().release(side) {
            self.wake.notify_one();
        }
    }

    /// Messages and bytes that wait or are being used.
    pub fn held(&self) -> (usize, u64) {
        let held = self.backlog().held();
        (held.messages, held.bytes)
    }

    /// Forgets everything and takes nothing any more.
    pub fn close(&self) {
        self.backlog().close();
        self.wake.notify_one();
    }

    pub(super) fn notice(&self, side: Delivery, notice: Notice) {
        self.change(|backlog| backlog.notice(side, notice));
    }

    /// The subscription with this `route` is over; `flowed` says which line its messages were in.
    pub(super) fn unsubscribed(&self, route: u32, flowed: bool) {
        self.change(|backlog| {
            let pulled = !flowed || !backlog.is_unpulled();
            backlog.notice(Delivery::Push, Notice::Unsubscribed { route, last: !pulled });
            if pulled {
                backlog.notice(Delivery::Pull, Notice::Unsubscribed { route, last: true });
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Backlog)) {
        let mut backlog = self.backlog();
        change(&mut backlog);
        let wake = backlog.calls();
        drop(backlog);
        if wake {
            self.waker.wake();
        }
    }
}

/// What was read for one subscriber and is not yet in its backlog. Belongs to the engine's thread.
#[derive(Debug)]
pub(super) struct SinkOutbox {
    pub(super) sink: Arc<MessageSink>,
    caps: BatchLimits,
    /// What the backlog took when it was last looked at, less what is here. `None`: nothing is here.
    room: Option<BacklogRoom>,
    lines: [Vec<MessageBatch>; 2],
}

/// What became of a message.
#[derive(Debug)]
pub(super) enum SinkAdmission {
    /// It is, or would be, taken.
    Taken,
    /// There is no room until JavaScript has made some.
    Full,
    /// There is no room, and the subscriber is to fail for it.
    Failed(Error),
}

impl SinkOutbox {
    pub(super) fn new(sink: Arc<MessageSink>) -> Self {
        let caps = sink.settings.bounds.caps();
        Self { sink, caps, room: None, lines: Default::default() }
    }

    /// Whether a message of this weight may be put in.
    pub(super) fn admit(&mut self, weight: usize) -> SinkAdmission {
        let weight = weight as u64;
        let room = self.room.get_or_insert_with(|| self.sink.backlog().room());
        if room.admits(weight) {
            return SinkAdmission::Taken;
        }
        match self.sink.settings.overflow {
            Overflow::DropOldest => SinkAdmission::Taken,
            Overflow::Fail => {
                let BacklogLimits { messages, bytes } = self.sink.settings.bounds;
                SinkAdmission::Failed(Error::backlog_full(messages, bytes))
            }
            Overflow::Pause => {
                self.flush();
                let mut backlog = self.sink.backlog();
                if backlog.starve(weight) {
                    return SinkAdmission::Full;
                }
                self.room = Some(backlog.room());
                SinkAdmission::Taken
            }
        }
    }

    /// Puts an admitted message in.
    pub(super) fn put(&mut self, side: Delivery, message: &MessageParts<'_>) {
        if let Some(room) = &mut self.room {
            room.shrink(message.weight() as u64);
        }
        let binary = self.sink.settings.binary;
        let line = &mut self.lines[side as usize];
        let taken = line.last_mut().is_some_and(|last| last.push(message, binary, self.caps));
        if !taken {
            // Where one is not enough for a read, the next will be full as well.
            let most = if line.is_empty() { BatchLimits { messages: 1, bytes: 0 } } else { self.caps };
            line.push(MessageBatch::new(message, binary, most));
        }
    }

    /// Hands over what is here.
    pub(super) fn flush(&mut self) {
        if self.room.take().is_none() {
            return;
        }
        let lines = &mut self.lines;
        let drops = self.sink.settings.overflow == Overflow::DropOldest;
        self.sink.change(|backlog| {
            for (side, parcels) in [Delivery::Push, Delivery::Pull].into_iter().zip(lines) {
                backlog.append(side, parcels.drain(..));
            }
            if drops {
                backlog.trim();
            }
        });
    }
}
