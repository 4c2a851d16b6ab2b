//! Aggregates from the wire to JSON text in one pass, in the shape that the command wants.
//!
//! Answers false, with some of it written, where the long way is needed: what JSON cannot say, and the rare shapes.

use oxidis_engine::command::{Field, ScalarRule, Shape, bool_from_int, double_from_text, int_from_text};
use oxidis_engine::resp::{Packed, PackedPart, PackedParts, Scalar};

use super::json::{write_double, write_int, write_int_name, write_text};

/// An aggregate that is being written.
enum OpenContainer<'s> {
    List {
        left: usize,
        inner: &'s Shape,
    },
    Tuple {
        rest: &'s [Shape],
        left: usize,
    },
    /// `[[a, b], ...]` out of a flat list or a map.
    /// With `nested`, each pair is an array on the wire as well.
    Pairs {
        left: usize,
        shapes: [&'s Shape; 2],
        nested: bool,
    },
    /// Behind the first of a pair.
    Second {
        shape: &'s Shape,
    },
    /// With `nested`, each member is an array of two on the wire.
    Map {
        left: usize,
        members: MemberKind<'s>,
        nested: bool,
    },
    /// Values in a fixed order that get these names.
    Record {
        left: usize,
        rest: &'s [Field],
    },
    /// Behind the name of a member.
    Member {
        shape: &'s Shape,
    },
}

/// What the members of an object are.
#[derive(Clone, Copy)]
enum MemberKind<'s> {
    /// All of this shape.
    Same(&'s Shape),
    /// Each of the shape that its name has here, as they come where it has none.
    Known(&'s [Field]),
}

impl<'s> MemberKind<'s> {
    fn shape(self, name: PackedPart<'_>) -> &'s Shape {
        match (self, name) {
            (Self::Same(shape), _) => shape,
            (Self::Known(fields), PackedPart::Scalar(Scalar::Bulk(name) | Scalar::Status(name))) => {
                fields.iter().find(|field| field.matches(name)).map_or(&Shape::Any, |field| &field.shape)
            }
            (Self::Known(_), _) => &Shape::Any,
        }
    }
}

/// Writes `packed` in the shape `shape`.
pub(crate) fn write(out: &mut Vec<u8>, packed: &Packed, shape: &'static Shape) -> bool {
    out.reserve(packed.size());
    let mut writer = JsonWriter { out, parts: packed.parts(), levels: Vec::new() };
    writer.run(shape).is_some()
}

struct JsonWriter<'o, 'p> {
    out: &'o mut Vec<u8>,
    parts: PackedParts<'p>,
    levels: Vec<OpenContainer<'static>>,
}

impl JsonWriter<'_, '_> {
    fn run(&mut self, shape: &'static Shape) -> Option<()> {
        self.value(shape)?;
        while let Some(level) = self.levels.pop() {
            match level {
                OpenContainer::List { left: 0, .. }
                | OpenContainer::Tuple { left: 0, .. }
                | OpenContainer::Pairs { left: 0, .. } => {
                    self.close(b']');
                }
                OpenContainer::Map { left: 0, .. } | OpenContainer::Record { left: 0, .. } => {
                    self.close(b'}');
                }
                OpenContainer::List { left, inner } => {
                    self.levels.push(OpenContainer::List { left: left - 1, inner });
                    self.value(inner)?;
                }
                OpenContainer::Tuple { rest, left } => {
                    let (shape, rest) =
                        rest.split_first().map_or((&Shape::Any, rest), |(shape, rest)| (shape, rest));
                    self.levels.push(OpenContainer::Tuple { rest, left: left - 1 });
                    self.value(shape)?;
                }
                OpenContainer::Pairs { left, shapes, nested } => {
                    self.levels.push(OpenContainer::Pairs { left: left - 1, shapes, nested });
                    if nested && self.parts.next_part() != Ok(PackedPart::List(2)) {
                        return None;
                    }
                    self.out.push(b'[');
                    self.levels.push(OpenContainer::Second { shape: shapes[1] });
                    self.value(shapes[0])?;
                }
                OpenContainer::Second { shape } => {
                    self.levels.push(OpenContainer::List { left: 0, inner: shape });
                    self.value(shape)?;
                }
                OpenContainer::Map { left, members, nested } => {
                    self.levels.push(OpenContainer::Map { left: left - 1, members, nested });
                    if nested && self.parts.next_part() != Ok(PackedPart::List(2)) {
                        return None;
                    }
                    let name = self.parts.next_part().ok()?;
                    write_name(self.out, name)?;
                    self.out.push(b':');
                    self.levels.push(OpenContainer::Member { shape: members.shape(name) });
                }
                OpenContainer::Record { left, rest } => {
                    // What has no name is left out, which takes knowing where it ends.
                    let (field, rest) = rest.split_first()?;
                    self.levels.push(OpenContainer::Record { left: left - 1, rest });
                    write_text(self.out, field.name.as_bytes());
                    self.out.push(b':');
                    self.value(&field.shape)?;
                }
                OpenContainer::Member { shape } => self.value(shape)?,
            }
        }
        // Every value leaves a comma behind it; the last one has nothing to separate.
        self.out.pop();
        Some(())
    }

    /// Writes the next value and a comma, or opens the aggregate that it is.
    fn value(&mut self, shape: &'static Shape) -> Option<()> {
        let part = self.parts.next_part().ok()?;
        let shape = shape.bare();
        match (part, shape) {
            (PackedPart::Scalar(scalar), _) => return write_scalar(self.out, scalar, shape.scalar_rule()),
            (PackedPart::List(left), Shape::List(inner)) => {
                self.open(b'[', OpenContainer::List { left, inner });
            }
            (PackedPart::List(left), Shape::Tuple(rest)) => {
                self.open(b'[', OpenContainer::Tuple { rest, left });
            }
            (PackedPart::List(left), Shape::Pairs(first, second)) => self.pairs(left, [first, second])?,
            (PackedPart::Map(left), Shape::Pairs(first, second)) => {
                self.open(b'[', OpenContainer::Pairs { left, shapes: [first, second], nested: false });
            }
            (PackedPart::List(left), Shape::Map(_, inner)) => self.members(left, MemberKind::Same(inner))?,
            (PackedPart::Map(left), Shape::Map(_, inner)) => {
                self.open(b'{', OpenContainer::Map { left, members: MemberKind::Same(inner), nested: false });
            }
            (PackedPart::List(left), Shape::Object(fields)) => {
                self.members(left, MemberKind::Known(fields))?;
            }
            (PackedPart::Map(left), Shape::Object(fields)) => {
                self.open(
                    b'{',
                    OpenContainer::Map { left, members: MemberKind::Known(fields), nested: false },
                );
            }
            (PackedPart::List(left), Shape::Record(rest)) => {
                self.open(b'{', OpenContainer::Record { left, rest });
            }
            (
                _,
                Shape::OrEmpty(_)
                | Shape::Sole(_)
                | Shape::Record(_)
                | Shape::Trailing(..)
                | Shape::Tuples(_)
                | Shape::Tagged(_)
                | Shape::Info
                | Shape::Facts
                | Shape::Attributes
                | Shape::AttributeLines,
            ) => return None,
            (PackedPart::List(left), _) => self.open(b'[', OpenContainer::List { left, inner: &Shape::Any }),
            (PackedPart::Map(left), _) => {
                let members = MemberKind::Same(&Shape::Any);
                self.open(b'{', OpenContainer::Map { left, members, nested: false });
            }
        }
        Some(())
    }

    /// Pairs come flat on RESP2 and one by one on RESP3.
    fn pairs(&mut self, count: usize, shapes: [&'static Shape; 2]) -> Option<()> {
        if count == 0 {
            self.open(b'[', OpenContainer::List { left: 0, inner: shapes[0] });
            return Some(());
        }
        let level = match self.parts.clone().next_part().ok()? {
            PackedPart::List(2) => OpenContainer::Pairs { left: count, shapes, nested: true },
            PackedPart::Scalar(_) if count.is_multiple_of(2) => {
                OpenContainer::Pairs { left: count / 2, shapes, nested: false }
            }
            _ => return None,
        };
        self.open(b'[', level);
        Some(())
    }

    /// The members of a map come flat on RESP2, or each as an array of two.
    fn members(&mut self, count: usize, members: MemberKind<'static>) -> Option<()> {
        let level = match self.parts.clone().next_part() {
            Ok(PackedPart::List(2)) if count > 0 => OpenContainer::Map { left: count, members, nested: true },
            _ if count.is_multiple_of(2) => OpenContainer::Map { left: count / 2, members, nested: false },
            _ => return None,
        };
        self.open(b'{', level);
        Some(())
    }

    fn open(&mut self, bracket: u8, level: OpenContainer<'static>) {
        self.out.push(bracket);
        self.levels.push(level);
    }

    /// Ends an aggregate: its last comma becomes the bracket.
    fn close(&mut self, bracket: u8) {
        match self.out.last_mut() {
            Some(last) if *last == b',' => *last = bracket,
            _ => self.out.push(bracket),
        }
        self.out.push(b',');
    }
}

/// Writes the name of a member.
pub(crate) fn write_name(out: &mut Vec<u8>, part: PackedPart<'_>) -> Option<()> {
    match part {
        PackedPart::Scalar(Scalar::Bulk(text) | Scalar::Status(text)) => write_text(out, text),
        PackedPart::Scalar(Scalar::Int(int)) => write_int_name(out, int),
        _ => return None,
    }
    Some(())
}

/// Writes an element without parts, and a comma.
#[inline]
fn write_scalar(out: &mut Vec<u8>, scalar: Scalar<'_>, rule: ScalarRule) -> Option<()> {
    match (rule, scalar) {
        (ScalarRule::Keep | ScalarRule::Word, Scalar::Bulk(text)) | (_, Scalar::Status(text)) => {
            write_text(out, text);
        }
        (ScalarRule::Parse, Scalar::Null) => return None,
        (_, Scalar::Null) => out.extend_from_slice(b"null"),
        (ScalarRule::Bool, Scalar::Int(int)) if bool_from_int(int).is_some() => {
            out.extend_from_slice(if int == 1 { b"true" } else { b"false" });
        }
        (ScalarRule::Double, Scalar::Bulk(text)) => write_double(out, double_from_text(text)?)?,
        (ScalarRule::Int, Scalar::Bulk(text)) => write_int(out, int_from_text(text)?)?,
        (_, Scalar::Int(int)) => write_int(out, int)?,
        (_, Scalar::Double(double)) => write_double(out, double)?,
        (_, Scalar::Bool(flag)) => out.extend_from_slice(if flag { b"true" } else { b"false" }),
        (_, Scalar::Bulk(_) | Scalar::BigNumber(_) | Scalar::Error(_)) => return None,
    }
    out.push(b',');
    Some(())
}
