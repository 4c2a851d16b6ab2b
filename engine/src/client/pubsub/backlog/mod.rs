//! What one subscriber has not taken yet: bounded, in order, and honest about what it dropped. Knows no threads.
//!
//! Two lines share one bound. What somebody listens to *flows*: JavaScript takes it as soon as it can. The rest waits until it
//! is *pulled* by an iterator or a `getMessage`, and must not hold up what flows.

use std::collections::VecDeque;

use super::message_batch::{BatchLimits, MessageBatch, PARCEL_BYTES, PARCEL_MESSAGES};
use super::notice::{Gap, GapReason, Notice};

/// Confirmations that wait to be pulled: of a subscriber whose messages nobody pulls, they must not become more and more.
const CONFIRMATIONS_MAX: usize = 1000;

/// What happens when the backlog is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// The socket is not read until there is room; the server decides how long it bears that.
    Pause,
    /// The oldest messages make room, which a gap tells.
    DropOldest,
    /// The subscriber fails.
    Fail,
}

/// How much may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BacklogLimits {
    /// `maxBacklog.messages`
    pub messages: usize,
    /// `maxBacklog.bytes`: of data, and of channel names where messages carry them.
    pub bytes: u64,
}

impl BacklogLimits {
    /// Parcels small enough that one of them, handed over and not yet used up, leaves room for others.
    pub(super) fn caps(self) -> BatchLimits {
        const SHARE: usize = 4;
        let bytes = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        BatchLimits {
            messages: (self.messages / SHARE).clamp(1, PARCEL_MESSAGES),
            bytes: (bytes / SHARE).clamp(1, PARCEL_BYTES),
        }
    }
}

/// Which line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// What somebody listens to.
    Push,
    /// What waits to be asked for.
    Pull,
}

/// What is taken at once.
#[derive(Debug)]
pub enum QueueItem {
    /// Messages.
    Parcel(MessageBatch),
    /// A notice.
    Notice(Notice),
}

/// Messages and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct QueueSize {
    pub(super) messages: usize,
    pub(super) bytes: u64,
}

#[derive(Debug, Default)]
struct DeliveryQueue {
    /// With the time of their arrival, in ticks of the backlog's own clock.
    items: VecDeque<(u64, QueueItem)>,
    /// Parcels that were taken and not released, oldest first.
    handed_off: VecDeque<QueueSize>,
    /// Messages dropped since the last gap.
    dropped: u64,
}

/// The backlog.
#[derive(Debug)]
pub(super) struct Backlog {
    bounds: BacklogLimits,
    lines: [DeliveryQueue; 2],
    /// Queued and lent.
    held: QueueSize,
    clock: u64,
    /// Confirmations that wait to be pulled.
    pulled_confirmations: usize,
    taker: ListenerState,
    puller: PullState,
    feeder: ReaderState,
    closed: bool,
}

/// Who takes what flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ListenerState {
    /// Has found nothing; is to be told of the next.
    Resting,
    /// Was told to come and has not found the flow empty since.
    Called,
}

/// Who pulls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PullState {
    /// Nobody, for the moment.
    Away,
    /// Found nothing and wants to be told.
    Waiting,
}

/// The connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ReaderState {
    /// Goes on.
    Reading,
    /// Waits for room.
    Starved,
}

impl Backlog {
    pub(super) fn new(bounds: BacklogLimits) -> Self {
        Self {
            bounds,
            lines: Default::default(),
            held: QueueSize::default(),
            clock: 0,
            pulled_confirmations: 0,
            taker: ListenerState::Resting,
            puller: PullState::Away,
            feeder: ReaderState::Reading,
            closed: false,
        }
    }

    fn line(&mut self, side: Delivery) -> &mut DeliveryQueue {
        &mut self.lines[side as usize]
    }

    pub(super) fn held(&self) -> QueueSize {
        self.held
    }

    /// Puts `parcels` at the end of a line.
    pub(super) fn append(&mut self, side: Delivery, parcels: impl Iterator<Item = MessageBatch>) {
        let caps = self.bounds.caps();
        self.clock += 1;
        let clock = self.clock;
        for message_batch in parcels {
            if self.closed {
                return;
            }
            self.held.messages += message_batch.len();
            self.held.bytes += message_batch.weight();
            let line = self.line(side);
            // Traffic of one message at a time would otherwise cost a parcel each while nobody takes them.
            if let Some((_, QueueItem::Parcel(last))) = line.items.back_mut()
                && last.merge(&message_batch, caps)
            {
                continue;
            }
            line.items.push_back((clock, QueueItem::Parcel(message_batch)));
        }
    }

    /// Puts a notice at the end of a line.
    pub(super) fn notice(&mut self, side: Delivery, notice: Notice) {
        if self.closed {
            return;
        }
        if side == Delivery::Pull && notice.is_confirmation() {
            self.pulled_confirmations += 1;
            if self.pulled_confirmations > CONFIRMATIONS_MAX {
                self.forget_confirmation();
            }
        }
        self.clock += 1;
        let clock = self.clock;
        self.line(side).items.push_back((clock, QueueItem::Notice(notice)));
    }

    /// Drops the oldest confirmation that waits to be pulled.
    fn forget_confirmation(&mut self) {
        let items = &mut self.line(Delivery::Pull).items;
        let is_confirmation = |(_, item): &(u64, QueueItem)| matches!(item, QueueItem::Notice(notice) if notice.is_confirmation());
        let Some(at) = items.iter().position(is_confirmation) else { return };
        let forgotten = items.remove(at);
        self.pulled_confirmations -= 1;
        // A number that nothing names any more has to become free all the same.
        if let Some((_, QueueItem::Notice(notice @ Notice::Unsubscribed { last: true, .. }))) = forgotten {
            self.notice(Delivery::Push, notice);
        }
    }

    /// Drops the oldest messages until the rest is within bounds. One message alone always is.
    pub(super) fn trim(&mut self) {
        while (self.held.messages > self.bounds.messages || self.held.bytes > self.bounds.bytes)
            && self.held.messages > 1
        {
            if !self.drop_oldest() {
                return;
            }
        }
    }

    fn drop_oldest(&mut self) -> bool {
        let front = |line: &DeliveryQueue| {
            line.items
                .iter()
                .position(|(_, item)| matches!(item, QueueItem::Parcel(_)))
                .map(|at| (line.items[at].0, at))
        };
        let [flow, pull] = [front(&self.lines[0]), front(&self.lines[1])];
        let (side, at) = match (flow, pull) {
            (Some((one, at)), Some((other, _))) if one <= other => (Delivery::Push, at),
            (_, Some((_, at))) => (Delivery::Pull, at),
            (Some((_, at)), None) => (Delivery::Push, at),
            (None, None) => return false,
        };
        let line = self.line(side);
        let Some((_, QueueItem::Parcel(message_batch))) = line.items.get_mut(at) else { return false };
        let weight = message_batch.drop_first();
        if message_batch.is_empty() {
            line.items.remove(at);
        }
        line.dropped += 1;
        self.held.messages -= 1;
        self.held.bytes -= weight;
        if side == Delivery::Pull {
            // Whoever listens for gaps is told of these, too.
            self.line(Delivery::Push).dropped += 1;
        }
        true
    }

    /// The oldest item of a line. A parcel is lent: it counts until it is released.
    pub(super) fn take(&mut self, side: Delivery) -> Option<QueueItem> {
        let line = self.line(side);
        let dropped = std::mem::take(&mut line.dropped);
        if dropped > 0 {
            let gap = Gap { reason: GapReason::Overflow, lost: None, dropped: Some(dropped), cause: None };
            return Some(QueueItem::Notice(Notice::Gap(gap)));
        }
        let Some((_, item)) = line.items.pop_front() else {
            match side {
                Delivery::Push => self.taker = ListenerState::Resting,
                Delivery::Pull => self.puller = PullState::Waiting,
            }
            return None;
        };
        match &item {
            QueueItem::Parcel(message_batch) => {
                line.handed_off
                    .push_back(QueueSize { messages: message_batch.len(), bytes: message_batch.weight() });
            }
            QueueItem::Notice(notice) if side == Delivery::Pull && notice.is_confirmation() => {
                self.pulled_confirmations -= 1;
            }
            QueueItem::Notice(_) => {}
        }
        Some(item)
    }

    /// The oldest parcel that was taken from a line is used up. Answers whether the connection may go on.
    pub(super) fn release(&mut self, side: Delivery) -> bool {
        let load = self.line(side).handed_off.pop_front().unwrap_or_default();
        self.held.messages -= load.messages;
        self.held.bytes -= load.bytes;
        self.relieve()
    }

    /// Whether the connection waits and there is room again. Half of it, lest it stop again at once.
    fn relieve(&mut self) -> bool {
        let BacklogLimits { messages, bytes } = self.bounds;
        let relieved = self.feeder == ReaderState::Starved
            && self.held.messages <= messages / 2
            && self.held.bytes <= bytes / 2;
        if relieved {
            self.feeder = ReaderState::Reading;
        }
        relieved
    }

    /// Notes that the connection waits for room for `weight` bytes, unless there is some by now.
    pub(super) fn starve(&mut self, weight: u64) -> bool {
        let starved = !self.closed && !self.room().admits(weight);
        self.feeder = if starved { ReaderState::Starved } else { ReaderState::Reading };
        starved
    }

    pub(super) fn room(&self) -> BacklogRoom {
        BacklogRoom {
            messages: self.bounds.messages.saturating_sub(self.held.messages),
            bytes: self.bounds.bytes.saturating_sub(self.held.bytes),
            empty: self.held.messages == 0,
        }
    }

    /// Whether JavaScript is to be told to come. It is told once until it has found the flow empty.
    pub(super) fn calls(&mut self) -> bool {
        let [flow, pull] = &self.lines;
        let something = !flow.items.is_empty() || flow.dropped > 0;
        let pulled = !pull.items.is_empty() || pull.dropped > 0;
        let asked_for = self.puller == PullState::Waiting && pulled;
        if self.closed || self.taker == ListenerState::Called || !(something || asked_for) {
            return false;
        }
        if asked_for {
            self.puller = PullState::Away;
        }
        self.taker = ListenerState::Called;
        true
    }

    /// Whether nothing waits to be pulled, nor is being used by who pulled it.
    pub(super) fn is_unpulled(&self) -> bool {
        let pull = &self.lines[Delivery::Pull as usize];
        pull.items.is_empty() && pull.handed_off.is_empty()
    }

    /// Forgets everything and takes nothing any more.
    pub(super) fn close(&mut self) {
        *self = Self { closed: true, ..Self::new(self.bounds) };
    }
}

/// How much more a backlog takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct BacklogRoom {
    messages: usize,
    bytes: u64,
    empty: bool,
}

impl BacklogRoom {
    /// Whether a message of this weight fits. An empty backlog takes any.
    pub(super) fn admits(&self, weight: u64) -> bool {
        self.empty || (self.messages > 0 && weight <= self.bytes)
    }

    /// A message was put there.
    pub(super) fn shrink(&mut self, weight: u64) {
        self.messages = self.messages.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(weight);
        self.empty = false;
    }
}

#[cfg(test)]
mod tests;
