//! RESP2 and RESP3: bytes in, [`Value`](crate::value::Value) out, and commands to bytes.
//!
//! Owns the wire format and the limits on what a reply may cost. Knows no sockets, no tokio and no command names.
//!
//! ```text
//!              head      one type byte and its line: number, length, text        (incremental)
//!   bytes ->   scan      where a nested reply ends, what it costs                (incremental, no recursion)
//!              build     the tree over a frame that is wholly there              (no recursion)
//!              decode    scalars straight from the buffer, all else by scan+build
//! ```
//!
//! Source: the RESP specification, <https://redis.io/docs/latest/develop/reference/protocol-spec/>, and, for
//! attributes, streamed strings and streamed aggregates, the RESP3 specification,
//! <https://github.com/antirez/RESP3/blob/master/spec.md>.

mod build;
mod bulk_array;
mod decode;
pub mod encode;
mod frame;
mod header;
mod limits;
mod number;
mod packed;
mod protocol_error;
mod protocol_sniff;
mod scan;

pub use self::bulk_array::BulkArray;
pub use self::protocol_error::ProtocolError;
pub use decode::Decoder;
pub use frame::{Frame, LARGE_BULK, Scalar};
pub use limits::{
    BIG_NUMBER_LINE_MAX, DEPTH_CEILING, DOUBLE_LINE_MAX, DecodeLimits, INTEGER_LINE_MAX, LimitExceeded,
    MAX_DEPTH, MAX_ELEMENTS, MAX_REPLY_BYTES, SKIP_LEVELS_MAX, TEXT_LINE_MAX,
};
pub use packed::{Elements, NotInParts, Packed, PackedPart, PackedParts};
