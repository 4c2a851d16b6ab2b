//! Reply shapes as data: what a reply looks like to the caller, whichever protocol carried it.

/// The shape of a reply, or of a part of one.
///
/// A shape describes the caller's view; [`super::shape()`] brings the reply there from RESP2 and from RESP3. Null passes
/// through every shape, and so do a transaction's `QUEUED` and a reply of a kind that the shape does not expect: what the
/// server said is delivered as it is rather than lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// As it comes.
    Any,
    /// One of a few constant lines, such as `OK`. Text in the buffers view, too.
    Line(&'static [&'static str]),
    /// Text of the server's own making (a type's name, a cursor). Text in the buffers view, too.
    Word,
    /// Text that the user stored: a string, or bytes in the buffers view.
    Text,
    /// The name of a key: text from which the key prefix is taken off.
    Key,
    /// Bytes, always.
    Binary,
    /// An integer. Decimal text is converted.
    Int,
    /// 1 or 0.
    Bool,
    /// A number. RESP2 sends it as text.
    Double,
    /// This, or null for what is missing.
    OrNull(&'static Shape),
    /// This, which is an array: an empty one where the server says null.
    OrEmpty(&'static Shape),
    /// This, which stands alone in an array.
    Sole(&'static Shape),
    /// An array of this. A RESP3 set becomes an array.
    List(&'static Shape),
    /// An array of a fixed length.
    Tuple(&'static [Shape]),
    /// An array of pairs, which RESP2 sends flat.
    Pairs(&'static Shape, &'static Shape),
    /// An array of arrays of a fixed length, which RESP2 sends flat, and RESP3 as a map from the first of each to the others.
    Tuples(&'static [Shape]),
    /// An object with any names; an array of pairs in the buffers view, where the names are the user's text. RESP2 sends it flat, or as an array of pairs.
    Map(&'static Shape, &'static Shape),
    /// An object with known names; unknown ones stay as they come. RESP2 sends it flat.
    Object(&'static [Field]),
    /// An array of values in a fixed order, which becomes an object. Values beyond the names are left out.
    Record(&'static [Field]),
    /// The same, where whatever follows becomes an array under one more name.
    Trailing(&'static [Field], &'static Field),
    /// An array whose first element says which of these shapes it has.
    Tagged(&'static [(&'static str, Shape)]),
    /// The text of `INFO`: sections of named values.
    Info,
    /// Lines of `name:value`.
    Facts,
    /// A line of `name=value` words.
    Attributes,
    /// Lines of `name=value` words.
    AttributeLines,
    /// A field's value that not every version of the servers sends.
    Optional(&'static Shape),
    /// An object that has an interface of its own in TypeScript.
    Named(&'static str, &'static Shape),
    /// A shape that TypeScript needs another name for.
    Typed(&'static str, &'static Shape),
}

/// A known name of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// The name: as the server spells it where it sends it; with `*` at the end, the start of any number of names.
    pub name: &'static str,
    /// Its value.
    pub shape: Shape,
}

impl Field {
    /// Whether the server's `name` is meant.
    pub fn matches(&self, name: &[u8]) -> bool {
        match self.name.strip_suffix('*') {
            Some(start) => name.starts_with(start.as_bytes()),
            None => name == self.name.as_bytes(),
        }
    }
}

/// A known name of an object.
pub(super) const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape }
}

/// What has to be done with a reply that is no aggregate: the test that keeps the hot path short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarRule {
    /// Nothing.
    Keep,
    /// A bulk string becomes a buffer, whatever the view.
    Binary,
    /// A bulk string becomes text, whatever the view: a status.
    Word,
    /// The integers 1 and 0 become booleans ([`bool_from_int`]).
    Bool,
    /// Decimal text becomes an integer ([`int_from_text`]).
    Int,
    /// Text and integers become a double ([`double_from_text`]).
    Double,
    /// Text is parsed, or null means something else: call [`super::shape()`].
    Parse,
}

impl Shape {
    /// What this shape does to a reply that is no aggregate.
    pub const fn scalar_rule(&self) -> ScalarRule {
        match self {
            Self::Binary => ScalarRule::Binary,
            Self::Word | Self::Line(_) => ScalarRule::Word,
            Self::Bool => ScalarRule::Bool,
            Self::Int => ScalarRule::Int,
            Self::Double => ScalarRule::Double,
            Self::Info | Self::Facts | Self::Attributes | Self::AttributeLines | Self::OrEmpty(_) => {
                ScalarRule::Parse
            }
            Self::OrNull(shape) | Self::Optional(shape) | Self::Named(_, shape) | Self::Typed(_, shape) => {
                shape.scalar_rule()
            }
            Self::Any
            | Self::Text
            | Self::Key
            | Self::List(_)
            | Self::Tuple(_)
            | Self::Pairs(..)
            | Self::Tuples(_)
            | Self::Map(..)
            | Self::Object(_)
            | Self::Record(_)
            | Self::Trailing(..)
            | Self::Sole(_)
            | Self::Tagged(_) => ScalarRule::Keep,
        }
    }

    /// The shape behind what only TypeScript needs.
    pub const fn bare(&self) -> &Self {
        match self {
            Self::OrNull(shape) | Self::Optional(shape) | Self::Named(_, shape) | Self::Typed(_, shape) => {
                shape.bare()
            }
            other => other,
        }
    }

    /// Whether a reply of this shape names keys.
    pub fn names_keys(&self) -> bool {
        match self {
            Self::Key => true,
            Self::OrNull(shape)
            | Self::OrEmpty(shape)
            | Self::Optional(shape)
            | Self::Named(_, shape)
            | Self::Typed(_, shape)
            | Self::List(shape) => shape.names_keys(),
            Self::Tuple(shapes) | Self::Tuples(shapes) => shapes.iter().any(Self::names_keys),
            Self::Pairs(first, second) | Self::Map(first, second) => {
                first.names_keys() || second.names_keys()
            }
            _ => false,
        }
    }

    /// Whether this shape leaves every reply as it is, so that no walk is needed.
    pub const fn is_identity(&self) -> bool {
        match self {
            Self::Any | Self::Text | Self::Key | Self::Binary => true,
            Self::OrNull(shape) | Self::Optional(shape) | Self::Named(_, shape) | Self::Typed(_, shape) => {
                shape.is_identity()
            }
            _ => false,
        }
    }

    /// Whether a bulk string of this shape is a buffer even where replies are decoded.
    pub const fn is_binary(&self) -> bool {
        matches!(self.scalar_rule(), ScalarRule::Binary)
    }
}

/// 1 and 0 as booleans.
pub const fn bool_from_int(int: i64) -> Option<bool> {
    match int {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

/// Decimal text as an integer.
pub fn int_from_text(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A number as the servers write it on RESP2; `inf`, `-inf` and `nan` included.
pub fn double_from_text(text: &[u8]) -> Option<f64> {
    match text {
        // Neither is in Rust's grammar; the C library prints both.
        b"-nan" | b"nan" => Some(f64::NAN),
        _ => std::str::from_utf8(text).ok()?.parse().ok(),
    }
}

/// `OK`.
pub(super) const OK: Shape = Shape::Line(&["OK"]);
/// Text, or null.
pub(super) const TEXT_OR_NULL: Shape = Shape::OrNull(&Shape::Text);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_servers_write_them() {
        assert_eq!(double_from_text(b"3.25"), Some(3.25));
        assert_eq!(double_from_text(b"inf"), Some(f64::INFINITY));
        assert_eq!(double_from_text(b"-inf"), Some(f64::NEG_INFINITY));
        assert_eq!(double_from_text(b"1e+20"), Some(1e20));
        assert!(double_from_text(b"-nan").is_some_and(f64::is_nan));
        assert_eq!(double_from_text(b"QUEUED"), None);
        assert_eq!(int_from_text(b"-12"), Some(-12));
        assert_eq!(int_from_text(b""), None);
        assert_eq!(bool_from_int(1), Some(true));
        assert_eq!(bool_from_int(-2), None);
    }

    #[test]
    fn the_hot_replies_need_no_work() {
        assert_eq!(TEXT_OR_NULL.scalar_rule(), ScalarRule::Keep);
        assert!(TEXT_OR_NULL.is_identity());
        assert!(Shape::OrNull(&Shape::Binary).is_binary());
        assert!(!Shape::List(&Shape::Text).is_identity(), "a RESP3 set still becomes an array");
    }
}
