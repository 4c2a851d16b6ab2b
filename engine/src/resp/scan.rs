//! Finds the end of a reply that has parts, however its bytes arrive. Owns nesting, the limits and skipping.
//!
//! Not recursive: one small record per open level. No byte is looked at twice, save the few of a number whose line is cut.
//! Payload is stepped over, not read: the format of a verbatim string is checked where its text is taken.

use super::header;
use super::header::Head;
use super::limits::{LimitExceeded, Limits, SKIP_LEVELS_MAX};
use super::protocol_error::{Flaw, ProtocolError};

/// Where a scan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// All bytes are used up, the reply is not.
    Partial,
    /// A top-level attribute is over; what it belongs to follows.
    Attributed,
    /// The reply is over.
    Complete,
}

/// What becomes of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// They are kept for building.
    Keep,
    /// They are a top-level attribute, which is dropped.
    Attribute,
    /// The reply is beyond a limit and dropped.
    Skip(LimitExceeded),
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Element,
    /// An element, and not the end of a streamed aggregate: an attribute has just been read.
    AttributedElement,
    Chunk,
    /// This many bytes of an element's payload and CRLF.
    Body(u64),
    /// The same of a chunk.
    ChunkBody(u64),
}

/// An aggregate that is not over.
#[derive(Clone, Copy, Debug)]
enum Level {
    /// This many elements have not begun.
    Counted { left: u64, attribute: bool },
    /// `odd`: a key has begun and its value has not.
    Streamed { paired: bool, odd: bool },
}

/// The state of one reply's scan.
#[derive(Debug)]
pub(super) struct Scanner {
    limits: Limits,
    levels: Vec<Level>,
    expected: Expected,
    fate: Fate,
    push: bool,
    /// Something in the frame shows what it is only when it is built: a verbatim string's format, a streamed part's length.
    needs_tree: bool,
    /// The next byte to look at, counted from the start of the buffer.
    at: usize,
    /// How much of the line at `at` is known to hold no line end.
    searched: usize,
    /// Bytes of this reply that have left the buffer.
    dropped: u64,
    payload: u64,
    elements: u64,
}

impl Scanner {
    /// Ready for a connection's first reply.
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            levels: Vec::new(),
            expected: Expected::Element,
            fate: Fate::Keep,
            push: false,
            needs_tree: false,
            at: 0,
            searched: 0,
            dropped: 0,
            payload: 0,
            elements: 0,
        }
    }

    /// From now on these limits hold.
    pub(super) fn limit(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Makes ready for the next reply.
    pub(super) fn reset(&mut self) {
        let mut levels = std::mem::take(&mut self.levels);
        levels.clear();
        // A hostile reply that was skipped must not cost memory from then on.
        levels.shrink_to(self.limits.max_depth);
        *self = Self { levels, ..Self::new(self.limits) };
    }

    /// A scalar was decoded without a scan: nothing of the attributes before it counts any longer.
    #[inline]
    pub(super) fn finish_scalar(&mut self) {
        (self.payload, self.elements, self.dropped) = (0, 0, 0);
    }

    /// Whether an attribute has been dropped, or more, and the reply is not over.
    pub(super) fn has_begun(&self) -> bool {
        self.dropped > 0
    }

    /// What becomes of the bytes scanned so far.
    pub(super) fn fate(&self) -> Fate {
        self.fate
    }

    /// Whether the reply is a push.
    pub(super) fn is_push(&self) -> bool {
        self.push
    }

    /// Whether the frame can only be told as a tree.
    pub(super) fn needs_tree(&self) -> bool {
        self.needs_tree
    }

    /// Bytes of payload that the limit still allows.
    pub(super) fn allowance(&self) -> u64 {
        self.limits.max_reply_bytes - self.payload.min(self.limits.max_reply_bytes)
    }

    /// Whether a list of a few strings with this much payload is within the limits.
    pub(super) fn allows_strings(&self, payload: u64) -> bool {
        const STRINGS: u64 = 4;
        let limits = &self.limits;
        payload <= limits.max_reply_bytes && limits.max_depth > 0 && limits.max_elements >= STRINGS
    }

    /// Bytes scanned and still in the buffer.
    pub(super) fn scanned(&self) -> usize {
        self.at
    }

    /// Says that the scanned bytes have left the buffer.
    pub(super) fn forget_scanned(&mut self) {
        self.dropped += self.at as u64;
        self.at = 0;
    }

    /// Goes on behind a top-level attribute: what is counted stays counted.
    pub(super) fn resume_after_attribute(&mut self) {
        self.fate = Fate::Keep;
        self.expected = Expected::Element;
    }

    /// How many bytes are missing at least. Never more than the payload limit and a CRLF.
    pub(super) fn missing(&self) -> usize {
        match (self.fate, self.expected) {
            (Fate::Keep, Expected::Body(left) | Expected::ChunkBody(left)) => {
                usize::try_from(left).unwrap_or(usize::MAX)
            }
            _ => 1,
        }
    }

    /// An error at `at` bytes into the buffer.
    #[cold]
    pub(super) fn error(&self, flaw: Flaw, at: usize) -> ProtocolError {
        ProtocolError::new(flaw, self.dropped + at as u64)
    }

    /// Looks at the bytes that are new in `bytes`, the whole buffer.
    pub(super) fn run(&mut self, bytes: &[u8]) -> Result<Progress, ProtocolError> {
        loop {
            let progress = match self.expected {
                Expected::Body(left) => match self.body(bytes, left)? {
                    0 => self.complete(),
                    left => {
                        self.expected = Expected::Body(left);
                        return Ok(Progress::Partial);
                    }
                },
                Expected::ChunkBody(left) => match self.body(bytes, left)? {
                    0 => {
                        self.expected = Expected::Chunk;
                        None
                    }
                    left => {
                        self.expected = Expected::ChunkBody(left);
                        return Ok(Progress::Partial);
                    }
                },
                Expected::Element | Expected::AttributedElement | Expected::Chunk => {
                    if self.expected == Expected::Element && self.fate == Fate::Keep {
                        self.step_over_strings(bytes);
                    }
                    let start = self.at;
                    let head = header::parse(&bytes[start..], &mut self.searched);
                    let Some((head, size)) = head.map_err(|flaw| self.error(flaw, start))? else {
                        return Ok(Progress::Partial);
                    };
                    self.at = start + size;
                    self.take(head).map_err(|flaw| self.error(flaw, start))?
                }
            };
            if let Some(progress) = progress {
                return Ok(progress);
            }
        }
    }

    /// Steps over bulk strings that follow one another and have wholly arrived, which is what most replies are made of.
    ///
    /// Stops at whatever is not plain: another type, a flaw, a limit, the last element.
    #[inline]
    fn step_over_strings(&mut self, bytes: &[u8]) {
        let Some(Level::Counted { left, .. }) = self.levels.last_mut() else { return };
        let (mut at, mut remaining, mut allowance) =
            (self.at, *left, self.limits.max_reply_bytes.saturating_sub(self.payload));
        let before = allowance;
        while remaining > 1 {
            let Some(string) = header::whole_bulk(&bytes[at..]) else { break };
            let Some(rest) = allowance.checked_sub(string.len() as u64) else { break };
            (at, remaining, allowance) = (at + string.end + 2, remaining - 1, rest);
        }
        *left = remaining;
        self.at = at;
        self.payload += before - allowance;
    }

    /// Steps over payload and its CRLF, `left` bytes in all. Answers how many of them have not arrived.
    fn body(&mut self, bytes: &[u8], left: u64) -> Result<u64, ProtocolError> {
        let arrived = (bytes.len() - self.at) as u64;
        let payload = left.saturating_sub(2).min(arrived);
        // At most the length of `bytes`, so it fits.
        self.at += usize::try_from(payload).unwrap_or(usize::MAX);
        let mut left = left - payload;
        while (1..=2).contains(&left) && self.at < bytes.len() {
            let wanted = if left == 2 { b'\r' } else { b'\n' };
            if bytes[self.at] != wanted {
                return Err(self.error(Flaw::Terminator, self.at));
            }
            self.at += 1;
            left -= 1;
        }
        Ok(left)
    }

    /// Takes in a head, and with it the whole element where it is a line.
    fn take(&mut self, head: Head) -> Result<Option<Progress>, Flaw> {
        if self.expected == Expected::Chunk {
            return self.take_chunk(head);
        }
        self.needs_tree |= matches!(
            head,
            Head::Verbatim(_)
                | Head::StreamedBulk
                | Head::StreamedList
                | Head::StreamedSet
                | Head::StreamedMap
        );
        match head {
            Head::Bulk(len) | Head::BulkError(len) | Head::Verbatim(len) => {
                self.begin_element();
                self.charge(len, 0);
                self.expected = Expected::Body(len + 2);
                Ok(None)
            }
            Head::Null | Head::True | Head::False | Head::Int(_) | Head::Double(_) => {
                self.begin_element();
                Ok(self.complete())
            }
            Head::Status(len) | Head::Error(len) | Head::BigNumber(len) => {
                self.begin_element();
                self.charge(len as u64, 0);
                Ok(self.complete())
            }
            Head::StreamedBulk => {
                self.begin_element();
                self.expected = Expected::Chunk;
                Ok(None)
            }
            Head::Attribute(left) => {
                if self.levels.is_empty() && self.fate == Fate::Keep {
                    self.fate = Fate::Attribute;
                }
                self.charge(0, left.saturating_add(1));
                self.open(Level::Counted { left, attribute: true })
            }
            Head::Push(_) if !self.levels.is_empty() => Err(Flaw::NestedPush),
            Head::List(left) | Head::Set(left) | Head::Map(left) | Head::Push(left) => {
                self.push = matches!(head, Head::Push(_)) || self.push;
                self.begin_element();
                self.charge(0, left);
                self.open(Level::Counted { left, attribute: false })
            }
            Head::StreamedList | Head::StreamedSet | Head::StreamedMap => {
                self.begin_element();
                self.open(Level::Streamed { paired: head == Head::StreamedMap, odd: false })
            }
            Head::End => {
                let may_end = self.expected == Expected::Element;
                match self.levels.last() {
                    Some(Level::Streamed { paired: true, odd: true }) if may_end => Err(Flaw::OddMap),
                    Some(Level::Streamed { .. }) if may_end => {
                        self.levels.pop();
                        Ok(self.complete())
                    }
                    _ => Err(Flaw::StrayEnd),
                }
            }
            Head::Chunk(_) => Err(Flaw::StrayChunk),
        }
    }

    fn take_chunk(&mut self, head: Head) -> Result<Option<Progress>, Flaw> {
        match head {
            Head::Chunk(0) => Ok(self.complete()),
            Head::Chunk(len) => {
                self.charge(len, 1);
                self.expected = Expected::ChunkBody(len + 2);
                Ok(None)
            }
            _ => Err(Flaw::ChunkExpected),
        }
    }

    fn begin_element(&mut self) {
        match self.levels.last_mut() {
            Some(Level::Counted { left, .. }) => *left = left.saturating_sub(1),
            Some(Level::Streamed { odd, .. }) => {
                *odd = !*odd;
                self.charge(0, 1);
            }
            None => {}
        }
    }

    /// Counts towards the limits. Beyond one, the reply is skipped.
    fn charge(&mut self, payload: u64, elements: u64) {
        if matches!(self.fate, Fate::Skip(_)) {
            return;
        }
        self.payload = self.payload.saturating_add(payload);
        self.elements = self.elements.saturating_add(elements);
        if self.payload > self.limits.max_reply_bytes {
            self.fate = Fate::Skip(LimitExceeded::ReplyBytes(self.limits.max_reply_bytes));
        } else if self.elements > self.limits.max_elements {
            self.fate = Fate::Skip(LimitExceeded::Elements(self.limits.max_elements));
        }
    }

    fn open(&mut self, level: Level) -> Result<Option<Progress>, Flaw> {
        if !matches!(self.fate, Fate::Skip(_)) && self.levels.len() >= self.limits.max_depth {
            self.fate = Fate::Skip(LimitExceeded::Depth(self.limits.max_depth as u64));
        }
        if matches!(self.fate, Fate::Skip(_)) {
            // The new level is the last element of the one above, which is therefore over when this one is: a tail call.
            if let Some(Level::Counted { left: 0, attribute: false }) = self.levels.last() {
                self.levels.pop();
            }
            if self.levels.len() >= SKIP_LEVELS_MAX {
                return Err(Flaw::SkipLevels);
            }
        }
        self.levels.push(level);
        Ok(self.complete())
    }

    /// Closes the levels that have no element left, and says what comes next.
    fn complete(&mut self) -> Option<Progress> {
        self.expected = Expected::Element;
        loop {
            match self.levels.last() {
                None => return Some(Progress::Complete),
                Some(Level::Counted { left: 0, attribute: false }) => {
                    self.levels.pop();
                }
                Some(Level::Counted { left: 0, attribute: true }) => {
                    self.levels.pop();
                    self.expected = Expected::AttributedElement;
                    let at_top = self.levels.is_empty() && self.fate == Fate::Attribute;
                    return at_top.then_some(Progress::Attributed);
                }
                Some(_) => return None,
            }
        }
    }
}
