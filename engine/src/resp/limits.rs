//! What a reply may cost. Owns the limits, their defaults with the reasons, and the name of the one that was exceeded.
//!
//! Two kinds: a reply beyond one of [`DecodeLimits`] is read to its end and dropped, and only its own command fails; a line
//! beyond one of the `*_LINE_MAX` constants is no RESP that a Redis server writes, and retires the connection.

use std::fmt;

/// 512 MiB: the server's own default for the longest string it stores (`proto-max-bulk-len`).
pub const MAX_REPLY_BYTES: u64 = 512 * 1024 * 1024;

/// Redis' own replies nest fewer than ten levels; Lua scripts and modules are what goes deeper.
pub const MAX_DEPTH: usize = 1024;

/// No option raises the depth beyond this: a [`Value`](crate::value::Value) is dropped, copied and converted by recursion, and
/// the smallest stack that meets one is 1 MiB (the main thread on Windows), which leaves 512 bytes for each level.
pub const DEPTH_CEILING: usize = 2048;

/// 2^26 elements: the payload limit spent on elements of eight bytes. Elements cost memory even when they carry no payload.
pub const MAX_ELEMENTS: u64 = 1 << 26;

/// 64 KiB of text in one status or error line; a server writes longer text as a bulk string.
pub const TEXT_LINE_MAX: usize = 64 * 1024;

/// 32 bytes: twenty are the longest 64-bit integer with its sign, the rest is for leading zeros, which the specification allows.
pub const INTEGER_LINE_MAX: usize = 32;

/// 512 bytes: the largest double written without an exponent, as old servers do, has 309 digits before its point.
pub const DOUBLE_LINE_MAX: usize = 512;

/// 16 KiB of digits: about 54 000 bits, three times the largest RSA modulus in use; reading decimal digits is quadratic.
pub const BIG_NUMBER_LINE_MAX: usize = 16 * 1024;

/// 65 536 open levels, at 16 bytes each, are remembered of a reply that is being skipped; beyond them the connection is retired.
///
/// A level whose last element has begun is not remembered, so `*1\r\n*1\r\n...` may go on for ever.
pub const SKIP_LEVELS_MAX: usize = 65_536;

/// What one reply may cost before it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Bytes of payload in one reply: the text of lines and strings, without type bytes, lengths and line ends.
    pub max_reply_bytes: u64,
    /// Levels of nesting: a scalar has none, `*0` is one level. At most [`DEPTH_CEILING`].
    pub max_depth: usize,
    /// Elements in all aggregates of one reply. A map's entry counts as two, an attribute as one more than its elements, a
    /// chunk of a streamed string as one.
    pub max_elements: u64,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self { max_reply_bytes: MAX_REPLY_BYTES, max_depth: MAX_DEPTH, max_elements: MAX_ELEMENTS }
    }
}

/// The limit that a skipped reply exceeded first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitExceeded {
    /// More payload than [`DecodeLimits::max_reply_bytes`].
    ReplyBytes(u64),
    /// Deeper than [`DecodeLimits::max_depth`].
    Depth(u64),
    /// More elements than [`DecodeLimits::max_elements`].
    Elements(u64),
}

impl LimitExceeded {
    /// The name of the option that sets this limit.
    pub fn option(self) -> &'static str {
        match self {
            Self::ReplyBytes(_) => "maxReplyBytes",
            Self::Depth(_) => "maxDepth",
            Self::Elements(_) => "maxElements",
        }
    }

    /// What would have been allowed.
    pub fn allowed(self) -> u64 {
        match self {
            Self::ReplyBytes(allowed) | Self::Depth(allowed) | Self::Elements(allowed) => allowed,
        }
    }
}

impl fmt::Display for LimitExceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.option(), self.allowed())
    }
}
