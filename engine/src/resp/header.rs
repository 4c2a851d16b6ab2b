//! One head: a type byte and the rest of its line. Owns the table of type bytes; knows nothing of nesting.

use std::ops::Range;

use memchr::memchr2;

use super::limits::{BIG_NUMBER_LINE_MAX, DOUBLE_LINE_MAX, TEXT_LINE_MAX};
use super::number::{self, Count, Parsed};
use super::protocol_error::Flaw;

/// What a line announces, or all of it where the line is the whole element.
///
/// Made once for each element, hence flat and with a tag as wide as its numbers: it is copied in whole words.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(u64)]
pub(super) enum Header {
    Null,
    True,
    False,
    Int(i64),
    Double(f64),
    /// The text stands between the type byte and the CRLF: this many bytes.
    Status(usize),
    /// As `Status`.
    Error(usize),
    /// As `Status`.
    BigNumber(usize),
    /// This many bytes and a CRLF follow.
    Bulk(u64),
    /// As `Bulk`.
    BulkError(u64),
    /// As `Bulk`.
    Verbatim(u64),
    /// Chunks follow.
    StreamedBulk,
    /// This many bytes of a streamed string and a CRLF follow; 0 ends the string.
    Chunk(u64),
    /// This many elements follow.
    List(u64),
    /// As `List`.
    Set(u64),
    /// As `List`, keys and values counted each.
    Map(u64),
    /// As `Map`.
    Attribute(u64),
    /// As `List`.
    Push(u64),
    /// Elements follow until `End`.
    StreamedList,
    /// As `StreamedList`.
    StreamedSet,
    /// As `StreamedList`.
    StreamedMap,
    /// `.`
    End,
}

/// How many bytes of a verbatim string come before its text: a format of three bytes and a colon.
pub(super) fn verbatim_prefix(payload: &[u8]) -> Result<usize, Flaw> {
    if payload.get(3) == Some(&b':') { Ok(4) } else { Err(Flaw::Verbatim) }
}

/// Parses the head at the start of `bytes`; `None` while its line has not wholly arrived.
///
/// `searched` carries from call to call how far a long line is known to hold no line end; it is 0 at a new head.
#[inline]
pub(super) fn parse(bytes: &[u8], searched: &mut usize) -> Parsed<Header> {
    let Some(&marker) = bytes.first() else {
        return Ok(None);
    };
    match marker {
        b'$' => counted(bytes, |count| match count {
            Count::Of(len) => Some(Header::Bulk(len)),
            Count::Absent => Some(Header::Null),
            Count::Streamed => Some(Header::StreamedBulk),
        }),
        b':' => Ok(number::integer(bytes)?.map(|(value, size)| (Header::Int(value), size))),
        b'+' => Ok(line(bytes, TEXT_LINE_MAX, searched)?.map(|len| (Header::Status(len), len + 3))),
        b'*' => counted(bytes, |count| match count {
            Count::Of(len) => Some(Header::List(len)),
            Count::Absent => Some(Header::Null),
            Count::Streamed => Some(Header::StreamedList),
        }),
        _ => parse_rare(marker, bytes, searched),
    }
}

/// The types that come less often, out of line to keep the others short.
#[inline(never)]
fn parse_rare(marker: u8, bytes: &[u8], searched: &mut usize) -> Parsed<Header> {
    match marker {
        b'-' => Ok(line(bytes, TEXT_LINE_MAX, searched)?.map(|len| (Header::Error(len), len + 3))),
        b'%' => counted(bytes, |count| match count {
            Count::Of(pairs) => pairs.checked_mul(2).map(Header::Map),
            Count::Streamed => Some(Header::StreamedMap),
            Count::Absent => None,
        }),
        b'~' => counted(bytes, |count| match count {
            Count::Of(len) => Some(Header::Set(len)),
            Count::Streamed => Some(Header::StreamedSet),
            Count::Absent => None,
        }),
        b'_' => Ok(number::literal(bytes, b"\r\n", Flaw::Null)?.map(|size| (Header::Null, size))),
        b',' => {
            let Some(len) = line(bytes, DOUBLE_LINE_MAX, searched)? else { return Ok(None) };
            Ok(Some((Header::Double(number::double(&bytes[1..=len])?), len + 3)))
        }
        b'#' => match bytes.get(1) {
            Some(b't') => Ok(number::literal(bytes, b"t\r\n", Flaw::Bool)?.map(|size| (Header::True, size))),
            Some(b'f') => Ok(number::literal(bytes, b"f\r\n", Flaw::Bool)?.map(|size| (Header::False, size))),
            Some(_) => Err(Flaw::Bool),
            None => Ok(None),
        },
        b'>' => match counted(bytes, |count| whole(count).map(Header::Push))? {
            Some((Header::Push(0), _)) => Err(Flaw::EmptyPush),
            head => Ok(head),
        },
        b'=' => counted(bytes, |count| whole(count).map(Header::Verbatim)),
        b'!' => counted(bytes, |count| whole(count).map(Header::BulkError)),
        b'(' => {
            let Some(len) = line(bytes, BIG_NUMBER_LINE_MAX, searched)? else { return Ok(None) };
            number::big_number(&bytes[1..=len])?;
            Ok(Some((Header::BigNumber(len), len + 3)))
        }
        b'|' => counted(bytes, |count| whole(count)?.checked_mul(2).map(Header::Attribute)),
        b';' => counted(bytes, |count| whole(count).map(Header::Chunk)),
        b'.' => Ok(number::literal(bytes, b"\r\n", Flaw::End)?.map(|size| (Header::End, size))),
        other => Err(Flaw::UnknownType(other)),
    }
}

/// Where the payload is, when `bytes` begins with a bulk string that is wholly there and well formed.
#[inline]
pub(super) fn whole_bulk(bytes: &[u8]) -> Option<Range<usize>> {
    if *bytes.first()? != b'$' {
        return None;
    }
    let Ok(Some((Count::Of(len), start))) = number::count(bytes) else { return None };
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    (bytes.get(end..)?.get(..2)? == b"\r\n").then_some(start..end)
}

/// Parses a count and lets `shape` say what it means for this type; `None` of it is a length that the type does not have.
#[inline]
fn counted(bytes: &[u8], shape: impl FnOnce(Count) -> Option<Header>) -> Parsed<Header> {
    match number::count(bytes)? {
        Some((count, size)) => shape(count).map(|head| Some((head, size))).ok_or(Flaw::Length(bytes[0])),
        None => Ok(None),
    }
}

fn whole(count: Count) -> Option<u64> {
    match count {
        Count::Of(count) => Some(count),
        Count::Absent | Count::Streamed => None,
    }
}

/// The length of the text between the type byte and its CRLF, at most `max`.
#[inline]
fn line(bytes: &[u8], max: usize, searched: &mut usize) -> Result<Option<usize>, Flaw> {
    let marker = bytes[0];
    let start = (*searched).max(1);
    let window = &bytes[start..bytes.len().min(max + 2)];
    let Some(found) = memchr2(b'\r', b'\n', window) else {
        if bytes.len() >= max + 2 {
            return Err(Flaw::LineLength(marker));
        }
        *searched = bytes.len();
        return Ok(None);
    };
    let end = start + found;
    match (bytes[end], bytes.get(end + 1)) {
        (b'\r', Some(b'\n')) => {
            *searched = 0;
            Ok(Some(end - 1))
        }
        (b'\r', None) => {
            *searched = end;
            Ok(None)
        }
        _ => Err(Flaw::LineEnd(marker)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_line_is_searched_from_where_the_search_ended() {
        let mut searched = 0;
        assert_eq!(parse(b"+abc", &mut searched), Ok(None));
        assert_eq!(searched, 4);
        // Line feeds where the search has been would be flaws if they were looked at again.
        assert_eq!(parse(b"+\n\n\nd\r", &mut searched), Ok(None));
        assert_eq!(searched, 5);
        assert_eq!(parse(b"+\n\n\n\n\r\n", &mut searched), Ok(Some((Header::Status(4), 7))));
        assert_eq!(searched, 0, "the next head is searched from its start");
    }

    #[test]
    fn a_run_of_strings_is_left_to_the_full_parser_at_anything_unusual() {
        assert_eq!(whole_bulk(b"$2\r\nab\r\n:1\r\n"), Some(4..6));
        for bytes in [
            &b""[..],
            b"$",
            b"$2\r\nab\r",
            b"$2\r\nabc\r\n",
            b"$-1\r\n",
            b"$?\r\n",
            b"$02\r\nab\r\n",
            b"+OK\r\n",
        ] {
            assert_eq!(whole_bulk(bytes), None, "{}", bytes.escape_ascii());
        }
        assert_eq!(whole_bulk(b"$9223372036854775807\r\nab\r\n"), None);
    }
}
