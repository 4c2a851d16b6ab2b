//! Results between the engine's thread and JavaScript. Owns their neutral, compact form: small texts share one byte arena.

use std::sync::Arc;

use bytes::Bytes;
use oxidis_engine::connection::inline_read::read_handoff::ReadHandoff;
use oxidis_engine::connection::request::TextFormat;
use oxidis_engine::value::Value;

use super::flat_aggregate::FlatAggregate;
use super::pipeline_replies::PipelineReplies;

/// What JavaScript is told about a result; it stands in the upper bits of the word that carries the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum ResultKind {
    /// The value is the result.
    Value = 0,
    /// The value is JSON text of the result.
    Json = 1,
    /// The value is JSON text of an error.
    Error = 2,
    /// The value is JSON text of a connection event; the slot is the client's number.
    Event = 3,
    /// The value is the result, and there are errors in it.
    Errors = 4,
    /// For the addon alone: a connection's reading side, lent to this thread.
    Lent = 7,
    /// For the addon alone: `connect()` or `close()` of the client with the slot's number is settled.
    Reported = 5,
    /// For the addon alone: the last connection beside the shared ones of the client with the slot's number has ended.
    Vacated = 6,
    /// There is no value: the subscriber with the slot's number has something to take.
    Ring = 8,
}

/// Where the kind starts in the word: 2^28 slots are more than the heap can hold promises.
pub(crate) const KIND_SHIFT: u32 = 28;

/// A part of the arena.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArenaRange {
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl ArenaRange {
    /// Its bytes.
    pub(crate) fn of(self, arena: &[u8]) -> &[u8] {
        let start = self.start as usize;
        arena.get(start..start + self.length as usize).unwrap_or_default()
    }
}

/// One result.
#[derive(Debug)]
pub(crate) struct ResultItem {
    pub(crate) slot: u32,
    pub(crate) kind: ResultKind,
    pub(crate) body: ResultBody,
}

/// Its value.
#[derive(Debug)]
pub(crate) enum ResultBody {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    /// Text that is known to be ASCII.
    Ascii(ArenaRange),
    /// Text that may be UTF-8 or may not.
    Utf8(ArenaRange),
    /// Bytes that become a Buffer.
    Binary(ArenaRange),
    /// Large text that is known to be ASCII.
    LargeAscii(Bytes),
    /// Text that was transcoded on the engine's thread.
    Utf16(Vec<u16>),
    /// Large bytes that become a Buffer without a copy.
    LargeBinary(Bytes),
    /// An aggregate of many elements without parts.
    Flat(Box<FlatAggregate>),
    /// What became of a user's batch.
    Answer(Box<PipelineReplies>),
    /// The reading side of a connection.
    Loan(Arc<ReadHandoff>),
    /// A tree that JSON cannot say: bytes, big numbers, nested errors.
    Tree {
        value: Value,
        /// What its texts become.
        view: TextFormat,
    },
}

/// Results in order, with their arena.
#[derive(Debug, Default)]
pub(crate) struct ResultBatch {
    pub(crate) items: Vec<ResultItem>,
    pub(crate) bytes: Vec<u8>,
}

/// An arena beyond this is not kept for the next batch.
const KEEP_BYTES: usize = 1024 * 1024;

/// A list of results beyond this is not kept either.
const KEEP_ITEMS: usize = 64 * 1024;

impl ResultBatch {
    /// Copies `bytes` into the arena.
    pub(crate) fn span(&mut self, bytes: &[u8]) -> ArenaRange {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        Self::checked(start, bytes.len())
    }

    /// The part of the arena written since `start`.
    pub(crate) fn span_since(&self, start: usize) -> ArenaRange {
        Self::checked(start, self.bytes.len() - start)
    }

    fn checked(start: usize, length: usize) -> ArenaRange {
        // Texts above the block threshold never come here, and a batch is handed over after every read.
        ArenaRange {
            start: u32::try_from(start).unwrap_or(u32::MAX),
            length: u32::try_from(length).unwrap_or(0),
        }
    }

    pub(crate) fn push(&mut self, slot: u32, kind: ResultKind, body: ResultBody) {
        self.items.push(ResultItem { slot, kind, body });
    }

    /// Moves everything of `other` behind this batch; `other` is empty then.
    pub(crate) fn append(&mut self, other: &mut Self) {
        if self.items.is_empty() {
            std::mem::swap(self, other);
            return;
        }
        let base = u32::try_from(self.bytes.len()).unwrap_or(u32::MAX);
        self.bytes.extend_from_slice(&other.bytes);
        self.items.extend(other.items.drain(..).map(|mut item| {
            if let ResultBody::Ascii(span) | ResultBody::Utf8(span) | ResultBody::Binary(span) =
                &mut item.body
            {
                span.start = span.start.saturating_add(base);
            }
            item
        }));
        other.clear();
    }

    /// Whether another batch of `bytes` still fits the arena's 32-bit offsets.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.bytes.len() + bytes < u32::MAX as usize
    }

    /// Empties the batch and keeps ordinary amounts of memory.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.bytes.clear();
        if self.bytes.capacity() > KEEP_BYTES {
            self.bytes = Vec::new();
        }
        if self.items.capacity() > KEEP_ITEMS {
            self.items = Vec::new();
        }
    }
}
