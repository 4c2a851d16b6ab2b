//! The neutral reply tree. Owns what a reply *is* once the wire is forgotten: no RESP markers, no JavaScript.

use bytes::Bytes;

use crate::error::ServerError;

/// One reply, or one part of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// RESP3 `_`, RESP2 `$-1` and `*-1`.
    Null,
    /// RESP3 `#t` / `#f`.
    Bool(bool),
    /// `:` a signed 64-bit integer.
    Int(i64),
    /// RESP3 `,` a double; infinities and NaN included.
    Double(f64),
    /// RESP3 `(` a big number: an optional sign and decimal digits, verified.
    BigNumber(Bytes),
    /// `+` a status line such as `OK`. Stays text in the buffers view.
    Status(Bytes),
    /// `$` a bulk string, or the text of a RESP3 verbatim string (its format is dropped). Any bytes.
    Bulk(Bytes),
    /// `-` or RESP3 `!` inside an aggregate (EXEC), or at the top of a reply.
    Error(ServerError),
    /// `*` an array.
    List(Vec<Value>),
    /// RESP3 `~` a set, in the order it came.
    Set(Vec<Value>),
    /// RESP3 `%` a map, in the order it came, duplicates kept.
    Map(Vec<(Value, Value)>),
}

impl Value {
    /// Whether this is an error, or one is in it.
    pub fn has_error(&self) -> bool {
        match self {
            Self::Error(_) => true,
            Self::List(items) | Self::Set(items) => items.iter().any(Self::has_error),
            Self::Map(pairs) => pairs.iter().any(|(key, value)| key.has_error() || value.has_error()),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_found_at_any_depth() {
        let error = Value::Error(ServerError::from_line(b"ERR x"));
        let nested =
            Value::List(vec![Value::Null, Value::Map(vec![(Value::Int(1), Value::Set(vec![error]))])]);
        assert!(nested.has_error());
        assert!(!Value::List(vec![Value::Null, Value::Bulk(Bytes::from_static(b"ERR x"))]).has_error());
    }
}
