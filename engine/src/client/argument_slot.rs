//! Room for one argument whose length is known only after it was written.
//!
//! The length stands before the bytes, so the header's width is guessed and the content moved when that was wrong: cheaper
//! than asking for the length first.

use std::fmt;

use crate::resp::encode;

/// A length of two digits: what most arguments have.
pub(super) const COMMON_LENGTH: usize = 10;

/// CR, LF.
const TRAILER: usize = 2;

/// The room. Dropping it unfinished leaves the buffer as it was. Printing it shows no bytes.
pub struct ArgumentSlot<'a> {
    bytes: &'a mut Vec<u8>,
    start: usize,
    header: usize,
    finished: bool,
}

impl fmt::Debug for ArgumentSlot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArgumentSlot({} bytes)", self.content().len())
    }
}

impl<'a> ArgumentSlot<'a> {
    /// Room behind `bytes` for content of about `expected` bytes.
    pub(super) fn new(bytes: &'a mut Vec<u8>, expected: usize) -> Self {
        let start = bytes.len();
        let header = encode::array_header_len(expected);
        bytes.extend_from_slice(&[0; encode::HEADER_MAX][..header]);
        Self { bytes, start, header, finished: false }
    }

    /// Where the content goes, and how many bytes fit: at most `wanted`.
    pub fn room(&mut self, wanted: usize) -> (*mut u8, usize) {
        let spare = self.bytes.spare_capacity_mut();
        let reserved = TRAILER + encode::HEADER_MAX - self.header;
        (spare.as_mut_ptr().cast(), spare.len().saturating_sub(reserved).min(wanted))
    }

    /// The vector behind the room, to be told how much of it was filled.
    pub fn vector(&mut self) -> &mut Vec<u8> {
        self.bytes
    }

    /// What was filled.
    pub fn content(&self) -> &[u8] {
        self.bytes.get(self.start + self.header..).unwrap_or_default()
    }

    /// Writes the header and the trailer around the content.
    pub fn finish(mut self) {
        let from = self.start + self.header;
        let length = self.bytes.len() - from;
        let header = encode::array_header_len(length);
        if header != self.header {
            self.bytes.resize((self.start + header + length).max(self.bytes.len()), 0);
            self.bytes.copy_within(from..from + length, self.start + header);
            self.bytes.truncate(self.start + header + length);
        }
        encode::write_bulk_header(&mut self.bytes[self.start..self.start + header], length);
        self.bytes.extend_from_slice(b"\r\n");
        self.finished = true;
    }
}

impl Drop for ArgumentSlot<'_> {
    fn drop(&mut self) {
        if !self.finished {
            self.bytes.truncate(self.start);
        }
    }
}
