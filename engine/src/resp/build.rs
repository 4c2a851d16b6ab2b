//! Builds the tree of a frame whose end is known. Owns how values hang together; checks nothing that the scanner has checked.
//!
//! Not recursive. Every string is a slice of the frame, so a reply of a thousand strings is one allocation and a vector.

use bytes::{Bytes, BytesMut};

use super::header;
use super::header::Header;
use super::protocol_error::Flaw;
use crate::error::ServerError;
use crate::value::Value;

/// The smallest element is three bytes, as `_\r\n`; more cannot be in a frame than this says.
const SMALLEST_ELEMENT: usize = 3;

/// A flaw and where in the frame it is.
pub(super) type Built<T> = Result<T, (Flaw, usize)>;

/// An aggregate under construction.
struct PartialAggregate {
    items: Items,
    /// Elements to come; `None` when an end mark says.
    left: Option<u64>,
}

enum Items {
    List(Vec<Value>),
    Set(Vec<Value>),
    Map(Pairs),
    Attribute(Pairs),
}

#[derive(Default)]
struct Pairs {
    pairs: Vec<(Value, Value)>,
    key: Option<Value>,
}

impl Pairs {
    fn with_capacity(elements: usize) -> Self {
        Self { pairs: Vec::with_capacity(elements / 2), key: None }
    }

    #[inline]
    fn push(&mut self, value: Value) {
        match self.key.take() {
            Some(key) => self.pairs.push((key, value)),
            None => self.key = Some(value),
        }
    }
}

impl PartialAggregate {
    /// The aggregate that `head` opens; `None` when it opens none. `bytes_left` are behind the head.
    fn new(head: Header, bytes_left: usize) -> Option<Self> {
        // Scanned as it is, the frame holds as many elements as it announces; the bytes bound it all the same.
        let most = bytes_left / SMALLEST_ELEMENT + 1;
        let room = |count: u64| usize::try_from(count).unwrap_or(usize::MAX).min(most);
        let (items, left) = match head {
            Header::List(count) | Header::Push(count) => {
                (Items::List(Vec::with_capacity(room(count))), Some(count))
            }
            Header::Set(count) => (Items::Set(Vec::with_capacity(room(count))), Some(count)),
            Header::Map(count) => (Items::Map(Pairs::with_capacity(room(count))), Some(count)),
            Header::Attribute(count) => (Items::Attribute(Pairs::default()), Some(count)),
            Header::StreamedList => (Items::List(Vec::new()), None),
            Header::StreamedSet => (Items::Set(Vec::new()), None),
            Header::StreamedMap => (Items::Map(Pairs::default()), None),
            _ => return None,
        };
        Some(Self { items, left })
    }

    #[inline]
    fn push(&mut self, value: Value) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
        }
        match &mut self.items {
            Items::List(items) | Items::Set(items) => items.push(value),
            Items::Map(pairs) | Items::Attribute(pairs) => pairs.push(value),
        }
    }

    /// The finished value; `None` for an attribute, which is dropped.
    fn close(self) -> Option<Value> {
        match self.items {
            Items::List(items) => Some(Value::List(items)),
            Items::Set(items) => Some(Value::Set(items)),
            Items::Map(Pairs { pairs, .. }) => Some(Value::Map(pairs)),
            Items::Attribute(_) => None,
        }
    }
}

/// The value of a whole frame. A push is a list.
pub(super) fn build(frame: &Bytes) -> Built<Value> {
    Builder { frame, at: 0 }.run()
}

struct Builder<'a> {
    frame: &'a Bytes,
    at: usize,
}

impl Builder<'_> {
    fn run(mut self) -> Built<Value> {
        let mut levels: Vec<PartialAggregate> = Vec::new();
        loop {
            if let Some(level) = levels.last_mut() {
                self.strings(level);
            }
            let start = self.at;
            let head = self.head()?;
            let mut done = match self.leaf(head, start)? {
                Some(value) => Some(value),
                None if head == Header::End => levels.pop().and_then(PartialAggregate::close),
                None => match PartialAggregate::new(head, self.frame.len() - self.at) {
                    Some(level) => {
                        levels.push(level);
                        None
                    }
                    None => return Err((Flaw::Inconsistent, start)),
                },
            };
            // An element that is over may be the last of its aggregate, and that the last of the one around it.
            loop {
                if let Some(value) = done.take() {
                    match levels.last_mut() {
                        Some(level) => level.push(value),
                        None => return Ok(value),
                    }
                }
                let Some(level) = levels.pop_if(|level| level.left == Some(0)) else { break };
                done = level.close();
            }
        }
    }

    /// Takes the bulk strings that follow one another, save the last element: what most replies are made of.
    #[inline]
    fn strings(&mut self, level: &mut PartialAggregate) {
        while level.left.is_some_and(|left| left > 1) {
            let at = self.at;
            let Some(string) = header::whole_bulk(&self.frame[at..]) else { return };
            level.push(Value::Bulk(self.frame.slice(at + string.start..at + string.end)));
            self.at = at + string.end + 2;
        }
    }

    fn head(&mut self) -> Built<Header> {
        let at = self.at;
        match header::parse(&self.frame[at..], &mut 0) {
            Ok(Some((head, size))) => {
                self.at = at + size;
                Ok(head)
            }
            Ok(None) => Err((Flaw::Inconsistent, at)),
            Err(flaw) => Err((flaw, at)),
        }
    }

    /// The element whose head began at `start`, when it is one without elements.
    #[inline]
    fn leaf(&mut self, head: Header, start: usize) -> Built<Option<Value>> {
        let text = |len: usize| start + 1..start + 1 + len;
        Ok(Some(match head {
            Header::Bulk(len) => Value::Bulk(self.payload(len)?),
            Header::Null => Value::Null,
            Header::True => Value::Bool(true),
            Header::False => Value::Bool(false),
            Header::Int(value) => Value::Int(value),
            Header::Double(value) => Value::Double(value),
            Header::Status(len) => Value::Status(self.frame.slice(text(len))),
            Header::BigNumber(len) => Value::BigNumber(self.frame.slice(text(len))),
            Header::Error(len) => Value::Error(ServerError::from_line(&self.frame[text(len)])),
            Header::BulkError(len) => Value::Error(ServerError::from_line(&self.payload(len)?)),
            Header::Verbatim(len) => {
                let payload = self.payload(len)?;
                let prefix = header::verbatim_prefix(&payload).map_err(|flaw| (flaw, start))?;
                Value::Bulk(payload.slice(prefix..))
            }
            Header::StreamedBulk => Value::Bulk(self.chunks()?),
            _ => return Ok(None),
        }))
    }

    #[inline]
    fn payload(&mut self, len: u64) -> Built<Bytes> {
        let start = self.at;
        let end = usize::try_from(len).ok().and_then(|len| start.checked_add(len));
        match end {
            Some(end) if end + 2 <= self.frame.len() => {
                self.at = end + 2;
                Ok(self.frame.slice(start..end))
            }
            _ => Err((Flaw::Inconsistent, start)),
        }
    }

    fn chunks(&mut self) -> Built<Bytes> {
        let mut whole = BytesMut::new();
        loop {
            let start = self.at;
            match self.head()? {
                Header::Chunk(0) => return Ok(whole.freeze()),
                Header::Chunk(len) => whole.extend_from_slice(&self.payload(len)?),
                _ => return Err((Flaw::Inconsistent, start)),
            }
        }
    }
}
