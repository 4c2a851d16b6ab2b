//! Finds the end of a reply that has parts, however its bytes arrive. Owns nesting, the limits and skipping.
//!
//! Not recursive: one small record per open level. No byte is looked at twice, save the few of a number whose line is cut.
//! Payload is stepped over, not read: the format of a verbatim string is checked where its text is taken.

use super::header;
use super::header::Header;
use super::limits::{DecodeLimits, LimitExceeded, SKIP_LEVELS_MAX};
use super::protocol_error::{Flaw, ProtocolError};

/// Where a scan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScanProgress {
    /// All bytes are used up, the reply is not.
    Partial,
    /// A top-level attribute is over; what it belongs to follows.
    Attributed,
    /// The reply is over.
    Complete,
}

/// What becomes of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Disposition {
    /// They are kept for building.
    Keep,
    /// They are a top-level attribute, which is dropped.
    Attribute,
    /// The reply is beyond a limit and dropped.
    Skip(LimitExceeded),
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ExpectedElement {
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
enum OpenAggregate {
    /// This many elements have not begun.
    Counted { left: u64, attribute: bool },
    /// `odd`: a key has begun and its value has not.
    Streamed { paired: bool, odd: bool },
}

/// The state of one reply's scan.
#[derive(Debug)]
pub(super) struct Scanner {
    limits: DecodeLimits,
    levels: Vec<OpenAggregate>,
    expected: ExpectedElement,
    fate: Disposition,
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
    pub(super) fn new(limits: DecodeLimits) -> Self {
        Self {
            limits,
            levels: Vec::new(),
            expected: ExpectedElement::Element,
            fate: Disposition::Keep,
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
    pub(super) fn limit(&mut self, limits: DecodeLimits) {
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
    pub(super) fn fate(&self) -> Disposition {
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
        self.fate = Disposition::Keep;
        self.expected = ExpectedElement::Element;
    }

    /// How many bytes are missing at least. Never more than the payload limit and a CRLF.
    pub(super) fn missing(&self) -> usize {
        match (self.fate, self.expected) {
            (Disposition::Keep, ExpectedElement::Body(left) | ExpectedElement::ChunkBody(left)) => {
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
    pub(super) fn run(&mut self, bytes: &[u8]) -> Result<ScanProgress, ProtocolError> {
        loop {
            let progress = match self.expected {
                ExpectedElement::Body(left) => match self.body(bytes, left)? {
                    0 => self.complete(),
                    left => {
                        self.expected = ExpectedElement::Body(left);
                        return Ok(ScanProgress::Partial);
                    }
                },
                ExpectedElement::ChunkBody(left) => match self.body(bytes, left)? {
                    0 => {
                        self.expected = ExpectedElement::Chunk;
                        None
                    }
                    left => {
                        self.expected = ExpectedElement::ChunkBody(left);
                        return Ok(ScanProgress::Partial);
                    }
                },
                ExpectedElement::Element | ExpectedElement::AttributedElement | ExpectedElement::Chunk => {
                    if self.expected == ExpectedElement::Element && self.fate == Disposition::Keep {
                        self.step_over_strings(bytes);
                    }
                    let start = self.at;
                    let head = header::parse(&bytes[start..], &mut self.searched);
                    let Some((head, size)) = head.map_err(|flaw| self.error(flaw, start))? else {
                        return Ok(ScanProgress::Partial);
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
        let Some(OpenAggregate::Counted { left, .. }) = self.levels.last_mut() else { return };
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
    fn take(&mut self, head: Header) -> Result<Option<ScanProgress>, Flaw> {
        if self.expected == ExpectedElement::Chunk {
            return self.take_chunk(head);
        }
        self.needs_tree |= matches!(
            head,
            Header::Verbatim(_)
                | Header::StreamedBulk
                | Header::StreamedList
                | Header::StreamedSet
                | Header::StreamedMap
        );
        match head {
            Header::Bulk(len) | Header::BulkError(len) | Header::Verbatim(len) => {
                self.begin_element();
                self.charge(len, 0);
                self.expected = ExpectedElement::Body(len + 2);
                Ok(None)
            }
            Header::Null | Header::True | Header::False | Header::Int(_) | Header::Double(_) => {
                self.begin_element();
                Ok(self.complete())
            }
            Header::Status(len) | Header::Error(len) | Header::BigNumber(len) => {
                self.begin_element();
                self.charge(len as u64, 0);
                Ok(self.complete())
            }
            Header::StreamedBulk => {
                self.begin_element();
                self.expected = ExpectedElement::Chunk;
                Ok(None)
            }
            Header::Attribute(left) => {
                if self.levels.is_empty() && self.fate == Disposition::Keep {
                    self.fate = Disposition::Attribute;
                }
                self.charge(0, left.saturating_add(1));
                self.open(OpenAggregate::Counted { left, attribute: true })
            }
            Header::Push(_) if !self.levels.is_empty() => Err(Flaw::NestedPush),
            Header::List(left) | Header::Set(left) | Header::Map(left) | Header::Push(left) => {
                self.push = matches!(head, Header::Push(_)) || self.push;
                self.begin_element();
                self.charge(0, left);
                self.open(OpenAggregate::Counted { left, attribute: false })
            }
            Header::StreamedList | Header::StreamedSet | Header::StreamedMap => {
                self.begin_element();
                self.open(OpenAggregate::Streamed { paired: head == Header::StreamedMap, odd: false })
            }
            Header::End => {
                let may_end = self.expected == ExpectedElement::Element;
                match self.levels.last() {
                    Some(OpenAggregate::Streamed { paired: true, odd: true }) if may_end => Err(Flaw::OddMap),
                    Some(OpenAggregate::Streamed { .. }) if may_end => {
                        self.levels.pop();
                        Ok(self.complete())
                    }
                    _ => Err(Flaw::StrayEnd),
                }
            }
            Header::Chunk(_) => Err(Flaw::StrayChunk),
        }
    }

    fn take_chunk(&mut self, head: Header) -> Result<Option<ScanProgress>, Flaw> {
        match head {
            Header::Chunk(0) => Ok(self.complete()),
            Header::Chunk(len) => {
                self.charge(len, 1);
                self.expected = ExpectedElement::ChunkBody(len + 2);
                Ok(None)
            }
            _ => Err(Flaw::ChunkExpected),
        }
    }

    fn begin_element(&mut self) {
        match self.levels.last_mut() {
            Some(OpenAggregate::Counted { left, .. }) => *left = left.saturating_sub(1),
            Some(OpenAggregate::Streamed { odd, .. }) => {
                *odd = !*odd;
                self.charge(0, 1);
            }
            None => {}
        }
    }

    /// Counts towards the limits. Beyond one, the reply is skipped.
    fn charge(&mut self, payload: u64, elements: u64) {
        if matches!(self.fate, Disposition::Skip(_)) {
            return;
        }
        self.payload = self.payload.saturating_add(payload);
        self.elements = self.elements.saturating_add(elements);
        if self.payload > self.limits.max_reply_bytes {
            self.fate = Disposition::Skip(LimitExceeded::ReplyBytes(self.limits.max_reply_bytes));
        } else if self.elements > self.limits.max_elements {
            self.fate = Disposition::Skip(LimitExceeded::Elements(self.limits.max_elements));
        }
    }

    fn open(&mut self, level: OpenAggregate) -> Result<Option<ScanProgress>, Flaw> {
        if !matches!(self.fate, Disposition::Skip(_)) && self.levels.len() >= self.limits.max_depth {
            self.fate = Disposition::Skip(LimitExceeded::Depth(self.limits.max_depth as u64));
        }
        if matches!(self.fate, Disposition::Skip(_)) {
            // The new level is the last element of the one above, which is therefore over when this one is: a tail call.
            if let Some(OpenAggregate::Counted { left: 0, attribute: false }) = self.levels.last() {
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
    fn complete(&mut self) -> Option<ScanProgress> {
        self.expected = ExpectedElement::Element;
        loop {
            match self.levels.last() {
                None => return Some(ScanProgress::Complete),
                Some(OpenAggregate::Counted { left: 0, attribute: false }) => {
                    self.levels.pop();
                }
                Some(OpenAggregate::Counted { left: 0, attribute: true }) => {
                    self.levels.pop();
                    self.expected = ExpectedElement::AttributedElement;
                    let at_top = self.levels.is_empty() && self.fate == Disposition::Attribute;
                    return at_top.then_some(ScanProgress::Attributed);
                }
                Some(_) => return None,
            }
        }
    }
}
