//! Aggregates of many elements without parts, as a list of those: what JavaScript makes them of costs it a third of parsing
//! the same as JSON text.
//!
//! Read on the engine's thread; the texts stay where they came in.

use bytes::Bytes;
use oxidis_engine::command::{ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};
use oxidis_engine::connection::request::TextFormat;
use oxidis_engine::resp::{Packed, PackedPart, PackedParts, Scalar};

use super::packed_json::write_name;

/// From this many members on, V8 no longer keeps an object's members in order of their making but in a hash table, and its
/// JSON parser is slow to get there.
const WIDE_MAP: usize = 129;

/// Shorter aggregates cost less as JSON text than a call into JavaScript of their own.
const FLAT_FROM: usize = 24;

/// Text that is not ASCII is decoded by V8 up to this size.
const DECODED_BY_V8: usize = 256;

/// What JavaScript puts the leaves together to; `lib/reply/assemble.js` knows the same numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum AssembleOp {
    /// An array of them.
    List = 0,
    /// An array of pairs.
    Pairs = 1,
    /// An object of the values under names that come as JSON text.
    Wide = 2,
    /// An array of `[id, object]`: an id, the number of members, and each one's name and value.
    Entries = 3,
    /// The results of a user's batch (see [`super::pipeline_replies`]), with notes about them as JSON text.
    Answer = 4,
    /// Puts the results of a batch that are there aside, under the number that is the only leaf.
    Park = 5,
    /// The results that were put aside under the number that is the only leaf go on.
    Resume = 6,
}

/// An element without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Element {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    /// ASCII text.
    Ascii(ByteRange),
    /// Text that is not ASCII.
    Utf8(ByteRange),
    /// Bytes that become a Buffer.
    Binary(ByteRange),
    /// The same text as the leaf of this number.
    Again(u32),
}

/// A part of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ByteRange {
    start: u32,
    length: u32,
}

/// The aggregate.
#[derive(Debug)]
pub(crate) struct FlatAggregate {
    pub(crate) plan: AssembleOp,
    /// The names of [`AssembleOp::Wide`], as JSON text.
    pub(crate) names: Vec<u8>,
    pub(crate) leaves: Vec<Element>,
    frame: Bytes,
}

impl FlatAggregate {
    /// The bytes at `span`.
    pub(crate) fn bytes(&self, span: ByteRange) -> &[u8] {
        let start = span.start as usize;
        self.frame.get(start..start + span.length as usize).unwrap_or_default()
    }
}

/// Reads `packed` in the shape `shape`, its texts as `view` wants them. `None` where it is short, has parts in its parts,
/// or something in it needs the long way.
pub(crate) fn read(packed: &Packed, shape: &'static Shape, view: TextFormat) -> Option<FlatAggregate> {
    if let TextFormat::Encoded(_) = view {
        return None;
    }
    let binary = view == TextFormat::Bytes;
    let mut parts = packed.parts();
    let first = parts.next_part().ok()?;
    let frame = packed.bytes();
    let ascii = frame.is_ascii();
    let mut reader = FlatReader {
        parts,
        base: frame.as_ptr().addr(),
        ascii,
        binary,
        names: Vec::new(),
        leaves: Vec::new(),
    };
    let plan = match (first, shape.bare()) {
        (PackedPart::List(count), Shape::List(inner)) => match inner.bare() {
            Shape::Tuple([id, fields]) => match fields.bare() {
                Shape::Map(_, value) => reader.entries(count, id, value)?,
                _ => return None,
            },
            inner => reader.list(count, inner)?,
        },
        (PackedPart::List(count), inner @ (Shape::Any | Shape::Text | Shape::Key | Shape::Binary)) => {
            reader.list(count, inner)?
        }
        (PackedPart::List(count), Shape::Pairs(name, value)) => reader.pairs(count, [name, value])?,
        (PackedPart::Map(count), Shape::Pairs(name, value)) => {
            reader.alternating(count, [name, value], false)?;
            AssembleOp::Pairs
        }
        (PackedPart::List(count), Shape::Map(name @ (Shape::Text | Shape::Key), value)) if binary => {
            reader.pairs(count, [name, value])?
        }
        (PackedPart::Map(count), Shape::Map(name @ (Shape::Text | Shape::Key), value)) if binary => {
            reader.alternating(count, [name, value], false)?;
            AssembleOp::Pairs
        }
        (PackedPart::Map(count), Shape::Map(_, inner)) => reader.wide(count, inner)?,
        (PackedPart::Map(count), shape) if shape.is_identity() && !binary => reader.wide(count, shape)?,
        (PackedPart::List(count), Shape::Map(_, inner)) if count.is_multiple_of(2) => {
            reader.wide(count / 2, inner)?
        }
        _ => return None,
    };
    Some(FlatAggregate { plan, names: reader.names, leaves: reader.leaves, frame: frame.clone() })
}

struct FlatReader<'p> {
    parts: PackedParts<'p>,
    base: usize,
    ascii: bool,
    binary: bool,
    names: Vec<u8>,
    leaves: Vec<Element>,
}

impl<'p> FlatReader<'p> {
    fn list(&mut self, count: usize, inner: &'static Shape) -> Option<AssembleOp> {
        if count < FLAT_FROM {
            return None;
        }
        let rule = inner.bare().scalar_rule();
        for index in 0..count {
            let leaf = self.leaf(rule)?;
            if index == 0 {
                // Not before: most replies that do not fit show it at their first element.
                self.leaves.reserve_exact(count);
            }
            self.leaves.push(leaf);
        }
        Some(AssembleOp::List)
    }

    /// Pairs come flat on RESP2 and one by one on RESP3.
    fn pairs(&mut self, count: usize, shapes: [&'static Shape; 2]) -> Option<AssembleOp> {
        match self.parts.clone().next_part().ok()? {
            PackedPart::List(2) => self.alternating(count, shapes, true)?,
            PackedPart::Scalar(_) if count.is_multiple_of(2) => self.alternating(count / 2, shapes, false)?,
            _ => return None,
        }
        Some(AssembleOp::Pairs)
    }

    fn alternating(&mut self, count: usize, shapes: [&'static Shape; 2], nested: bool) -> Option<()> {
        if count < FLAT_FROM / 2 {
            return None;
        }
        let rules = shapes.map(|shape| shape.bare().scalar_rule());
        self.leaves.reserve_exact(2 * count);
        for _ in 0..count {
            if nested && self.parts.next_part() != Ok(PackedPart::List(2)) {
                return None;
            }
            for rule in rules {
                let leaf = self.leaf(rule)?;
                self.leaves.push(leaf);
            }
        }
        Some(())
    }

    fn wide(&mut self, count: usize, inner: &'static Shape) -> Option<AssembleOp> {
        // In the buffers view names may be no text.
        if self.binary || count < WIDE_MAP {
            return None;
        }
        let rule = inner.bare().scalar_rule();
        self.leaves.reserve_exact(count);
        self.names.push(b'[');
        for _ in 0..count {
            write_name(&mut self.names, self.parts.next_part().ok()?)?;
            self.names.push(b',');
            let leaf = self.leaf(rule)?;
            self.leaves.push(leaf);
        }
        // The last comma becomes the bracket.
        *self.names.last_mut()? = b']';
        Some(AssembleOp::Wide)
    }

    /// Entries of streams: most have the same fields as the one before.
    fn entries(&mut self, count: usize, id: &'static Shape, value: &'static Shape) -> Option<AssembleOp> {
        if self.binary || count < FLAT_FROM / 4 {
            return None;
        }
        let (id, value) = (id.bare().scalar_rule(), value.bare().scalar_rule());
        // The names of the entry before: their bytes, and which leaves they are.
        let mut names: Vec<(&'p [u8], u32)> = Vec::new();
        for _ in 0..count {
            if self.parts.next_part() != Ok(PackedPart::List(2)) {
                return None;
            }
            let leaf = self.leaf(id)?;
            self.leaves.push(leaf);
            let members = match self.parts.next_part().ok()? {
                PackedPart::List(items) if items.is_multiple_of(2) => items / 2,
                PackedPart::Map(members) => members,
                _ => return None,
            };
            self.leaves.push(Element::Int(i64::try_from(members).ok()?));
            for index in 0..members {
                let Ok(PackedPart::Scalar(Scalar::Bulk(name))) = self.parts.next_part() else { return None };
                let leaf = match names.get(index) {
                    Some((known, at)) if *known == name => Element::Again(*at),
                    _ => {
                        names.truncate(index);
                        names.push((name, u32::try_from(self.leaves.len()).ok()?));
                        self.text(name)?
                    }
                };
                self.leaves.push(leaf);
                let leaf = self.leaf(value)?;
                self.leaves.push(leaf);
            }
        }
        Some(AssembleOp::Entries)
    }

    #[inline]
    fn leaf(&mut self, rule: ScalarRule) -> Option<Element> {
        let Ok(PackedPart::Scalar(scalar)) = self.parts.next_part() else { return None };
        Some(match (rule, scalar) {
            (ScalarRule::Binary, Scalar::Bulk(text)) => Element::Binary(self.span(text)?),
            (ScalarRule::Keep, Scalar::Bulk(text)) if self.binary => Element::Binary(self.span(text)?),
            (ScalarRule::Keep | ScalarRule::Word, Scalar::Bulk(text)) | (_, Scalar::Status(text)) => {
                self.text(text)?
            }
            (ScalarRule::Parse, Scalar::Null) => return None,
            (_, Scalar::Null) => Element::Null,
            (ScalarRule::Bool, Scalar::Int(int)) => {
                bool_from_int(int).map_or(Element::Int(int), Element::Bool)
            }
            (ScalarRule::Double, Scalar::Bulk(text)) => Element::Double(double_from_text(text)?),
            #[expect(clippy::cast_precision_loss, reason = "scores are doubles in the server already")]
            (ScalarRule::Double, Scalar::Int(int)) => Element::Double(int as f64),
            (ScalarRule::Int, Scalar::Bulk(text)) => Element::Int(int_from_text(text)?),
            (_, Scalar::Int(int)) => Element::Int(int),
            (_, Scalar::Double(double)) => Element::Double(double),
            (_, Scalar::Bool(flag)) => Element::Bool(flag),
            (_, Scalar::Bulk(_) | Scalar::BigNumber(_) | Scalar::Error(_)) => return None,
        })
    }

    fn text(&self, text: &[u8]) -> Option<Element> {
        let span = self.span(text)?;
        if self.ascii || text.is_ascii() {
            return Some(Element::Ascii(span));
        }
        (text.len() <= DECODED_BY_V8).then_some(Element::Utf8(span))
    }

    /// Where `part` of the frame stands.
    fn span(&self, part: &[u8]) -> Option<ByteRange> {
        let start = part.as_ptr().addr().checked_sub(self.base)?;
        Some(ByteRange { start: u32::try_from(start).ok()?, length: u32::try_from(part.len()).ok()? })
    }
}
