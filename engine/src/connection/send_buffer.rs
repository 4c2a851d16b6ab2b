//! The bytes a connection owes the server. Owns every command from its submission until it is answered.
//!
//! One stream of bytes with three cursors: `base <= written <= end`. What is not yet written waits for the socket (or for a
//! connection); what is written is kept until its reply, so that a lost connection can send read-only commands again.

use std::collections::VecDeque;
use std::fmt;
use std::io::IoSlice;
use std::ops::Range;

use crate::buffer_pool;

/// Small commands are copied together into segments of this size.
const SEGMENT_BYTES: usize = 64 * 1024;

/// A submission of at least this many bytes becomes a segment of its own, without a copy.
const OWN_SEGMENT_FROM: usize = 32 * 1024;

/// A segment of at least this many bytes is written in two parts.
const IN_TWO_PARTS_FROM: usize = 256 * 1024;

/// The first of them. A Redis or Valkey server reads the beginning of a large value by way of its query buffer and makes room for
/// the rest when it has seen the length. While it does, the rest arrives; in one write, both sides fight for the socket.
const FIRST_PART: usize = 64 * 1024;

/// Emptied segments kept for reuse.
const SPARE_SEGMENTS: usize = 2;

/// The outgoing stream. Printing it shows no bytes.
#[derive(Default)]
pub struct SendBuffer {
    segments: VecDeque<Vec<u8>>,
    /// Where each of them begins, so that a part is found without a walk along all of them.
    starts: VecDeque<u64>,
    spare: Vec<Vec<u8>>,
    base: u64,
    written: u64,
    end: u64,
    /// Whether what is answered is kept as well.
    kept: bool,
    /// Stream offsets, ascending, beyond the first of which nothing is written.
    barriers: VecDeque<u64>,
}

impl fmt::Debug for SendBuffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { base, written, end, .. } = self;
        write!(f, "SendBuffer({base}..{written}..{end})")
    }
}

impl SendBuffer {
    /// Stream offset after the last byte.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Stream offset up to which the socket has taken the bytes.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Whether bytes wait for the socket.
    pub fn has_backlog(&self) -> bool {
        self.written < self.end
    }

    /// Nothing beyond `offset` is written until the barrier is lifted.
    pub fn add_barrier(&mut self, offset: u64) {
        self.barriers.push_back(offset);
    }

    /// Lifts the barriers up to `answered`. Returns whether there was one.
    pub fn lift_barriers(&mut self, answered: u64) -> bool {
        let before = self.barriers.len();
        self.barriers.retain(|&offset| offset > answered);
        self.barriers.len() < before
    }

    /// Drops the barriers beyond `offset`.
    pub fn drop_barriers(&mut self, offset: u64) {
        self.barriers.retain(|&barrier| barrier <= offset);
    }

    /// Whether all that may be written is, and something is left.
    pub fn is_parked(&self) -> bool {
        self.has_backlog() && self.written >= self.limit()
    }

    /// Stream offset beyond which nothing is written.
    fn limit(&self) -> u64 {
        self.barriers.front().map_or(self.end, |&barrier| barrier.min(self.end))
    }

    /// Appends all of `staged` and leaves an empty vector in its place. Small content is copied, large content is moved.
    pub fn append(&mut self, staged: &mut Vec<u8>) {
        self.end += staged.len() as u64;
        if staged.len() < OWN_SEGMENT_FROM {
            self.copy_in(staged);
            staged.clear();
        } else {
            let next = self.spare.pop().unwrap_or_default();
            let start = self.end - staged.len() as u64;
            self.push(start, std::mem::replace(staged, next));
        }
    }

    fn push(&mut self, start: u64, segment: Vec<u8>) {
        self.segments.push_back(segment);
        self.starts.push_back(start);
    }

    /// Appends a copy of `bytes`.
    pub fn append_slice(&mut self, bytes: &[u8]) {
        self.end += bytes.len() as u64;
        self.copy_in(bytes);
    }

    fn copy_in(&mut self, bytes: &[u8]) {
        match self.segments.back_mut() {
            Some(last) if last.capacity() - last.len() >= bytes.len() => last.extend_from_slice(bytes),
            _ => {
                let mut segment = self.spare.pop().unwrap_or_default();
                segment.reserve(SEGMENT_BYTES.max(bytes.len()));
                segment.extend_from_slice(bytes);
                self.push(self.end - bytes.len() as u64, segment);
            }
        }
    }

    /// Fills `slices` with what is next to write, up to the first part of a large segment, and returns how many it filled.
    pub fn unwritten<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut filled = 0;
        let mut parts = self.parts(self.written..self.limit());
        while let Some(slice) = slices.get_mut(filled)
            && let Some(part) = parts.next()
        {
            filled += 1;
            if part.len() >= IN_TWO_PARTS_FROM && (filled > 1 || self.begins_segment(self.written)) {
                *slice = IoSlice::new(&part[..FIRST_PART]);
                break;
            }
            *slice = IoSlice::new(part);
        }
        filled
    }

    /// Whether a segment begins at `offset`.
    fn begins_segment(&self, offset: u64) -> bool {
        self.starts.binary_search(&offset).is_ok()
    }

    /// The socket took `count` more bytes.
    pub fn advance(&mut self, count: usize) {
        self.written += count as u64;
        debug_assert!(self.written <= self.end);
    }

    /// From now on nothing is released.
    pub fn keep(&mut self) {
        self.kept = true;
    }

    /// Everything before `answered` is no longer needed.
    pub fn release(&mut self, answered: u64) {
        if self.kept {
            return;
        }
        let answered = answered.min(self.written);
        if answered == self.end {
            // All answered: the last segment is emptied in place, which keeps one warm segment for one call in flight.
            while self.segments.len() > 1 {
                self.drop_front();
            }
            if self.segments.front().is_some_and(|last| last.capacity() > SEGMENT_BYTES) {
                self.drop_front();
            } else if let Some(last) = self.segments.front_mut() {
                self.base += last.len() as u64;
                last.clear();
                self.starts.clear();
                self.starts.push_back(self.base);
            }
            return;
        }
        while self.segments.front().is_some_and(|first| self.base + first.len() as u64 <= answered) {
            self.drop_front();
        }
    }

    fn drop_front(&mut self) {
        if let Some(mut first) = self.segments.pop_front() {
            self.starts.pop_front();
            self.base += first.len() as u64;
            if first.capacity() <= SEGMENT_BYTES && self.spare.len() < SPARE_SEGMENTS {
                first.clear();
                self.spare.push(first);
            } else {
                buffer_pool::give(first);
            }
        }
    }

    /// Takes the bytes from `from` on out of this log; the result keeps their stream offsets.
    #[must_use = "the tail is no longer in this log"]
    pub fn split_off(&mut self, from: u64) -> Self {
        let mut tail = Self { base: from, written: from, end: from, ..Self::default() };
        let parts: Vec<Vec<u8>> = self.parts(from..self.end).map(<[u8]>::to_vec).collect();
        for part in parts {
            let start = tail.end;
            tail.end += part.len() as u64;
            tail.push(start, part);
        }
        let mut excess = self.end - from;
        while let Some(last) = self.segments.back_mut() {
            let length = last.len() as u64;
            if length > excess {
                last.truncate(last.len() - usize::try_from(excess).unwrap_or(0));
                break;
            }
            excess -= length;
            self.segments.pop_back();
            self.starts.pop_back();
        }
        self.end = from;
        self.written = self.written.min(from);
        tail
    }

    /// Appends a copy of `range` of `other`, which must hold it.
    pub fn append_range(&mut self, other: &Self, range: Range<u64>) {
        for part in other.parts(range) {
            self.append_slice(part);
        }
    }

    /// A copy of `range`, which it must hold.
    pub fn copy(&self, range: Range<u64>) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
        self.parts(range).for_each(|part| bytes.extend_from_slice(part));
        bytes
    }

    fn parts(&self, range: Range<u64>) -> impl Iterator<Item = &[u8]> {
        let first = self.starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        let segments = self.segments.range(first..).zip(self.starts.range(first..));
        segments.take_while(move |&(_, &start)| start < range.end).filter_map(move |(segment, &start)| {
            let from = range.start.max(start);
            let to = range.end.min(start + segment.len() as u64);
            if from >= to {
                return None;
            }
            let index = |at: u64| usize::try_from(at - start).ok();
            segment.get(index(from)?..index(to)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unwritten(send_buffer: &SendBuffer) -> Vec<u8> {
        let mut slices = [IoSlice::new(&[]); 8];
        let count = send_buffer.unwritten(&mut slices);
        slices[..count].iter().flat_map(|slice| slice.iter().copied()).collect()
    }

    #[test]
    fn small_submissions_share_a_segment_and_large_ones_are_moved() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append(&mut b"one".to_vec());
        send_buffer.append(&mut b"two".to_vec());
        assert_eq!(send_buffer.segments.len(), 1);
        let mut large = vec![7; OWN_SEGMENT_FROM];
        let address = large.as_ptr();
        send_buffer.append(&mut large);
        assert!(large.is_empty());
        assert_eq!(send_buffer.segments[1].as_ptr(), address);
        assert_eq!(send_buffer.end(), 6 + OWN_SEGMENT_FROM as u64);
    }

    #[test]
    fn written_bytes_stay_until_they_are_answered() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append_slice(b"abcdef");
        send_buffer.advance(4);
        assert_eq!(unwritten(&send_buffer), b"ef");
        send_buffer.release(3);
        let mut other = SendBuffer::default();
        other.append_range(&send_buffer, 0..6);
        assert_eq!(unwritten(&other), b"abcdef");
        send_buffer.advance(2);
        send_buffer.release(6);
        assert!(!send_buffer.has_backlog());
        send_buffer.append_slice(b"gh");
        assert_eq!(unwritten(&send_buffer), b"gh");
        assert_eq!(send_buffer.end(), 8);
    }

    #[test]
    fn a_tail_is_split_off_across_segments() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append_slice(b"abc");
        send_buffer.append(&mut vec![b'x'; OWN_SEGMENT_FROM]);
        send_buffer.append_slice(b"tail");
        send_buffer.advance(2);
        let tail = send_buffer.split_off(3);
        assert_eq!(unwritten(&send_buffer), b"c");
        assert_eq!(tail.end(), 3 + OWN_SEGMENT_FROM as u64 + 4);
        send_buffer.append_range(&tail, tail.end() - 4..tail.end());
        assert_eq!(unwritten(&send_buffer), b"ctail");
        assert_eq!(send_buffer.end(), 7);
    }

    #[test]
    fn a_segment_answered_in_part_is_kept_and_the_next_submission_follows_it() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append(&mut vec![b'a'; OWN_SEGMENT_FROM]);
        send_buffer.append(&mut vec![b'b'; OWN_SEGMENT_FROM]);
        send_buffer.advance(OWN_SEGMENT_FROM + 5);
        send_buffer.release(OWN_SEGMENT_FROM as u64 + 1);
        assert_eq!(send_buffer.segments.len(), 1);
        assert_eq!(unwritten(&send_buffer).len(), OWN_SEGMENT_FROM - 5);
    }

    fn next_write(send_buffer: &SendBuffer) -> Vec<usize> {
        let mut slices = [IoSlice::new(&[]); 4];
        let count = send_buffer.unwritten(&mut slices);
        slices[..count].iter().map(|slice| slice.len()).collect()
    }

    #[test]
    fn a_large_segment_is_written_in_two_parts() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append_slice(b"small");
        send_buffer.append(&mut vec![b'a'; IN_TWO_PARTS_FROM - 1]);
        send_buffer.append(&mut vec![b'b'; IN_TWO_PARTS_FROM]);
        send_buffer.append_slice(b"behind");
        assert_eq!(next_write(&send_buffer), [5, IN_TWO_PARTS_FROM - 1, FIRST_PART]);
        send_buffer.advance(5 + IN_TWO_PARTS_FROM - 1);
        assert_eq!(next_write(&send_buffer), [FIRST_PART], "it begins here");
        send_buffer.advance(10);
        assert_eq!(
            next_write(&send_buffer),
            [IN_TWO_PARTS_FROM - 10, 6],
            "the socket took less than the first part"
        );
        send_buffer.release((5 + IN_TWO_PARTS_FROM - 1) as u64);
        assert_eq!(next_write(&send_buffer), [IN_TWO_PARTS_FROM - 10, 6], "what came before was answered");
        send_buffer.advance(FIRST_PART);
        assert_eq!(next_write(&send_buffer), [IN_TWO_PARTS_FROM - 10 - FIRST_PART, 6]);
    }

    /// What the log's segments take up, the spare ones included.
    fn capacity(send_buffer: &SendBuffer) -> usize {
        send_buffer.segments.iter().chain(&send_buffer.spare).map(Vec::capacity).sum()
    }

    #[test]
    fn what_is_answered_takes_no_memory() {
        let mut send_buffer = SendBuffer::default();
        for _ in 0..1_000 {
            send_buffer.append_slice(&[b'a'; 1_000]);
        }
        send_buffer.append(&mut vec![b'b'; 10 * SEGMENT_BYTES]);
        for _ in 0..1_000 {
            send_buffer.append_slice(&[b'c'; 1_000]);
        }
        let end = send_buffer.end();
        send_buffer.advance(usize::try_from(end).unwrap());
        send_buffer.release(end - 1_000);
        assert!(capacity(&send_buffer) <= (SPARE_SEGMENTS + 1) * SEGMENT_BYTES, "{}", capacity(&send_buffer));
        send_buffer.release(end);
        assert!(capacity(&send_buffer) <= (SPARE_SEGMENTS + 1) * SEGMENT_BYTES, "{}", capacity(&send_buffer));
        send_buffer.append_slice(b"next");
        assert_eq!(unwritten(&send_buffer), b"next");
    }

    #[test]
    fn a_large_submission_that_is_answered_is_let_go_of() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append(&mut vec![b'a'; 10 * SEGMENT_BYTES]);
        send_buffer.advance(10 * SEGMENT_BYTES);
        send_buffer.release(send_buffer.end());
        assert_eq!(capacity(&send_buffer), 0);
    }

    #[test]
    fn what_is_to_be_kept_is_kept() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append_slice(b"abc");
        send_buffer.advance(3);
        send_buffer.keep();
        send_buffer.release(3);
        let mut next = SendBuffer::default();
        next.append_range(&send_buffer, 0..3);
        assert_eq!(unwritten(&next), b"abc");
        next.advance(3);
        next.release(3);
        assert_eq!(next.base, 3, "only this log is kept");
    }

    #[test]
    fn nothing_is_released_before_it_is_written() {
        let mut send_buffer = SendBuffer::default();
        send_buffer.append_slice(b"abc");
        send_buffer.release(100);
        assert_eq!(unwritten(&send_buffer), b"abc");
    }

    #[test]
    fn offsets_hold_over_many_rounds_of_writing_and_answering() {
        let mut random = fastrand::Rng::with_seed(3);
        let mut send_buffer = SendBuffer::default();
        let mut model: Vec<u8> = Vec::new();
        let (mut written, mut answered) = (0, 0);
        for round in 0..3_000_u32 {
            let length =
                if random.u8(0..10) == 0 { random.usize(30_000..100_000) } else { random.usize(1..3_000) };
            let bytes = vec![round.to_le_bytes()[0]; length];
            model.extend_from_slice(&bytes);
            if random.bool() {
                send_buffer.append(&mut bytes.clone());
            } else {
                send_buffer.append_slice(&bytes);
            }
            let mut slices = [IoSlice::new(&[]); 4];
            let count = send_buffer.unwritten(&mut slices);
            let ready: Vec<u8> = slices[..count].iter().flat_map(|slice| slice.iter().copied()).collect();
            assert_eq!(ready, model[written..written + ready.len()]);
            let taken = random.usize(0..=ready.len());
            send_buffer.advance(taken);
            written += taken;
            if random.bool() {
                answered = random.usize(answered..=written);
                send_buffer.release(answered as u64);
            }
            let from = random.usize(answered..=model.len());
            let mut copy = SendBuffer::default();
            copy.append_range(&send_buffer, from as u64..model.len() as u64);
            assert_eq!(copy.end(), (model.len() - from) as u64);
            assert_eq!(send_buffer.end(), model.len() as u64);
        }
    }
}
