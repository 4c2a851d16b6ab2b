//! What can be wrong with the bytes of a reply, and the error that says so.
//!
//! A message names the kind of flaw, where it is and at most one offending byte. It never holds payload: a reply may be a secret.

use std::fmt;

use super::limits::SKIP_LEVELS_MAX;

/// The peer does not speak RESP, or not RESP that can be trusted: the connection cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolError {
    message: Box<str>,
}

impl ProtocolError {
    /// A flaw found `offset` bytes into a reply.
    #[cold]
    pub(super) fn new(flaw: Flaw, offset: u64) -> Self {
        let message = match flaw {
            Flaw::Http | Flaw::Tls => flaw.to_string(),
            _ => format!("malformed reply, {offset} bytes in: {flaw}"),
        };
        Self { message: message.into() }
    }

    /// What is wrong and where, without payload.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ProtocolError {}

/// The closed list of malformations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// The bytes are those of an HTTP response or a page.
    Http,
    /// The bytes are those of a TLS record.
    Tls,
    UnknownType(u8),
    /// A length with a sign, a leading zero, a stray byte, or no digit; `-1` and `?` where the type has none.
    Length(u8),
    LengthRange(u8),
    Integer,
    IntegerRange,
    Double,
    BigNumber,
    Bool,
    Null,
    End,
    /// A verbatim string that does not begin with three bytes and a colon.
    Verbatim,
    /// A line of text that ends in LF alone or has a CR inside.
    LineEnd(u8),
    LineLength(u8),
    /// The two bytes after a string's payload are not CRLF.
    Terminator,
    NestedPush,
    EmptyPush,
    StrayEnd,
    OddMap,
    StrayChunk,
    ChunkExpected,
    /// A skipped reply has more open levels than are remembered.
    SkipLevels,
    /// The two passes over a frame disagree: a fault of this module, kept an error so that no input can panic.
    Inconsistent,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |byte: u8| byte.escape_ascii();
        match *self {
            Self::Http => f.write_str("no RESP: this looks like an HTTP server"),
            Self::Tls => f.write_str("no RESP: this looks like a TLS port: use rediss://"),
            Self::UnknownType(byte) => write!(f, "unknown type byte '{}'", name(byte)),
            Self::Length(marker) => write!(f, "invalid length after '{}'", name(marker)),
            Self::LengthRange(marker) => write!(f, "length out of range after '{}'", name(marker)),
            Self::Integer => f.write_str("invalid integer"),
            Self::IntegerRange => f.write_str("integer beyond 64 bits"),
            Self::Double => f.write_str("invalid double"),
            Self::BigNumber => f.write_str("invalid big number"),
            Self::Bool => f.write_str("a boolean that is neither t nor f"),
            Self::Null => f.write_str("a null with content"),
            Self::End => f.write_str("an end mark with content"),
            Self::Verbatim => f.write_str("a verbatim string without a three-byte format and a colon"),
            Self::LineEnd(marker) => write!(f, "a line after '{}' does not end in CRLF", name(marker)),
            Self::LineLength(marker) => write!(f, "a line after '{}' is too long", name(marker)),
            Self::Terminator => f.write_str("a string is not followed by CRLF"),
            Self::NestedPush => f.write_str("a push inside another reply"),
            Self::EmptyPush => f.write_str("a push without a kind"),
            Self::StrayEnd => f.write_str("an end mark where an element must follow"),
            Self::OddMap => f.write_str("a streamed map ends with a key that has no value"),
            Self::StrayChunk => f.write_str("a chunk outside a streamed string"),
            Self::ChunkExpected => f.write_str("no chunk where one of a streamed string must follow"),
            Self::SkipLevels => {
                write!(f, "more than {SKIP_LEVELS_MAX} open levels in a reply that is being skipped")
            }
            Self::Inconsistent => f.write_str("a frame changed between scanning and building"),
        }
    }
}
