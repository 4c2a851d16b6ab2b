//! Messages put together for one handing over. Owns their compact form: one text for all of them, and three numbers for each.
//!
//! A text shared by many messages is kept whole as long as one of them is, so parcels are small: what they save is the price of
//! a call for each message, and a hundred messages share that well enough.

use bytes::Bytes;

use crate::buffer_pool;
use crate::buffer_pool::{POOLED_FROM, PooledBuffer};

/// Messages of one parcel.
pub const PARCEL_MESSAGES: usize = 128;

/// Bytes of text in one parcel, if it holds more than one message.
pub const PARCEL_BYTES: usize = 8 * 1024;

/// One message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchedMessage {
    /// The subscription that it came through.
    pub route: u32,
    /// Units of the channel's name, which stands before the data; 0 where the route tells the channel.
    pub channel: u32,
    /// Units of the data.
    pub data: u32,
    /// What it counts in the backlog, in bytes.
    weight: u32,
}

impl BatchedMessage {
    fn batches(&self) -> usize {
        self.channel as usize + self.data as usize
    }
}

/// The text of a parcel.
#[derive(Debug)]
pub enum BatchText {
    /// Bytes as they came; ASCII throughout where texts are wanted. A unit is a byte.
    Bytes(Vec<u8>),
    /// UTF-16. A unit is a code unit.
    Wide(Vec<u16>),
    /// A single large message. Its channel, where it has one, stands beside it.
    Large {
        /// The channel's name, or nothing.
        channel: Vec<u8>,
        /// The data; ASCII throughout where texts are wanted.
        data: Bytes,
    },
}

/// What of a message is put into a parcel.
#[derive(Clone, Copy, Debug)]
pub(super) struct MessageParts<'a> {
    pub(super) route: u32,
    /// The channel's name, where the route does not tell it.
    pub(super) channel: &'a [u8],
    pub(super) data: &'a [u8],
}

impl MessageParts<'_> {
    /// What it counts in the backlog, in bytes.
    pub(super) fn weight(&self) -> usize {
        self.channel.len() + self.data.len()
    }
}

/// Messages and their text.
#[derive(Debug)]
pub struct MessageBatch {
    entries: Vec<BatchedMessage>,
    body: BatchText,
    /// Entries, and units of their text, at the front that were dropped.
    skipped: (usize, usize),
    weight: u64,
}

/// How large parcels may become.
#[derive(Clone, Copy, Debug)]
pub(super) struct BatchLimits {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

impl MessageBatch {
    /// A parcel with one message, and with memory for as much as is `expected`. `binary`: its text stays bytes.
    pub(super) fn new(message: &MessageParts<'_>, binary: bool, expected: BatchLimits) -> Self {
        let ascii = binary || (message.data.is_ascii() && message.channel.is_ascii());
        let plain = binary || message.data.is_ascii();
        let body = if plain && message.data.len() >= POOLED_FROM {
            let mut data = buffer_pool::take(message.data.len());
            data.extend_from_slice(message.data);
            BatchText::Large { channel: message.channel.to_vec(), data: PooledBuffer::new(data).into_bytes() }
        } else if ascii {
            BatchText::Bytes(Vec::with_capacity(message.weight().max(expected.bytes)))
        } else {
            BatchText::Wide(Vec::with_capacity(message.weight()))
        };
        let mut message_batch =
            Self { entries: Vec::with_capacity(expected.messages), body, skipped: (0, 0), weight: 0 };
        message_batch.append(message);
        message_batch
    }

    /// Adds a message, if there is room for it and the text can hold it.
    pub(super) fn push(&mut self, message: &MessageParts<'_>, binary: bool, caps: BatchLimits) -> bool {
        let room = self.entries.len() < caps.messages && self.batches() + message.weight() <= caps.bytes;
        let fits = match &self.body {
            BatchText::Bytes(_) => binary || (message.data.is_ascii() && message.channel.is_ascii()),
            BatchText::Wide(_) => true,
            BatchText::Large { .. } => false,
        };
        if room && fits {
            self.append(message);
        }
        room && fits
    }

    fn append(&mut self, message: &MessageParts<'_>) {
        let (channel, data) = match &mut self.body {
            BatchText::Bytes(text) => {
                text.extend_from_slice(message.channel);
                text.extend_from_slice(message.data);
                (message.channel.len(), message.data.len())
            }
            BatchText::Wide(text) => (widen(text, message.channel), widen(text, message.data)),
            BatchText::Large { .. } => (0, message.data.len()),
        };
        let weight = message.weight();
        self.entries.push(BatchedMessage {
            route: message.route,
            channel: small(channel),
            data: small(data),
            weight: small(weight),
        });
        self.weight += weight as u64;
    }

    /// Takes over the messages of `other`, if its text goes with this one's and there is room.
    pub(super) fn merge(&mut self, other: &Self, caps: BatchLimits) -> bool {
        if self.entries.len() + other.len() > caps.messages || self.batches() + other.batches() > caps.bytes {
            return false;
        }
        match (&mut self.body, &other.body) {
            (BatchText::Bytes(mine), BatchText::Bytes(theirs)) => {
                mine.extend_from_slice(&theirs[other.skipped.1..]);
            }
            (BatchText::Wide(mine), BatchText::Wide(theirs)) => {
                mine.extend_from_slice(&theirs[other.skipped.1..]);
            }
            _ => return false,
        }
        self.entries.extend_from_slice(other.entries());
        self.weight += other.weight;
        true
    }

    /// Drops the oldest message; answers its weight.
    pub(super) fn drop_first(&mut self) -> u64 {
        let Some(first) = self.entries().first().copied() else { return 0 };
        self.skipped.0 += 1;
        self.skipped.1 += first.batches();
        self.weight -= u64::from(first.weight);
        u64::from(first.weight)
    }

    /// The messages, oldest first.
    pub fn entries(&self) -> &[BatchedMessage] {
        &self.entries[self.skipped.0..]
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len() - self.skipped.0
    }

    /// Whether there is none left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What they count in the backlog, in bytes.
    pub(super) fn weight(&self) -> u64 {
        self.weight
    }

    /// Units of text at the front that belong to no message any more.
    pub fn skipped_units(&self) -> usize {
        self.skipped.1
    }

    /// The text, the part of dropped messages included.
    pub fn into_body(self) -> BatchText {
        self.body
    }

    fn batches(&self) -> usize {
        match &self.body {
            BatchText::Bytes(text) => text.len(),
            BatchText::Wide(text) => text.len(),
            BatchText::Large { data, .. } => data.len(),
        }
    }
}

/// Appends `bytes` as UTF-16; answers how many units they are.
fn widen(text: &mut Vec<u16>, bytes: &[u8]) -> usize {
    let before = text.len();
    if bytes.is_ascii() {
        text.extend(bytes.iter().map(|&byte| u16::from(byte)));
    } else {
        text.extend(String::from_utf8_lossy(bytes).encode_utf16());
    }
    text.len() - before
}

fn small(count: usize) -> u32 {
    // The decoder's limit keeps single messages below this; more than one share at most a few kilobytes.
    u32::try_from(count).unwrap_or(u32::MAX)
}
