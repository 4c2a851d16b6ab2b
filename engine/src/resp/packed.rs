//! An aggregate left as bytes: read part by part by whoever turns it into something else than a tree, without making one.

use bytes::Bytes;

use super::build;
use super::frame::{Frame, Scalar};
use super::header;
use super::header::Header;
use super::protocol_error::ProtocolError;
use crate::value::Value;

/// A whole aggregate as it came, its end found and its limits checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    frame: Bytes,
}

/// One part of an aggregate, in the order of the wire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PackedPart<'a> {
    /// An element without parts.
    Scalar(Scalar<'a>),
    /// An array or a set; this many elements follow.
    List(usize),
    /// A map; this many pairs follow.
    Map(usize),
}

/// The parts, one after another. Attributes are left out.
#[derive(Clone, Debug)]
pub struct PackedParts<'a> {
    rest: &'a [u8],
}

/// The parts cannot be told one by one: the aggregate is streamed, so that its counts are known only at its end, or it is
/// malformed, which [`Packed::value`] says in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotInParts;

impl Packed {
    pub(super) fn new(frame: Bytes) -> Self {
        Self { frame }
    }

    /// The tree.
    pub fn value(&self) -> Result<Value, ProtocolError> {
        build::build(&self.frame).map_err(|(flaw, at)| ProtocolError::new(flaw, at as u64))
    }

    /// The parts.
    pub fn parts(&self) -> PackedParts<'_> {
        PackedParts { rest: &self.frame }
    }

    /// The elements of a list, each as a frame of its own.
    pub fn elements(&self) -> Result<Elements<'_>, NotInParts> {
        let mut parts = self.parts();
        match parts.next_part()? {
            PackedPart::List(left) => Ok(Elements { frame: &self.frame, parts, left }),
            PackedPart::Scalar(_) | PackedPart::Map(_) => Err(NotInParts),
        }
    }

    /// The frame as it came.
    pub fn bytes(&self) -> &Bytes {
        &self.frame
    }

    /// Bytes on the wire.
    pub fn size(&self) -> usize {
        self.frame.len()
    }
}

/// The elements of a list, one after another.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    frame: &'a Bytes,
    parts: PackedParts<'a>,
    left: usize,
}

impl<'a> Elements<'a> {
    /// How many follow.
    pub fn left(&self) -> usize {
        self.left
    }

    /// The next element: a frame without parts, or one that shares its memory with the whole.
    pub fn next_frame(&mut self) -> Result<Frame<'a>, NotInParts> {
        self.left = self.left.checked_sub(1).ok_or(NotInParts)?;
        self.parts.attributes()?;
        let element = self.parts.clone();
        if let PackedPart::Scalar(scalar) = self.parts.next_part()? {
            return Ok(Frame::Scalar(scalar));
        }
        self.parts = element.clone();
        self.parts.skip(1)?;
        let length = element.rest.len() - self.parts.rest.len();
        let bytes = element.rest.get(..length).ok_or(NotInParts)?;
        Ok(Frame::Packed(Packed::new(self.frame.slice_ref(bytes))))
    }
}

impl<'a> PackedParts<'a> {
    /// Steps over the attributes before the next part.
    fn attributes(&mut self) -> Result<(), NotInParts> {
        while self.rest.first() == Some(&b'|') {
            if let Header::Attribute(elements) = self.head()? {
                self.skip(elements)?;
            }
        }
        Ok(())
    }

    /// The next part. At least one follows as long as the counts so far say so.
    #[inline]
    pub fn next_part(&mut self) -> Result<PackedPart<'a>, NotInParts> {
        if let Some(payload) = header::whole_bulk(self.rest) {
            let bytes = &self.rest[payload.start..payload.end];
            self.rest = &self.rest[payload.end + 2..];
            return Ok(PackedPart::Scalar(Scalar::Bulk(bytes)));
        }
        self.next_other()
    }

    fn next_other(&mut self) -> Result<PackedPart<'a>, NotInParts> {
        loop {
            let start = self.rest;
            let head = self.head()?;
            let line = |len: usize| start.get(1..=len).ok_or(NotInParts);
            return Ok(match head {
                Header::List(count) | Header::Set(count) => PackedPart::List(size(count)?),
                Header::Map(elements) => PackedPart::Map(size(elements)? / 2),
                Header::Attribute(elements) => {
                    self.skip(elements)?;
                    continue;
                }
                Header::Null => PackedPart::Scalar(Scalar::Null),
                Header::True => PackedPart::Scalar(Scalar::Bool(true)),
                Header::False => PackedPart::Scalar(Scalar::Bool(false)),
                Header::Int(value) => PackedPart::Scalar(Scalar::Int(value)),
                Header::Double(value) => PackedPart::Scalar(Scalar::Double(value)),
                Header::Status(len) => PackedPart::Scalar(Scalar::Status(line(len)?)),
                Header::BigNumber(len) => PackedPart::Scalar(Scalar::BigNumber(line(len)?)),
                Header::Error(len) => PackedPart::Scalar(Scalar::Error(line(len)?)),
                Header::Bulk(len) => PackedPart::Scalar(Scalar::Bulk(self.payload(len)?)),
                Header::BulkError(len) => PackedPart::Scalar(Scalar::Error(self.payload(len)?)),
                Header::Verbatim(len) => {
                    let payload = self.payload(len)?;
                    let prefix = header::verbatim_prefix(payload).map_err(|_| NotInParts)?;
                    PackedPart::Scalar(Scalar::Bulk(&payload[prefix..]))
                }
                Header::Push(_)
                | Header::StreamedBulk
                | Header::Chunk(_)
                | Header::End
                | Header::StreamedList
                | Header::StreamedSet
                | Header::StreamedMap => return Err(NotInParts),
            });
        }
    }

    fn head(&mut self) -> Result<Header, NotInParts> {
        match header::parse(self.rest, &mut 0) {
            Ok(Some((head, size))) => {
                self.rest = self.rest.get(size..).ok_or(NotInParts)?;
                Ok(head)
            }
            _ => Err(NotInParts),
        }
    }

    fn payload(&mut self, len: u64) -> Result<&'a [u8], NotInParts> {
        let len = size(len)?;
        let payload = self.rest.get(..len).ok_or(NotInParts)?;
        self.rest = self.rest.get(len + 2..).ok_or(NotInParts)?;
        Ok(payload)
    }

    /// Steps over `elements` elements and whatever they hold.
    fn skip(&mut self, elements: u64) -> Result<(), NotInParts> {
        let mut left = elements;
        while left > 0 {
            left -= 1;
            match self.head()? {
                Header::List(more) | Header::Set(more) | Header::Map(more) => {
                    left = left.checked_add(more).ok_or(NotInParts)?;
                }
                // An attribute stands before its element and is none itself.
                Header::Attribute(more) => left = left.checked_add(more + 1).ok_or(NotInParts)?,
                Header::Bulk(len) | Header::BulkError(len) | Header::Verbatim(len) => {
                    self.payload(len)?;
                }
                Header::StreamedBulk | Header::StreamedList | Header::StreamedSet | Header::StreamedMap => {
                    return Err(NotInParts);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn size(count: u64) -> Result<usize, NotInParts> {
    usize::try_from(count).map_err(|_| NotInParts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(frame: &'static [u8], count: usize) -> Vec<PackedPart<'static>> {
        let mut parts = PackedParts { rest: frame };
        let all = (0..count).map(|_| parts.next_part().unwrap()).collect();
        assert!(parts.rest.is_empty(), "something is left");
        all
    }

    #[test]
    fn parts_come_in_the_order_of_the_wire() {
        let frame = b"*3\r\n$1\r\na\r\n%1\r\n+k\r\n:5\r\n~2\r\n_\r\n#t\r\n";
        assert_eq!(
            parts(frame, 8),
            [
                PackedPart::List(3),
                PackedPart::Scalar(Scalar::Bulk(b"a")),
                PackedPart::Map(1),
                PackedPart::Scalar(Scalar::Status(b"k")),
                PackedPart::Scalar(Scalar::Int(5)),
                PackedPart::List(2),
                PackedPart::Scalar(Scalar::Null),
                PackedPart::Scalar(Scalar::Bool(true)),
            ]
        );
    }

    #[test]
    fn attributes_are_left_out_with_all_they_hold() {
        let frame =
            b"*2\r\n|1\r\n+k\r\n|1\r\n+a\r\n*1\r\n$1\r\nb\r\n*2\r\n:1\r\n:2\r\n:7\r\n=7\r\ntxt:abc\r\n";
        assert_eq!(
            parts(frame, 3),
            [
                PackedPart::List(2),
                PackedPart::Scalar(Scalar::Int(7)),
                PackedPart::Scalar(Scalar::Bulk(b"abc"))
            ]
        );
    }

    #[test]
    fn a_streamed_aggregate_is_not_told_in_parts() {
        let packed = Packed::new(Bytes::from_static(b"*1\r\n*?\r\n:1\r\n.\r\n"));
        let mut parts = packed.parts();
        assert_eq!(parts.next_part(), Ok(PackedPart::List(1)));
        assert_eq!(parts.next_part(), Err(NotInParts));
        assert_eq!(packed.value(), Ok(Value::List(vec![Value::List(vec![Value::Int(1)])])));
    }
}
