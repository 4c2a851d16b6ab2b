//! What the decoder hands out. Owns the shapes of a decoded frame, no behaviour.

use bytes::Bytes;

use super::limits::LimitExceeded;
use super::packed::Packed;
use crate::error::ServerError;
use crate::value::Value;

/// 64 KiB: from this length on, a bulk string that has not wholly arrived is left to the caller, who reads it into its own block.
pub const LARGE_BULK: usize = 64 * 1024;

/// One thing that the peer sent between two replies or as a reply.
#[derive(Debug, PartialEq)]
pub enum Frame<'a> {
    /// A reply without parts, borrowed from the buffer: no allocation, no reference count.
    Scalar(Scalar<'a>),
    /// An aggregate, or a streamed string put together. All strings of it that were not streamed share one allocation.
    Tree(Value),
    /// An aggregate left as bytes, from a decoder that was asked for it.
    Packed(Packed),
    /// A RESP3 push (`>`), which answers no command. Never empty; its kind is the first element.
    Push(Vec<Value>),
    /// The header of a top-level bulk string of at least [`LARGE_BULK`] bytes that has not wholly arrived.
    ///
    /// The header is consumed. The caller takes `len` bytes and a CRLF, part of which may be in the buffer already, checks the
    /// CRLF, and goes on with the decoder.
    LargeBulk {
        /// Bytes of payload, without the CRLF; verified against the limit.
        len: usize,
    },
    /// A reply beyond a limit: read to its end and dropped. It still answers its command, which is the only one to fail.
    Skipped(LimitExceeded),
    /// A push beyond a limit: read to its end and dropped. It answers no command; messages were lost.
    SkippedPush(LimitExceeded),
}

/// A reply without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// RESP3 `_`, RESP2 `$-1` and `*-1`.
    Null,
    /// RESP3 `#t` / `#f`.
    Bool(bool),
    /// `:` a signed 64-bit integer.
    Int(i64),
    /// RESP3 `,` a double; infinities and NaN included.
    Double(f64),
    /// RESP3 `(` an optional sign and decimal digits, verified.
    BigNumber(&'a [u8]),
    /// `+` a status line such as `OK`.
    Status(&'a [u8]),
    /// `$` a bulk string, or the text of a RESP3 verbatim string. Any bytes.
    Bulk(&'a [u8]),
    /// `-` or RESP3 `!`: the line of [`ServerError::from_line`](crate::error::ServerError::from_line).
    Error(&'a [u8]),
}

impl From<Scalar<'_>> for Value {
    /// The same reply, owned.
    fn from(scalar: Scalar<'_>) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Int(value) => Self::Int(value),
            Scalar::Double(value) => Self::Double(value),
            Scalar::BigNumber(digits) => Self::BigNumber(Bytes::copy_from_slice(digits)),
            Scalar::Status(text) => Self::Status(Bytes::copy_from_slice(text)),
            Scalar::Bulk(bytes) => Self::Bulk(Bytes::copy_from_slice(bytes)),
            Scalar::Error(line) => Self::Error(ServerError::from_line(line)),
        }
    }
}
